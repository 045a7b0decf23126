"""The path of a text in: events in any order, any number of times; whose it is; what its words do."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from tests.texting.conftest import ANA, BO, STRANGER, make_line, message, pass_time, run_until_quiet, status_of
from texting import claims, compliance, intake
from texting.errors import OutcomeUnknown
from texting.models import Conversation, NumberLink, OptOut, Text, WebhookEvent
from texting.vocabulary import Direction, Origin, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent_to_ana(people, send, runner):
    """A text to Ana that the provider took as 10001."""
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run_until_quiet(runner)
    return ana


def progress(provider_id, code):
    return message(ANA, "Can you work tonight?", provider_id, kind="ZO", statusCode=code)


def test_an_answer_joins_the_conversation_of_the_text_it_answers(sent_to_ana, hear):
    hear("receive", **message(ANA, "Yes!", 555))

    conversation = Conversation.objects.get()
    assert [text.body for text in conversation.texts.order_by("pk")] == ["Can you work tonight?", "Yes!"]
    assert [record.key for record in conversation.records.all()] == [sent_to_ana]


def test_the_same_text_told_twice_is_one_text(sent_to_ana, hear):
    hear("receive", **message(ANA, "Yes!", 555))
    hear("receive", **message(ANA, "Yes!", 555, read=True))

    assert Text.objects.filter(direction=Direction.IN).count() == 1


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        ((1, 6, 2, 7, 5), TextStatus.DELIVERED),
        ((4, 5), TextStatus.DELIVERED),
        ((7, 4, 1), TextStatus.UNDELIVERED),
        ((0, 5, 2), TextStatus.UNDELIVERED),
    ],
)
def test_delivery_news_only_move_forward(sent_to_ana, hear, codes, status):
    for code in codes:
        hear("progress", **progress(10001, code))

    assert status_of(ANA) == status


def test_news_that_overtake_our_own_commit_are_kept_and_applied(people, send, provider, hear, line):
    send(people.add("Ana Rivera", ANA))
    with transaction.atomic():
        (claim,), _ = claims.claim(1)
    hear("progress", **progress(777, 4))
    assert WebhookEvent.objects.get().state == WebhookEvent.State.PENDING

    with transaction.atomic():
        claims.record([claims.Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id="777")])
    pass_time(minutes=1)
    intake.take_in()

    assert status_of(ANA) == TextStatus.DELIVERED
    assert WebhookEvent.objects.get().state == WebhookEvent.State.DONE


@pytest.mark.parametrize(("event", "noted"), [("read", "read_at"), ("delete", "deleted_at_provider")])
def test_what_comes_before_the_text_it_tells_of_is_noted_on_it(line, hear, people, provider, event, noted):
    hear(event, **message(ANA, "Yes!", 555))
    hear("receive", **message(ANA, "Yes!", 555))
    assert getattr(Text.objects.get(), noted) is None

    pass_time(minutes=1)
    intake.take_in()

    first = getattr(Text.objects.get(), noted)
    assert first is not None
    hear(event, **message(ANA, "Yes!", 555, dateRead="2026-11-22T15:00:00Z"))
    assert getattr(Text.objects.get(), noted) == first
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {WebhookEvent.State.DONE}


@pytest.mark.parametrize("kind", ["progress", "read", "delete"])
def test_news_of_a_text_we_never_held_are_kept_in_the_end(line, hear, people, provider, kind):
    hear(kind, **progress(999, 4))
    for _ in range(6):
        pass_time(minutes=10)
        intake.take_in()

    event = WebhookEvent.objects.get()
    assert (event.state, event.tries) == (WebhookEvent.State.KEPT, 5)
    assert event.problem == "Tells of a text we do not know."


def test_the_echo_of_an_unconfirmed_text_settles_it_once(people, send, provider, runner, hear):
    provider.answers.append(OutcomeUnknown())
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)

    hear("send", **message(ANA, "Can you work tonight?", 888, kind="ZO"))
    hear("send", **message(ANA, "Can you work tonight?", 888, kind="ZO", read=True))

    text = Text.objects.get()
    assert text.provider_id == "888"
    assert text.status in {TextStatus.SENT, TextStatus.DELIVERED}


def test_two_equal_texts_take_one_echo_each(people, send, provider, runner, hear):
    provider.answers.extend([OutcomeUnknown(), OutcomeUnknown()])
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run_until_quiet(runner)
    send(ana)
    run_until_quiet(runner)

    hear("send", **message(ANA, "Can you work tonight?", 888, kind="ZO"))
    assert sorted(Text.objects.values_list("provider_id", flat=True), key=str) == ["888", None]
    hear("send", **message(ANA, "Can you work tonight?", 889, kind="ZO"))

    assert sorted(Text.objects.values_list("provider_id", flat=True)) == ["888", "889"]


def test_an_echo_waits_while_two_equal_texts_could_be_meant(people, send, provider, hear, line):
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    send(ana)
    with transaction.atomic():
        claimed, _ = claims.claim(2)
    hear("send", **message(ANA, "Can you work tonight?", 888, kind="ZO"))
    assert not Text.objects.filter(provider_id="888").exists()

    with transaction.atomic():
        claims.record(
            [
                claims.Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id=provider_id)
                for claim, provider_id in zip(claimed, ["887", "888"], strict=True)
            ]
        )
    pass_time(minutes=1)
    intake.take_in()

    assert sorted(Text.objects.values_list("provider_id", flat=True)) == ["887", "888"]


def test_a_text_typed_in_the_providers_app_is_part_of_the_conversation(sent_to_ana, hear):
    hear("send", **message(ANA, "Bring your steel toes.", 600, kind="ZO"))

    typed = Text.objects.get(provider_id="600")
    assert (typed.origin, typed.direction) == (Origin.PROVIDER_APP, Direction.OUT)
    assert typed.conversation == Conversation.objects.get()


@pytest.mark.parametrize("body", ["STOP", " stop. ", "Stop!", "s-t-o-p", "“UNSUBSCRIBE”", "Cancel", "end", "Opt-out"])
def test_an_opt_out_word_stops_what_waits_and_what_comes(people, send, provider, runner, hear, body):
    ana = people.add("Ana Rivera", ANA)
    send(ana)

    hear("receive", **message(ANA, body, 555))

    assert status_of_outgoing() == TextStatus.BLOCKED
    assert OptOut.objects.get().number == ANA
    run_until_quiet(runner)
    assert provider.sent == []


def status_of_outgoing():
    return Text.objects.get(direction=Direction.OUT).status


@pytest.mark.parametrize("body", ["please stop by at 5", "I can't work, cancel my shift", "the end", "Stop it now", ""])
def test_ordinary_words_opt_nobody_out(body):
    assert compliance.keyword(body) == ""


@pytest.mark.parametrize("word", ["START", "unstop"])
def test_start_and_unstop_lift_an_opt_out_and_it_stays_as_history(line, hear, people, provider, word):
    hear("receive", **message(ANA, "STOP", 1))
    hear("receive", **message(ANA, word, 2))

    assert compliance.opted_out([ANA]) == {}
    assert OptOut.objects.get().lifted_by_word == word.upper()


def test_the_providers_own_opt_out_event_counts_too(line, hear, people, provider):
    hear(
        "optout",
        address=f"ptn:/{ANA}",
        finalSource=ANA,
        finalDestination=line.number,
        optedOut=True,
        dateCreated="2026-11-22T14:02:00Z",
    )

    assert compliance.opted_out([ANA])[ANA].source == OptOut.Source.PROVIDER_EVENT


def test_a_text_of_the_only_person_with_the_number_is_theirs(people, line, hear, provider):
    ana = people.add("Ana Rivera", "(612) 555-0134")

    hear("receive", **message(ANA, "Any work?", 555))

    assert [record.key for record in Conversation.objects.get().records.all()] == [ana]


def test_a_text_from_a_number_of_two_people_belongs_to_neither(people, line, hear, provider):
    people.add("Ana Rivera", ANA)
    people.add("Luis Rivera", ANA)

    hear("receive", **message(ANA, "Any work?", 555))

    assert not Conversation.objects.get().records.exists()


def test_one_human_on_two_records_gets_it_on_both(people, line, hear, provider):
    from texting.seam import RecordKey

    both = [RecordKey("person", 1), RecordKey("person", 2)]
    people.add("Ana Rivera", ANA, same_person_as=frozenset({both[1]}))
    people.add("Ana Rivera (contact)", ANA, same_person_as=frozenset({both[0]}))

    hear("receive", **message(ANA, "Any work?", 555))

    assert [record.key for record in Conversation.objects.get().records.all()] == both


def test_of_two_people_the_one_texted_last_from_this_line_is_meant(people, send, runner, hear):
    people.add("Luis Rivera", ANA)
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run_until_quiet(runner)
    Conversation.objects.update(closed_at="2026-11-20T10:00Z")

    hear("receive", **message(ANA, "Yes!", 555))

    assert [record.key for record in Conversation.objects.get(closed_at=None).records.all()] == [ana]


def test_a_remembered_choice_decides_between_two(people, line, hear, provider, rep):
    people.add("Luis Rivera", ANA)
    ana = people.add("Ana Rivera", ANA)
    NumberLink.objects.create(number=ANA, record_type="person", record_id=ana.record_id, linked_by=rep)

    hear("receive", **message(ANA, "Any work?", 555))

    assert [record.key for record in Conversation.objects.get().records.all()] == [ana]


def test_a_text_from_a_stranger_is_kept(people, line, hear, provider):
    hear("receive", **message(STRANGER, "Who is this?", 555))

    assert Text.objects.get().body == "Who is this?"
    assert not Conversation.objects.get().records.exists()


def test_two_lines_keep_their_conversations_apart(people, line, hear, provider):
    other = make_line(number="+16515550101")
    people.add("Bo Chen", BO)

    hear("receive", **message(BO, "one", 1))
    hear("receive", on=other, **message(BO, "two", 2, line_number="+16515550101"))

    assert Conversation.objects.count() == 2


@pytest.mark.parametrize("body", [b"", b"not json", b"[1, 2]", b'{"id": 1.5}', b'{"id": "x"}', b"\xff\xfe", b"{}"])
def test_what_cannot_be_read_is_kept_and_holds_up_nothing(line, hear, people, provider, body):
    from django.utils import timezone

    now = timezone.now()
    WebhookEvent.objects.create(
        line=line, event="receive", body=body, body_sha256="x", received_at=now, next_try_at=now
    )
    hear("receive", **message(STRANGER, "Hello", 555))

    assert WebhookEvent.objects.get(body_sha256="x").state == WebhookEvent.State.MALFORMED
    assert Text.objects.get().body == "Hello"


def test_an_event_that_breaks_us_is_tried_five_times_then_set_aside(line, hear, people, provider, monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(provider, "parse_event", broken)
    hear("receive", **message(STRANGER, "Hello", 555))
    for _ in range(6):
        pass_time(minutes=10)
        intake.take_in()

    event = WebhookEvent.objects.get()
    assert (event.state, event.tries) == (WebhookEvent.State.QUARANTINED, 5)


def test_waiting_for_a_text_is_no_failure(line, hear, people, provider, monkeypatch):
    hear("progress", **message(ANA, "Hello", 555, kind="ZO"))
    for _ in range(3):
        pass_time(minutes=10)
        intake.take_in()
    assert WebhookEvent.objects.get().tries == 4
    parse = provider.parse_event

    def broken_once(*of):
        monkeypatch.setattr(provider, "parse_event", parse)
        raise RuntimeError("a deadlock")

    monkeypatch.setattr(provider, "parse_event", broken_once)
    pass_time(minutes=10)
    intake.take_in()

    event = WebhookEvent.objects.get()
    assert (event.state, event.failure_count) == (WebhookEvent.State.PENDING, 1)


def test_a_body_with_null_and_lone_surrogate_is_taken_in(line, hear, people, provider):
    hear("receive", **message(STRANGER, "a\x00b\ud800c", 555))

    # PostgreSQL holds neither; the body as it came stays with the event.
    assert Text.objects.get().body == "ab\ufffdc"
    assert json.loads(bytes(WebhookEvent.objects.get().body))["body"] == "a\x00b\ud800c"
