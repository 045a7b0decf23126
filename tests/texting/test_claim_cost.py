"""A step of the runner costs the same however much is queued, and whatever PostgreSQL last knew of the queue."""

import pytest
from django.db import connection

from tests.benchmarks.claims import FILL_LINES, FILL_TEXTS, rows_read, steps

pytestmark = pytest.mark.django_db
# On 2 lines.
QUEUED = 20_000


@pytest.fixture
def fill(rep):
    """Texts that left on 50 lines, and those that wait on few: PostgreSQL knows what was there at an ANALYZE."""

    def fill(left, *, known):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(FILL_LINES, {"lines": 50, "opt_outs": 5000})
            cursor.execute(FILL_TEXTS, {"count": left, "status": "delivered", "lines": 50})
            if known == "before":
                cursor.execute("ANALYZE")
            cursor.execute(FILL_TEXTS, {"count": QUEUED, "status": "queued", "lines": 2})
            if known == "now":
                cursor.execute("ANALYZE")

    return fill


@pytest.mark.parametrize("known", ["before", "now"])
@pytest.mark.parametrize("left", [0, 20_000])
def test_a_long_queue_on_few_lines_is_not_read(fill, left, known):
    fill(left, known=known)

    assert {what for what, do in steps().items() if rows_read(do) > 100} == set()
