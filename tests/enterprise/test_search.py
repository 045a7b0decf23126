from importlib import import_module

import pytest
from django.apps import apps

from enterprise.contacts.models import Contact
from enterprise.employees.models import Employee
from enterprise.people.folding import fold, search_words
from tests.enterprise.builders import make_contact, make_customer, make_employee, make_method

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "query",
    [
        "ana", "RIVERA", "rivera ana", "Ñandú", "nandu", "100231", "#100231", "(612) 555-01", "5550134", "555-0134",
        "612 555 0134", "+1 612 555 0134", "1-612-555-0134", "612.555", "ana@ex", "example.com", "forklift", "obrien",
        "O’Brien", "o'brien",
    ],
)  # fmt: skip
def test_a_person_is_found_by_any_part_of_what_they_are_known_by(query):
    make_employee(
        "Ana", "Ñandú O’Brien Rivera", ident="100231", sms="(612) 555-0134", email="ana@example.com",
        job_title="Forklift Operator",
    )  # fmt: skip
    make_employee("Bo", "Chen", sms="651-555-0177")
    assert [person.first_name for person in Employee.objects.search(query)] == ["Ana"]


@pytest.mark.parametrize(
    "query", ["10-0231", "100231", "10.0231", "10-02", "#10-0231", "24/7", "247", "3-2-1 moving", "a-17"]
)
def test_what_has_separators_is_found_with_them_and_without(query):
    contact = make_contact("Ana", ident="10-0231", title="A-17 driver 24/7", customer="3-2-1 Moving")
    make_contact("Bo", ident="20-0232")
    assert Contact.objects.search(query).get() == contact


def test_an_id_with_spaces_is_found_as_it_is_written():
    person = make_employee(ident="10 0231 77")
    assert Employee.objects.search("10 0231 77").get() == person


@pytest.mark.parametrize("ident", ["10-0231", "10 0231 77", "A 10-0231", "100231"])
def test_who_was_there_before_is_found_after_the_migration_as_who_is_saved_now(ident):
    person = make_employee(ident=ident, sms="(612) 555-0134", job_title="Driver 24/7")
    kept = set(person.search.split())
    before = " ".join(fold(value) for value in (person.name, ident, person.job_title)) + " 16125550134"
    Employee.objects.update(search=before)
    for _ in range(2):
        import_module("enterprise.people.migrations.0006_numbers_with_separators").add_digits(apps, None)
        person.refresh_from_db()
        assert set(person.search.split()) == kept
        assert len(person.search.split()) == len(kept)


@pytest.mark.parametrize("query", ["ana chen", "%", "_", "612 555 0177", "\x00zzz", "'"])
def test_every_word_must_be_found_and_signs_mean_themselves(query):
    make_employee("Ana", "Rivera", sms="(612) 555-0134")
    assert not Employee.objects.search(query).exists()


def test_a_number_that_is_no_valid_one_is_found_by_its_digits():
    person = make_employee(cell_phone="612-555-01")
    assert Employee.objects.search("61255501").get() == person


def test_a_fullwidth_number_is_found_by_plain_digits():
    person = make_employee(cell_phone="６１２５５５０１８９")
    assert Employee.objects.search("5550189").get() == person


def test_changing_or_deleting_a_contact_method_changes_what_the_person_is_found_by():
    person = make_employee(sms="612-555-0134")
    method = person.methods.get()
    method.value = "612-555-0199"
    method.save()
    assert not Employee.objects.search("0134").exists()
    assert Employee.objects.search("0199").exists()
    method.delete()
    assert not Employee.objects.search("0199").exists()


def test_a_renamed_customer_renames_what_its_contacts_are_found_by():
    contact = make_contact(customer="Acme Foods")
    customer = make_customer("Acme Foods")
    customer.name = "Zenith"
    customer.save()
    assert type(contact).objects.search("zenith").get() == contact


def test_saving_one_field_keeps_the_search_text():
    person = make_employee("Ana", sms="612-555-0134")
    person.first_name = "Zed"
    person.save(update_fields=["first_name"])
    assert Employee.objects.search("zed 0134").exists()


def test_people_are_sorted_by_name_whatever_the_case_and_accents():
    for last_name in ("van Dyk", "Zhao", "Åström", "Adams"):
        make_employee("X", last_name)
    assert [person.last_name for person in Employee.objects.all()] == ["Adams", "Åström", "van Dyk", "Zhao"]


def test_a_record_made_by_hand_gets_the_next_free_id():
    assert make_employee().ident == "100000"
    make_employee(ident="100731")
    make_employee(ident="A-17")
    assert make_employee().ident == "100732"


def test_a_query_of_hundreds_of_words_is_cut():
    assert len(search_words(" ".join(f"w{number}" for number in range(500)))) == 8


def test_folding_takes_off_accents_case_and_apostrophes():
    assert fold("  Łukasz  D’ANGELO Nguyễn Søren ") == "lukasz dangelo nguyen soren"


def test_a_method_of_someone_else_does_not_find_me():
    make_employee("Ana")
    other = make_employee("Bo")
    make_method(other, "sms", "612-555-0150")
    assert Employee.objects.search("0150").get() == other
