"""What people answered a batch, beside each of them: their answers to it, for who may read the line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from tests.texting.conftest import ANA, BO, message
from tests.texting.test_batch_list import ana, browser, dan, plain_http, rows_of
from texting import conf
from texting.models import Draft, Line, Text
from texting.vocabulary import Reason, TextStatus

pytestmark = pytest.mark.django_db
__all__ = ["ana", "browser", "dan", "plain_http"]


def leave(batch, **facts):
    """Let the text to Ana leave now."""
    facts = {"status": TextStatus.DELIVERED, "provider_id": f"7{batch.pk}", "left_at": timezone.now(), **facts}
    batch.texts.filter(number=ANA).update(**facts)
    return batch


def replied(browser, batch) -> list[str]:
    return list(rows_of(browser.get(batch.get_absolute_url(), {"status": "replied"})))


@pytest.fixture
def answered(people, send, hear, ana):
    """A batch to Ana and Bo, to whom Ana has said yes; before it she had said no."""
    hear("receive", **message(ANA, "No, sorry", 555))
    batch = send(ana, people.add("Bo Chen", BO))
    leave(batch)
    hear("receive", **message(ANA, "YES", 556))
    return batch


def test_the_answer_since_the_text_stands_beside_who_gave_it(browser, answered):
    rows = rows_of(browser.get(answered.get_absolute_url()))

    assert "YES" in rows["Ana Rivera"]
    assert "/people/1/#texts" in rows["Ana Rivera"]
    assert "No, sorry" not in rows["Ana Rivera"]
    assert "#texts" not in rows["Bo Chen"]


def test_who_replied_can_be_listed_alone_and_texted_again(browser, answered, ana):
    assert replied(browser, answered) == ["Ana Rivera"]

    browser.post(reverse("texting:batch-again", args=[answered.pk]), {"status": "replied"})

    assert Draft.objects.latest("created_at").keys == [ana]


def test_who_may_not_see_a_record_does_not_see_its_answer_either(client, answered, people, dan):
    people.hidden.add(1)
    client.force_login(dan)

    page = client.get(answered.get_absolute_url()).content.decode()

    assert answered.body in page
    assert "YES" not in page


def test_whom_the_line_was_taken_from_reads_no_answers_on_it(browser, answered, people):
    Line.objects.update(owner_id=2)
    page = browser.get(answered.get_absolute_url())

    assert "Ana Rivera" in page.text
    assert ("YES" in page.text, 'value="replied"' in page.text) == (False, False)
    assert replied(browser, answered) == []
    browser.post(reverse("texting:batch-again", args=[answered.pk]), {"status": "replied"})
    assert Draft.objects.count() == 1

    people.hidden.add(1)
    page = browser.get(answered.get_absolute_url()).text
    assert ("Ana Rivera" in page, "Bo Chen" in page) == (False, True)


def test_whom_one_chose_oneself_one_goes_on_seeing_on_ones_line(browser, answered, people):
    people.hidden.add(1)

    assert "YES" in rows_of(browser.get(answered.get_absolute_url()))["Ana Rivera"]


def test_who_manages_lines_reads_them_on_every_line(client, answered, people, dan):
    Line.objects.update(owner_id=2)
    dan.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    client.force_login(dan)

    assert "YES" in rows_of(client.get(answered.get_absolute_url()))["Ana Rivera"]


def test_an_answer_to_a_later_batch_is_none_to_this_one(browser, send, hear, ana):
    monday = leave(send(ana, body="Can you work tonight?"))
    friday = leave(send(ana, body="Paychecks are ready"))
    hear("receive", **message(ANA, "thanks", 557))

    assert (replied(browser, monday), replied(browser, friday)) == ([], ["Ana Rivera"])
    assert "thanks" not in browser.get(monday.get_absolute_url()).text
    assert "thanks" in browser.get(friday.get_absolute_url()).text


def test_until_the_next_text_leaves_an_answer_is_one_to_the_last(browser, answered, send, hear, ana):
    friday = send(ana, body="Paychecks are ready")
    hear("receive", **message(ANA, "Sorry, no", 557))

    assert "Sorry, no" in browser.get(answered.get_absolute_url()).text
    leave(friday, left_at=timezone.now() + conf.LEASE)
    assert (replied(browser, answered), replied(browser, friday)) == (["Ana Rivera"], [])


def test_a_reply_of_ours_begins_nothing_new(browser, answered, send, hear, ana):
    leave(send(ana, body="At Acme", is_reply=True))
    hear("receive", **message(ANA, "On my way", 557))

    assert "On my way" in rows_of(browser.get(answered.get_absolute_url()))["Ana Rivera"]


def test_the_first_answers_are_shown_and_the_rest_counted(browser, answered, hear):
    for number, words in enumerate(["Where?", "Which gate?", "Thanks", "See you"]):
        hear("receive", **message(ANA, words, 560 + number))
    row = rows_of(browser.get(answered.get_absolute_url()))["Ana Rivera"]

    assert all(words in row for words in ("YES", "Where?", "Which gate?", "2 more replies"))
    assert "Thanks" not in row


def test_who_answered_before_we_knew_that_the_text_left_has_answered(browser, answered):
    """An unconfirmed text counts as gone only when its lease is over."""
    over = timezone.now() + conf.LEASE - timedelta(seconds=5)
    leave(answered, status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER, left_at=over)

    assert replied(browser, answered) == ["Ana Rivera"]


def test_an_answer_that_had_to_be_fetched_later_is_one_to_what_had_left_when_it_was_written(
    browser, answered, send, hear, ana
):
    leave(send(ana, body="Paychecks are ready"))
    hear("receive", **message(ANA, "Late, but yes", 558))
    Text.objects.filter(body="Late, but yes").update(provider_at=answered.created_at)

    assert "Late, but yes" in browser.get(answered.get_absolute_url()).text
