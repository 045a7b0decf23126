"""The texts on a record, and the ways on from there into ZipWhip's own app."""

from __future__ import annotations

import pytest
from django.urls import reverse

from enterprise.users.models import User
from tests.texting.conftest import ANA, BO, make_line, message
from texting.models import Conversation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_http(settings, people, provider, log):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def browser(client, rep, line):
    client.force_login(rep)
    return client


def panel(client, key) -> str:
    return client.get(reverse("texting:record-texts", args=[key.record_type, key.record_id])).content.decode()


def test_a_conversation_goes_on_in_zipwhip_by_a_plain_link(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))

    assert f'href="https://app.example.com/{ANA}"' in panel(browser, ana)


def test_the_way_into_zipwhip_stays_when_the_conversation_is_closed(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    Conversation.objects.update(closed_at="2026-11-20T10:00Z")

    assert f'href="https://app.example.com/{ANA}"' in panel(browser, ana)


def test_who_may_not_text_reads_and_is_led_nowhere(client, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    client.force_login(User.objects.create_user("sofia", password="a long password"))

    page = panel(client, ana)

    assert "Any work?" in page
    assert "Continue in ZipWhip" not in page
    assert Conversation.objects.get().unseen_since


def test_the_panel_that_first_shows_an_answer_says_so_once(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))

    assert "data-was-unread" in panel(browser, ana)
    assert "data-was-unread" not in panel(browser, ana)


def test_after_sending_to_one_the_way_leads_to_the_conversation(browser, people, send):
    batch = send(people.add("Ana Rivera", ANA))

    page = browser.get(reverse("texting:sent", args=[batch.draft_id])).content.decode()

    assert f'href="https://app.example.com/{ANA}"' in page


def test_after_sending_to_several_the_way_leads_to_the_app(browser, people, send, settings):
    batch = send(people.add("Ana Rivera", ANA), people.add("Bo Chen", BO))

    page = browser.get(reverse("texting:sent", args=[batch.draft_id])).content.decode()

    app = settings.TEXTING["PROVIDERS"]["zipwhip"]["app_url"]
    assert f'href="{app}"' in page


def test_a_conversation_on_a_line_of_others_is_read_but_not_answered(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", on=make_line(number="+16515550101", owner_id=2), **message(ANA, "Any work?", 555))

    page = panel(browser, ana)

    assert "Any work?" in page
    assert 'id="reply-form"' not in page
