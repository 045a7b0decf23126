"""The filters and orders of the two searches."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.http import QueryDict
from django.utils import timezone

from enterprise.employees.models import Employee
from enterprise.messagelog.models import Message
from tests.assignments.builders import make_assignment
from tests.enterprise.builders import make_code, make_contact, make_employee
from texting import seam

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(as_user, riya):
    """The first names that a search finds, in their order."""

    def search(query, *, by=riya, page="/employees/"):
        shown = as_user(by).get(f"{page}?{query}")
        return [row.record.first_name for row in shown.context["table"].paginated_rows]

    return search


@pytest.fixture
def crew(minneapolis):
    """Who works where today, besides two who do not."""
    ana, bo, cy = (make_employee(name, "A", branch=minneapolis) for name in ("Ana", "Bo", "Cy"))
    make_employee("Di", "A", branch=minneapolis)
    make_assignment(ana, "Acme Foods", shift="nights")
    make_assignment(bo, "Acme Foods West", shift="days", ends=7)
    make_assignment(bo, "Zenith", shift="nights", ends=-1)
    make_assignment(cy, "Acme Foods", ends=-1)


@pytest.mark.usefixtures("crew")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("assigned=yes", ["Ana", "Bo"]),
        ("assigned=no", ["Cy", "Di"]),
        ("assigned=soon", ["Bo"]),
        ("customer=acme", ["Ana", "Bo"]),
        ("customer=acme+foods", ["Ana"]),
        ("customer=Zenith", []),
        ("shift=nights", ["Ana"]),
        ("customer=acme&shift=days", ["Bo"]),
        ("customer=acme+foods&shift=days", []),
        ("customer=nobody%27s", []),
        ("assigned=no&customer=acme", []),
    ],
)
def test_employees_are_found_by_the_assignment_that_runs_today(found, query, names):
    assert found(query) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("job=fork", ["Ana"]),
        ("job=OPERATOR+fork", ["Ana"]),
        ("job=ana", []),
        ("place=minn", ["Ana"]),
        ("place=981", ["Bo"]),
        ("place=%25", []),
    ],
)
def test_employees_are_found_by_job_and_place(found, query, names):
    make_employee("Ana", job_title="Forklift Operator", city="Minneapolis", state="MN", zip="55401")
    make_employee("Bo", job_title="Cook", city="Seattle", state="WA", zip="98101")
    assert found(query) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("textable=yes", ["Ana"]),
        ("textable=no", ["Bo", "Cy", "Di", "Ed"]),
        ("textable=missing", ["Bo"]),
        ("textable=invalid", ["Cy"]),
        ("textable=do_not_text", ["Di"]),
    ],
)
def test_employees_are_found_by_whether_they_can_be_texted_and_why_not(found, query, names):
    make_employee("Ana", "A", sms="612-555-0134")
    make_employee("Bo", "A")
    make_employee("Cy", "A", sms="555-01")
    make_employee("Di", "A", sms="612-555-0135", do_not_text=True)
    make_employee("Ed", "A", sms="612-555-0136", is_active=False)
    assert found(query) == names


def test_contacts_are_found_by_customer_and_title(found):
    make_contact("Kwame", customer="Acme Foods", title="Plant Manager")
    make_contact("Lea", customer="Zenith", title="Controller")
    assert found("customer=acme", page="/contacts/") == ["Kwame"]
    assert found("job=controller", page="/contacts/") == ["Lea"]


@pytest.mark.parametrize("query", ["assigned=perhaps", "shift=x", "textable=x", "customer=%00", "place=" + "x" * 121])
def test_what_no_filter_can_read_finds_nobody_and_says_so(as_user, riya, query):
    make_employee("Zelda")
    page = as_user(riya).get(f"/employees/?{query}")
    assert not page.context["table"].paginated_rows
    assert "nobody is shown" in page.text


@pytest.mark.usefixtures("crew")
def test_every_filter_is_a_chip_in_words(as_user, riya):
    query = "assigned=soon&customer=acme&shift=days&job=x&place=minn&textable=missing"
    chips = as_user(riya).get(f"/employees/?{query}").context["chips"]
    assert sorted(chip.words for chip in chips) == [
        "Assignment: Ends within 7 days", "City, state or ZIP: minn", "Customer: acme", "Job: x", "Shift: Days",
        "Texting: No phone number",
    ]  # fmt: skip


@pytest.mark.usefixtures("crew")
def test_all_that_match_are_those_that_the_page_shows(riya):
    ids = seam.find_record_type("employee").matching_ids(riya, QueryDict("customer=acme&sort=-last_message"))
    assert {Employee.objects.get(pk=pk).first_name for pk in ids} == {"Ana", "Bo"}


@pytest.mark.usefixtures("crew")
def test_who_may_not_see_assignments_cannot_search_by_them(as_user, riya):
    riya.groups.clear()
    riya.user_permissions.set(Permission.objects.filter(codename="view_employee"))
    page = as_user(riya).get("/employees/?sort=assigned")
    assert "assigned" not in page.context["filters"].filters
    assert "Acme Foods" not in page.text


def test_the_assignment_of_today_is_a_cell(as_user, riya, crew):
    page = as_user(riya).get("/employees/").text
    assert "Acme Foods, nights" in page
    assert "Zenith, nights" not in page


def test_people_are_sorted_by_their_last_message(found, riya):
    ana, bo, cy, _ = (make_employee(name, "A") for name in ("Ana", "Bo", "Cy", "Di"))
    code = make_code()
    for person, days in ((ana, 5), (bo, 1), (cy, 9)):
        at = timezone.now() - timedelta(days=days)
        Message.objects.create(record_type="employee", record_id=person.pk, action_code=code, body="…", created_at=at)
    assert found("sort=-last_message") == ["Bo", "Ana", "Cy", "Di"]
    assert found("sort=last_message") == ["Di", "Cy", "Ana", "Bo"]


@pytest.mark.parametrize("query", ["q=cook", "q="])
def test_people_are_sorted_by_name_both_ways(found, query):
    for last_name in ("Zhao", "Åström", "Adams"):
        make_employee(last_name, last_name, job_title="Cook")
    assert found(f"{query}&sort=name") == ["Adams", "Åström", "Zhao"]
    assert found(f"{query}&sort=-name") == ["Zhao", "Åström", "Adams"]


@pytest.mark.usefixtures("crew")
def test_people_are_sorted_by_the_customer_they_are_assigned_to(found):
    assert found("sort=assigned") == ["Ana", "Bo", "Cy", "Di"]
    assert found("sort=-assigned") == ["Cy", "Di", "Bo", "Ana"]


def test_people_are_sorted_by_city_whatever_the_accents(found):
    for name, city in (("Ana", "Zürich"), ("Bo", "Åre"), ("Cy", "Boston")):
        make_employee(name, city=city)
    assert found("sort=place") == ["Bo", "Cy", "Ana"]


COLUMNS = {
    "/employees/": ["job_title", "assigned", "place", "status", "last_message", "number", "ident", "branch", "name"],
    "/contacts/": ["customer", "title", "place", "status", "last_message", "number", "ident", "branch", "name"],
}
SORTS = [(page, f"{sign}{column}") for page in COLUMNS for column in COLUMNS[page] for sign in ("", "-")]


@pytest.mark.parametrize(("page", "sort"), SORTS)
def test_every_column_sorts_both_ways_and_says_so(as_user, ada, st_paul, page, sort):
    make_employee(branch=st_paul)
    make_contact()
    shown = as_user(ada).get(page, {"sort": sort}).text
    assert shown.count("aria-sort=") == 1
    assert f'<option value="{sort}" selected>' in shown


@pytest.mark.parametrize("query", ["", "assigned=yes", "q=a&customer=acme&shift=nights&sort=-last_message"])
def test_a_search_costs_the_same_however_many_it_finds(as_user, riya, count_queries, query):
    client = as_user(riya)
    make_assignment(make_employee("Ana", sms="612-555-0134"), shift="nights")
    one = count_queries(lambda: client.get(f"/employees/?{query}"))
    for number in range(20):
        make_assignment(make_employee(f"Ana {number}", sms="612-555-0134"), shift="nights")
    assert count_queries(lambda: client.get(f"/employees/?{query}")) == one


def test_filtering_keeps_the_order(as_user, riya):
    make_employee()
    assert 'name="sort"' in as_user(riya).get("/employees/?sort=-ident").text


def test_the_counts_say_how_many_are_found_and_shown(as_user, riya, dan):
    for number in range(30):
        make_employee(f"Ana {number}", job_title="Cook" if number % 2 else "Welder")
    make_employee("Hidden", branch=dan.home_branch)
    page = as_user(riya).get("/employees/?job=cook").text
    assert "15 of 30" in page
    assert "1–15 of 15" in page
    assert "1–25 of 30" in as_user(riya).get("/employees/").text


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Chef de rôtisserie", "rotisserie"),
        ("Señor Editor", "señor"),
        ("Driver's Mate", "drivers"),
        ("Driver’s Mate", "driver's"),
        ("SMØRREBRØD Œuvre Ænima", "smorrebrod oeuvre aenima"),
        ("Łódź Lead", "lodz"),
    ],
)
def test_a_job_is_found_without_its_accents_and_apostrophes(found, title, query):
    make_employee("Ana", job_title=title)
    make_employee("Bo", last_name=title, job_title="Cook")
    assert found(f"job={query}") == ["Ana"]
