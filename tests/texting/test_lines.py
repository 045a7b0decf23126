"""Connecting, testing, pausing and removing lines, against a ZipWhip over real sockets."""

import threading
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from tests.texting import host
from tests.texting.line_rig import (  # noqa: F401 - fixtures
    NUMBER,
    PASSWORD,
    ada,
    credentials,
    nowhere,
    owners,
    sandbox,
    zipwhip,
)
from texting import line_hooks, line_sessions, lines
from texting.errors import NotSent, SessionLost
from texting.line_hooks import provider_of
from texting.models import Line, LineWebhook, Text
from texting.providers.zipwhip.client import ZipWhip
from texting.vocabulary import EventKind, LineState, PauseReason, Reason, TextStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("owners")]


def hooks_at(zipwhip):  # noqa: F811
    return zipwhip.look("state")["webhooks"]


def queue_text(line, number="+16125550134"):
    now = timezone.now()
    return Text.objects.create(
        line=line, direction="out", origin="enterprise", number=number, body="Can you work?", status="queued",
        due_at=now, expires_at=now,
    )  # fmt: skip


def fail_from_hook(monkeypatch, number):
    """Let ZipWhip drop out at the webhook of this position, until the returned function is called."""
    add_hook, calls = ZipWhip.add_hook, []

    def failing(self, *args):
        calls.append(args)
        if len(calls) >= number:
            raise NotSent(detail="gone")
        return add_hook(self, *args)

    monkeypatch.setattr(ZipWhip, "add_hook", failing)
    return lambda: monkeypatch.setattr(ZipWhip, "add_hook", add_hook)


def at_once(step, count=2):
    """Run `step` in threads that start together, each with its own database connection."""
    barrier = threading.Barrier(count)

    def run():
        barrier.wait()
        try:
            step()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- connecting


def test_a_new_line_is_connected_with_one_webhook_an_event(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())

    assert line.state == LineState.CONNECTED
    assert line.webhooks.count() == len(EventKind)
    assert sorted(urlsplit(hook["url"]).path for hook in hooks_at(zipwhip)) == sorted(
        urlsplit(line_hooks.webhook_url(line, event)).path for event in EventKind
    )
    assert [entry["action"] for entry in host.audited] == ["line.connected"]


def test_each_line_has_an_unguessable_secret_of_its_own(zipwhip, ada):  # noqa: F811
    found = {lines.connect(ada, credentials(number)).reveal("webhook").reveal() for number in (NUMBER, "+16515550101")}

    assert len(found) == 2
    assert all(len(secret) >= 43 for secret in found)


def test_a_refused_password_leaves_no_line(zipwhip, ada):  # noqa: F811
    with pytest.raises(lines.ConnectionFailed) as failure:
        lines.connect(ada, credentials(password="wrong"))

    assert failure.value.field == "password"
    assert not Line.objects.exists()
    assert host.audited == []


def test_an_unreachable_zipwhip_leaves_no_line(nowhere, ada):  # noqa: F811
    with pytest.raises(lines.ConnectionFailed) as failure:
        lines.connect(ada, credentials())

    assert (failure.value.field, failure.value.reason) == ("", None)
    assert not Line.objects.exists()


def test_credentials_of_another_number_leave_no_line(zipwhip, ada):  # noqa: F811
    with pytest.raises(lines.ConnectionFailed, match=r"belong to \(612\) 555-0100") as failure:
        lines.connect(ada, credentials("+16515550101", username="16125550100"))

    assert failure.value.field == "username"
    assert not Line.objects.exists()


@pytest.mark.parametrize("number", ["+14165550100", "+18005550100"])
def test_canadian_and_toll_free_lines_can_be_connected(zipwhip, ada, number):  # noqa: F811
    assert lines.connect(ada, credentials(number)).state == LineState.CONNECTED


def test_an_operator_logs_in_under_their_own_name(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials(username="dan@16125550100"))

    assert (line.number, line.username) == (NUMBER, "dan@16125550100")


def test_a_number_that_is_connected_is_taken(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())

    with pytest.raises(lines.LineTaken) as taken:
        lines.connect(ada, credentials(owner=("branch", 2)))

    assert taken.value.line == line
    assert Line.objects.get().owner_id == 1


@pytest.mark.django_db(transaction=True)
def test_connecting_twice_at_once_makes_one_line(zipwhip, ada):  # noqa: F811
    taken = []

    def connect():
        try:
            lines.connect(ada, credentials())
        except lines.LineTaken:
            taken.append(1)

    at_once(connect)

    assert len(taken) == 1
    assert Line.objects.get().state == LineState.CONNECTED
    assert len(hooks_at(zipwhip)) == len(EventKind)


# --- webhooks that could not be registered


def test_webhooks_that_fail_midway_leave_the_line_connecting(zipwhip, ada, monkeypatch):  # noqa: F811
    fail_from_hook(monkeypatch, 3)

    line = lines.connect(ada, credentials())

    assert line.state == LineState.CONNECTING
    assert line.webhooks.count() == len(hooks_at(zipwhip)) == 2


def test_connecting_goes_on_where_it_stopped(zipwhip, ada, monkeypatch):  # noqa: F811
    mend = fail_from_hook(monkeypatch, 3)
    line = lines.connect(ada, credentials())
    mend()

    assert lines.finish_connecting(line)

    assert line.state == LineState.CONNECTED
    assert len(hooks_at(zipwhip)) == len({hook["url"] for hook in hooks_at(zipwhip)}) == len(EventKind)


def test_a_hook_registered_without_our_knowing_is_not_doubled(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    line.webhooks.filter(event=EventKind.READ).delete()

    lines.finish_connecting(line)

    assert line.webhooks.count() == len(hooks_at(zipwhip)) == len(EventKind)


def test_other_peoples_hooks_are_left_alone(zipwhip, ada):  # noqa: F811
    zipwhip.login(password=PASSWORD)
    zipwhip.call("webhook/add", type="message", event="receive", url="https://crm.example.com/hook")

    lines.connect(ada, credentials())

    assert "https://crm.example.com/hook" in [hook["url"] for hook in hooks_at(zipwhip)]


@pytest.mark.django_db(transaction=True)
def test_finishing_twice_at_once_ends_in_one_hook_an_event(zipwhip, ada, monkeypatch):  # noqa: F811
    mend = fail_from_hook(monkeypatch, 1)
    line = lines.connect(ada, credentials())
    mend()

    at_once(lambda: lines.finish_connecting(Line.objects.get()))
    lines.finish_connecting(line)

    known = {str(hook["id"]) for hook in hooks_at(zipwhip)}
    assert set(LineWebhook.objects.values_list("provider_hook_id", flat=True)) == known
    assert len(known) == len(EventKind)


def test_a_line_whose_connecting_was_cut_off_can_be_finished(zipwhip, ada):  # noqa: F811
    line, _ = lines._reserve(ada, credentials())

    assert not lines.finish_connecting(line)
    lines.check(line)
    assert lines.finish_connecting(line)
    assert line.state == LineState.CONNECTED


# --- removing, and adding again


def test_removing_blocks_what_is_queued_and_keeps_the_row(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    text = queue_text(line)

    assert lines.remove(ada, line, now=timezone.now()) == 1

    text.refresh_from_db()
    line.refresh_from_db()
    assert (text.status, text.reason) == (TextStatus.BLOCKED, Reason.LINE_REMOVED)
    assert line.state == LineState.REMOVED
    assert hooks_at(zipwhip) == []


def test_removing_ends_the_session(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    session = line.reveal("session").reveal()

    lines.remove(ada, line, now=timezone.now())

    with pytest.raises(SessionLost):
        provider_of(line).get_account(session)
    line.refresh_from_db()
    assert line.stored_secrets == ["password", "webhook"]


def test_removing_keeps_the_session_while_something_is_to_be_asked(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    queue_text(line)
    Text.objects.update(status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER, next_look_at=timezone.now())

    lines.remove(ada, line, now=timezone.now())

    assert provider_of(line).get_account(line.reveal("session").reveal())


def test_removing_twice_does_nothing_more(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    lines.remove(ada, line, now=timezone.now())

    assert lines.remove(ada, line, now=timezone.now()) == 0
    assert [entry["action"] for entry in host.audited].count("line.removed") == 1


def test_a_line_is_removed_while_zipwhip_is_away(zipwhip, ada, settings):  # noqa: F811
    line = lines.connect(ada, credentials())
    settings.TEXTING = {
        **settings.TEXTING,
        "PROVIDERS": {"zipwhip": {"url": "http://127.0.0.1:1", "app_url": "https://a.b"}},
    }

    lines.remove(ada, line, now=timezone.now())

    assert Line.objects.get().state == LineState.REMOVED


def test_adding_a_removed_line_again_revives_it_with_a_new_secret(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    text, old_secret = queue_text(line), line.reveal("webhook").reveal()
    lines.remove(ada, line, now=timezone.now())

    again = lines.connect(ada, credentials(owner=("servicerep", 7)))

    assert (again.pk, again.state, again.owner_kind) == (line.pk, LineState.CONNECTED, "servicerep")
    assert again.reveal("webhook").reveal() != old_secret
    assert list(again.texts.all()) == [text]
    assert len(hooks_at(zipwhip)) == again.webhooks.count() == len(EventKind)


def test_a_failed_revival_leaves_the_removed_line_as_it_was(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    lines.remove(ada, line, now=timezone.now())
    before = Line.objects.values().get()

    with pytest.raises(lines.ConnectionFailed):
        lines.connect(ada, credentials(owner=("branch", 2), password="wrong"))

    assert Line.objects.values().get() == before


# --- testing, pausing, resuming


def test_a_test_logs_in_again_when_the_session_is_dead(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    version, session = line.session_version, line.reveal("session").reveal()
    zipwhip.box("expire-session")

    lines.check(line)

    line.refresh_from_db()
    assert line.session_version == version + 1
    assert line.reveal("session").reveal() != session


def test_a_test_that_finds_the_password_changed_pauses_the_line(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    zipwhip.box("lines", line=NUMBER, password="changed in ZipWhip")
    zipwhip.box("expire-session")

    with pytest.raises(lines.ConnectionFailed):
        lines.check(line)

    line.refresh_from_db()
    assert (line.state, line.pause_reason) == (LineState.PAUSED, PauseReason.WRONG_PASSWORD)


def test_a_test_of_a_paused_line_does_not_resume_it(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    lines.pause(ada, line, now=timezone.now())

    lines.check(line)
    lines.finish_connecting(line)

    assert line.state == LineState.PAUSED


def test_a_resumed_line_is_connected(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    lines.pause(ada, line, now=timezone.now())

    assert lines.resume(ada, line)

    assert (line.state, line.pause_reason) == (LineState.CONNECTED, "")
    assert [entry["action"] for entry in host.audited] == ["line.connected", "line.paused", "line.resumed"]


def test_a_new_password_lets_a_line_paused_for_the_old_one_go_on(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    zipwhip.box("lines", line=NUMBER, password="changed in ZipWhip")
    Line.pause(line.pk, PauseReason.WRONG_PASSWORD, now=timezone.now())
    line.refresh_from_db()

    lines.change_password(ada, line, username=line.username, password="changed in ZipWhip")

    assert line.state == LineState.CONNECTED
    assert line.reveal("password").reveal() == "changed in ZipWhip"


def test_a_refused_new_password_leaves_the_old_one(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())

    with pytest.raises(lines.ConnectionFailed):
        lines.change_password(ada, line, username=line.username, password="wrong")

    assert Line.objects.get().reveal("password").reveal() == PASSWORD


def test_a_new_password_does_not_resume_what_was_paused_by_hand(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    lines.pause(ada, line, now=timezone.now())
    line.refresh_from_db()

    lines.change_password(ada, line, username=line.username, password=PASSWORD)

    assert line.state == LineState.PAUSED


# --- one new login per lost session


@pytest.mark.django_db(transaction=True)
def test_many_who_find_the_session_dead_log_in_once(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    version = line.session_version
    zipwhip.box("expire-session")

    at_once(lambda: line_sessions.renew_session(line.pk, version), count=4)

    line.refresh_from_db()
    assert zipwhip.look("state")["sessions"] == 1
    # One login is two versions: the dead session is given up, a new one is there.
    assert (line.state, line.session_version) == (LineState.CONNECTED, version + 2)
    lines.check(line)
    assert zipwhip.look("state")["sessions"] == 1


def test_a_second_loss_within_minutes_pauses_the_line(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    line_sessions.renew_session(line.pk, line.session_version)
    line.refresh_from_db()

    line_sessions.renew_session(line.pk, line.session_version)

    line.refresh_from_db()
    assert (line.state, line.pause_reason) == (LineState.PAUSED, PauseReason.SESSION_LOST)


def test_who_comes_late_with_the_old_session_changes_nothing(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    old = line.session_version
    line_sessions.renew_session(line.pk, old)

    line_sessions.renew_session(line.pk, old)

    line.refresh_from_db()
    assert (line.state, zipwhip.look("state")["sessions"]) == (LineState.CONNECTED, 2)


def test_who_read_the_line_during_the_login_pauses_nothing(zipwhip, ada, monkeypatch):  # noqa: F811
    line = lines.connect(ada, credentials())
    reveal, seen = Line.reveal, []

    def reveal_and_look(this, field):
        if field == "password":
            seen.append(Line.objects.get().session_version)
        return reveal(this, field)

    monkeypatch.setattr(Line, "reveal", reveal_and_look)
    line_sessions.renew_session(line.pk, line.session_version)

    line_sessions.renew_session(line.pk, seen[-1])

    line.refresh_from_db()
    assert line.state == LineState.CONNECTED


def test_a_refused_password_at_renewal_pauses_the_line(zipwhip, ada):  # noqa: F811
    line = lines.connect(ada, credentials())
    zipwhip.box("lines", line=NUMBER, password="changed in ZipWhip")

    line_sessions.renew_session(line.pk, line.session_version)

    line.refresh_from_db()
    assert (line.state, line.pause_reason) == (LineState.PAUSED, PauseReason.WRONG_PASSWORD)


# --- secrets


def test_no_secret_is_stored_plain_or_logged(zipwhip, ada, caplog, monkeypatch):  # noqa: F811
    caplog.set_level("DEBUG")
    fail_from_hook(monkeypatch, 2)
    with pytest.raises(lines.ConnectionFailed):
        lines.connect(ada, credentials(password="a wrong secret"))
    line = lines.connect(ada, credentials())
    zipwhip.box("expire-session")
    lines.check(line)
    line.refresh_from_db()
    secrets = [PASSWORD, "a wrong secret", line.reveal("session").reveal(), line.reveal("webhook").reveal()]
    lines.remove(ada, line, now=timezone.now())

    stored = " ".join(map(str, Line.objects.values_list().get()))
    assert not [secret for secret in secrets if secret in stored or secret in caplog.text]
