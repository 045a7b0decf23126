"""Two hands on one text: answers that come late, and processes that want the same row at the same time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from tests.sandbox.rig import wait_until
from tests.texting.conftest import ANA, pass_time, run_until_quiet, status_of
from tests.texting.test_sending_faults import query, take, try_once, write
from texting import claims, compliance, dispatch, inbound, line_sessions
from texting import runner as runner_module
from texting.errors import Refused
from texting.models import Line, OptOut, Text
from texting.vocabulary import LineState, PauseReason, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


# --- Before the POST


def test_that_a_text_is_being_sent_is_committed_before_it_is_posted(people, send, provider, runner):
    seen, accept = [], provider.send

    def look_and_accept(*args, **facts):
        with ThreadPoolExecutor(1) as another:
            seen.append(another.submit(seen_by_another).result(5))
        return accept(*args, **facts)

    provider.send = look_and_accept
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)

    assert seen == [TextStatus.SENDING]


def seen_by_another() -> str:
    try:
        return status_of(ANA)
    finally:
        connection.close()


def test_a_slot_that_slept_does_not_post_what_another_has_claimed_since(people, send, provider):
    send(people.add("Ana Rivera", ANA))
    slept = take()
    write(slept, TextStatus.QUEUED, Reason.TRY_AGAIN)
    take()

    runner_module.send(slept)

    assert provider.sent == []


# --- Answers


def test_an_answer_that_is_here_beats_the_end_of_its_lease(people, send, provider, runner):
    batch = send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 200)])
    with transaction.atomic():
        claimed, _ = claims.claim(16)
    # Knowing the table, PostgreSQL joins so that of two outcomes for a text the last is written.
    query("ANALYZE texting_text")
    pass_time(seconds=91)
    for claim in claimed:
        runner._outcomes.put(claims.Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id=claim.number))
    runner.stop()

    runner.step()

    assert batch.texts.filter(status=TextStatus.SENT).count() == 16


@pytest.mark.parametrize("late", [TextStatus.UNCONFIRMED, TextStatus.QUEUED, TextStatus.BLOCKED])
def test_what_a_frozen_slot_says_late_changes_nothing_about_a_text_that_was_found_meanwhile(
    people, send, provider, late
):
    send(people.add("Ana Rivera", ANA))
    claim = take()
    assert inbound.settle_as_sent(Text.objects.get(), "700")

    write(claim, late, Reason.TRY_AGAIN)

    text = Text.objects.get()
    assert (text.status, text.provider_id) == (TextStatus.SENT, "700")


def test_a_text_given_up_as_unconfirmed_is_not_queued_again_by_its_frozen_slot(people, send, provider):
    send(people.add("Ana Rivera", ANA))
    claim = take()
    write(claim, TextStatus.UNCONFIRMED, Reason.STOPPED_WHILE_SENDING)

    write(claim, TextStatus.QUEUED, Reason.TRY_AGAIN)

    assert status_of(ANA) == TextStatus.UNCONFIRMED


def test_a_refusal_because_the_number_opted_out_is_an_opt_out(people, send, provider):
    provider.answers.append(Refused(Reason.OPTED_OUT, provider_code="-1234"))
    send(people.add("Ana Rivera", ANA))

    try_once()

    assert status_of(ANA) == TextStatus.FAILED
    assert compliance.opted_out([ANA])[ANA].source == OptOut.Source.PROVIDER_REFUSAL


def test_a_renewal_that_was_killed_at_its_login_is_made_by_the_next(people, send, provider, runner, line, monkeypatch):
    send(people.add("Ana Rivera", ANA))
    provider.dead_sessions.add(line.reveal("session").reveal())
    with monkeypatch.context() as patch:
        patch.setattr(provider, "login", killed)
        with pytest.raises(SystemExit):
            line_sessions.renew_session(line.pk, line.session_version)
    pass_time(seconds=61)

    run_until_quiet(runner)

    assert provider.logins == 1
    assert Line.objects.get().state == LineState.CONNECTED
    assert status_of(ANA) == TextStatus.SENT


def killed(*_):
    raise SystemExit


def test_who_finds_a_session_dead_while_another_logs_in_does_not_log_in_too(line, provider, monkeypatch):
    version, login = line.session_version, provider.login

    def login_while_another_finds_it_dead(username, password):
        session = login(username, password)
        if provider.logins == 1:
            line_sessions.renew_session(line.pk, version)
        return session

    monkeypatch.setattr(provider, "login", login_while_another_finds_it_dead)
    line_sessions.renew_session(line.pk, version)

    assert provider.logins == 1
    assert Line.objects.get().state == LineState.CONNECTED


# --- Two at once


def test_canceling_and_claiming_at_once_do_not_wait_for_each_other(people, send, provider, rep):
    batch = send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 116)])
    # As after retries and interleaved batches: the order of turns is not that of ids.
    Text.objects.update(turn=1_000_000 - F("pk"))
    held, let_go, failures = threading.Event(), threading.Event(), []

    def hold_one():
        middle = batch.texts.order_by("pk")[8].pk
        list(Text.objects.select_for_update().filter(pk=middle))
        held.set()
        let_go.wait(10)

    steps = [hold_one, lambda: dispatch.cancel_batch(rep, batch), lambda: claims.claim(16)]
    threads = [threading.Thread(target=in_transaction, args=(step, failures)) for step in steps]
    for thread in threads:
        thread.start()
        assert held.wait(5)
        time.sleep(0.2)
    let_go.set()
    for thread in threads:
        thread.join(10)

    assert failures == []
    assert set(batch.texts.values_list("status", flat=True)) <= {TextStatus.CANCELED, TextStatus.SENDING}


def test_a_text_that_is_stopped_while_a_claim_waits_for_it_does_not_leave(people, send, provider):
    send(people.add("Ana Rivera", ANA))
    claimed, failures = [], []
    claiming = threading.Thread(target=in_transaction, args=(lambda: claimed.extend(claims.claim(1)[0]), failures))
    with transaction.atomic():
        assert Text.objects.filter(number=ANA).stop(TextStatus.BLOCKED, Reason.OPTED_OUT) == 1
        claiming.start()
        wait_until(is_anybody_waiting_for_a_lock)
    claiming.join(10)

    assert (claimed, failures) == ([], [])
    assert status_of(ANA) == TextStatus.BLOCKED


def test_a_line_that_is_being_paused_sends_nothing_more(people, send, provider, line):
    send(people.add("Ana Rivera", ANA))
    claimed, failures = [], []
    claiming = threading.Thread(target=in_transaction, args=(lambda: claimed.extend(claims.claim(1)[0]), failures))
    with transaction.atomic():
        Line.pause(line.pk, PauseReason.BY_HAND, now=timezone.now())
        claiming.start()
        wait_until(lambda: not claiming.is_alive() or is_anybody_waiting_for_a_lock())
    claiming.join(10)

    assert (claimed, failures) == ([], [])
    assert status_of(ANA) == TextStatus.QUEUED


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"status": TextStatus.SENT, "provider_id": "700"}, (0, 0)),
        ({"status": TextStatus.FAILED, "reason": Reason.REFUSED}, (5, 0)),
        ({"status": TextStatus.QUEUED, "troubled": True, "line_wait": timedelta(minutes=2)}, (4, 3)),
    ],
)
def test_what_an_answer_says_of_its_line_is_noted_though_another_holds_that(people, send, line, said, counts):
    send(people.add("Ana Rivera", ANA))
    claim = take()
    Line.objects.update(refusals_in_a_row=4, failures_in_a_row=2)
    record_while_held(claim, line, said)

    line.refresh_from_db()
    assert (line.refusals_in_a_row, line.failures_in_a_row) == counts
    assert ("line_wait" in said) == (line.next_free_at > timezone.now() + timedelta(minutes=1))


def test_an_ordinary_answer_waits_for_nobody_who_holds_its_line(people, send, line):
    send(people.add("Ana Rivera", ANA))

    assert record_while_held(take(), line, {"status": TextStatus.SENT, "provider_id": "700"}) == "at once"


def record_while_held(claim, line, said) -> str:
    """Record an outcome while another transaction holds its line; whether that waited."""
    facts = dict(said)
    troubled_line_id = line.pk if facts.pop("troubled", False) else None
    outcome = claims.Outcome(claim.text_id, claim.attempt, troubled_line_id=troubled_line_id, **facts)
    failures = []
    recording = threading.Thread(target=in_transaction, args=(lambda: claims.record([outcome]), failures))
    with transaction.atomic():
        Line.objects.select_for_update(no_key=True).get(pk=line.pk)
        recording.start()
        wait_until(lambda: not recording.is_alive() or is_anybody_waiting_for_a_lock())
        came = "later" if recording.is_alive() else "at once"
    recording.join(10)
    assert failures == []
    return came


def is_anybody_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')")
        return cursor.fetchone()[0] > 0


def in_transaction(step, failures):
    try:
        with transaction.atomic():
            step()
    except OperationalError as error:
        failures.append(error)
    finally:
        connection.close()
