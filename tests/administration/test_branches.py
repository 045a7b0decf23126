"""Branches: who gets in, adding, editing, and when one cannot be deactivated."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.administration.users_changes import Refused, save_user
from enterprise.users.forms import UserForm
from enterprise.users.models import Branch, User
from tests.administration.rig import said, typed_user, url, words_of
from tests.enterprise.builders import make_branch, make_contact, make_employee, make_user

pytestmark = pytest.mark.django_db

PAGES = ["branches", "add-branch", "edit-branch", "deactivate-branch"]
ACTIONS = ["add-branch", "edit-branch", "deactivate-branch", "reactivate-branch"]
TYPED = {"name": "Duluth", "region": "US", "time_zone": "America/Chicago"}


def address(name, branch):
    return url(name, None if name in ("branches", "add-branch") else branch)


# --- who may


@pytest.mark.parametrize("name", PAGES)
def test_anonymous_signs_in_first(client, st_paul, name):
    assert client.get(address(name, st_paul)).url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("name", PAGES)
def test_front_office_has_no_business_here(as_user, riya, st_paul, name):
    assert as_user(riya).get(address(name, st_paul)).status_code == 403


@pytest.mark.parametrize("name", ACTIONS)
def test_front_office_changes_nothing(as_user, riya, st_paul, name):
    assert as_user(riya).post(address(name, st_paul), TYPED).status_code == 403

    st_paul.refresh_from_db()
    assert (st_paul.name, st_paul.is_active) == ("St. Paul", True)
    assert Branch.objects.count() == 2


# --- the list


def test_the_list_counts_active_reps_and_people(as_ada, ada, minneapolis, st_paul):
    make_user("left", branch=minneapolis, is_active=False)
    make_employee(branch=minneapolis, is_active=False)
    make_contact(branch=minneapolis)

    page = words_of(as_ada.get(url("branches")))

    assert "Minneapolis 1 rep, 2 people United States Central (Chicago) 1 2 Active" in page
    assert "St. Paul 0 reps, 0 people United States Central (Chicago) 0 0 Active" in page


def test_a_longer_list_takes_no_more_queries(as_ada, count_queries):
    before = count_queries(lambda: as_ada.get(url("branches")))
    for number in range(8):
        make_employee(branch=make_branch(f"B{number}"))

    assert count_queries(lambda: as_ada.get(url("branches"))) == before


# --- adding and editing


def test_a_branch_is_added_and_audited(as_ada, ada):
    response = as_ada.post(url("add-branch"), {**TYPED, "region": "CA", "time_zone": "America/Winnipeg"})

    branch = Branch.objects.get(name="Duluth")
    entry = AuditEntry.objects.get()
    assert response.url == url("branches")
    assert said(response) == ["Added Duluth."]
    assert (branch.region, branch.time_zone, branch.is_active) == ("CA", "America/Winnipeg", True)
    assert (entry.actor, entry.action, entry.subject) == (ada, "branch.added", f"branch:{branch.pk}")


def test_a_branch_is_renamed(as_ada, st_paul):
    response = as_ada.post(url("edit-branch", st_paul), {**TYPED, "name": "Saint Paul"})

    st_paul.refresh_from_db()
    assert said(response) == ["Saved Saint Paul."]
    assert st_paul.name == "Saint Paul"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.facts) == (
        "branch.changed",
        f"branch:{st_paul.pk}",
        {"fields": ["name"]},
    )


def test_saving_what_was_there_is_no_change(as_ada, st_paul):
    response = as_ada.post(url("edit-branch", st_paul), {**TYPED, "name": "St. Paul"})

    assert said(response) == ["Nothing was changed."]
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "  "}, "Enter the name that people know the branch by."),
        ({"name": "MINNEAPOLIS"}, "There is a branch Minneapolis already."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"region": "MX"}, "MX is not one of the available choices"),
        ({"time_zone": ""}, "This field is required."),
        ({"time_zone": "Central"}, "Central is not one of the available choices"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_the_field_and_above(as_ada, values, words):
    response = as_ada.post(url("add-branch"), {**TYPED, **values})

    assert response.status_code == 422
    assert words_of(response).count(words) == 2
    assert Branch.objects.count() == 1


def test_common_zones_come_first(as_ada):
    page = as_ada.get(url("add-branch")).content.decode()

    assert page.index('value="America/Chicago"') < page.index('value="America/Regina"')
    assert page.index('value="America/Regina"') < page.index('value="Africa/Abidjan"')


def test_a_zone_that_is_not_offered_any_more_is_kept(as_ada, st_paul):
    Branch.objects.filter(pk=st_paul.pk).update(time_zone="US/Central")

    as_ada.post(url("edit-branch", st_paul), {**TYPED, "name": "Saint Paul", "time_zone": "US/Central"})

    st_paul.refresh_from_db()
    assert (st_paul.name, st_paul.time_zone) == ("Saint Paul", "US/Central")


# --- deactivating


def test_a_branch_without_reps_is_deactivated_and_reactivated(as_ada, st_paul):
    make_employee(branch=st_paul)
    assert "Its 1 person stays where it is" in words_of(as_ada.get(url("deactivate-branch", st_paul)))

    as_ada.post(url("deactivate-branch", st_paul))
    assert not Branch.objects.get(pk=st_paul.pk).is_active
    as_ada.post(url("reactivate-branch", st_paul))

    assert Branch.objects.get(pk=st_paul.pk).is_active
    actions = [entry.action for entry in AuditEntry.objects.order_by("pk")]
    assert actions == ["branch.deactivated", "branch.reactivated"]


def test_active_reps_keep_their_branch_active(as_ada, dan, st_paul):
    page = as_ada.get(url("deactivate-branch", st_paul))
    response = as_ada.post(url("deactivate-branch", st_paul))

    words = "St. Paul cannot be deactivated: 1 active user has it as home branch. Give them another one first."
    assert words in words_of(page)
    assert f"?branch={st_paul.pk}&amp;active=yes" in page.content.decode()
    assert said(response) == [words]
    assert Branch.objects.get(pk=st_paul.pk).is_active
    assert not AuditEntry.objects.exists()


def test_reps_who_left_do_not(as_ada, dan, st_paul):
    User.objects.filter(pk=dan.pk).update(is_active=False)

    as_ada.post(url("deactivate-branch", st_paul))

    assert not Branch.objects.get(pk=st_paul.pk).is_active


def test_a_second_click_is_no_second_change(as_ada, st_paul):
    as_ada.post(url("deactivate-branch", st_paul))
    response = as_ada.post(url("deactivate-branch", st_paul))

    assert said(response)[-1] == "St. Paul was inactive already."
    assert AuditEntry.objects.count() == 1


def test_a_branch_that_was_deactivated_meanwhile_is_no_home(as_ada, dan, minneapolis):
    """The form was valid; the branch went before it was written."""
    typed = typed_user(dan, home_branch=make_branch("Duluth").pk)
    form = UserForm(QueryDict(urlencode(typed, doseq=True)), instance=dan)
    assert form.is_valid()
    Branch.objects.filter(name="Duluth").update(is_active=False)

    with pytest.raises(Refused, match="has just been deactivated"):
        save_user(User.objects.get(username="ada"), form)
