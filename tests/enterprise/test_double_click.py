"""A double click on the button that adds somebody adds one record, and on "Log it" one message."""

import threading
import uuid

import pytest
from django.db import connection, transaction

from enterprise.administration.models import AuditEntry
from enterprise.employees.models import Employee
from enterprise.messagelog.models import Message
from tests.enterprise.builders import make_code, make_contact, make_employee
from tests.enterprise.posted import as_posted


@pytest.mark.django_db
@pytest.mark.parametrize(("page", "make"), [("/employees/add/", make_employee), ("/contacts/add/", make_contact)])
def test_the_second_click_leads_to_what_the_first_one_added(as_user, riya, page, make):
    client = as_user(riya)
    posted = as_posted(client.get(page), first_name="Ana", customer_name="Acme Foods")
    first, second = client.post(page, posted), client.post(page, posted)
    assert (first.status_code, first.url) == (302, second.url)
    assert AuditEntry.objects.count() == 1
    client.post(page, as_posted(client.get(page), first_name="Ana", customer_name="Acme Foods"))
    assert AuditEntry.objects.count() == 2


@pytest.mark.django_db
def test_what_had_to_be_corrected_first_is_added_once_too(as_user, riya):
    client = as_user(riya)
    refused = client.post("/employees/add/", as_posted(client.get("/employees/add/"), first_name=""))
    posted = as_posted(refused, first_name="Ana")
    for _click in range(2):
        client.post("/employees/add/", posted)
    assert Employee.objects.count() == 1


@pytest.mark.django_db
def test_a_new_person_has_room_for_four_contact_methods(as_user, riya):
    assert as_posted(as_user(riya).get("/employees/add/"))["methods-TOTAL_FORMS"] == "4"
    person = make_employee(sms="(612) 555-0134")
    assert as_posted(as_user(riya).get(f"{person.get_absolute_url()}edit/"))["methods-TOTAL_FORMS"] == "3"


@pytest.mark.django_db
@pytest.mark.parametrize("in_dialog", [{}, {"HX-Request": "true"}])
def test_a_message_is_logged_once_and_both_clicks_are_answered_alike(as_user, riya, in_dialog):
    page = f"{make_employee().get_absolute_url()}messages/add/"
    client, code = as_user(riya), make_code("CALL")
    refused = client.post(page, as_posted(client.get(page), action_code=code.pk, body=""), headers=in_dialog)
    posted = as_posted(refused, action_code=code.pk, body="Left a voicemail.")

    first, second = (client.post(page, posted, headers=in_dialog) for _click in range(2))

    assert (refused.status_code, Message.objects.count()) == (422, 1)
    assert (first.status_code, first.headers.get("Location")) == (second.status_code, second.headers.get("Location"))
    client.post(page, as_posted(client.get(page), action_code=code.pk, body="Left a voicemail."))
    assert Message.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"body": "They rang back."}, {"action_code": "NOTE"}, {"at": "2026-03-02T09:15"}])
@pytest.mark.parametrize("in_dialog", [{}, {"HX-Request": "true"}])
def test_what_was_changed_since_is_not_called_logged_and_can_be_logged_as_well(as_user, riya, in_dialog, changed):
    page = f"{make_employee().get_absolute_url()}messages/add/"
    client, codes = as_user(riya), {name: make_code(name).pk for name in ("CALL", "NOTE")}
    posted = as_posted(client.get(page), action_code=codes["CALL"], body="Left a voicemail.")
    client.post(page, posted, headers=in_dialog)
    other = {**posted, **changed, "action_code": codes[changed.get("action_code", "CALL")]}

    told = client.post(page, other, headers=in_dialog)

    assert (told.status_code, Message.objects.count()) == (422, 1)
    assert "CALL was logged already, but not what stands here now." in told.text
    assert "“Left a voicemail.”" in told.text
    assert other["body"] in told.text
    client.post(page, as_posted(told, action_code=other["action_code"]), headers=in_dialog)
    assert Message.objects.filter(body=other["body"], action_code=other["action_code"]).exists()
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_a_code_that_deactivates_is_logged_once_too(as_user, riya):
    person = make_employee()
    page, client = f"{person.get_absolute_url()}messages/add/", as_user(riya)
    code = make_code("DNA", deactivates=True)
    posted = as_posted(client.get(page), action_code=code.pk, body="Never again.", deactivate="on")
    assert [client.post(page, posted).status_code for _click in range(2)] == [302, 302]
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_log_one_message(as_user, riya):
    person, code, client = make_employee(), make_code("CALL"), as_user(riya)
    page, answers = f"{person.get_absolute_url()}messages/add/", []
    posted = as_posted(client.get(page), action_code=code.pk, body="Left a voicemail.")

    def click():
        answers.append(client.post(page, posted))
        connection.close()

    with transaction.atomic():
        facts = {"record_type": "employee", "record_id": person.pk, "action_code": code, "author_name": "Riya Shah"}
        Message.objects.create(body="Left a voicemail.", form_key=uuid.UUID(posted["form_key"]), **facts)
        second = threading.Thread(target=click)
        second.start()
        second.join(timeout=1)
        assert not answers
    second.join(timeout=20)
    assert answers[0].url == f"{person.get_absolute_url()}#messages"
    assert Message.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x", "\x00"])
def test_a_key_that_is_none_harms_nothing(as_user, riya, key):
    client = as_user(riya)
    answer = client.post("/employees/add/", as_posted(client.get("/employees/add/"), first_name="Ana", form_key=key))
    assert answer.url == Employee.objects.get().get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_add_one(as_user, riya):
    client, answers = as_user(riya), []
    posted = as_posted(client.get("/employees/add/"), first_name="Ana")

    def click():
        answers.append(client.post("/employees/add/", posted))
        connection.close()

    with transaction.atomic():
        first = Employee(first_name="Ana", branch=riya.home_branch, form_key=uuid.UUID(posted["form_key"]))
        first.save()
        second = threading.Thread(target=click)
        second.start()
        second.join(timeout=1)
        assert not answers
    second.join(timeout=20)
    assert answers[0].url == first.get_absolute_url()
