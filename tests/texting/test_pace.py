"""Whose turn it is on a line: its pace, replies before bulk, batches side by side."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import transaction

from tests.texting.conftest import ANA, BO, pass_time, run_until_quiet
from texting import claims
from texting.models import Line, Text
from texting.vocabulary import Priority, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_line_with_a_pace_sends_one_text_a_slot(people, send, provider, runner, line):
    Line.objects.update(pace=timedelta(hours=1))
    send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))

    run_until_quiet(runner)
    assert len(provider.sent) == 1

    pass_time(hours=1)
    run_until_quiet(runner)
    assert len(provider.sent) == 2


def test_batches_of_one_line_interleave(people, send, provider, line):
    Line.objects.update(pace=timedelta(microseconds=1))
    big = send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 140)], body="big")
    order = [next_body() for _ in range(10)]
    send(*[people.add(f"Other {i}", f"+1651555{i:04}") for i in range(100, 103)], body="small")
    order += [next_body() for _ in range(10)]

    assert order[:10] == ["big"] * 10
    assert order.count("small") == 3
    assert big.texts.filter(status=TextStatus.QUEUED).count() == 23


def next_body() -> str:
    time.sleep(0.001)
    with transaction.atomic():
        (claim,), _ = claims.claim(1)
    return claim.body


def test_replies_go_first_and_bulk_keeps_one_slot_in_five(people, send, provider, line):
    Line.objects.update(pace=timedelta(microseconds=1))
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 110)], body="bulk")
    for i in range(100, 120):
        send(people.add(f"Other {i}", f"+1651555{i:04}"), body="reply", is_reply=True)

    order = [next_body() for _ in range(20)]

    assert order == (["reply"] * 4 + ["bulk"]) * 4


def test_a_line_without_pace_keeps_the_same_order_within_one_claim(people, send, provider, line):
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 110)], body="bulk")
    for i in range(100, 110):
        send(people.add(f"Other {i}", f"+1651555{i:04}"), body="reply", is_reply=True)

    with transaction.atomic():
        claimed, _ = claims.claim(7)

    assert sorted(claim.body for claim in claimed) == ["bulk", *["reply"] * 6]
    assert Text.objects.filter(status=TextStatus.SENDING, priority=Priority.BULK).count() == 1


def test_texts_that_come_one_by_one_do_not_hold_up_a_batch(people, send, provider, line):
    Line.objects.update(pace=timedelta(microseconds=1))
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 110)], body="batch")
    order = []
    for i in range(100, 110):
        send(people.add(f"Other {i}", f"+1651555{i:04}"), body="single")
        order.append(next_body())

    assert order.count("batch") >= 4
