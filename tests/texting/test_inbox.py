"""The inbox, what is unread, and the tray of conversations that belong to nobody yet."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages.storage.fallback import FallbackStorage
from django.urls import reverse

from enterprise.users.models import User
from tests.texting.conftest import ANA, BO, STRANGER, make_line, message, pass_time
from texting import conversations, seam, unmatched
from texting.models import Conversation, NumberLink, Text, TextingSettings
from texting.views.inbox import unmatched_count, unread_count
from texting.views.unmatched import HOLDERS_SHOWN

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


def test_a_record_of_another_branch_is_neither_named_nor_linked_nor_found_by_its_name(browser, people, hear):
    """An administrator has texted Boston's Bo from Austin's line."""
    bo = people.add("Bo Chen", BO)
    people.add("Ana Rivera", ANA)
    hear("receive", **message(BO, "On my way", 555))
    hear("receive", **message(ANA, "Any work?", 556))
    people.hidden.add(bo.record_id)

    page = browser.get(reverse(INBOX))

    assert ("On my way" in words_of(page), "A record you cannot see" in words_of(page)) == (True, True)
    assert ("Bo Chen" in words_of(page), "/people/1/" in page.content.decode()) == (False, False)
    assert "No text with these words" in words_of(browser.get(reverse(INBOX), {"q": "chen"}))
    assert "Any work?" in words_of(browser.get(reverse(INBOX), {"q": "rivera"}))


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


@pytest.mark.parametrize("key", ["", "person:77", "person:x"])
def test_a_key_of_nobody_is_refused(browser, people, hear, key):
    hear("receive", **message(STRANGER, "Any work?", 555))

    browser.post(reverse("texting:link-conversation", args=[Conversation.objects.get().pk]), {"key": key})

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


def test_what_a_dismissed_number_writes_next_is_in_the_tray_again(browser, rep, hear):
    hear("receive", **message(STRANGER, "Buy now", 555))
    unmatched.dismiss(rep, Conversation.objects.get(), "Advertising")

    hear("receive", **message(STRANGER, "It is Bob, I can start Monday", 556))

    assert unmatched_count(rep) == 1
    assert "I can start Monday" in words_of(browser.get(reverse(TRAY)))
    assert "Buy now" not in words_of(browser.get(reverse(TRAY)))


def test_one_human_on_two_records_is_one_row_with_both_records(browser, people, hear):
    first = people.add("Kwame Asante", ANA)
    second = people.add("Kwame Asante", ANA, same_person_as=frozenset({first}))
    people.by_id[first.record_id] = replace(people.by_id[first.record_id], same_person_as=frozenset({second}))
    hear("receive", **message(ANA, "Any work?", 555))

    page = browser.get(reverse(INBOX)).content.decode()

    assert page.count('class="name') == 1
    assert [f"/people/{key.record_id}/#texts" in page for key in (first, second)] == [True, True]


def test_two_people_who_share_a_number_are_both_named(browser, people, hear, line):
    people.add("Ana Rivera", ANA)
    bo = people.add("Bo Chen", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    conversation = Conversation.objects.get()
    for record_id, name in ((1, "Ana Rivera"), (bo.record_id, "Bo Chen")):
        conversation.records.get_or_create(record_type="person", record_id=record_id, defaults={"name": name})

    assert browser.get(reverse(INBOX)).content.decode().count('class="name') == 2


def test_the_badge_of_the_tray_counts_what_it_lists(client, rep, people, hear):
    """For who manages every line the tray lists every stranger's text."""
    other = make_line(number="+16515550101", owner_id=2)
    hear("receive", on=other, **message(STRANGER, "Who is this?", 555))
    client.force_login(rep)
    assert unmatched_count(rep) == client.get(reverse(TRAY)).context["page"].paginator.count == 0

    rep.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    rep = User.objects.get(pk=rep.pk)

    assert unmatched_count(rep) == client.get(reverse(TRAY)).context["page"].paginator.count == 1


def test_two_people_cannot_decide_one_conversation(rep, people, line, hear):
    hear("receive", **message(STRANGER, "Any work?", 555))
    conversation = Conversation.objects.get()
    stan = people.by_id[people.add("Stan", STRANGER).record_id]
    unmatched.dismiss(rep, conversation, "Advertising")

    with pytest.raises(unmatched.AlreadyDecided):
        unmatched.link(rep, conversation, stan, Conversation.objects.all())


def test_the_pages_ask_as_many_questions_for_thirty_as_for_three(browser, people, hear, django_assert_max_num_queries):
    for i in range(100, 130):
        people.add("Someone", f"+1612555{i:04}")
        hear("receive", **message(f"+1612555{i:04}", "Any work?", i))

    with django_assert_max_num_queries(14):
        assert browser.get(reverse(INBOX)).status_code == 200


def test_the_tray_asks_the_host_once_for_all_who_hold_the_numbers_and_shows_the_latest_texts(
    browser, people, hear, line, monkeypatch
):
    monkeypatch.setattr("texting.views.unmatched.TEXTS_SHOWN", 2)
    for i in range(3):
        people.add("Ann", f"+161255502{i:02}"), people.add("Bob", f"+161255502{i:02}")
        hear("receive", **message(f"+161255502{i:02}", "Any work?", 100 + i))
    for i, body in enumerate(["First words", "And then", "Last words"], 10):
        hear("receive", **message(STRANGER, body, i))
    people.queries = 0

    page = words_of(browser.get(reverse(TRAY)))

    assert (people.queries, page.count("2 records have this number")) == (2, 3)
    assert ["First words" in page, "And then" in page, "Last words" in page] == [False, True, True]
    assert page.count("Earlier texts are not shown here.") == 1


def test_of_many_who_share_a_number_the_first_are_listed(browser, people, hear):
    for n in range(HOLDERS_SHOWN + 5):
        people.add(f"Ana Rivera{n}", STRANGER)
    hear("receive", **message(STRANGER, "Any work?", 555))

    page = browser.get(reverse(TRAY))

    assert "25 records have this number · the first 20 are listed, the others are found by name" in words_of(page)
    assert page.content.decode().count('<option value="person:') == HOLDERS_SHOWN


def test_an_administrator_sees_all_lines_only_when_asked_and_is_not_counted_the_answers_to_others(
    client, rep, people, hear, line
):
    other = make_line(number="+16515550101", owner_id=2)
    people.add("Ana Rivera", ANA)
    hear("receive", on=other, **message(ANA, "For the back desk", 555))
    rep.user_permissions.add(Permission.objects.get(content_type__app_label="texting", codename="manage_lines"))
    rep = User.objects.get(pk=rep.pk)
    client.force_login(rep)

    assert unread_count(rep) == 0
    assert "For the back desk" not in words_of(client.get(reverse(INBOX)))
    assert "For the back desk" in words_of(client.get(reverse(INBOX) + "?whose=all"))


def test_all_lines_are_not_offered_to_a_recruiter(browser, people, hear):
    hear("receive", on=make_line(number="+16515550101", owner_id=2), **message(ANA, "For the back desk", 555))

    page = words_of(browser.get(reverse(INBOX) + "?whose=all"))

    assert "For the back desk" not in page
    assert "All lines" not in page


def test_mine_are_those_i_have_written_in(browser, people, hear, rep, line):
    people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    hear("receive", **message(STRANGER, "Who is this?", 556))
    mine = Conversation.objects.get(number=ANA)
    Text.objects.filter(conversation=mine).update(sender=rep)

    page = words_of(browser.get(reverse(INBOX) + "?whose=mine"))

    assert "Any work?" in page
    assert "Who is this?" not in page


@pytest.mark.parametrize("words", ["rivera", "555-0134", "(612) 555-0134"])
def test_a_name_or_a_number_finds_a_conversation_too(browser, people, hear, words):
    people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))

    assert "Any work?" in words_of(browser.get(reverse(INBOX), {"q": words}))


def test_the_list_is_paged_and_its_pages_keep_what_was_asked(browser, line):
    now = "2026-11-20T10:00Z"
    Conversation.objects.bulk_create(
        [Conversation(line=line, number=f"+1612555{i:04}", opened_at=now, last_text_at=now) for i in range(100, 155)]
    )

    first = browser.get(reverse(INBOX) + "?folder=open&whose=lines")
    assert "1–50 of 55" in words_of(first)
    assert "folder=open&amp;whose=lines&amp;page=2" in first.content.decode()


def test_a_new_record_can_be_made_for_a_strangers_text(browser, hear):
    hear("receive", **message(STRANGER, "Any work?", 555))
    conversation = Conversation.objects.get()

    page = browser.get(reverse(TRAY)).content.decode()

    assert f"/people/add/?number={STRANGER}&amp;made_for={conversation.pk}" in page


def test_the_record_that_was_made_gets_the_texts(rf, rep, people, hear):
    hear("receive", **message(STRANGER, "Any work?", 555))
    conversation = Conversation.objects.get()
    stan = people.add("Stan Stranger", STRANGER)

    answer = seam.record_made(asked_by(rf, rep), str(conversation.pk), stan)

    assert answer.url == "/people/1/#texts"
    assert [record.key for record in conversation.records.all()] == [stan]


def test_a_record_without_the_number_gets_no_texts(rf, rep, people, hear):
    hear("receive", **message(STRANGER, "Any work?", 555))
    stan = people.add("Stan Stranger", ANA)

    answer = seam.record_made(asked_by(rf, rep), str(Conversation.objects.get().pk), stan)

    assert answer.url == reverse(TRAY)
    assert not Conversation.objects.get().records.exists()


@pytest.mark.parametrize("made_for", ["", "x", "999999", "12; DROP TABLE"])
def test_a_record_made_for_nothing_of_ours_changes_nothing(rf, rep, people, line, made_for):
    stan = people.add("Stan Stranger", STRANGER)

    assert seam.record_made(asked_by(rf, rep), made_for, stan) is None


def test_nobody_makes_a_record_for_texts_of_other_lines(rf, rep, people, hear):
    other = make_line(number="+16515550101", owner_id=2)
    hear("receive", on=other, **message(STRANGER, "Any work?", 555))
    stan = people.add("Stan Stranger", STRANGER)

    assert seam.record_made(asked_by(rf, rep), str(Conversation.objects.get().pk), stan) is None
    assert not NumberLink.objects.exists()


def asked_by(rf, user):
    request = rf.post("/people/add/")
    request.user = user
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


@pytest.mark.parametrize("words", ["gate AT six", "100%", "straße"])
def test_words_in_a_closed_conversation_find_it(browser, people, hear, words):
    people.add("Ana Rivera", ANA)
    people.add("Bo Chen", BO)
    hear("receive", **message(ANA, "I was at the Gate at six, 100% sure, Straße 5", "700"))
    hear("receive", **message(BO, "Which one?", "701"))
    pass_time(hours=25)
    conversations.close_due()

    page = browser.get(reverse("texting:inbox"), {"q": words, "folder": "all"}).content.decode()

    assert "Ana Rivera" in page
    assert "Bo Chen" not in page
    assert "Ana Rivera" not in browser.get(reverse("texting:inbox"), {"q": words}).content.decode()
