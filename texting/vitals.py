"""How texting is doing, in numbers, for probes and metrics: a few indexed statements, no text and no number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from texting import heartbeats
from texting.models import Heartbeat, TextingSettings
from texting.sql import run

if TYPE_CHECKING:
    from datetime import timedelta

    from texting.sql import Rows


@dataclass(frozen=True)
class Waiting:
    """So many wait, and the oldest that is due has been for so long; None when none is due."""

    count: int
    due_count: int
    oldest_due: timedelta | None


@dataclass(frozen=True)
class Presence:
    """How many processes of a kind are at work, and how long ago the last word of any was; None for never."""

    alive_count: int
    seen_ago: timedelta | None


def queues() -> dict[str, Waiting]:
    """Queued texts by the state of their line. Those of a paused line wait for a person, not for a runner."""
    return _waiting(
        """
        SELECT l.state, count(*), count(*) FILTER (WHERE t.due_at <= now()),
               now() - min(t.due_at) FILTER (WHERE t.due_at <= now())
        FROM texting_text t JOIN texting_line l ON l.id = t.line_id
        WHERE t.status = 'queued' GROUP BY l.state
        """
    )


def webhooks() -> Waiting:
    """Events that no runner has taken in yet; one that failed is not due before its next try."""
    ((count, due_count, oldest),) = run(
        """
        SELECT count(*), count(*) FILTER (WHERE next_try_at <= now()),
               now() - min(received_at) FILTER (WHERE next_try_at <= now())
        FROM texting_webhookevent WHERE state = 'pending'
        """
    )
    return Waiting(count, due_count, oldest)


def conversations() -> Waiting:
    """Open conversations; due is one that has been silent for longer than the idle window, and may be tried now."""
    window = TextingSettings.current().idle_window
    ((count, due_count, oldest),) = run(
        """
        SELECT count(*), count(*) FILTER (WHERE is_due), max(now() - %(window)s - last_text_at) FILTER (WHERE is_due)
        FROM (
            SELECT last_text_at, last_text_at < now() - %(window)s
                   AND (next_try_at IS NULL OR next_try_at <= now()) AS is_due
            FROM texting_conversation WHERE closed_at IS NULL
        ) open
        """,
        {"window": window},
    )
    return Waiting(count, due_count, oldest)


def texts_in_question() -> dict[str, int]:
    """Texts that are on their way, and those that may have left."""
    rows = run(
        """
        SELECT 'sending', count(*) FROM texting_text WHERE status = 'sending'
        UNION ALL SELECT 'unconfirmed', count(*) FROM texting_text WHERE status = 'unconfirmed'
        """
    )
    return dict(rows)


def outcomes() -> list[tuple[str, str, int]]:
    """What became of texts in the last hour: (status, reason, count)."""
    return [
        (status, reason, count)
        for status, reason, count in run(
            """
            SELECT status, reason, count(*) FROM texting_textevent
            WHERE at > now() - interval '1 hour' AND status NOT IN ('queued', 'sending') GROUP BY status, reason
            """
        )
    ]


def lines() -> dict[str, int]:
    return dict(run("SELECT state, count(*) FROM texting_line WHERE state <> 'removed' GROUP BY state"))


def processes() -> dict[str, Presence]:
    """Runners, and workers: a worker says that it is there only when beat asks, so it vouches for both."""
    found = {
        kind: Presence(alive_count, seen_ago)
        for kind, alive_count, seen_ago in run(
            """
            SELECT kind, count(*) FILTER (WHERE seen_at >= now() - %s), now() - max(seen_at)
            FROM texting_heartbeat GROUP BY kind
            """,
            [heartbeats.ALIVE],
        )
    }
    return {kind: found.get(kind, Presence(0, None)) for kind in Heartbeat.Kind.values}


def _waiting(statement: str) -> dict[str, Waiting]:
    rows: Rows = run(statement)
    return {key: Waiting(count, due_count, oldest) for key, count, due_count, oldest in rows}
