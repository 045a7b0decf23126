"""What must hold after everything: judged by the sandbox's ledger, which was on the disk before anybody was answered.

Each text of a run has a mark of its own in its body, so that one accepted twice is seen whatever our tables say.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.firm import Firm

CANARIES = ("secret-canary", "chaos-body-")
TAKEN = ("sent", "delivered", "undelivered")
# A text claimed before an opt-out was committed may still leave; its POST lasts so long at most.
IN_FLIGHT = timedelta(seconds=8)


@dataclass(frozen=True)
class Violation:
    invariant: str
    what: str


def judge(firm: Firm, *, heard: list[str]) -> list[Violation]:
    """All that does not hold; `heard` are the marks of the texts that people wrote from handsets."""
    ledger = firm.accepted()
    texts = firm.query("SELECT id, body, number, status, provider_id, direction, conversation_id FROM texting_text")
    ours = [text for text in texts if text[5] == "out"]
    return [
        *_twice(ledger),
        *_unfinished(ours),
        *_sent_but_not_taken(ours, ledger),
        *_taken_but_unknown(ours, ledger),
        *_after_opt_out(firm, ledger),
        *_faster_than_the_pace(firm),
        *_heard_not_once(texts, heard),
        *_logged_not_once(firm, texts),
        *_canaries(firm),
        *_people_without_result(firm),
        *_doubted_without_cause(firm),
    ]


def _twice(ledger: list[dict]) -> list[Violation]:
    counts = Counter(_key(entry["to"], entry["body"]) for entry in ledger)
    return [Violation("I1 accepted once", f"{key} {count} times") for key, count in counts.items() if count > 1]


def _key(number: str, body: str) -> tuple[str, str]:
    """Every text of a run differs from every other in its number or its mark."""
    return number[-10:], body


def _unfinished(ours: list[tuple]) -> list[Violation]:
    return [Violation("I2 finished", f"text {t[0]} is {t[3]}") for t in ours if t[3] in ("queued", "sending")]


def _sent_but_not_taken(ours: list[tuple], ledger: list[dict]) -> list[Violation]:
    taken = {str(entry["id"]): entry for entry in ledger}
    return [
        Violation("I3 sent is accepted", f"text {t[0]} is {t[3]} as {t[4]}")
        for t in ours
        if t[3] in TAKEN and (str(t[4]) not in taken or taken[str(t[4])]["body"] != t[1])
    ]


def _taken_but_unknown(ours: list[tuple], ledger: list[dict]) -> list[Violation]:
    by_key = {_key(t[2], t[1]): t for t in ours}
    found = []
    for entry in ledger:
        text = by_key.get(_key(entry["to"], entry["body"]))
        # A carrier's later refusal of what was accepted is "failed" by news, with the provider's id.
        if text is None or (text[3] not in (*TAKEN, "unconfirmed") and str(text[4]) != str(entry["id"])):
            # What expired or was stopped by an opt-out among them.
            found.append(Violation("I4 accepted is known", f"{entry['body'][:40]}: {text[3] if text else 'no row'}"))
    return found


def _after_opt_out(firm: Firm, ledger: list[dict]) -> list[Violation]:
    rows = firm.query("SELECT number, opted_out_at FROM texting_optout WHERE lifted_at IS NULL")
    opted_out = {number[-10:]: at for number, at in rows}
    return [
        Violation("I5 nothing after an opt-out", entry["body"][:40])
        for entry in ledger
        if entry["to"][-10:] in opted_out and _at(entry) > opted_out[entry["to"][-10:]] + IN_FLIGHT
    ]


def _at(entry: dict) -> datetime:
    return datetime.fromtimestamp(entry["at_ms"] / 1000, UTC)


def _faster_than_the_pace(firm: Firm) -> list[Violation]:
    """From the append-only events, for a POST takes its own time: the claim is what the pace charges."""
    rows = firm.query(
        """
        SELECT max(s.claim_count), min(s.pace) FROM (
            SELECT l.pace, count(*) OVER (
                PARTITION BY t.line_id ORDER BY e.at RANGE BETWEEN interval '1 s' PRECEDING AND CURRENT ROW
            ) AS claim_count
            FROM texting_textevent e JOIN texting_text t ON t.id = e.text_id JOIN texting_line l ON l.id = t.line_id
            -- What a comparison finds to have left passes through "sending" at one stroke, unclaimed.
            WHERE e.status = 'sending' AND t.attempt_count > 0
        ) s
        """
    )
    ((most, pace),) = rows
    if most is None:
        return []
    # An event is written some milliseconds after its claim was charged.
    allowed = 1 / pace.total_seconds() + 3
    return [Violation("I7 pace", f"{most} claims within a second")] if most > allowed else []


def _heard_not_once(texts: list[tuple], heard: list[str]) -> list[Violation]:
    counts = Counter(t[1] for t in texts if t[5] == "in")
    return [Violation("I8 heard once", f"{mark} {counts[mark]} times") for mark in heard if counts[mark] != 1]


def _logged_not_once(firm: Firm, texts: list[tuple]) -> list[Violation]:
    """Everything that left or came is in exactly one message on each record of its conversation."""
    counts: Counter[tuple[int, str, int]] = Counter()
    for kind, record_id, dialogue in firm.query(
        "SELECT record_type, record_id, dialogue FROM messagelog_message WHERE conversation_id IS NOT NULL"
    ):
        lines = dialogue if isinstance(dialogue, list) else json.loads(dialogue)
        counts.update((line["text_id"], kind, record_id) for line in lines)
    found = []
    for text_id, kind, record_id in firm.query(
        """
        SELECT t.id, r.record_type, r.record_id FROM texting_text t
        JOIN texting_conversationrecord r ON r.conversation_id = t.conversation_id
        UNION SELECT t.id, r.record_type, r.record_id FROM texting_text t
        JOIN texting_recipient r ON r.text_id = t.id WHERE t.conversation_id IS NOT NULL
        """
    ):
        count = counts.pop((text_id, kind, record_id), 0)
        if count != 1:
            found.append(Violation("I9 logged once", f"text {text_id} {count} times on {kind} {record_id}"))
    found += [Violation("I9 logged once", f"text {key[0]} on a record that is not its own") for key in counts]
    left = [t for t in texts if t[3] in (*TAKEN, "unconfirmed", "failed", "received") and t[6] is None]
    return found + [Violation("I9 logged once", f"text {t[0]}, {t[3]}, is in no conversation") for t in left]


def _canaries(firm: Firm) -> list[Violation]:
    log = (firm.folder / "log").read_text(errors="replace")
    numbers = [number for (number,) in firm.query("SELECT DISTINCT number FROM texting_text")]
    bare_numbers = [number.removeprefix("+") for number in numbers]
    secrets = [*firm.secrets_told(), *asdict(firm.secrets).values()]
    found = [canary for canary in (*CANARIES, *numbers, *bare_numbers, *secrets) if canary in log]
    return [Violation("I10 no secret, body or number in a log", found[0][:12])] if found else []


def _people_without_result(firm: Firm) -> list[Violation]:
    rows = firm.query(
        """
        SELECT b.id, b.people_count, count(r.id) FROM texting_batch b
        LEFT JOIN texting_recipient r ON r.batch_id = b.id
        GROUP BY b.id HAVING b.people_count <> count(r.id)
        """
    )
    return [
        Violation("I11 everyone chosen has one result", f"batch {b}: {made} of {chosen}") for b, chosen, made in rows
    ]


def _doubted_without_cause(firm: Firm) -> list[Violation]:
    """A guard holds every line up: only a database that was put back may begin one."""
    guard_count = (firm.folder / "log").read_text(errors="replace").count("the runners' last sign of life is of")
    if guard_count <= firm.restored_count:
        return []
    return [Violation("I12 nothing held up without a cause", f"{guard_count} guards, {firm.restored_count} restores")]
