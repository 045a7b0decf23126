"""The path of a text out: claim, outcome, and everything that must not make a second text."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.sandbox.rig import wait_until
from tests.texting.conftest import ANA, BO, make_draft, make_line, pass_time, run_until_quiet, status_of
from texting import claims, compliance, conf, dispatch
from texting.errors import LineProblem, NotSent, OutcomeUnknown, Refused, SessionLost
from texting.models import Batch, Conversation, Line, OptOut, Recipient, Text, TextEvent
from texting.runner import Runner
from texting.vocabulary import LineState, PauseReason, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_batch_leaves_as_one_text_per_number(people, send, provider, runner):
    ana = people.add("Ana Rivera", ANA)
    bo, li = people.add("Bo Chen", BO), people.add("Li Chen", BO)
    carl = people.add("Carl Diaz")

    batch = send(ana, bo, li, carl)
    run_until_quiet(runner)

    assert sorted(number for number, _ in provider.sent) == sorted([ANA, BO])
    assert list(batch.recipients.order_by("pk").values_list("name", "reason", "text__status")) == [
        ("Ana Rivera", "", "sent"),
        ("Bo Chen", "", "sent"),
        ("Li Chen", "", "sent"),
        ("Carl Diaz", "no_number", None),
    ]


def test_every_transition_leaves_an_event(people, send, provider, runner):
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)

    assert list(TextEvent.objects.order_by("pk").values_list("status", flat=True)) == ["queued", "sending", "sent"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE texting_textevent SET status = 'failed'",
        "DELETE FROM texting_textevent",
        "DELETE FROM texting_textevent WHERE false",
        "TRUNCATE texting_textevent",
        "TRUNCATE texting_text CASCADE",
    ],
)
def test_events_cannot_be_changed_nor_taken_away(people, send, change):
    send(people.add("Ana Rivera", ANA))

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE texting_textevent ENABLE TRIGGER texting_events_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(change)
        cursor.execute("ALTER TABLE texting_textevent DISABLE TRIGGER texting_events_no_truncate")

    assert TextEvent.objects.exists()


def test_the_same_draft_twice_is_one_batch(rep, people, line, provider):
    ana = people.add("Ana Rivera", ANA)
    draft = make_draft(rep, ana, line=line)
    composed = dispatch.Composed(draft, line, "Hello")

    first = dispatch.send_batch(rep, composed)
    again = dispatch.send_batch(rep, composed)

    assert first == again
    assert Text.objects.count() == 1
    with pytest.raises(dispatch.AlreadySent):
        dispatch.send_batch(rep, dispatch.Composed(draft, line, "Something else"))
    assert Text.objects.count() == 1


def test_two_clicks_at_once_are_one_batch(rep, people, line, provider):
    ana = people.add("Ana Rivera", ANA)
    draft = make_draft(rep, ana, line=line)

    def click():
        dispatch.send_batch(rep, dispatch.Composed(draft, line, "Hello"))
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()

    assert (Batch.objects.count(), Text.objects.count()) == (1, 1)


def test_a_number_changed_since_it_was_shown_is_not_texted(rep, people, line, provider):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    draft = make_draft(rep, ana, bo, line=line)
    draft.people.filter(record_id=bo.record_id).update(number=STALE)

    batch = dispatch.send_batch(rep, dispatch.Composed(draft, line, "Hello"))

    assert batch.recipients.get(name="Bo Chen").reason == Reason.CHANGED
    assert list(Text.objects.values_list("number", flat=True)) == [ANA]


STALE = "+16515550118"


def test_nobody_to_text_creates_nothing(rep, people, line):
    carl = people.add("Carl Diaz")
    draft = make_draft(rep, carl, line=line)

    with pytest.raises(dispatch.NobodyToText):
        dispatch.send_batch(rep, dispatch.Composed(draft, line, "Hello"))

    assert not Batch.objects.exists()
    assert not Recipient.objects.exists()


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (Refused(Reason.NOT_TEXTABLE, provider_code="-124"), TextStatus.FAILED, Reason.NOT_TEXTABLE),
        (OutcomeUnknown(detail="read timeout"), TextStatus.UNCONFIRMED, Reason.NO_ANSWER),
        (NotSent(retry_after=timedelta(minutes=5)), TextStatus.QUEUED, Reason.TRY_AGAIN),
        (ValueError("a bug"), TextStatus.UNCONFIRMED, Reason.NO_ANSWER),
    ],
)
def test_an_answer_becomes_a_status(people, send, provider, runner, answer, status, reason):
    provider.answers.append(answer)
    send(people.add("Ana Rivera", ANA))

    run_until_quiet(runner)

    text = Text.objects.get()
    assert (text.status, text.reason) == (status, reason)
    assert provider.sent == []


def test_what_may_have_left_is_never_sent_again(people, send, provider, runner):
    provider.answers.append(OutcomeUnknown())
    send(people.add("Ana Rivera", ANA))

    for _ in range(3):
        run_until_quiet(runner)
        pass_time(minutes=20)

    assert status_of(ANA) == TextStatus.UNCONFIRMED
    assert Text.objects.get().attempt_count == 1


def test_what_certainly_did_not_leave_is_sent_when_it_is_due_again(people, send, provider, runner):
    provider.answers.append(NotSent(retry_after=timedelta(minutes=5)))
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)
    assert provider.sent == []

    pass_time(minutes=20)
    run_until_quiet(runner)

    assert provider.sent == [(ANA, "Can you work tonight?")]
    assert status_of(ANA) == TextStatus.SENT


def test_a_claim_whose_lease_is_over_becomes_unconfirmed(people, send, provider):
    send(people.add("Ana Rivera", ANA))
    with transaction.atomic():
        (claim,), _ = claims.claim(1)
    pass_time(seconds=91)

    with transaction.atomic():
        claims.record(claims.overdue())

    text = Text.objects.get()
    assert (text.status, text.reason) == (TextStatus.UNCONFIRMED, Reason.STOPPED_WHILE_SENDING)
    assert text.attempt == claim.attempt
    with transaction.atomic():
        assert claims.claim(10) == ([], 0)


def test_a_slow_slot_does_not_post_when_its_lease_is_nearly_over(people, send, provider):
    from texting import runner

    send(people.add("Ana Rivera", ANA))
    with transaction.atomic():
        (claim,), _ = claims.claim(1)

    pass_time(seconds=conf.LEASE.total_seconds() - 1)
    outcome = runner.send(claim)

    assert outcome.status == TextStatus.QUEUED
    assert provider.sent == []


def test_an_outcome_of_an_earlier_attempt_changes_nothing(people, send, provider):
    send(people.add("Ana Rivera", ANA))
    with transaction.atomic():
        (old,), _ = claims.claim(1)
        claims.record([claims.Outcome(old.text_id, old.attempt, TextStatus.QUEUED, Reason.TRY_AGAIN)])
        (new,), _ = claims.claim(1)

    with transaction.atomic():
        changed = claims.record([claims.Outcome(old.text_id, old.attempt, TextStatus.SENT, provider_id="77")])

    assert changed == 0
    text = Text.objects.get()
    assert (text.status, text.attempt, text.provider_id) == (TextStatus.SENDING, new.attempt, None)


def test_a_late_answer_settles_an_unconfirmed_text(people, send, provider):
    send(people.add("Ana Rivera", ANA))
    with transaction.atomic():
        (claim,), _ = claims.claim(1)
    pass_time(seconds=91)
    with transaction.atomic():
        claims.record(claims.overdue())

        claims.record([claims.Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id="77")])

    text = Text.objects.get()
    assert (text.status, text.provider_id, text.reason) == (TextStatus.SENT, "77", "")


def test_a_provider_id_of_another_text_proves_nothing(people, send, provider):
    send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))
    with transaction.atomic():
        (one, other), _ = claims.claim(2)
        outcomes = [claims.Outcome(c.text_id, c.attempt, TextStatus.SENT, provider_id="77") for c in (one, other)]
        assert claims.record(outcomes) == 2

    assert sorted(Text.objects.values_list("status", "provider_id")) == [("sent", "77"), ("unconfirmed", None)]


def test_an_opt_out_before_the_claim_stops_the_text_at_no_cost_to_the_line(people, send, provider, runner, line):
    Line.objects.update(pace=timedelta(hours=1))
    send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))
    compliance.opt_out(ANA, source=OptOut.Source.WORD, line_id=line.pk, word="STOP")

    run_until_quiet(runner)

    assert (status_of(ANA), status_of(BO)) == (TextStatus.BLOCKED, TextStatus.SENT)
    assert provider.sent == [(BO, "Can you work tonight?")]


def test_a_text_of_a_sender_who_left_is_not_claimed(people, send, rep):
    send(people.add("Ana Rivera", ANA))
    rep.is_active = False
    rep.save()

    # Without the runner, who asks the host for rights as well.
    with transaction.atomic():
        assert claims.claim(1)[0] == []

    text = Text.objects.get()
    assert (text.status, text.reason) == (TextStatus.BLOCKED, Reason.SENDER_INACTIVE)


def test_a_paused_line_keeps_its_texts(people, send, provider, runner, line):
    Line.pause(line.pk, PauseReason.BY_HAND, now=timezone.now())
    send(people.add("Ana Rivera", ANA))

    run_until_quiet(runner)
    assert status_of(ANA) == TextStatus.QUEUED

    Line.objects.update(state=LineState.CONNECTED, pause_reason="")
    run_until_quiet(runner)
    assert status_of(ANA) == TextStatus.SENT


def test_a_problem_of_the_line_pauses_it_once_and_fails_no_text(people, send, provider, runner, line):
    provider.answers.extend([LineProblem(PauseReason.SUSPENDED)] * 2)
    send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))

    run_until_quiet(runner)

    line.refresh_from_db()
    assert (line.state, line.pause_reason) == (LineState.PAUSED, PauseReason.SUSPENDED)
    assert set(Text.objects.values_list("status", flat=True)) == {TextStatus.QUEUED}


def test_a_lost_session_is_renewed_by_one_login_and_the_texts_leave(people, send, provider, runner, line):
    provider.dead_sessions.add(line.reveal("session").reveal())
    send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))

    run_until_quiet(runner)
    pass_time(minutes=2)
    run_until_quiet(runner)

    assert provider.logins == 1
    assert len(provider.sent) == 2


def test_a_session_lost_twice_pauses_the_line(people, send, provider, runner, line):
    provider.answers.extend([SessionLost(), SessionLost()])
    send(people.add("Ana Rivera", ANA))

    run_until_quiet(runner)

    line.refresh_from_db()
    assert provider.logins == 1
    assert (line.state, line.pause_reason) == (LineState.PAUSED, PauseReason.SESSION_LOST)
    assert status_of(ANA) == TextStatus.QUEUED


def test_two_runners_send_every_text_once(people, send, provider):
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 200)])
    runners = [Runner(8), Runner(8)]
    loops = [threading.Thread(target=runner.run) for runner in runners]
    for loop in loops:
        loop.start()
    wait_until(lambda: not Text.objects.exclude(status=TextStatus.SENT).exists())
    for runner in runners:
        runner.stop()
    for loop in loops:
        loop.join(5)

    assert len(provider.sent) == len(set(provider.sent)) == 100


def test_a_runner_that_is_told_to_stop_finishes_what_it_posts(people, send, provider):
    posting, go_on = threading.Event(), threading.Event()
    accept = provider.send

    def slow(session_key, *, to, body):
        posting.set()
        go_on.wait(5)
        return accept(session_key, to=to, body=body)

    provider.send = slow
    send(people.add("Ana Rivera", ANA))
    runner = Runner(2)
    loop = threading.Thread(target=runner.run)
    loop.start()
    assert posting.wait(5)

    runner.stop()
    send(people.add("Bo Chen", BO))
    go_on.set()
    loop.join(5)

    assert not loop.is_alive()
    assert (status_of(ANA), status_of(BO)) == (TextStatus.SENT, TextStatus.QUEUED)


def test_a_runner_that_ends_leaves_no_connection_behind(people, send, provider):
    before = other_session_count()
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 110)])
    runner = Runner(4)
    run_until_quiet(runner)

    runner.close()

    wait_until(lambda: other_session_count() <= before)


def other_session_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def test_a_notification_wakes_the_runner_before_its_poll(people, send, provider, monkeypatch):
    monkeypatch.setattr("texting.runner.POLL", timedelta(seconds=30))
    runner = Runner(2)
    loop = threading.Thread(target=runner.run)
    loop.start()
    try:
        time.sleep(0.3)
        send(people.add("Ana Rivera", ANA))
        wait_until(lambda: status_of(ANA) == TextStatus.SENT, seconds=5)
    finally:
        runner.stop()
        loop.join(5)

    assert provider.sent


def test_sent_unconfirmed_and_refused_texts_join_a_conversation_the_others_do_not(people, send, provider, runner):
    provider.answers.extend([OutcomeUnknown(), Refused(Reason.NOT_TEXTABLE), NotSent(retry_after=timedelta(hours=1))])
    keys = [people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 104)]
    send(*keys)

    run_until_quiet(runner)

    joined = dict(Text.objects.values_list("status", "conversation__records__record_id"))
    assert joined.pop(TextStatus.QUEUED) is None
    assert set(joined) == {TextStatus.SENT, TextStatus.UNCONFIRMED, TextStatus.FAILED}
    assert all(joined.values())
    assert Conversation.objects.count() == 3


def test_a_removed_line_sends_nothing(rep, people, provider):
    removed = make_line(number="+16125550101", state=LineState.REMOVED)
    ana = people.add("Ana Rivera", ANA)
    draft = make_draft(rep, ana, line=removed)

    with pytest.raises(dispatch.LineNotUsable):
        dispatch.send_batch(rep, dispatch.Composed(draft, removed, "Hello"))


def test_canceling_stops_what_has_not_left(rep, people, send, provider, runner, line):
    Line.objects.update(pace=timedelta(hours=1))
    batch = send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))
    run_until_quiet(runner)

    assert dispatch.cancel_batch(rep, batch) == 1

    pass_time(hours=2)
    run_until_quiet(runner)
    assert sorted(Text.objects.values_list("status", flat=True)) == [TextStatus.CANCELED, TextStatus.SENT]
