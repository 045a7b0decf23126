"""Webhooks that come while the database is down wait on disk."""

from __future__ import annotations

import json
import os

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from tests.texting.conftest import ANA, make_line, message, run_until_quiet
from tests.texting.test_webhooks import post, url_of
from texting import arrivals, intake
from texting import runner as runner_module
from texting.models import Line, Text, WebhookEvent
from texting.runner import Runner
from texting.vocabulary import TextStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def spool(tmp_path, settings):
    settings.TEXTING = {**settings.TEXTING, "SPOOL": str(tmp_path / "spool")}
    return tmp_path / "spool"


@pytest.fixture
def deliver_while_down(client, monkeypatch, spool):
    def deliver(url, body=b'{"id": 1}', **headers):
        def down(*_, **__):
            raise DatabaseError("down")

        with monkeypatch.context() as patch:
            patch.setattr(arrivals.Line.objects, "filter", down)
            return post(client, url, body, **headers)

    return deliver


def test_an_event_is_answered_503_kept_on_disk_and_stored_once_the_database_is_back(line, spool, deliver_while_down):
    body = '{"id": 18446744073709551616, "body": "ünï \\ud800 \\u0000"}'.encode()

    assert deliver_while_down(url_of(line), body).status_code == 503
    assert not WebhookEvent.objects.exists()

    assert arrivals.replay_spool() == 1
    event = WebhookEvent.objects.get()
    assert (bytes(event.body), event.event, event.state) == (body, "receive", "pending")
    assert list(spool.iterdir()) == []


def test_one_that_zipwhip_sent_again_meanwhile_is_stored_once(client, line, deliver_while_down):
    deliver_while_down(url_of(line))
    post(client, url_of(line))

    arrivals.replay_spool()

    assert WebhookEvent.objects.count() == 1


def test_one_from_a_stranger_is_dropped_and_those_behind_it_are_not(line, spool, deliver_while_down):
    deliver_while_down(url_of(line, "wrong"))
    deliver_while_down(url_of(line).replace(f"/{line.pk}/", "/999999/"))
    deliver_while_down(url_of(line))

    assert arrivals.replay_spool() == 1
    assert (WebhookEvent.objects.count(), list(spool.iterdir())) == (1, [])


def test_the_secret_stands_in_no_file_and_only_we_can_read_them(line, spool, deliver_while_down):
    deliver_while_down(url_of(line))
    (file,) = spool.iterdir()

    assert line.reveal("webhook").reveal() not in file.read_text()
    assert (oct(file.stat().st_mode)[-3:], oct(spool.stat().st_mode)[-3:]) == ("600", "700")


def test_what_is_too_large_is_not_kept_either(line, spool, deliver_while_down):
    assert deliver_while_down(url_of(line), b"x" * 300_000).status_code == 413
    assert not spool.exists()


def test_a_full_spool_and_a_full_disk_are_still_answered_503(line, spool, deliver_while_down, monkeypatch):
    monkeypatch.setattr(arrivals, "MOST_FILES", 1)
    assert [deliver_while_down(url_of(line)).status_code for _ in range(2)] == [503, 503]
    assert len(list(spool.iterdir())) == 1

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(arrivals, "MOST_FILES", 9)
    monkeypatch.setattr(os, "fsync", full)
    assert deliver_while_down(url_of(line)).status_code == 503
    assert len(list(spool.glob("*.json"))) == 1


def test_a_damaged_file_is_put_aside_and_stops_no_other(line, spool, deliver_while_down):
    spool.mkdir()
    (spool / "0-damaged.json").write_text("{")
    deliver_while_down(url_of(line))

    assert arrivals.replay_spool() == 1
    assert [path.name for path in spool.iterdir()] == ["0-damaged.unreadable"]


def test_a_file_stays_when_the_database_goes_away_again(line, spool, deliver_while_down, monkeypatch):
    def down(*_, **__):
        raise DatabaseError("down")

    deliver_while_down(url_of(line))
    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "store", down)
        with pytest.raises(DatabaseError):
            arrivals.replay_spool()

    assert arrivals.replay_spool() == 1


def make_event(line, state, body):
    body = json.dumps(body).encode()
    return WebhookEvent.objects.create(
        line=line,
        event="receive",
        body=body,
        body_sha256=arrivals._sha256(body),
        state=state,
        tries=5,
        next_try_at="2026-01-01T00:00Z",
        received_at="2026-01-01T00:00Z",
        problem="TypeError while taking it in.",
    )


# --- What waits on disk may be a STOP: it is taken in before anything leaves


def spool_text(line, body, provider_id):
    event = json.dumps(message(ANA, body, provider_id)).encode()
    arrivals.spool(line.pk, line.reveal("webhook").reveal(), "receive", event)


@pytest.mark.django_db(transaction=True)
def test_a_stop_that_waited_on_disk_is_heeded_before_a_starting_runner_sends(
    people, send, line, spool, provider, runner, monkeypatch
):
    monkeypatch.setattr(intake, "AT_ONCE", 1)
    send(people.add("Ana Rivera", ANA))
    for n, body in enumerate(["Who is this?", "Hello?", "STOP"]):
        spool_text(line, body, f"70{n}")

    run_until_quiet(runner)

    assert (Text.objects.get(direction="out").status, provider.sent) == (TextStatus.BLOCKED, [])


@pytest.mark.django_db(transaction=True)
def test_a_stop_that_waited_on_disk_is_heeded_before_a_runner_that_lost_the_database_goes_on(
    people, send, line, spool, provider, runner, monkeypatch
):
    monkeypatch.setattr(runner_module, "RECOVERY_WAIT_SECONDS", 0)
    run_until_quiet(runner)
    send(people.add("Ana Rivera", ANA))
    spool_text(line, "STOP", "700")

    runner._recover()
    run_until_quiet(runner)

    assert (Text.objects.get(direction="out").status, provider.sent) == (TextStatus.BLOCKED, [])


@pytest.mark.django_db(transaction=True)
def test_a_spool_that_cannot_be_read_holds_up_no_text_for_ever(people, send, line, spool, provider, monkeypatch):
    def fail():
        raise PermissionError

    fail.__name__ = "replay_spool"
    monkeypatch.setattr(arrivals, "replay_spool", fail)
    monkeypatch.setattr(runner_module, "LONGEST_HOLD_SECONDS", 0.3)
    send(people.add("Ana Rivera", ANA))
    runner = Runner(2)

    assert runner.step()
    assert Text.objects.get().status == TextStatus.QUEUED
    run_until_quiet(runner)
    runner.close()

    assert Text.objects.get().status == TextStatus.SENT


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_decided_about_holds_up_no_text(people, send, line, spool, provider, runner):
    send(people.add("Ana Rivera", ANA))
    spool_text(line, "STOP", "700")
    (spool / "0-folder.json").mkdir()
    Line.objects.update(webhook_token="v1.gone.AAAA")

    run_until_quiet(runner, seconds=10)

    assert Text.objects.get().status == TextStatus.SENT


def test_quarantined_events_are_taken_in_again_by_command(people, line, capsys):
    people.add("Ana Rivera", ANA)
    quarantined = make_event(line, "quarantined", message(ANA, "YES", "700"))
    kept = make_event(line, "kept", message(ANA, "NO", "701"))

    call_command("replay_webhooks", "--run")

    quarantined.refresh_from_db()
    kept.refresh_from_db()
    assert (quarantined.state, kept.state) == ("done", "kept")
    assert Text.objects.get().body == "YES"
    assert "1 event" in capsys.readouterr().out


def test_without_run_the_command_says_what_there_is_and_changes_nothing(line, capsys):
    make_event(line, "quarantined", {"id": 1})
    make_event(make_line(number="+16125550101"), "malformed", {"id": 2})

    call_command("replay_webhooks", "--state", "quarantined", "--state", "malformed")

    out = capsys.readouterr().out
    assert WebhookEvent.objects.filter(state="pending").count() == 0
    assert ("quarantined" in out, "malformed" in out, "+1612" in out) == (True, True, False)


def test_one_that_the_database_will_never_take_is_put_aside_and_stops_no_other(line, spool, deliver_while_down):
    deliver_while_down(url_of(line).replace("/receive", "/" + "x" * 50))
    deliver_while_down(url_of(line))

    assert arrivals.replay_spool() == 1
    assert [path.suffix for path in spool.iterdir()] == [".unreadable"]


def test_a_file_that_may_not_be_read_stops_no_other(line, spool, deliver_while_down):
    spool.mkdir()
    (spool / "0-folder.json").mkdir()
    deliver_while_down(url_of(line))

    assert arrivals.replay_spool() == 1
