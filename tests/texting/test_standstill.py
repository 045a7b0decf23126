"""A line that nobody paused and that yet sends nothing: said wherever somebody would wait for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from tests.texting.conftest import ANA, make_line, message
from tests.texting.test_compose import compose, press, text_of
from texting import standstill
from texting.models import Batch, Breaker, Line
from texting.vocabulary import LineState, PauseReason

pytestmark = pytest.mark.django_db
HELD = "ZipWhip does not take texts just now; they wait and go on by themselves."


@pytest.fixture(autouse=True)
def plain_http(settings, people, provider):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def manager(client, rep, line):
    rep.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    client.force_login(rep)
    return client


def stop(line=None, **facts):
    facts = {"provider": "zipwhip", "line": line, "cause": Breaker.Cause.FAILURES, **facts}
    return Breaker.objects.create(**{"next_probe_at": timezone.now() + timedelta(minutes=5), **facts})


def test_a_line_says_when_its_provider_is_asked_again(line):
    at = stop(line).next_probe_at

    assert standstill.of_line(line).words == f"{HELD} We ask again at {timezone.localtime(at):%H:%M}."


def test_a_question_that_is_due_has_no_time(line):
    stop(line, next_probe_at=timezone.now() - timedelta(minutes=1))

    assert standstill.of_line(line).words == f"{HELD} We are about to ask again."


def test_a_line_that_its_provider_asked_to_wait_says_until_when_wherever_one_looks(manager, line, people, rep):
    until = timezone.now() + timedelta(hours=2)
    Line.objects.update(next_free_at=until, last_contact_at=timezone.now())
    ana = people.add("Ana Rivera", ANA)
    waits = f"ZipWhip asked this line to wait until {timezone.localtime(until):%H:%M}"

    assert waits in text_of(manager.get(reverse("texting:line", args=[line.pk])))
    assert waits in text_of(manager.get(compose(manager, ana)))
    assert f"{timezone.localtime(until):%H:%M}, goes on by itself" in text_of(manager.get(reverse("texting:lines")))


def test_the_pace_of_a_line_is_no_standstill(line):
    Line.objects.update(next_free_at=timezone.now() + timedelta(minutes=2), pace=timedelta(minutes=2))

    assert standstill.of_line(Line.objects.get()) is None


def test_what_stops_the_provider_holds_up_each_of_its_lines_and_another_line_none(line):
    other = make_line(number="+16125550101")
    of_another = stop(other)

    assert set(standstill.of_lines([line, other])) == {other.pk}
    of_another.delete()
    stop()
    assert set(standstill.of_lines([line, other])) == {line.pk, other.pk}


def test_a_line_under_guard_says_what_it_waits_for(line):
    line.guarded_since = line.guarded_at = timezone.now()

    assert "we first look up at ZipWhip" in standstill.of_line(line).words


@pytest.mark.parametrize("state", [LineState.PAUSED, LineState.CONNECTING])
def test_a_line_that_could_not_send_anyway_says_only_that(line, state):
    stop(line)
    line.state = state

    assert standstill.of_line(line) is None


def test_what_is_over_is_not_told(line):
    stop(line, closed_at=timezone.now())

    assert standstill.of_line(line) is None


def test_many_lines_take_one_query(line, django_assert_num_queries):
    found = [line, *(make_line(number=f"+1612555012{n}") for n in range(5))]

    with django_assert_num_queries(1):
        standstill.of_lines(found)


def test_the_line_and_the_list_tell_it(manager, line):
    stop(line)

    assert HELD in text_of(manager.get(reverse("texting:line", args=[line.pk])))
    assert "Held up" in text_of(manager.get(reverse("texting:lines")))


def test_send_text_tells_it_beside_the_line(manager, line, people):
    stop(line)

    page = text_of(manager.get(compose(manager, people.add("Ana Rivera", ANA))))

    assert HELD in page
    assert "(texts wait for ZipWhip)" in page


def panel_of(client, key):
    return client.get(reverse("texting:record-texts", args=[key.record_type, key.record_id])).content.decode()


def test_the_texts_on_a_record_tell_it_of_the_line_one_would_write_from(manager, line, people, hear):
    ana = people.add("Ana Rivera", ANA)
    assert HELD not in panel_of(manager, ana)
    stop(line)
    assert HELD in panel_of(manager, ana)
    hear("receive", **message(ANA, "Any work?", 555))
    assert panel_of(manager, ana).count(HELD) == 1


def test_the_texts_on_a_record_tell_that_the_line_is_paused_and_why(manager, line, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    Line.pause(line.pk, PauseReason.WRONG_PASSWORD, now=timezone.now())

    page = panel_of(manager, ana)

    assert "This line is paused." in page
    assert "ZipWhip refused the password. Queued texts wait until an administrator resumes it" in page
    assert "what cannot leave within 24 hours expires." in page


def test_the_batch_and_the_confirmation_tell_it_while_texts_wait(manager, line, people):
    stop(line)
    press(manager, compose(manager, people.add("Ana Rivera", ANA)), "review")
    batch = Batch.objects.get()
    pages = [batch.get_absolute_url(), reverse("texting:sent", args=[batch.draft_id])]

    assert all(HELD in text_of(manager.get(page)) for page in pages)
    batch.texts.update(status="canceled")
    assert not any(HELD in text_of(manager.get(page)) for page in pages)
