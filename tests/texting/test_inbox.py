"""The inbox, what is unread, and the tray of conversations that belong to nobody yet."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from enterprise.users.models import User
from tests.texting.conftest import ANA, STRANGER, make_line, message, pass_time
from texting import conversations, unmatched
from texting.inbox_views import unmatched_count, unread_count
from texting.models import Conversation, NumberLink, TextingSettings

pytestmark = pytest.mark.django_db
INBOX, TRAY = "texting:inbox", "texting:unmatched"


@pytest.fixture(autouse=True)
def plain_http(settings, people, provider, log):
    settings.SECURE_SSL_REDIRECT = False
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"person": "TEXT"})


@pytest.fixture
def browser(client, rep, line):
    client.force_login(rep)
    return client


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("page", [INBOX, TRAY])
def test_only_who_may_text_gets_in(client, page):
    assert client.get(reverse(page)).status_code == 302
    client.force_login(User.objects.create_user("sofia", password="a long password"))
    assert client.get(reverse(page)).status_code == 403


def test_an_answer_is_unread_until_its_record_was_seen(browser, rep, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    assert unread_count(rep) == 1
    assert "Any work?" in words_of(browser.get(reverse(INBOX) + "?folder=unread"))

    browser.get(reverse("texting:record-texts", args=["person", ana.record_id]))

    assert unread_count(rep) == 0
    assert "Any work?" not in words_of(browser.get(reverse(INBOX) + "?folder=unread"))


def test_conversations_of_other_peoples_lines_are_not_shown(browser, rep, people, hear):
    other = make_line(number="+16515550101", owner_id=2)
    people.add("Ana Rivera", ANA)
    hear("receive", on=other, **message(ANA, "For the back desk", 555))
    hear("receive", on=other, **message(STRANGER, "Who is this?", 556))

    assert "For the back desk" not in words_of(browser.get(reverse(INBOX) + "?folder=all"))
    assert "Who is this?" not in words_of(browser.get(reverse(TRAY)))
    conversation = Conversation.objects.get(number=STRANGER)
    address = reverse("texting:dismiss-conversation", args=[conversation.pk])
    assert browser.post(address, {"note": "spam"}).status_code == 404


def test_words_in_a_text_find_its_conversation(browser, people, hear):
    people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "My forklift card is expired", 555))

    assert "Ana Rivera" in words_of(browser.get(reverse(INBOX) + "?q=FORKLIFT&folder=all"))
    assert "No text with these words" in words_of(browser.get(reverse(INBOX) + "?q=crane"))


def test_a_strangers_text_waits_with_those_who_hold_the_number(browser, rep, people, hear):
    people.add("Ana Rivera", ANA)
    luis = people.add("Luis Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    assert unmatched_count(rep) == 1

    page = words_of(browser.get(reverse(TRAY)))
    assert "2 records have this number" in page
    browser.post(
        reverse("texting:link-conversation", args=[Conversation.objects.get().pk]), {"key": str(luis)}, follow=True
    )

    assert [record.key for record in Conversation.objects.get().records.all()] == [luis]
    assert NumberLink.objects.get().record_id == luis.record_id
    assert unmatched_count(rep) == 0


def test_linking_a_closed_conversation_logs_it_at_once(browser, people, hear, log):
    hear("receive", **message(STRANGER, "Any work?", 555))
    pass_time(hours=25)
    conversations.close_due()
    stan = people.add("Stan Stranger", STRANGER)

    browser.post(reverse("texting:link-conversation", args=[Conversation.objects.get().pk]), {"key": str(stan)})

    assert log.bodies(stan) == [["Any work?"]]
    assert Conversation.objects.get().logged_at


def test_a_conversation_that_cannot_be_logged_is_not_linked(browser, people, hear, log):
    hear("receive", **message(STRANGER, "Any work?", 555))
    pass_time(hours=25)
    conversations.close_due()
    stan = people.add("Stan Stranger", STRANGER)
    log.failing.add(STRANGER)

    answer = browser.post(
        reverse("texting:link-conversation", args=[Conversation.objects.get().pk]), {"key": str(stan)}, follow=True
    )

    assert "no action code" in words_of(answer)
    assert not Conversation.objects.get().records.exists()
    assert not NumberLink.objects.exists()


def test_a_key_that_does_not_hold_the_number_is_refused(browser, people, hear):
    hear("receive", **message(STRANGER, "Any work?", 555))
    ana = people.add("Ana Rivera", ANA)

    browser.post(reverse("texting:link-conversation", args=[Conversation.objects.get().pk]), {"key": str(ana)})

    assert not Conversation.objects.get().records.exists()


def test_dismissing_needs_a_note_and_keeps_the_texts(browser, rep, hear):
    hear("receive", **message(STRANGER, "Buy now", 555))
    address = reverse("texting:dismiss-conversation", args=[Conversation.objects.get().pk])

    browser.post(address, {"note": "  "})
    assert unmatched_count(rep) == 1

    browser.post(address, {"note": "Advertising"})
    conversation = Conversation.objects.get()
    assert (conversation.dismissal_note, conversation.dismissed_by, conversation.texts.count()) == (
        "Advertising",
        rep,
        1,
    )
    assert unmatched_count(rep) == 0


def test_two_people_cannot_decide_one_conversation(rep, people, line, hear):
    hear("receive", **message(STRANGER, "Any work?", 555))
    conversation = Conversation.objects.get()
    unmatched.dismiss(rep, conversation, "Advertising")

    with pytest.raises(unmatched.AlreadyDecided):
        unmatched.link(rep, conversation, people.by_id[people.add("Stan", STRANGER).record_id])


def test_the_pages_ask_as_many_questions_for_thirty_as_for_three(browser, people, hear, django_assert_max_num_queries):
    for i in range(100, 130):
        people.add("Someone", f"+1612555{i:04}")
        hear("receive", **message(f"+1612555{i:04}", "Any work?", i))

    with django_assert_max_num_queries(14):
        assert browser.get(reverse(INBOX)).status_code == 200
