"""A reply on a record: it goes once to the conversation's number, or comes back with what was typed and why."""

from __future__ import annotations

import html
import uuid
from dataclasses import replace

import pytest
from django.urls import reverse

from tests.texting.conftest import ANA, BO, make_line, message
from texting.models import Batch, Conversation, Text
from texting.seam import TypedNumber
from texting.vocabulary import LineState, MethodType

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_http(settings, people, provider):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def browser(client, rep, line):
    """riya, signed in, with a line to send from."""
    client.force_login(rep)
    return client


@pytest.fixture
def conversation(hear, people):
    people.add("Ana Rivera", ANA, merge_values={"first_name": "Ana", "city": ""})
    hear("receive", **message(ANA, "Any work?", 555))
    return Conversation.objects.get()


def reply_to(browser, conversation, body="On my way", key=None, **fields):
    fields = {"body": body, "key": str(key or uuid.uuid4()), **fields}
    return browser.post(reverse("texting:reply", args=[conversation.pk]), fields)


def sent():
    return list(Text.objects.filter(direction="out").values_list("body", flat=True))


def comes_back(answer, body) -> str:
    """The page of a reply that was refused, its words kept."""
    page = html.unescape(answer.content.decode())
    assert (answer.status_code, f"\n{body.strip()}</textarea>" in page) == (422, True)
    return page


def test_a_reply_goes_to_the_conversations_number_first_and_once(browser, conversation):
    key = uuid.uuid4()
    for _ in range(2):
        assert reply_to(browser, conversation, key=key).url == "/people/1/#texts"

    text = Text.objects.get(direction="out")
    assert (text.number, text.priority, text.line_id) == (ANA, 1, conversation.line_id)


def test_a_reply_to_somebody_who_said_stop_does_not_leave(browser, conversation, hear):
    hear("receive", **message(ANA, "STOP", 556))

    page = comes_back(reply_to(browser, conversation), "On my way")

    assert "Not sent. Opted out by STOP on" in page
    assert sent() == []


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"is_active": False}, "This record is inactive."),
        ({"do_not_text": True}, "Marked “do not text”."),
        ({"numbers": [TypedNumber(MethodType.SMS, BO)]}, "This number is no longer on the record."),
        ({"numbers": []}, "No phone number."),
    ],
    ids=["inactive", "unwilling", "changed", "gone"],
)
def test_where_a_reply_would_be_refused_the_reason_stands_instead_of_the_box(browser, conversation, people, facts, why):
    panel = reverse("texting:record-texts", args=["person", 1])
    assert 'id="reply-form"' in browser.get(panel).content.decode()
    people.by_id[1] = replace(people.by_id[1], **facts)

    page = html.unescape(browser.get(panel).content.decode())

    assert 'id="reply-form"' not in page
    assert f"You cannot reply. {why}" in page
    assert f"Not sent. {why}" in comes_back(reply_to(browser, conversation), "On my way")
    assert sent() == []


@pytest.mark.parametrize(
    ("body", "why"),
    [("  ", "Write a message first"), ("Long " * 500, "Too long for one text by")],
    ids=["empty", "long"],
)
def test_a_reply_that_cannot_be_sent_comes_back_as_it_was_typed(browser, conversation, body, why):
    assert why in comes_back(reply_to(browser, conversation, body), body)
    assert sent() == []


def test_another_reply_with_the_key_of_one_that_left_comes_back_and_leaves_with_its_new_key(browser, conversation):
    key = uuid.uuid4()
    reply_to(browser, conversation, "On my way", key)

    answer = reply_to(browser, conversation, "And bring boots", key)
    comes_back(answer, "And bring boots")
    reply_to(browser, conversation, "And bring boots", answer.context["key"])

    assert sorted(sent()) == ["And bring boots", "On my way"]


def test_a_reply_from_a_line_that_was_removed_comes_back(browser, conversation, line):
    type(line).objects.update(state=LineState.REMOVED)
    make_line(number="+16125550101")

    comes_back(reply_to(browser, conversation), "On my way")

    assert sent() == []


def test_a_reply_that_was_refused_is_no_draft_in_the_list_of_batches(browser, conversation, hear):
    hear("receive", **message(ANA, "STOP", 556))
    reply_to(browser, conversation, "On my way")

    assert "On my way" not in browser.get(reverse("texting:batches")).content.decode()


def test_a_forged_key_sends_nothing(browser, conversation):
    assert reply_to(browser, conversation, key="?").status_code == 404
    assert sent() == []


def test_a_conversation_of_people_one_may_not_see_is_not_found(browser, conversation, people):
    people.hidden.add(1)

    assert reply_to(browser, conversation).status_code == 404
    assert browser.get(reverse("texting:record-texts", args=["person", 1])).status_code == 404


def test_placeholders_of_a_reply_are_filled_from_the_record(browser, conversation):
    assert reply_to(browser, conversation, "Thank you, {First name}!").status_code == 302
    assert sent() == ["Thank you, Ana!"]


def test_a_reply_that_grows_too_long_when_it_is_filled_says_so(browser, hear, people, provider):
    people.add("Ana Rivera", ANA, merge_values={"city": "Minneapolis" * 9})
    hear("receive", **message(ANA, "Any work?", 555))
    body = "{city} " * (provider.body_limit_bytes // 60)

    page = comes_back(reply_to(browser, Conversation.objects.get(), body), body)

    assert "With the placeholders filled in, this is longer than ZipWhip accepts." in page
    assert "opted out" not in page
    assert sent() == []


@pytest.mark.parametrize("written", ["{frist_name}", "{city}"])
def test_a_reply_with_nothing_to_fill_in_leaves_only_when_that_is_wanted(browser, conversation, written):
    body = f"Hi {{first_name}} of {written}"

    page = comes_back(reply_to(browser, conversation, body), body)
    assert f"nothing to fill in for {written}" in page
    assert sent() == []

    assert reply_to(browser, conversation, body, as_it_stands="1").status_code == 302
    assert sent() == [f"Hi Ana of {'' if written == '{city}' else written}"]


def test_two_who_share_the_number_of_a_reply_are_both_named(browser, conversation, people):
    bo = people.add("Bo Chen", ANA, merge_values={"first_name": "Bo"})
    conversation.records.create(record_type="person", record_id=bo.record_id, name="Bo Chen")

    reply_to(browser, conversation, "Hi {first_name}")

    assert sent() == ["Hi Ana & Bo"]
    assert Batch.objects.get().recipients.count() == 2
