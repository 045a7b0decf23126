"""Somebody else at the provider's address."""

# ruff: noqa: F811 - fixtures

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from tests.texting import host
from tests.texting.breaker_rig import failing, make_probe_due, people_with_numbers, raise_, runner  # noqa: F401 - fixtures
from tests.texting.conftest import ANA, make_line, pass_time, run_until_quiet, status_of
from texting import alerts, breakers
from texting.errors import WrongPlace
from texting.models import Breaker
from texting.runner import Runner, look_after_lines
from texting.vocabulary import StopCause

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_texts_that_meet_it_together_are_no_trouble_of_their_line(people_with_numbers, send, provider):
    provider.answers.extend(WrongPlace(StopCause.REDIRECT) for _ in range(8))
    send(*people_with_numbers[:8])
    runner = Runner(8)
    run_until_quiet(runner)
    runner.close()

    assert [breaker.line for breaker in Breaker.objects.all()] == [None]
    assert [row["action"] for row in host.audited].count("line.stopped") == 1


@pytest.mark.parametrize("line_id", [None, "its own"])
def test_a_question_that_somebody_else_answers_says_so_at_once(people, line, provider, monkeypatch, rep, line_id):
    """Though sending had stopped before, for another cause."""
    rep.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    monkeypatch.setattr(provider, "get_account", lambda _: raise_(WrongPlace(StopCause.CERTIFICATE)))
    breakers._open(line.provider, line.pk if line_id else None, StopCause.UNCLEAR)
    for _ in range(2):
        make_probe_due()
        look_after_lines()

    assert Breaker.objects.get(line=None, closed_at=None).cause == StopCause.CERTIFICATE
    assert [alert.kind for alert in alerts.found(rep)] == ["no_runner", "no_worker", "certificate"]
    assert [row["facts"]["cause"] for row in host.audited if row["action"] == "line.stopped"] == [
        StopCause.UNCLEAR,
        StopCause.CERTIFICATE,
    ]
