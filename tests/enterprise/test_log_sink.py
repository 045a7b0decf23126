from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone, translation

from enterprise.messagelog.models import Message
from enterprise.messagelog.pages import messages_on
from enterprise.messagelog.texting import log_conversations
from tests.enterprise.builders import make_code, make_contact, make_employee
from texting import seam
from texting.seam import ClosedConversation, LoggedText, RecordKey, TextNow
from texting.vocabulary import Direction, Origin, Reason, TextStatus

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 19, 18, 0, tzinfo=UTC)


def text(body, *, text_id=1, minutes=0, direction=Direction.IN, author="Ana Rivera", **facts):
    status = facts.pop("status", "") or (TextStatus.RECEIVED if direction is Direction.IN else TextStatus.DELIVERED)
    origin = Origin.PERSON if direction is Direction.IN else Origin.ENTERPRISE
    return LoggedText(text_id, direction, origin, author, body, NOON + timedelta(minutes=minutes), status, **facts)


def conversation(*records, number=1, texts=(), author=None, follows=None, **filed_under):
    texts = texts or [
        text("Are you free tonight?", direction=Direction.OUT, author="Riya Shah"),
        text("Yes", minutes=9),
    ]
    return ClosedConversation(
        conversation_id=number,
        follows=follows,
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


def test_a_late_conversation_refers_to_the_first_and_the_first_to_it():
    ana, code = make_employee(), make_code()
    log_conversations([conversation(key(ana), number=1, employee=code)])
    log_conversations([conversation(key(ana), number=2, follows=1, employee=code)])
    late, first = Message.objects.on_record("employee", ana.pk)
    assert late.follows == first
    assert list(first.follow_ups.all()) == [late]


def test_a_conversation_that_follows_one_of_another_record_refers_to_nothing():
    ana, bo, code = make_employee(), make_employee(), make_code()
    log_conversations([conversation(key(ana), number=1, employee=code)])
    log_conversations([conversation(key(bo), number=2, follows=1, employee=code)])
    assert Message.objects.on_record("employee", bo.pk).get().follows is None


def test_what_became_of_a_text_since_stands_beside_what_was_logged(monkeypatch):
    ana, code = make_employee(), make_code()
    unclear = text("Hello?", direction=Direction.OUT, status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER)
    log_conversations([conversation(key(ana), texts=[unclear], employee=code)])
    now = TextNow(TextStatus.DELIVERED, None, NOON, [])
    monkeypatch.setattr(seam, "_find_texts_now", lambda ids: dict.fromkeys(ids, now))
    (line,) = messages_on("employee", ana.pk, {}).messages[0].lines
    assert line.status == TextStatus.UNCONFIRMED
    assert line.now_words == "Delivered"


def test_a_text_that_is_as_it_was_logged_says_nothing_more(monkeypatch):
    ana, code = make_employee(), make_code()
    log_conversations([conversation(key(ana), texts=[text("Hi", direction=Direction.OUT)], employee=code)])
    now = TextNow(TextStatus.DELIVERED, None, NOON, [])
    monkeypatch.setattr(seam, "_find_texts_now", lambda ids: dict.fromkeys(ids, now))
    (line,) = messages_on("employee", ana.pk, {}).messages[0].lines
    assert line.changed_to is None


def test_the_stored_dialogue_reads_in_the_readers_language_and_the_plain_one_in_the_firms():
    ana, code = make_employee(), make_code()
    with translation.override("es"):
        typed = LoggedText(1, Direction.OUT, Origin.PROVIDER_APP, "", "Hi", NOON, TextStatus.SENT)
        log_conversations([conversation(key(ana), texts=[typed], employee=code)])
    message = Message.objects.get()
    assert message.body == "2026-11-19 18:00 UTC, ZipWhip app: Hi (Sent)"
    assert message.dialogue[0]["author"] == ""
    assert message.lines[0].author_words == "ZipWhip app"
