"""The form of a user: who gets in, what is saved, what is refused."""

import re

import pytest
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.users.models import User
from enterprise.users.roles import ADMINISTRATOR, FRONT_OFFICE
from tests.administration.rig import role, said, typed_user, url, words_of

pytestmark = pytest.mark.django_db

PAGES = ["users", "add-user", "edit-user", "user-password", "deactivate-user"]
ACTIONS = ["add-user", "edit-user", "user-password", "deactivate-user", "reactivate-user", "unlock-user"]


def address(name, user):
    return url(name, None if name in ("users", "add-user") else user)


# --- who may


@pytest.mark.parametrize("name", PAGES)
def test_anonymous_signs_in_first(client, dan, name):
    assert client.get(address(name, dan)).url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("name", ACTIONS)
def test_anonymous_changes_nothing(client, dan, name):
    assert client.post(address(name, dan), {}).url.startswith(reverse("users:sign-in"))
    assert list(User.objects.filter(is_active=True)) == [dan]


@pytest.mark.parametrize("name", PAGES)
def test_front_office_has_no_business_here(as_user, riya, dan, name):
    assert as_user(riya).get(address(name, dan)).status_code == 403


@pytest.mark.parametrize("name", ACTIONS)
def test_front_office_changes_nothing(as_user, riya, dan, name):
    before = dan.password

    assert as_user(riya).post(address(name, dan), typed_user(groups=[role(ADMINISTRATOR)])).status_code == 403

    dan.refresh_from_db()
    assert (dan.is_active, dan.password) == (True, before)
    assert set(User.objects.all()) == {riya, dan}


@pytest.mark.parametrize("name", ["reactivate-user", "unlock-user"])
def test_looking_at_an_action_does_nothing(as_ada, dan, name):
    assert as_ada.get(url(name, dan)).status_code == 405


def test_a_user_who_never_was_is_not_found(as_ada):
    assert as_ada.get(reverse("administration:edit-user", args=[404])).status_code == 404


@pytest.mark.parametrize("name", ["edit-user", "user-password", "deactivate-user"])
def test_a_superuser_is_not_an_administrators_business(as_ada, name):
    root = User.objects.create_superuser("root", password="the first password")

    response = as_ada.post(url(name, root), typed_user(root, password="taken over now"))

    root.refresh_from_db()
    assert response.url == url("users")
    assert said(response) == ["root is a superuser. Only a superuser can change this account."]
    assert root.is_active
    assert root.check_password("the first password")


# --- adding


def test_a_user_is_added_with_all_that_was_typed(as_ada, ada, minneapolis, st_paul):
    response = as_ada.post(
        url("add-user"),
        typed_user(
            email="mei@example.com",
            home_branch=st_paul.pk,
            branches=[minneapolis.pk],
            time_zone="America/Denver",
            groups=[role(FRONT_OFFICE)],
            password="seven green herons",
        ),
    )

    mei = User.objects.get(username="mwong")
    assert response.url == url("users")
    assert said(response) == ["Added Mei Wong, who can sign in as mwong now."]
    assert (mei.home_branch, mei.time_zone, mei.email) == (st_paul, "America/Denver", "mei@example.com")
    assert [*mei.branches.all()] == [minneapolis]
    assert [group.name for group in mei.groups.all()] == [FRONT_OFFICE]
    assert mei.check_password("seven green herons")
    assert not mei.is_staff


def test_a_generated_password_is_shown_once_and_works(as_ada, client):
    response = as_ada.post(url("add-user"), typed_user())

    shown = re.search(r"<code[^>]*>([^<]+)</code>", response.content.decode()).group(1)
    assert "only time it is shown" in words_of(response)
    assert "no-store" in response["Cache-Control"]
    assert client.post(reverse("users:sign-in"), {"username": "mwong", "password": shown}).status_code == 302
    assert shown not in as_ada.get(url("edit-user", User.objects.get(username="mwong"))).content.decode()


def test_what_was_added_is_audited_without_names(as_ada, ada, st_paul):
    as_ada.post(
        url("add-user"), typed_user(email="mei@example.com", home_branch=st_paul.pk, groups=[role(FRONT_OFFICE)])
    )

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action) == (ada, "user.added")
    assert entry.subject == f"user:{User.objects.get(username='mwong').pk}"
    assert entry.facts == {"after": {"branches": [], "home_branch": st_paul.pk, "roles": [role(FRONT_OFFICE)]}}
    assert "mei" not in str(entry.facts).lower()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"first_name": " "}, "Enter the name that colleagues and records show."),
        ({"username": ""}, "Enter the name they sign in with"),
        ({"username": "RIYA"}, "riya is the username of Riya Shah. Choose another."),
        ({"username": "m wong"}, "Enter a valid username"),
        ({"email": "mei@"}, "Enter a valid email address."),
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "password1234"}, "too common"),
        ({"password": "mwong-mwong", "username": "mwong-mwong"}, "too similar"),
        ({"time_zone": "Mars/Base"}, "Mars/Base is not one of the available choices"),
        ({"home_branch": "999"}, "Select a valid choice"),
        ({"groups": ["999"]}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_the_field_and_above(as_ada, riya, values, words):
    response = as_ada.post(url("add-user"), typed_user(last_name="Wong-Typed", **values))

    assert response.status_code == 422
    assert words_of(response).count(words) == 2
    assert 'value="Wong-Typed"' in response.content.decode()
    assert not User.objects.filter(last_name="Wong-Typed").exists()
    assert not AuditEntry.objects.exists()


def test_a_typed_password_is_never_sent_back(as_ada):
    response = as_ada.post(url("add-user"), typed_user(username="", password="seven green herons"))

    assert "seven green herons" not in response.content.decode()


def test_an_inactive_branch_is_offered_only_to_whom_it_belongs(as_ada, dan, st_paul):
    st_paul.is_active = False
    st_paul.save(update_fields=["is_active"])

    assert "St. Paul" not in as_ada.get(url("add-user")).content.decode()
    assert "St. Paul" in as_ada.get(url("edit-user", dan)).content.decode()


# --- editing


def test_a_change_is_saved_and_audited_by_ids(as_ada, ada, dan, minneapolis, st_paul):
    response = as_ada.post(
        url("edit-user", dan),
        typed_user(dan, email="dan@example.com", home_branch=minneapolis.pk, branches=[st_paul.pk]),
    )

    dan.refresh_from_db()
    assert response.url == url("users")
    assert (dan.email, dan.home_branch) == ("dan@example.com", minneapolis)
    assert AuditEntry.objects.get().facts == {
        "after": {"branches": [st_paul.pk], "home_branch": minneapolis.pk},
        "before": {"branches": [], "home_branch": st_paul.pk},
        "fields": ["email"],
    }


def test_saving_what_was_there_is_no_change(as_ada, dan):
    response = as_ada.post(url("edit-user", dan), typed_user(dan))

    assert said(response) == ["Nothing was changed."]
    assert not AuditEntry.objects.exists()


def test_any_administrator_may_hand_out_any_role(as_ada, dan):
    as_ada.post(url("edit-user", dan), typed_user(dan, groups=[role(ADMINISTRATOR), role(FRONT_OFFICE)]))

    assert User.objects.get(pk=dan.pk).has_perm("users.administer")


def test_saving_a_form_from_before_a_deactivation_does_not_reactivate(as_ada, dan):
    form = typed_user(dan, email="dan@example.com")
    as_ada.post(url("deactivate-user", dan))

    as_ada.post(url("edit-user", dan), form)

    dan.refresh_from_db()
    assert (dan.is_active, dan.email) == (False, "dan@example.com")
