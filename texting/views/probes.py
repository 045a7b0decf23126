"""For machines that watch: is this process alive, can it do its work, and how is texting doing?"""

from __future__ import annotations

import hmac
import logging
import threading
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from texting import conf, vitals
from texting.vocabulary import LineState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

logger = logging.getLogger(__name__)
_migrated = threading.Event()


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process serves at all; asks nothing of anyone."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 503 when no page could be served: no database, or one that lacks migrations.

    What else is wrong is told and answered 200, for without a runner or a worker pages and webhooks still work. The
    broker is not asked.
    """
    try:
        if not _is_migrated():
            return JsonResponse({"database": "ok", "migrations": "missing"}, status=503)
        return JsonResponse({"database": "ok", "migrations": "ok", **_readiness()})
    except Error:
        logger.exception("not ready: the database does not answer")
        return JsonResponse({"database": "unreachable"}, status=503)


def _readiness() -> dict[str, object]:
    present = vitals.processes()
    connected = vitals.queues().get(LineState.CONNECTED)
    return {
        "oldest_due_text_seconds": _seconds(connected.oldest_due) if connected else None,
        **{f"{kind}_seen_seconds": _seconds(found.seen_ago) for kind, found in present.items()},
        "degraded": [f"no {kind}" for kind, found in present.items() if not found.alive_count],
    }


def _is_migrated() -> bool:
    """Whether the database has every migration of this code; asked until it has."""
    if not _migrated.is_set():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.set()
    return True


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text format, for who knows TEXTING["METRICS_TOKEN"]; without one in the settings there are none.

    Everything is read from the database, so any of several web processes may answer.
    """
    token = conf.metrics_token()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Vitals())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Vitals:
    """What Prometheus collects; asked at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _queues()
        yield from _texts()
        yield from _arrivals()
        yield from _processes()


def _queues() -> Iterator[GaugeMetricFamily]:
    found = vitals.queues()
    queues = {
        state: found.get(state, vitals.Waiting(0, 0, None))
        for state in (LineState.CONNECTED, LineState.PAUSED, LineState.CONNECTING)
    }
    counts = {state: queue.count for state, queue in queues.items()}
    due_counts = {state: queue.due_count for state, queue in queues.items()}
    waits = {state: _seconds(queue.oldest_due) or 0.0 for state, queue in queues.items()}
    yield _gauge("texting_queue_texts", "Queued texts by the state of their line.", "line_state", counts)
    yield _gauge("texting_queue_due_texts", "Those that may leave now.", "line_state", due_counts)
    yield _gauge("texting_queue_oldest_due_seconds", "Since the oldest of these was due; 0: none.", "line_state", waits)
    yield _gauge("texting_lines", "Lines in use.", "state", vitals.lines())


def _texts() -> Iterator[GaugeMetricFamily]:
    words = "Texts that are on their way, and those that may have left."
    yield _gauge("texting_texts", words, "status", vitals.texts_in_question())
    outcomes = GaugeMetricFamily(
        "texting_outcomes_last_hour", "What became of texts in the last hour.", labels=["status", "reason"]
    )
    for status, reason, count in vitals.outcomes():
        outcomes.add_metric([status, reason], count)
    yield outcomes


def _arrivals() -> Iterator[GaugeMetricFamily]:
    events, conversations = vitals.webhooks(), vitals.conversations()
    for name, help_text, value in (
        ("webhooks_pending", "Stored events that were not taken in yet.", events.count),
        ("webhooks_lag_seconds", "Since the oldest of those that are due arrived.", _seconds(events.oldest_due)),
        ("conversations_open", "Open conversations.", conversations.count),
        ("conversations_due", "Those that are to be closed and logged.", conversations.due_count),
        (
            "conversations_overdue_seconds",
            "How long the oldest is overdue.",
            _seconds(conversations.oldest_due),
        ),
    ):
        yield GaugeMetricFamily(f"texting_{name}", help_text, value=value or 0)


def _processes() -> Iterator[GaugeMetricFamily]:
    present = vitals.processes()
    alive = {kind: found.alive_count for kind, found in present.items()}
    seen = {kind: seconds for kind, found in present.items() if (seconds := _seconds(found.seen_ago)) is not None}
    yield _gauge("texting_processes", "Processes at work.", "kind", alive)
    yield _gauge("texting_process_seen_seconds", "Since the last word of any of a kind.", "kind", seen)


def _gauge(name: str, help_text: str, label: str, values: Mapping[Any, float]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, help_text, labels=[label])
    for key, value in values.items():
        gauge.add_metric([key], value)
    return gauge


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 3)
