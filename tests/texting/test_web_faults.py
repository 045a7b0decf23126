"""Forged keys, replies and ways back; and what a colleague on the same line may not see or do."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from tests.texting.conftest import ANA, BO
from tests.texting.test_compose import compose, press, text_of
from texting import conversations
from texting.models import Batch, Conversation, Draft, Recipient, Text
from texting.seam import TypedNumber
from texting.vocabulary import MethodType, Reason, TextStatus

pytestmark = pytest.mark.django_db
HOME = resolve_url(settings.LOGIN_REDIRECT_URL)


@pytest.fixture(autouse=True)
def plain_http(settings, people, provider):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def browser(client, rep, line):
    """riya, signed in, with a line to send from."""
    client.force_login(rep)
    return client


@pytest.fixture
def ana(people):
    return people.add("Ana Rivera", ANA)


@pytest.fixture
def dans_browser(client):
    """dan, who may send from riya's line too."""
    dan = User.objects.create_user("dan", password="a long password")
    dan.user_permissions.add(Permission.objects.get(content_type__app_label="texting", codename="send"))
    client.force_login(dan)
    return client


# --- Ways back


@pytest.mark.parametrize(
    ("came_from", "way_back"),
    [
        ("http://testserver/people/?q=ana", "/people/?q=ana"),
        ("http://testserver//evil.example/x", "/evil.example/x"),
        ("http://evil.example/x", HOME),
        ("//evil.example/x", HOME),
    ],
)
def test_the_way_back_leads_to_no_other_host(browser, ana, came_from, way_back):
    url = compose(browser, ana, referer=came_from)

    assert press(browser, url, "save-and-leave").url == way_back


# --- Forged keys


@pytest.mark.parametrize("forged", ["x" * 40 + ":1", "per\x00son:1", "person:" + "9" * 30, "spaceship:1"])
def test_a_forged_key_among_others_keeps_nobody_from_being_texted(browser, ana, forged):
    url = compose(browser, ana, forged)

    press(browser, url, "send")

    assert list(Text.objects.values_list("number", flat=True)) == [ANA]


def test_a_key_with_a_null_alone_selects_nobody(browser):
    response = browser.post(reverse("texting:compose"), {"keys": ["per\x00son:1"]})

    assert "Nobody is selected" in text_of(response)
    assert not Draft.objects.exists()


def test_a_source_with_a_null_is_stored_without_it(browser, ana):
    browser.post(reverse("texting:compose"), {"keys": [str(ana)], "source": "Search\x00"})

    assert Draft.objects.get().source == "Search"


def test_a_value_of_two_hundred_and_fifty_characters_is_no_number_and_no_error(browser, people, ana):
    long_value = "555 " * 62
    bo = people.add("Bo Chen", TypedNumber(MethodType.SMS, long_value))
    url = compose(browser, ana, bo)

    press(browser, url, "send")

    left_out = Recipient.objects.get(name="Bo Chen")
    assert (left_out.reason, left_out.number_as_entered) == (Reason.INVALID_NUMBER, long_value[:200])
    assert Text.objects.get().number == ANA


# --- Forged replies


@pytest.fixture
def conversation(line, ana):
    now = timezone.now()
    conversation = Conversation.objects.create(line=line, number=ANA, opened_at=now, last_text_at=now)
    conversations.add_records(conversation.pk, [(ana, "Ana Rivera")])
    return conversation


def test_a_reply_whose_key_names_a_draft_texts_nobody_of_that_draft(browser, rep, people, line, conversation):
    bo = people.add("Bo Chen", BO)
    draft = Draft.objects.create(user=rep, selection=[bo], line=line)

    response = browser.post(
        reverse("texting:reply", args=[conversation.pk]), {"key": str(draft.pk), "body": "Only for Ana"}
    )

    assert response.status_code == 404
    assert not Text.objects.exists()


def test_a_reply_whose_key_names_a_colleagues_draft_texts_nobody(rep, line, ana, conversation, dans_browser):
    draft = Draft.objects.create(user=rep, selection=[ana], line=line, body="Not yet finished")

    response = dans_browser.post(reverse("texting:reply", args=[conversation.pk]), {"key": str(draft.pk), "body": "x"})

    assert response.status_code == 404
    assert not Text.objects.exists()


# --- A colleague who shares the line


def test_a_colleague_sees_no_names_of_records_that_are_hidden_from_them(send, people, ana, dans_browser):
    batch = send(ana, people.add("Bo Chen", BO))
    people.hidden.add(ana.record_id)

    page = dans_browser.get(batch.get_absolute_url()).content.decode()

    assert "Ana Rivera" not in page
    assert "555-0134" not in page
    assert "/people/1/" not in page
    assert "A record you cannot see" in page
    assert "Bo Chen" in page


def test_a_sender_sees_the_names_of_their_batch_whatever_is_hidden_since(browser, send, people, ana):
    batch = send(ana)
    people.hidden.add(ana.record_id)

    assert "Ana Rivera" in browser.get(batch.get_absolute_url()).content.decode()


def test_a_colleague_cancels_no_batch_but_their_own(send, ana, dans_browser):
    batch = send(ana)
    address = reverse("texting:cancel-batch", args=[batch.pk])

    assert address not in dans_browser.get(batch.get_absolute_url()).content.decode()
    assert dans_browser.post(address).status_code == 403

    assert Text.objects.get().status == TextStatus.QUEUED
    assert Batch.objects.get().canceled_at is None
