"""Sending that stops where it goes wrong, and goes on once the provider answers a question."""

# ruff: noqa: F811 - fixtures

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from tests.texting import host
from tests.texting.breaker_rig import failing, make_probe_due, people_with_numbers, runner  # noqa: F401 - fixtures
from tests.texting.conftest import ANA, BO, make_line, pass_time, run_until_quiet, status_of
from texting import breakers, claims
from texting.errors import LineProblem, NotSent, OutcomeUnknown, SessionLost
from texting.models import Breaker, Line, Text
from texting.runner import Runner, look_after_lines
from texting.vocabulary import LineState, PauseReason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_five_texts_in_a_row_that_could_not_be_handed_over_stop_the_line(failing, people, send, provider, runner):
    failing(*[NotSent()] * 5)
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)

    assert Breaker.objects.get().cause == Breaker.Cause.FAILURES
    assert (status_of(ANA), provider.sent) == ("queued", [])


def test_one_that_gets_through_starts_the_count_again(failing, provider):
    failing(*[NotSent()] * 4, "accept", *[NotSent()] * 4)

    assert not Breaker.objects.exists()
    assert Line.objects.get().failures_in_a_row == 4


def test_three_texts_without_an_answer_stop_the_line_and_a_fourth_does_not_leave(failing, people, send, runner):
    failing(*[OutcomeUnknown()] * 3)
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)

    assert Breaker.objects.get().cause == Breaker.Cause.UNCLEAR
    assert status_of(ANA) == "queued"


def test_a_stopped_line_keeps_no_other_line_from_sending(failing, people, send, provider, runner):
    failing(*[NotSent()] * 5)
    other = make_line(number="+16125550101")
    send(people.add("Ana Rivera", ANA), on=other)
    run_until_quiet(runner)

    assert status_of(ANA) == "sent"


def test_a_runner_with_only_stopped_lines_sleeps(failing, people, send, runner):
    failing(*[NotSent()] * 5)
    send(people.add("Ana Rivera", ANA))
    pass_time(minutes=20)

    assert claims.next_due_in(timedelta(seconds=1)) == timedelta(seconds=1)


def test_an_answered_question_lets_the_line_go_on_and_no_text_was_the_probe(failing, people, send, provider, runner):
    failing(*[NotSent()] * 5)
    send(people.add("Ana Rivera", ANA))
    make_probe_due()

    look_after_lines()

    assert (Breaker.objects.get().closed_at is not None, provider.sent) == (True, [])
    run_until_quiet(runner)
    assert status_of(ANA) == "sent"


def test_an_unanswered_question_keeps_it_stopped_and_is_asked_again_later_each_time(failing, provider, monkeypatch):
    def nobody_there(session_key):
        raise NotSent

    failing(*[NotSent()] * 5)
    monkeypatch.setattr(provider, "get_account", nobody_there)
    waits = []
    for _ in range(3):
        make_probe_due()
        breaker = breakers.take_due_probe()
        assert not breakers.probe(breaker)
        breaker.refresh_from_db()
        waits.append(breaker.next_probe_at - breaker.opened_at)

    assert breakers.take_due_probe() is None
    assert waits == sorted(waits)


def test_two_processes_do_not_ask_at_once(failing):
    failing(*[NotSent()] * 5)
    make_probe_due()

    assert breakers.take_due_probe() is not None
    assert breakers.take_due_probe() is None


@pytest.mark.parametrize(
    ("answer", "state"),
    [(SessionLost(), LineState.CONNECTED), (LineProblem(PauseReason.SUSPENDED), LineState.PAUSED)],
)
def test_a_dead_session_or_account_is_an_answer_too(failing, provider, monkeypatch, answer, state):
    def answering(session_key):
        raise answer

    failing(*[NotSent()] * 5)
    monkeypatch.setattr(provider, "get_account", answering)
    make_probe_due()

    look_after_lines()

    assert Breaker.objects.get().closed_at is not None
    assert Line.objects.get().state == state


def test_texts_of_before_do_not_stop_the_line_again(failing, provider):
    failing(*[OutcomeUnknown()] * 3)
    make_probe_due()
    look_after_lines()
    failing(OutcomeUnknown())

    assert Breaker.objects.filter(closed_at__isnull=True).count() == 0


def test_ten_texts_without_an_answer_in_an_hour_pause_the_line_for_a_person_to_look_at(failing):
    for _ in range(3):
        failing(*[OutcomeUnknown()] * 3)
        make_probe_due()
        look_after_lines()
    failing(OutcomeUnknown())

    line = Line.objects.get()
    assert (line.state, line.pause_reason) == (LineState.PAUSED, PauseReason.UNCLEAR)


def test_ten_texts_without_an_answer_on_several_lines_stop_the_provider(failing, people, send, provider, runner):
    for n in range(5):
        failing(*[OutcomeUnknown()] * 2, on=make_line(number=f"+1612555010{n + 1}"))

    assert Breaker.objects.get().line is None
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)
    assert status_of(ANA) == "queued"

    make_probe_due()
    look_after_lines()
    run_until_quiet(runner)
    assert status_of(ANA) == "sent"


def test_what_our_own_end_left_unclear_stops_nothing(people, send, provider, people_with_numbers):
    send(*people_with_numbers[:4])
    claims.claim(4)
    pass_time(minutes=2)
    runner = Runner(1)
    run_until_quiet(runner)
    runner.close()

    assert Text.objects.filter(status="unconfirmed").count() == 4
    assert not Breaker.objects.exists()


def test_a_line_is_paused_when_our_own_ends_leave_text_after_text_unclear(people, send, provider, monkeypatch):
    """As of a runner that is killed each time it has claimed."""
    monkeypatch.setattr(breakers, "LEFT_IN_AN_HOUR", 4)
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 106)])
    runner = Runner(1)
    for killed_with in (3, 1):
        Line.objects.update(next_free_at=Now())
        assert len(claims.claim(killed_with)[0]) == killed_with
        assert Line.objects.get().state == LineState.CONNECTED
        Text.objects.filter(status="sending").update(sending_until=Now() - timedelta(seconds=1))
        Text.objects.queued().update(due_at=Now() + timedelta(hours=1))
        runner.step()
        Text.objects.queued().update(due_at=Now())
    runner.close()

    line = Line.objects.get()
    assert (line.state, line.pause_reason) == (LineState.PAUSED, PauseReason.LEFT_UNCLEAR)
    assert (provider.sent, Text.objects.filter(status="unconfirmed").count()) == ([], 4)


def test_it_is_said_once(failing, people, send, runner):
    failing(*[NotSent()] * 7)
    send(people.add("Bo Chen", BO))
    run_until_quiet(runner)

    assert [entry["action"] for entry in host.audited if entry["action"] == "line.stopped"] == ["line.stopped"]


def test_a_stopped_line_whose_session_cannot_be_read_is_paused_and_says_so(failing):
    failing(*[NotSent()] * 5)
    Line.objects.update(session_token="v1.gone.AAAA")
    make_probe_due()

    look_after_lines()

    assert Line.objects.get().pause_reason == PauseReason.KEYS_LOST
    assert Breaker.objects.get().closed_at is not None


def test_a_failure_counts_once_though_another_outcome_cannot_be_written(people, send, line):
    other = make_line(number="+16125550101")
    ana = people.add("Ana Rivera", ANA)
    send(ana), send(ana), send(people.add("Bo Chen", BO), on=other)
    with transaction.atomic():
        claimed, _ = claims.claim(3)
    first, second, third = sorted(claimed, key=lambda claim: (claim.line_id, claim.text_id))
    sent = [claims.Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id="1") for claim in (first, second)]
    failed = claims.Outcome(third.text_id, third.attempt, TextStatus.QUEUED, troubled_line_id=other.pk)

    claims.record([*sent, failed])

    assert Line.objects.get(pk=other.pk).failures_in_a_row == 1
