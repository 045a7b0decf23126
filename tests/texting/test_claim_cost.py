"""A step of the runner costs the same however much is queued or past, whatever PostgreSQL last knew of the queue."""

import pytest
from django.db import connection

from tests.benchmarks.claims import FILL_LINES, FILL_TEXTS, rows_read, steps
from texting import breakers, claims
from texting.models import Batch, Line

pytestmark = pytest.mark.django_db
# On 2 lines.
QUEUED = 20_000


@pytest.fixture
def fill(rep):
    """Texts that left on 50 lines, and those that wait on few: PostgreSQL knows what was there at an ANALYZE."""

    def fill(left, *, known):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            # What other tests left of it counts as well: PostgreSQL goes by how many pages there are.
            cursor.execute("TRUNCATE texting_text CASCADE")
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


@pytest.mark.parametrize("known", ["before", "now"])
@pytest.mark.parametrize("left", [0, 20_000])
def test_to_note_that_lines_are_held_reads_one_text_of_each(fill, left, known):
    fill(left, known=known)
    Line.objects.update(state="paused", pause_reason="by_hand")

    assert rows_read(claims.note_held) <= 200


@pytest.mark.parametrize(("age", "rows_a_text"), [("1 hour", 2.1), ("2 days", 0.1)])
def test_texts_taken_for_spam_are_read_while_that_is_news_and_their_batch_once(fill, rep, age, rows_a_text):
    fill(QUEUED, known="before")
    batch = Batch.objects.create(line=Line.objects.earliest("pk"), sender=rep, body="Hi", segment_count=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE texting_line SET state_changed_at = now() - interval '30 days'")
        cursor.execute(
            "UPDATE texting_text SET batch_id = %s, reason = 'spam', arrived_at = now() - %s::interval"
            " WHERE status = 'delivered' AND line_id = %s",
            [batch.pk, age, batch.line_id],
        )
        text_count = cursor.rowcount
        cursor.execute("ANALYZE")

    assert rows_read(breakers.pause_where_refused) <= rows_a_text * text_count
