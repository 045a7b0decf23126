"""What a step of the runner costs while long queues wait on few of 200 lines: claiming, and asking when to look next.

    .venv/bin/python -m tests.benchmarks.claims

Starts a PostgreSQL of its own, or takes one that is empty or was filled by this before, from DATABASE_URL. Prints the
median and the slowest in milliseconds, and how many rows each read, with what PostgreSQL knew of the queue: as it was
when nothing was queued, or as it is.
"""

from __future__ import annotations

import os
import statistics
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.benchmarks.search import _say
from tests.plugin_services import SETTINGS, Services

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = 200
OPT_OUTS = 20_000
SLOTS = 64
ROUNDS = 15
# Texts that have left, texts that wait, and on how many lines they do.
QUEUES = [
    (500_000, 0, 1),
    (500_000, 30_000, 3),
    (90_000, 60_000, 20),
    (500_000, 100_000, 2),
    (0, 100_000, 2),
    (0, 100_000, 200),
]
FILL_LINES = """
INSERT INTO texting_line (provider, number, owner_kind, owner_id, username, password_token, session_token,
    session_version, webhook_token, state, pause_reason, state_changed_at, pace, next_free_at, current_turn,
    replies_in_a_row, failures_in_a_row, next_backfill_at, created_at)
SELECT 'zipwhip', '+1612555' || lpad(n::text, 4, '0'), 'branch', 1, '', '', '',
    0, '', 'connected', '', now(), '1 s', now() - random() * interval '1 day', 0, 0, 0, now(), now()
FROM generate_series(1, %(lines)s) n;
INSERT INTO texting_optout (number, source, word, opted_out_at, lifted_by_word)
SELECT '+1763' || lpad((2000000 + n)::text, 7, '0'), 'word', 'STOP', now(), '' FROM generate_series(1, %(opt_outs)s) n
"""
FILL_TEXTS = """
INSERT INTO texting_text (line_id, sender_id, direction, origin, number, body, segment_count, status, reason,
    provider_code, delivery_rank, priority, turn, provider_id, attempt_count, look_count, attachments_pending,
    fetch_count, files_lost, created_at, due_at, expires_at, left_at, arrived_at, status_at, decision)
SELECT (SELECT min(id) FROM texting_line) + n %% %(lines)s, (SELECT min(id) FROM users_user), 'out', 'enterprise',
    '+1651' || lpad((2000000 + n)::text, 7, '0'), 'Can you work tonight as a forklift driver? ' || md5(n::text), 1,
    %(status)s, '', '', 0, 0, n / %(lines)s, CASE %(status)s WHEN 'delivered' THEN n::text END, 0, 0, false, 0, false,
    now(), now() - interval '1 s', now() + interval '1 day', now(), now(), now(), ''
FROM generate_series(1, %(count)s) n
"""


def main() -> None:
    os.environ.update(SETTINGS, DJANGO_SETTINGS_MODULE="enterprise.settings")
    services = None
    if "DATABASE_URL" not in os.environ:
        services = Services()
        os.environ.update(services.read_addresses())
    try:
        _prepare()
        heads = f"{'what':<8} {'median':>8} {'slowest':>8} {'rows':>8}"
        _say(f"{'left':>8} {'queued':>8} {'lines':>6}  {'known':<8} {heads}")
        for left, queued, lines in QUEUES:
            _fill_and_measure(left, queued, lines)
    finally:
        if services:
            services.stop()


def _prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from enterprise.users.models import Branch, User

    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        branch = Branch.objects.create(name="Bench", time_zone="America/Chicago")
        User.objects.create_superuser("bench", password="a long password", home_branch=branch)


def _fill_and_measure(left: int, queued: int, lines: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE texting_line, texting_optout CASCADE")
        cursor.execute(FILL_LINES, {"lines": LINES, "opt_outs": OPT_OUTS})
        cursor.execute(FILL_TEXTS, {"count": left, "status": "delivered", "lines": LINES})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(FILL_TEXTS, {"count": queued, "status": "queued", "lines": lines})
        cursor.execute("SET session_replication_role = origin")
        for known in ("before", "now"):
            _measure(f"{left:>8} {queued:>8} {lines:>6}  {known:<8}")
            cursor.execute("VACUUM ANALYZE")


def _measure(queue: str) -> None:
    for what, do in steps().items():
        spent = [_spent(do) for _ in range(ROUNDS)]
        _say(f"{queue} {what:<8} {statistics.median(spent):>8.1f} {max(spent):>8.1f} {rows_read(do):>8}")


def steps() -> dict[str, Callable[[], object]]:
    from texting import claims

    return {"claim": lambda: claims.claim(SLOTS), "next due": lambda: claims.next_due_in(timedelta(seconds=1))}


def _spent(do: Callable[[], object]) -> float:
    """Milliseconds; what it did is taken back."""
    from django.db import transaction

    with transaction.atomic():
        started = time.perf_counter()
        do()
        spent = 1000 * (time.perf_counter() - started)
        transaction.set_rollback(True)
    return spent


def rows_read(do: Callable[[], object]) -> int:
    """How many rows of tables the statement reads that looks for texts; what it did is taken back."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        do()
        transaction.set_rollback(True)
    (statement,) = (query["sql"] for query in queries.captured_queries if "texting_text" in query["sql"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + statement)
        ((plan,),) = cursor.fetchone()
        transaction.set_rollback(True)
    return round(_rows_of(plan["Plan"]))


def _rows_of(plan: dict[str, Any]) -> float:
    """But of the lines, which are all looked at."""
    rows = sum(map(_rows_of, plan.get("Plans", [])))
    if "Relation Name" in plan and plan["Node Type"] != "ModifyTable" and plan["Relation Name"] != "texting_line":
        removed = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        rows += (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    return rows


if __name__ == "__main__":
    main()
