"""How long the searches take among many people: each filter and each order, as whole requests of a signed-in user.

    .venv/bin/python -m tests.benchmarks.search [employees, 100000 unless said [the query of a search ...]]

Starts a PostgreSQL of its own, or takes one that is empty or was filled by this before, from DATABASE_URL. Fills it
with made-up employees (each with ten logged messages, a number or two, and assignments) and prints the median and the
fastest of some requests, for an administrator, who sees all branches.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

from tests.plugin_services import SETTINGS, Services

ROUNDS = 7
ADDRESSES = [
    "",
    "page=1000",
    "q=forklift",
    "q=rivera+ana",
    "q=5550134",
    "q=a",
    "q=zz+nobody",
    "branch=3",
    "branch=3&branch=4",
    "active=no",
    "service_rep=1",
    "job=forklift",
    "job=zzz",
    "place=minneapolis",
    "place=554",
    "textable=yes",
    "textable=missing",
    "assigned=yes",
    "assigned=no",
    "assigned=soon",
    "customer=customer+17",
    "customer=customer+1",
    "shift=nights",
    "assigned=yes&branch=3&sort=-last_message&q=forklift",
    *(
        f"sort={sign}{column}"
        for column in ("name", "ident", "job_title", "assigned", "place", "branch", "status", "last_message", "number")
        for sign in ("", "-")
    ),
    "branch=3&sort=-last_message",
]
FILL = """
INSERT INTO users_branch (name, time_zone, region, is_active)
SELECT 'Branch ' || n, (ARRAY['America/Chicago', 'America/New_York', 'America/Los_Angeles'])[1 + n % 3], 'US', true
FROM generate_series(1, 40) n;
INSERT INTO contacts_customer (name) SELECT 'Customer ' || n FROM generate_series(1, 2000) n;
INSERT INTO messagelog_actioncode (name, description, for_employees, for_contacts, is_active, deactivates)
VALUES ('NOTE', '', true, true, true, false);
INSERT INTO employees_employee (ident, first_name, last_name, job_title, city, state, zip, address, note, is_active,
    do_not_text, branch_id, service_rep_id, created_at, updated_at, sort_name, search, place, number_problem)
SELECT (100000 + n)::text, f, l, j, c, s, z, n || ' Main St', '', n % 13 > 0, n % 31 = 0, b, 1, now(), now(),
    lower(l || ' ' || f),
    lower(f || ' ' || l || ' ' || (100000 + n) || ' ' || j || ' ' || f || '.' || n || '@example.com 1612555')
        || lpad((n % 10000)::text, 4, '0'),
    lower(' ' || c || ' ' || s || ' ' || z),
    CASE WHEN n % 17 = 0 THEN 'missing' WHEN n % 23 = 0 THEN 'malformed' ELSE '' END
FROM (SELECT n,
    (ARRAY['Ana','Bo','Carl','Dee','Fatima','Guadalupe','Kwame','Luis','Mohamed','Siobhan'])[1 + (h >> 3) % 10]
        || chr(97 + (h >> 9) % 26) AS f,
    (ARRAY['Rivera','Chen','Diaz','Evans','Asante','Nguyen','Garcia','Smith','Larsson','Vang'])[1 + (h >> 5) % 10]
        || chr(97 + (h >> 11) % 26) || chr(97 + (h >> 16) % 26) AS l,
    (ARRAY['Forklift Operator','Welder','Janitor','Line Cook','Order Picker','Assembler','Receptionist',
        'Data Entry Clerk','CNC Machinist','Dishwasher'])[1 + (h >> 7) % 10] AS j,
    (ARRAY['Minneapolis','St. Paul','Seattle','Toronto','Chicago'])[1 + (h >> 13) % 5] AS c,
    (ARRAY['MN','MN','WA','ON','IL'])[1 + (h >> 13) % 5] AS s, lpad((55000 + (h >> 13) % 999)::text, 5, '0') AS z,
    (SELECT min(id) FROM users_branch) + (h >> 4) % 40 AS b
    FROM (SELECT n, abs(hashint4(n)) AS h FROM generate_series(1, {people}) n) numbered) made;
INSERT INTO employees_employeecontactmethod (person_id, type, value, is_primary, e164, problem, created_at, updated_at)
SELECT id, 'cell_phone', '612 555 ' || lpad((id % 10000)::text, 4, '0'), false,
    '+1612555' || lpad((id % 10000)::text, 4, '0'), '', now(), now() FROM employees_employee WHERE number_problem = '';
INSERT INTO employees_employeecontactmethod (person_id, type, value, is_primary, e164, problem, created_at, updated_at)
SELECT id, 'sms', '555-01', false, '', 'malformed', now(), now() FROM employees_employee
WHERE number_problem = 'malformed';
INSERT INTO assignments_assignment
    (employee_id, customer_id, job_title, shift, starts_on, ends_on, created_at, updated_at)
SELECT e.id, (SELECT min(id) FROM contacts_customer) + abs(hashint4(e.id::int * 7 + k)) % 2000, e.job_title,
    (ARRAY['days','nights','evenings',''])[1 + abs(hashint4(e.id::int + k)) % 4],
    current_date - 400 + 100 * k, CASE WHEN k = 4 THEN NULLIF(current_date + (e.id % 60)::int, current_date + 59)
        ELSE current_date - 310 + 100 * k END, now(), now()
FROM employees_employee e, generate_series(1, 4) k WHERE k <= e.id % 6;
INSERT INTO messagelog_message (record_type, record_id, action_code_id, author_name, body, created_at, line_name,
    number, dialogue)
SELECT 'employee', id, (SELECT min(id) FROM messagelog_actioncode), 'Riya', 'Called, no answer',
    now() - (abs(hashint4(id::int * 11 + k)) % 40000000) * interval '1 second', '', '', '[]'
FROM employees_employee, generate_series(1, 10) k WHERE id % 5 > 0;
"""


def main(people: int, only: list[str]) -> None:
    os.environ.update(SETTINGS, DJANGO_SETTINGS_MODULE="enterprise.settings")
    services = None
    if "DATABASE_URL" not in os.environ:
        services = Services()
        os.environ.update(services.read_addresses())
    try:
        _prepare(people)
        _measure(only or ADDRESSES)
    finally:
        if services:
            services.stop()


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _prepare(people: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    from enterprise.employees.models import Employee
    from enterprise.users.models import User

    setup_test_environment()
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", verbosity=0)
    if Employee.objects.exists():
        return
    User.objects.create_superuser("bench", password="a long password", pk=1)
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(FILL.replace("{people}", str(people)))
        _say(f"{people:,} employees with their messages in {time.perf_counter() - started:.0f} s")
        cursor.execute("VACUUM ANALYZE")


def _measure(addresses: list[str]) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from enterprise.users.models import User

    client = Client()
    client.force_login(User.objects.get(username="bench"))
    _say(f"{'address':<55} {'found':>8} {'queries':>8} {'median ms':>10} {'fastest':>8}")
    for address in addresses:
        spent = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            page = client.get(f"/employees/?{address}")
            spent.append(1000 * (time.perf_counter() - started))
            assert page.status_code == 200, page.status_code
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/employees/?{address}")
        found = page.context["table"].total
        slowest = max(queries.captured_queries, key=lambda query: float(query["time"]))
        _say(
            f"{address:<55} {found:>8,} {len(queries):>8} {statistics.median(spent):>10.0f} {min(spent):>8.0f}"
            f"  {float(slowest['time']) * 1000:.0f} ms: {slowest['sql'][:60]}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.argv[2:])
