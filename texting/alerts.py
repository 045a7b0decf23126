"""What does not mend itself and that somebody who manages lines must be told of, wherever they are in the app.

Asked on every page of theirs, for the number beside Administration: so it is one statement over indexed conditions,
and what takes longer to find (texting.accounting) is found by a worker and only read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from texting import breakers, findings, heartbeats
from texting.seam_help import Finding
from texting.sql import run
from texting.vocabulary import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser

# A provider that is away for a while, or a line that is being compared, goes on by itself.
LONG = timedelta(minutes=30)
# A line that may send and has texts to send does so within seconds.
OLD_QUEUE = timedelta(minutes=10)
# Some of them may have been put off.
HEAD = 100
STOPPED = "stopped"


@dataclass(frozen=True)
class Alert:
    """One kind of thing amiss: how many of it, since when the oldest, and one of the lines, 0 for none."""

    kind: str
    count: int
    since: datetime | None
    line_id: int


def waiting_count(user: AbstractUser) -> int:
    """For the badge: each line that stopped by itself, and each other kind of thing once."""
    return sum(alert.count if alert.kind == STOPPED else 1 for alert in found(user))


def found(user: AbstractUser) -> list[Alert]:
    """What is amiss now; nothing for who does not manage lines."""
    if not user.has_perm(findings.MANAGE_LINES):
        return []
    facts = {"long": LONG, "old": OLD_QUEUE, "alive": heartbeats.ALIVE}
    return [Alert(*row) for row in run(_FOUND, facts)]


# What keeps a line from sending is told once: a paused line has no old queue, nor one that waits for its provider.
# Of a queue the head says how old it is. The least due time of all would be looked for in the index of due times, which
# knows no lines: for each idle line through everything that any line has queued.
_FOUND = f"""
SELECT 'stopped', count(*), min(state_changed_at), max(id) FROM texting_line
WHERE state = 'paused' AND pause_reason <> 'by_hand' HAVING count(*) > 0
UNION ALL
SELECT 'no_' || kind, 1, NULL, 0 FROM unnest(ARRAY['runner', 'worker']) kind
WHERE EXISTS (SELECT FROM texting_line WHERE state = 'connected')
  AND NOT EXISTS (SELECT FROM texting_heartbeat h WHERE h.kind = kind.kind AND h.seen_at >= now() - %(alive)s)
UNION ALL
SELECT 'old_queue', count(*), min(greatest(l.next_free_at, t.due_at)), max(l.id)
FROM texting_line l CROSS JOIN LATERAL (
    SELECT min(due_at) AS due_at FROM (
        SELECT due_at FROM texting_text WHERE line_id = l.id AND status = 'queued'
        ORDER BY priority, turn, id LIMIT {HEAD}
    ) head
) t
WHERE l.state = 'connected' AND l.guarded_since IS NULL AND l.next_free_at < now() - %(old)s
  AND t.due_at < now() - %(old)s AND {breakers.IS_CLOSED} HAVING count(*) > 0
UNION ALL
SELECT 'held', count(*), min(b.opened_at), coalesce(max(b.line_id), 0)
FROM texting_breaker b LEFT JOIN texting_line l ON l.id = b.line_id
WHERE b.closed_at IS NULL AND b.opened_at < now() - %(long)s AND b.cause NOT IN ('redirect', 'certificate')
  AND coalesce(l.state, 'connected') = 'connected'
HAVING count(*) > 0
UNION ALL
SELECT cause, count(*), min(opened_at), 0 FROM texting_breaker
WHERE closed_at IS NULL AND cause IN ('redirect', 'certificate') GROUP BY cause
UNION ALL
SELECT 'guarded', count(*), min(guarded_at), max(id) FROM texting_line
WHERE state = 'connected' AND guarded_since IS NOT NULL AND guarded_at < now() - %(long)s HAVING count(*) > 0
UNION ALL
SELECT 'events', count(*), min(received_at), 0 FROM texting_webhookevent
WHERE state IN ('malformed', 'quarantined') HAVING count(*) > 0
UNION ALL
SELECT 'unaccounted', finding_count, taken_at, 0 FROM texting_accounttaken WHERE finding_count > 0
"""  # noqa: S608 - our own words


def told(alerts: list[Alert]) -> list[Finding]:
    """In words, with the way to the page that mends each; without the lines that stopped, which tell of themselves."""
    return [_WORDS[alert.kind](alert) for alert in alerts if alert.kind != STOPPED]


def _no_runner(alert: Alert) -> Finding:
    return _with_way(findings.of_runners())


def _no_worker(alert: Alert) -> Finding:
    return _with_way(findings.of_workers())


def _with_way(finding: Finding) -> Finding:
    """A process is started on the server; what else it needs, this page says."""
    return Finding(
        finding.key,
        finding.title,
        Tone.BAD,
        finding.words,
        finding.fix,
        url=reverse("texting:why"),
        action=_("See what is missing"),
    )


def _old_queue(alert: Alert) -> Finding:
    words = ngettext(
        "%(count)d line has texts to send and has sent none for %(span)s.",
        "%(count)d lines have texts to send and have sent none, one of them for %(span)s.",
        alert.count,
    )
    fix = _("Is a runner at work? If so, its log says what keeps it.")
    return _of_lines(alert, _("Texts wait that should have left"), words, fix)


def _held(alert: Alert) -> Finding:
    words = _("It has answered nothing for %(span)s. Texts wait, and go on by themselves once it answers.")
    fix = _("Ask ZipWhip whether something is wrong there, or on the way to it.")
    return _of_lines(alert, _("ZipWhip takes no texts"), words, fix)


def _redirect(alert: Alert) -> Finding:
    words = _("It sends us on to another address, where we do not follow. Texts have waited for %(span)s.")
    fix = _(
        "Ask ZipWhip’s support whether its address has changed, and whoever runs the server what stands on the way "
        "there. Texts go on by themselves then."
    )
    return _of_lines(alert, _("ZipWhip’s address leads somewhere else"), words, fix)


def _certificate(alert: Alert) -> Finding:
    words = _("Who answers there cannot prove to be ZipWhip, so nothing is sent. Texts have waited for %(span)s.")
    fix = _(
        "Ask ZipWhip’s support whether its certificate has run out, and whoever runs the server about its clock, its "
        "certificates and what stands on the way there. Texts go on by themselves then."
    )
    return _of_lines(alert, _("The certificate at ZipWhip’s address does not hold"), words, fix)


def _guarded(alert: Alert) -> Finding:
    words = ngettext(
        "%(count)d line has been looking up at ZipWhip what it has sent already, for %(span)s, and sends nothing.",
        "%(count)d lines have been looking up at ZipWhip what they have sent already, the first for %(span)s, "
        "and send nothing.",
        alert.count,
    )
    fix = _("Does ZipWhip answer? If it cannot say what was sent, let the line send again by hand.")
    return _of_lines(alert, _("A line does not come out of its comparison"), words, fix)


def _events(alert: Alert) -> Finding:
    words = ngettext(
        "%(count)d notice came %(span)s ago: an answer or news of delivery may be in it.",
        "%(count)d notices came, the oldest %(span)s ago: answers or news of delivery may be in them.",
        alert.count,
    )
    return Finding(
        "events",
        _("News from ZipWhip that could not be taken in"),
        Tone.BAD,
        words % _facts(alert),
        fix=_("See what went wrong with each, and have them tried again."),
        url=reverse("texting:events"),
        action=_("Open the list"),
    )


def _unaccounted(alert: Alert) -> Finding:
    words = ngettext(
        "%(count)d thing did not agree %(span)s ago: a text may be missing from a record.",
        "%(count)d things did not agree %(span)s ago: texts may be missing from records.",
        alert.count,
    )
    return Finding(
        "unaccounted",
        _("Not every text is accounted for"),
        Tone.BAD,
        words % _facts(alert),
        fix=_("See which, and close and log them now."),
        url=reverse("texting:accounting"),
        action=_("Account of texts"),
    )


def _of_lines(alert: Alert, title: str, words: str, fix: str) -> Finding:
    """About one line, which the link opens, or several."""
    is_one = alert.count == 1 and alert.line_id
    url = reverse("texting:line", args=[alert.line_id]) if is_one else reverse("texting:lines")
    action = _("Open the line") if is_one else _("All lines")
    return Finding(alert.kind, title, Tone.BAD, words % _facts(alert), fix=fix, url=url, action=action)


def _facts(alert: Alert) -> dict[str, object]:
    return {"count": alert.count, "span": findings.how_long(now() - alert.since) if alert.since else ""}


_WORDS = {
    "no_runner": _no_runner,
    "no_worker": _no_worker,
    "old_queue": _old_queue,
    "held": _held,
    "redirect": _redirect,
    "certificate": _certificate,
    "guarded": _guarded,
    "events": _events,
    "unaccounted": _unaccounted,
}
