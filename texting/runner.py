"""The loop that takes in what has arrived and sends what is due. Any number of processes may run it.

PostgreSQL alone drives it: it waits for a notification and looks each second all the same, for one may be lost. A step
is one short transaction; the slots, threads of this process, talk to the provider outside of any.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import select
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import Error, close_old_connections, connection, transaction

from texting import (
    arrivals,
    backfill,
    breakers,
    claims,
    compliance,
    epoch,
    heartbeats,
    intake,
    line_sessions,
    lines,
    long_work,
    recipients,
    rights,
)
from texting.beside import Beside
from texting.claims import Claim, Outcome
from texting.dispatch import CHANNEL
from texting.errors import LineProblem, NotSent, OutcomeUnknown, Refused, SessionLost, WrongPlace
from texting.models import Heartbeat, Line
from texting.secrets import CannotDecrypt
from texting.vocabulary import PauseReason, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from texting.providers.base import Provider

logger = logging.getLogger(__name__)

POLL = timedelta(seconds=1)
# How often lines that may not send are looked after.
CARE = timedelta(seconds=1)
SHORTEST_WAIT = timedelta(milliseconds=20)
# After PostgreSQL was away, or something else failed.
RECOVERY_WAIT_SECONDS = 1.0
# So long nothing is claimed, at most, while what came in PostgreSQL's absence is being taken in.
LONGEST_HOLD_SECONDS = 60.0
# What could not be recorded is tried again.
ASIDE_SECONDS = 5.0
# So long a runner that is told to stop goes on trying that; Compose kills it after 60.
LAST_TRIES_SECONDS = 30.0


class Runner:
    """One process's loop and its slots. `run` returns after `stop`, when every POST has been answered and recorded."""

    def __init__(self, slot_count: int) -> None:
        self._slot_count = slot_count
        self._slots = ThreadPoolExecutor(slot_count, thread_name_prefix="slot")
        self._care = Beside(look_after_lines, every=CARE, after=self._wake)
        self._spool = Beside(arrivals.replay_spool, every=CARE, after=self._wake)
        self._rights = Beside(rights.stop_forbidden, every=rights.EVERY, after=self._wake)
        self._long_work = Beside(stand_in_for_workers, every=heartbeats.EVERY, after=self._wake)
        self._pulse = epoch.Pulse()
        self._next_beat = self._next_aside = 0.0
        self._behind_since: float | None = time.monotonic()
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._unrecorded: list[Outcome] = []
        self._aside: list[Outcome] = []
        self._give_up_at = 0.0
        self._in_flight = 0
        self._stopping = threading.Event()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_writer.setblocking(False)

    def stop(self) -> None:
        """Finish what is in flight, claim no more. Safe in a signal handler."""
        self._give_up_at = time.monotonic() + LAST_TRIES_SECONDS
        self._stopping.set()
        self._wake()

    def run(self) -> None:
        try:
            while not (self._stopping.is_set() and self._is_quiet()):
                try:
                    self._listen()
                    while self.step():
                        pass
                    self._wait(self._patience())
                except Error:
                    # Gone, restarted, or no longer the primary: whatever it says, ours is to try again.
                    logger.exception("PostgreSQL failed; trying again")
                    self._recover()
                except Exception as error:
                    # The outermost edge: the host's code runs in a step, the audit for one. Nothing is lost by it.
                    logger.exception("a step failed by %s; trying again", type(error).__name__)
                    self._recover()
            with contextlib.suppress(Error):
                heartbeats.end(Heartbeat.Kind.RUNNER)
        finally:
            self.close()
            connection.close()

    def close(self) -> None:
        """Let the threads end their work, and end; none leaves its connection to PostgreSQL behind."""
        all_are_here = threading.Barrier(self._slot_count)
        for _ in range(self._slot_count):
            self._slots.submit(self._leave, all_are_here)
        self._slots.shutdown()
        self._care.close()
        self._spool.close()
        self._rights.close()
        self._long_work.close()

    def step(self) -> bool:
        """Take in events, record outcomes, claim for the free slots; False when there was nothing to do."""
        self._beat()
        is_replayed = self._behind_since is None or self._spool.is_done_since(self._behind_since)
        taken = 0 if self._stopping.is_set() else intake.take_in()
        is_held = self._is_held(all_are_in=is_replayed and taken < intake.AT_ONCE)
        self._collect()
        # What is refused may pause its line, and nothing of it leaves by this runner before that.
        is_refused = any(outcome.is_about_line for outcome in self._unrecorded)
        try:
            recorded, claimed, stopped_count = self._record_and_claim(
                may_claim=not (is_held or is_refused or self._stopping.is_set())
            )
        except Error:
            raise
        except Exception:
            logger.exception("outcomes could not be recorded together")
            recorded, claimed, stopped_count = self._record_apart(), [], 0
        for claim in claimed:
            self._in_flight += 1
            self._slots.submit(self._send, claim)
        breakers.open_where_needed({o.troubled_line_id for o in recorded if o.troubled_line_id})
        breakers.pause_where_left([o.text_id for o in recorded if o.reason == Reason.STOPPED_WHILE_SENDING])
        if is_refused:
            breakers.pause_where_refused()
        return bool(taken or recorded or claimed or stopped_count or is_held)

    def _record_and_claim(self, *, may_claim: bool) -> tuple[list[Outcome], list[Claim], int]:
        """The one short transaction of a step; what was recorded, what was claimed, how many were stopped."""
        with transaction.atomic():
            # An answer that is here counts, though its lease be over.
            answered = {outcome.text_id for outcome in [*self._unrecorded, *self._aside]}
            late = [outcome for outcome in claims.overdue() if outcome.text_id not in answered]
            claims.record([*self._unrecorded, *late])
            free = self._slot_count - self._in_flight + len(self._unrecorded) if may_claim else 0
            claimed, stopped_count = claims.claim(free)
            self._pulse.check()
        self._in_flight -= len(self._unrecorded)
        recorded, self._unrecorded = [*self._unrecorded, *late], []
        return recorded, claimed, stopped_count

    def _record_apart(self) -> list[Outcome]:
        """Each outcome by itself; one that the host does not let us write is put aside, and holds up no other."""
        outcomes, self._unrecorded = self._unrecorded, []
        self._in_flight -= len(outcomes)
        recorded = []
        for outcome in outcomes:
            try:
                with transaction.atomic():
                    claims.record([outcome])
            except Exception as error:
                logger.warning("text %s: %s while recording; trying again", outcome.text_id, type(error).__name__)
                self._aside.append(outcome)
            else:
                recorded.append(outcome)
        self._next_aside = time.monotonic() + ASIDE_SECONDS
        return recorded

    def _is_held(self, *, all_are_in: bool) -> bool:
        """Whether to claim nothing yet, for a STOP may be among what came while PostgreSQL was away; not for ever."""
        if self._behind_since is None or self._stopping.is_set():
            return False
        if all_are_in or time.monotonic() > self._behind_since + LONGEST_HOLD_SECONDS:
            self._behind_since = None
            return False
        time.sleep(SHORTEST_WAIT.total_seconds())
        return True

    def _recover(self) -> None:
        """Begin anew after a failure: with another connection, and with what came meanwhile."""
        connection.close()
        self._next_beat = 0.0
        self._behind_since = time.monotonic()
        self._spool.make_due()
        time.sleep(RECOVERY_WAIT_SECONDS)

    def _beat(self) -> None:
        """Say that this runner lives, before anything is claimed; have done what is done beside the loop."""
        now = time.monotonic()
        if now >= self._next_beat:
            self._pulse.beat()
            heartbeats.beat(Heartbeat.Kind.RUNNER)
            claims.note_held()
            self._next_beat = now + heartbeats.EVERY.total_seconds()
        if not self._stopping.is_set():
            self._care.do_if_due()
            self._spool.do_if_due()
            self._rights.do_if_due()
            self._long_work.do_if_due()

    def _is_quiet(self) -> bool:
        is_aside = bool(self._aside) and time.monotonic() < self._give_up_at
        return self._in_flight == 0 and not self._unrecorded and self._outcomes.empty() and not is_aside

    def _collect(self) -> None:
        while not self._outcomes.empty():
            self._unrecorded.append(self._outcomes.get())
        if self._aside and time.monotonic() >= self._next_aside:
            self._in_flight += len(self._aside)
            self._unrecorded, self._aside = [*self._unrecorded, *self._aside], []

    def _send(self, claim: Claim) -> None:
        try:
            outcome = send(claim)
        except BaseException:
            # Nothing that goes wrong here proves that the text did not leave.
            logger.exception("text %s: its sending broke", claim.text_id)
            outcome = _unclear(claim, Reason.NO_ANSWER)
        self._outcomes.put(outcome)
        close_old_connections()
        self._wake()

    @staticmethod
    def _leave(all_are_here: threading.Barrier) -> None:
        """Once in each slot, for none takes a second before all have one."""
        try:
            connection.close()
        finally:
            all_are_here.wait()

    def _listen(self) -> None:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def _patience(self) -> timedelta:
        if self._stopping.is_set() or self._in_flight >= self._slot_count:
            return POLL
        # What is due may be another runner's, under its lock: not asked for again at once.
        return max(SHORTEST_WAIT, claims.next_due_in(POLL))

    def _wait(self, at_most: timedelta) -> None:
        """Sleep until a notification, an outcome, a signal, or the time is over."""
        raw = connection.connection
        ready, _, _ = select.select([raw, self._wake_reader], [], [], at_most.total_seconds())
        if self._wake_reader in ready:
            self._wake_reader.recv(4096)
        with connection.wrap_database_errors:
            raw.poll()
        raw.notifies.clear()

    def _wake(self) -> None:
        # A full pipe is awake enough.
        with contextlib.suppress(BlockingIOError):
            self._wake_writer.send(b".")


def look_after_lines() -> None:
    """Ask whether sending that stopped may go on, stop it where texts are refused, compare lines under guard."""
    for duty in (breakers.probe_due, breakers.pause_where_refused, backfill.backfill_guarded):
        try:
            duty()
        except Exception:
            # The outermost edge of a duty: it is tried again in a second, and must not keep the others waiting.
            logger.exception("%s failed", duty.__name__)


def stand_in_for_workers() -> None:
    """Make the texts of large selections while no worker is at work, for Redis may be away and texts go out without."""
    if not heartbeats.is_alive(Heartbeat.Kind.WORKER):
        long_work.work_off()


def send(claim: Claim) -> Outcome:
    """POST one claimed text, unless its lease is nearly over, and say what came of it."""
    try:
        line = Line.objects.get(pk=claim.line_id)
        # The claim looked too, but it may have waited for a lock since.
        if compliance.opted_out([claim.number]):
            return _stopped(claim, Reason.OPTED_OUT)
        # No claim can ask that: records are the host's.
        if wish := recipients.stopped_for(claim.text_id):
            return _stopped(claim, wish)
        provider, session_key = lines.provider_of(line), line.reveal("session").reveal()
        # Asked last, and of the clock that gave the lease: this machine may have stood still since.
        if not claims.is_ours(claim):
            return _back(claim, Reason.TRY_AGAIN, NotSent())
    except CannotDecrypt:
        logger.exception("text %s waits", claim.text_id)
        _heal(line_sessions.pause_for, line, PauseReason.KEYS_LOST)
        return Outcome(claim.text_id, claim.attempt, TextStatus.QUEUED, Reason.TRY_AGAIN)
    except Exception:
        # Before the POST: whatever it is, nothing has left.
        logger.exception("text %s could not be posted", claim.text_id)
        return _back(claim, Reason.TRY_AGAIN, NotSent())
    return _post(provider, line, session_key, claim)


def _post(provider: Provider, line: Line, session_key: str, claim: Claim) -> Outcome:
    try:
        submission = provider.send(session_key, to=claim.number, body=claim.body)
    except Refused as error:
        logger.info("text %s was refused: %s", claim.text_id, error)
        return Outcome(claim.text_id, claim.attempt, TextStatus.FAILED, error.reason, error.provider_code)
    except SessionLost:
        _heal(line_sessions.renew_session, line.pk, claim.session_version)
        return Outcome(claim.text_id, claim.attempt, TextStatus.QUEUED, Reason.TRY_AGAIN)
    except LineProblem as error:
        _heal(line_sessions.pause_for, line, error.reason)
        # Should it be this text alone that is forbidden, it is not the first to be tried when the line goes on at once.
        return _back(claim, Reason.TRY_AGAIN, error)
    except WrongPlace as error:
        logger.info("text %s did not leave: %s", claim.text_id, error)
        _heal(breakers.stop_provider, line.provider, error.cause)
        # No trouble of the line's own: of its provider that is told once.
        return _back(claim, Reason.TRY_AGAIN, error)
    except NotSent as error:
        logger.info("text %s did not leave: %s", claim.text_id, error)
        return replace(_back(claim, Reason.TRY_AGAIN, error), troubled_line_id=claim.line_id)
    except OutcomeUnknown as error:
        logger.warning("text %s may have left: %s", claim.text_id, error)
        unclear = _unclear(claim, Reason.NO_ANSWER, error.provider_code)
        return replace(unclear, troubled_line_id=claim.line_id)
    return Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id=submission.provider_id)


def _heal(heal: Callable[..., None], *of: object) -> None:
    """See to a line; what fails at that changes nothing about what came of the text."""
    try:
        heal(*of)
    except Exception:
        logger.exception("a line could not be healed")


def _back(claim: Claim, reason: Reason, error: NotSent) -> Outcome:
    asked = min(error.retry_after or timedelta(0), claims.LONGEST_ASKED)
    wait = claims.backoff(claim.attempt_count, at_least=asked)
    return Outcome(
        claim.text_id, claim.attempt, TextStatus.QUEUED, reason, error.provider_code, wait=wait, line_wait=asked
    )


def _stopped(claim: Claim, reason: Reason) -> Outcome:
    return Outcome(claim.text_id, claim.attempt, TextStatus.BLOCKED, reason)


def _unclear(claim: Claim, reason: Reason, provider_code: str = "") -> Outcome:
    return Outcome(claim.text_id, claim.attempt, TextStatus.UNCONFIRMED, reason, provider_code)
