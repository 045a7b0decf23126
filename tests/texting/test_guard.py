"""The end of a guard: when all lines were compared, or when a person says so, who then decides what may have left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from tests.texting import host
from tests.texting.conftest import ANA, BO, make_draft, make_line, status_of
from tests.texting.test_backfill import BODY, forget, told
from texting import backfill, claims, conf, decisions, dispatch, epoch, guard, long_work
from texting.errors import NotSent
from texting.models import Batch, Line, OptOut, Text
from texting.seam import RecordKey
from texting.vocabulary import Direction, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def guard_lines(line):
    def guard_lines():
        epoch.Pulse().beat()
        forget(hours=1)
        epoch.Pulse().beat()
        line.refresh_from_db()

    return guard_lines


@pytest.fixture
def manager(rep):
    rep.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    return User.objects.get(pk=rep.pk)


@pytest.fixture
def held_up(people, send, guard_lines, line):
    """A line that has not been compared, with a text to Ana from before and one to Bo from after."""
    send(people.add("Ana Rivera", ANA))
    guard_lines()
    send(people.add("Bo Chen", BO))
    return line


def test_what_may_have_left_is_decided_by_a_person_and_the_rest_leaves(held_up, manager):
    assert guard.end_by_hand(manager, held_up) == 1

    doubtful = Text.objects.get(number=ANA)
    assert (doubtful.status, doubtful.reason) == (TextStatus.UNCONFIRMED, Reason.STOPPED_WHILE_SENDING)
    assert list(decisions.waiting_for(manager)) == [doubtful]
    assert [claim.number for claim in claims.claim(8)[0]] == [BO]
    ended = [entry for entry in host.audited if entry["action"] == "line.guard_ended"]
    assert ended == [
        {
            "actor_id": manager.pk,
            "action": "line.guard_ended",
            "subject": f"line:{held_up.pk}",
            "facts": {"texts": 1},
        }
    ]


def test_what_a_person_was_to_decide_about_is_settled_by_what_left_before_the_doubt(held_up, manager, provider):
    Batch.objects.filter(texts__number=ANA).update(created_at=Now() - timedelta(hours=2))
    guard.end_by_hand(manager, held_up)
    hour_ago = timezone.now() - timedelta(hours=1)
    provider.told = [told("700", BODY, direction=Direction.OUT, at=hour_ago)]

    backfill.backfill_due()

    texts = Text.objects.filter(number=ANA).values_list("status", "provider_id")
    assert list(texts) == [(TextStatus.SENT, "700")]


def test_a_guard_that_has_ended_by_itself_leaves_the_queue_alone(held_up, manager, provider):
    backfill.backfill_guarded()

    with pytest.raises(guard.NotGuarded):
        guard.end_by_hand(manager, held_up)
    assert status_of(ANA) == TextStatus.QUEUED


def test_a_second_doubt_meanwhile_is_another_guard(held_up, manager):
    forget(hours=2)
    epoch.Pulse().beat()

    with pytest.raises(guard.NotGuarded):
        guard.end_by_hand(manager, held_up)
    assert Line.objects.get().guarded_since is not None


def test_the_lines_page_says_since_when_and_why_and_leads_to_the_end(client, held_up, manager):
    client.force_login(manager)
    end = reverse("texting:end-guard", args=[held_up.pk])

    assert end in client.get(reverse("texting:line", args=[held_up.pk])).content.decode()
    question = client.get(end).content.decode()
    assert "1 queued text may have left already" in question
    after = client.post(end, follow=True).content.decode()

    assert "1 text that may have left waits for a decision." in after
    assert Line.objects.get().guarded_since is None
    assert "has gone on by itself" in client.post(end, follow=True).content.decode()


def test_a_stop_that_reached_another_line_holds_before_the_first_line_goes_on(
    people, send, guard_lines, line, provider, monkeypatch
):
    other = make_line(number="+16125550101")
    send(people.add("Ana Rivera", ANA))
    guard_lines()
    Line.objects.filter(pk=other.pk).update(next_backfill_at=Now() + timedelta(seconds=30))

    backfill.backfill_guarded()
    assert claims.claim(8)[0] == []

    Line.objects.filter(pk=other.pk).update(next_backfill_at=Now())
    provider.told = [told("700", "STOP")]
    backfill.backfill_guarded()

    assert OptOut.objects.get().line_id == other.pk
    assert claims.claim(8)[0] == []
    assert status_of_outgoing() == TextStatus.BLOCKED
    assert not Line.objects.filter(guarded_since__isnull=False).exists()


def status_of_outgoing():
    return Text.objects.get(direction="out").status


def test_a_line_does_not_wait_for_ever_for_one_that_cannot_be_compared(guard_lines, line, provider):
    make_line(number="+16125550101")
    guard_lines()
    Line.objects.exclude(pk=line.pk).update(next_backfill_at=Now() + timedelta(hours=1))
    Line.objects.update(guarded_at=Now() - conf.LEASE - guard.WAIT_FOR_OTHERS)

    backfill.backfill_guarded()

    line.refresh_from_db()
    assert line.guarded_since is None
    assert Line.objects.filter(guarded_since__isnull=False).count() == 1


def test_a_line_that_was_compared_and_waits_is_not_asked_again(guard_lines, line, provider):
    make_line(number="+16125550101")
    guard_lines()
    Line.objects.exclude(pk=line.pk).update(next_backfill_at=Now() + timedelta(hours=1))
    backfill.backfill_guarded()
    Line.objects.filter(pk=line.pk).update(next_backfill_at=Now())

    def fail(*_, **__):
        raise NotSent

    provider.list_texts = fail
    backfill.backfill_guarded()

    line.refresh_from_db()
    assert line.compared_at is not None


def test_a_batch_that_cannot_be_made_can_be_canceled_so_that_the_guard_ends(
    people, rep, manager, line, guard_lines, settings, monkeypatch, provider
):
    settings.TEXTING = {**settings.TEXTING, "LARGE_SELECTION": 2}
    ana = people.add("Ana Rivera", ANA, same_person_as=frozenset({RecordKey("person", 3)}))
    chosen = [ana, people.add("Bo Chen"), people.add("Ana M. Rivera", ANA, same_person_as=frozenset({ana}))]
    draft = make_draft(rep, *chosen, line=line)
    long_work.work_off()
    batch = dispatch.send_batch(rep, dispatch.Composed(draft, line, "Hello"))
    guard_lines()
    with monkeypatch.context() as broken:
        broken.setattr(people, "candidates", None)
        long_work.work_off()
        with pytest.raises(guard.StillBeingMade):
            guard.end_by_hand(manager, line)
        dispatch.cancel_batch(rep, batch)
        Batch.objects.update(retry_at=Now())
        long_work.work_off()

    assert guard.end_by_hand(manager, line) == 0
    results = batch.recipients.order_by("pk").values_list("name", "url", "number", "reason", "is_counted")
    assert list(results) == [
        ("Ana Rivera", "/people/1/", ANA, Reason.CANCELED, True),
        ("Bo Chen", "/people/2/", "", Reason.NO_NUMBER, True),
        ("Ana M. Rivera", "/people/3/", ANA, Reason.CANCELED, False),
    ]
    batch.refresh_from_db()
    assert (batch.human_count, batch.is_pending) == (2, False)
