"""Unconfirmed texts: found at the provider or not, one to one; and files that come with a text."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.texting.conftest import ANA, LINE_NUMBER, message, pass_time, run_until_quiet
from texting import attachments, backfill, claims, conversations, decisions, intake, provider_texts, settling
from texting.errors import NotSent, OutcomeUnknown, Refused
from texting.models import Batch, Text, WebhookEvent
from texting.providers.base import AttachmentInfo, OddRow, ProviderText
from texting.runner import Runner
from texting.vocabulary import Decision, Direction, Origin, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)
BODY = "Can you work tonight?"


@pytest.fixture
def unconfirmed(people, send, provider):
    """Send to Ana so many times, each time without an answer."""
    runner = Runner(4)

    def unconfirmed(count=1):
        ana = people.add("Ana Rivera", ANA)
        for _ in range(count):
            provider.answers.append(OutcomeUnknown())
            send(ana)
            run_until_quiet(runner)
        pass_time(seconds=20)

    yield unconfirmed
    runner.close()


def told(provider_id, *, body=BODY, number=ANA, at=None, direction=Direction.OUT, **facts):
    return ProviderText(provider_id, direction, number, LINE_NUMBER, body, at or timezone.now(), **facts)


def test_a_text_the_provider_holds_is_sent(unconfirmed, provider):
    unconfirmed()
    provider.told = [told("700")]

    assert settling.settle_unconfirmed() == 1

    text = Text.objects.get()
    assert (text.status, text.provider_id, text.reason) == (TextStatus.SENT, "700", "")


def test_of_two_texts_and_one_at_the_provider_one_is_settled(unconfirmed, provider):
    unconfirmed(2)
    provider.told = [told("700")]

    assert settling.settle_unconfirmed() == 1
    assert sorted(Text.objects.values_list("status", flat=True)) == ["sent", "unconfirmed"]


@pytest.mark.parametrize(
    "other",
    [
        {"body": "Something else"},
        {"number": "+16125550135"},
        {"direction": Direction.IN},
        {"at": timezone.now() - timedelta(days=2)},
        {"scheduled_at": timezone.now() + timedelta(days=1)},
        {"scheduled_at": timezone.now() - timedelta(seconds=5), "is_deleted": True},
    ],
)
def test_what_is_not_this_text_settles_nothing(unconfirmed, provider, other):
    unconfirmed()
    provider.told = [told("700", **other)]

    assert settling.settle_unconfirmed() == 0
    assert Text.objects.get().status == TextStatus.UNCONFIRMED


def test_a_text_known_by_its_id_is_not_another_ones_proof(unconfirmed, provider, people, send):
    unconfirmed()
    runner = Runner(2)
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)
    runner.close()
    owned = Text.objects.get(status=TextStatus.SENT).provider_id
    provider.told = [told("700"), told(owned)]

    assert settling.settle_unconfirmed() == 1
    assert list(Text.objects.order_by("pk").values_list("provider_id", flat=True)) == ["700", owned]


def test_absence_proves_nothing_and_after_four_looks_a_person_is_asked(unconfirmed, provider):
    unconfirmed()
    for _ in range(6):
        settling.settle_unconfirmed()
        pass_time(hours=1)

    text = Text.objects.get()
    assert (text.status, text.look_count, text.next_look_at) == (TextStatus.UNCONFIRMED, 4, None)
    assert provider.sent == []


def test_a_provider_that_does_not_answer_was_no_look(unconfirmed, provider, monkeypatch):
    unconfirmed()

    def down(*_, **__):
        raise NotSent

    monkeypatch.setattr(provider, "list_texts", down)
    settling.settle_unconfirmed()

    text = Text.objects.get()
    assert text.look_count == 0
    assert text.next_look_at


def test_the_same_words_typed_in_the_app_before_ours_were_sent_are_not_ours(unconfirmed, provider):
    unconfirmed()
    Batch.objects.update(created_at=timezone.now() - timedelta(minutes=90))
    provider.told = [told("700", at=timezone.now() - timedelta(minutes=85))]

    assert settling.settle_unconfirmed() == 0
    backfill.backfill_due()

    assert list(Text.objects.order_by("pk").values_list("origin", "status")) == [
        (Origin.ENTERPRISE, TextStatus.UNCONFIRMED),
        (Origin.PROVIDER_APP, TextStatus.SENT),
    ]


@pytest.fixture
def beside(unconfirmed, people, send, provider):
    """One text is unconfirmed; the provider took another in the same words, whose answer is still under way."""
    unconfirmed()
    send(people.add("Ana Rivera", ANA))
    ((claim,), _) = claims.claim(1)
    provider.told = [told("700")]
    return claim


def test_what_may_be_of_a_text_that_is_being_sent_settles_no_other(beside):
    assert settling.settle_unconfirmed() == 0

    claims.record([claims.Outcome(beside.text_id, beside.attempt, TextStatus.SENT, provider_id="700")])
    pass_time(minutes=2)
    settling.settle_unconfirmed()

    assert list(Text.objects.order_by("pk").values_list("status", "provider_id")) == [
        (TextStatus.UNCONFIRMED, None),
        (TextStatus.SENT, "700"),
    ]


def test_a_last_look_that_could_not_tell_whose_a_text_is_is_made_once_more(beside):
    first = Text.objects.exclude(pk=beside.text_id)
    first.update(look_count=len(claims.LOOKS) - 1)
    settling.settle_unconfirmed()

    refused = claims.Outcome(beside.text_id, beside.attempt, TextStatus.FAILED, Reason.REFUSED)
    claims.record([refused])
    pass_time(minutes=2)

    assert settling.settle_unconfirmed() == 1
    assert first.get().provider_id == "700"


def test_a_text_in_other_words_that_is_being_sent_leaves_ours_alone(beside):
    Text.objects.filter(pk=beside.text_id).update(body="Something else")

    assert settling.settle_unconfirmed() == 1


def test_a_short_page_is_not_the_last(unconfirmed, provider, monkeypatch):
    unconfirmed()
    listing = [told("1", body="newer"), told("700")]
    monkeypatch.setattr(provider, "list_texts", lambda *_, start, limit: listing[start : start + 1])

    assert settling.settle_unconfirmed() == 1


def test_a_page_without_a_text_is_not_the_last(unconfirmed, provider, monkeypatch):
    unconfirmed()
    listing = [OddRow.GROUP, OddRow.UNREADABLE, told("700")]
    monkeypatch.setattr(provider, "list_texts", lambda *_, start, limit: listing[start : start + 1])

    assert settling.settle_unconfirmed() == 1


def test_a_provider_that_lists_the_same_for_ever_is_not_asked_for_ever(unconfirmed, provider, monkeypatch):
    unconfirmed()
    asked = []
    monkeypatch.setattr(provider, "list_texts", lambda *_, start, limit: asked.append(start) or [OddRow.GROUP])

    assert settling.settle_unconfirmed() == 0
    assert len(asked) == provider_texts.MOST_BARREN


def test_the_echo_of_what_was_sent_again_is_not_the_first_ones(unconfirmed, hear):
    unconfirmed(2)
    first, again = Text.objects.order_by("pk")
    Text.objects.filter(pk=first.pk).update(
        decision=Decision.SENT_AGAIN, decided_by=first.sender, decided_at=timezone.now(), next_look_at=None
    )

    hear("send", **message(ANA, BODY, 700, kind="ZO"))

    assert Text.objects.get(pk=again.pk).provider_id == "700"
    assert Text.objects.get(pk=first.pk).status == TextStatus.UNCONFIRMED


WHOLE = "A long answer. " * 100


@pytest.fixture
def long_text(people, line, provider, hear, monkeypatch):
    """A text of which the webhook brought the beginning."""
    people.add("Ana Rivera", ANA)
    info = AttachmentInfo("message.txt", "text/plain", len(WHOLE), "key-1")
    photo = AttachmentInfo("card.jpg", "image/jpeg", 184_000, "key-2")
    monkeypatch.setattr(provider, "list_attachments", lambda *_: [info, photo], raising=False)
    monkeypatch.setattr(provider, "fetch_attachment", lambda *_, **__: WHOLE.encode(), raising=False)
    hear("receive", **message(ANA, WHOLE[:100], 555, hasAttachment=True))
    return provider


def test_a_long_text_gets_its_whole_body_and_its_pictures_are_noted(long_text):
    assert attachments.fetch_pending() == 1

    text = Text.objects.get()
    assert text.body == WHOLE.rstrip()
    assert not text.attachments_pending
    assert list(text.attachments.values_list("file_name", "byte_count")) == [("card.jpg", len(WHOLE))]
    assert attachments.fetch_pending() == 0


def test_a_conversation_waits_for_its_attachments(long_text):
    from texting.models import Conversation

    Conversation.objects.update(last_text_at="2026-01-01T00:00Z")
    assert conversations.close_due() == 0

    attachments.fetch_pending()
    Conversation.objects.update(last_text_at="2026-01-01T00:00Z")
    assert conversations.close_due() == 1


@pytest.mark.parametrize("error", [NotSent(), Refused(Reason.REFUSED)])
def test_an_attachment_that_never_comes_is_given_up_in_the_end(long_text, monkeypatch, error):
    def broken(*_, **__):
        raise error

    monkeypatch.setattr(long_text, "list_attachments", broken)
    for _ in range(attachments.MAX_FETCHES):
        attachments.fetch_pending()
        Text.objects.update(next_fetch_at=timezone.now() - timedelta(minutes=1))

    text = Text.objects.get()
    assert not text.attachments_pending
    assert text.body == WHOLE[:100].rstrip()


def test_when_nobody_could_be_asked_for_a_day_a_person_decides(unconfirmed, provider):
    def fail(*_, **__):
        raise NotSent

    unconfirmed()
    provider.list_texts = fail
    Text.objects.update(status_at=timezone.now() - timedelta(hours=25))

    settling.settle_unconfirmed()

    assert decisions.waiting().count() == 1


def test_what_is_written_in_the_app_later_is_not_the_text_given_up_long_ago(unconfirmed, hear):
    unconfirmed()
    long_ago = timezone.now() - timedelta(days=30)
    Text.objects.update(created_at=long_ago, status_at=long_ago, next_look_at=None)

    hear("send", **message(ANA, BODY, "700", kind="MT"))

    assert list(Text.objects.order_by("pk").values_list("status", "origin")) == [
        ("unconfirmed", "enterprise"),
        ("delivered", "provider_app"),
    ]


def test_news_that_waited_for_months_stop_no_runner(unconfirmed, hear):
    unconfirmed()
    hear("progress", id="999", statusCode=4)
    WebhookEvent.objects.update(tries=32_767, next_try_at=timezone.now())

    assert intake.take_in() == 1
