"""Large selections: checked and made in blocks by a worker, each person once, whatever happens in between."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from tests.texting import host
from tests.texting.conftest import ANA, make_draft, pass_time
from texting import building, claims, conversations, decisions, dispatch, drafts, heartbeats, long_work, seam
from texting.models import Batch, Draft, DraftRecipient, Heartbeat, Line, Recipient, Text
from texting.runner import stand_in_for_workers
from texting.vocabulary import Reason, TextStatus

pytestmark = pytest.mark.django_db
BODY = "Can you work tonight?"
CHOSEN = 7


@pytest.fixture(autouse=True)
def small_blocks(settings, monkeypatch, people, provider):
    """Four people are many, and three a block."""
    settings.TEXTING = {**settings.TEXTING, "LARGE_SELECTION": 4}
    settings.SECURE_SSL_REDIRECT = False
    monkeypatch.setattr(drafts, "BLOCK", 3)
    monkeypatch.setattr(building, "BLOCK", 3)


@pytest.fixture
def crowd(people):
    return [people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 100 + CHOSEN)]


@pytest.fixture
def large(rep, line, crowd) -> Draft:
    """A draft of seven whose people have been checked."""
    draft = make_draft(rep, *crowd, line=line)
    while drafts.Draft.objects.get(pk=draft.pk).is_pending:
        long_work.work_off()
    return Draft.objects.get(pk=draft.pk)


@pytest.fixture
def batch(rep, line, large) -> Batch:
    return dispatch.send_batch(rep, dispatch.Composed(large, line, BODY))


@pytest.fixture
def browser(client, rep, line):
    client.force_login(rep)
    return client


def one_block() -> None:
    """As much as a worker does before it is killed."""
    assert long_work._step(Batch, building.build_block)


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def results(batch) -> list[str]:
    return sorted(batch.recipients.values_list("name", flat=True))


def test_a_large_selection_is_stored_at_once_and_checked_by_the_worker(browser, crowd):
    answer = browser.post(reverse("texting:compose"), {"keys": [str(key) for key in crowd]})
    assert answer.status_code == 303
    assert "Checking 0 of 7" in words_of(browser.get(answer.url))

    long_work.work_off()

    assert "7 people" in words_of(browser.get(answer.url))
    assert DraftRecipient.objects.accepted().count() == CHOSEN


def test_how_far_it_is_is_shown_while_it_is_checked(browser, crowd, rep, line):
    draft = make_draft(rep, *crowd, line=line)
    long_work._step(Draft, drafts.check_block)

    page = words_of(browser.get(draft.get_absolute_url()))

    assert "Checking 3 of 7" in page
    assert "You can close this" in page
    assert "Checking 3 of 7" in words_of(browser.get(reverse("texting:batches")))


def test_when_nobody_works_on_it_that_is_said(browser, crowd, rep, line):
    draft = make_draft(rep, *crowd, line=line)
    Draft.objects.update(progress_at="2026-01-01T00:00:00Z")

    assert "Background work is not running just now" in words_of(browser.get(draft.get_absolute_url()))


def test_sending_to_many_stores_the_batch_and_the_worker_makes_the_texts(batch):
    assert (batch.is_pending, Text.objects.count()) == (True, 0)

    long_work.work_off()

    batch.refresh_from_db()
    assert (batch.is_pending, batch.done_count) == (False, CHOSEN)
    assert (batch.recipients.count(), batch.texts.queued().count()) == (CHOSEN, CHOSEN)


def test_a_large_batch_is_made_by_a_runner_alone_while_no_worker_is_at_work(batch):
    heartbeats.beat(Heartbeat.Kind.WORKER)
    stand_in_for_workers()
    assert not Text.objects.exists()

    Heartbeat.objects.filter(kind=Heartbeat.Kind.WORKER).update(seen_at=Now() - 2 * heartbeats.ALIVE)
    stand_in_for_workers()

    assert batch.texts.queued().count() == CHOSEN


def test_a_large_batch_expires_so_many_hours_after_send_though_its_texts_were_made_days_later(batch):
    Batch.objects.update(created_at=Now() - timedelta(days=2))
    long_work.work_off()

    assert dispatch.expire_overdue() == CHOSEN

    assert set(batch.texts.values_list("status", flat=True)) == {TextStatus.EXPIRED}


def test_three_texts_beside_a_large_batch_in_the_making_leave_within_ten_slots(rep, line, people, send):
    crowd = [people.add(f"Many {i}", f"+1651555{i:04}") for i in range(100, 160)]
    draft = make_draft(rep, *crowd, line=line)
    long_work.work_off()
    dispatch.send_batch(rep, dispatch.Composed(Draft.objects.get(pk=draft.pk), line, "many"))
    for _ in range(6):
        one_block()
    before = [next_body() for _ in range(5)]
    send(*[people.add(f"Few {i}", f"+1612555{i:04}") for i in range(200, 203)], body="few")

    order = []
    while (Batch.objects.filter(is_pending=True).exists() and one_block()) or Text.objects.queued().exists():
        order.append(next_body())

    assert before == ["many"] * 5
    assert order[:10].count("few") == 3
    assert order[:10].count("many") == 7
    assert len(order) == 60 + 3 - 5


def next_body() -> str:
    """What leaves in the next slot of the line."""
    pass_time(minutes=1)
    ((claim,), _) = claims.claim(1)
    return claim.body


def test_turns_go_on_from_block_to_block(batch):
    long_work.work_off()

    turns = list(Text.objects.order_by("pk").values_list("turn", flat=True))
    assert turns == list(range(turns[0], turns[0] + CHOSEN))


def test_a_worker_killed_between_two_blocks_doubles_and_loses_nobody(batch, crowd):
    one_block()
    assert batch.recipients.count() == 3

    long_work.work_off()

    assert len(set(results(batch))) == len(results(batch)) == CHOSEN


def test_a_worker_killed_within_a_block_leaves_nothing_of_it(batch, monkeypatch):
    one_block()

    def die(*_, **__):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Recipient.objects, "bulk_create", die)
        long_work._step(Batch, building.build_block)
    assert (Text.objects.count(), Recipient.objects.count()) == (3, 3)

    Batch.objects.update(retry_at="2026-01-01T00:00:00Z")
    long_work.work_off()
    assert len(results(batch)) == CHOSEN


def test_what_fails_does_not_keep_others_waiting(batch, rep, line, people, monkeypatch):
    def fail(_):
        raise RuntimeError("broken")

    assert long_work._step(Batch, fail)

    assert not long_work._step(Batch, fail)  # it waits for its next try
    batch.refresh_from_db()
    assert (batch.is_pending, batch.done_count) == (True, 0)


def test_the_same_click_twice_is_one_batch_before_and_after_it_is_made(rep, line, large, batch):
    again = dispatch.send_batch(rep, dispatch.Composed(large, line, BODY))
    long_work.work_off()
    later = dispatch.send_batch(rep, dispatch.Composed(large, line, BODY))

    assert batch == again == later
    assert Text.objects.count() == CHOSEN


def test_people_of_different_blocks_behind_one_number_get_one_text(rep, people, line):
    keys = [people.add(f"Person {i}", ANA if i in {0, 4} else f"+1612555{i:04}") for i in range(100, 106)]
    keys += [people.add("First", ANA), people.add("Last", ANA)]
    draft = make_draft(rep, *[keys[-2], *keys[:-2], keys[-1]], line=line)
    long_work.work_off()

    batch = dispatch.send_batch(rep, dispatch.Composed(draft, line, BODY))
    long_work.work_off()

    first, last = batch.recipients.get(name="First"), batch.recipients.get(name="Last")
    assert first.text_id == last.text_id
    assert batch.texts.count() == CHOSEN
    assert batch.recipients.count() == CHOSEN + 1


@pytest.mark.parametrize("moment", ["before the last block", "while the last block is made"])
def test_who_is_behind_a_number_that_was_texted_already_has_the_conversation_too(
    rep, people, line, provider, moment, monkeypatch
):
    first, *others = [people.add("First", ANA), *(people.add(f"Person {i}", f"+1612555{i:04}") for i in range(5))]
    last = people.add("Last", ANA)
    draft = make_draft(rep, first, *others, last, line=line)
    long_work.work_off()
    batch = dispatch.send_batch(rep, dispatch.Composed(draft, line, BODY))
    one_block()
    if moment == "while the last block is made":
        monkeypatch.setattr(building, "_join_conversations", lambda made: None)
    leave(batch)
    long_work.work_off()
    pass_time(days=2)

    assert conversations.close_due() == 3

    assert {record.key for record in Text.objects.get(batch=batch, number=ANA).conversation.records.all()} == {
        first,
        last,
    }


def leave(batch) -> None:
    """What of a batch is made so far leaves."""
    pass_time(minutes=1)
    taken, _ = claims.claim(100)
    sent = TextStatus.SENT
    claims.record([claims.Outcome(one.text_id, one.attempt, sent, provider_id=f"9{one.text_id}") for one in taken])


def test_canceling_a_half_made_batch_gives_everyone_a_result_and_lets_no_text_leave(rep, batch):
    one_block()

    assert dispatch.cancel_batch(rep, batch) == CHOSEN
    long_work.work_off()

    assert set(batch.texts.values_list("status", flat=True)) == {TextStatus.CANCELED}
    left_out = batch.recipients.filter(text__isnull=True)
    assert set(left_out.values_list("reason", flat=True)) == {Reason.CANCELED}
    assert (batch.texts.count(), left_out.count()) == (3, CHOSEN - 3)
    batch.refresh_from_db()
    assert not batch.is_pending


def test_a_right_taken_while_it_is_made_stops_the_rest(rep, batch):
    one_block()
    rep.user_permissions.clear()

    long_work.work_off()

    assert batch.texts.count() == 3
    assert batch.recipients.filter(reason=Reason.SENDER_INACTIVE).count() == CHOSEN - 3


def test_a_sender_deactivated_while_it_is_made_stops_the_rest_and_what_waits_is_handed_over(rep, people, batch, crowd):
    one_block()
    type(rep).objects.update(is_active=False)
    # As the host does it: who is not active sees nothing.
    people.hidden = {key.record_id for key in crowd}

    long_work.work_off()
    pass_time(minutes=1)
    stopped = claims.claim(10)

    assert stopped == ([], 3)
    batch.refresh_from_db()
    assert not batch.is_pending
    assert batch.recipients.filter(text__isnull=True, reason=Reason.SENDER_INACTIVE).count() == CHOSEN - 3
    assert decisions.waiting().count() == 3
    batch.refresh_from_db()
    assert batch.left_count == CHOSEN - 3


@pytest.fixture
def left_batch(rep, people, batch, crowd):
    """A batch of which three people were queued when its sender left, and four were not."""
    one_block()
    type(rep).objects.filter(pk=rep.pk).update(is_active=False)
    people.hidden = {key.record_id for key in crowd}
    assert not decisions.batches_of_leavers(rep).exists()
    long_work.work_off()
    people.hidden = set()
    return batch


@pytest.fixture
def dan(rep, client):
    dan = type(rep).objects.create_user("dan", password="a long password", first_name="Dan")
    dan.user_permissions.set(rep.user_permissions.all())
    client.force_login(dan)
    return dan


def test_the_people_a_leaver_did_not_reach_are_taken_over_by_a_rep_of_the_line(client, dan, left_batch, crowd):
    page = words_of(client.get(reverse("texting:undecided")))
    assert "4 people were not reached" in page
    assert BODY in page
    assert "Riya Shah left before their turn came." in page
    assert seam.waiting_count("texting:undecided", dan) == 1

    answer = client.post(reverse("texting:take-over", args=[left_batch.pk]), {"decision": "sent_again"})

    draft = Draft.objects.get(user=dan)
    assert answer.url == draft.get_absolute_url()
    assert (draft.keys, draft.body, draft.line_id) == (crowd[3:], BODY, left_batch.line_id)
    assert not Batch.objects.filter(sender=dan).exists()
    assert seam.waiting_count("texting:undecided", dan) == 1


def test_each_block_of_a_large_draft_takes_over_those_it_reaches(client, dan, left_batch, crowd, people):
    pass_time(minutes=1)
    claims.claim(10)
    # The last is behind the first one's text, which is made in another block.
    first, last = (people.by_id[key.record_id] for key in (crowd[0], crowd[-1]))
    people.by_id[last.key.record_id] = replace(last, numbers=first.numbers)
    text = left_batch.texts.get(recipients__record_id=first.key.record_id)
    left_batch.recipients.filter(record_id=last.key.record_id).update(text=text, reason="")
    Batch.objects.filter(pk=left_batch.pk).update(left_count=CHOSEN - 4)
    left_batch.refresh_from_db()
    draft = decisions.take_over(dan, left_batch)
    assert draft.keys == crowd
    long_work.work_off()
    batch = dispatch.send_batch(dan, dispatch.Composed(draft, draft.line, draft.body))
    assert decisions.count_left([left_batch]) == {left_batch.pk: CHOSEN}
    one_block()
    left_batch.refresh_from_db()
    assert (decisions.waiting().count(), left_batch.left_count) == (0, CHOSEN - 4)
    long_work.work_off()

    left_batch.refresh_from_db()
    assert left_batch.left_count == 0
    assert batch.texts.count() == CHOSEN - 1
    assert batch.recipients.filter(text__isnull=False).count() == CHOSEN
    assert {one.decided_by for one in left_batch.recipients.filter(text__isnull=True)} == {dan}
    taken_over = [one["facts"]["people"] for one in host.audited if one["action"] == "batch.taken_over"]
    assert taken_over == [4, CHOSEN - 4]
    assert seam.waiting_count("texting:undecided", dan) == 0
    page = words_of(client.get(left_batch.get_absolute_url()))
    assert "Needs a person" not in page
    assert "need a person" not in words_of(client.get(reverse("texting:batches"), {"scope": "lines"}))


def test_the_people_a_leaver_did_not_reach_can_be_let_be(client, dan, left_batch):
    client.post(reverse("texting:take-over", args=[left_batch.pk]), {"decision": "dropped", "sure": "1"})

    assert "not reached" not in words_of(client.get(reverse("texting:undecided")))
    assert left_batch.recipients.filter(reason=Reason.SENDER_INACTIVE).count() == CHOSEN - 3
    assert host.audited[-1]["action"] == "batch.dropped"


def test_nobody_else_takes_them_over(client, dan, left_batch):
    Line.objects.update(owner_id=2)

    assert "not reached" not in words_of(client.get(reverse("texting:undecided")))
    refused = client.post(reverse("texting:take-over", args=[left_batch.pk]), {"decision": "sent_again"})

    assert refused.status_code == 404
    assert not Draft.objects.filter(user=dan).exists()


def test_a_number_changed_while_it_is_made_is_not_texted(people, batch, crowd):
    from texting.seam import TypedNumber
    from texting.vocabulary import MethodType

    last = crowd[-1].record_id
    people.by_id[last] = replace(people.by_id[last], numbers=[TypedNumber(MethodType.SMS, ANA)])
    long_work.work_off()

    assert batch.recipients.get(record_id=last).reason == Reason.CHANGED
    assert batch.texts.count() == CHOSEN - 1


def test_the_batch_page_says_how_far_it_is_and_the_counts_add_up(browser, batch):
    one_block()

    page = words_of(browser.get(batch.get_absolute_url()))

    assert "Queuing 3 of 7 people" in page
    assert "3 queued" in page
    assert "4 being queued" in page


def test_a_large_draft_that_was_sent_offers_a_new_text_instead(browser, large, batch):
    page = browser.get(large.get_absolute_url())
    assert "This was sent already" in words_of(page)

    again = browser.post(large.get_absolute_url(), {"action": "again"})

    copy = Draft.objects.exclude(pk=large.pk).get()
    assert again.url == copy.get_absolute_url()
    assert (copy.is_pending, copy.done_count) == (True, 0)


@pytest.mark.parametrize(
    ("where", "answered_by"), [("", "HX-Refresh"), ("#content", "HX-Refresh"), (None, "HX-Retarget")]
)
def test_what_is_checked_is_shown_where_it_was_waited_for(browser, large, where, answered_by):
    shown_on = "/employees/" if where is None else f"{large.get_absolute_url()}{where}"
    headers = {"HX-Request": "true", "HX-Target": "checking", "HX-Current-URL": f"http://testserver{shown_on}"}

    assert answered_by in browser.get(large.get_absolute_url(), headers=headers).headers


def test_checking_again_finds_what_changed(browser, people, large, crowd):
    from dataclasses import replace

    first = crowd[0].record_id
    people.by_id[first] = replace(people.by_id[first], do_not_text=True)

    browser.post(large.get_absolute_url(), {"action": "check", "body": BODY})
    long_work.work_off()

    assert DraftRecipient.objects.rejected().get().record_id == first


def test_another_number_chosen_in_a_large_draft_is_checked_alone(browser, people, rep, line, crowd):
    from texting.seam import TypedNumber
    from texting.vocabulary import MethodType

    dee = people.add("Dee Evans", TypedNumber(MethodType.SMS, "555-01"), TypedNumber(MethodType.CELL_PHONE, ANA))
    draft = make_draft(rep, *crowd, dee, line=line)
    long_work.work_off()
    asked = people.queries

    browser.post(draft.get_absolute_url(), {"use": f"{dee}|{ANA}", "body": BODY, "line": Line.objects.get().pk})

    assert draft.people.get(name="Dee Evans").number == ANA
    assert people.queries == asked + 1


def test_a_worker_asks_the_host_once_a_block(rep, people, line, crowd):
    make_draft(rep, *crowd, line=line)
    people.queries = 0
    long_work.work_off()

    assert people.queries == 3


@pytest.mark.parametrize("block", [3, CHOSEN])
def test_a_block_asks_as_many_questions_for_seven_as_for_three(
    rep, line, large, monkeypatch, block, django_assert_max_num_queries
):
    monkeypatch.setattr(building, "BLOCK", block)
    dispatch.send_batch(rep, dispatch.Composed(large, line, "Hi {first_name}"))

    with django_assert_max_num_queries(25):
        one_block()

    assert Recipient.objects.count() == block


def test_old_drafts_are_forgotten_but_not_while_their_batch_is_made(batch, large, rep, people, line):
    from datetime import timedelta

    small = make_draft(rep, people.add("Ana", ANA), line=line)
    Draft.objects.update(updated_at="2025-01-01T00:00:00Z")

    assert drafts.forget_old(timedelta(days=90)) == 1

    assert not Draft.objects.filter(pk=small.pk).exists()
    assert Draft.objects.filter(pk=large.pk).exists()
