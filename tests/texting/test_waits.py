"""The times that are promised: when a text is tried again, looked for, compared, through."""

from __future__ import annotations

import re
import statistics
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from tests.texting.conftest import ANA, BO, make_draft, pass_time, run_until_quiet, status_of
from texting import backfill, claims, conf, settling
from texting.errors import NotSent, OutcomeUnknown
from texting.models import Line, Text

pytestmark = pytest.mark.django_db(transaction=True)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# The longest that a step of a test may take before it counts as waiting.
SLACK = 6 * SECOND


@pytest.fixture
def asked(provider, monkeypatch):
    """How often the provider was asked what it holds."""
    asked = []
    tell = provider.list_texts

    def list_texts(session_key, **which):
        asked.append(which)
        return tell(session_key, **which)

    monkeypatch.setattr(provider, "list_texts", list_texts)
    return asked


@pytest.fixture
def fail(provider, send, people, runner):
    """Have one text fail once, for a reason."""

    def fail(error):
        provider.answers.append(error)
        send(people.add("Ana Rivera", ANA))
        run_until_quiet(runner)
        return Text.objects.get()

    return fail


def test_looks_are_at_15_seconds_and_1_5_and_30_minutes_and_no_other(fail, asked):
    fail(OutcomeUnknown())
    passed = timedelta(0)
    for count, at in enumerate([15 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE]):
        pass_time(seconds=(at - passed - SLACK).total_seconds())
        settling.settle_unconfirmed()
        assert len(asked) == count, f"looked before {at}"

        pass_time(seconds=SLACK.total_seconds())
        settling.settle_unconfirmed()
        assert len(asked) == count + 1, f"did not look at {at}"
        passed = at

    pass_time(days=2)
    settling.settle_unconfirmed()
    assert (len(asked), status_of(ANA)) == (4, "unconfirmed")


def test_each_try_may_wait_twice_as_long_and_none_longer_than_a_quarter_of_an_hour(monkeypatch):
    monkeypatch.setattr(claims.random, "random", lambda: 1.0)
    waits = [claims.backoff(count) for count in range(12)]

    assert waits[:8] == [5 * SECOND * 2**count for count in range(8)]
    assert set(waits[8:]) == {15 * MINUTE}


def test_what_failed_together_does_not_come_back_together():
    waits = [claims.backoff(6).total_seconds() for _ in range(400)]

    assert 0 <= min(waits) < 32 < 288 < max(waits) <= 320
    assert 120 < statistics.mean(waits) < 200


def test_no_try_is_made_before_the_provider_said(fail, provider, runner):
    fail(NotSent(retry_after=10 * MINUTE))
    # The line is asked to wait as well; here it is about the text.
    Line.objects.update(next_free_at=Now())

    pass_time(seconds=(10 * MINUTE - SLACK).total_seconds())
    run_until_quiet(runner)
    assert (status_of(ANA), provider.sent) == ("queued", [])

    pass_time(seconds=SLACK.total_seconds())
    run_until_quiet(runner)
    assert (status_of(ANA), len(provider.sent)) == ("sent", 1)


@pytest.mark.parametrize(
    ("asked_for", "waits"),
    [(20 * SECOND, 20 * SECOND), (60 * MINUTE, 60 * MINUTE), (timedelta(days=3650), 240 * MINUTE)],
)
def test_no_text_of_a_line_is_tried_before_the_provider_said(fail, provider, runner, people, send, asked_for, waits):
    fail(NotSent(retry_after=asked_for))
    send(people.add("Bo Chen", BO))

    pass_time(seconds=(waits - SLACK).total_seconds())
    run_until_quiet(runner)
    assert provider.sent == []

    pass_time(seconds=SLACK.total_seconds())
    run_until_quiet(runner)
    assert [status_of(ANA), status_of(BO)] == ["sent", "sent"]


def test_a_line_is_compared_every_ten_minutes(line, asked):
    for _ in range(2):
        Line.objects.update(next_backfill_at=F("next_backfill_at") - 10 * MINUTE)
        asked.clear()
        backfill.backfill_due()
        assert asked

        asked.clear()
        Line.objects.update(next_backfill_at=F("next_backfill_at") - (10 * MINUTE - SLACK))
        backfill.backfill_due()
        assert not asked
        Line.objects.update(next_backfill_at=F("next_backfill_at") + (10 * MINUTE - SLACK))


def test_the_dialog_says_when_the_last_text_leaves_at_the_lines_pace(client, rep, people, send, line, settings):
    settings.SECURE_SSL_REDIRECT = False
    client.force_login(rep)
    send(*[people.add(f"Person {n}", f"+1612555{n:04}") for n in range(100, 103)])
    Line.objects.update(pace=20 * MINUTE)
    others = [people.add(f"Other {n}", f"+1651555{n:04}") for n in range(100, 104)]

    page = client.get(make_draft(rep, *others, line=line).get_absolute_url()).content.decode()

    # Three wait, and four come.
    told = re.search(r'the last text leaves at about <time datetime="([^"]+)"', page)[1]
    assert abs(datetime.fromisoformat(told) - (timezone.now() + 7 * 20 * MINUTE)) < MINUTE


def test_nothing_is_said_of_a_line_that_is_through_at_once(client, rep, people, line, settings):
    settings.SECURE_SSL_REDIRECT = False
    client.force_login(rep)
    draft = make_draft(rep, people.add("Ana Rivera", ANA), line=line)

    assert "leaves at about" not in client.get(reverse("texting:draft", args=[draft.pk])).content.decode()


def test_what_a_frozen_process_has_locked_is_free_before_its_leases_are_over():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('idle_in_transaction_session_timeout')::interval")
        ((longest,),) = cursor.fetchall()

    assert timedelta(0) < longest < conf.LEASE
