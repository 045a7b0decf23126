"""People who wait with a leaver's batch go by several ways to a text: each gets one, and none is forgotten."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.urls import reverse

from tests.texting.conftest import ANA, BO, STRANGER, make_line, run_until_quiet
from tests.texting.test_decisions import make_rep, post
from tests.texting.test_leavers_batches import look, send_draft
from texting import again, building, decisions, dispatch, drafts, long_work, rights
from texting.models import Batch, Draft, Line, NumberLink, Text
from texting.seam import TypedNumber
from texting.vocabulary import Decision, MethodType, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)
MOVED = "+16125550177"


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


def give_number(people, key, *numbers):
    typed = [TypedNumber(MethodType.SMS, number) for number in numbers]
    people.by_id[key.record_id] = replace(people.by_id[key.record_id], numbers=typed)


def leave(user):
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    rights.stop_forbidden()


@pytest.fixture
def leave_behind(people, send, rep):
    """Send to people, and leave before it goes out."""

    def leave_behind(**numbers):
        keys = [people.add(name, number) for name, number in numbers.items()]
        batch = send(*keys)
        batch.keys = keys
        leave(rep)
        return batch

    return leave_behind


@pytest.fixture
def dan(rep, line):
    return make_rep("dan")


@pytest.fixture
def eve(rep, line):
    return make_rep("eve")


@pytest.fixture
def without_zoe(leave_behind, people, dan):
    """Ana and Zoe wait with a leaver's batch; Dan has taken them over, and Zoe had no number then but has one again."""
    left = leave_behind(Ana=ANA, Zoe=BO)
    zoe = left.keys[1]
    draft = decisions.take_over(dan, left)
    give_number(people, zoe)
    taken = send_draft(dan, draft)
    assert taken.recipients.get(record_id=zoe.record_id).reason == Reason.NO_NUMBER
    give_number(people, zoe, BO)
    taken.keys, taken.zoe = left.keys, zoe
    return taken


def begin_again(client, user, batch, status):
    """Press "Text these again" of a batch; the draft that begins, if one does."""
    before = set(Draft.objects.values_list("pk", flat=True))
    client.force_login(user)
    client.post(reverse("texting:batch-again", args=[batch.pk]), {"status": status})
    return Draft.objects.exclude(pk__in=before).first()


def texts_to(number):
    return Text.objects.filter(number=number).exclude(status=TextStatus.BLOCKED).count()


@pytest.mark.parametrize("begun", ["before", "after"])
def test_who_was_sent_theirs_from_the_first_batch_is_not_texted_from_the_second(client, without_zoe, dan, eve, begun):
    draft = begin_again(client, dan, without_zoe, "not_texted") if begun == "before" else None
    post(client, eve, decisions.waiting().get(), "sent_again")
    draft = draft or begin_again(client, dan, without_zoe, "not_texted")

    with pytest.raises(dispatch.NobodyToText) as nobody:
        send_draft(dan, draft)

    assert nobody.value.reasons == {Reason.TEXTED_SINCE}
    assert texts_to(BO) == 1


def test_a_copy_of_the_sent_draft_leaves_out_who_was_sent_theirs_by_another(client, without_zoe, dan, eve):
    post(client, eve, decisions.waiting().get(), "sent_again")

    copied = send_draft(dan, drafts.copy(Draft.objects.get(pk=without_zoe.draft_id)))

    assert (copied.texts.get().number, texts_to(BO)) == (ANA, 1)


def test_who_was_texted_meanwhile_is_not_offered_to_be_texted_again(client, leave_behind, dan, eve):
    left = leave_behind(Ana=ANA, Zoe=BO)
    draft = decisions.take_over(dan, left)
    post(client, eve, Text.objects.get(number=BO), "sent_again")
    taken = send_draft(dan, draft)

    page = look(client, dan, f"{taken.get_absolute_url()}?status=not_texted")

    assert ("Text this" in page, "1 of them is not texted again from here" in page) == (False, True)
    assert begin_again(client, dan, taken, "not_texted") is None


def test_what_failed_on_the_way_can_be_repeated_from_there(client, without_zoe, dan):
    """Also from a third batch that first reached somebody."""
    Text.objects.filter(batch=without_zoe).update(status=TextStatus.FAILED, reason=Reason.REFUSED)
    third = send_draft(dan, begin_again(client, dan, without_zoe, "not_texted"))
    Text.objects.filter(batch=third).update(status=TextStatus.FAILED, reason=Reason.REFUSED)

    fourth = send_draft(dan, begin_again(client, dan, third, "failed"))
    fifth = send_draft(dan, begin_again(client, dan, without_zoe, "failed"))

    assert (fourth.texts.get().number, fifth.texts.get().number) == (BO, ANA)


@pytest.fixture
def one_text_to_two(leave_behind, people, send):
    """One text to Ana and Ben that was left behind, and Ana has another number by now."""
    left = leave_behind(Ana=ANA, Ben=ANA)
    give_number(people, left.keys[0], MOVED)
    return left


def test_who_shared_a_number_waits_alone_when_only_the_other_can_be_texted(
    client, one_text_to_two, people, dan, eve, provider, runner
):
    ben = one_text_to_two.keys[1]
    people.hidden.add(ben.record_id)
    send_draft(dan, decisions.take_over(dan, one_text_to_two))
    people.hidden.clear()

    assert decisions.count_left([one_text_to_two]) == {one_text_to_two.pk: 1}
    assert [one.key for one in again.left(one_text_to_two)] == [ben]
    page = look(client, eve)
    assert ("Ben" in page, "Ana" in page) == (True, False)
    batch_page = look(client, eve, one_text_to_two.get_absolute_url())
    assert batch_page.count("Dan decided: Sent again.") == 2  # of one, in each of two widths
    post(client, eve, decisions.waiting().get(), "sent_again")
    run_until_quiet(runner)

    assert sorted(number for number, _ in provider.sent) == sorted([MOVED, ANA])
    assert not decisions.waiting().exists()


def test_who_shared_a_number_that_was_texted_waits_no_more(leave_behind, people, dan):
    left = leave_behind(Ana=ANA, Ben=ANA)
    people.hidden.add(left.keys[1].record_id)

    send_draft(dan, decisions.take_over(dan, left))

    assert not decisions.waiting().exists()


def test_letting_the_rest_be_leaves_what_was_decided_about_the_other(one_text_to_two, people, dan, eve):
    ana, ben = one_text_to_two.keys
    people.hidden.add(ben.record_id)
    send_draft(dan, decisions.take_over(dan, one_text_to_two))

    decisions.let_be(eve, one_text_to_two)

    decided = {one.key: one.decision for one in one_text_to_two.recipients.all()}
    assert decided == {ana: Decision.SENT_AGAIN, ben: Decision.DROPPED}
    assert not decisions.waiting().exists()
    assert [one.key for one in again.may_be_texted(one_text_to_two.recipients.all())] == [ben]


@pytest.mark.parametrize("who_moved", [0, 1])
def test_who_shared_a_number_is_texted_from_another_block(leave_behind, people, dan, settings, monkeypatch, who_moved):
    left = leave_behind(Ana=ANA, Bo=BO, Cy=STRANGER, Ben=ANA)
    settings.TEXTING = {**settings.TEXTING, "LARGE_SELECTION": 3}
    monkeypatch.setattr(building, "BLOCK", 2)
    give_number(people, left.keys[0 if who_moved == 0 else 3], MOVED)
    draft = decisions.take_over(dan, left)
    long_work.work_off()

    batch = dispatch.send_batch(dan, dispatch.Composed(draft, draft.line, draft.body))
    long_work.work_off()

    assert batch.recipients.filter(text__isnull=False).count() == 4
    assert sorted(batch.texts.values_list("number", flat=True)) == sorted([ANA, BO, STRANGER, MOVED])
    assert not decisions.waiting().exists()


def test_canceling_says_of_nobody_who_was_texted_by_another_that_they_are_still_to_be_texted(
    client, leave_behind, dan, eve, settings
):
    left = leave_behind(Ana=ANA, Bo=BO, Cy=STRANGER)
    settings.TEXTING = {**settings.TEXTING, "LARGE_SELECTION": 2}
    draft = decisions.take_over(dan, left)
    long_work.work_off()
    batch = dispatch.send_batch(dan, dispatch.Composed(draft, draft.line, draft.body))
    post(client, eve, Text.objects.get(number=BO), "sent_again")
    dispatch.cancel_batch(dan, batch)
    long_work.work_off()

    reasons = dict(batch.recipients.values_list("number", "reason"))
    assert reasons == {ANA: Reason.CANCELED, BO: Reason.TEXTED_SINCE, STRANGER: Reason.CANCELED}
    assert begin_again(client, dan, batch, "not_texted").keys == [left.keys[0], left.keys[2]]


@pytest.mark.parametrize("code", ["left", "batch"])
def test_a_posted_source_decides_about_no_batch(client, leave_behind, dan, code):
    left = leave_behind(Ana=ANA)
    Line.objects.filter(pk=left.line_id).update(owner_id=2)
    own = make_line(number="+16515550101")
    client.force_login(dan)

    client.post(reverse("texting:compose"), {"keys": [str(left.keys[0])], "source": f"{code}:{left.pk}"})
    draft = Draft.objects.get(user=dan)
    draft.line, draft.body = own, "Hello"
    send_draft(dan, draft)

    assert decisions.waiting().count() == 1


def test_two_who_build_on_the_way_do_not_wait_for_each_other(without_zoe):
    """A worker holds a batch and then locks the one before; another comes from a batch after and needs both."""
    is_held, failed = threading.Event(), []

    def in_thread(work):
        def run():
            try:
                with transaction.atomic():
                    work()
            except Exception as error:
                failed.append(error)
            connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def build():
        Batch.objects.select_for_update(no_key=True).get(pk=without_zoe.pk)
        is_held.set()
        later.wait(0.5)
        again.hold(without_zoe.source, without_zoe.keys)

    def build_after():
        is_held.wait(10)
        again.hold(f"batch:{without_zoe.pk}", without_zoe.keys)

    later = threading.Event()
    for thread in [in_thread(build), in_thread(build_after)]:
        thread.join()
    assert failed == []


UNCLEAR = {"status": TextStatus.UNCONFIRMED, "reason": Reason.NO_ANSWER}


@pytest.fixture
def shared(leave_behind):
    """One text to Ana and Ben that was left behind."""
    batch = leave_behind(Ana=ANA, Ben=ANA)
    batch.shared = decisions.waiting().get()
    return batch


@pytest.mark.parametrize("facts", [{}, UNCLEAR])
def test_who_shares_the_number_is_reached_though_the_sender_does_not_see_them(client, shared, people, dan, eve, facts):
    Text.objects.filter(pk=shared.shared.pk).update(**facts)
    people.hidden.add(shared.keys[1].record_id)

    assert "Queued as a new text. What" in post(client, dan, shared.shared, "sent_again")

    people.hidden.clear()
    assert "Ben" not in look(client, eve)
    post(client, eve, shared.shared, "sent_again")
    assert [text.number for text in Text.objects.filter(repeats=shared.shared)] == [ANA]
    assert not again.may_be_texted(shared.recipients.all()).exists()


def test_who_has_another_number_waits_on_and_the_old_one_is_not_texted_again(client, shared, people, dan):
    ben = shared.keys[1]
    give_number(people, ben, MOVED)

    said = post(client, dan, shared.shared, "sent_again")

    assert "Whoever has another number by now waits here still." in said
    assert "Ben" in look(client, dan)
    give_number(people, ben, ANA)
    assert "Not sent: this number was sent it again already." in post(client, dan, shared.shared, "sent_again")
    assert Text.objects.get(repeats=shared.shared).number == ANA
    decided = {one.key: one.decision for one in shared.recipients.all()}
    assert decided == dict(zip(shared.keys, [Decision.SENT_AGAIN, ""], strict=True))
    post(client, dan, shared.shared, "dropped")
    assert not decisions.waiting().exists()


def test_who_shares_the_number_by_a_link_alone_was_reached(client, shared, people, dan):
    ben = shared.keys[1]
    give_number(people, ben, MOVED)
    NumberLink.objects.create(number=ANA, record_type=ben.record_type, record_id=ben.record_id, linked_by=dan)

    post(client, dan, shared.shared, "sent_again")

    assert not decisions.waiting().exists()


def test_nobody_waits_for_a_record_that_is_gone(client, shared, people, dan):
    del people.by_id[shared.keys[1].record_id]

    post(client, dan, shared.shared, "sent_again")

    assert not decisions.waiting().exists()


def test_who_was_sent_theirs_alone_is_not_texted_again_once_the_rest_is_let_be(shared, people, dan):
    Text.objects.filter(pk=shared.shared.pk).update(**UNCLEAR)
    give_number(people, shared.keys[1], MOVED)
    decisions.send_again(dan, shared.shared)

    decisions.drop(dan, shared.shared)

    assert [one.key for one in again.may_be_texted(shared.recipients.all())] == [shared.keys[1]]
