"""Sending that stops where it goes wrong, and goes on once the provider answers a question."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from tests.texting import host
from tests.texting.conftest import ANA, BO, make_line, pass_time, status_of
from tests.texting.test_sending import run_until_quiet
from texting import breakers, claims, delivery
from texting.errors import LineProblem, NotSent, OutcomeUnknown, Refused, SessionLost, WrongPlace
from texting.models import Breaker, Line, Text
from texting.providers.base import DeliveryNews
from texting.runner import Runner, look_after_lines
from texting.vocabulary import LineState, PauseReason, Reason, StopCause, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def runner():
    runner = Runner(1)
    yield runner
    runner.close()


@pytest.fixture
def people_with_numbers(people):
    return [people.add(f"Person {n}", f"+1612555{n:04d}") for n in range(101, 121)]


@pytest.fixture
def failing(provider, send, runner, people_with_numbers, monkeypatch):
    """Let so many texts to as many people go wrong."""
    # None comes back at once, as it may by chance.
    monkeypatch.setattr(claims.random, "random", lambda: 1.0)

    def failing(*answers, on=None):
        provider.answers.extend(answers)
        chosen = [people_with_numbers.pop(0) for _ in answers]
        send(*chosen, **({"on": on} if on else {}))
        run_until_quiet(runner)

    return failing


def make_probe_due() -> None:
    Breaker.objects.update(next_probe_at=F("next_probe_at") - timedelta(minutes=10))


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


# --- Refusals that say more of the line than of the text


def refused(reason=Reason.REFUSED):
    return Refused(reason, provider_code="-700")


def pause_of(line_id=None):
    line = Line.objects.get(pk=line_id) if line_id else Line.objects.get()
    return line.state, line.pause_reason


def test_a_forbidden_line_is_paused_and_its_batch_waits(people_with_numbers, send, provider, runner):
    provider.answers.extend([LineProblem(PauseReason.REFUSED)])
    send(*people_with_numbers)
    run_until_quiet(runner)

    assert pause_of() == (LineState.PAUSED, PauseReason.REFUSED)
    assert set(Text.objects.values_list("status", flat=True)) == {TextStatus.QUEUED}


def test_five_refusals_in_a_row_for_no_reason_pause_the_line_and_the_rest_waits(
    people_with_numbers, send, provider, runner
):
    provider.answers.extend(refused() for _ in range(20))
    send(*people_with_numbers)
    run_until_quiet(runner)

    assert pause_of() == (LineState.PAUSED, PauseReason.REFUSED)
    assert (Text.objects.filter(status=TextStatus.FAILED).count(), len(provider.answers)) == (5, 15)
    assert [row["action"] for row in host.audited].count("line.paused") == 1


def test_a_text_that_gets_through_starts_the_count_of_refusals_again(failing):
    failing(*[refused()] * 4, "accept", *[refused()] * 4)

    assert pause_of() == (LineState.CONNECTED, "")


@pytest.mark.parametrize("reason", [Reason.NOT_TEXTABLE, Reason.OPTED_OUT, Reason.TOO_LONG])
def test_refusals_that_a_number_or_a_body_is_to_blame_for_pause_nothing(failing, reason):
    failing(*[refused(reason)] * 8)

    assert pause_of() == (LineState.CONNECTED, "")


def test_who_resumes_a_line_that_was_refused_has_five_more(failing):
    failing(*[refused()] * 5)
    Line.objects.update(state=LineState.CONNECTED, pause_reason="")
    failing(*[refused()] * 4)
    assert pause_of() == (LineState.CONNECTED, "")

    failing(refused())
    assert pause_of() == (LineState.PAUSED, PauseReason.REFUSED)


def test_a_batch_that_is_taken_for_spam_pauses_the_line(people_with_numbers, send, provider, runner):
    provider.answers.extend(["accept", refused(Reason.SPAM)])
    send(*people_with_numbers)
    run_until_quiet(runner)

    assert pause_of() == (LineState.PAUSED, PauseReason.SPAM)
    assert Text.objects.queued().count() == 18


def test_so_does_one_that_was_taken_for_spam_on_its_way(people_with_numbers, send, provider, line):
    send(*people_with_numbers)
    claimed = claims.claim(1)[0]
    claims.record([claims.Outcome(claimed[0].text_id, claimed[0].attempt, TextStatus.SENT, provider_id="1")])
    delivery.apply(Text.objects.get(provider_id="1"), DeliveryNews(TextStatus.UNDELIVERED, 3, Reason.SPAM, "-801"))

    look_after_lines()

    assert pause_of() == (LineState.PAUSED, PauseReason.SPAM)


def test_spam_of_which_nothing_waits_pauses_nothing(failing):
    failing(refused(Reason.SPAM))
    failing(refused(Reason.SPAM))
    look_after_lines()

    assert pause_of() == (LineState.CONNECTED, "")


def test_what_left_before_a_line_was_resumed_does_not_pause_it_again(people_with_numbers, send, provider, runner):
    provider.answers.append(refused(Reason.SPAM))
    send(*people_with_numbers)
    run_until_quiet(runner)
    assert pause_of() == (LineState.PAUSED, PauseReason.SPAM)
    Line.objects.update(state=LineState.CONNECTED, pause_reason="", state_changed_at=Now())

    look_after_lines()

    assert pause_of() == (LineState.CONNECTED, "")


# --- Somebody else at the provider's address


@pytest.mark.parametrize("cause", [StopCause.REDIRECT, StopCause.CERTIFICATE])
def test_whoever_answers_in_the_providers_place_stops_all_its_lines_at_once(failing, send, people, runner, cause):
    other = make_line(number="+16125550101")
    failing(WrongPlace(cause))
    send(people.add("Ana Rivera", ANA), on=other)
    run_until_quiet(runner)

    breaker = Breaker.objects.get()
    assert (breaker.line, breaker.cause, status_of(ANA)) == (None, cause, "queued")
    assert [row["action"] for row in host.audited].count("line.stopped") == 1


def test_it_goes_on_once_the_provider_is_there_again(failing, provider, monkeypatch, send, people, runner):
    there = provider.get_account
    monkeypatch.setattr(provider, "get_account", lambda _: raise_(WrongPlace(StopCause.CERTIFICATE)))
    failing(WrongPlace(StopCause.CERTIFICATE))
    make_probe_due()
    look_after_lines()
    assert Breaker.objects.get().closed_at is None

    monkeypatch.setattr(provider, "get_account", there)
    make_probe_due()
    look_after_lines()
    pass_time(minutes=1)
    run_until_quiet(runner)
    assert len(provider.sent) == 1


def raise_(error):
    raise error
