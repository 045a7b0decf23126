"""A draft sent, discarded, written on or forgotten at once: what a batch is made from stays, and nobody wonders."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.texting.conftest import ANA, make_draft
from tests.texting.test_sending_races import is_anybody_waiting_for_a_lock, wait_for
from texting import dispatch, drafts
from texting.models import Batch, Draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(people, rep, line, settings):
    settings.SECURE_SSL_REDIRECT = False
    return make_draft(rep, people.add("Ana Rivera", ANA), line=line, body="Hello")


def meanwhile(first, then):
    """Do `first` and, before it is committed, begin `then`; return both results."""
    results = []

    def run():
        results.append(then())
        connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        done = first()
        thread.start()
        wait_for(lambda: not thread.is_alive() or is_anybody_waiting_for_a_lock())
    thread.join(10)
    return done, results[0]


def press(rep, draft, **fields):
    client = Client()
    client.force_login(rep)
    return client.post(draft.get_absolute_url(), fields)


def send(rep, draft):
    return dispatch.send_batch(rep, dispatch.Composed(draft, draft.line, "Hello"))


def discard(draft):
    drafts.discard(Draft.objects.get(pk=draft.pk))


def test_what_is_being_sent_is_not_discarded(draft, rep):
    batch, answer = meanwhile(lambda: send(rep, draft), lambda: press(rep, draft, action="discard", sure="1"))

    assert "This was sent already" in answer.content.decode()
    assert Draft.objects.get(pk=batch.draft_id) == draft


@pytest.mark.parametrize("action", ["send", "save", "check"])
def test_what_is_discarded_in_the_moment_of_send_is_not_sent_and_says_so(draft, rep, action):
    fields = {"action": action, "line": draft.line_id, "body": "Hello Ana"}

    _, answer = meanwhile(lambda: discard(draft), lambda: press(rep, draft, **fields))

    page = answer.content.decode()
    assert ("This draft is gone" in page, "Hello Ana" in page, answer.status_code) == (True, True, 404)
    assert not Batch.objects.exists()


def test_pressed_after_it_was_discarded_send_says_the_same(draft, rep):
    discard(draft)

    page = press(rep, draft, action="send", line=draft.line_id, body="Hello <Ana>").content.decode()

    assert ("This draft is gone" in page, "Hello &lt;Ana&gt;" in page) == (True, True)


@pytest.fixture
def old_draft(draft, settings):
    """So large that a worker makes its batch."""
    settings.TEXTING = {**settings.TEXTING, "LARGE_SELECTION": 0}
    drafts.check_block(draft)
    Draft.objects.filter(pk=draft.pk).update(updated_at=timezone.now() - timedelta(days=40))
    return draft


@pytest.mark.parametrize("do", [send, lambda rep, draft: drafts.write(draft, body="Hello again")])
def test_a_draft_that_is_touched_in_the_moment_it_is_forgotten_stays(old_draft, rep, do):
    _, count = meanwhile(lambda: do(rep, old_draft), lambda: drafts.forget_old(timedelta(days=30)))

    assert (count, Draft.objects.count()) == (0, 1)
    assert drafts.forget_old(timedelta(days=30)) == 0
