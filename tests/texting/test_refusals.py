"""Refusals that say more of the line than of the text."""

# ruff: noqa: F811 - fixtures

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from tests.texting import host
from tests.texting.breaker_rig import failing, people_with_numbers, raise_, runner  # noqa: F401 - fixtures
from tests.texting.conftest import ANA, run_until_quiet
from texting import breakers, claims, delivery, lines
from texting.errors import LineProblem, Refused
from texting.models import Line, Text
from texting.providers.base import DeliveryNews
from texting.runner import look_after_lines
from texting.vocabulary import LineState, PauseReason, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_forbidden_text_waits_a_while_itself(people, send, provider, runner, monkeypatch):
    """It may be this one alone that is forbidden: when its line goes on at once, others leave before it."""
    monkeypatch.setattr(claims.random, "random", lambda: 1.0)
    provider.answers.append(LineProblem(PauseReason.REFUSED))
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)

    assert Text.objects.get().due_at > timezone.now() + timedelta(seconds=5)


def test_five_refusals_in_a_row_for_no_reason_pause_the_line_and_the_rest_waits(
    people_with_numbers, send, provider, runner
):
    provider.answers.extend(refused() for _ in range(20))
    send(*people_with_numbers)
    run_until_quiet(runner)

    assert pause_of() == (LineState.PAUSED, PauseReason.REFUSED)
    assert (Text.objects.filter(status=TextStatus.FAILED).count(), len(provider.answers)) == (5, 15)
    assert [row["action"] for row in host.audited].count("line.paused") == 1


def test_nothing_is_claimed_between_the_fifth_refusal_and_the_pause(people, send, line):
    """Another runner may be quicker than the one that counted."""
    send(people.add("Ana Rivera", ANA))
    Line.objects.update(refusals_in_a_row=breakers.REFUSALS_IN_A_ROW)

    assert claims.claim(5) == ([], 0)
    assert claims.next_due_in(timedelta(seconds=1)) == timedelta(seconds=1)


def test_refusals_that_had_to_be_written_apart_pause_their_line_too(people, send, line, runner, monkeypatch):
    monkeypatch.setattr(runner, "_care", QuietCare())
    monkeypatch.setattr(runner, "_record_and_claim", lambda **_: raise_(RuntimeError("a bug of the host's")))
    Line.objects.update(refusals_in_a_row=4)
    send(people.add("Ana Rivera", ANA))
    (claim,), _ = claims.claim(1)
    runner._in_flight += 1
    runner._outcomes.put(claims.Outcome(claim.text_id, claim.attempt, TextStatus.FAILED, Reason.REFUSED))

    runner.step()

    assert pause_of() == (LineState.PAUSED, PauseReason.REFUSED)


class QuietCare:
    """No duty is done beside the loop."""

    def do_if_due(self):
        pass

    def close(self):
        pass


def test_a_text_that_gets_through_starts_the_count_of_refusals_again(failing):
    failing(*[refused()] * 4, "accept", *[refused()] * 4)

    assert pause_of() == (LineState.CONNECTED, "")


@pytest.mark.parametrize("reason", [Reason.NOT_TEXTABLE, Reason.OPTED_OUT, Reason.TOO_LONG])
def test_refusals_that_a_number_or_a_body_is_to_blame_for_pause_nothing(failing, reason):
    failing(*[refused(reason)] * 8)

    assert pause_of() == (LineState.CONNECTED, "")


def test_who_resumes_a_line_that_was_refused_has_five_more(failing, rep):
    failing(*[refused()] * 5)
    # What was on its way when it was paused is refused too.
    Line.objects.update(refusals_in_a_row=8)
    assert lines.resume(rep, Line.objects.get())
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
