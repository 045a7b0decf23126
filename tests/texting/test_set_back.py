"""A database that was set back to an older copy: whoever looks at it first, nothing that left leaves again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from tests.texting.conftest import ANA, BO, make_draft, message, run_until_quiet, status_of
from tests.texting.test_backfill import BODY, forget, make_due, start_worker, told, wait_for_guard_to_end
from texting import backfill, building, conf, dispatch, epoch, guard, intake, lines, long_work, provider_texts, rights
from texting.errors import NotSent
from texting.models import Batch, Epoch, Line, Text, WebhookEvent
from texting.providers.base import ProviderText
from texting.vocabulary import Direction, Origin, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana(people):
    return people.add("Ana Rivera", ANA)


def left_for_ana() -> ProviderText:
    return told("700", BODY, direction=Direction.OUT)


def doubt() -> None:
    """Let a runner find a hole in time."""
    epoch.Pulse().beat()
    forget(hours=1)
    assert not epoch.Pulse().beat()


def test_a_copy_put_back_between_two_beats_is_noticed_before_anything_is_claimed(ana, provider, send, runner):
    """Without cutting a connection, as pg_restore does in the tables that are there."""
    runner.step()
    send(ana)
    forget(minutes=1)

    with pytest.raises(epoch.SetBack):
        runner.step()

    assert (provider.sent, status_of(ANA)) == ([], TextStatus.QUEUED)
    runner._next_beat = 0
    runner.step()
    assert (provider.sent, Line.objects.get().guarded_since is not None) == ([], True)


def test_nothing_is_recorded_in_a_copy_put_back_between_two_beats(ana, send, runner):
    runner.step()
    send(ana)
    Text.objects.update(expires_at=Now() - timedelta(hours=1))
    Epoch.objects.all().delete()

    with pytest.raises(epoch.SetBack):
        runner.step()

    assert status_of(ANA) == TextStatus.QUEUED


# --- what comes before a runner has looked


def compare(hear) -> None:
    backfill.backfill_due()


def hear_the_echo(hear) -> None:
    hear("send", **message(ANA, BODY, "700", kind="ZO"))


@pytest.mark.parametrize("come", [compare, hear_the_echo])
def test_who_is_quicker_than_the_runners_leaves_alone_what_may_be_ours(ana, provider, send, runner, hear, come):
    send(ana)
    provider.told = [left_for_ana()]
    come(hear)

    doubt()
    wait_for_guard_to_end(runner)
    run_until_quiet(runner)

    assert provider.sent == []
    assert [(text.status, text.provider_id) for text in Text.objects.all()] == [("sent", "700")]


def test_a_comparison_that_is_under_way_when_the_doubt_comes_takes_nothing_for_typed_in_the_app(ana, provider, send):
    def doubt_meanwhile(*_, **__):
        doubt()
        return [left_for_ana()]

    send(ana)
    provider.list_texts = doubt_meanwhile
    backfill.backfill_due()

    assert status_of(ANA) == TextStatus.QUEUED


def test_the_same_words_typed_in_the_app_are_taken_in_once_ours_have_left(ana, provider, send, runner):
    send(ana)
    provider.told = [left_for_ana()]
    assert backfill.backfill_due() == 0
    run_until_quiet(runner)
    Line.objects.update(backfilled_at=Now())

    make_due()
    assert backfill.backfill_due() == 1

    assert sorted(Text.objects.values_list("origin", "status")) == [("enterprise", "sent"), ("provider_app", "sent")]


def test_an_echo_of_the_same_words_does_not_wait_for_ever(ana, send, hear, line):
    send(ana)
    Text.objects.update(due_at=Now() + timedelta(hours=3))
    hear_the_echo(hear)
    for _ in range(len(intake.WAITS)):
        WebhookEvent.objects.update(next_try_at=Now())
        intake.take_in()

    assert WebhookEvent.objects.get().state == WebhookEvent.State.KEPT


def test_a_line_under_guard_is_asked_for_all_that_left_since_the_doubt_began(ana, provider, send, runner, monkeypatch):
    monkeypatch.setattr(provider_texts, "PAGE", 1)
    send(ana)
    Batch.objects.update(created_at=Now() - timedelta(hours=1))
    provider.told = [
        told("701", "Typed since", number=BO, direction=Direction.OUT, at=timezone.now() - timedelta(minutes=20)),
        told("700", BODY, direction=Direction.OUT, at=timezone.now() - timedelta(minutes=50)),
    ]
    # As a worker does while no runner lives.
    Line.objects.update(backfilled_at=Now())
    doubt()

    wait_for_guard_to_end(runner)
    run_until_quiet(runner)

    assert provider.sent == []
    assert Text.objects.get(number=ANA).provider_id == "700"


# --- a batch that is still being made


@pytest.fixture
def half_made(people, ana, rep, line, monkeypatch, settings):
    """A batch whose second block, Bo's, is not made in this copy, though its text left an hour ago."""
    draft = make_draft(rep, ana, people.add("Bo Chen", BO), line=line)
    settings.TEXTING = {**settings.TEXTING, "LARGE_SELECTION": 1}
    monkeypatch.setattr(building, "BLOCK", 1)
    batch = dispatch.send_batch(rep, dispatch.Composed(draft, line, BODY))
    Batch.objects.update(created_at=Now() - timedelta(hours=2))
    batch.refresh_from_db()
    with transaction.atomic():
        building.build_block(Batch.objects.select_for_update().get())
    return batch


@pytest.mark.parametrize("is_made_first", [True, False])
def test_what_is_made_again_does_not_leave_again(half_made, provider, runner, is_made_first):
    hour_ago = timezone.now() - timedelta(hours=1)
    provider.told = [told("701", BODY, number=BO, direction=Direction.OUT, at=hour_ago)]
    doubt()
    if is_made_first:
        long_work.work_off()
    backfill.backfill_guarded()
    long_work.work_off()
    make_due()
    backfill.backfill_guarded()

    assert Line.objects.get().guarded_since is None
    run_until_quiet(runner)
    assert [number for number, _ in provider.sent] == [ANA]
    assert (status_of(BO), Text.objects.get(number=BO).origin) == ("sent", Origin.ENTERPRISE)


def test_a_guard_ends_by_hand_only_once_all_is_made_and_a_person_decides_about_that_too(half_made, rep, line):
    doubt()
    line.refresh_from_db()
    with pytest.raises(guard.StillBeingMade):
        guard.end_by_hand(rep, line)

    long_work.work_off()

    assert guard.end_by_hand(rep, line) == 2
    assert {status_of(ANA), status_of(BO)} == {TextStatus.UNCONFIRMED}


# --- what stops texts


def take_the_right(rep, batch, hear):
    rep.user_permissions.clear()
    rights.stop_forbidden()


def say_stop(rep, batch, hear):
    hear("receive", **message(ANA, "STOP", "702"))


def cancel(rep, batch, hear):
    dispatch.cancel_batch(rep, batch)


@pytest.mark.parametrize("stop", [take_the_right, say_stop, cancel])
def test_nothing_under_guard_is_called_stopped_before_it_was_looked_for(ana, rep, provider, send, hear, runner, stop):
    batch = send(ana)
    provider.told = [left_for_ana()]
    doubt()
    stop(rep, batch, hear)

    wait_for_guard_to_end(runner)

    assert list(Text.objects.filter(direction=Direction.OUT).values_list("status", "provider_id")) == [("sent", "700")]


@pytest.mark.parametrize("stop", [take_the_right, say_stop, cancel])
def test_what_has_not_left_is_stopped_after_the_guard(ana, rep, provider, send, hear, runner, stop):
    batch = send(ana)
    doubt()
    stop(rep, batch, hear)

    wait_for_guard_to_end(runner)
    rights.stop_forbidden()
    run_until_quiet(runner)

    assert provider.sent == []
    assert Text.objects.get(direction=Direction.OUT).status in (TextStatus.BLOCKED, TextStatus.CANCELED)


def test_a_line_under_guard_is_not_removed_while_texts_wait(ana, rep, send, line):
    send(ana)
    doubt()
    line.refresh_from_db()

    with pytest.raises(lines.LineGuarded):
        lines.remove(rep, line, now=timezone.now())

    line.refresh_from_db()
    assert (line.state, status_of(ANA)) == ("connected", "queued")


# --- the wait before the comparison


def set_back(pulse: epoch.Pulse) -> None:
    pulse.beat()
    forget(minutes=3)
    assert not pulse.beat()


def wait_left() -> timedelta:
    return Line.objects.get().next_backfill_at - timezone.now()


def test_a_worker_that_starts_does_not_shorten_it(line):
    set_back(epoch.Pulse())

    start_worker()

    assert wait_left() > conf.LEASE - timedelta(seconds=5)


def test_nor_does_a_comparison_that_fails_meanwhile(line, provider):
    def fail(*_, **__):
        set_back(epoch.Pulse())
        raise NotSent

    provider.list_texts = fail
    backfill.backfill_due()

    assert wait_left() > conf.LEASE - timedelta(seconds=5)


def test_a_comparison_under_guard_that_was_killed_begins_again_soon(line, provider, monkeypatch):
    doubt()
    monkeypatch.setattr(backfill, "_backfill_apart", lambda _: 0)
    backfill.backfill_guarded()

    assert wait_left() < timedelta(minutes=3)


# --- signs of life


def test_two_healthy_runners_doubt_nothing_though_their_beats_cross(line):
    slow, quick = epoch.Pulse(), epoch.Pulse()
    with ThreadPoolExecutor(1) as apart, transaction.atomic():
        connection.cursor().execute("SELECT now()")
        assert apart.submit(beat_apart, quick).result(10)
        assert slow.beat()

    assert quick.beat()
    assert slow.beat()


def beat_apart(pulse: epoch.Pulse) -> bool:
    try:
        return pulse.beat()
    finally:
        connection.close()


def test_a_beat_that_could_not_be_committed_is_not_remembered(line):
    pulse = epoch.Pulse()
    pulse.beat()
    with refused_commits(), pytest.raises(DatabaseError, match="not now"):
        pulse.beat()

    assert pulse.beat()


class refused_commits:  # noqa: N801 - reads as a function
    def __enter__(self) -> None:
        connection.cursor().execute(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
            CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON texting_epoch
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()
            """
        )

    def __exit__(self, *_: object) -> None:
        connection.cursor().execute("DROP FUNCTION refuse CASCADE")
