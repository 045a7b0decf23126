"""The texts on a record, and the ways on from there into ZipWhip's own app."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from tests.texting.conftest import ANA, BO, make_line, message
from texting import compliance, seam
from texting.models import Conversation, OptOut, Text
from texting.seam import RecordKey, TypedNumber
from texting.vocabulary import MethodType

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


def test_the_way_into_zipwhip_is_there_before_the_first_text(browser, people):
    ana = people.add("Ana Rivera", BO, TypedNumber(MethodType.SMS, ANA, is_primary=True))

    assert f'href="https://app.example.com/{ANA}"' in panel(browser, ana)
    assert "Continue in ZipWhip" not in panel(browser, people.add("Bo Chen", "555-01"))


@pytest.mark.parametrize("wish", ["do_not_text", "opted_out"])
def test_nobody_is_led_into_zipwhip_to_who_must_not_be_texted(browser, people, wish):
    ana = people.add("Ana Rivera", ANA, do_not_text=wish == "do_not_text")
    if wish == "opted_out":
        compliance.opt_out(ANA, source=OptOut.Source.WORD, line_id=None, word="STOP")

    assert "Continue in ZipWhip" not in panel(browser, ana)


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


def test_reading_the_answers_of_others_leaves_them_unread(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", on=make_line(number="+16515550101", owner_id=2), **message(ANA, "Any work?", 555))

    assert "data-was-unread" not in panel(browser, ana)
    assert Conversation.objects.get().unseen_since


def test_one_replies_in_the_conversation_on_the_own_line_though_a_later_one_is_open_elsewhere(browser, people, hear):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(ANA, "Any work?", 555))
    own = Conversation.objects.get()
    hear("receive", on=make_line(number="+16515550101", owner_id=2), **message(ANA, "Hello Boston", 556))

    page = panel(browser, ana)

    assert f'action="{reverse("texting:reply", args=[own.pk])}"' in page
    assert "You cannot send from this line" not in page


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("blocked", "line_removed", "The line was removed."),
        ("expired", "expired", "It could not leave in time."),
        ("canceled", "canceled", "Canceled before it left."),
    ],
)
def test_a_text_that_was_stopped_stays_on_the_record_with_its_reason_for_a_month(
    browser, people, send, status, reason, words
):
    ana = people.add("Ana Rivera", ANA)
    send(ana, body="On my way", is_reply=True)
    Text.objects.update(status=status, reason=reason)

    page = panel(browser, ana)
    assert ("On my way" in page, words in page) == (True, True)

    Text.objects.update(status_at=timezone.now() - timedelta(days=31))
    assert "On my way" not in panel(browser, ana)


@pytest.fixture
def kwame(people) -> list[RecordKey]:
    """Employee and contact in one: two records."""
    both = [RecordKey("person", 1), RecordKey("person", 2)]
    people.add("Kwame Asante", ANA, same_person_as=frozenset({both[1]}))
    people.add("Kwame Asante", same_person_as=frozenset({both[0]}))
    return both


def test_the_texts_of_one_record_are_shown_on_the_other_of_the_same_human(browser, kwame, hear):
    hear("receive", **message(ANA, "Any work?", 555))

    assert [record.key for record in Conversation.objects.get().records.all()] == kwame[:1]
    assert [panel(browser, key).count("Any work?") for key in kwame] == [1, 1]
    assert seam.text_count(kwame) == seam.text_count(kwame[:1]) == 1


def test_what_waits_for_one_human_is_shown_once_on_each_record(browser, kwame, send):
    send(*kwame)

    assert [panel(browser, key).count("Can you work tonight?") for key in kwame] == [1, 1]


def test_the_texts_of_a_record_one_may_not_see_are_not_shown_on_the_other(browser, people, kwame, hear):
    hear("receive", **message(ANA, "Any work?", 555))
    people.hidden.add(kwame[0].record_id)

    assert "Any work?" not in panel(browser, kwame[1])


def test_a_reply_leads_back_to_the_record_it_was_written_on(browser, people, kwame, hear):
    hear("receive", **message(ANA, "Any work?", 555))
    address = reverse("texting:reply", args=[Conversation.objects.get().pk])

    ways_back = [
        browser.post(address, {"body": "On my way", "key": str(uuid.uuid4()), "record": str(record)}).url
        for record in (*kwame, "person:77", "")
    ]

    assert ways_back == [f"/people/{number}/#texts" for number in (1, 2, 1, 1)]
