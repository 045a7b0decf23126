"""A draft sent, discarded, written on or forgotten at once: what a batch is made from stays, and nobody wonders."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.sandbox.rig import wait_until
from tests.texting.conftest import ANA, make_draft
from tests.texting.test_decisions import make_rep
from tests.texting.test_sending_races import is_anybody_waiting_for_a_lock
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
        wait_until(lambda: not thread.is_alive() or is_anybody_waiting_for_a_lock())
    thread.join(10)
    return done, results[0]


def press(rep, draft, *, headers=None, **fields):
    client = Client()
    client.force_login(rep)
    return client.post(draft.get_absolute_url(), fields, headers=headers)


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


def test_in_the_dialog_it_says_so_in_place_of_what_was_pressed(draft, rep):
    discard(draft)

    answer = press(rep, draft, headers={"HX-Request": "true"}, action="send", line=draft.line_id, body="Hello Ana")

    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (200, "#dialog", "innerHTML")
    page = answer.content.decode()
    assert ("This draft is gone" in page, "Hello Ana" in page, "<html" in page) == (True, True, False)


@pytest.fixture
def forgotten(draft, rep):
    """Sent, and then so old that only its batch is left."""
    send(rep, draft)
    Draft.objects.update(updated_at=timezone.now() - timedelta(days=91))
    assert drafts.forget_old(timedelta(days=90)) == 1
    return draft


@pytest.mark.parametrize("action", ["send", "check", None])
def test_of_a_draft_forgotten_since_it_was_sent_nobody_says_that_it_was_not(forgotten, rep, action):
    client = Client()
    client.force_login(rep)
    url, batch = forgotten.get_absolute_url(), Batch.objects.get()

    page = (client.post(url, {"action": action, "body": "Hello Bo"}) if action else client.get(url)).content.decode()

    assert ("This was sent already" in page, batch.get_absolute_url() in page) == (True, True)
    assert ("This draft is gone" in page, "Hello Bo" in page) == (False, bool(action))


def test_what_somebody_else_sent_long_ago_is_not_theirs_to_know(forgotten):
    answer = press(make_rep("dan"), forgotten, action="send", body="Hello Bo")

    assert (answer.status_code, "batch" in answer.content.decode().casefold().split("<main")[1]) == (404, False)


def typed_while_signed_out(draft, *, then):
    client = Client()
    client.post(draft.get_absolute_url(), {"action": "save", "body": "Typed <signed> out"})
    discard(draft)
    client.force_login(then)
    return client


def test_what_was_typed_while_signed_out_is_shown_once_though_the_draft_is_gone(draft, rep):
    client = typed_while_signed_out(draft, then=rep)

    page = client.get(draft.get_absolute_url()).content.decode()

    assert ("This draft is gone" in page, "Typed &lt;signed&gt; out" in page) == (True, True)
    assert "Typed" not in client.get(draft.get_absolute_url()).content.decode()


def test_what_was_typed_while_signed_out_is_not_shown_to_the_next_who_signs_in(draft):
    client = typed_while_signed_out(draft, then=make_rep("dan"))

    answer = client.get(draft.get_absolute_url())

    assert (answer.status_code, "Typed" in answer.content.decode()) == (404, False)


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
