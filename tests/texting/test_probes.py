"""What machines that watch are told."""

from __future__ import annotations

import json
import logging

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from prometheus_client.parser import text_string_to_metric_families

from tests.texting.conftest import ANA, BO, pass_time
from texting import claims, heartbeats, logs
from texting.models import Heartbeat, Line
from texting.views import probes
from texting.vocabulary import LineState, PauseReason, TextStatus

# What is due is compared with the database's clock, which stands still within a transaction.
clock_moves = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scrape(client, settings):
    """The values of all samples, by name and labels."""
    settings.TEXTING = {**settings.TEXTING, "METRICS_TOKEN": "scraper"}

    def scrape():
        answer = client.get("/metrics", headers={"Authorization": "Bearer scraper"})
        families = text_string_to_metric_families(answer.content.decode())
        return {
            (sample.name.removeprefix("texting_"), *sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }

    return scrape


def test_healthz_asks_nothing_of_the_database_and_no_sign_in(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


def test_readyz_tells_who_is_missing_and_is_ready_all_the_same(client, db):
    heartbeats.beat(Heartbeat.Kind.RUNNER)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["degraded"]) == (200, ["no worker"])
    assert response.json()["worker_seen_seconds"] is None


@clock_moves
def test_readyz_tells_how_long_the_oldest_text_has_been_due(client, people, send):
    send(people.add("Ana", ANA))
    pass_time(minutes=2)

    assert 120 <= client.get("/readyz").json()["oldest_due_text_seconds"] < 150


def test_readyz_is_not_ready_without_the_database(client, db, monkeypatch):
    def down():
        raise DatabaseError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", down)
        response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": "unreachable"})


def test_readyz_is_not_ready_while_migrations_are_missing(client, db, monkeypatch):
    probes._migrated.clear()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'texting')"
        )

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": "ok", "migrations": "missing"})


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_metrics_are_nobodys_without_the_token(client, db, settings, given):
    for token in ("scraper", ""):
        settings.TEXTING = {**settings.TEXTING, "METRICS_TOKEN": token}
        assert client.get("/metrics", headers=given).status_code == 404


@clock_moves
def test_metrics_tell_the_queue_by_the_state_of_its_line(people, send, line, scrape):
    send(people.add("Ana", ANA), people.add("Bo", BO))
    Line.objects.update(state=LineState.PAUSED, pause_reason=PauseReason.BY_HAND)
    pass_time(minutes=1)

    told = scrape()

    assert (told["queue_texts", "paused"], told["queue_due_texts", "paused"]) == (2, 2)
    assert told["queue_oldest_due_seconds", "paused"] >= 60
    assert told["queue_texts", "connected"] == 0


@clock_moves
def test_metrics_tell_outcomes_by_reason(people, send, scrape):
    send(people.add("Ana", ANA))
    (claim,), _ = claims.claim(1)
    claims.record([claims.Outcome(claim.text_id, claim.attempt, TextStatus.FAILED, claims.Reason.SPAM)])

    assert scrape()["outcomes_last_hour", "spam", "failed"] == 1


@clock_moves
def test_metrics_tell_of_webhooks_that_nobody_has_taken_in(client, line, scrape):
    secret = line.reveal("webhook").reveal()
    client.post(f"/texting/webhooks/{line.pk}/{secret}/receive", "{}", content_type="application/json")

    told = scrape()

    assert told["webhooks_pending",] == 1
    assert 0 < told["webhooks_lag_seconds",] < 10


@clock_moves
def test_metrics_tell_of_conversations_that_are_overdue(people, send, scrape):
    send(people.add("Ana", ANA))
    (claim,), _ = claims.claim(1)
    claims.record([claims.Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id="1")])
    assert (scrape()["conversations_open",], scrape()["conversations_due",]) == (1, 0)

    pass_time(hours=25)

    assert scrape()["conversations_due",] == 1
    assert 3600 <= scrape()["conversations_overdue_seconds",] < 3700


def test_metrics_cost_the_same_however_many_texts_there_are(people, send, scrape, django_assert_num_queries):
    scrape()
    with django_assert_num_queries(8):
        scrape()
    send(*(people.add(f"P{n}", f"+1612555{n:04}") for n in range(100, 120)))
    with django_assert_num_queries(8):
        scrape()


def test_metrics_tell_how_many_processes_are_at_work(db, scrape):
    heartbeats.beat(Heartbeat.Kind.RUNNER)

    assert (scrape()["processes", "runner"], scrape()["processes", "worker"]) == (1, 0)


def test_a_health_check_fails_until_a_process_of_the_kind_is_at_work(db):
    with pytest.raises(CommandError, match="No worker"):
        call_command("texting_alive", "worker")
    heartbeats.beat(Heartbeat.Kind.WORKER)

    call_command("texting_alive", "worker")


def test_a_health_check_of_this_host_is_not_satisfied_by_another(db):
    Heartbeat.objects.create(kind=Heartbeat.Kind.RUNNER, process="another-host:7")

    call_command("texting_alive", "runner")
    with pytest.raises(CommandError, match="on this host"):
        call_command("texting_alive", "runner", "--here")


def formatted(**facts) -> dict:
    record = logging.makeLogRecord(
        {"name": "texting", "levelname": "INFO", "msg": "text %s sent", "args": (7,)} | facts
    )
    return json.loads(logs.JsonFormatter().format(record))


def test_a_json_log_line_has_the_message_and_plain_extras():
    line = formatted(text_id=7, request=object())

    assert (line["message"], line["level"], line["text_id"]) == ("text 7 sent", "info", 7)
    assert "request" not in line


def test_a_json_log_line_hides_the_secret_of_a_webhook_in_a_traceback_too():
    try:
        raise ValueError("https://erp.example.com/texting/webhooks/3/very-secret/receive")
    except ValueError as error:
        line = formatted(exc_info=(type(error), error, error.__traceback__))

    assert "/webhooks/3/***/receive" in line["exception"]
    assert "very-secret" not in json.dumps(line)
