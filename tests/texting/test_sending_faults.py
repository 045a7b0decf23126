"""What breaks between the claim of a text and its outcome: the database, a session, a key, another hand on the row."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from tests.sandbox.rig import wait_until
from tests.texting.conftest import ANA, BO, run_until_quiet, status_of
from texting import building, claims, compliance, conf, dispatch, lines
from texting import runner as runner_module
from texting.errors import NotSent, OutcomeUnknown, Refused, SessionLost
from texting.models import Line, OptOut, Text
from texting.runner import Runner
from texting.vocabulary import PauseReason, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick_to_reconnect(monkeypatch):
    monkeypatch.setattr(runner_module, "RECOVERY_WAIT_SECONDS", 0.05)


@contextlib.contextmanager
def running(runner):
    loop = threading.Thread(target=runner.run)
    loop.start()
    try:
        yield
    finally:
        runner.stop()
        loop.join(10)


def take() -> claims.Claim:
    with transaction.atomic():
        (claim,), _ = claims.claim(1)
    return claim


def write(claim, status, reason=None, **facts) -> None:
    with transaction.atomic():
        claims.record([claims.Outcome(claim.text_id, claim.attempt, status, reason, **facts)])


def try_once() -> None:
    """Claim a text and post it as a slot does."""
    claim = take()
    outcome = runner_module.send(claim)
    with transaction.atomic():
        claims.record([outcome])


def query(sql, params=()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def note_waits(runner) -> list:
    """The connections on which the runner waits for news, each as it begins to."""
    noted, wait = [], runner._wait

    def noting(at_most):
        noted.append(connection.connection)
        wait(at_most)

    runner._wait = noting
    return noted


def count_steps(runner) -> list:
    steps, step = [], runner.step

    def counting():
        steps.append(1)
        return step()

    runner.step = counting
    return steps


# --- The runner and its connection


def test_a_runner_whose_connection_is_ended_goes_on_with_another(people, send, provider, caplog):
    runner = Runner(2)
    waits = note_waits(runner)
    with running(runner):
        wait_until(lambda: waits)
        query("SELECT pg_terminate_backend(%s)", [waits[0].info.backend_pid])
        wait_until(lambda: "PostgreSQL failed" in caplog.text)
        send(people.add("Ana Rivera", ANA))

        wait_until(lambda: status_of(ANA) == TextStatus.SENT)


def test_a_runner_whose_connection_ends_without_a_word_goes_on_with_another(people, send, provider, caplog):
    """As when a pooler restarts or a fail-over cuts TCP: end of file and no message."""
    runner = Runner(2)
    waits = note_waits(runner)
    with running(runner):
        wait_until(lambda: waits)
        with socket.socket(fileno=os.dup(waits[0].fileno())) as cut:
            cut.shutdown(socket.SHUT_RDWR)
        wait_until(lambda: "PostgreSQL failed" in caplog.text)
        send(people.add("Ana Rivera", ANA))

        wait_until(lambda: status_of(ANA) == TextStatus.SENT)


def test_a_runner_outlives_a_database_that_is_read_only_for_a_while(people, send, provider, caplog):
    """As after a fail-over, when what was the primary is none any more."""
    send(people.add("Ana Rivera", ANA))
    of_this_database = f"ALTER DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])}"
    query(f"{of_this_database} SET default_transaction_read_only = on")
    try:
        with running(Runner(2)):
            wait_until(lambda: "read-only transaction" in caplog.text)
            query(f"{of_this_database} RESET default_transaction_read_only")

            wait_until(lambda: status_of(ANA) == TextStatus.SENT)
    finally:
        query(f"{of_this_database} RESET default_transaction_read_only")


def test_a_step_that_fails_by_something_else_ends_no_runner(people, send, provider, monkeypatch, caplog):
    def fail(*_):
        if "a step failed by RuntimeError" not in caplog.text:
            raise RuntimeError("a bug of the host's")

    monkeypatch.setattr(runner_module.breakers, "open_where_needed", fail)
    with running(Runner(2)):
        wait_until(lambda: "a step failed by RuntimeError" in caplog.text)
        send(people.add("Ana Rivera", ANA))

        wait_until(lambda: status_of(ANA) == TextStatus.SENT)
    assert len(provider.sent) == 1


@pytest.fixture
def audit_bugs(monkeypatch):
    """While there is one in it, the host's audit takes no opt-out."""
    bugs = ["a bug of the host's"]
    audit = conf.audit()

    def broken(**entry):
        if bugs and entry["action"] == "opt_out.added":
            raise RuntimeError(bugs[0])
        audit(**entry)

    monkeypatch.setattr(conf, "audit", lambda: broken)
    return bugs


def test_an_outcome_that_the_audit_does_not_let_us_write_holds_up_no_other_and_is_not_lost(
    people, send, provider, monkeypatch, audit_bugs
):
    monkeypatch.setattr(runner_module, "ASIDE_SECONDS", 0.1)
    provider.answers.append(Refused(Reason.OPTED_OUT, provider_code="-1234"))
    with running(Runner(1)):
        send(people.add("Ana Rivera", ANA))
        wait_until(lambda: status_of(ANA) == TextStatus.SENDING)
        send(people.add("Bo Chen", BO))
        wait_until(lambda: status_of(BO) == TextStatus.SENT)
        assert status_of(ANA) == TextStatus.SENDING
        audit_bugs.clear()

        wait_until(lambda: status_of(ANA) == TextStatus.FAILED)
    assert compliance.opted_out([ANA])


def test_a_runner_that_is_told_to_stop_still_records_what_it_had_to_put_aside(
    people, send, provider, monkeypatch, audit_bugs
):
    monkeypatch.setattr(runner_module, "ASIDE_SECONDS", 1.0)
    provider.answers.append(Refused(Reason.OPTED_OUT, provider_code="-1234"))
    runner = Runner(1)
    with running(runner):
        send(people.add("Ana Rivera", ANA))
        wait_until(lambda: runner._aside)
        audit_bugs.clear()

    assert status_of(ANA) == TextStatus.FAILED


def test_a_runner_whose_slots_all_hang_waits_and_does_not_spin(people, send, provider, monkeypatch):
    posting, go_on = threading.Semaphore(0), threading.Event()

    def hang(*_, **__):
        posting.release()
        go_on.wait(10)
        raise OutcomeUnknown

    monkeypatch.setattr(provider, "send", hang)
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 110)])
    runner = Runner(2)
    steps = count_steps(runner)
    with running(runner):
        assert all(posting.acquire(timeout=5) for _ in range(2))
        before = len(steps)
        time.sleep(0.6)
        during = len(steps) - before
        go_on.set()

    assert during < 5


def test_a_runner_waits_for_what_another_has_locked_and_does_not_spin(people, send, provider, line):
    send(people.add("Ana Rivera", ANA))
    runner = Runner(2)
    steps = count_steps(runner)
    with transaction.atomic():
        Line.objects.select_for_update().get(pk=line.pk)
        with running(runner):
            time.sleep(0.6)

    assert 1 < len(steps) < 60


def test_a_runner_asks_again_by_itself_who_may_still_text(people, send, provider, rep):
    Line.objects.update(next_free_at=timezone.now() + timedelta(minutes=10))
    send(people.add("Ana Rivera", ANA))
    rep.user_permissions.clear()

    with running(Runner(2)):
        wait_until(lambda: status_of(ANA) == TextStatus.BLOCKED)


# --- What fails before the POST proves that nothing left


def test_a_session_key_that_cannot_be_read_leaves_the_text_queued(people, send, provider):
    Line.objects.update(session_token="v1.gone.AAAA")
    send(people.add("Ana Rivera", ANA))

    try_once()

    assert status_of(ANA) == TextStatus.QUEUED
    assert provider.sent == []


def test_a_password_that_cannot_be_read_leaves_the_text_queued(people, send, provider):
    Line.objects.update(password_token="v1.gone.AAAA")
    provider.answers.append(SessionLost())
    send(people.add("Ana Rivera", ANA))

    try_once()

    assert status_of(ANA) == TextStatus.QUEUED


def test_a_database_lost_before_the_post_leaves_the_text_queued(people, send, provider, monkeypatch):
    def gone(*_, **__):
        raise OperationalError("server closed the connection unexpectedly")

    send(people.add("Ana Rivera", ANA))
    with monkeypatch.context() as patch:
        patch.setattr(Line.objects, "get", gone)
        try_once()

    text = Text.objects.get()
    assert (text.status, text.reason) == (TextStatus.QUEUED, Reason.TRY_AGAIN)
    assert provider.sent == []


def test_an_opt_out_after_the_claim_still_stops_the_text(people, send, provider, line):
    send(people.add("Ana Rivera", ANA))
    claim = take()
    compliance.opt_out(ANA, source=OptOut.Source.WORD, line_id=line.pk, word="STOP")

    outcome = runner_module.send(claim)

    assert (outcome.status, outcome.reason) == (TextStatus.BLOCKED, Reason.OPTED_OUT)
    assert provider.sent == []


def test_a_line_waits_as_long_as_its_provider_asks(people, send, provider, line, runner):
    provider.answers.append(NotSent(retry_after=timedelta(seconds=30)))
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)
    send(people.add("Bo Chen", BO))

    with transaction.atomic():
        assert claims.claim(5) == ([], 0)
    assert Line.objects.get().next_free_at > timezone.now() + timedelta(seconds=20)


# --- What comes back to the queue


def test_a_text_of_a_canceled_batch_that_comes_back_to_the_queue_does_not_leave(people, send, provider, rep):
    batch = send(people.add("Ana Rivera", ANA))
    claim = take()
    assert dispatch.cancel_batch(rep, batch) == 0
    write(claim, TextStatus.QUEUED, Reason.TRY_AGAIN)

    with transaction.atomic():
        assert claims.claim(1) == ([], 1)
    assert status_of(ANA) == TextStatus.CANCELED


def test_a_text_of_a_removed_line_that_comes_back_to_the_queue_does_not_leave(people, send, provider, rep, line):
    send(people.add("Ana Rivera", ANA))
    claim = take()
    assert lines.remove(rep, line, now=timezone.now()) == 0
    write(claim, TextStatus.QUEUED, Reason.TRY_AGAIN)

    with transaction.atomic():
        assert claims.claim(1) == ([], 1)
    text = Text.objects.get()
    assert (text.status, text.reason) == (TextStatus.BLOCKED, Reason.LINE_REMOVED)


def test_a_text_on_a_paused_line_expires_after_a_day(people, send, provider, line):
    send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))
    Line.pause(line.pk, PauseReason.BY_HAND, now=timezone.now())
    Text.objects.filter(number=ANA).update(expires_at=timezone.now() - timedelta(hours=20, seconds=1))
    Text.objects.filter(number=BO).update(expires_at=timezone.now() - timedelta(hours=19))

    assert dispatch.expire_overdue() == 1

    assert (status_of(ANA), status_of(BO)) == (TextStatus.EXPIRED, TextStatus.QUEUED)


def test_a_hundred_thousand_that_expire_are_ended_in_blocks(people, send, monkeypatch):
    monkeypatch.setattr(building, "BLOCK", 2)
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 105)])
    Text.objects.update(expires_at=timezone.now() - timedelta(days=1))

    assert dispatch.expire_overdue() == 5


def test_a_password_nobody_can_read_pauses_the_line_and_its_texts_wait(people, send, provider, runner):
    batch = send(people.add("Ana Rivera", ANA))
    Line.objects.update(password_token="v1.gone.AAAA", session_token="v1.gone.AAAA")

    runner.step()
    run_until_quiet(runner)

    assert Line.objects.get().pause_reason == PauseReason.KEYS_LOST
    assert batch.texts.get().status == TextStatus.QUEUED
    assert provider.sent == []
