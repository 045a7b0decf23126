"""What must hold after everything: judged by the sandbox's ledger, which was on the disk before anybody was answered.

Each text of a run has a mark of its own in its body, so that one accepted twice is seen whatever our tables say.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from tests.chaos import canaries, promises, rest, timing
from tests.chaos.timing import key_of
from tests.chaos.violations import Violation
from texting import conf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.chaos.firm import Firm
    from tests.chaos.promises import Sent

TAKEN = ("sent", "delivered", "undelivered")


def judge(firm: Firm, *, heard: list[str], acknowledged: Sequence[Sent]) -> list[Violation]:
    """All that does not hold; `heard` are the marks of the texts that people wrote from handsets.

    `acknowledged` is what pages told reps is sent.
    """
    unfinished = _unfinished(firm)
    ledger = firm.ledger()
    accepted = [post for post in timing.posts_of(ledger) if post["accepted"]]
    texts = firm.query("SELECT id, body, number, status, provider_id, direction, conversation_id FROM texting_text")
    ours = [text for text in texts if text[5] == "out"]
    return [
        *_twice(accepted),
        *unfinished,
        *_sent_but_not_taken(ours, accepted),
        *_taken_but_unknown(ours, accepted),
        *timing.after_opt_out(ledger),
        *_stops_lost(firm, ledger),
        *_outside_its_time(firm, ledger),
        *timing.faster_than_the_pace(ledger, timing.Paces(firm.paces)),
        *_heard_not_once(texts, heard),
        *_logged_not_once(firm, texts),
        *canaries.told(firm),
        *_people_without_result(firm),
        *_doubted_without_cause(firm),
        *promises.lost(firm, acknowledged),
        *_failed_but_not_refused(ours, ledger),
        *[Violation("I13 nothing dies by itself", death) for death in firm.deaths],
    ]


def _twice(ledger: list[dict]) -> list[Violation]:
    counts = Counter(key_of(entry["to"], entry["body"]) for entry in ledger)
    return [Violation("I1 accepted once", f"{key} {count} times") for key, count in counts.items() if count > 1]


def _unfinished(firm: Firm) -> list[Violation]:
    """What is left when there is no moment at which nothing is: a late report of delivery may come at any."""
    _, left = rest.wait_until_none(lambda: rest.never_finished(firm), firm, rest.LONGEST_SECONDS)
    return [Violation("I2 finished", one) for one in [*left, *(rest.waiting_events(firm) if left else [])]]


def _sent_but_not_taken(ours: list[tuple], ledger: list[dict]) -> list[Violation]:
    taken = {str(entry["id"]): entry for entry in ledger}
    return [
        Violation("I3 sent is accepted", f"text {t[0]} is {t[3]} as {t[4]}")
        for t in ours
        if t[3] in TAKEN and (str(t[4]) not in taken or taken[str(t[4])]["body"] != t[1])
    ]


def _taken_but_unknown(ours: list[tuple], ledger: list[dict]) -> list[Violation]:
    by_key = {key_of(t[2], t[1]): t for t in ours}
    found = []
    for entry in ledger:
        text = by_key.get(key_of(entry["to"], entry["body"]))
        # A carrier's later refusal of what was accepted is "failed" by news, with the provider's id.
        if text is None or (text[3] not in (*TAKEN, "unconfirmed") and str(text[4]) != str(entry["id"])):
            # What expired or was stopped by an opt-out among them.
            found.append(Violation("I4 accepted is known", f"{entry['body'][:40]}: {text[3] if text else 'no row'}"))
    return found


def _failed_but_not_refused(ours: list[tuple], ledger: list[dict]) -> list[Violation]:
    """Whoever reads that a text failed sends it again: so nothing less than the provider's refusal is enough."""
    refused = {
        key_of(post["to"], post["body"]) for post in timing.posts_of(ledger) if post["fate"].startswith("refused")
    }
    return [
        Violation("I15 failed was refused", f"text {t[0]}, {t[1][:40]}")
        for t in ours
        if t[3] == "failed" and key_of(t[2], t[1]) not in refused
    ]


def _stops_lost(firm: Firm, ledger: list[dict]) -> list[Violation]:
    rows = firm.query("SELECT number FROM texting_optout WHERE lifted_at IS NULL")
    return timing.stops_lost(ledger, [number for (number,) in rows])


def not_yet_in(firm: Firm, heard: list[str]) -> list[Violation]:
    """What people wrote and we do not hold: the next comparison with ZipWhip finds what no webhook told."""
    texts = firm.query("SELECT id, body, number, status, provider_id, direction FROM texting_text")
    missing = [one for one in _heard_not_once(texts, heard) if one.what.endswith(" 0 times")]
    return missing + _stops_lost(firm, firm.ledger())


def _outside_its_time(firm: Firm, ledger: list[dict]) -> list[Violation]:
    rows = firm.query(
        """
        SELECT t.number, t.body, t.due_at, t.expires_at + least(l.held - t.line_held, %s), t.line_worked, l.number
        FROM texting_text t JOIN texting_line l ON l.id = t.line_id WHERE t.direction = 'out'
        """,
        [conf.LONGEST_HELD],
    )
    windows = {key_of(number, body): timing.Window(*window) for number, body, *window in rows}
    worked = dict(firm.query("SELECT number, worked FROM texting_line"))
    return timing.outside_its_time(ledger, windows, worked, timing.Paces(firm.paces), firm.restores)


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
    found += [Violation("I9 logged once", f"text {pk} is on no record") for (pk,) in firm.query(_ON_NO_RECORD)]
    left = [t for t in texts if t[3] in (*TAKEN, "unconfirmed", "failed", "received") and t[6] is None]
    return found + [Violation("I9 logged once", f"text {t[0]}, {t[3]}, is in no conversation") for t in left]


# What is ours went to somebody; and who alone holds a number is who wrote from it.
_ON_NO_RECORD = """
SELECT t.id FROM texting_text t
WHERE t.conversation_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM texting_conversationrecord r WHERE r.conversation_id = t.conversation_id)
  AND (t.direction = 'out' OR 1 = (
      SELECT count(*) FROM employees_employeecontactmethod m
      WHERE right(regexp_replace(m.value, '[^0-9]', '', 'g'), 10) = right(t.number, 10)
  ))
"""


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
