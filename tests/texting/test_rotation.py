"""Secrets are encrypted again with the first key, whatever happens meanwhile."""

import base64
import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.texting import host
from tests.texting.conftest import make_line
from texting import rotation
from texting.models import Line
from texting.secrets import key_id_of

PROJECT = Path(__file__).resolve().parents[2]
NEW = "new:" + base64.b64encode(bytes(range(100, 132))).decode()


@pytest.fixture
def add_key(settings):
    """Put the new key before the one that encrypted everything so far."""

    def add_key():
        settings.TEXTING = {**settings.TEXTING, "KEYS": f"{NEW},{settings.TEXTING['KEYS']}"}
        return settings.TEXTING["KEYS"]

    return add_key


def lines(count):
    return [make_line(number=f"+1612555{1000 + number}") for number in range(count)]


def keys_in_use():
    return {key_id_of(line.token(name)) for line in Line.objects.all() for name in line.stored_secrets}


def rotate():
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue().splitlines()[-1]


def test_every_secret_is_encrypted_again_and_still_says_the_same(db, people, monkeypatch, settings, add_key):
    made = lines(3)
    monkeypatch.setattr(rotation, "BATCH", 2)
    add_key()

    said = rotate()

    assert host.audited[-1]["action"] == "keys.rotated"
    assert host.audited[-1]["facts"] == {"secrets": 9, "unreadable": 0, "key": "new"}
    assert said == "9 secrets were encrypted again with the key “new”; 0 were already."
    settings.TEXTING = {**settings.TEXTING, "KEYS": NEW}
    assert Line.objects.get(pk=made[2].pk).reveal("session").reveal() == f"session of line {made[2].pk}"


def test_a_second_run_finds_nothing_to_do(db, add_key):
    lines(1)
    add_key()
    rotate()

    assert rotate() == "0 secrets were encrypted again with the key “new”; 3 were already."


def test_what_no_key_opens_is_named_and_left_as_it_is(db, add_key):
    broken = lines(2)[0]
    Line.objects.filter(pk=broken.pk).update(session_token="v1.gone.AAAA")
    add_key()

    with pytest.raises(CommandError, match=f"session of line {broken.pk}"):
        rotate()

    assert keys_in_use() == {"new", "gone"}


def test_a_login_that_is_quicker_is_not_undone(db, monkeypatch, add_key):
    line = lines(1)[0]
    add_key()
    reveal = Line.reveal

    def log_in_meanwhile(self, name):
        if name == "session":
            other = Line.objects.get(pk=self.pk)
            other.set_secret("session", "a newer session")
            other.save(update_fields=["session_token"])
        return reveal(self, name)

    monkeypatch.setattr(Line, "reveal", log_in_meanwhile)
    rotate()
    monkeypatch.undo()

    assert Line.objects.get(pk=line.pk).reveal("session").reveal() == "a newer session"


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_it_goes_on_where_it_was(add_key, settings):
    made = lines(4)
    keys = f"{NEW},{settings.TEXTING['KEYS']}"
    environment = {**os.environ, "TEXTING_KEYS": keys, "DATABASE_URL": database_url()}
    with transaction.atomic():
        # It waits here for the third line, and is killed.
        Line.objects.select_for_update().get(pk=made[2].pk)
        running = subprocess.Popen([sys.executable, "manage.py", "rotate_keys"], cwd=PROJECT, env=environment)
        wait_until_blocked()
        running.kill()
        running.wait(10)
    half_done = keys_in_use()
    add_key()

    said = rotate()

    assert half_done == {"new", "test"}
    # What it had sent to PostgreSQL when it was killed may still have been carried out.
    assert said.split()[0] in ("5", "6")
    assert keys_in_use() == {"new"}


def database_url():
    base = os.environ["DATABASE_URL"]
    return base.rpartition("/")[0] + "/" + connection.settings_dict["NAME"]


BLOCKED_BY_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def wait_until_blocked():
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(BLOCKED_BY_US)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("it never came to the line that is locked")
