"""The audit: what is recorded, from where, and that it stays as it was written."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from enterprise.administration import audit
from enterprise.administration.models import AuditEntry
from enterprise.users.backends import ADDRESS_LIMIT, NAME_LIMIT
from enterprise.users.models import Branch
from tests.administration.rig import fail_to_sign_in, url
from tests.enterprise.builders import make_employee, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def mei(minneapolis):
    mei = make_user("mei")
    mei.set_password(PASSWORD)
    mei.save(update_fields=["password"])
    return mei


def sign_in(client, username="mei", password=PASSWORD, **origin):
    return client.post(reverse("users:sign-in"), {"username": username, "password": password}, **origin)


def recorded(action):
    return list(AuditEntry.objects.filter(action=action).values_list("actor__username", "subject"))


# --- it stays as it was written


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE administration_auditentry SET action = 'other'",
        "DELETE FROM administration_auditentry",
        "TRUNCATE administration_auditentry",
    ],
)
def test_the_database_refuses_every_change_of_an_entry(change):
    audit.record(actor_id=None, action="line.paused", subject="line:1", facts={})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending when a table is altered
        cursor.execute("ALTER TABLE administration_auditentry ENABLE TRIGGER administration_audit_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(change)

    assert AuditEntry.objects.count() == 1


def test_an_entry_goes_with_the_transaction_that_it_tells_of():
    with transaction.atomic():
        audit.record(actor_id=None, action="line.paused", subject="line:1", facts={})
        transaction.set_rollback(True)

    assert not AuditEntry.objects.exists()


# --- signing in


def test_signing_in_and_out_is_recorded_with_the_address(mei, client):
    sign_in(client, REMOTE_ADDR="203.0.113.7")
    client.post(reverse("users:sign-out"), REMOTE_ADDR="203.0.113.8")

    found = AuditEntry.objects.order_by("pk").values_list("actor", "action", "subject", "ip")
    assert list(found) == [
        (mei.pk, "user.signed_in", f"user:{mei.pk}", "203.0.113.7"),
        (mei.pk, "user.signed_out", f"user:{mei.pk}", "203.0.113.8"),
    ]


def test_a_wrong_password_is_recorded_against_the_name(mei, client):
    sign_in(client, password="wrong")

    assert recorded("user.sign_in_failed") == [(None, f"user:{mei.pk}")]


def test_a_name_nobody_has_is_not_kept(mei, client):
    sign_in(client, username=PASSWORD)

    assert recorded("user.sign_in_failed") == [(None, "user:unknown")]


def test_a_lock_out_is_recorded_once_however_often_it_is_tried(mei, client):
    fail_to_sign_in(client, "mei", times=9)

    assert len(recorded("user.sign_in_failed")) == 5
    assert recorded("user.locked_out") == [(None, f"user:{mei.pk}")]


def test_the_right_password_does_not_open_a_lock(mei, client):
    fail_to_sign_in(client, "mei")

    assert sign_in(client).status_code == 429
    assert sign_in(Client(), REMOTE_ADDR="203.0.113.9").status_code == 302


def test_one_address_that_tries_many_names_is_stopped(mei, client):
    for number in range(ADDRESS_LIMIT // 4 + 1):
        fail_to_sign_in(client, f"name{number}", times=4)

    assert sign_in(client).status_code == 429
    assert sign_in(Client(), REMOTE_ADDR="203.0.113.9").status_code == 302


def test_one_name_tried_from_many_addresses_is_stopped(mei):
    for number in range(NAME_LIMIT // 4 + 1):
        for _ in range(4):
            sign_in(Client(), password="wrong", REMOTE_ADDR=f"198.51.100.{number}")

    assert sign_in(Client(), REMOTE_ADDR="203.0.113.9").status_code == 429


def test_a_changed_password_is_recorded_and_ends_the_other_sessions(mei, as_user):
    here, elsewhere = as_user(mei), as_user(mei)
    new = "another long password"
    here.post(reverse("users:password-change"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new})

    assert recorded("user.password_changed") == [("mei", f"user:{mei.pk}")]
    assert here.get(reverse("employees:list")).status_code == 200
    assert elsewhere.get(reverse("employees:list")).status_code == 302


# --- where from


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "198.51.100.1", "192.0.2.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "<script>", None),
        (2, "198.51.100.1", None),
    ],
)
def test_the_address_is_what_our_own_outermost_proxy_saw(mei, client, settings, proxies, forwarded, seen):
    settings.PROXY_COUNT = proxies
    sign_in(client, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert AuditEntry.objects.get().ip == seen


# --- refused, and the Django admin


def test_a_refused_page_is_recorded_with_its_ids(as_user, riya, dan):
    as_user(riya).post(url("deactivate-user", dan))

    (entry,) = AuditEntry.objects.filter(action="page.refused")
    assert (entry.actor, entry.subject) == (riya, "page:administration:deactivate-user")
    assert entry.facts == {"method": "POST", "user_id": dan.pk}


def test_who_asks_for_what_they_may_not_see_is_recorded_once_an_hour(as_user, dan, minneapolis):
    person = make_employee("Ana", "Rivera", branch=minneapolis)
    browser = as_user(dan)

    for _ in range(2):
        assert browser.get(person.get_absolute_url()).status_code == 404

    (entry,) = AuditEntry.objects.filter(action="page.hidden")
    assert (entry.actor, entry.subject) == (dan, "page:employees:detail")
    assert entry.facts == {"method": "GET", "pk": person.pk}
    browser.post(person.get_absolute_url() + "edit/")
    assert AuditEntry.objects.filter(action="page.hidden").count() == 2


def test_an_address_of_nothing_leaves_no_entry(as_user, dan):
    browser = as_user(dan)

    for address in ("/nothing/", "/employees/999999/", "/texting/batches/999999/", "/hotlists/999999/"):
        assert browser.get(address).status_code == 404

    assert not AuditEntry.objects.filter(action__startswith="page.").exists()


def test_what_superusers_change_in_the_django_admin_is_recorded_without_values(admin_client, admin_user, st_paul):
    address = reverse("admin:users_branch_change", args=[st_paul.pk])
    typed = {"name": "Secret name", "time_zone": "America/Chicago", "region": "US", "is_active": "on"}
    assert admin_client.post(address, typed).status_code == 302

    (entry,) = AuditEntry.objects.filter(action="admin.changed")
    assert (entry.actor, entry.subject, entry.facts) == (admin_user, f"branch:{st_paul.pk}", {"fields": ["Name"]})


def test_what_superusers_add_and_delete_in_the_django_admin_is_recorded(admin_client, admin_user):
    typed = {"name": "Secret name", "time_zone": "America/Chicago", "region": "US", "is_active": "on"}
    admin_client.post(reverse("admin:users_branch_add"), typed)
    branch = Branch.objects.get()
    admin_client.post(reverse("admin:users_branch_delete", args=[branch.pk]), {"post": "yes"})

    entries = AuditEntry.objects.filter(action__startswith="admin.").order_by("pk")
    assert [(entry.action, entry.actor, entry.subject, entry.facts) for entry in entries] == [
        ("admin.added", admin_user, f"branch:{branch.pk}", {"fields": []}),
        ("admin.deleted", admin_user, f"branch:{branch.pk}", {"fields": []}),
    ]


def test_nothing_is_deleted_in_bulk_in_the_django_admin(admin_client, st_paul):
    data = {"action": "delete_selected", "_selected_action": [st_paul.pk], "post": "yes"}
    admin_client.post(reverse("admin:users_branch_changelist"), data)

    assert type(st_paul).objects.filter(pk=st_paul.pk).exists()
    assert not LogEntry.objects.exists()
