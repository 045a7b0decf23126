import csv
import io
import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.employees.models import Employee
from enterprise.people.methods import choose_number
from enterprise.people.report import with_problem
from tests.enterprise.builders import make_contact, make_employee, make_method

pytestmark = pytest.mark.django_db

PAGE = "/people/textable-report/"
DOWNLOAD = "/people/textable-report.csv"


def rows():
    out = io.StringIO()
    call_command("textable_report", stdout=out)
    return list(csv.reader(io.StringIO(out.getvalue())))


def make_everyone(**where):
    make_employee("Valid", "One", ident="1", sms="(612) 555-0134", **where)
    make_employee("Invalid", "Two", ident="2", cell_phone="555-01", home_phone="612-555-0111", **where)
    make_employee("Missing", "Three", ident="3", sms="n/a", **where)
    make_employee("Skipped", "Four", ident="4", sms="see notes", phone="651.555.0108", **where)
    make_employee("Idle", "Five", ident="5", is_active=False, office_phone="+1 763 555 0126", **where)
    twice = make_employee("Twice", "Six", ident="6", **where)
    make_method(twice, "sms", "612-555-01", is_primary=True)
    make_method(twice, "sms", "612-555-0155")


def test_every_person_has_a_row_with_the_first_number_found():
    make_everyone()
    make_contact("Kwame", "Asante, Jr.", ident="500", home_phone="1-651-555-0109")
    assert rows() == [
        ["kind", "id", "name", "type", "number", "problem"],
        ["employee", "1", "Valid One", "sms", "+16125550134", ""],
        ["employee", "2", "Invalid Two", "cell_phone", "", "invalid"],
        ["employee", "3", "Missing Three", "", "", "missing"],
        ["employee", "4", "Skipped Four", "phone", "+16515550108", ""],
        ["employee", "5", "Idle Five", "office_phone", "+17635550126", ""],
        ["employee", "6", "Twice Six", "sms", "", "invalid"],
        ["contact", "500", "Kwame Asante, Jr.", "home_phone", "+16515550109", ""],
    ]


@pytest.mark.parametrize("problem", ["", "any", "missing", "invalid"])
def test_the_database_judges_as_the_report_does(problem):
    make_everyone()
    kinds = {"": "", "missing": "missing"}
    judged = {
        person.pk: kinds.get(choose_number(person.methods.all()).problem, "invalid")
        for person in Employee.objects.all()
    }
    expected = {pk for pk, found in judged.items() if not problem or found == problem or (problem == "any" and found)}
    assert {person.pk for person in with_problem(Employee.objects.all(), problem)} == expected


def test_a_stranger_is_sent_to_sign_in(client):
    for address in (PAGE, DOWNLOAD):
        assert client.get(address).url.startswith(reverse("users:sign-in"))


def test_a_rep_sees_the_people_of_their_branches_only(as_user, riya, dan, minneapolis):
    make_everyone(branch=minneapolis)
    assert "Missing Three" in as_user(riya).get(PAGE).text
    assert "Missing Three" not in as_user(dan).get(PAGE).text
    assert "Three" not in as_user(dan).get(DOWNLOAD).getvalue().decode()


def test_somebody_without_a_role_sees_no_report(as_user, riya):
    riya.groups.clear()
    assert as_user(riya).get(PAGE).status_code == 403
    assert as_user(riya).get(DOWNLOAD).status_code == 403


def test_the_page_shows_problems_first_and_can_be_narrowed(as_user, riya):
    make_everyone()
    client = as_user(riya)
    everything = client.get(PAGE).text
    assert "Invalid Two" in everything
    assert "Valid One" not in everything
    assert "Invalid Two" not in client.get(PAGE, {"problem": "missing"}).text
    assert "Valid One" in client.get(PAGE, {"problem": ""}).text
    assert client.get(PAGE, {"problem": "bogus", "kind": "bogus", "page": "bogus"}).status_code == 200


def test_the_download_is_the_report_with_no_formula_in_it(as_user, riya):
    make_employee("=HYPERLINK(1)", "", ident="7", sms="612-555-0134")
    lines = as_user(riya).get(DOWNLOAD).getvalue().decode("utf-8-sig").splitlines()
    assert lines == ["kind,id,name,type,number,problem", "employee,7,'=HYPERLINK(1),sms,+16125550134,"]


def test_the_command_writes_no_formula_either():
    make_employee("=HYPERLINK(1)", "", ident="@7", sms="612-555-0134")
    assert rows()[1] == ["employee", "'@7", "'=HYPERLINK(1)", "sms", "+16125550134", ""]


def test_the_command_is_audited_as_the_download_is():
    make_everyone()
    rows()
    (entry,) = AuditEntry.objects.filter(action="people.exported")
    assert (entry.actor, entry.subject, entry.facts, entry.ip) == (None, "report:textable", {}, None)


def test_the_page_costs_the_same_for_one_and_for_fifty(as_user, riya, django_assert_num_queries, count_queries):
    client = as_user(riya)
    make_employee("A", "B", cell_phone="555-01")
    one = count_queries(lambda: client.get(PAGE))
    for number in range(49):
        make_employee("A", f"B{number}", cell_phone="555-01")
    assert count_queries(lambda: client.get(PAGE)) == one


def test_the_download_is_of_the_kind_on_the_page(as_user, riya):
    make_employee("Ana", cell_phone="555-01")
    make_contact("Kwame", ident="9")
    client = as_user(riya)
    page = client.get(PAGE, {"kind": "contact"}).text
    href = re.search(rf'href="({re.escape(DOWNLOAD)}[^"]*)"', page)[1].replace("&amp;", "&")
    assert client.get(href).getvalue().decode("utf-8-sig").splitlines()[1:] == ["contact,9,Kwame Asante,,,missing"]
    assert len(client.get(DOWNLOAD).getvalue().splitlines()) == 3


def test_the_way_out_is_there_on_a_small_screen_too(as_user, riya):
    person = make_employee("Ana", cell_phone="555-01")
    page = as_user(riya).get(PAGE).text
    way_out = f'href="/employees/{person.pk}/edit/#methods"'
    assert way_out in page[page.index('<div class="d-md-none">') :].partition("</div>")[0]
