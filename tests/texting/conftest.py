from __future__ import annotations

import hashlib
import json
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.utils import timezone

from enterprise.users.models import User
from tests.texting import host
from tests.texting.memory_provider import MemoryProvider
from texting import dispatch, drafts, intake, line_hooks, seam
from texting.models import Draft, Line, Text, TextingSettings, WebhookEvent
from texting.runner import Runner
from texting.vocabulary import LineState

LINE_NUMBER = "+16125550100"
ANA = "+16125550134"
BO = "+16515550117"
STRANGER = "+16125550199"


@pytest.fixture
def people(monkeypatch, settings):
    """A host of its own, so that texting is tested without the ERP."""
    people = host.People()
    monkeypatch.setattr(seam, "_record_types", {people.key: people})
    monkeypatch.setattr(seam, "_owner_kinds", {"desk": host.Desks()})
    monkeypatch.setattr(host, "log", host.Log())
    host.audited.clear()
    settings.TEXTING = {
        **settings.TEXTING,
        "LOG_SINK": "tests.texting.host.log_conversations",
        "LOG_READER": "tests.texting.host.read_log",
        "AUDIT": "tests.texting.host.record_audit",
    }
    return people


@pytest.fixture
def log(people):
    return host.log


@pytest.fixture
def provider(monkeypatch):
    provider = MemoryProvider()
    monkeypatch.setattr(line_hooks, "get_provider", lambda *_, **__: provider)
    return provider


@pytest.fixture
def rep(db):
    rep = User.objects.create_user("riya", password="a long password", first_name="Riya", last_name="Shah")
    rep.user_permissions.add(Permission.objects.get(content_type__app_label="texting", codename="send"))
    return rep


def make_line(**facts) -> Line:
    facts = {
        "number": LINE_NUMBER,
        "owner_kind": "desk",
        "owner_id": 1,
        "username": "16125550100",
        "state": LineState.CONNECTED,
        "pace": timedelta(0),
        **facts,
    }
    line = Line.objects.create(**facts)
    for name in ("password", "session", "webhook"):
        line.set_secret(name, f"{name} of line {line.pk}")
    line.save()
    return line


@pytest.fixture
def line(db):
    return make_line()


def make_draft(user, *keys, line, **facts) -> Draft:
    """A draft as its writer has seen it."""
    facts = {"chosen_numbers": {}, **facts}
    draft = Draft.objects.create(user=user, selection=keys, line=line, is_pending=False, **facts)
    drafts.check_again(draft)
    return draft


@pytest.fixture
def send(rep, people, line):
    """Send a body to records, as Send Text does: shown, then sent."""

    def send(*keys, body="Can you work tonight?", on=line, user=rep, is_reply=False):
        draft = make_draft(user, *keys, line=on)
        if is_reply:
            draft.chosen_numbers = {str(row.key): row.number for row in draft.people.all()}
            draft.save()
        return dispatch.send_batch(user, dispatch.Composed(draft, on, body, is_reply))

    return send


@pytest.fixture
def hear(line):
    """Store an event once, as the webhook does, and take in all that is due."""

    def hear(event, *, on=line, **payload):
        body = json.dumps(payload).encode()
        now = timezone.now() - timedelta(seconds=1)
        WebhookEvent.objects.get_or_create(
            line=on,
            event=event,
            body_sha256=hashlib.sha256(body).hexdigest(),
            defaults={"body": body, "received_at": now, "next_try_at": now},
        )
        intake.take_in()

    return hear


def message(number, body, provider_id, *, kind="MO", line_number=LINE_NUMBER, **facts):
    """A webhook's body as ZipWhip sent it in 2020."""
    source, destination = (number, line_number) if kind == "MO" else (line_number, number)
    return {
        "id": provider_id,
        "body": body,
        "bodySize": len(body),
        "address": f"ptn:/{number}",
        "finalSource": source,
        "finalDestination": destination,
        "messageType": kind,
        "statusCode": 4,
        "hasAttachment": False,
        "dateCreated": timezone.now().isoformat(),
        "fingerprint": "2216445311",
        "deviceId": 309626613,
        **facts,
    }


def pass_time(**span):
    """Move everything that conversations and texts wait for into the past, on the database's clock."""
    delta = timedelta(**span)
    with connection.cursor() as cursor:
        for table, column in [
            ("texting_conversation", "last_text_at"),
            ("texting_conversation", "next_try_at"),
            ("texting_text", "due_at"),
            ("texting_text", "next_look_at"),
            ("texting_text", "next_fetch_at"),
            ("texting_text", "sending_until"),
            ("texting_line", "next_free_at"),
            ("texting_line", "renewing_until"),
            ("texting_webhookevent", "next_try_at"),
        ]:
            cursor.execute(f"UPDATE {table} SET {column} = {column} - %s", [delta])  # noqa: S608 - names from above


def status_of(number) -> str:
    return Text.objects.get(number=number).status


def set_window(**span):
    TextingSettings.current()
    TextingSettings.objects.update(idle_window=timedelta(**span))


def run_until_quiet(runner: Runner, seconds: float = 5) -> None:
    """Step until nothing is due or in flight."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not runner.step() and runner._is_quiet():
            return
        time.sleep(0.005)
    raise AssertionError("the runner did not come to rest")


@pytest.fixture
def runner(provider):
    runner = Runner(4)
    yield runner
    runner.close()


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Tests run without `collectstatic`, so there is no manifest to look files up in."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
