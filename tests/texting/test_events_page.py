"""What could not be taken in stands on a page of whoever manages lines, who has it tried again."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.texting import host
from tests.texting.conftest import ANA, STRANGER, make_line, message
from texting import arrivals, intake
from texting.models import Text, WebhookEvent
from texting.vocabulary import TextStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]
PAGE = "/texting/events/"
State = WebhookEvent.State


@pytest.fixture
def ada(rep, client, settings):
    settings.SECURE_SSL_REDIRECT = False
    rep.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    client.force_login(rep)
    return client


def store(line, *, state=State.QUARANTINED, payload=None, event="receive", problem="RuntimeError while taking it in."):
    body = json.dumps(payload or message(STRANGER, "secret words", str(WebhookEvent.objects.count() + 700))).encode()
    now = timezone.now()
    return WebhookEvent.objects.create(
        line=line, event=event, body=body, body_sha256=arrivals._sha256(body), state=state, tries=5, failure_count=5,
        received_at=now, next_try_at=now, problem=problem,
    )  # fmt: skip


def press(client, event=None):
    """What was said, on the page that is shown then."""
    answer = client.post(f"{PAGE}{event.pk}/again/" if event else f"{PAGE}again/")
    assert (answer.status_code, answer.url) == (303, PAGE)
    return [str(one) for one in client.get(PAGE).context["messages"]]


@pytest.fixture
def broken(monkeypatch):
    """A defect of ours: it is there until the context ends."""

    def fail(*_):
        raise LookupError("+16125550199 said: secret words")

    with monkeypatch.context() as patch:
        patch.setattr(intake, "_apply", fail)
        yield patch


def test_who_manages_no_lines_finds_nothing(rep, client, settings, line):
    settings.SECURE_SSL_REDIRECT = False
    client.force_login(rep)

    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}again/").status_code == 403
    assert client.post(f"{PAGE}{store(line).pk}/again/").status_code == 403


def test_an_empty_list_says_so_and_offers_nothing_to_press(ada, line):
    store(line, state=State.DONE)

    page = ada.get(PAGE).content.decode()

    assert "All news was taken in" in page
    assert "again/" not in page


def test_the_list_says_what_line_how_often_and_why_and_neither_body_nor_number(ada, line):
    store(line)
    store(line, state=State.MALFORMED, event="progress", problem="statusCode is missing")
    for state in (State.PENDING, State.KEPT, State.DONE):
        store(line, state=state, problem="not to be seen")

    page = ada.get(PAGE).content.decode()

    for words in ("Text received", "Delivery progress", "5 times", "RuntimeError", "statusCode is missing", "…0100"):
        assert words in page
    assert page.index("Delivery progress") < page.index("Text received")
    for words in ("while taking it in", "not to be seen", "secret words", "555-0", "5550"):
        assert words not in page


def test_the_list_is_paged_and_leads_back_to_its_page(ada, line):
    events = [store(line) for _ in range(51)]

    assert "1–50 of 51" in ada.get(PAGE).content.decode()
    assert f"{PAGE}{events[0].pk}/again/?page=2" in ada.get(f"{PAGE}?page=2").content.decode()
    assert ada.post(f"{PAGE}{events[0].pk}/again/?page=2").url == f"{PAGE}?page=2"


def test_as_many_queries_for_thirty_as_for_one(ada, line):
    def count():
        with CaptureQueriesContext(connection) as queries:
            ada.get(PAGE)
        return len(queries)

    store(line)
    ada.get(PAGE)
    for_one = count()
    other = make_line(number="+16515550101", owner_id=2)
    for number in range(29):
        store(other if number % 2 else line)

    assert count() == for_one


@pytest.mark.parametrize("state", WebhookEvent.STUCK)
def test_one_is_tried_again_taken_in_and_audited(ada, rep, line, state):
    event, other = store(line, state=state), store(line)

    assert press(ada, event) == ["1 notice was taken in."]

    assert Text.objects.get().body == "secret words"
    assert set(WebhookEvent.objects.values_list("pk", "state")) == {(event.pk, "done"), (other.pk, "quarantined")}
    (entry,) = [one for one in host.audited if one["action"].startswith("events")]
    assert entry == {
        "actor_id": rep.pk, "action": "events.taken_in_again", "subject": "texting:events", "facts": {"events": 1},
    }  # fmt: skip


def test_what_fails_again_stays_on_the_list_with_its_error(ada, line, broken):
    event = store(line)

    assert press(ada, event) == ["1 notice failed again and stays on this list."]

    event.refresh_from_db()
    assert (event.state, event.tries, event.problem) == ("quarantined", 6, "LookupError while taking it in.")
    page = ada.get(PAGE).content.decode()
    assert ("LookupError" in page, "6 times" in page, "555-0199" in page, "secret words" in page) == (
        True, True, False, False,
    )  # fmt: skip


def test_what_cannot_be_read_still_cannot(ada, line):
    event = store(line, state=State.MALFORMED, payload={"id": 1})

    assert press(ada, event) == ["1 notice failed again and stays on this list."]
    event.refresh_from_db()
    assert (event.state, event.tries) == ("malformed", 6)


def test_pressed_twice_nothing_is_doubled(ada, line):
    event = store(line)

    press(ada, event)
    assert press(ada, event) == ["Nothing was done: it has been taken in already, or is being tried just now."]
    assert press(ada) == ["Nothing was done: it has been taken in already, or is being tried just now."]

    assert Text.objects.count() == 1
    assert len([one for one in host.audited if one["action"].startswith("events")]) == 1


def test_all_are_tried_again_and_it_says_what_became_of_how_many(ada, line):
    for _ in range(2):
        store(line)
    store(line, state=State.MALFORMED, payload={"id": 1})

    assert press(ada) == ["2 notices were taken in.", "1 notice failed again and stays on this list."]
    assert Text.objects.count() == 2


def test_more_than_one_request_sees_to_are_left_to_the_runners(ada, line, monkeypatch):
    monkeypatch.setattr(intake, "AT_ONCE", 2)
    for _ in range(5):
        store(line)

    said = press(ada)

    assert said[0] == "2 notices were taken in."
    assert said[1].startswith("3 more are being tried.")
    while intake.take_in():
        pass
    assert (Text.objects.count(), WebhookEvent.objects.filter(state=State.DONE).count()) == (5, 5)


def test_news_of_a_text_that_is_not_there_yet_waits_for_it_as_if_it_had_just_come(ada, line):
    event = store(line, event="progress", payload=message(ANA, "Hello", "9", kind="ZO"))

    assert press(ada, event) == ["1 notice waits for the text it tells of."]

    event.refresh_from_db()
    assert (event.state, event.tries, event.failure_count) == ("pending", 1, 0)


def test_a_stop_that_is_taken_in_late_stops_what_is_queued(ada, line, people, send):
    send(people.add("Ana", ANA))
    event = store(line, payload=message(ANA, "STOP", "9"))

    press(ada, event)

    assert Text.objects.get(direction="out").status == TextStatus.BLOCKED


def test_one_that_never_was_is_not_found(ada):
    assert ada.post(f"{PAGE}999999/again/").status_code == 404
