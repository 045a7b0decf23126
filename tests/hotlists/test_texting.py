"""A hotlist yields its members to texting, and a search can be narrowed to one."""

import re

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.utils import timezone, translation

from enterprise.hotlists.demo import make_hotlists
from enterprise.hotlists.models import Hotlist
from tests.enterprise.builders import make_contact, make_employee
from tests.hotlists.builders import make_hotlist, put_on
from texting import seam, sources
from texting.models import Draft
from texting.seam import RecordKey

pytestmark = pytest.mark.django_db


def fields_of(form_html):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form_html))


def form_of(page, button):
    """The fields of the form around a button of that accessible name."""
    forms = re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL)
    return fields_of(next(form for form in forms if f'aria-label="{button}"' in form))


def drafted(client, page, button):
    answer = client.post("/texting/compose/", form_of(page, button))
    assert answer.status_code == 303
    return Draft.objects.latest("created_at")


def test_texting_a_hotlist_reaches_exactly_the_members_one_sees(as_user, riya, st_paul, nights):
    ana, bo = make_employee("Ana", sms="612-555-0134"), make_employee("Bo")
    put_on(nights, ana, bo, make_employee("Zelda", branch=st_paul))
    make_employee("Nobody")
    client = as_user(riya)
    draft = drafted(client, client.get(nights.get_absolute_url()).text, "Text this hotlist")
    assert set(draft.keys) == {RecordKey("employee", ana.pk), RecordKey("employee", bo.pk)}
    assert draft.source == f"hotlist:{nights.pk}"


def test_what_a_batch_was_for_is_worded_for_who_reads_it(riya, dan, nights):
    with translation.override("es"):
        assert sources.words(f"hotlist:{nights.pk}", riya) == "Lista: Nights forklift"
    assert sources.words(f"hotlist:{nights.pk}", dan) == "A hotlist"
    assert [sources.words(one, riya) for one in ("batch:7", "reply", "Search", "hotlist:x", "")] == [
        "Batch 7", "Reply", "Search", "hotlist:x", "",
    ]  # fmt: skip


def test_the_icon_in_the_list_of_hotlists_does_the_same(as_user, riya):
    kwame = make_contact()
    make_hotlist("Managers", kwame, owner=riya, record_type="contact")
    make_contact("Other")
    client = as_user(riya)
    draft = drafted(client, client.get("/hotlists/").text, "Text Managers")
    assert draft.keys == [RecordKey("contact", kwame.pk)]


def test_the_icon_of_a_row_texts_that_person_alone(as_user, riya, nights):
    ana = make_employee("Ana")
    put_on(nights, ana, make_employee("Bo"))
    client = as_user(riya)
    draft = drafted(client, client.get(nights.get_absolute_url()).text, "Text Ana Rivera")
    assert draft.keys == [RecordKey("employee", ana.pk)]


def test_what_a_hotlist_posts_does_not_grow_with_it(as_user, riya, nights):
    put_on(nights, *(make_employee(f"P{number}") for number in range(40)))
    fields = form_of(as_user(riya).get(nights.get_absolute_url()).text, "Text this hotlist")
    assert (fields["all"], fields["record_type"], fields["query"]) == ("1", "employee", f"hotlist={nights.pk}")


def test_everybody_selected_on_its_page_are_its_people_and_not_everybody(as_user, riya, nights):
    put_on(nights, make_employee())
    assert f'data-query="hotlist={nights.pk}"' in as_user(riya).get(nights.get_absolute_url()).text


@pytest.mark.parametrize("query", ["hotlist=99999", "hotlist=x", "hotlist=-1"])
def test_a_hotlist_that_is_not_there_finds_nobody(riya, query):
    make_employee()
    assert seam.find_record_type("employee").matching_ids(riya, QueryDict(query)) == []


def test_a_hotlist_one_does_not_see_or_of_the_other_kind_finds_nobody(riya, dan, ada, private, minneapolis):
    ana = make_employee()
    put_on(private, ana)
    dan.branches.add(minneapolis)
    matching = {
        user.username: seam.find_record_type("employee").matching_ids(user, QueryDict(private.query))
        for user in (riya, dan, ada)
    }
    assert matching == {"riya": [ana.pk], "dan": [], "ada": []}
    assert seam.find_record_type("contact").matching_ids(riya, QueryDict(private.query)) == []


def test_a_search_is_narrowed_to_a_hotlist_with_a_chip(as_user, riya, nights):
    put_on(nights, make_employee("Ana"), make_employee("Bo"))
    make_employee("Cy")
    page = as_user(riya).get("/employees/", {"hotlist": nights.pk, "q": "ana"})
    assert [row.record.first_name for row in page.context["table"].rows] == ["Ana"]
    assert [chip.words for chip in page.context["chips"]] == ["“ana”", "Hotlist: Nights forklift"]
    assert '<select name="hotlist"' in page.text


def test_a_search_without_hotlists_has_no_filter_for_them(as_user, riya):
    make_hotlist("Managers", owner=riya, record_type="contact")
    assert 'name="hotlist"' not in as_user(riya).get("/employees/").text


def test_the_demo_firm_has_one_of_employees_that_is_shared_and_one_of_contacts(settings):
    settings.DEBUG = True
    call_command("load_demo")
    make_hotlists(timezone.now())  # again: nothing is doubled
    made = {hotlist.name: hotlist for hotlist in Hotlist.objects.select_related("branch")}
    nights, managers = made["Nights forklift"], made["Plant managers"]
    assert len(made) == 2
    assert (nights.record_type, nights.branch.name, managers.record_type, managers.branch) == (
        "employee", "Minneapolis", "contact", None,
    )  # fmt: skip
    assert all(hotlist.members.count() >= 3 for hotlist in made.values())
