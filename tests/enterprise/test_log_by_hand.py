"""A message that somebody logs by hand on a record."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enterprise.administration.models import AuditEntry
from enterprise.messagelog.models import Message
from tests.enterprise.builders import make_code, make_contact, make_employee

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_code("CALL", description="Phone call")


def told(code, body="Left a voicemail.", at=None, **fields):
    at = timezone.localtime(at or timezone.now())
    return {"action_code": code.pk, "at": f"{at:%Y-%m-%dT%H:%M}", "body": body, **fields}


def address(person):
    return f"{person.get_absolute_url()}messages/add/"


def codes_of(page):
    return [str(code) for code in page.context["form"].fields["action_code"].queryset]


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_for_those_who_may_log_in_their_branch(client, as_user, riya, dan, method):
    person = make_employee()
    assert getattr(client, method)(address(person)).status_code == 302
    assert getattr(as_user(dan), method)(address(person)).status_code == 404
    riya.groups.clear()
    assert getattr(as_user(riya), method)(address(person)).status_code == 403
    assert not Message.objects.exists()


def test_who_may_not_read_the_log_sees_none_and_writes_none(as_user, riya, call):
    person = make_employee()
    as_user(riya).post(address(person), told(call))
    group = riya.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="view_message"))
    client = as_user(riya)

    page = client.get(person.get_absolute_url())

    assert page.status_code == 200
    assert "Left a voicemail." not in page.text
    assert "Log a message" not in page.text
    assert client.post(address(person), told(call)).status_code == 403


@pytest.mark.parametrize("make", [make_employee, make_contact])
def test_it_appears_in_the_log_with_its_author(as_user, riya, call, make):
    person = make()
    page = as_user(riya).post(address(person), told(call), follow=True)
    assert page.redirect_chain == [(f"{person.get_absolute_url()}#messages", 302)]
    (message,) = page.context["log"].messages
    assert (message.action_code, message.body, message.author) == (call, "Left a voicemail.", riya)
    assert "CALL was logged." in page.text


def test_in_the_dialog_the_log_is_shown_anew_beneath_it(as_user, riya, call):
    person = make_employee()
    answer = as_user(riya).post(address(person), told(call), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#log")
    assert "closeDialog" in answer["HX-Trigger-After-Settle"]
    assert "Left a voicemail." in answer.text
    assert 'id="message-count" hx-swap-oob="true">1<' in answer.text


@pytest.mark.parametrize("rest", ["", "?log=all", "#texts", "?code=1#messages"])
def test_the_log_is_shown_anew_wherever_on_the_record_the_reader_is(as_user, riya, call, rest):
    person = make_employee()
    shown_on = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{person.get_absolute_url()}{rest}"}
    answer = as_user(riya).post(address(person), told(call), headers=shown_on)
    assert (answer.status_code, answer.headers.get("HX-Retarget")) == (200, "#log")


def test_from_a_list_there_is_no_log_to_show_anew(as_user, riya, call):
    shown_on = {"HX-Request": "true", "HX-Current-URL": "http://testserver/employees/?q=Ana#results"}
    answer = as_user(riya).post(address(make_employee()), told(call), headers=shown_on)
    assert answer.status_code == 204
    assert "CALL was logged." in answer["HX-Trigger"]


def test_only_active_codes_that_apply_are_offered(as_user, riya, call):
    make_code("FAX", is_active=False)
    visit = make_code("VISIT", for_employees=False)
    client = as_user(riya)
    assert codes_of(client.get(address(make_employee()))) == ["CALL"]
    assert codes_of(client.get(address(make_contact()))) == ["CALL", "VISIT"]
    assert client.post(address(make_employee()), told(visit)).status_code == 422
    assert not Message.objects.exists()


def test_a_code_that_deactivates_asks_first_and_then_does_what_it_says(as_user, riya):
    person, code, client = make_employee(), make_code("DNA", deactivates=True), as_user(riya)
    page = client.post(address(person), told(code))
    person.refresh_from_db()
    assert (page.status_code, person.is_active) == (422, True)
    assert "DNA deactivates Ana Rivera" in page.text
    assert "Left a voicemail." in page.text
    client.post(address(person), told(code, deactivate="on"))
    person.refresh_from_db()
    assert (person.is_active, Message.objects.count()) == (False, 1)
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"message.logged", "employee.deactivated"}


def test_one_who_is_inactive_already_is_not_asked(as_user, riya):
    person, code = make_employee(is_active=False), make_code("DNA", deactivates=True)
    as_user(riya).post(address(person), told(code))
    assert Message.objects.count() == 1
    assert not AuditEntry.objects.filter(action="employee.deactivated").exists()


def test_who_may_not_change_a_record_cannot_deactivate_it_by_a_code(as_user, riya, call):
    make_code("DNA", deactivates=True)
    role = riya.groups.get()
    role.permissions.remove(role.permissions.get(codename="change_employee"))
    assert codes_of(as_user(riya).get(address(make_employee()))) == ["CALL"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"body": "  "}, "Write what happened."),
        ({"body": "x" * 4001}, "at most 4000 characters"),
        ({"body": "a\x00b"}, "Null characters are not allowed."),
        ({"action_code": ""}, "Choose an action code."),
        ({"at": ""}, "Enter when it was."),
        ({"at": "last week"}, "Enter a valid date/time."),
        ({"at": "2999-01-01T10:00"}, "This is still to come."),
    ],
)
def test_what_cannot_be_logged_is_said_in_words(as_user, riya, call, changed, words):
    page = as_user(riya).post(address(make_employee()), told(call) | changed)
    assert page.status_code == 422
    assert words in page.text
    assert not Message.objects.exists()


def test_it_is_filed_at_the_time_it_happened_in_the_writers_zone(as_user, riya, call):
    riya.time_zone = "America/Los_Angeles"
    riya.save()
    posted = told(call) | {"at": "2026-03-02T09:15"}
    as_user(riya).post(address(make_employee()), posted)
    assert f"{Message.objects.get().created_at:%Y-%m-%d %H:%M}" == "2026-03-02 17:15"


def test_two_logged_in_the_same_minute_stay_in_order(as_user, riya, call):
    person, client = make_employee(), as_user(riya)
    Message.objects.create(record_type="employee", record_id=person.pk, action_code=call, author_name="T", body="first")
    client.post(address(person), told(call, "second"))
    log = client.get(person.get_absolute_url()).context["log"]
    assert [message.body for message in log.messages] == ["second", "first"]


def test_what_happened_earlier_stands_among_its_time(as_user, riya, call):
    person, client = make_employee(), as_user(riya)
    client.post(address(person), told(call, "today"))
    client.post(address(person), told(call, "yesterday", at=timezone.now() - timedelta(days=1)))
    log = client.get(person.get_absolute_url()).context["log"]
    assert [message.body for message in log.messages] == ["today", "yesterday"]


def test_the_audit_knows_who_and_which_and_not_what(as_user, riya, call):
    person = make_employee()
    as_user(riya).post(address(person), told(call))
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject) == (riya, "message.logged", f"employee:{person.pk}")
    assert entry.facts == {"message": Message.objects.get().pk, "action_code": call.pk}


def test_a_long_log_is_turned_in_pages(as_user, riya, call, monkeypatch):
    monkeypatch.setattr("enterprise.messagelog.pages.MOST_SHOWN", 20)
    person, client = make_employee(), as_user(riya)
    entry = {"record_type": "employee", "record_id": person.pk, "action_code": call, "author_name": "R"}
    Message.objects.bulk_create(Message(**entry, body=f"Entry {number}.") for number in range(45))
    pages = [client.get(person.get_absolute_url(), {"log": log}).context["log"] for log in ("all", "2", "3", "99", "x")]
    assert [len(page.messages) for page in pages] == [20, 20, 5, 5, 10]
    assert (pages[0].newer_query, pages[1].newer_query, pages[1].older_query) == ("", "log=all", "log=3")
    assert (pages[1].more_words, pages[2].older_query) == ("21–40 / 45", "")


@pytest.mark.parametrize("at", ["0026-11-22T10:00", "0001-01-01T00:00", "1989-12-31T23:59"])
def test_a_year_that_is_a_slip_is_refused(as_user, riya, call, at):
    person = make_employee()
    client = as_user(riya)
    page = client.post(address(person), told(call) | {"at": at})
    assert page.status_code == 422
    assert "check the year" in page.text
    assert not Message.objects.exists()
