from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from enterprise.messagelog.models import Message
from enterprise.messagelog.texting import log_conversations
from tests.enterprise.builders import make_code, make_contact, make_employee
from texting.seam import ClosedConversation, LoggedText, RecordKey
from texting.vocabulary import Direction, TextStatus

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 19, 18, 0, tzinfo=UTC)


def text(body, *, minutes=0, direction=Direction.IN, author="Ana Rivera", words=""):
    status = TextStatus.RECEIVED if direction is Direction.IN else TextStatus.DELIVERED
    return LoggedText(direction, author, body, NOON + timedelta(minutes=minutes), status, words)


def conversation(*records, number=1, texts=(), author=None, **filed_under):
    texts = texts or [
        text("Are you free tonight?", direction=Direction.OUT, author="Riya Shah", words="Delivered"),
        text("Yes", minutes=9),
    ]
    return ClosedConversation(
        conversation_id=number,
        number="+16125550134",
        line_number="+16125550100",
        line_name="Minneapolis",
        records=records,
        filed_under={kind: str(code.pk) for kind, code in filed_under.items()},
        author_id=author.pk if author else None,
        texts=texts,
        opened_at=texts[0].at,
        last_text_at=texts[-1].at,
    )


def key(person):
    return RecordKey(type(person)._meta.model_name, person.pk)


def test_a_conversation_becomes_one_message_on_each_record(riya):
    ana, kwame, code = make_employee(), make_contact(), make_code("TEXT")
    closed = conversation(key(ana), key(kwame), author=riya, employee=code, contact=code)
    assert [result.logged for result in log_conversations([closed])] == [True, True]
    message = Message.objects.on_record("employee", ana.pk).get()
    assert (message.author, message.author_name, message.action_code) == (riya, "Riya Shah", code)
    assert [(line.author, line.body, line.is_ours) for line in message.lines] == [
        ("Riya Shah", "Are you free tonight?", True),
        ("Ana Rivera", "Yes", False),
    ]
    assert message.body.splitlines()[0] == "2026-11-19 18:00 UTC, Riya Shah: Are you free tonight? (Delivered)"


def test_the_summary_has_the_readers_times():
    ana, code = make_employee(), make_code()
    log_conversations([conversation(key(ana), employee=code)])
    with timezone.override("America/Chicago"):
        assert Message.objects.get().summary == "2 texts, 19 Nov 12:00 – 12:09"


def test_a_text_nobody_answered_says_so():
    ana, code = make_employee(), make_code()
    alone = [text("Hello?", direction=Direction.OUT)]
    log_conversations([conversation(key(ana), texts=alone, employee=code)])
    assert Message.objects.get().summary == "1 text, nobody answered"


def test_logging_it_twice_leaves_one_message():
    ana, code = make_employee(), make_code()
    closed = conversation(key(ana), employee=code)
    assert log_conversations([closed]) == log_conversations([closed])
    assert Message.objects.count() == 1


def test_a_record_that_vanished_is_answered_so_and_the_others_are_logged():
    ana, code = make_employee(), make_code()
    gone = RecordKey("employee", 999_999)
    results = log_conversations([conversation(key(ana), gone, RecordKey("ghost", 1), employee=code)])
    assert [(result.logged, result.vanished) for result in results] == [(True, False), (False, True), (False, True)]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"is_active": False}, "TEXT: This action code is inactive."),
        ({"for_employees": False}, "TEXT: This action code does not apply to employees."),
        ({"deactivates": True}, "TEXT: This action code deactivates the record"),
    ],
)
def test_a_code_that_cannot_be_used_fails_with_words_and_writes_nothing(flags, words):
    ana, code = make_employee(), make_code("TEXT", **flags)
    (result,) = log_conversations([conversation(key(ana), employee=code)])
    assert (result.logged, result.vanished) == (False, False)
    assert result.failure.startswith(words)
    assert not Message.objects.exists()


def test_no_code_for_the_kind_fails_with_words():
    (result,) = log_conversations([conversation(key(make_employee()))])
    assert result.failure == "No action code is set for conversations with employees."


def test_it_is_written_in_the_callers_transaction():
    closed = conversation(key(make_employee()), employee=make_code())
    with transaction.atomic():
        log_conversations([closed])
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_without_a_rep_the_author_is_texting():
    log_conversations([conversation(key(make_employee()), employee=make_code())])
    assert Message.objects.get().author_name == "Texting"


def test_a_nul_character_does_not_stop_the_log():
    log_conversations([conversation(key(make_employee()), texts=[text("a\x00b")], employee=make_code())])
    assert Message.objects.get().lines[0].body == "ab"


def test_hundreds_of_conversations_cost_as_many_statements_as_one(count_queries):
    ana, code = make_employee(), make_code()
    one = count_queries(lambda: log_conversations([conversation(key(ana), employee=code)]))
    many = [conversation(key(ana), number=number, employee=code) for number in range(2, 502)]
    assert count_queries(lambda: log_conversations(many)) == one
    assert Message.objects.count() == 501
