"""How long a text waits: four hours of its own time, in which its line could send and was not busy with others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from tests.texting.conftest import ANA, BO, run_until_quiet, status_of
from texting import breakers, claims, dispatch
from texting.models import Line, Text
from texting.vocabulary import LineState, PauseReason, StopCause, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_text_that_could_not_leave_in_time_expires(people, send, provider, runner):
    send(people.add("Ana Rivera", ANA))
    Text.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    run_until_quiet(runner)

    assert status_of(ANA) == TextStatus.EXPIRED
    assert provider.sent == []


@pytest.mark.parametrize(("worked", "status"), [(timedelta(hours=3), "sent"), (timedelta(hours=1), "expired")])
def test_the_queue_of_its_own_line_makes_no_text_expire(people, send, provider, runner, line, worked, status):
    send(people.add("Ana Rivera", ANA))
    Text.objects.update(expires_at=Now() - timedelta(hours=2))
    Line.objects.update(worked=F("worked") + worked)

    run_until_quiet(runner)

    assert status_of(ANA) == status


def test_a_text_lives_as_long_as_the_setting_says_and_its_line_works_while_it_sends(
    people, send, provider, runner, line, settings
):
    settings.TEXTING = {**settings.TEXTING, "TEXT_LIFE": timedelta(hours=7)}
    Line.objects.update(pace=timedelta(seconds=1))
    send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))

    run_until_quiet(runner)

    lives = {text.expires_at - text.batch.created_at for text in Text.objects.select_related("batch")}
    assert lives == {timedelta(hours=7)}
    assert Line.objects.get().worked == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("held", "late", "status"),
    [(3, 2, "sent"), (1, 2, "expired"), (100, 19, "sent"), (100, 21, "expired")],
    ids=["for longer", "for less", "for days, sent a day ago", "for days, sent before that"],
)
def test_the_time_its_line_was_held_makes_no_text_expire_for_a_day(people, send, provider, runner, held, late, status):
    send(people.add("Ana Rivera", ANA))
    Text.objects.update(expires_at=Now() - timedelta(hours=late))
    Line.objects.update(held=F("held") + timedelta(hours=held))

    run_until_quiet(runner)

    assert status_of(ANA) == status


def test_the_time_a_line_was_held_before_a_text_was_sent_is_not_that_text_s(people, send, provider, runner):
    Line.objects.update(held=timedelta(hours=10))
    send(people.add("Ana Rivera", ANA))
    Text.objects.update(expires_at=Now() - timedelta(hours=1))

    run_until_quiet(runner)

    assert status_of(ANA) == TextStatus.EXPIRED


PAUSED = {"state": LineState.PAUSED, "pause_reason": PauseReason.BY_HAND}
HELD_BY = {
    "paused": lambda: Line.objects.update(**PAUSED),
    "stopped by a breaker": lambda: breakers.stop_provider(Line.objects.get().provider, StopCause.FAILURES),
    "under guard": lambda: Line.objects.update(guarded_since=Now(), guarded_at=Now()),
    "told to wait": lambda: Line.objects.update(next_free_at=Now() + timedelta(hours=1)),
    "nothing": lambda: None,
    "its pace": lambda: Line.objects.update(pace=timedelta(hours=1), next_free_at=Now() + timedelta(hours=1)),
}


@pytest.mark.parametrize("what", HELD_BY)
def test_a_line_is_held_while_it_may_not_send(people, send, what):
    send(people.add("Ana Rivera", ANA))
    HELD_BY[what]()
    claims.note_held()
    Line.objects.filter(held_at__isnull=False).update(held_at=Now() - timedelta(seconds=10))

    claims.note_held()
    claims.note_held()

    is_held = what not in ("nothing", "its pace")
    assert Line.objects.get().held.seconds == (10 if is_held else 0)


def test_a_time_that_no_runner_saw_and_one_in_which_nothing_waited_are_not_counted(people, send):
    Line.objects.update(**PAUSED, held_at=Now() - timedelta(seconds=10))
    claims.note_held()
    send(people.add("Ana Rivera", ANA))
    Line.objects.update(held_at=Now() - timedelta(minutes=10))
    claims.note_held()

    assert Line.objects.get().held == timedelta(0)


def test_what_waited_too_long_on_a_paused_line_leaves_when_it_goes_on(people, send, provider, runner):
    send(people.add("Ana Rivera", ANA))
    Line.objects.update(**PAUSED)
    runner.step()
    Line.objects.update(held_at=Now() - timedelta(seconds=50))
    Text.objects.update(expires_at=Now() - timedelta(seconds=40))
    runner._next_beat = 0.0
    runner.step()
    assert dispatch.expire_overdue() == 0

    Line.objects.update(state=LineState.CONNECTED, pause_reason="")
    run_until_quiet(runner)

    assert status_of(ANA) == TextStatus.SENT
