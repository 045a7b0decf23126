"""One conversation as a page: whose it is, how it is linked to somebody found, and how a wrong decision is undone."""

from __future__ import annotations

import re
import uuid

import pytest
from django.urls import reverse

from tests.texting.conftest import ANA, BO, STRANGER, make_line, message, pass_time
from texting import conversations, unmatched
from texting.models import Conversation, NumberLink, Text, TextingSettings
from texting.views import conversation as conversation_page
from texting.views.inbox import unmatched_count

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_http(settings, people, provider, log):
    settings.SECURE_SSL_REDIRECT = False
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"person": "TEXT"})


@pytest.fixture
def browser(client, rep, line):
    client.force_login(rep)
    return client


@pytest.fixture
def luis_or_ana(people, hear):
    """Two who share a number, of whom one has written."""
    both = people.add("Luis Rivera", ANA), people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    return both


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def address(page="conversation", number=None) -> str:
    conversation = Conversation.objects.filter(**({"number": number} if number else {})).latest("pk")
    return reverse(f"texting:{page}", args=[conversation.pk])


def link(browser, key, **where):
    return browser.post(address("link-conversation", **where), {"key": str(key)}, follow=True)


def put_back(browser, **where):
    return browser.post(address("put-conversation-back", **where), follow=True)


def records(number=ANA) -> list[tuple[str, int]]:
    return [record.key for record in Conversation.objects.get(number=number, closed_at=None).records.all()]


def note_left(conversation: Conversation) -> None:
    """What waits for a conversation has left."""
    waiting = Text.objects.filter(status="queued", line=conversation.line_id)
    waiting.update(status="sent", provider_id="77", left_at="2026-11-20T10:00Z", conversation=conversation)


def test_of_several_who_hold_a_number_none_is_chosen_beforehand(browser, luis_or_ana):
    page = browser.get(reverse("texting:unmatched")).content.decode()

    first = re.search(r"<select[^>]* required>\s*<option ([^>]*)>", page)
    assert first
    assert 'value=""' in first[1]
    assert "selected" not in page


def test_a_stranger_is_found_by_name_and_linked(browser, people, hear, rep):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    people.hidden.add(people.add("Ana Hidden", BO).record_id)
    hear("receive", **message(STRANGER, "Ana here, my new phone", 555))

    page = browser.get(address(), {"q": "ana"}).content.decode()
    assert [f'value="{key}"' in page for key in (ana, bo)] == [True, False]
    assert "Ana Hidden" not in page

    assert "Add the number to the record too" in words_of(link(browser, ana))
    assert (records(STRANGER), unmatched_count(rep)) == ([ana], 0)


def test_of_many_who_are_found_a_few_are_shown_and_all_counted(browser, people, hear):
    for n in range(12):
        people.add(f"Ana Rivera{n}", f"+1612555{n:04}")
    hear("receive", **message(STRANGER, "Ana here, my new phone", 555))

    page = browser.get(address(), {"q": "ana"})

    assert page.content.decode().count('name="key" value="person:') == conversation_page.FOUND_SHOWN
    assert "12 records are found by “ana”. The 10 that fit best are shown." in words_of(page)
    assert "1 record is found by “rivera11”. Ana Rivera11" in words_of(browser.get(address(), {"q": "rivera11"}))


@pytest.mark.parametrize("page", ["unmatched", "conversation"])
def test_the_search_leads_to_what_it_finds(browser, people, hear, page):
    people.add("Ana Rivera", ANA)
    hear("receive", **message(STRANGER, "Ana here, my new phone", 555))

    shown = browser.get(reverse("texting:unmatched") if page == "unmatched" else address()).content.decode()

    assert f'action="{address()}#found"' in shown
    assert 'id="found" tabindex="-1"' in browser.get(address(), {"q": "ana"}).content.decode()


def test_who_was_linked_though_their_record_lacks_the_number_is_answered_there(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(STRANGER, "Ana here, my new phone", 555))
    link(browser, ana)

    browser.post(address("reply"), {"body": "Welcome back", "key": str(uuid.uuid4())})

    assert Text.objects.get(direction="out").number == STRANGER
    hear("receive", **message(STRANGER, "Thanks", 556))
    assert records(STRANGER) == [ana]


def test_a_number_linked_to_somebody_else_is_not_theirs_to_be_texted_at(browser, people, hear, rep):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    NumberLink.objects.create(number=STRANGER, record_type="person", record_id=bo.record_id, linked_by=rep)
    hear("receive", **message(STRANGER, "Who is this?", 555))
    conversation = Conversation.objects.get()
    conversation.records.all().delete()
    conversations.add_records(conversation.pk, [(ana, "Ana Rivera")])

    assert browser.post(address("reply"), {"body": "Hi", "key": str(uuid.uuid4())}).status_code == 422
    assert not Text.objects.filter(direction="out").exists()


def test_a_record_one_may_not_see_is_neither_found_nor_linked(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    people.hidden.add(ana.record_id)
    hear("receive", **message(STRANGER, "Any work?", 555))

    assert "Nobody you can see is found by “ana”" in words_of(browser.get(address(), {"q": "ana"}))
    assert "Choose who this number belongs to" in words_of(link(browser, ana))
    assert records(STRANGER) == []


def test_the_wrong_person_is_taken_off_again_and_the_right_one_chosen(browser, rep, luis_or_ana):
    luis, ana = luis_or_ana
    link(browser, luis)
    panel = browser.get(reverse("texting:record-texts", args=luis)).content.decode()
    assert f'action="{address("put-conversation-back")}"' in panel
    assert "Not this person" in panel

    put_back(browser)
    assert (records(), unmatched_count(rep)) == ([], 1)

    link(browser, ana)
    assert (records(), NumberLink.objects.get().key) == ([ana], ana)


def test_who_was_answered_in_a_conversation_keeps_it(browser, luis_or_ana):
    luis, _ana = luis_or_ana
    link(browser, luis)
    browser.post(address("reply"), {"body": "Hi Luis", "key": str(uuid.uuid4())})
    note_left(Conversation.objects.get())

    assert "Not this person" not in browser.get(reverse("texting:record-texts", args=luis)).content.decode()
    assert "Nothing was changed" in words_of(put_back(browser))
    assert records() == [luis]


def test_who_was_texted_by_mistake_earlier_does_not_get_the_answers_that_come_after_it_was_noticed(
    browser, luis_or_ana, hear
):
    luis, ana = luis_or_ana
    link(browser, luis)
    browser.post(address("reply"), {"body": "Hi Luis", "key": str(uuid.uuid4())})
    note_left(Conversation.objects.get())
    pass_time(hours=25)
    conversations.close_due()
    hear("receive", **message(ANA, "This is Ana!", 556))
    assert records() == [luis]

    put_back(browser)
    hear("receive", **message(ANA, "Hello?", 557))
    assert records() == []

    link(browser, ana)
    assert records() == [ana]


def test_what_a_link_gave_on_other_lines_is_taken_back_too_but_not_where_they_were_texted(
    browser, luis_or_ana, hear, send
):
    luis, _ana = luis_or_ana
    for digit, provider_id in ((1, 556), (2, 557)):
        hear("receive", on=make_line(number=f"+1651555010{digit}"), **message(ANA, "Hello?", provider_id))
    first, _second, texted = Conversation.objects.order_by("pk")
    link(browser, luis)
    send(luis, on=texted.line)
    note_left(texted)
    assert [one.records.count() for one in Conversation.objects.order_by("pk")] == [1, 1, 1]

    browser.post(reverse("texting:put-conversation-back", args=[first.pk]))

    assert [one.records.count() for one in Conversation.objects.order_by("pk")] == [0, 0, 1]


def test_what_is_logged_stays_where_it_is(browser, luis_or_ana, log):
    luis, _ana = luis_or_ana
    link(browser, luis)
    pass_time(hours=25)
    conversations.close_due()

    assert "Nothing was changed" in words_of(put_back(browser))
    assert log.bodies(luis) == [["Any work?"]]


def test_who_was_not_linked_by_a_person_is_not_offered_to_be_taken_off(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))

    assert "Not this person" not in browser.get(reverse("texting:record-texts", args=ana)).content.decode()
    put_back(browser)
    assert records() == [ana]


def test_a_dismissed_conversation_is_read_with_its_note_and_put_back(browser, rep, hear):
    hear("receive", **message(STRANGER, "Buy now", 555))
    unmatched.dismiss(rep, Conversation.objects.get(), "Advertising")
    assert f'href="{address()}"' in browser.get(reverse("texting:inbox"), {"folder": "all"}).content.decode()

    page = words_of(browser.get(address()))
    assert [words in page for words in ("Buy now", "Advertising", "Dismissed by Riya Shah")] == [True] * 3

    put_back(browser)
    assert "Buy now" in words_of(browser.get(reverse("texting:unmatched")))
    assert Conversation.objects.get().dismissal_note == ""


def test_the_page_of_a_conversation_on_a_line_of_others_is_not_found(browser, hear):
    hear("receive", on=make_line(number="+16515550101", owner_id=2), **message(STRANGER, "Who is this?", 555))

    assert browser.get(address()).status_code == 404
    assert browser.post(address("put-conversation-back")).status_code == 404


def test_a_hit_in_an_old_conversation_leads_to_that_very_text(browser, people, hear):
    people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Gate at six", 555))
    hear("receive", **message(ANA, "Thanks", 556))
    pass_time(hours=25)
    conversations.close_due()
    text = Text.objects.get(body="Gate at six")

    found = browser.get(reverse("texting:inbox"), {"q": "gate", "folder": "all"}).content.decode()

    assert f'href="{address()}#text-{text.pk}"' in found
    assert f'id="text-{text.pk}"' in browser.get(address()).content.decode()


@pytest.mark.parametrize(
    ("page", "part"), [("inbox", "conversations"), ("unmatched", "tray"), ("undecided", "undecided")]
)
def test_a_list_that_is_asked_for_anew_answers_with_itself_alone(browser, luis_or_ana, page, part):
    whole = browser.get(reverse(f"texting:{page}")).content.decode()
    alone = browser.get(reverse(f"texting:{page}"), headers={"HX-Request": "true", "HX-Target": part}).content.decode()

    assert ("<h1" in whole, "<h1" in alone) == (True, False)
    for content in (whole, alone):
        assert re.search(rf'<(section|div)[^>]* id="{part}" data-live="/[^"]*/{page}/"', content)
