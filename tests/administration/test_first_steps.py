"""First steps and the test text: ticked from what is there, for administrators, until all is done."""

import re
import uuid

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.administration.own_record import own_record
from enterprise.employees.models import Employee
from enterprise.users.models import Branch, User
from tests.administration.rig import make_line, url, words_of
from tests.enterprise.builders import make_branch, make_code, make_employee, make_user
from texting import lines
from texting.models import Batch, Text, TextingSettings
from texting.seam import RecordKey

NUMBER = "+16125550177"


@pytest.fixture
def olga(db):
    return User.objects.create_superuser("olga", password="a long password")


@pytest.fixture
def as_olga(as_user, olga):
    return as_user(olga)


def set_up(branch):
    """Everything but the first text."""
    make_user("riya", branch=branch)
    make_employee(branch=branch)
    code = make_code()
    TextingSettings.objects.update_or_create(
        pk=1, defaults={"filed_under": {"employee": str(code.pk), "contact": str(code.pk)}}
    )
    return make_line(branch)


def ticked(client):
    page = client.get(url("first-steps")).content.decode()
    return re.findall(r"Done:</span></span>\s*<div class=\"id-block\"><div class=\"fw-medium\">([^<]+)<", page)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def try_text(client, line, number="(612) 555-0177", key=None):
    return client.post(reverse("texting:test-text"), {"line": line.pk, "number": number, "key": key or uuid.uuid4()})


def test_nobody_signs_in_first_and_a_rep_has_no_business_here(client, as_user, riya):
    assert client.get(url("first-steps")).status_code == 302
    assert as_user(riya).get(url("first-steps")).status_code == 403


def test_on_an_empty_database_nothing_is_ticked_and_signing_in_leads_here(as_olga):
    assert as_olga.get("/").url == url("first-steps")
    assert ticked(as_olga) == []


def test_each_step_is_ticked_from_what_is_there(as_olga):
    branch = make_branch()
    assert ticked(as_olga) == ["Add a branch"]

    set_up(branch)

    assert len(ticked(as_olga)) == 6
    assert as_olga.get("/").url == reverse("employees:list")


def test_when_the_first_text_has_left_the_page_is_gone(as_olga, olga):
    line = set_up(make_branch())
    Text.objects.create(
        line=line, direction="out", origin="enterprise", number=NUMBER, body="Hello", status="delivered",
        provider_id="1", left_at="2026-11-22T14:00Z",
    )  # fmt: skip

    response = as_olga.get(url("first-steps"))

    assert response.url == url("index")
    assert said(response) == ["Everything is set up: your firm can text."]
    assert "First steps" not in words_of(as_olga.get(url("index")))


def test_a_rep_arrives_at_the_employees_whatever_is_missing(as_user, riya):
    assert as_user(riya).get("/").url == reverse("employees:list")


def test_an_administrator_at_home_nowhere_may_text_from_every_branch(olga):
    line = make_line(make_branch())

    assert lines.for_user(olga) == [line]


def test_one_with_a_branch_has_no_line_of_another(ada, st_paul):
    make_line(st_paul)

    assert lines.for_user(ada) == []


# --- the test text


def test_a_test_text_goes_to_a_new_record_of_oneself(as_olga, olga):
    line = make_line(make_branch())

    response = try_text(as_olga, line)

    batch = Batch.objects.get()
    assert response.url == f"{reverse('texting:test-text')}?batch={batch.pk}"
    assert (batch.texts.get().number, batch.sender) == (NUMBER, olga)
    assert Employee.objects.get().name == "olga"
    assert "Your text to (612) 555-0177 Queued" in words_of(as_olga.get(response.url))


def test_a_second_click_is_the_same_text(as_olga):
    line, key = make_line(make_branch()), uuid.uuid4()

    try_text(as_olga, line, key=key)
    try_text(as_olga, line, key=key)

    assert Text.objects.count() == 1
    assert Employee.objects.count() == 1


def test_somebody_who_has_the_number_is_the_record(olga):
    ana = make_employee(sms="612-555-0177")

    assert own_record(olga, NUMBER) == RecordKey("employee", ana.pk)


def test_a_record_of_a_branch_one_does_not_see_is_not_used(riya, st_paul):
    make_employee(branch=st_paul, sms="612-555-0177")

    key = own_record(riya, NUMBER)

    assert Employee.objects.get(pk=key.record_id).branch == riya.home_branch


def test_without_a_branch_there_is_no_record(olga):
    Branch.objects.update(is_active=False)

    assert own_record(olga, NUMBER) is None


@pytest.mark.parametrize(
    ("number", "words"), [("555", "555 has 3 of 10 digits."), ("", "Enter the number of the phone")]
)
def test_a_number_that_cannot_be_texted_is_said_beside_the_field(as_olga, number, words):
    response = try_text(as_olga, make_line(make_branch()), number=number)

    assert response.status_code == 422
    assert words in words_of(response)
    assert not Text.objects.exists()


def test_somebody_marked_do_not_text_is_not_texted_even_for_a_test(as_olga):
    make_employee(sms="612-555-0177", do_not_text=True)

    response = try_text(as_olga, make_line(make_branch()))

    assert response.status_code == 422
    assert "do not text" in words_of(response)


def test_the_test_of_another_is_not_shown(as_olga, as_user, ada, minneapolis):
    batch_url = try_text(as_olga, make_line(minneapolis)).url

    assert "Your text to" not in words_of(as_user(ada).get(batch_url))


def test_who_may_not_text_may_not_test(as_user, riya):
    riya.groups.clear()

    assert as_user(riya).get(reverse("texting:test-text")).status_code == 403


def test_a_record_for_a_test_is_added_where_its_sender_sees_it_once_and_with_a_trace(riya, st_paul):
    riya.home_branch = None
    riya.save()
    riya.branches.add(st_paul)

    keys = {own_record(riya, NUMBER) for _time in range(2)}

    assert [RecordKey("employee", employee.pk) for employee in Employee.objects.filter(branch=st_paul)] == list(keys)
    assert [(entry.action, entry.actor_id) for entry in AuditEntry.objects.all()] == [("employee.added", riya.pk)]


@pytest.mark.parametrize("missing", ["add_employee", "view_employee"])
def test_who_may_not_add_employees_adds_none_by_a_test(riya, missing):
    group = riya.groups.get()
    group.permissions.remove(group.permissions.get(codename=missing))

    assert own_record(riya, NUMBER) is None
    assert not Employee.objects.exists()


def test_who_may_not_add_a_record_is_told_why_nothing_was_sent(as_user, riya, minneapolis):
    line = make_line(minneapolis)
    group = riya.groups.get()
    group.permissions.remove(group.permissions.get(codename="add_employee"))

    response = try_text(as_user(riya), line)

    assert response.status_code == 422
    assert "none could be added for you" in words_of(response)
