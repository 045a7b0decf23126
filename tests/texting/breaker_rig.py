"""Texts that go wrong one after the other, and the question to the provider that is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from tests.texting.conftest import run_until_quiet
from texting import claims
from texting.models import Breaker
from texting.runner import Runner


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


def raise_(error):
    raise error
