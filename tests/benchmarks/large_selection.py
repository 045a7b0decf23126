"""How long Send Text takes for 50,000 people, request by request and in the worker: prints a table.

    pytest -s tests/benchmarks/large_selection.py

Not collected with the tests. A request that takes longer than a second fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enterprise.employees.models import Employee, EmployeeContactMethod
from tests.enterprise.builders import make_branch, make_user
from texting import long_work
from texting.models import Batch, Draft, Line
from texting.vocabulary import LineState

PEOPLE = 50_000
LONGEST_REQUEST_SECONDS = 1.0
BODY = "Hi {first_name}, can you work tonight?"


@pytest.fixture
def browser(db, settings) -> Client:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.SECURE_SSL_REDIRECT = False
    branch = make_branch()
    Line.objects.create(
        number="+16125550100",
        owner_kind="branch",
        owner_id=branch.pk,
        state=LineState.CONNECTED,
        pace=timedelta(seconds=1),
    )
    _make_people(branch)
    client = Client()
    client.force_login(make_user("riya", branch=branch))
    return client


def _make_people(branch: Any) -> None:
    """Every 25th has no number."""
    people, methods = [], []
    for number in range(PEOPLE):
        person = Employee(ident=str(number), first_name=f"Person {number}", last_name="Rivera", branch=branch)
        value = f"612-{200 + number // 10_000}-{number % 10_000:04}"
        own = [EmployeeContactMethod(person=person, type="sms", value=value)] if number % 25 else []
        for method in own:
            method.judge(branch.region)
        person.index(own)
        people.append(person)
        methods += own
    Employee.objects.bulk_create(people, batch_size=5000)
    for method in methods:
        method.person_id = method.person.pk
    EmployeeContactMethod.objects.bulk_create(methods, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Clock:
    """Times each step and prints it."""

    def __init__(self) -> None:
        self.requests: dict[str, float] = {}

    def request(self, name: str, ask: Callable[[], Any]) -> Any:
        began, used = time.perf_counter(), time.process_time()
        answer = ask()
        self.requests[name] = time.perf_counter() - began
        own = time.process_time() - used
        size = len(answer.content) / 1000
        print(f"{name:<36} {self.requests[name] * 1000:6.0f} ms, {own * 1000:6.0f} ms of ours  {size:4.0f} kB")  # noqa: T201
        return answer

    def work(self, name: str) -> None:
        began, used = time.perf_counter(), time.process_time()
        while long_work.work_off():
            pass
        seconds, own = time.perf_counter() - began, time.process_time() - used
        print(f"{name:<36} {seconds * 1000:6.0f} ms, {own * 1000:6.0f} ms of ours  {PEOPLE / seconds:6.0f}/s")  # noqa: T201


@pytest.mark.django_db(transaction=True)
def test_fifty_thousand(browser: Client) -> None:
    clock = Clock()
    browser.get(reverse("texting:batches"))  # what a process does once
    chosen = {"all": "1", "record_type": "employee", "query": ""}
    url = clock.request("choose all that match", lambda: browser.post(reverse("texting:compose"), chosen)).url
    clock.request("see how far the checking is", lambda: browser.get(url))
    clock.work("worker: check everyone")

    clock.request("open the dialog", lambda: browser.get(url))
    line = Line.objects.get().pk
    typed = {"body": BODY, "line": line}
    clock.request("a page of who cannot be texted", lambda: browser.post(url, {**typed, "show": "rejected:3"}))
    clock.request("preview", lambda: browser.post(url, {**typed, "action": "preview"}, headers={"HX-Request": "true"}))
    clock.request("review", lambda: browser.post(url, {**typed, "action": "review"}))
    sent = clock.request("send", lambda: browser.post(url, {**typed, "action": "send"}))
    clock.request("see how far the queuing is", lambda: browser.get(sent.url))
    clock.work("worker: make recipients and texts")

    batch = Batch.objects.get()
    clock.request("after sending", lambda: browser.get(sent.url))
    clock.request("batch page", lambda: browser.get(batch.get_absolute_url()))
    clock.request("batch page, last page", lambda: browser.get(batch.get_absolute_url(), {"page": "1000"}))
    clock.request(
        "batch page, who needs a person", lambda: browser.get(f"{batch.get_absolute_url()}?status=needs_person")
    )
    clock.request("list of batches", lambda: browser.get(reverse("texting:batches")))
    clock.request("text them all again", lambda: browser.post(reverse("texting:batch-again", args=[batch.pk])))
    clock.request("cancel", lambda: browser.post(reverse("texting:cancel-batch", args=[batch.pk])))
    clock.work("worker: stop what is queued")
    assert not batch.texts.queued().exists()
    assert Draft.objects.count() == 2
    slow = {name: seconds for name, seconds in clock.requests.items() if seconds > LONGEST_REQUEST_SECONDS}
    assert not slow
