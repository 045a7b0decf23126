"""The list of hotlists, one hotlist, naming, sharing and deleting."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from enterprise.administration.models import AuditEntry
from enterprise.hotlists.models import Hotlist
from tests.enterprise.builders import make_contact, make_employee
from tests.enterprise.posted import as_posted
from tests.hotlists.builders import make_hotlist, put_on

pytestmark = pytest.mark.django_db


def test_an_empty_page_says_what_a_hotlist_is_and_how_to_begin(as_user, riya):
    page = as_user(riya).get("/hotlists/").text
    assert "No hotlists yet" in page
    assert "New hotlist" in page
    assert "Choose people in search" in page


def test_the_navigation_leads_there(as_user, riya):
    assert 'href="/hotlists/"' in as_user(riya).get("/employees/").text


def test_a_list_shows_its_kind_its_people_and_with_whom_it_is_shared(as_user, riya, nights):
    put_on(nights, make_employee("Ana"), make_employee("Bo"))
    make_hotlist("Managers", make_contact(), owner=riya, record_type="contact")
    page = as_user(riya).get("/hotlists/").text
    for said in ("Nights forklift", "2 employees", "Minneapolis", "Managers", "1 contact", "Nobody else", "Riya Shah"):
        assert said in page
    assert 'aria-label="Text Nights forklift"' in page


@pytest.mark.parametrize(
    "column", ["name", "-name", "record_type", "seen_count", "-seen_count", "branch", "owner", "-changed_at"]
)
def test_every_column_of_the_list_sorts(as_user, riya, nights, private, column):
    page = as_user(riya).get("/hotlists/", {"sort": column})
    assert len(page.context["table"].rows) == 2


@pytest.mark.parametrize("column", ["name", "-name", "ident", "branch", "status", "added_at", "-added_at"])
def test_every_column_of_a_hotlist_sorts(as_user, riya, nights, column):
    put_on(nights, make_employee("Ana"), make_employee("Bo"))
    page = as_user(riya).get(nights.get_absolute_url(), {"sort": column})
    assert len(page.context["table"].rows) == 2


def test_a_hotlist_shows_each_person_with_number_and_a_button_to_text_them(as_user, riya, nights):
    put_on(
        nights, make_employee("Ana", sms="612-555-0134", job_title="Welder"), make_employee("Bo", cell_phone="555-01")
    )
    page = as_user(riya).get(nights.get_absolute_url()).text
    for said in ("(612) 555-0134", "Welder", "555-01 is not valid", "2 employees", "owner: Riya Shah"):
        assert said in page
    assert 'aria-label="Text Ana Rivera"' in page
    assert 'aria-label="Text this hotlist"' in page


def test_a_hotlist_of_contacts_names_their_customer(as_user, riya):
    managers = make_hotlist("Managers", make_contact(title="Controller"), owner=riya, record_type="contact")
    assert "Controller, Acme Foods" in as_user(riya).get(managers.get_absolute_url()).text


def test_people_are_found_within_a_hotlist(as_user, riya, nights):
    put_on(nights, make_employee("Ana"), make_employee("Bo"))
    client = as_user(riya)
    page = client.get(nights.get_absolute_url(), {"q": "ana"})
    assert [row.record.first_name for row in page.context["table"].rows] == ["Ana"]
    assert "Nobody matches" in client.get(nights.get_absolute_url(), {"q": "zzz"}).text


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=1000000", "sort=nothing", "q=%00"])
def test_odd_addresses_are_survived(as_user, riya, nights, query):
    put_on(nights, make_employee())
    client = as_user(riya)
    assert client.get(f"{nights.get_absolute_url()}?{query}").status_code == 200
    assert client.get(f"/hotlists/?{query}").status_code == 200


def test_a_hotlist_costs_the_same_for_one_and_for_fifty_people(as_user, riya, nights, count_queries):
    client = as_user(riya)
    ask = lambda: client.get(nights.get_absolute_url(), {"per_page": "50"})  # noqa: E731
    put_on(nights, make_employee("First", sms="612-555-0134"))
    one = count_queries(ask)
    put_on(nights, *(make_employee(f"P{number}", sms="612-555-0134", email="x@example.com") for number in range(49)))
    assert count_queries(ask) == one


def test_the_list_costs_the_same_for_one_and_for_thirty_hotlists(as_user, riya, minneapolis, nights, count_queries):
    client = as_user(riya)
    people = [make_employee("Ana"), make_employee("Bo")]
    put_on(nights, *people)
    one = count_queries(lambda: client.get("/hotlists/", {"per_page": "50"}))
    for number in range(15):
        make_hotlist(f"N{number}", *people, owner=riya, branch=minneapolis)
        make_hotlist(f"C{number}", owner=riya, record_type="contact")
    assert count_queries(lambda: client.get("/hotlists/", {"per_page": "50"})) == one


def test_a_new_hotlist_is_its_makers(as_user, riya, minneapolis):
    given = {"name": "Managers", "record_type": "contact", "branch": minneapolis.pk}
    page = as_user(riya).post("/hotlists/new/", given, follow=True)
    made = Hotlist.objects.get()
    assert (made.name, made.record_type, made.owner, made.branch) == ("Managers", "contact", riya, minneapolis)
    assert page.request["PATH_INFO"] == made.get_absolute_url()
    assert "“Managers” was created." in page.text
    assert AuditEntry.objects.get().action == "hotlist.shared"


def test_a_name_is_taken_whatever_its_case_by_ones_own_lists_only(as_user, riya, dan, private):
    again = {"name": "ONLY MINE", "record_type": "employee"}
    page = as_user(riya).post("/hotlists/new/", again)
    assert page.status_code == 422
    assert "There is a hotlist of yours of this name" in page.text
    assert as_user(dan).post("/hotlists/new/", again).status_code == 302
    with pytest.raises(IntegrityError), transaction.atomic():
        make_hotlist("only mine", owner=riya)


def test_renaming_keeps_kind_and_people(as_user, riya, nights):
    put_on(nights, make_employee())
    as_user(riya).post(
        f"/hotlists/{nights.pk}/edit/", {"name": "Nights", "branch": nights.branch_id, "record_type": "contact"}
    )
    nights.refresh_from_db()
    assert (nights.name, nights.record_type, nights.members.count()) == ("Nights", "employee", 1)
    assert not AuditEntry.objects.exists()


def test_sharing_and_taking_it_back_are_audited(as_user, riya, minneapolis, private):
    client = as_user(riya)
    client.post(f"/hotlists/{private.pk}/edit/", {"name": "Only mine", "branch": minneapolis.pk})
    client.post(f"/hotlists/{private.pk}/edit/", {"name": "Only mine", "branch": ""})
    entries = [(entry.action, entry.subject, entry.facts, entry.actor) for entry in AuditEntry.objects.order_by("pk")]
    subject = f"hotlist:{private.pk}"
    assert entries == [
        ("hotlist.shared", subject, {"branch": minneapolis.pk, "was": None}, riya),
        ("hotlist.unshared", subject, {"branch": None, "was": minneapolis.pk}, riya),
    ]


def test_an_administrator_who_makes_a_list_private_lands_on_the_list_of_hotlists(as_user, ada, nights):
    page = as_user(ada).post(f"/hotlists/{nights.pk}/edit/", {"name": "Nights", "branch": ""}, follow=True)
    assert page.request["PATH_INFO"] == "/hotlists/"
    assert "was saved" in page.text


def test_deleting_asks_by_name_then_deletes_and_is_audited(as_user, riya, nights):
    ana = make_employee()
    put_on(nights, ana)
    client = as_user(riya)
    asked = client.get(f"/hotlists/{nights.pk}/delete/").text
    assert "Delete “Nights forklift”?" in asked
    assert "1 person is on it" in asked
    assert Hotlist.objects.exists()
    page = client.post(f"/hotlists/{nights.pk}/delete/", follow=True).text
    assert "“Nights forklift” was deleted." in page
    assert not Hotlist.objects.exists()
    ana.refresh_from_db()
    entry = AuditEntry.objects.get()
    facts = {"owner": riya.pk, "branch": nights.branch_id, "members": 1}
    assert (entry.action, entry.facts) == ("hotlist.deleted", facts)


def test_a_name_cannot_bring_markup_into_a_page(as_user, riya):
    named = make_hotlist("<script>alert(1)</script>", make_employee("<b>x</b>"), owner=riya)
    client = as_user(riya)
    key = f"employee:{named.members.get().record_id}"
    for address in (
        "/hotlists/",
        named.get_absolute_url(),
        f"/hotlists/{named.pk}/delete/",
        f"/hotlists/add/?keys={key}",
    ):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page


def test_looking_at_the_form_makes_nobody_wait(as_user, riya, nights):
    client = as_user(riya)
    for page in ("/hotlists/new/", f"/hotlists/{nights.pk}/edit/"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        assert not [query for query in asked if "FOR NO KEY UPDATE" in query["sql"]]


def test_renaming_does_not_share_again_what_was_taken_back_meanwhile(as_user, riya, nights):
    client, page = as_user(riya), f"/hotlists/{nights.pk}/edit/"
    posted = as_posted(client.get(page), name="Nights")
    Hotlist.objects.filter(pk=nights.pk).update(branch=None)
    assert client.post(page, posted).status_code == 302
    nights.refresh_from_db()
    assert (nights.name, nights.branch) == ("Nights", None)
