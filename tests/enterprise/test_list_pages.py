import pytest
from django.urls import reverse

from enterprise.users.roles import FRONT_OFFICE_WITHOUT_TEXTING
from tests.enterprise.builders import make_contact, make_employee, make_method, make_user

pytestmark = pytest.mark.django_db

PAGES = ["/employees/", "/contacts/"]
MAKERS = {"/employees/": make_employee, "/contacts/": make_contact}


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_sign_in(client, page):
    assert client.get(page).url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("page", PAGES)
def test_somebody_without_a_role_may_not_look(as_user, riya, page):
    riya.groups.clear()
    assert as_user(riya).get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_rep_sees_the_people_of_their_branches_only(as_user, riya, dan, ada, minneapolis, page):
    MAKERS[page]("Zelda", branch=minneapolis)
    assert "Zelda" in as_user(riya).get(page).text
    assert "Zelda" not in as_user(dan).get(page).text
    assert "Zelda" in as_user(ada).get(page).text


@pytest.fixture
def sofia(minneapolis):
    return make_user("sofia", branch=minneapolis, role=FRONT_OFFICE_WITHOUT_TEXTING)


@pytest.mark.parametrize("page", PAGES)
def test_without_the_right_to_text_people_are_ticked_for_hotlists_alone(as_user, sofia, page):
    person = MAKERS[page]("Zelda")
    shown = as_user(sofia).get(page).text
    assert f'name="keys" value="{page[1:-2]}:{person.pk}"' in shown
    assert "Add to hotlist" in shown
    assert "Send Text" not in shown
    assert reverse("texting:compose") not in shown


def test_who_may_neither_text_nor_change_hotlists_ticks_nobody(as_user, sofia):
    make_employee("Zelda")
    group = sofia.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="change_hotlist"))
    page = as_user(sofia).get("/employees/")
    assert "Zelda" in page.text
    assert "data-select" not in page.text


@pytest.mark.parametrize("page", PAGES)
def test_the_page_costs_the_same_for_one_and_for_fifty(as_user, riya, count_queries, page):
    client = as_user(riya)
    make = MAKERS[page]
    make("First", sms="612-555-0134")
    one = count_queries(lambda: client.get(page, {"per_page": "50"}))
    for number in range(49):
        make(f"P{number}", sms="612-555-0134", cell_phone="555-01", email="x@example.com")
    assert count_queries(lambda: client.get(page, {"per_page": "50"})) == one


def test_filters_are_in_the_address_and_shown_as_chips_that_take_them_off(as_user, riya, minneapolis):
    make_employee("Ana", job_title="Welder", service_rep=riya)
    make_employee("Bo", job_title="Welder", is_active=False)
    make_employee("Cy", job_title="Cook")
    query = {"q": "welder", "active": "yes", "branch": minneapolis.pk, "service_rep": riya.pk, "page": "1"}
    page = as_user(riya).get("/employees/", query)
    assert [person.first_name for person in page.context["table"].data] == ["Ana"]
    assert "1 of 3" in page.text
    assert [chip.words for chip in page.context["chips"]] == [
        "“welder”", "Branch: Minneapolis", "Status: Active", "Service rep: Riya Shah",
    ]  # fmt: skip
    without = page.context["chips"][0].without
    assert without == f"?active=yes&branch={minneapolis.pk}&service_rep={riya.pk}"


def test_several_branches_can_be_chosen(as_user, ada, minneapolis, st_paul):
    make_employee("Ana", branch=minneapolis)
    make_employee("Bo", branch=st_paul)
    page = as_user(ada).get("/employees/", {"branch": [minneapolis.pk, st_paul.pk]})
    assert len(page.context["table"].data) == 2
    assert page.context["chips"][0].words == "Branch: Minneapolis, St. Paul"


@pytest.mark.parametrize("query", ["branch=99999", "branch=x", "active=perhaps", "service_rep=0"])
def test_a_filter_nobody_can_read_shows_nobody_and_says_so(as_user, riya, query):
    make_employee("Zelda")
    page = as_user(riya).get(f"/employees/?{query}")
    assert page.status_code == 200
    assert "Zelda" not in page.text
    assert "nobody is shown" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999999999999",
        "per_page=1000000",
        "per_page=x",
        "sort=nothing",
        "q=%00",
    ],
)
def test_odd_addresses_are_survived(as_user, riya, query):
    make_employee("Zelda")
    assert as_user(riya).get(f"/employees/?{query}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_filtering_keeps_the_order_and_the_rows_of_a_page(as_user, riya, page):
    MAKERS[page]()
    shown = as_user(riya).get(page, {"sort": "-name", "per_page": "50"}).text
    form = shown[: shown.index("</form>", shown.index('aria-label="Filter"'))]
    assert '<option value="-name" selected>' in form
    assert '<input type="hidden" name="per_page" value="50">' in form


@pytest.mark.parametrize("column", ["name", "-name", "ident", "job_title", "branch", "status", "-status"])
def test_every_column_sorts_and_pages_hold_everyone_once(as_user, riya, column):
    for number in range(60):
        make_employee(f"P{number % 3}", "Same", is_active=bool(number % 2))
    client = as_user(riya)
    seen = []
    for page in ("1", "2", "3"):
        shown = client.get("/employees/", {"sort": column, "page": page})
        seen += [row.record.pk for row in shown.context["table"].paginated_rows]
    assert len(seen) == len(set(seen)) == 60


def test_the_number_for_texts_is_shown_or_what_is_wrong_with_it(as_user, riya):
    make_employee("Good", sms="612.555.0134")
    make_employee("Bad", cell_phone="555-01")
    make_employee("None")
    page = as_user(riya).get("/employees/").text
    assert "(612) 555-0134" in page
    assert "555-01 is not valid" in page
    assert "No phone number" in page


def test_a_name_cannot_bring_markup_into_the_page(as_user, riya):
    person = make_employee("<script>alert(1)</script>", cell_phone="<b>1</b>")
    make_method(person, "email", "<i>@example.com")
    client = as_user(riya)
    for address in (
        "/employees/",
        f"/employees/{person.pk}/",
        "/people/search/?q=script",
        f"/employees/{person.pk}/edit/",
    ):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "<b>1</b>" not in page
        assert "<i>@" not in page


def test_an_empty_list_says_how_to_begin(as_user, riya):
    assert "Nobody here yet" in as_user(riya).get("/employees/").text
    make_employee()
    assert "Nobody matches" in as_user(riya).get("/employees/?q=zzz").text


def test_search_everything_shows_both_kinds_of_the_readers_branches(as_user, riya, dan, minneapolis):
    make_employee("Zelda", "One", branch=minneapolis)
    make_contact("Zelda", "Two", branch=minneapolis, customer="Zebra Works")
    for number in range(9):
        make_employee("Many", str(number))
    page = as_user(riya).get("/people/search/", {"q": "zelda"}).text
    assert "Zelda One" in page
    assert "Zelda Two" in page
    assert "/employees/?q=many" in as_user(riya).get("/people/search/", {"q": "many"}).text
    assert "Zelda" not in as_user(dan).get("/people/search/", {"q": "two"}).text


@pytest.mark.parametrize("query", ["", "   ", "\x00", "x" * 5000])
def test_search_everything_survives_odd_queries(as_user, riya, query):
    assert as_user(riya).get("/people/search/", {"q": query}).status_code == 200


def test_search_everything_sends_a_stranger_to_sign_in(client):
    assert client.get("/people/search/?q=ana").url.startswith(reverse("users:sign-in"))
