"""The mutants: what is broken, where, how, and who has to notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutant:
    """`old` occurs once in `file` of texting, and becomes `new`; `tests` are files or folders of tests/texting."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def break_in(self, code: str) -> str:
        return code.replace(self.old, self.new)


def problems(mutant: Mutant) -> list[str]:
    """Why a mutant is out of date: what it breaks has changed, or a file it names has moved."""
    path = CHECKOUT / "texting" / mutant.file
    if not path.exists():
        return [f"{mutant.name}: there is no {mutant.file}"]
    code = path.read_text()
    found = [f"{mutant.name}: there is no test {name}" for name in mutant.tests if not _test(name).exists()]
    if (count := code.count(mutant.old)) != 1:
        return [*found, f"{mutant.name}: what is to be broken is {count} times in {mutant.file}"]
    try:
        compile(mutant.break_in(code), mutant.file, "exec")
    except SyntaxError as error:
        found.append(f"{mutant.name}: {mutant.file} is no Python any more: {error}")
    return found


def _test(name: str) -> Path:
    return CHECKOUT / "tests" / "texting" / name


SENDING = ("test_sending.py",)
FAULTS = ("test_sending_faults.py",)
RACES = ("test_sending_races.py",)
RECEIVING = ("test_receiving.py",)

MUTANTS = (
    Mutant(
        "an outcome is written whatever attempt it is of",
        "claims.py",
        "  AND t.attempt = v.attempt::uuid\n",
        "",
        SENDING,
    ),
    Mutant(
        "an outcome is written whatever the status is",
        "claims.py",
        "  AND (t.status = 'sending' OR (t.status = 'unconfirmed' AND v.status IN ('sent', 'failed')))\n",
        "",
        RACES,
    ),
    Mutant(
        "a claim does not look whether the text is still queued",
        "claims.py",
        "WHERE id IN (SELECT id FROM chosen) AND status || '' = 'queued'",
        "WHERE id IN (SELECT id FROM chosen)",
        RACES,
    ),
    Mutant(
        "a claim does not look for opt-outs",
        "claims.py",
        "WHERE o.number = q.number AND o.lifted_at IS NULL",
        "WHERE o.number = q.number AND o.lifted_at IS NULL AND false",
        SENDING,
    ),
    Mutant(
        "a claim does not look whether the sender is still there",
        "claims.py",
        "(SELECT u.is_active FROM",
        "(SELECT true FROM",
        SENDING,
    ),
    Mutant(
        "a claim takes what has expired",
        "claims.py",
        "WHEN q.expires_at + l.worked - q.line_worked <= now() THEN",
        "WHEN false THEN",
        SENDING,
    ),
    Mutant(
        "a claim takes what was canceled",
        "claims.py",
        "FROM texting_batch b WHERE b.id = q.batch_id)",
        "FROM texting_batch b WHERE b.id = q.batch_id AND false)",
        FAULTS,
    ),
    Mutant(
        "a line is not charged its pace",
        "claims.py",
        "next_free_at = now() + l.pace * s.text_count",
        "next_free_at = now()",
        SENDING,
    ),
    Mutant(
        "what a dead runner held is queued again",
        "claims.py",
        "TextStatus.UNCONFIRMED, Reason.STOPPED_WHILE_SENDING",
        "TextStatus.QUEUED, Reason.TRY_AGAIN",
        SENDING,
    ),
    Mutant(
        "a claim does not heed breakers",
        "claims.py",
        " AND {breakers.IS_CLOSED}",
        "",
        ("test_breakers.py",),
    ),
    Mutant(
        "a line under guard sends",
        "claims.py",
        " AND l.guarded_since IS NULL",
        "",
        ("test_backfill.py",),
    ),
    Mutant(
        "replies do not go first",
        "claims.py",
        "AND t.priority = 1",
        "AND t.priority = 2",
        SENDING,
    ),
    Mutant(
        "a POST without an answer is made again",
        "runner.py",
        "        unclear = _unclear(claim, Reason.NO_ANSWER, error.provider_code)\n",
        "        unclear = _back(claim, Reason.TRY_AGAIN, NotSent())\n",
        SENDING,
    ),
    Mutant(
        "a slot that breaks puts its text back",
        "runner.py",
        "            outcome = _unclear(claim, Reason.NO_ANSWER)\n",
        "            outcome = _back(claim, Reason.TRY_AGAIN, NotSent())\n",
        SENDING,
    ),
    Mutant(
        "a slot does not look whether its lease is over",
        "runner.py",
        "        if not claims.is_ours(claim):\n",
        "        if False:\n",
        SENDING,
    ),
    Mutant(
        "a slot does not look for an opt-out once more",
        "runner.py",
        "        if compliance.opted_out([claim.number]):\n",
        "        if False:\n",
        FAULTS,
    ),
    Mutant(
        "POST before commit",
        "runner.py",
        "            claimed, stopped_count = claims.claim(free)\n",
        "            claimed, stopped_count = claims.claim(free)\n"
        "            [self._outcomes.put(send(claim)) for claim in claimed]\n"
        "            self._in_flight += len(claimed)\n"
        "            stopped_count += len(claimed)\n"
        "            claimed = []\n",
        SENDING,
    ),
    Mutant(
        "a request that was written counts as not sent",
        "providers/zipwhip/transport.py",
        "def _nothing_left(error: Exception) -> bool:\n",
        "def _nothing_left(error: Exception) -> bool:\n    return True\n\n\ndef _unused(error: Exception) -> bool:\n",
        ("providers/test_zipwhip_client.py",),
    ),
    Mutant(
        "one text at the provider settles two of ours",
        "settling.py",
        "                told.remove(match)\n",
        "                pass\n",
        ("test_settling.py",),
    ),
    Mutant(
        "a text that has an owner settles another",
        "settling.py",
        "text.provider_id not in owned and _has_left(text)]",
        "_has_left(text)]",
        ("test_settling.py",),
    ),
    Mutant(
        "any text to the number settles ours",
        "inbound.py",
        " and told.body.strip() == ours.body.strip()",
        "",
        ("test_settling.py",),
    ),
    Mutant(
        "an echo is matched while the text is being sent",
        "inbound.py",
        "    if any(text.status == TextStatus.SENDING for text in fitting):\n",
        "    if False:\n",
        RECEIVING,
    ),
    Mutant(
        "delivery news go backward",
        "delivery.py",
        "        delivery_rank__lt=news.rank,\n",
        "",
        RECEIVING,
    ),
    Mutant(
        "a conversation is closed while a text of it is being sent",
        "conversations.py",
        "AND t.status = 'sending')\nAND",
        "AND false)\nAND",
        ("test_accounting.py",),
    ),
    Mutant(
        "a conversation is closed while a file of it is on its way",
        "conversations.py",
        "AND t.attachments_pending)",
        "AND false)",
        ("test_attachments.py",),
    ),
    Mutant(
        "a new text does not start the idle window again",
        "conversations.py",
        "last_text_at = greatest(c.last_text_at, now())",
        "last_text_at = c.last_text_at",
        ("test_conversations.py",),
    ),
    Mutant(
        "a failed message closes its conversation",
        "conversations.py",
        "    if failures:\n        raise LogFailed(failures)\n    logged =",
        "    logged =",
        ("test_conversations.py",),
    ),
    Mutant(
        "a webhook that was not stored is answered 200",
        "webhooks.py",
        "status=503",
        "status=200",
        ("test_webhooks.py",),
    ),
    Mutant(
        "anybody may tell us things",
        "arrivals.py",
        '    return hmac.compare_digest(_sha256(line.reveal("webhook").reveal().encode()), secret_sha256)\n',
        "    return True\n",
        ("test_webhooks.py",),
    ),
    Mutant(
        "an event is stored as often as it comes",
        "arrivals.py",
        "            ON CONFLICT (line_id, event, body_sha256) DO NOTHING\n",
        "",
        ("test_webhooks.py",),
    ),
    Mutant(
        "a double click does not wait for the first",
        "dispatch.py",
        "        sent = Batch.objects.filter(draft_id=draft.pk).first()\n",
        "        sent = None\n",
        ("test_compose.py",),
    ),
    Mutant(
        "STOP does not stop what waits",
        "compliance.py",
        "        return Text.objects.filter(number=number).stop(TextStatus.BLOCKED, Reason.OPTED_OUT)\n",
        "        return 0\n",
        RECEIVING,
    ),
    Mutant(
        "an older START lifts a newer STOP",
        "compliance.py",
        "          AND said_at <= least(coalesce(%(said_at)s, now()), now())\n",
        "",
        ("test_receiving_faults.py",),
    ),
    Mutant(
        "of two who send again both do",
        "decisions.py",
        'Text.objects.filter(which, pk=text.pk, decision="")',
        "Text.objects.filter(which, pk=text.pk)",
        ("test_decisions.py",),
    ),
    Mutant(
        "an equal text of any day proves that ours left",
        "inbound.py",
        "    return told.at >= began_at - CLOCK_SLACK and not is_late\n",
        "    return not is_late\n",
        ("test_backfill.py",),
    ),
    Mutant(
        "an equal text written long after ours was given up settles it",
        "inbound.py",
        "    return told.at >= began_at - CLOCK_SLACK and not is_late\n",
        "    return told.at >= began_at - CLOCK_SLACK\n",
        ("test_settling.py",),
    ),
    Mutant(
        "a guard ends though another hole was found meanwhile",
        "backfill.py",
        "Line.objects.filter(pk=line.pk, guarded_since=line.guarded_since).update(compared_at=Now())",
        "Line.objects.filter(pk=line.pk).update(compared_at=Now())",
        ("test_backfill.py",),
    ),
    Mutant(
        "a line goes on before a STOP on another is known",
        "guard.py",
        "          AND other.guarded_at > now() - %(wait)s\n",
        "          AND false\n",
        ("test_guard.py",),
    ),
    Mutant(
        "what may have left leaves again once a guard is ended by hand",
        "guard.py",
        "    while handed_over := _hand_over_block(line):\n",
        "    while handed_over := 0:\n",
        ("test_guard.py",),
    ),
    Mutant(
        "a sender who may no longer text is not stopped",
        "rights.py",
        "    if not forbidden:\n",
        "    if forbidden:\n",
        ("test_who_may_text.py",),
    ),
    Mutant(
        "a guard ends though nobody knows whose a text is that left",
        "backfill.py",
        "        if line.guarded_since and told.direction == Direction.OUT:\n            raise\n",
        "",
        ("test_backfill.py",),
    ),
    Mutant(
        "a runner that is told to stop claims on",
        "runner.py",
        "may_claim=not (is_held or self._stopping.is_set())",
        "may_claim=not is_held",
        SENDING,
    ),
    Mutant(
        "a runner claims before it has taken in what came while PostgreSQL was away",
        "runner.py",
        "may_claim=not (is_held or self._stopping.is_set())",
        "may_claim=not self._stopping.is_set()",
        ("test_spool.py",),
    ),
    Mutant(
        "a runner that is told to stop leaves what it is posting",
        "runner.py",
        "            while not (self._stopping.is_set() and self._is_quiet()):\n",
        "            while not self._stopping.is_set():\n",
        SENDING,
    ),
    Mutant(
        "a number that ZipWhip calls opted out is texted again",
        "claims.py",
        "    _remember_refusals([outcome.text_id for outcome in outcomes if outcome.status == TextStatus.FAILED])\n",
        "",
        RACES,
    ),
    Mutant(
        "a provider id of another text is taken for ours",
        "claims.py",
        "status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER, provider_id=None)",
        "provider_id=None)",
        SENDING,
    ),
    Mutant(
        "a hole in time is not noticed",
        "epoch.py",
        "is_in_doubt = was_set_back or not is_same or not is_recent\n",
        "is_in_doubt = was_set_back or not is_same\n",
        ("test_backfill.py",),
    ),
    Mutant(
        "a block of a batch forgets how far it came",
        "building.py",
        "    batch.done_count += len(people)\n",
        "    batch.done_count = len(draft.keys)\n",
        ("test_long_work.py",),
    ),
    Mutant(
        "two who find a session dead both log in",
        "line_sessions.py",
        "Line.objects.filter(pk=line_id, session_version=session_version, state=LineState.CONNECTED)",
        "Line.objects.filter(pk=line_id, state=LineState.CONNECTED)",
        RACES,
    ),
    Mutant(
        "an echo that comes before the comparison owns the text it is of",
        "intake.py",
        "    if text is None and inbound.queued_echoes(line, told):\n",
        "    if False:\n",
        ("test_backfill.py",),
    ),
    Mutant(
        "a database set back by minutes is not noticed",
        "epoch.py",
        "(bool(is_first) or beat_at < self._last_at)\n",
        "False\n",
        ("test_backfill.py",),
    ),
    Mutant(
        "another database is compared while the first is still posting",
        "epoch.py",
        "wait = timedelta(0) if is_same and not was_set_back else conf.LEASE\n",
        "wait = timedelta(0)\n",
        ("test_backfill.py",),
    ),
    Mutant(
        "what waits under guard is stopped",
        "models/text.py",
        "self.queued().filter(line__guarded_since=None)",
        "self.queued()",
        ("test_backfill.py", "test_set_back.py"),
    ),
    Mutant(
        "what the provider holds is nobody's text though one in the same words waits",
        "backfill.py",
        "        raise inbound.MayBeQueued\n",
        "        return None\n",
        ("test_set_back.py",),
    ),
    Mutant(
        "a line under guard is compared before its batches are made",
        "backfill.py",
        "return is_sending or guard.is_being_made(line)",
        "return is_sending",
        ("test_set_back.py",),
    ),
    Mutant(
        "a text that is made again is younger than what left of it",
        "inbound.py",
        "began_at = ours.batch.created_at if ours.batch else ours.created_at",
        "began_at = ours.created_at",
        ("test_set_back.py",),
    ),
    Mutant(
        "of two runners the slower one sets the clock back",
        "epoch.py",
        "greatest(beat_at, clock_timestamp())",
        "now()",
        ("test_set_back.py",),
    ),
    Mutant(
        "a text expires for its line's own queue",
        "claims.py",
        "q.expires_at + l.worked - q.line_worked <= now()",
        "q.expires_at <= now()",
        SENDING,
    ),
    Mutant(
        "who was made a recipient late has no conversation",
        "conversations.py",
        "    _complete_records(ids)\n",
        "",
        ("test_long_work.py",),
    ),
    Mutant(
        "who may have the text is texted again with the rest",
        "again.py",
        "    return rows.exclude(_HAS_IT | _WAITING | _TAKEN)\n",
        "    return rows\n",
        ("test_batch_list.py",),
    ),
    Mutant(
        "of two drafts to whom a leaver left both are sent",
        "again.py",
        "    taken = _taken(source, keys, batch)\n",
        "    taken = set()\n",
        ("test_leavers_batches.py",),
    ),
    Mutant(
        "whom a leaver left waits on though they were texted",
        "again.py",
        "    reached = of_records(one.key for one in made if one.text_id or one.reason in _HANDED_ON)\n",
        "    reached = of_records([])\n",
        ("test_leavers_batches.py",),
    ),
    Mutant(
        "of two who take a leaver's people over at once both do",
        "building.py",
        "    again.hold(batch.source, keys)\n",
        "",
        ("test_leavers_batches.py",),
    ),
    Mutant(
        "the worker concludes from a database that no runner has looked at",
        "tasks.py",
        "    return backfill.backfill_due() if epoch.is_known() else 0\n",
        "    return backfill.backfill_due()\n",
        ("test_backfill.py",),
    ),
)
