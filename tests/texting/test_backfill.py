"""What webhooks missed is taken in once; and a line whose past is in doubt sends nothing before it was compared."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from celery.signals import worker_ready
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from tests.texting.conftest import ANA, BO, LINE_NUMBER, make_line, message, run_until_quiet, status_of
from texting import backfill, claims, conf, epoch, intake, provider_texts, seam, tasks
from texting.errors import LineProblem, NotSent, OutcomeUnknown, SessionLost
from texting.models import Conversation, Epoch, Line, OptOut, Text, WebhookEvent
from texting.providers.base import DeliveryNews, OddRow, ProviderText
from texting.vocabulary import Direction, LineState, Origin, PauseReason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)
BODY = "Can you work tonight?"


def told(provider_id, body="YES", *, number=ANA, direction=Direction.IN, at=None, **facts):
    return ProviderText(provider_id, direction, number, LINE_NUMBER, body, at or timezone.now(), **facts)


def make_due() -> None:
    Line.objects.update(next_backfill_at=Now())


def test_a_text_that_no_webhook_told_of_is_taken_in_once(people, line, provider):
    ana = people.add("Ana Rivera", ANA)
    provider.told = [told("700")]

    assert backfill.backfill_due() == 1
    make_due()
    assert backfill.backfill_due() == 0

    text = Text.objects.get()
    assert (text.body, text.status, text.conversation.records.get().key) == ("YES", "received", ana)


def test_a_webhook_that_comes_late_after_all_changes_nothing(people, provider, hear):
    people.add("Ana Rivera", ANA)
    provider.told = [told("700")]
    backfill.backfill_due()

    hear("receive", **message(ANA, "YES", "700"))

    assert Text.objects.count() == 1


def test_a_missed_stop_is_heeded_and_stops_what_waits(people, line, provider, send):
    send(people.add("Ana Rivera", ANA))
    provider.told = [told("700", "STOP")]

    backfill.backfill_due()

    assert (OptOut.objects.get().number, status_of_outgoing()) == (ANA, "blocked")


def status_of_outgoing():
    return Text.objects.get(direction=Direction.OUT).status


def test_missed_delivery_news_only_go_forward(people, provider, send, runner):
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)
    provider_id = Text.objects.get().provider_id
    for status, rank in ((TextStatus.DELIVERED, 4), (TextStatus.SENT, 0)):
        news = DeliveryNews(status, rank)
        provider.told = [told(provider_id, BODY, direction=Direction.OUT, delivery=news)]
        make_due()
        backfill.backfill_due()

    assert Text.objects.get().status == TextStatus.DELIVERED


def test_our_own_text_that_is_unconfirmed_is_found_and_not_doubled(people, provider, send, runner):
    provider.answers.append(OutcomeUnknown())
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)
    provider.told = [told("700", BODY, direction=Direction.OUT)]

    backfill.backfill_due()

    assert list(Text.objects.values_list("status", "provider_id")) == [("sent", "700")]


def test_a_text_that_is_being_sent_just_now_is_left_to_its_own_answer(people, provider, send):
    send(people.add("Ana Rivera", ANA))
    claims.claim(1)
    provider.told = [told("700", BODY, direction=Direction.OUT)]

    assert backfill.backfill_due() == 0
    assert Text.objects.get().status == TextStatus.SENDING


def test_a_text_typed_in_the_app_is_taken_in(people, line, provider):
    people.add("Ana Rivera", ANA)
    provider.told = [told("700", "From my phone", direction=Direction.OUT)]

    backfill.backfill_due()

    assert Text.objects.get().origin == Origin.PROVIDER_APP


def test_one_scheduled_for_later_is_not_taken_in_yet(line, provider):
    later = timezone.now() + timedelta(hours=3)
    provider.told = [told("700", "Tomorrow?", direction=Direction.OUT, scheduled_at=later)]

    assert backfill.backfill_due() == 0
    assert not Conversation.objects.exists()


def test_one_scheduled_for_later_and_deleted_since_is_not_shown_as_scheduled(line, provider):
    later = timezone.now() + timedelta(hours=3)
    provider.told = [told("700", "Tomorrow?", direction=Direction.OUT, scheduled_at=later, is_deleted=True)]

    backfill.backfill_due()

    assert not Text.objects.exists()


def test_each_line_is_compared_every_ten_minutes(line, provider):
    asked = []
    provider.list_texts = lambda *_, **__: asked.append(1) or []

    backfill.backfill_due()
    backfill.backfill_due()
    Line.objects.update(next_backfill_at=Now() - timedelta(seconds=1))
    backfill.backfill_due()

    assert len(asked) == 2


@pytest.mark.parametrize("trouble", [NotSent(), SessionLost(), RuntimeError("odd")])
def test_a_line_that_cannot_be_asked_is_asked_again_soon(line, provider, trouble):
    def fail(*_, **__):
        raise trouble

    provider.list_texts = fail
    backfill.backfill_due()

    line.refresh_from_db()
    assert line.backfilled_at is None
    assert line.next_backfill_at < timezone.now() + timedelta(minutes=1)


@pytest.mark.parametrize("trouble", [NotSent(), SessionLost(), LineProblem(PauseReason.SUSPENDED)])
def test_webhooks_that_cannot_be_listed_leave_the_comparison_as_it_is(people, line, provider, trouble):
    def fail(*_, **__):
        raise trouble

    provider.told, provider.list_hooks = [told("700")], fail

    assert backfill.backfill_due() == 1
    line.refresh_from_db()
    assert line.next_backfill_at > timezone.now() + timedelta(minutes=5)
    assert (line.state, provider.logins) == (LineState.CONNECTED, 0)


def test_an_unreadable_secret_of_the_webhooks_pauses_no_line_that_sends(people, line, provider):
    Line.objects.update(webhook_token="v1.gone.AAAA")
    provider.told = [told("700")]

    assert backfill.backfill_due() == 1
    assert Line.objects.get().state == LineState.CONNECTED


def forget(**span) -> None:
    """Let the runners have been silent for so long."""
    Epoch.objects.update(beat_at=Now() - timedelta(**span))


def test_runners_that_beat_without_a_hole_guard_nothing(line):
    assert epoch.Pulse().beat()
    forget(minutes=4)
    assert epoch.Pulse().beat()
    assert Line.objects.get().guarded_since is None


@pytest.mark.parametrize("what", ["a hole in time", "another database", "another timeline"])
def test_a_past_in_doubt_guards_every_line_in_use(line, what):
    epoch.Pulse().beat()
    if what == "a hole in time":
        forget(minutes=6)
    elif what == "another database":
        Epoch.objects.update(system_identifier="1")
    else:
        Epoch.objects.update(timeline_id=99)

    assert not epoch.Pulse().beat()
    assert epoch.Pulse().beat()
    assert Line.objects.get().guarded_since is not None


def test_a_text_that_left_before_the_backup_was_restored_does_not_leave_again(people, provider, send, runner):
    epoch.Pulse().beat()
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    send(ana, bo)
    forget(hours=1)
    provider.told = [told("700", BODY, direction=Direction.OUT)]

    wait_for_guard_to_end(runner)
    run_until_quiet(runner)

    assert [number for number, _ in provider.sent] == [BO]
    assert (status_of(ANA), Text.objects.get(number=ANA).provider_id) == ("sent", "700")


def test_an_echo_that_comes_before_the_comparison_owns_no_queued_text(people, provider, send, runner, hear):
    epoch.Pulse().beat()
    send(people.add("Ana Rivera", ANA))
    forget(hours=1)
    epoch.Pulse().beat()
    hear("send", **message(ANA, BODY, "700", kind="ZO"))
    provider.told = [told("700", BODY, direction=Direction.OUT)]

    wait_for_guard_to_end(runner)
    run_until_quiet(runner)
    WebhookEvent.objects.update(next_try_at=Now())
    intake.take_in()

    assert provider.sent == []
    assert (Text.objects.get().status, Text.objects.get().provider_id) == ("delivered", "700")
    assert WebhookEvent.objects.get().state == "done"


@pytest.mark.parametrize("what", ["another database", "set back by minutes", "set back to before the first beat"])
def test_what_another_database_was_posting_has_its_time_before_the_comparison(line, what):
    pulse = epoch.Pulse()
    pulse.beat()
    if what == "another database":
        Epoch.objects.update(system_identifier="1")
    elif what == "set back by minutes":
        forget(minutes=3)
    else:
        Epoch.objects.all().delete()

    assert not pulse.beat()

    wait = Line.objects.get().next_backfill_at - timezone.now()
    assert conf.LEASE - timedelta(seconds=5) < wait <= conf.LEASE


@pytest.mark.parametrize("task", [tasks.backfill_lines, tasks.expire_overdue])
def test_the_worker_concludes_nothing_in_a_database_that_no_runner_has_looked_at(people, provider, send, task):
    send(people.add("Ana Rivera", ANA))
    Text.objects.update(expires_at=Now() - timedelta(days=1))
    provider.told = [told("700", "Typed in the app", direction=Direction.OUT)]
    epoch.Pulse().beat()
    Epoch.objects.update(system_identifier="1")

    assert task() == 0

    assert Text.objects.get().status == "queued"


@pytest.mark.parametrize("task", [tasks.backfill_lines, tasks.expire_overdue])
def test_the_worker_does_its_work_in_a_database_that_a_runner_knows(people, provider, send, task):
    send(people.add("Ana Rivera", ANA))
    Text.objects.update(expires_at=Now() - timedelta(days=1))
    provider.told = [told("700", "Typed in the app", direction=Direction.OUT)]
    epoch.Pulse().beat()

    assert task() == 1


def test_nothing_under_guard_expires(people, line, send):
    send(people.add("Ana Rivera", ANA))
    Text.objects.update(expires_at=Now() - timedelta(days=1))
    epoch.Pulse().beat()
    forget(hours=1)
    epoch.Pulse().beat()

    assert (tasks.expire_overdue(), Text.objects.get().status) == (0, "queued")


def wait_for_guard_to_end(runner):
    runner.step()
    runner._care.latest.result(5)
    assert Line.objects.get().guarded_since is None


def test_two_equal_queued_texts_and_one_at_the_provider_are_one_to_one(people, provider, send, runner):
    epoch.Pulse().beat()
    ana = people.add("Ana Rivera", ANA)
    send(ana), send(ana)
    forget(hours=1)
    provider.told = [told("700", BODY, direction=Direction.OUT)]

    wait_for_guard_to_end(runner)
    run_until_quiet(runner)

    assert len(provider.sent) == 1
    assert Text.objects.filter(status="sent").count() == 2


def test_an_equal_text_of_last_week_proves_nothing(people, provider, send, runner):
    epoch.Pulse().beat()
    send(people.add("Ana Rivera", ANA))
    forget(hours=1)
    week_ago = timezone.now() - timedelta(days=7)
    provider.told = [told("700", BODY, direction=Direction.OUT, at=week_ago)]

    wait_for_guard_to_end(runner)
    run_until_quiet(runner)

    assert len(provider.sent) == 1


def test_nothing_leaves_while_the_provider_cannot_be_asked(people, provider, send, runner):
    def fail(*_, **__):
        raise NotSent

    epoch.Pulse().beat()
    send(people.add("Ana Rivera", ANA))
    forget(hours=1)
    provider.list_texts = fail
    runner.step()
    runner._care.latest.result(5)
    run_until_quiet(runner)

    assert (status_of(ANA), provider.sent) == ("queued", [])


def test_what_was_being_sent_is_settled_before_the_line_goes_on(people, provider, send):
    epoch.Pulse().beat()
    send(people.add("Ana Rivera", ANA))
    claims.claim(1)
    forget(hours=1)
    epoch.Pulse().beat()

    backfill.backfill_guarded()

    assert Line.objects.get().guarded_since is not None


def test_a_second_hole_found_meanwhile_is_looked_into_as_well(line, provider):
    guards_seen = []

    def doubt_again(*_, **__):
        guards_seen.append(Line.objects.get().guarded_since is not None)
        if len(guards_seen) == 1:
            forget(hours=2)
            epoch.Pulse().beat()
        return []

    epoch.Pulse().beat()
    forget(hours=1)
    epoch.Pulse().beat()
    provider.list_texts = doubt_again
    backfill.backfill_guarded()

    assert guards_seen == [True, True]
    assert Line.objects.get().guarded_since is None


def test_a_paused_line_is_compared_and_a_removed_one_is_not(line, provider):
    asked = []
    provider.list_texts = lambda *_, **__: asked.append(1) or []
    for state in (LineState.PAUSED, LineState.REMOVED):
        Line.objects.update(state=state, pause_reason="by_hand", next_backfill_at=Now())
        backfill.backfill_due()

    assert len(asked) == 1


def test_the_control_data_may_be_read_by_an_ordinary_role(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE nobody_special")
        cursor.execute("SET ROLE nobody_special")
        cursor.execute(epoch._HERE)
        found = cursor.fetchone()
        cursor.execute("RESET ROLE")
        cursor.execute("DROP ROLE nobody_special")

    assert found


@pytest.fixture
def guarded(line):
    epoch.Pulse().beat()
    forget(hours=1)
    epoch.Pulse().beat()


def test_a_guarded_line_whose_session_cannot_be_read_is_paused_and_says_so(guarded, provider):
    Line.objects.update(session_token="v1.gone.AAAA")

    backfill.backfill_guarded()

    assert Line.objects.get().pause_reason == PauseReason.KEYS_LOST


def test_a_guarded_line_whose_account_is_suspended_is_paused_and_says_so(guarded, provider):
    def fail(*_, **__):
        raise LineProblem(PauseReason.SUSPENDED)

    provider.list_texts = fail
    backfill.backfill_guarded()

    assert Line.objects.get().pause_reason == PauseReason.SUSPENDED


@pytest.mark.parametrize("ends", [True, False])
def test_a_guard_does_not_end_while_a_row_of_the_list_cannot_be_read(guarded, provider, line, ends):
    odd = OddRow.GROUP if ends else OddRow.UNREADABLE
    provider.told = [told("700", number=BO), odd]

    backfill.backfill_guarded()

    assert (Line.objects.get().guarded_since is None) == ends


@pytest.fixture
def bo_is_odd(monkeypatch):
    whole = seam.match_number

    def match(number):
        if number == BO:
            raise RuntimeError("odd")
        return whole(number)

    monkeypatch.setattr(seam, "match_number", match)


def test_a_received_text_that_cannot_be_taken_in_holds_up_no_other_and_is_looked_for_again(
    people, guarded, provider, bo_is_odd
):
    people.add("Ana Rivera", ANA)
    provider.told = [told("701"), told("700", number=BO)]

    backfill.backfill_guarded()

    assert Text.objects.get().number == ANA
    assert (Line.objects.get().guarded_since, Line.objects.get().backfilled_at) == (None, None)


def test_while_one_that_left_cannot_be_taken_in_a_guarded_line_sends_nothing(guarded, provider, bo_is_odd):
    provider.told = [told("700", number=BO, direction=Direction.OUT)]

    backfill.backfill_guarded()

    assert Line.objects.get().guarded_since is not None


def test_an_older_text_in_the_same_words_is_not_ours_that_is_unconfirmed(people, provider, send, runner):
    provider.answers.append(OutcomeUnknown())
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)
    before = timezone.now() - timedelta(minutes=12)
    provider.told = [told("700", BODY, direction=Direction.OUT, at=before)]

    backfill.backfill_due()

    assert Text.objects.get(origin=Origin.ENTERPRISE).status == TextStatus.UNCONFIRMED


def test_a_provider_that_tells_its_last_page_again_and_again_comes_to_an_end(line, provider):
    provider.list_texts = lambda *_, **__: [told("700"), told("699")]

    listed = provider_texts.list_since(line, timezone.now() - timedelta(days=1))

    assert [text.provider_id for text in listed] == ["699", "700"]


def test_the_timeline_is_that_of_the_log_being_written(db):
    epoch.Pulse().beat()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_walfile_name(pg_current_wal_lsn())")
        (file_name,) = cursor.fetchone()
    assert Epoch.objects.get().timeline_id == int(file_name[:8], 16)


def test_a_stop_counts_though_its_text_cannot_be_taken_in(guarded, provider, bo_is_odd):
    provider.told = [told("700", "STOP", number=BO)]

    backfill.backfill_guarded()

    assert OptOut.objects.get().number == BO


def test_a_guard_ends_though_a_slow_comparison_was_begun_a_second_time(guarded, provider):
    def slow(*_, **__):
        make_due()  # its ten minutes are over
        backfill._claim_line("guarded_since IS NOT NULL")
        return []

    provider.list_texts = slow
    backfill.backfill_guarded()

    assert Line.objects.get().guarded_since is None


def test_a_run_ends_though_lines_are_always_due_and_the_next_goes_on(line, provider, monkeypatch):
    other = make_line(number="+16125550111")
    monkeypatch.setattr(backfill, "RUN", timedelta(0))
    monkeypatch.setattr(backfill, "EVERY", timedelta(0))

    backfill.backfill_due()
    seen = set(Line.objects.exclude(backfilled_at=None))
    backfill.backfill_due()

    assert len(seen) == 1
    assert set(Line.objects.exclude(backfilled_at=None)) == {line, other}


def start_worker() -> None:
    """As celery does, once it has loaded the tasks."""
    import_module("texting.tasks")
    worker_ready.send(sender=None)


def test_a_worker_that_starts_has_lines_compared_at_once_and_one_that_starts_again_does_no_more(line, provider):
    backfill.backfill_due()
    Line.objects.update(next_backfill_at=Now() + timedelta(minutes=8))
    provider.told = [told("700")]
    assert backfill.backfill_due() == 0

    start_worker()
    assert backfill.backfill_due() == 1

    provider.told.append(told("701"))
    for _ in range(5):
        start_worker()
    assert backfill.backfill_due() == 0
