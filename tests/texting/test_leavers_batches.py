"""Those whom a leaver's batch did not reach: texted by one, once, or let be by somebody, and forgotten by nobody."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import connection
from django.urls import reverse

from tests.texting import host
from tests.texting.conftest import ANA, BO, STRANGER, make_line, run_until_quiet
from tests.texting.test_decisions import make_rep, post
from texting import decisions, dispatch, drafts, rights
from texting.models import Batch, Draft, Line, Text
from texting.vocabulary import Decision, LineState, Reason, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/texting/undecided/"


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def left_batch(people, send, rep):
    """A batch to three whose sender left before it went out."""
    keys = [people.add("Ana Rivera", ANA), people.add("Bo Chen", BO), people.add("Cy Stranger", STRANGER)]
    batch = send(*keys)
    rep.is_active = False
    rep.save()
    rights.stop_forbidden()
    batch.keys = keys
    return batch


@pytest.fixture
def dan(left_batch):
    return make_rep("dan")


@pytest.fixture
def eve(left_batch):
    return make_rep("eve")


def words_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def look(client, user, url=LIST):
    client.force_login(user)
    return words_of(client.get(url))


def press(client, user, batch, decision="sent_again", **fields):
    client.force_login(user)
    return client.post(reverse("texting:take-over", args=[batch.pk]), {"decision": decision, **fields})


def send_draft(user, draft):
    """As one who opens the draft and presses Send."""
    drafts.check_again(draft)
    return dispatch.send_batch(user, dispatch.Composed(draft, draft.line, draft.body))


def test_a_press_sends_nothing_and_the_next_leads_to_the_same_draft(client, left_batch, dan):
    assert "3 people were not reached" in look(client, dan)

    first, second = press(client, dan, left_batch), press(client, dan, left_batch)

    draft = Draft.objects.get(user=dan)
    assert (first.url, second.url) == (draft.get_absolute_url(), draft.get_absolute_url())
    assert (draft.keys, draft.body, draft.line) == (left_batch.keys, left_batch.body, left_batch.line)
    assert decisions.waiting().count() == 3
    assert not Batch.objects.filter(sender=dan).exists()


def test_everyone_sees_who_has_a_draft_and_that_it_was_not_sent(client, left_batch, dan, eve):
    press(client, dan, left_batch)

    assert re.search("You began a text to them .* not sent yet", look(client, dan))
    assert re.search("Dan began a text to them .* not sent yet", look(client, eve))
    assert "3 people were not reached" in look(client, eve)


def test_a_discarded_draft_has_decided_nothing(client, left_batch, dan):
    press(client, dan, left_batch)

    client.post(Draft.objects.get(user=dan).get_absolute_url(), {"action": "discard", "sure": "1"})

    page = look(client, dan)
    assert ("3 people were not reached" in page, "began a text" in page) == (True, False)
    press(client, dan, left_batch)
    assert Draft.objects.filter(user=dan).count() == 1


def test_once_it_is_sent_they_wait_no_more_and_the_old_batch_says_who_did_it(client, left_batch, dan, provider, runner):
    send_draft(dan, decisions.take_over(dan, left_batch))
    run_until_quiet(runner)

    assert sorted(number for number, _ in provider.sent) == sorted([ANA, BO, STRANGER])
    assert not decisions.waiting().exists()
    page = look(client, dan, left_batch.get_absolute_url())
    assert page.count("Dan decided: Sent again.") == 6
    assert ("Needs a person" in page, "again from here" in page, "Text these" in page) == (False, True, False)
    assert host.audited[-2] | {"facts": {"people": 3}} == host.audited[-2]
    assert "somebody has decided about these people already" in words_of(client.get(press(client, dan, left_batch).url))


def test_of_two_drafts_to_the_same_people_only_the_first_is_sent(client, left_batch, dan, eve, provider, runner):
    of_dan, of_eve = decisions.take_over(dan, left_batch), decisions.take_over(eve, left_batch)
    drafts.check_again(of_eve)
    send_draft(dan, of_dan)

    with pytest.raises(dispatch.NobodyToText):
        dispatch.send_batch(eve, dispatch.Composed(of_eve, of_eve.line, of_eve.body))
    client.force_login(eve)
    assert "Somebody has sent this to them in the meantime" in words_of(client.get(of_eve.get_absolute_url()))
    run_until_quiet(runner)

    assert len(provider.sent) == 3


def test_of_two_who_send_at_once_one_reaches_each(left_batch, dan, eve):
    begun = [(user, decisions.take_over(user, left_batch)) for user in (dan, eve)]
    for _, draft in begun:
        drafts.check_again(draft)
    outcomes = []

    def send(user, draft):
        try:
            outcomes.append(dispatch.send_batch(user, dispatch.Composed(draft, draft.line, draft.body)))
        except dispatch.NobodyToText:
            outcomes.append("too late")
        connection.close()

    threads = [threading.Thread(target=send, args=one) for one in begun]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("too late") == 1
    assert Text.objects.filter(status=TextStatus.QUEUED).count() == 3


def test_whoever_was_sent_theirs_alone_is_not_texted_from_an_older_draft(client, left_batch, dan, eve):
    draft = decisions.take_over(dan, left_batch)
    post(client, eve, Text.objects.get(number=BO), "sent_again")

    batch = send_draft(dan, draft)

    assert batch.recipients.get(record_id=left_batch.keys[1].record_id).reason == Reason.TEXTED_SINCE
    assert Text.objects.filter(number=BO, status=TextStatus.QUEUED).count() == 1
    assert batch.texts.count() == 2


def test_whom_the_taker_cannot_text_goes_on_waiting(client, left_batch, dan, people):
    people.hidden.add(left_batch.keys[0].record_id)

    send_draft(dan, decisions.take_over(dan, left_batch))

    assert decisions.waiting().get().number == ANA


def test_one_of_two_behind_a_number_is_enough(left_batch, dan, people, send, rep):
    """The text to both is one, and it is sent again as one."""
    both = left_batch.texts.get(number=ANA)
    luis = people.add("Luis Rivera", ANA)
    left_batch.recipients.create(record_type=luis.record_type, record_id=luis.record_id, name="Luis", text=both)
    assert decisions.count_left([left_batch]) == {left_batch.pk: 4}

    batch = send_draft(dan, decisions.take_over(dan, left_batch))

    assert (batch.texts.count(), batch.recipients.filter(text__number=ANA).count()) == (3, 2)
    assert not decisions.waiting().exists()


def test_who_has_no_line_begins_no_draft(client, left_batch, dan):
    Line.objects.update(state=LineState.REMOVED)

    page = words_of(client.get(press(client, dan, left_batch).url))

    assert "You have no line to write to these people from." in page
    assert not Draft.objects.filter(user=dan).exists()
    assert decisions.waiting().count() == 3


@pytest.mark.parametrize("htmx", [{}, {"HTTP_HX_REQUEST": "true"}])
def test_to_let_many_be_is_asked_first(client, left_batch, dan, htmx):
    client.force_login(dan)
    url = reverse("texting:take-over", args=[left_batch.pk])

    asked = client.post(url, {"decision": "dropped"}, **htmx)

    assert "3 people were not reached. They are not texted" in words_of(asked)
    assert decisions.waiting().count() == 3
    client.post(url, {"decision": "dropped", "sure": "1"})
    assert set(left_batch.texts.values_list("decision", flat=True)) == {Decision.DROPPED}
    assert not decisions.waiting().exists()


def test_what_is_no_decision_drops_nobody(client, left_batch, dan):
    assert press(client, dan, left_batch, "", sure="1").status_code == 404
    assert press(client, dan, left_batch, "arrived", sure="1").status_code == 404
    assert decisions.waiting().count() == 3


def test_whom_a_second_leaver_leaves_waits_there_alone_and_is_texted_once(
    client, left_batch, dan, eve, people, provider, runner
):
    """Dan takes over and leaves in his turn, before one of his texts is out."""
    batch = send_draft(dan, decisions.take_over(dan, left_batch))
    type(dan).objects.filter(pk=dan.pk).update(is_active=False)
    rights.stop_forbidden()

    assert list(decisions.left_together(eve)) == [batch]
    send_draft(eve, decisions.take_over(eve, batch))
    run_until_quiet(runner)

    assert len(provider.sent) == 3
    assert not decisions.waiting().exists()


def test_who_is_texted_from_the_second_batch_after_all_does_not_wait_with_the_first(client, left_batch, dan, people):
    """Ana has no number that the taker sees; once she has, she is texted from the taker's batch."""
    ana = left_batch.keys[0]
    people.hidden.add(ana.record_id)
    batch = send_draft(dan, decisions.take_over(dan, left_batch))
    people.hidden.clear()

    client.force_login(dan)
    client.post(reverse("texting:batch-again", args=[batch.pk]), {"status": "not_texted"})
    draft = Draft.objects.latest("created_at")
    assert draft.keys == [ana]
    send_draft(dan, draft)

    assert not decisions.waiting().exists()


def test_a_new_text_to_the_same_people_can_be_made_of_a_sent_draft(left_batch, dan):
    draft = decisions.take_over(dan, left_batch)
    send_draft(dan, draft)

    assert send_draft(dan, drafts.copy(draft)).texts.count() == 3


def test_the_old_batch_leaves_to_the_list_what_waits_there(client, left_batch, dan):
    page = look(client, dan, left_batch.get_absolute_url())
    assert "3 of them are not texted again from here" in page

    client.post(reverse("texting:batch-again", args=[left_batch.pk]), {"status": "blocked"})
    assert not Draft.objects.filter(user=dan).exists()

    decisions.let_be(dan, left_batch)
    assert "Text these 3 again" in look(client, dan, left_batch.get_absolute_url())
    client.post(reverse("texting:batch-again", args=[left_batch.pk]), {"status": "blocked"})
    assert Draft.objects.get(user=dan).keys == left_batch.keys


def test_who_may_not_act_for_the_line_takes_nobody_over(client, left_batch, dan):
    Line.objects.update(owner_id=2)
    make_line(number="+16515550101")

    assert press(client, dan, left_batch).status_code == 404
    assert not Draft.objects.filter(user=dan).exists()
