"""The list of users: what is shown and found, at what cost, and who is locked out."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.urls import reverse
from django.utils import timezone

from enterprise.administration.models import AuditEntry
from enterprise.users.models import User
from enterprise.users.roles import ADMINISTRATOR
from tests.administration.rig import fail_to_sign_in, listed, role, said, url, words_of
from tests.enterprise.builders import make_branch, make_user

pytestmark = pytest.mark.django_db


def test_the_list_says_who_they_are_and_what_they_may(as_ada, riya, dan, minneapolis):
    dan.branches.add(minneapolis)
    User.objects.filter(pk=riya.pk).update(is_active=False)

    page = words_of(as_ada.get(url("users")))

    assert "Dan Larsen" in page
    assert "St. Paul Front Office Minneapolis Active Never" in page
    assert "Inactive" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "shah riya"}, ["Riya Shah"]),
        ({"q": "DLARSEN@"}, ["Dan Larsen"]),
        ({"q": "nobody"}, []),
        ({"active": "no"}, ["Riya Shah"]),
        ({"active": "yes"}, ["Ada Bergström", "Dan Larsen"]),
    ],
)
def test_the_list_is_searched(as_ada, riya, dan, query, names):
    User.objects.filter(pk=riya.pk).update(is_active=False)
    User.objects.filter(pk=dan.pk).update(email="dlarsen@example.com")

    assert listed(as_ada.get(url("users"), query)) == names


def test_a_branch_finds_those_at_home_there_and_those_it_is_granted_to(as_ada, riya, dan, st_paul):
    riya.branches.add(st_paul)

    assert listed(as_ada.get(url("users"), {"branch": st_paul.pk})) == ["Dan Larsen", "Riya Shah"]


def test_a_role_finds_its_holders(as_ada, riya):
    assert listed(as_ada.get(url("users"), {"role": role(ADMINISTRATOR)})) == ["Ada Bergström"]


def test_a_filter_nobody_can_read_finds_nobody_and_says_so(as_ada):
    response = as_ada.get(url("users"), {"branch": "999"})

    assert listed(response) == []
    assert "asks for something that is not there" in words_of(response)


@pytest.mark.parametrize(
    "query", ["page=9", "page=-1", "page=x", "per-page=-5", "sort=-last_login", "sort=home_branch"]
)
def test_any_address_shows_a_page(as_ada, riya, query):
    assert as_ada.get(f"{url('users')}?{query}").status_code == 200


def test_the_list_is_paged(as_ada, minneapolis):
    User.objects.bulk_create(User(username=f"u{n:02}", home_branch=minneapolis) for n in range(30))

    response = as_ada.get(url("users"))

    assert len(listed(response)) == 25
    assert "1–25 of 31" in words_of(response)
    assert len(listed(as_ada.get(url("users"), {"page": 2}))) == 6


def test_a_longer_list_takes_no_more_queries(as_ada, ada, riya, st_paul, count_queries):
    before = count_queries(lambda: as_ada.get(url("users")))
    for number in range(12):
        user = make_user(f"u{number}", branch=make_branch(f"B{number}"))
        user.branches.add(st_paul)

    assert count_queries(lambda: as_ada.get(url("users"))) == before


# --- locked out


def test_who_failed_too_often_is_shown_found_and_unlocked(as_ada, client, ada):
    dan = make_user("dan", first_name="Dan")
    dan.set_password("seven green herons")
    dan.save(update_fields=["password"])
    right = {"username": "dan", "password": "seven green herons"}
    fail_to_sign_in(client, "dan")
    assert client.post(reverse("users:sign-in"), right).status_code == 429
    assert listed(as_ada.get(url("users"), {"active": "locked"})) == ["Dan"]
    assert "Unlock" in words_of(as_ada.get(url("edit-user", dan)))

    response = as_ada.post(url("unlock-user", dan))

    assert said(response) == ["Dan can try to sign in again at once."]
    assert client.post(reverse("users:sign-in"), right).status_code == 302
    assert AuditEntry.objects.get(actor=ada).action == "user.unlocked"


def test_a_few_failures_or_old_ones_lock_nobody_out(as_ada, client, riya, dan):
    fail_to_sign_in(client, "riya", times=3)
    fail_to_sign_in(client, "dan")
    AccessAttempt.objects.filter(username="dan").update(attempt_time=timezone.now() - timedelta(hours=1))

    assert listed(as_ada.get(url("users"), {"active": "locked"})) == []
    assert "Unlock" not in words_of(as_ada.get(url("edit-user", dan)))
