"""What is told late, twice, out of order, in other words, or not at all; and what must not stand in a log."""

from __future__ import annotations

import io
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from tests.texting import host
from tests.texting.conftest import ANA, BO, LINE_NUMBER, make_line, message, pass_time, status_of
from tests.texting.test_webhooks import post, url_of
from texting import (
    arrivals,
    attachments,
    claims,
    compliance,
    conversations,
    intake,
    seam,
    settling,
    unmatched,
)
from texting.errors import SessionLost
from texting.models import Conversation, ConversationRecord, Line, Text, WebhookEvent
from texting.providers.base import AttachmentInfo, ProviderText
from texting.sql import run
from texting.vocabulary import Direction, Origin, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)
BODY = "Can you work tonight?"


def told(provider_id, body=BODY, number=ANA):
    return ProviderText(provider_id, Direction.OUT, number, LINE_NUMBER, body, timezone.now())


def take() -> claims.Claim:
    with transaction.atomic():
        (claim,), _ = claims.claim(1)
    return claim


def write(claim, status, reason=None, **facts) -> None:
    with transaction.atomic():
        claims.record([claims.Outcome(claim.text_id, claim.attempt, status, reason, **facts)])


def get_no_answer() -> None:
    """Claim a text, post it and hear nothing."""
    write(take(), TextStatus.UNCONFIRMED, Reason.NO_ANSWER)
    pass_time(seconds=20)


# --- STOP and START


def test_the_last_word_counts_and_not_the_last_delivery(line, hear, people, provider):
    hear("receive", **message(ANA, "STOP", 2, dateCreated="2020-11-22T14:05:00Z"))
    hear("receive", **message(ANA, "START", 1, dateCreated="2020-11-22T14:00:00Z"))

    assert ANA in compliance.opted_out([ANA])


def test_a_stop_told_late_does_not_undo_the_start_that_followed_it(line, hear, people, provider):
    hear("receive", **message(ANA, "STOP", 1, dateCreated="2020-11-22T14:00:00Z"))
    hear("receive", **message(ANA, "START", 3, dateCreated="2020-11-22T14:10:00Z"))
    hear("receive", **message(ANA, "STOP", 2, dateCreated="2020-11-22T14:05:00Z"))

    assert compliance.opted_out([ANA]) == {}


def test_a_stop_told_after_the_start_that_had_nothing_to_lift_does_not_count(line, hear, people, provider):
    other = make_line(number="+16125550199", owner_id=2)
    start = message(ANA, "Start.", 2, dateCreated="2020-11-22T14:05:00Z", line_number=other.number)
    hear("receive", on=other, **start)
    hear("receive", **message(ANA, "STOP", 1, dateCreated="2020-11-22T14:00:00Z"))

    assert compliance.opted_out([ANA]) == {}


def test_a_refusal_of_what_was_posted_before_a_start_does_not_outlast_it(people, send, provider, hear):
    send(people.add("Ana Rivera", ANA))
    claim = take()
    hear("receive", **message(ANA, "START", 2, dateCreated=(timezone.now() + timedelta(seconds=2)).isoformat()))

    write(claim, TextStatus.FAILED, Reason.OPTED_OUT)

    assert compliance.opted_out([ANA]) == {}


def test_a_start_in_the_second_of_a_refused_post_came_after_it(people, send, provider, hear):
    send(people.add("Ana Rivera", ANA))
    claim = take()
    posted_at = timezone.now()
    write(claim, TextStatus.FAILED, Reason.OPTED_OUT)
    assert compliance.opted_out([ANA])

    hear("receive", **message(ANA, "START", 2, dateCreated=posted_at.replace(microsecond=0).isoformat()))

    assert compliance.opted_out([ANA]) == {}


def test_an_old_stop_told_again_blocks_nothing(people, send, provider, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "STOP", 1))
    hear("receive", **message(ANA, "START", 2))
    send(ana)

    hear("receive", **message(ANA, "STOP", 1, read=True))

    assert Text.objects.get(direction=Direction.OUT).status == TextStatus.QUEUED


# --- Echoes and news


def test_an_echo_in_other_words_is_ours_when_its_id_is(people, send, provider, hear):
    send(people.add("Ana Rivera", ANA), body="“Steel toes” on?")
    claim = take()
    hear("send", **message(ANA, '"Steel toes" on?', 888, kind="ZO"))

    write(claim, TextStatus.SENT, provider_id="888")
    pass_time(minutes=1)
    intake.take_in()

    text = Text.objects.get()
    assert (text.status, text.origin) == (TextStatus.DELIVERED, Origin.ENTERPRISE)


def test_the_same_words_typed_in_the_app_do_not_settle_a_text_that_did_not_leave(people, send, provider, hear):
    send(people.add("Ana Rivera", ANA))
    claim = take()
    hear("send", **message(ANA, BODY, 888, kind="ZO"))

    write(claim, TextStatus.QUEUED, Reason.TRY_AGAIN)
    pass_time(minutes=1)
    intake.take_in()
    assert list(Text.objects.values_list("origin", "status")) == [(Origin.ENTERPRISE, TextStatus.QUEUED)]

    write(take(), TextStatus.SENT, provider_id="999")
    pass_time(minutes=1)
    intake.take_in()
    assert dict(Text.objects.values_list("origin", "status")) == {
        Origin.ENTERPRISE: TextStatus.SENT,
        Origin.PROVIDER_APP: TextStatus.DELIVERED,
    }


def test_news_kept_while_a_text_was_unconfirmed_is_applied_once_it_is_settled(people, send, provider, hear):
    send(people.add("Ana Rivera", ANA))
    get_no_answer()
    hear("progress", **message(ANA, BODY, 888, kind="ZO", statusCode=4))
    for _ in range(6):
        pass_time(minutes=10)
        intake.take_in()

    provider.told = [told("888")]
    assert settling.settle_unconfirmed() == 1
    pass_time(minutes=10)
    intake.take_in()

    assert status_of(ANA) == TextStatus.DELIVERED


# --- Settling


def test_a_line_that_cannot_be_asked_does_not_keep_the_others_from_settling(people, send, provider, line):
    # Looked at first, by its number.
    unreadable = make_line(number="+12025550100")
    send(people.add("Bo Chen", BO), on=unreadable)
    get_no_answer()
    send(people.add("Ana Rivera", ANA))
    get_no_answer()
    Line.objects.filter(pk=unreadable.pk).update(session_token="v1.gone.AAAA")
    provider.told = [told("888")]

    assert settling.settle_unconfirmed() == 1

    assert (status_of(ANA), status_of(BO)) == (TextStatus.SENT, TextStatus.UNCONFIRMED)


def test_a_text_that_stands_on_two_pages_settles_one_of_ours(people, send, provider, monkeypatch):
    """One that comes between two requests moves the last of the first page onto the second."""
    ana = people.add("Ana Rivera", ANA)
    for _ in range(2):
        send(ana)
        get_no_answer()
    pages = {0: [told("888")], 1: [told("888")]}
    monkeypatch.setattr(provider, "list_texts", lambda *_, start, limit: pages.get(start, []))

    assert settling.settle_unconfirmed() == 1
    assert sorted(Text.objects.values_list("status", flat=True)) == [TextStatus.SENT, TextStatus.UNCONFIRMED]


def test_a_dead_session_is_renewed_by_settling_too(people, send, provider, line, monkeypatch):
    dead = line.reveal("session").reveal()

    def list_texts(session_key, *, start, limit):
        if session_key == dead:
            raise SessionLost
        return [told("888")] if start == 0 else []

    monkeypatch.setattr(provider, "list_texts", list_texts)
    send(people.add("Ana Rivera", ANA))
    get_no_answer()
    for _ in range(2):
        settling.settle_unconfirmed()
        pass_time(minutes=5)

    assert provider.logins == 1
    assert status_of(ANA) == TextStatus.SENT


# --- Attachments


def offer(provider, monkeypatch, storage_key="key-1"):
    film = AttachmentInfo("film.mp4", "video/mp4", 3_000_000_000, storage_key)
    monkeypatch.setattr(provider, "list_attachments", lambda *_: [film], raising=False)


def test_an_attachment_of_three_gigabytes_is_noted(people, line, provider, hear, monkeypatch):
    offer(provider, monkeypatch)
    hear("receive", **message(ANA, "look", 555, hasAttachment=True))

    assert attachments.fetch_pending() == 1

    film = Text.objects.get().attachments.get()
    assert (film.byte_count, film.state) == (3_000_000_000, "too_large")


def test_an_attachment_that_cannot_be_stored_is_given_up_in_the_end(people, line, provider, hear, monkeypatch):
    offer(provider, monkeypatch, storage_key="nul \x00")
    hear("receive", **message(ANA, "look", 555, hasAttachment=True))

    for _ in range(attachments.MAX_FETCHES):
        assert Text.objects.get().attachments_pending
        assert attachments.fetch_pending() == 0
        Text.objects.update(next_fetch_at=timezone.now() - timedelta(minutes=1))

    assert not Text.objects.get().attachments_pending


# --- The log of the host


def test_a_log_that_is_down_is_asked_about_each_conversation_at_most_once_more(people, line, provider, monkeypatch):
    asked = []

    def down(closed):
        asked.append(len(closed))
        raise RuntimeError("the log is down")

    monkeypatch.setattr(host, "log", down)
    for i in range(100, 130):
        make_idle_conversation(line, people, f"+1612555{i:04}")

    assert conversations.close_due() == 0

    assert Conversation.objects.filter(failure_count=1, closed_at=None).count() == 30
    assert len(asked) <= 31


def make_idle_conversation(line, people, number):
    then = timezone.now() - timedelta(days=1)
    conversation = Conversation.objects.create(line=line, number=number, opened_at=then, last_text_at=then)
    conversations.add_records(conversation.pk, [(people.add("Somebody", number), "Somebody")])
    Text.objects.create(
        line=line, conversation=conversation, direction="in", origin="person", number=number, body="Hi",
        status="received", provider_id=number, arrived_at=then,
    )  # fmt: skip


# --- The webhook


def test_a_body_of_untold_length_is_refused_and_not_stored_as_empty(client, line):
    headers = {"Content-Length": "", "Transfer-Encoding": "chunked"}

    assert post(client, url_of(line), headers=headers).status_code == 411
    assert not WebhookEvent.objects.exists()


@pytest.fixture
def console(monkeypatch):
    """What the handler of the settings writes."""
    (handler,) = [handler for handler in logging.getLogger().handlers if handler.name == "console"]
    monkeypatch.setattr(handler, "stream", io.StringIO())
    return handler.stream


def test_the_secret_of_an_event_that_was_not_stored_stands_in_no_log(client, line, console, monkeypatch):
    def down(*_):
        raise OperationalError("down")

    monkeypatch.setattr(arrivals, "store", down)

    assert post(client, url_of(line, "TheSecretOfTheLine")).status_code == 404
    line.set_secret("webhook", "TheSecretOfTheLine")
    line.save()
    assert post(client, url_of(line)).status_code == 503

    assert f"/texting/webhooks/{line.pk}/***/receive" in console.getvalue()
    assert "TheSecretOfTheLine" not in console.getvalue()


def test_the_secret_of_an_event_that_broke_us_stands_in_no_log(client, line, console, monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(arrivals, "store", broken)
    client.raise_request_exception = False
    line.set_secret("webhook", "TheSecretOfTheLine")
    line.save()

    assert post(client, url_of(line)).status_code == 500

    assert f"/texting/webhooks/{line.pk}/***/receive" in console.getvalue()
    assert "TheSecretOfTheLine" not in console.getvalue()


def test_a_stop_counts_though_its_text_cannot_be_taken_in(line, hear, people, monkeypatch):
    def fail(number):
        raise RuntimeError("odd")

    monkeypatch.setattr(seam, "match_number", fail)
    hear("receive", **message(ANA, "Stop.", "700"))

    assert WebhookEvent.objects.get().state == "pending"
    assert ANA in compliance.opted_out([ANA])


def test_linking_a_number_waits_for_its_texts_on_several_lines_and_none_for_the_other(people, line, rep):
    other = make_line(number="+16125550101")
    ana = people.by_id[people.add("Ana Rivera", BO).record_id]
    # The conversation of the later line is the older one.
    late, early = (conversations.hold_open([(pk, ANA)])[pk, ANA] for pk in (other.pk, line.pk))

    def link():
        unmatched.link(rep, Conversation.objects.get(pk=early), ana, Conversation.objects.all())
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            conversations.hold_open([(line.pk, ANA)])
            linking = pool.submit(link)
            wait_until_locked()
            conversations.hold_open([(other.pk, ANA)])
        linking.result(5)

    assert ConversationRecord.objects.filter(conversation__in=[late, early]).count() == 2


def wait_until_locked():
    for _ in range(100):
        if run("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"):
            return
        time.sleep(0.02)
