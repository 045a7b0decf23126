"""Adding to a hotlist from search and record, and removing."""

import json

import pytest
from django.utils import timezone

from enterprise.hotlists.membership import add_people
from enterprise.hotlists.models import Hotlist
from tests.enterprise.builders import make_contact, make_employee
from tests.hotlists.builders import ids_on, make_hotlist, put_on

pytestmark = pytest.mark.django_db

ADD = "/hotlists/add/"
IN_DIALOG = {"HX-Request": "true"}


def keys_of(*people):
    return [f"{type(person).__name__.lower()}:{person.pk}" for person in people]


def test_the_form_offers_the_lists_of_that_kind_and_says_how_many_are_added(as_user, riya, nights):
    make_hotlist("Managers", owner=riya, record_type="contact")
    page = as_user(riya).post(ADD, {"keys": keys_of(make_employee("Ana"), make_employee("Bo"))})
    assert page.status_code == 200
    assert "Add 2 employees to a hotlist" in page.text
    assert "Nights forklift" in page.text
    assert "Managers" not in page.text
    assert not nights.members.exists()


def test_those_added_are_counted_and_those_who_were_on_it_too(as_user, riya, nights):
    people = [make_employee(f"P{number}") for number in range(5)]
    put_on(nights, *people[:2])
    page = as_user(riya).post(ADD, {"keys": keys_of(*people), "hotlist": nights.pk, "action": "add"}, follow=True)
    assert "3 were added to “Nights forklift”. 2 were on “Nights forklift” already." in page.text
    assert ids_on(nights) == {person.pk for person in people}


def test_adding_the_same_again_says_so_and_changes_nothing(as_user, riya, nights):
    ana = make_employee()
    client = as_user(riya)
    given = {"keys": keys_of(ana), "hotlist": nights.pk, "action": "add"}
    client.post(ADD, given)
    nights.refresh_from_db()
    changed_at = nights.changed_at
    assert "1 was on “Nights forklift” already." in client.post(ADD, given, follow=True).text
    nights.refresh_from_db()
    assert (nights.members.count(), nights.changed_at) == (1, changed_at)


def test_in_the_dialog_it_is_said_where_one_was(as_user, riya, nights):
    given = {"keys": keys_of(make_employee()), "hotlist": nights.pk, "action": "add"}
    answer = as_user(riya).post(ADD, given, headers=IN_DIALOG)
    assert answer.status_code == 204
    said = json.loads(answer["HX-Trigger"])
    assert list(said) == ["closeDialog", "toast"]
    assert said["toast"]["text"] == "1 was added to “Nights forklift”."
    assert said["toast"]["link"]["href"] == nights.get_absolute_url()


def test_a_new_list_is_named_while_adding(as_user, riya):
    ana = make_employee()
    as_user(riya).post(ADD, {"keys": keys_of(ana), "name": "Days", "action": "add"})
    made = Hotlist.objects.get()
    assert (made.name, made.record_type, made.owner, made.branch, ids_on(made)) == (
        "Days", "employee", riya, None, {ana.pk},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "Choose a hotlist, or name a new one."),
        ({"hotlist": "99999"}, "Select a valid choice"),
        ({"name": "nights FORKLIFT"}, "There is a hotlist of yours of this name"),
    ],
)
def test_an_answer_that_cannot_be_followed_is_asked_again_with_the_selection_kept(as_user, riya, nights, answer, words):
    ana = make_employee()
    page = as_user(riya).post(ADD, {"keys": keys_of(ana), "action": "add", **answer}, headers=IN_DIALOG)
    assert page.status_code == 422
    assert words in page.text
    assert f'name="keys" value="employee:{ana.pk}"' in page.text
    assert Hotlist.objects.count() == 1


def test_a_list_and_a_new_name_together_are_asked_about(as_user, riya, nights):
    given = {"keys": keys_of(make_employee()), "hotlist": nights.pk, "name": "Days", "action": "add"}
    assert "not both" in as_user(riya).post(ADD, given).text
    assert not nights.members.exists()


def test_the_wrong_kind_is_refused_with_words(as_user, riya, nights):
    given = {"keys": keys_of(make_contact()), "hotlist": nights.pk, "action": "add"}
    page = as_user(riya).post(ADD, given)
    assert page.status_code == 422
    assert "“Nights forklift” is a hotlist of employees, and cannot hold contacts." in page.text
    assert not nights.members.exists()


def test_employees_and_contacts_together_are_refused_with_words(as_user, riya, nights):
    page = as_user(riya).post(ADD, {"keys": keys_of(make_employee(), make_contact())})
    assert page.status_code == 422
    assert "A hotlist holds one kind of people" in page.text


@pytest.mark.parametrize("keys", [[], ["x"], ["user:1"], ["employee:1e3"]])
def test_nobody_chosen_is_said(as_user, riya, keys):
    page = as_user(riya).post(ADD, {"keys": keys})
    assert page.status_code == 422
    assert "Nobody was added" in page.text


def test_all_that_match_are_added_without_a_field_each(as_user, riya, st_paul, nights):
    found = [make_employee(f"P{number}", job_title="Welder") for number in range(30)]
    make_employee("Other", job_title="Cook")
    make_employee("Far", job_title="Welder", branch=st_paul)
    client = as_user(riya)
    selection = {"all": "1", "record_type": "employee", "query": "q=welder"}
    form = client.post(ADD, selection).text
    assert "Add 30 employees to a hotlist" in form
    assert 'name="keys"' not in form
    assert 'name="query" value="q=welder"' in form
    client.post(ADD, {**selection, "hotlist": nights.pk, "action": "add"})
    assert ids_on(nights) == {person.pk for person in found}


def test_adding_sixty_takes_as_many_queries_as_adding_one(riya, nights, count_queries):
    people = iter([make_employee(f"P{number}").pk for number in range(122)])

    def add(count):
        return add_people(nights, [next(people) for _ in range(count)], by=riya, now=timezone.now())

    assert count_queries(lambda: add(60)) == count_queries(lambda: add(1))
    assert nights.members.count() == 122


def test_a_record_leads_there_from_its_actions(as_user, riya, nights):
    ana = make_employee()
    client = as_user(riya)
    link = f"/hotlists/add/?keys=employee:{ana.pk}"
    assert link in client.get(f"/employees/{ana.pk}/").text
    assert "Add 1 employee to a hotlist" in client.get(link).text
    assert client.get(link + f"&action=add&hotlist={nights.pk}").status_code == 200
    assert not nights.members.exists()


@pytest.mark.parametrize("page", ["/employees/", "/contacts/"])
def test_a_search_offers_it_in_the_bar_and_in_the_row_menu(as_user, riya, page):
    make_employee()
    make_contact()
    assert as_user(riya).get(page).text.count("Add to hotlist") == 3  # the bar's is there twice: one without scripts


def test_one_and_many_are_removed(as_user, riya, nights):
    people = [make_employee(f"P{number}") for number in range(4)]
    put_on(nights, *people)
    client = as_user(riya)
    page = client.post(f"/hotlists/{nights.pk}/remove/", {"keys": keys_of(*people[:3])}, follow=True)
    assert "3 were removed from “Nights forklift”." in page.text
    assert ids_on(nights) == {people[3].pk}
    selection = {"all": "1", "record_type": "employee", "query": nights.query}
    answer = client.post(f"/hotlists/{nights.pk}/remove/", selection, headers=IN_DIALOG)
    assert answer["HX-Redirect"] == nights.get_absolute_url()
    assert json.loads(answer["HX-Trigger"]) == {"selection:clear": {"list": f"hotlist-{nights.pk}"}}
    assert ids_on(nights) == set()


def test_removing_nobody_is_said_and_a_contact_of_the_same_id_removes_no_employee(as_user, riya, nights):
    ana = make_employee()
    put_on(nights, ana)
    page = as_user(riya).post(f"/hotlists/{nights.pk}/remove/", {"keys": f"contact:{ana.pk}"}, follow=True)
    assert "Nobody was removed" in page.text
    assert ids_on(nights) == {ana.pk}


def test_who_may_make_no_hotlist_and_has_none_is_told_so(as_user, riya):
    group = riya.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="add_hotlist"))
    make_hotlist("Managers", owner=riya, record_type="contact")
    client, given = as_user(riya), {"keys": keys_of(make_employee())}

    page = client.post(ADD, given)

    assert page.status_code == 200
    assert "There is no hotlist of employees for you" in page.text
    assert 'value="add"' not in page.text
    assert client.post(ADD, given | {"action": "add"}).status_code == 422


def test_who_may_make_no_hotlist_chooses_one(as_user, riya, nights):
    group = riya.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="add_hotlist"))

    page = as_user(riya).post(ADD, {"keys": keys_of(make_employee())})

    assert "Choose one" in page.text
    assert "New hotlist" not in page.text
