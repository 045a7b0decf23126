"""What does not mend itself is told to who manages lines: counted beside Administration, with the way to mend it."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from texting import accounting, alerts, heartbeats, seam, tasks
from texting.models import Breaker, Heartbeat, Line, Text, WebhookEvent
from texting.vocabulary import Direction, LineState, Origin, PauseReason, StopCause, TextStatus

from .conftest import ANA, make_line, pass_time

pytestmark = pytest.mark.django_db
State = WebhookEvent.State


@pytest.fixture
def manager(rep):
    rep.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    return rep


@pytest.fixture
def at_work():
    for kind in Heartbeat.Kind:
        heartbeats.beat(kind)


def kinds(user):
    return [alert.kind for alert in alerts.found(user)]


def ago(**span):
    return timezone.now() - timedelta(**span)


def store(line, state):
    now = timezone.now()
    digest = hashlib.sha256(str(now).encode()).hexdigest()
    facts = {"event": "receive", "body": b"{", "body_sha256": digest, "received_at": now, "next_try_at": now}
    return WebhookEvent.objects.create(line=line, state=state, **facts)


def queue(line, **facts):
    """A text that is due now."""
    now = timezone.now()
    facts = {"due_at": now, "expires_at": now + timedelta(hours=4), "body": "Hi", **facts}
    return Text.objects.create(
        line=line, number=ANA, direction=Direction.OUT, origin=Origin.ENTERPRISE, status=TextStatus.QUEUED, **facts
    )


def test_nothing_is_told_where_all_is_well(manager, line, at_work):
    queue(line)
    store(line, State.DONE)
    tasks.take_account()

    assert kinds(manager) == []
    assert seam.waiting_count("texting:lines", manager) == 0


def test_nothing_is_told_before_there_is_a_line(manager):
    assert kinds(manager) == []


def test_who_manages_no_lines_is_told_nothing(rep, line):
    assert kinds(rep) == []


def test_missing_processes_are_told(manager, line, at_work):
    Heartbeat.objects.filter(kind=Heartbeat.Kind.RUNNER).delete()
    Heartbeat.objects.update(seen_at=ago(minutes=2))

    assert kinds(manager) == ["no_runner", "no_worker"]
    assert "Last seen 2" in alerts.told(alerts.found(manager))[1].words


@pytest.mark.parametrize("state", [State.QUARANTINED, State.MALFORMED])
def test_events_that_could_not_be_taken_in_are_told_until_somebody_sees_to_them(manager, line, at_work, state):
    store(line, state)
    store(line, state)

    (told,) = alerts.told(alerts.found(manager))
    assert "2 notices came" in told.words
    assert told.url == "/texting/events/"
    assert seam.waiting_count("texting:lines", manager) == 1
    WebhookEvent.objects.update(state=State.KEPT)
    assert kinds(manager) == []


def test_texts_that_should_have_left_are_told(manager, line, at_work):
    queue(line, due_at=ago(minutes=11))
    Line.objects.update(next_free_at=ago(hours=3))
    assert kinds(manager) == ["old_queue"]

    # A long batch: its texts have been due for long, and the line sends one after the other.
    Line.objects.update(next_free_at=ago(seconds=1))
    assert kinds(manager) == []


def test_texts_wait_as_they_should_while_their_provider_asks_a_line_to_wait(manager, line, at_work):
    queue(line, due_at=ago(hours=3))
    Line.objects.update(next_free_at=ago(hours=-1))
    assert kinds(manager) == []

    Line.objects.update(next_free_at=ago(minutes=11))
    (told,) = alerts.told(alerts.found(manager))
    assert "sent none for 11\xa0minutes" in told.words


def test_a_line_that_is_held_up_is_told_only_after_a_while_and_once(manager, line, at_work):
    queue(line, due_at=ago(hours=1))
    Line.objects.update(next_free_at=ago(hours=1))
    assert kinds(manager) == ["old_queue"]

    Breaker.objects.create(provider=line.provider, line=line, cause="failures", next_probe_at=timezone.now())
    assert kinds(manager) == []
    Breaker.objects.update(opened_at=ago(minutes=31))
    (told,) = alerts.told(alerts.found(manager))
    assert (told.key, told.url) == ("held", f"/texting/lines/{line.pk}/state/")
    Breaker.objects.update(line=None)
    assert alerts.told(alerts.found(manager))[0].url == "/texting/lines/"
    Breaker.objects.update(closed_at=timezone.now())
    assert kinds(manager) == ["old_queue"]


@pytest.mark.parametrize("cause", [StopCause.REDIRECT, StopCause.CERTIFICATE])
def test_somebody_else_at_the_providers_address_is_told_at_once(manager, line, at_work, cause):
    Breaker.objects.create(provider=line.provider, cause=cause, next_probe_at=timezone.now())

    (told,) = alerts.told(alerts.found(manager))
    assert (told.key, told.url) == (cause, "/texting/lines/")
    assert str(cause.value) in told.title.lower() or "somewhere else" in told.title
    Breaker.objects.update(opened_at=ago(hours=1))
    assert kinds(manager) == [cause]
    Breaker.objects.update(closed_at=timezone.now())
    assert kinds(manager) == []


def test_a_line_under_guard_is_told_only_after_a_while(manager, line, at_work):
    Line.objects.update(guarded_since=ago(minutes=50), guarded_at=ago(minutes=29))
    assert kinds(manager) == []

    Line.objects.update(guarded_at=ago(minutes=31))
    assert kinds(manager) == ["guarded"]


def test_a_paused_line_tells_of_itself_and_of_nothing_else(manager, line, at_work):
    queue(line, due_at=ago(hours=1))
    Breaker.objects.create(provider=line.provider, line=line, cause="failures", next_probe_at=timezone.now())
    Breaker.objects.update(opened_at=ago(hours=1))
    Line.objects.update(
        state=LineState.PAUSED, pause_reason=PauseReason.SUSPENDED, guarded_since=ago(hours=1), guarded_at=ago(hours=1)
    )

    assert kinds(manager) == [alerts.STOPPED]
    assert alerts.told(alerts.found(manager)) == []


def test_idle_lines_do_not_walk_what_other_lines_have_queued(manager, line, at_work):
    """With the index of due times each of them would, for the least due time there is."""
    now = timezone.now()
    facts = {"direction": Direction.OUT, "origin": Origin.ENTERPRISE, "status": TextStatus.QUEUED, "body": "Hi"}
    due = {"due_at": now - timedelta(hours=1), "expires_at": now + timedelta(hours=4)}
    Text.objects.bulk_create(Text(line=line, number=ANA, turn=turn, **facts, **due) for turn in range(3000))
    for end in range(5):
        make_line(number=f"+1612555012{end}")
    Line.objects.exclude(pk=line.pk).update(next_free_at=ago(hours=3))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE texting_text")
    with CaptureQueriesContext(connection) as queries:
        assert kinds(manager) == []

    asked = next(each["sql"] for each in queries if "old_queue" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE) {asked}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "text_due" not in plan
    assert "Seq Scan on texting_text" not in plan


def test_what_the_account_finds_is_told_until_it_is_mended(manager, line, people, send, at_work, client, settings):
    settings.SECURE_SSL_REDIRECT = False
    send(people.add("Ana", ANA))
    Text.objects.update(status=TextStatus.SENT, provider_id="1")
    assert tasks.take_account() == 1
    assert kinds(manager) == ["unaccounted"]

    client.force_login(manager)
    client.post("/texting/accounting/")

    assert not list(accounting.findings(accounting.REGULARLY))
    assert kinds(manager) == []


def test_the_badge_counts_each_stopped_line_and_costs_one_statement(manager, line, at_work):
    for end in range(3):
        make_line(number=f"+1612555011{end}", state=LineState.PAUSED, pause_reason=PauseReason.SUSPENDED)
    for _ in range(3):
        store(line, State.QUARANTINED)
    pass_time(minutes=11)
    queue(line, due_at=ago(minutes=11))
    manager.has_perm("texting.manage_lines")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        count = seam.waiting_count("texting:lines", manager)

    assert count == 3 + 1 + 1
    assert len(queries) == 1
