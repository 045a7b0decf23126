"""Taking access away: deactivation, new passwords, and the rules that keep somebody able to administer."""

import re
import threading

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse, reverse_lazy

from enterprise.administration import users_changes
from enterprise.administration.models import AuditEntry
from enterprise.administration.users_changes import Refused
from enterprise.users.models import User
from enterprise.users.roles import ADMINISTRATOR, ensure_roles
from tests.administration.rig import fail_to_sign_in, said, typed_user, url, words_of
from tests.enterprise.builders import make_user

HOME = reverse_lazy("users:password-change")


def is_signed_in(client):
    return client.get(HOME).status_code == 200


# --- deactivating


@pytest.mark.django_db
def test_deactivating_ends_every_session_at_once(as_ada, as_user, dan):
    phone, desk = as_user(dan), as_user(dan)
    assert is_signed_in(phone)

    response = as_ada.post(url("deactivate-user", dan))

    assert response.url == url("edit-user", dan)
    assert "is signed out and cannot sign in any more" in said(response)[0]
    assert not is_signed_in(phone)
    assert not is_signed_in(desk)
    assert AuditEntry.objects.get().facts == {"sessions_ended": 2}


@pytest.mark.django_db
def test_the_sessions_of_others_live_on(as_ada, as_user, dan, riya):
    rep = as_user(riya)

    as_ada.post(url("deactivate-user", dan))

    assert is_signed_in(rep)
    assert is_signed_in(as_ada)


@pytest.mark.django_db
def test_sessions_of_before_stay_dead_after_a_reactivation(as_ada, as_user, dan):
    phone = as_user(dan)
    as_ada.post(url("deactivate-user", dan))

    response = as_ada.post(url("reactivate-user", dan))

    dan.refresh_from_db()
    assert dan.is_active
    assert said(response)[-1] == "Dan Larsen can sign in again, with the password and the roles of before."
    assert not is_signed_in(phone)
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == ["user.deactivated", "user.reactivated"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["deactivate-user", "reactivate-user"])
def test_a_second_click_is_no_second_change(as_ada, dan, name):
    as_ada.post(url("deactivate-user", dan))
    as_ada.post(url(name, dan))
    before = AuditEntry.objects.count()

    response = as_ada.post(url(name, dan))

    assert "already" in said(response)[-1]
    assert AuditEntry.objects.count() == before


@pytest.mark.django_db
def test_the_question_says_what_happens_to_their_texts(as_ada, dan):
    page = words_of(as_ada.get(url("deactivate-user", dan)))

    assert "Texts of theirs that are still queued do not leave" in page
    assert User.objects.get(pk=dan.pk).is_active


@pytest.mark.django_db
def test_the_question_is_a_fragment_in_the_dialog(as_ada, dan):
    fragment = as_ada.get(url("deactivate-user", dan), headers={"HX-Request": "true"}).content.decode()

    assert fragment.startswith('<form class="modal-content"')


# --- nobody locks everyone out


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_administrator_cannot_deactivate_themselves(as_ada, ada, method):
    response = getattr(as_ada, method)(url("deactivate-user", ada))

    assert said(response) == ["You cannot deactivate yourself. Another administrator can."]
    assert is_signed_in(as_ada)


@pytest.mark.django_db
def test_the_own_page_offers_no_deactivation(as_ada, ada):
    page = as_ada.get(url("edit-user", ada)).content.decode()

    assert url("deactivate-user", ada) not in page
    assert url("user-password", ada) not in page


@pytest.mark.django_db
def test_an_administrator_cannot_take_their_own_role_away(as_ada, ada, riya):
    riya.groups.add(Group.objects.get(name=ADMINISTRATOR))

    response = as_ada.post(url("edit-user", ada), typed_user(ada, first_name="Adaline", groups=[]))

    ada.refresh_from_db()
    assert response.status_code == 422
    assert words_of(response).count("You cannot take your own administrator role away.") == 2
    assert (ada.first_name, ada.groups.count()) == ("Ada", 1)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_an_administrator_changes_the_rest_of_their_own_account(as_ada, ada):
    as_ada.post(url("edit-user", ada), typed_user(ada, first_name="Adaline"))

    ada.refresh_from_db()
    assert ada.first_name == "Adaline"


@pytest.mark.django_db
def test_another_administrator_can(as_ada, riya):
    riya.groups.add(Group.objects.get(name=ADMINISTRATOR))

    as_ada.post(url("edit-user", riya), typed_user(riya, groups=[]))

    assert not User.objects.get(pk=riya.pk).has_perm("users.administer")


@pytest.mark.django_db
def test_the_last_administrator_stays(ada, dan):
    """As when the one who clicks has just been deactivated by the other."""
    with pytest.raises(Refused, match="Nobody could administer Enterprise"):
        users_changes.deactivate(dan, ada)

    assert User.objects.get(pk=ada.pk).is_active
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_deactivate_each_other_leave_one():
    ensure_roles()
    pair = [make_user(name, role=ADMINISTRATOR) for name in ("ada", "bea")]
    barrier = threading.Barrier(2)
    refused = []

    def deactivate(actor, user):
        barrier.wait()
        try:
            users_changes.deactivate(actor, user)
        except Refused as refusal:
            refused.append(refusal.words)
        finally:
            connection.close()

    threads = [threading.Thread(target=deactivate, args=args) for args in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert User.objects.filter(is_active=True).count() == 1
    assert len(refused) == 1


# --- passwords


@pytest.mark.django_db
def test_a_new_password_ends_the_sessions_of_the_old_one(as_ada, as_user, dan):
    phone = as_user(dan)

    response = as_ada.post(url("user-password", dan), {"password": "seven green herons"})

    dan.refresh_from_db()
    assert response.url == url("edit-user", dan)
    assert dan.check_password("seven green herons")
    assert not is_signed_in(phone)
    assert AuditEntry.objects.get().action == "user.password_set"
    assert "herons" not in str(AuditEntry.objects.get().facts)


@pytest.mark.django_db
def test_a_generated_one_is_shown_once(as_ada, client, dan):
    response = as_ada.post(url("user-password", dan), {"password": ""})

    shown = re.search(r"<code[^>]*>([^<]+)</code>", response.content.decode()).group(1)
    assert "no-store" in response["Cache-Control"]
    assert client.post(reverse("users:sign-in"), {"username": "dan", "password": shown}).status_code == 302


@pytest.mark.django_db
def test_a_new_password_unlocks(as_ada, client, dan):
    fail_to_sign_in(client, "dan")

    as_ada.post(url("user-password", dan), {"password": "seven green herons"})

    right = {"username": "dan", "password": "seven green herons"}
    assert client.post(reverse("users:sign-in"), right).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "larsen-dan", "          "])
def test_a_weak_password_is_refused(as_ada, dan, password):
    before = dan.password
    response = as_ada.post(url("user-password", dan), {"password": password})

    dan.refresh_from_db()
    assert response.status_code == 422
    assert dan.password == before


@pytest.mark.django_db
def test_the_own_password_is_changed_where_the_old_one_is_asked_for(as_ada, ada):
    assert as_ada.post(url("user-password", ada), {"password": "x"}).url == reverse("users:password-change")


@pytest.mark.django_db
def test_generated_passwords_differ_and_are_strong():
    made = {users_changes.generate_password() for _ in range(50)}

    assert len(made) == 50
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", one) for one in made)


@pytest.mark.django_db
def test_a_session_nobody_can_read_does_not_stop_the_rest(as_ada, as_user, dan):
    phone = as_user(dan)
    Session.objects.create(session_key="broken", session_data="no", expire_date=Session.objects.first().expire_date)

    as_ada.post(url("deactivate-user", dan))

    assert not is_signed_in(phone)
