"""Texting's tables in the Django admin: to look at, without secrets; and to have webhooks taken in again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.texting import host
from tests.texting.conftest import message
from texting.admin import SHOWN_BYTES, readable
from texting.models import WebhookEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]

State = WebhookEvent.State
TABLES = ["line", "batch", "recipient", "text", "conversation", "optout", "webhookevent"]


@pytest.fixture
def root(admin_client, settings):
    settings.SECURE_SSL_REDIRECT = False
    return admin_client


def store(line, state, body=b"{}", sha=""):
    now = timezone.now()
    return WebhookEvent.objects.create(
        line=line, event="receive", body=body, body_sha256=sha or state, state=state, tries=5,
        received_at=now, next_try_at=now, problem="why",
    )  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_looked_at_and_not_added_to(root, send, people, hear, table):
    send(people.add("Ana", "(612) 555-0134"))
    hear("receive", **message("+16125550134", "Yes", 71))

    assert root.get(reverse(f"admin:texting_{table}_changelist")).status_code == 200
    assert root.get(reverse(f"admin:texting_{table}_add")).status_code == 403


@pytest.mark.parametrize("table", TABLES)
def test_a_rep_finds_none_of_it(client, rep, settings, table):
    settings.SECURE_SSL_REDIRECT = False
    rep.is_staff = True
    rep.save()
    client.force_login(rep)

    assert client.get(reverse(f"admin:texting_{table}_changelist")).status_code == 302


def test_a_line_is_shown_without_its_tokens(root, line):
    page = root.get(reverse("admin:texting_line_change", args=[line.pk])).content.decode()

    assert line.number in page
    for token in (line.password_token, line.session_token, line.webhook_token):
        assert token not in page


def test_a_text_is_shown_with_its_history(root, send, people):
    text = send(people.add("Ana", "(612) 555-0134")).texts.get()

    page = root.get(reverse("admin:texting_text_change", args=[text.pk]))

    assert page.status_code == 200
    assert "Queued" in page.content.decode()


def test_stuck_events_are_taken_in_again_and_others_left_alone(root, line):
    events = {state: store(line, state) for state in State.values}

    root.post(
        reverse("admin:texting_webhookevent_changelist"),
        {"action": "try_again", "_selected_action": [event.pk for event in events.values()]},
    )

    states = dict(WebhookEvent.objects.values_list("body_sha256", "state"))
    assert states == {
        "pending": "pending",
        "done": "done",
        "kept": "kept",
        "malformed": "pending",
        "quarantined": "pending",
    }
    assert WebhookEvent.objects.get(body_sha256="malformed").tries == 0


def test_stuck_events_are_set_aside_with_their_bodies(root, line):
    events = {state: store(line, state) for state in State.values}

    root.post(
        reverse("admin:texting_webhookevent_changelist"),
        {"action": "set_aside", "_selected_action": [event.pk for event in events.values()]},
    )

    states = dict(WebhookEvent.objects.values_list("body_sha256", "state"))
    assert states == {
        "pending": "pending",
        "done": "done",
        "kept": "kept",
        "malformed": "kept",
        "quarantined": "kept",
    }
    assert [(entry["action"], entry["facts"]) for entry in host.audited] == [("events.set_aside", {"events": 2})]


def test_a_filter_shows_only_stuck_events(root, line):
    stuck, done = store(line, State.QUARANTINED), store(line, State.DONE)

    address = reverse("admin:texting_webhookevent_changelist") + "?state__in=malformed,quarantined"
    page = root.get(address).content.decode()

    assert f"/webhookevent/{stuck.pk}/" in page
    assert f"/webhookevent/{done.pk}/" not in page


def test_a_hostile_body_is_shown_and_does_nothing(root, line):
    event = store(line, State.MALFORMED, body=b"<script>alert(1)</script>\xff\x00")

    page = root.get(reverse("admin:texting_webhookevent_change", args=[event.pk])).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\xff\\x00" in page


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"body":"h\xc3\xa9"}', '{\n  "body": "hé"\n}'),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b'"\\u202e"', '"\\x202e"'),
        (b"[" * 10_000, "[" * 10_000),
        (b"x" * (SHOWN_BYTES + 5), "x" * SHOWN_BYTES + "\n… and 5 bytes more"),
    ],
)
def test_a_body_is_made_readable(body, shown):
    assert readable(body) == shown
