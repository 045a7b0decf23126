"""How long the pages that look through a long history take: the inbox's search, and the account of texts.

    .venv/bin/python -m tests.benchmarks.history [texts, 1000000 unless said]

Starts a PostgreSQL of its own, or takes one that is empty or was filled by this before, from DATABASE_URL. Fills it
with a year's conversations of four texts each on 100 lines, all logged but the last, and prints what requests take.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

from tests.benchmarks.search import _say
from tests.plugin_services import SETTINGS, Services

ROUNDS = 5
ADDRESSES = [
    "/texting/inbox/?folder=all",
    "/texting/inbox/?q=forklift",
    *(
        f"/texting/inbox/?folder=all&whose={whose}&q={words}"
        for whose in ("lines", "all")
        for words in ("forklift+4711", "tonight", "zzzz", "ok", "555-0147")
    ),
    "/texting/accounting/?days=7",
    "/texting/accounting/?days=30",
    "/texting/accounting/?days=365",
]
FILL = """
SET session_replication_role = replica;
INSERT INTO users_branch (name, time_zone, region, is_active)
SELECT 'Branch ' || n, 'America/Chicago', 'US', true FROM generate_series(1, 100) n;
INSERT INTO texting_line (provider, number, owner_kind, owner_id, username, password_token, session_token,
    session_version, webhook_token, state, pause_reason, state_changed_at, pace, next_free_at, current_turn,
    replies_in_a_row, failures_in_a_row, next_backfill_at, created_at)
SELECT 'zipwhip', '+1612555' || lpad(n::text, 4, '0'), 'branch', (SELECT min(id) - 1 FROM users_branch) + n, '', '', '',
    0, '', 'connected', '', now(), '1 s', now(), 0, 0, 0, now(), now() FROM generate_series(1, 100) n;
INSERT INTO texting_conversation (id, line_id, number, opened_at, last_text_at, closed_at, logged_at, dismissal_note,
    failure_count, failure)
SELECT n, (SELECT min(id) FROM texting_line) + n % 100, '+1651' || lpad((2000000 + n)::text, 7, '0'), at, at,
    at + interval '1 day', at + interval '1 day', '', 0, ''
FROM (SELECT n, now() - ({conversations} - n) * interval '365 days' / {conversations} AS at
      FROM generate_series(1, {conversations}) n) numbered;
UPDATE texting_conversation SET closed_at = NULL, logged_at = NULL WHERE id > {conversations} - 600;
INSERT INTO texting_conversationrecord (conversation_id, record_type, record_id, name, logged_at)
SELECT id, 'employee', id % 50000, 'Person ' || id % 50000 || ' Rivera', logged_at FROM texting_conversation;
INSERT INTO texting_text (line_id, conversation_id, direction, origin, number, body, segment_count, status, reason,
    provider_code, delivery_rank, priority, turn, provider_id, attempt_count, look_count, attachments_pending,
    fetch_count, files_lost, created_at, left_at, arrived_at, status_at, decision)
SELECT c.line_id, c.id, CASE WHEN k % 2 = 0 THEN 'out' ELSE 'in' END, 'enterprise', c.number,
    (ARRAY['Can you work tonight as a forklift driver?', 'Yes, what time do I start and where is it',
           'Be at the gate at six, and bring shoes with steel toes. Shift', 'Ok thanks, see you there then'])[1 + k]
        || ' ' || (c.id * 7 + k) % 100000 || ' ' || md5((c.id * 4 + k)::text),
    1, CASE WHEN k % 2 = 0 THEN 'delivered' ELSE 'received' END, '', '', 0, 0, 0, (c.id * 4 + k)::text, 0, 0, false, 0,
    false, c.opened_at, CASE WHEN k % 2 = 0 THEN c.opened_at END, c.opened_at, c.opened_at, ''
FROM texting_conversation c, generate_series(0, 3) k;
INSERT INTO messagelog_actioncode (name, description, for_employees, for_contacts, is_active, deactivates)
VALUES ('TEXT', '', true, true, true, false);
INSERT INTO messagelog_message (record_type, record_id, action_code_id, author_name, body, created_at, line_name,
    number, dialogue, conversation_id)
SELECT 'employee', c.id % 50000, (SELECT min(id) FROM messagelog_actioncode), 'Riya', '', c.closed_at, '', c.number,
    (SELECT jsonb_agg(jsonb_build_object('text_id', t.id)) FROM texting_text t WHERE t.conversation_id = c.id), c.id
FROM texting_conversation c WHERE c.logged_at IS NOT NULL;
SET session_replication_role = origin;
"""


def main(texts: int) -> None:
    os.environ.update(SETTINGS, DJANGO_SETTINGS_MODULE="enterprise.settings")
    services = None
    if "DATABASE_URL" not in os.environ:
        services = Services()
        os.environ.update(services.read_addresses())
    try:
        _prepare(texts)
        _measure()
    finally:
        if services:
            services.stop()


def _prepare(texts: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    from enterprise.users.models import Branch, User
    from texting.models import Text

    setup_test_environment()
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", verbosity=0)
    if Text.objects.exists():
        return
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(FILL.replace("{conversations}", str(texts // 4)))
        cursor.execute("VACUUM ANALYZE")
    _say(f"{texts:,} texts in {time.perf_counter() - started:.0f} s")
    User.objects.create_superuser("bench", password="a long password", home_branch=Branch.objects.first())


def _measure() -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from enterprise.users.models import User

    client = Client()
    client.force_login(User.objects.get(username="bench"))
    _say(f"{'address':<62} {'queries':>8} {'median ms':>10} {'fastest':>8}")
    for address in ADDRESSES:
        spent = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            page = client.get(address)
            spent.append(1000 * (time.perf_counter() - started))
            assert page.status_code == 200, (address, page.status_code)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        slowest = max(queries.captured_queries, key=lambda query: float(query["time"]))
        _say(
            f"{address:<62} {len(queries):>8} {statistics.median(spent):>10.0f} {min(spent):>8.0f}"
            f"  {float(slowest['time']) * 1000:.0f} ms: {slowest['sql'][:60]}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
