import pytest
from django.db import IntegrityError, transaction

from enterprise.people.methods import MethodState
from tests.enterprise.builders import make_employee, make_method

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("methods", "found"),
    [
        ({}, ("", "", "missing")),
        ({"home_phone": "612-555-0134"}, ("home_phone", "+16125550134", "")),
        ({"home_phone": "612-555-0134", "sms": "651-555-0111"}, ("sms", "+16515550111", "")),
        ({"sms": "n/a", "cell_phone": "651-555-0111"}, ("cell_phone", "+16515550111", "")),
        ({"sms": "555-01", "cell_phone": "651-555-0111"}, ("sms", "", "malformed")),
        ({"sms": "see notes", "phone": "-"}, ("", "", "missing")),
        ({"office_phone": "６１２５５５０１８９"}, ("office_phone", "+16125550189", "")),
        ({"phone": "270–555–0179"}, ("phone", "+12705550179", "")),
        ({"phone": "306-555-017O"}, ("phone", "", "malformed")),
    ],
)
def test_the_first_number_by_priority_is_used_valid_or_not(methods, found):
    chosen = make_employee(**methods).number_for_texts
    assert (chosen.type, chosen.e164, chosen.problem) == found


def test_of_two_of_one_type_the_first_entered_is_used():
    person = make_employee()
    make_method(person, "sms", "612-555-0101")
    make_method(person, "sms", "612-555-0102")
    assert person.number_for_texts.e164 == "+16125550101"


def test_of_two_of_one_type_the_primary_one_is_used():
    person = make_employee()
    make_method(person, "sms", "612-555-0101")
    make_method(person, "sms", "612-555-0102", is_primary=True)
    assert person.number_for_texts.e164 == "+16125550102"


def test_a_primary_number_without_digits_gives_way_to_the_other_one():
    person = make_employee()
    make_method(person, "sms", "n/a", is_primary=True)
    make_method(person, "sms", "612-555-0102")
    assert person.number_for_texts.e164 == "+16125550102"


def test_two_primary_ones_of_a_type_are_refused_by_the_database():
    person = make_employee()
    make_method(person, "sms", "612-555-0101", is_primary=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_method(person, "sms", "612-555-0102", is_primary=True)


@pytest.mark.parametrize(
    ("method_type", "value", "state"),
    [
        ("sms", "612-555-0134", MethodState.VALID),
        ("sms", "612-555-01", MethodState.INVALID),
        ("sms", "none", MethodState.SKIPPED),
        ("email", "ana@example.com", MethodState.EMAIL),
        ("email", "ana1@example.com", MethodState.EMAIL),
    ],
)
def test_a_value_is_judged_when_it_is_saved(method_type, value, state):
    method = make_method(make_employee(), method_type, value)
    assert (method.value, method.state) == (value, state)


def test_an_invalid_number_says_why_in_words():
    method = make_method(make_employee(), "sms", "612-555-01")
    assert "8 of 10 digits" in method.problem_words


@pytest.mark.parametrize(
    ("value", "e164"),
    [
        ("+1 312 555 0137", "+13125550137"),
        ("1-928-555-0119", "+19285550119"),
        ("(813)555-0151", "+18135550151"),
        ("850/555-0146", "+18505550146"),
        (" 423 555 0164 ", "+14235550164"),
        ("206\xa0555\xa00151", "+12065550151"),
        ("312.555.0168", "+13125550168"),
        ("19075550129", "+19075550129"),
        ("787 555 0192", "+17875550192"),
        ("555-555-5555", ""),
        ("1111111111", ""),
        ("000-000-0000", ""),
        ("123-456-7890", ""),
        ("911", ""),
        ("787555015", ""),
        ("555-0110", ""),
        ("call wife", ""),
        ("x", ""),
    ],
)
def test_numbers_are_read_as_people_write_them(value, e164):
    method = make_method(make_employee(), "phone", value)
    assert (method.e164, method.value) == (e164, value)
