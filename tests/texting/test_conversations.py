"""Closing: one message per conversation and record, whoever closes, however often, and whatever fails."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.texting.conftest import ANA, BO, STRANGER, message, pass_time, run_until_quiet, set_window
from texting import conversations
from texting.models import Conversation, Text, TextingSettings
from texting.runner import Runner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def filed(people):
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"person": "TEXT"})


@pytest.fixture
def run(provider):
    runner = Runner(4)
    yield lambda: run_until_quiet(runner)
    runner.close()


def test_a_silent_conversation_is_one_message_in_the_order_of_its_texts(people, send, run, hear, log):
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run()
    hear("receive", **message(ANA, "second", 556, dateCreated="2126-11-22T14:05:00Z"))
    hear("receive", **message(ANA, "first", 555, dateCreated="2126-11-22T14:04:00Z"))
    pass_time(hours=25)

    assert conversations.close_due() == 1

    assert log.bodies(ana) == [["Can you work tonight?", "first", "second"]]
    (logged,) = log.messages.values()
    assert [text.author for text in logged.texts] == ["Riya Shah", "Ana Rivera", "Ana Rivera"]
    assert logged.filed_under == {"person": "TEXT"}


@pytest.mark.parametrize(
    ("names", "author"),
    [
        (["Ann Rivera", "Bob Rivera"], "Ann Rivera / Bob Rivera"),
        (["Kwame Asante", "Kwame Asante"], "Kwame Asante"),
        (["Ann", "Bob", "Cy", "Dee"], "(612) 555-0134"),
    ],
)
def test_who_wrote_is_not_guessed_where_several_share_a_number(people, log, hear, names, author):
    keys = [people.add(name, ANA) for name in names]
    hear("receive", **message(ANA, "YES", 555))
    conversations.add_records(Conversation.objects.get().pk, list(zip(keys, names, strict=True)))
    pass_time(hours=25)

    conversations.close_due()

    assert {text.author for logged in log.messages.values() for text in logged.texts} == {author}


def test_nothing_is_logged_before_the_window_is_over(people, send, run, log):
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run()
    pass_time(hours=23)

    assert conversations.close_due() == 0
    assert log.messages == {}


def test_each_new_text_starts_the_window_again(people, send, run, hear, log):
    send(people.add("Ana Rivera", ANA))
    run()
    pass_time(hours=23)
    hear("receive", **message(ANA, "Yes", 555))
    pass_time(hours=23)

    assert conversations.close_due() == 0


def test_people_behind_one_number_each_get_the_message(people, send, run, log):
    bo, li = people.add("Bo Chen", BO), people.add("Li Chen", BO)
    send(bo, li)
    run()
    pass_time(hours=25)

    conversations.close_due()

    assert log.bodies(bo) == log.bodies(li) == [["Can you work tonight?"]]
    assert Conversation.objects.count() == 1


def test_a_text_nobody_answered_is_logged_and_one_that_never_left_is_not(people, send, run, log, line):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    send(ana)
    run()
    type(line).objects.update(state="paused", pause_reason="by_hand")
    send(bo)
    run()
    pass_time(hours=25)

    conversations.close_due()

    assert log.bodies(ana) == [["Can you work tonight?"]]
    assert log.bodies(bo) == []


def test_a_late_text_opens_a_new_conversation(people, send, run, hear, log):
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run()
    pass_time(hours=25)
    conversations.close_due()

    hear("receive", **message(ANA, "Sorry, late", 555))
    pass_time(hours=25)
    conversations.close_due()

    assert log.bodies(ana) == [["Can you work tonight?"], ["Sorry, late"]]
    first, late = log.messages.values()
    assert (first.follows, late.follows) == (None, first.conversation_id)


def test_a_text_after_more_than_a_week_is_a_new_matter(people, send, run, hear, log):
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run()
    pass_time(days=8)
    conversations.close_due()

    hear("receive", **message(ANA, "Any work?", 555))

    assert Conversation.objects.get(closed_at=None).follows is None


def test_a_new_text_of_ours_after_the_log_follows_nothing(people, send, run, log):
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run()
    pass_time(hours=25)
    conversations.close_due()

    send(ana, body="Another job")
    run()

    assert Conversation.objects.get(closed_at=None).follows is None


def test_closers_at_the_same_time_log_once(people, send, run, log):
    keys = [people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 130)]
    send(*keys)
    run()
    pass_time(hours=25)
    counts = []

    def close():
        counts.append(conversations.close_due())
        connection.close()

    closers = [threading.Thread(target=close) for _ in range(4)]
    for closer in closers:
        closer.start()
    for closer in closers:
        closer.join()

    assert sum(counts) == 30
    assert all(log.bodies(key) == [["Can you work tonight?"]] for key in keys)


@pytest.mark.parametrize("trouble", ["failing", "raising"])
def test_one_that_cannot_be_logged_waits_and_holds_up_nobody(people, send, run, log, trouble):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    send(ana, bo)
    run()
    pass_time(hours=25)
    getattr(log, trouble).add(ANA)

    assert conversations.close_due() == 1
    stuck = Conversation.objects.get(number=ANA)
    assert stuck.closed_at is None
    assert stuck.failure
    assert log.bodies(bo) == [["Can you work tonight?"]]

    getattr(log, trouble).clear()
    assert conversations.close_due() == 0
    pass_time(hours=2)
    assert conversations.close_due() == 1
    assert log.bodies(ana) == [["Can you work tonight?"]]


def test_a_record_that_is_gone_does_not_keep_a_conversation_open(people, send, run, log):
    bo, li = people.add("Bo Chen", BO), people.add("Li Chen", BO)
    send(bo, li)
    run()
    log.vanished.add(li)
    pass_time(hours=25)

    assert conversations.close_due() == 1
    assert log.bodies(bo) == [["Can you work tonight?"]]
    assert Conversation.objects.get().records.get(record_id=li.record_id).vanished_at


def test_a_conversation_with_nobody_we_know_closes_unlogged(people, line, hear, provider, log):
    hear("receive", **message(STRANGER, "Who is this?", 555))
    pass_time(hours=25)

    assert conversations.close_due() == 1

    conversation = Conversation.objects.get()
    assert conversation.closed_at
    assert conversation.logged_at is None
    assert log.messages == {}


def test_a_conversation_waits_while_a_text_to_its_number_is_being_sent(people, send, run, hear, provider, log):
    from django.db import transaction

    from texting import claims

    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    send(ana)
    with transaction.atomic():
        claims.claim(1)
    Conversation.objects.update(last_text_at="2026-01-01T00:00Z")

    assert conversations.close_due() == 0


def test_a_shorter_window_applies_at_the_next_look(people, send, run, log):
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    run()
    pass_time(minutes=2)
    assert conversations.close_due() == 0

    set_window(minutes=1)

    assert conversations.close_due() == 1
    assert len(log.bodies(ana)) == 1


def test_hundreds_are_closed_in_a_handful_of_statements(people, line, provider, log, django_assert_max_num_queries):
    now = "2026-01-01T00:00Z"
    made = Conversation.objects.bulk_create(
        [Conversation(line=line, number=f"+1612555{i:04}", opened_at=now, last_text_at=now) for i in range(100, 400)]
    )
    for conversation in made:
        key = people.add("Someone", conversation.number)
        conversations.add_records(conversation.pk, [(key, "Someone")])
    Text.objects.bulk_create(
        [
            Text(
                line=line,
                conversation=c,
                direction="in",
                origin="person",
                number=c.number,
                body="Hi",
                status="received",
                provider_id=str(c.pk),
                arrived_at=now,
            )
            for c in made
        ]
    )

    with django_assert_max_num_queries(40):
        assert conversations.close_due() == 300
    assert len(log.messages) == 300


def test_settings_outside_the_bounds_are_refused_by_the_database(db):
    from django.db import IntegrityError

    TextingSettings.current()
    with pytest.raises(IntegrityError):
        TextingSettings.objects.update(idle_window=timedelta(seconds=59))
