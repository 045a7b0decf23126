"""A new login does not make a line forget that its provider asked it to wait."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from tests.texting.conftest import ANA, pass_time
from texting import claims, line_sessions, lines
from texting.models import Line
from texting.providers.base import Session

pytestmark = pytest.mark.django_db
ASKED = timedelta(minutes=10)


def wait_as_asked(asked=ASKED) -> None:
    Line.objects.update(next_free_at=Greatest("next_free_at", timezone.now() + asked))


def free_in(line) -> timedelta:
    return Line.objects.get(pk=line.pk).next_free_at - timezone.now()


def test_a_wait_from_before_the_login_goes_on(line, provider):
    wait_as_asked()

    line_sessions.renew_session(line.pk, line.session_version)

    assert (provider.logins, free_in(line) > ASKED / 2) == (1, True)


@pytest.mark.parametrize("asked", [ASKED, timedelta(seconds=30)])
def test_a_wait_asked_for_during_the_login_goes_on(line, provider, asked):
    login = provider.login
    provider.login = lambda *credentials: (wait_as_asked(asked), login(*credentials))[1]

    line_sessions.renew_session(line.pk, line.session_version)

    assert free_in(line) > asked / 2


def test_nothing_leaves_during_a_login_and_at_once_after_it(line, provider, send, people):
    send(people.add("Ana Rivera", ANA))
    pass_time(minutes=1)
    login, during = provider.login, []
    provider.login = lambda *credentials: (during.append(claims.claim(1)), login(*credentials))[1]

    line_sessions.renew_session(line.pk, line.session_version)

    assert (during, len(claims.claim(1)[0])) == ([([], 0)], 1)


def test_a_login_that_comes_late_frees_no_line_that_another_is_logging_in(line, provider):
    def log_in_while_another_begins_to(username, password):
        another = {"session_version": F("session_version") + 1, "renewing_until": Now() + ASKED}
        Line.objects.update(**another)
        return Session("late")

    provider.login = log_in_while_another_begins_to

    line_sessions.renew_session(line.pk, line.session_version)

    line.refresh_from_db()
    assert (line.renewing_until is not None, line.reveal("session").reveal() == "late") == (True, False)


def test_a_login_by_hand_frees_a_line_at_once(line, provider, rep):
    Line.objects.update(renewing_until=Now() + ASKED)

    lines.change_password(rep, line, username=line.username, password="another long one")

    assert Line.objects.get().renewing_until is None


def test_a_line_that_need_not_wait_goes_on_at_once(line, provider):
    line_sessions.renew_session(line.pk, line.session_version)

    assert free_in(line) <= timedelta(0)
