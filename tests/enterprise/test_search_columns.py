"""What is kept on a person for searches stays true, whoever writes."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from enterprise.employees.models import Employee
from enterprise.messagelog.models import ActionCode, Message
from tests.enterprise.builders import make_code, make_contact, make_employee, make_method

pytestmark = pytest.mark.django_db


def log(person, days, *, kind="employee"):
    """A message as many days ago."""
    at = timezone.now() - timedelta(days=days)
    code = ActionCode.objects.first() or make_code()
    return Message(record_type=kind, record_id=person.pk, action_code=code, body="…", created_at=at)


def kept(person) -> datetime | None:
    person.refresh_from_db()
    return person.last_message_at


def test_the_last_message_is_the_latest_however_many_are_logged_at_once():
    ana, bo = make_employee("Ana"), make_employee("Bo")
    messages = Message.objects.bulk_create([log(ana, 3), log(ana, 1), log(ana, 2)])
    assert kept(ana) == messages[1].created_at
    assert kept(bo) is None


def test_an_employee_and_a_contact_of_one_id_keep_their_own():
    ana = make_employee()
    contact = make_contact(pk=ana.pk)
    message = Message.objects.bulk_create([log(contact, 1, kind="contact")])[0]
    assert kept(contact) == message.created_at
    assert kept(ana) is None


def test_a_message_that_is_moved_or_deleted_takes_its_date_along():
    ana, bo = make_employee("Ana"), make_employee("Bo")
    first, last = Message.objects.bulk_create([log(ana, 9), log(ana, 1)])
    Message.objects.filter(pk=last.pk).update(record_id=bo.pk)
    assert (kept(ana), kept(bo)) == (first.created_at, last.created_at)
    Message.objects.all().delete()
    assert (kept(ana), kept(bo)) == (None, None)


def test_saving_what_was_read_before_does_not_turn_the_date_back():
    ana = make_employee()
    message = Message.objects.bulk_create([log(ana, 0)])[0]
    ana.first_name = "Anna"
    ana.save()
    assert kept(ana) == message.created_at
    assert ana.first_name == "Anna"


def test_what_is_wrong_with_the_number_follows_the_contact_methods():
    ana = make_employee()
    assert Employee.objects.get().number_problem == "missing"
    method = make_method(ana, "cell_phone", "555-01")
    assert Employee.objects.get().number_problem == "malformed"
    method.value = "612-555-0134"
    method.save()
    assert Employee.objects.get().number_problem == ""
    method.delete()
    assert Employee.objects.get().number_problem == "missing"


@pytest.mark.parametrize("query", ["minn", "MINNEAPOLIS mn", "554", "55401", "paul minn", "Mínneapolis"])
def test_a_place_is_found_by_the_beginnings_of_its_words(query):
    make_employee("Ana", city="Minneapolis St. Paul", state="MN", zip="55401")
    make_employee("Bo", city="Seattle", state="WA", zip="98155")
    assert [person.first_name for person in Employee.objects.at_place(query)] == ["Ana"]


@pytest.mark.parametrize("query", ["5401", "apolis", "%", "'", "minneapolis wa"])
def test_a_place_is_not_found_by_anything_else(query):
    make_employee(city="Minneapolis", state="MN", zip="55401")
    assert not Employee.objects.at_place(query).exists()


def test_a_place_of_letters_that_fold_to_many_is_kept():
    assert make_employee(city="ﷺ" * 80).place
