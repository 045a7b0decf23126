import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from enterprise.users.textable import BranchOwners, ServiceRepOwners
from tests.enterprise.builders import make_branch, make_code, make_contact, make_employee, make_method
from texting import seam
from texting.seam import Owner, RecordKey, TypedNumber
from texting.vocabulary import MethodType

pytestmark = pytest.mark.django_db


@pytest.fixture
def employees():
    return seam.find_record_type("employee")


def ids(candidates):
    return [candidate.key.record_id for candidate in candidates]


def test_both_kinds_are_registered():
    assert {kind.key: kind.label_plural for kind in seam.record_types()} == {
        "employee": "Employees",
        "contact": "Contacts",
    }


def test_a_rep_gets_the_records_of_their_branches_in_the_order_asked(employees, riya, st_paul):
    ana, bo = make_employee("Ana"), make_employee("Bo")
    elsewhere = make_employee("Cy", branch=st_paul)
    assert ids(employees.candidates(riya, [bo.pk, elsewhere.pk, 987, ana.pk, bo.pk])) == [bo.pk, ana.pk]


def test_an_administrator_gets_every_branch_and_somebody_without_a_role_nobody(employees, ada, riya, st_paul):
    elsewhere = make_employee(branch=st_paul)
    assert ids(employees.candidates(ada, [elsewhere.pk])) == [elsewhere.pk]
    mine = make_employee()
    riya.groups.clear()
    assert employees.candidates(riya, [mine.pk]) == []
    assert employees.matching_ids(riya, QueryDict()) == []


def test_a_granted_branch_is_seen_too(employees, riya, st_paul):
    elsewhere = make_employee(branch=st_paul)
    riya.branches.add(st_paul)
    assert ids(employees.candidates(riya, [elsewhere.pk])) == [elsewhere.pk]


def test_a_candidate_says_all_that_texting_needs(employees, riya):
    toronto = make_branch("Toronto", region="CA")
    riya.branches.add(toronto)
    ana = make_employee(
        branch=toronto, job_title="Welder", cell_phone=" 416 555 0101 ", sms="n/a", email="a@example.com"
    )
    (candidate,) = employees.candidates(riya, [ana.pk])
    assert candidate.key == RecordKey("employee", ana.pk)
    assert (candidate.name, candidate.ident, candidate.region) == ("Ana Rivera", ana.ident, "CA")
    assert (candidate.url, candidate.edit_url) == (f"/employees/{ana.pk}/", f"/employees/{ana.pk}/edit/")
    assert candidate.merge_values["job_title"] == "Welder"
    assert list(candidate.numbers) == [
        TypedNumber(MethodType.SMS, "n/a"),
        TypedNumber(MethodType.CELL_PHONE, " 416 555 0101 "),
    ]


def test_a_contacts_customer_fills_a_placeholder():
    kwame = make_contact(customer="Acme Foods", title="Controller")
    (candidate,) = seam.describe([RecordKey("contact", kwame.pk)]).values()
    assert (candidate.merge_values["customer"], candidate.merge_values["title"]) == ("Acme Foods", "Controller")


def test_numbers_come_in_the_order_entered_with_the_primary_one_marked(employees, riya):
    ana = make_employee()
    make_method(ana, "sms", "612-555-0102")
    make_method(ana, "sms", "612-555-0101", is_primary=True)
    (candidate,) = employees.candidates(riya, [ana.pk])
    assert [(number.value, number.is_primary) for number in candidate.numbers] == [
        ("612-555-0102", False),
        ("612-555-0101", True),
    ]


def test_candidates_cost_the_same_for_one_and_for_fifty(employees, riya, count_queries):
    everyone = [make_employee(sms="612-555-0134").pk for _ in range(50)]
    one = count_queries(lambda: employees.candidates(riya, everyone[:1]))
    assert count_queries(lambda: employees.candidates(riya, everyone)) == one


def test_a_number_is_matched_to_whoever_holds_it_active_ones_first(st_paul):
    idle = make_employee("Idle", is_active=False, sms="612-555-0134")
    luis = make_employee("Luis", branch=st_paul, home_phone="+1 (612) 555-0134")
    kwame = make_contact("Kwame", office_phone="16125550134")
    make_employee("Other", sms="612-555-0135")
    assert [candidate.key for candidate in seam.match_number("+16125550134")] == [
        RecordKey("employee", luis.pk),
        RecordKey("employee", idle.pk),
        RecordKey("contact", kwame.pk),
    ]


def test_an_empty_number_matches_nobody():
    make_employee(sms="555-01")
    assert seam.match_number("") == []


def test_many_numbers_are_matched_with_as_many_questions_as_one(count_queries):
    numbers = [f"+161255501{n:02}" for n in range(20)]
    luis, ana = (RecordKey("employee", make_employee(name, sms=numbers[0]).pk) for name in ("Luis", "Ana"))
    for number in numbers[1:]:
        make_employee(sms=number), make_contact(office_phone=number)

    matched = seam.match_numbers([*numbers, "+16125550199"])

    assert [one.key for one in matched[numbers[0]]] == [luis, ana]
    assert [len(holders) for holders in matched.values()] == [2] * 20 + [0]
    assert count_queries(lambda: seam.match_numbers(numbers)) == count_queries(lambda: seam.match_number(numbers[1]))


def test_who_has_the_words_as_a_name_is_found_before_those_who_have_them_as_a_job(employees, riya, st_paul):
    for n in range(3):
        make_employee(f"Adam{n}", last_name="Abel", job_title="Line cook")
    tom = make_employee("Tom", last_name="Cook")
    make_employee("Ann", last_name="Cook", branch=st_paul)

    assert employees.look_up(riya, "cook", 2) == ([tom.pk, tom.pk - 3], 4)
    assert employees.look_up(riya, "tom cook", 2) == ([tom.pk], 1)
    assert employees.look_up(riya, "om cook", 2).ids == [tom.pk]


@pytest.mark.parametrize("words", ["", "'", "%", "_", "5"])
def test_words_that_are_no_name_find_what_a_search_finds(employees, riya, words):
    ana = make_employee("Ana", sms="612-555-0134")
    found = employees.matching_ids(riya, QueryDict(urlencode({"q": words})))

    assert employees.look_up(riya, words, 9) == (found, len(found))
    assert found in ([], [ana.pk])


def test_nobody_is_found_by_who_may_not_see_that_kind(employees, riya):
    make_employee("Ana")
    riya.groups.clear()

    assert employees.look_up(riya, "ana", 9) == ([], 0)


def test_all_that_match_are_those_the_search_shows(employees, riya, st_paul):
    ana = make_employee("Ana", job_title="Welder")
    make_employee("Bo", job_title="Welder", is_active=False)
    make_employee("Cy", job_title="Welder", branch=st_paul)
    assert employees.matching_ids(riya, QueryDict("q=welder&active=yes")) == [ana.pk]


@pytest.mark.parametrize("query", ["branch=99999", "active=perhaps", "service_rep=x", "branch=abc"])
def test_a_filter_nobody_can_read_matches_nobody(employees, riya, query):
    make_employee()
    assert employees.matching_ids(riya, QueryDict(query)) == []


def test_another_branchs_id_as_a_filter_matches_nobody(employees, riya, st_paul):
    make_employee(branch=st_paul)
    assert employees.matching_ids(riya, QueryDict(f"branch={st_paul.pk}")) == []


def test_codes_that_cannot_be_used_say_why(employees):
    make_code("TEXT")
    make_code("OLD", is_active=False)
    make_code("VISIT", for_employees=False)
    make_code("DNA", deactivates=True)
    reasons = {choice.label: choice.why_not for choice in employees.filing_choices()}
    assert reasons["TEXT"] == ""
    assert "inactive" in reasons["OLD"]
    assert "does not apply to employees" in reasons["VISIT"]
    assert "deactivates" in reasons["DNA"]


def test_lines_are_offered_own_first_then_home_then_granted(riya, minneapolis, st_paul):
    riya.branches.add(st_paul, minneapolis)
    assert seam.owners_for(riya) == [
        Owner("servicerep", riya.pk),
        Owner("branch", minneapolis.pk),
        Owner("branch", st_paul.pk),
    ]


def test_nobody_inactive_has_a_line_to_send_from(riya):
    riya.is_active = False
    assert seam.owners_for(riya) == []


def test_lines_can_belong_to_active_branches_and_reps(riya, minneapolis):
    make_branch("Closed", is_active=False)
    assert BranchOwners().choices() == [(minneapolis.pk, "Minneapolis")]
    assert ServiceRepOwners().choices() == [(riya.pk, "Riya Shah (riya)")]
    assert ServiceRepOwners().names([riya.pk]) == {riya.pk: "Riya Shah"}
