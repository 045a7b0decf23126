"""What the firm decides about texting."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from enterprise.users.models import User
from tests.enterprise.posted import as_posted
from tests.texting import host
from tests.texting.line_rig import ada, grant  # noqa: F401 - fixtures
from texting.models import TextingSettings
from texting.seam import FilingChoice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]

TYPED = {"idle_amount": "24", "idle_unit": "hours", "filed_under_person": "TEXT"}


@pytest.fixture
def admin_client(client, ada, settings):  # noqa: F811
    settings.SECURE_SSL_REDIRECT = False
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"person": "TEXT"})
    client.force_login(ada)
    return client


def save(client, **typed):
    return client.post(reverse("texting:settings"), {**TYPED, **typed})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def shown(response):
    form = response.context["form"]
    return form["idle_amount"].value(), form["idle_unit"].value()


# --- who may


def test_anonymous_signs_in_first(client, settings):
    settings.SECURE_SSL_REDIRECT = False

    assert client.get(reverse("texting:settings")).url.startswith(reverse("users:sign-in"))


def test_who_manages_lines_alone_may_not_change_the_settings(client, settings):
    settings.SECURE_SSL_REDIRECT = False
    user = User.objects.create_user("mei", password="a long password")
    grant(user, "manage_lines", "send")
    client.force_login(user)

    assert client.get(reverse("texting:settings")).status_code == 403
    assert save(client, idle_amount="1").status_code == 403
    assert TextingSettings.current().idle_window == timedelta(hours=24)


# --- the idle window


@pytest.mark.parametrize(
    ("amount", "unit", "window"),
    [
        ("1", "minutes", timedelta(minutes=1)),
        ("90", "minutes", timedelta(minutes=90)),
        ("1", "hours", timedelta(hours=1)),
        ("30", "days", timedelta(days=30)),
        ("43200", "minutes", timedelta(days=30)),
    ],
)
def test_the_window_is_kept(admin_client, amount, unit, window):
    response = save(admin_client, idle_amount=amount, idle_unit=unit)

    assert response.status_code == 302
    assert said(response) == ["Saved. The new settings hold from now on, for open conversations too."]
    assert TextingSettings.current().idle_window == window


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        ("", "hours", "Enter how long nobody must have written, such as 24."),
        ("0", "minutes", "0 minutes is too short: the shortest is 1 minute."),
        ("-5", "days", "-5 days is too short: the shortest is 1 minute."),
        ("31", "days", "31 days is too long: the longest is 30 days."),
        ("43201", "minutes", "43,201 minutes is too long: the longest is 30 days."),
        ("9" * 30, "days", "is too long: the longest is 30 days."),
        ("9" * 5000, "days", "Write a whole number in digits, such as 24."),
        ("1.5", "hours", "Write a whole number in digits, such as 24."),
        ("a day", "hours", "Write a whole number in digits, such as 24."),
        ("1", "fortnights", "Select a valid choice."),
    ],
)
def test_a_window_that_cannot_be_is_an_error_and_changes_nothing(admin_client, amount, unit, words):
    response = save(admin_client, idle_amount=amount, idle_unit=unit)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert TextingSettings.current().idle_window == timedelta(hours=24)


@pytest.mark.parametrize(
    ("window", "amount", "unit"),
    [
        (timedelta(hours=24), 24, "hours"),
        (timedelta(days=2), 2, "days"),
        (timedelta(minutes=1), 1, "minutes"),
        (timedelta(minutes=90), 90, "minutes"),
        (timedelta(hours=36), 36, "hours"),
        (timedelta(seconds=90), 2, "minutes"),
    ],
)
def test_the_window_is_shown_in_its_largest_whole_unit(admin_client, window, amount, unit):
    TextingSettings.objects.update(idle_window=window)

    assert shown(admin_client.get(reverse("texting:settings"))) == (amount, unit)


# --- the rest


def test_inactive_people_may_be_texted(admin_client):
    save(admin_client, text_inactive="on")

    assert TextingSettings.current().text_inactive


def test_what_cannot_be_chosen_is_there_with_its_reason(admin_client):
    page = admin_client.get(reverse("texting:settings")).content.decode()

    assert '<option value="OLD" disabled>OLD: this code is inactive.</option>' in page
    assert '<option value="TEXT" selected>TEXT</option>' in page


def test_what_cannot_be_chosen_is_refused_with_its_reason(admin_client):
    response = save(admin_client, filed_under_person="OLD")

    assert response.status_code == 422
    assert "OLD cannot be used: this code is inactive." in response.content.decode()
    assert TextingSettings.current().filed_under == {"person": "TEXT"}


@pytest.mark.parametrize("value", ["", "NONSENSE"])
def test_something_must_be_chosen(admin_client, value):
    assert save(admin_client, filed_under_person=value).status_code == 422
    assert TextingSettings.current().filed_under == {"person": "TEXT"}


def test_a_firm_without_any_code_can_still_change_the_window(admin_client, people, monkeypatch):
    monkeypatch.setattr(people, "filing_choices", lambda: [FilingChoice("OLD", "OLD", "This code is inactive.")])

    save(admin_client, filed_under_person="", idle_amount="2")

    assert TextingSettings.current().idle_window == timedelta(hours=2)


def test_a_choice_that_has_become_unusable_says_so(admin_client):
    TextingSettings.objects.update(filed_under={"person": "OLD"})

    page = admin_client.get(reverse("texting:settings")).content.decode()

    assert "OLD cannot be used any more: this code is inactive." in page


def test_what_is_kept_for_other_kinds_of_record_stays(admin_client):
    TextingSettings.objects.update(filed_under={"person": "TEXT", "vendor": "7"})

    save(admin_client, idle_amount="2")

    assert TextingSettings.current().filed_under == {"person": "TEXT", "vendor": "7"}


def test_a_change_is_recorded_with_before_and_after(admin_client, ada):  # noqa: F811
    save(admin_client, idle_amount="1", idle_unit="minutes")

    (entry,) = host.audited
    assert (entry["actor_id"], entry["action"]) == (ada.pk, "settings.changed")
    assert entry["facts"] == {
        "before": {"idle_window_seconds": 86400, "text_inactive": False, "filed_under": {"person": "TEXT"}},
        "after": {"idle_window_seconds": 60, "text_inactive": False, "filed_under": {"person": "TEXT"}},
    }


def test_saving_nothing_new_is_not_recorded(admin_client):
    response = save(admin_client)

    assert said(response) == ["Nothing was changed."]
    assert host.audited == []


# --- two at once


def test_what_another_changed_meanwhile_is_told_and_put_back_only_when_asked(admin_client):
    page = reverse("texting:settings")
    posted = as_posted(admin_client.get(page), text_inactive="on")
    TextingSettings.objects.update(idle_window=timedelta(minutes=90))

    refused = admin_client.post(page, posted)

    assert refused.status_code == 422
    assert "In force now: Log a conversation after: 90 minutes; Text inactive people too: no;" in refused.text
    assert (TextingSettings.current().idle_window, TextingSettings.current().text_inactive) == (
        timedelta(minutes=90),
        False,
    )
    assert admin_client.post(page, as_posted(refused)).status_code == 302
    assert (TextingSettings.current().idle_window, TextingSettings.current().text_inactive) == (
        timedelta(hours=24),
        True,
    )


def test_what_nobody_changed_meanwhile_is_saved_at_once(admin_client):
    page = reverse("texting:settings")

    answer = admin_client.post(page, as_posted(admin_client.get(page), idle_amount="2", idle_unit="days"))

    assert answer.status_code == 302
    assert TextingSettings.current().idle_window == timedelta(days=2)
