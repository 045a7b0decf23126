"""`manage.py texting_doctor`: what it says, when it fails, and that it works when nothing else does."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from tests.texting.conftest import LINE_NUMBER, make_line
from tests.texting.test_checks import IN_THE_CLEAR, SAFE
from texting import broker, doctor, heartbeats, seam_help
from texting.errors import NotSent
from texting.models import Heartbeat, Line, LineWebhook, TextingSettings
from texting.vocabulary import EventKind, LineState, PauseReason, Tone

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def well(db, people, provider, monkeypatch, settings):
    monkeypatch.setattr(doctor, "get_provider", lambda *_, **__: provider)
    monkeypatch.setattr(seam_help, "_access", [])
    settings.TEXTING = {**settings.TEXTING, "PUBLIC_URL": "https://enterprise.example.com"}
    line = make_line(last_contact_at=timezone.now())
    for event in EventKind:
        LineWebhook.objects.create(line=line, event=event, provider_hook_id=f"1{event}")
    TextingSettings.objects.update_or_create(pk=1, defaults={"filed_under": {"person": "TEXT"}})
    heartbeats.beat(Heartbeat.Kind.RUNNER)
    heartbeats.beat(Heartbeat.Kind.WORKER)
    return line


def wrong():
    return {finding.key for finding in doctor.examine() if finding.tone == Tone.BAD}


def one(key):
    return next(finding for finding in doctor.examine() if finding.key == key)


def test_nothing_is_wrong_and_the_command_says_so(well):
    out = StringIO()

    call_command("texting_doctor", stdout=out)

    assert "WRONG" not in out.getvalue()
    assert "PostgreSQL" in out.getvalue()


def test_what_is_wrong_is_the_exit_code_and_stands_in_json(well):
    Heartbeat.objects.all().delete()
    out = StringIO()

    with pytest.raises(CommandError) as failure:
        call_command("texting_doctor", "--json", stdout=out)

    said = json.loads(out.getvalue())
    assert failure.value.returncode == 1
    assert not said["is_well"]
    assert {"runner", "worker"} <= {finding["key"] for finding in said["findings"] if finding["tone"] == "bad"}


def test_it_says_what_a_user_needs(well, rep):
    well.delete()
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("texting_doctor", "--user", "riya", stdout=out)

    assert "Neither Riya Shah nor a branch of theirs has a line." in out.getvalue()


def test_no_secret_and_no_whole_number_is_said(well, rep):
    Line.objects.update(state=LineState.PAUSED, pause_reason=PauseReason.WRONG_PASSWORD)
    said = " ".join(f"{found.title} {found.words} {found.fix}" for found in doctor.examine())

    assert LINE_NUMBER[2:] not in "".join(filter(str.isdigit, said))
    assert not any(secret in said for secret in [f"{name} of line {well.pk}" for name in Line.SECRETS])


def test_every_secret_is_decrypted_and_the_line_of_a_lost_key_is_named(well):
    Line.objects.update(password_token="v1.gone.AAAA")

    assert "Front desk, …0100" in one("secrets").words
    assert wrong() == {"secrets"}


def test_tokens_of_an_older_key_are_told_before_it_is_taken_away(well, settings):
    ring = settings.TEXTING["KEYS"]
    settings.TEXTING = {**settings.TEXTING, "KEYS": f"new:{'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY='},{ring}"}

    assert one("secrets").tone == Tone.WARN
    assert "rotate_keys" in one("secrets").fix


def test_unusable_keys_are_a_finding_and_no_traceback(well, settings):
    settings.TEXTING = {**settings.TEXTING, "KEYS": "x:short"}

    assert {"keys", "secrets"} <= wrong()


@pytest.mark.parametrize("url", ["", "enterprise.example.com", "http://localhost:8000"])
def test_an_address_that_zipwhip_cannot_reach_is_wrong(well, settings, url):
    urls = {"zipwhip": {"url": "https://api.zipwhip.com", "app_url": "https://app.zipwhip.com"}}
    settings.TEXTING = {**settings.TEXTING, "PUBLIC_URL": url, "PROVIDERS": urls}

    assert wrong() == {"public_url"}


@pytest.mark.parametrize("url", IN_THE_CLEAR)
def test_a_zipwhip_that_is_reached_in_the_clear_is_wrong(well, settings, url):
    settings.TEXTING = {**settings.TEXTING, "PROVIDERS": {"zipwhip": {"url": url, "app_url": url}}}

    assert wrong() == {"provider_url"}


@pytest.mark.parametrize("url", SAFE)
def test_an_encrypted_zipwhip_and_one_beside_us_are_right(well, settings, url):
    settings.TEXTING = {**settings.TEXTING, "PROVIDERS": {"zipwhip": {"url": url, "app_url": url}}}

    assert wrong() == set()


def test_a_line_paused_by_hand_is_no_alarm_and_one_paused_by_zipwhip_is(well):
    Line.objects.update(state=LineState.PAUSED, pause_reason=PauseReason.BY_HAND)
    by_hand = wrong()
    Line.objects.update(pause_reason=PauseReason.SUSPENDED)

    assert (by_hand, wrong()) == (set(), {f"line_{well.pk}"})


def test_a_worker_that_is_gone_is_told_from_a_beat_that_is(well, monkeypatch):
    Heartbeat.objects.update(seen_at=Now() - timedelta(minutes=3))
    monkeypatch.setattr(broker, "waiting_task_count", lambda: 40)
    no_worker = one("worker").words
    monkeypatch.setattr(broker, "waiting_task_count", lambda: 0)

    assert "40 tasks wait: beat asks, no worker answers." in no_worker
    assert "it is beat that does not ask" in one("worker").words


def test_a_zipwhip_that_does_not_answer_and_a_clock_that_is_wrong_are_found(well, provider, monkeypatch):
    told = provider.server_time() + timedelta(minutes=5)
    monkeypatch.setattr(provider, "server_time", lambda: told)
    assert one("provider").tone == Tone.WARN

    def silent():
        raise NotSent(detail="user/get: ConnectionRefusedError")

    monkeypatch.setattr(provider, "server_time", silent)
    assert one("provider").tone == Tone.BAD


def test_a_broker_that_forgets_is_told(well, monkeypatch):
    monkeypatch.setattr(broker, "durability", lambda: {"appendonly": "no", "maxmemory-policy": "allkeys-lru"})

    assert one("broker").tone == Tone.WARN
    assert "appendonly is off" in one("broker").words


def test_a_broker_that_leaves_writing_to_chance_is_warned_of(well, monkeypatch):
    told = {"appendonly": "yes", "appendfsync": "no", "maxmemory-policy": "noeviction"}
    monkeypatch.setattr(broker, "durability", lambda: told)
    assert (one("broker").tone, "appendfsync is no" in one("broker").words) == (Tone.WARN, True)

    monkeypatch.setattr(broker, "durability", lambda: told | {"appendfsync": "everysec"})
    assert one("broker").tone == Tone.OK


def test_what_is_asked_of_the_broker_is_all_that_its_durability_hangs_on():
    assert {"appendonly", "appendfsync", "maxmemory-policy"} == set(broker.durability())


def test_with_database_and_broker_down_it_says_so():
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
    command = [sys.executable, "manage.py", "texting_doctor", "--json"]

    done = subprocess.run(command, cwd=PROJECT, env={**os.environ, **nowhere}, capture_output=True, text=True)

    findings = {finding["key"]: finding["tone"] for finding in json.loads(done.stdout)["findings"]}
    assert (findings["database"], findings["broker"], done.returncode) == ("bad", "bad", 1)
    assert "Traceback" not in done.stderr


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_not_up_to_date_is_told_and_no_traceback(people):
    make_line()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE texting_line RENAME COLUMN pause_reason TO of_another_version")
    try:
        found = {finding.key: finding.words for finding in doctor.examine() if finding.tone == Tone.BAD}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE texting_line RENAME COLUMN of_another_version TO pause_reason")

    assert "could not be asked" in found["secrets"]
    assert "could not be asked" in found["lines"]
