"""How far a link between a number and a record reaches, who may take it back, and that a wrong one does not return."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.texting.conftest import ANA, BO, STRANGER, make_line, message, pass_time
from texting import claims, conversations, seam, unmatched
from texting.models import Conversation, NumberLink, Text, TextingSettings, WrongLink
from texting.vocabulary import TextStatus

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
def boston(line):
    """A line whose texts the rep may not read."""
    return make_line(number="+16515550101", owner_id=2)


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def running(number, on) -> Conversation:
    return Conversation.objects.get(number=number, line=on, closed_at=None)


def records(number, on) -> list[tuple[str, int]]:
    return [record.key for record in running(number, on).records.all()]


def link(browser, conversation, key):
    return browser.post(reverse("texting:link-conversation", args=[conversation.pk]), {"key": str(key)}, follow=True)


def remember(rep, key, *, on, number=ANA) -> None:
    """Somebody on a line of others links a number to a record that lacks it."""
    opened = timezone.now() - timedelta(minutes=1)
    theirs = Conversation.objects.create(line=on, number=number, opened_at=opened, last_text_at=opened)
    candidate = seam.describe([key])[key]
    unmatched.link(rep, theirs, candidate, Conversation.objects.filter(line=on))


def put_back(browser, conversation):
    return browser.post(reverse("texting:put-conversation-back", args=[conversation.pk]), follow=True)


def text(send, key, **ago) -> None:
    """Text a record from the rep's line; it left that long ago."""
    send(key)
    pass_time(minutes=1)
    (claim,), _ = claims.claim(1)
    claims.record([claims.Outcome(claim.text_id, claim.attempt, TextStatus.SENT, provider_id=str(claim.text_id))])
    Text.objects.filter(pk=claim.text_id).update(left_at=timezone.now() - timedelta(**ago))
    begin_anew()


def begin_anew() -> None:
    pass_time(hours=25)
    conversations.close_due()


def test_a_record_that_lacks_the_number_gets_the_texts_of_lines_one_may_read_alone(
    browser, people, hear, line, boston, log
):
    ana = people.add("Ana Rivera", ANA)
    second = make_line(number="+16515550102")
    hear("receive", on=boston, **message(STRANGER, "Boston, are you there?", 554))
    begin_anew()
    for provider_id, on in enumerate([boston, line, second], 555):
        hear("receive", on=on, **message(STRANGER, "Hello?", provider_id))

    link(browser, running(STRANGER, line), ana)

    assert [records(STRANGER, on) for on in (line, second, boston)] == [[ana], [ana], []]
    assert log.bodies(ana) == []


def test_what_comes_later_to_a_line_one_may_not_read_stays_there_to_be_decided(browser, people, hear, line, boston):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(STRANGER, "Ana here, my new phone", 555))
    link(browser, running(STRANGER, line), ana)
    begin_anew()

    hear("receive", on=boston, **message(STRANGER, "Hello Boston", 556))
    hear("receive", **message(STRANGER, "Hello Austin", 557))

    assert [records(STRANGER, on) for on in (line, boston)] == [[ana], []]


def test_the_record_that_holds_the_number_gets_its_texts_on_every_line(browser, people, hear, line, boston):
    luis = people.add("Luis Rivera", ANA)
    people.add("Ana Rivera", ANA)
    for provider_id, on in enumerate([line, boston], 555):
        hear("receive", on=on, **message(ANA, "Hello?", provider_id))

    link(browser, running(ANA, line), luis)

    assert [records(ANA, on) for on in (line, boston)] == [[luis], [luis]]


def test_a_link_of_another_line_takes_no_answer_from_whom_this_line_has_texted(people, hear, send, rep, line, boston):
    luis, _ = people.add("Luis Rivera", ANA), people.add("Ana Rivera", ANA)
    bo = people.add("Bo Chen", BO)
    text(send, luis, days=2)
    remember(rep, bo, on=boston)

    hear("receive", **message(ANA, "Yes, I can", 555))

    assert [records(ANA, on) for on in (line, boston)] == [[luis], [bo]]


def test_a_link_that_counts_on_this_line_outweighs_an_earlier_text(people, hear, send, rep, line):
    luis, ana = people.add("Luis Rivera", ANA), people.add("Ana Rivera", ANA)
    text(send, luis, days=2)
    NumberLink.objects.create(number=ANA, **ana._asdict(), linked_by=rep)

    hear("receive", **message(ANA, "Ana here", 555))

    assert records(ANA, line) == [ana]


def test_each_line_keeps_its_own_link_to_a_record_that_lacks_the_number(browser, people, hear, rep, line, boston):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    hear("receive", **message(STRANGER, "Ana here, my new phone", 555))
    link(browser, running(STRANGER, line), ana)
    remember(rep, bo, on=boston, number=STRANGER)
    begin_anew()

    for provider_id, on in enumerate([line, boston], 557):
        hear("receive", on=on, **message(STRANGER, "Hello?", provider_id))

    assert [records(STRANGER, on) for on in (line, boston)] == [[ana], [bo]]
    assert "Not this person" in words_of(
        browser.get(reverse("texting:conversation", args=[running(STRANGER, line).pk]))
    )


def test_not_this_person_takes_back_the_link_of_ones_own_line(browser, people, hear, rep, line, boston):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    hear("receive", **message(STRANGER, "Ana here, my new phone", 555))
    link(browser, running(STRANGER, line), ana)
    remember(rep, bo, on=boston, number=STRANGER)

    put_back(browser, running(STRANGER, line))

    assert [records(STRANGER, on) for on in (line, boston)] == [[], [bo]]
    assert NumberLink.objects.get().key == bo


def test_the_latest_of_two_links_is_meant(browser, people, hear, line):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    hear("receive", **message(STRANGER, "Hello", 555))
    for provider_id, key in [(556, ana), (557, bo)]:
        link(browser, running(STRANGER, line), key)
        begin_anew()
        people.by_id.pop(ana.record_id, None)
        hear("receive", **message(STRANGER, "Hello?", provider_id))

    assert records(STRANGER, line) == [bo]


def test_not_this_person_outweighs_earlier_texts_and_no_later_ones(people, hear, send, rep, line):
    ana = people.add("Ana Rivera", STRANGER)
    text(send, ana, days=20)
    hear("receive", **message(STRANGER, "Who is this?", 555))
    WrongLink.objects.create(number=STRANGER, **ana._asdict(), said_by=rep)
    begin_anew()
    hear("receive", **message(STRANGER, "Stop asking", 556))
    before = records(STRANGER, line)
    WrongLink.objects.update(said_at=timezone.now() - timedelta(days=10))
    begin_anew()

    text(send, ana, days=1)
    hear("receive", **message(STRANGER, "Ana here again", 557))

    assert (before, records(STRANGER, line)) == ([], [ana])


def test_a_link_to_a_record_one_may_not_see_is_neither_shown_nor_taken_back(browser, people, hear, line):
    ana = people.add("Ana Rivera", ANA)
    hear("receive", **message(STRANGER, "Ana here, my new phone", 555))
    link(browser, running(STRANGER, line), ana)
    people.hidden.add(ana.record_id)

    page = words_of(browser.get(reverse("texting:conversation", args=[running(STRANGER, line).pk])))

    assert ["A record you cannot see" in page, "Not this person" in page, "linked" in page] == [True, False, False]
    assert put_back(browser, running(STRANGER, line)).status_code == 404
    assert (records(STRANGER, line), NumberLink.objects.get().key) == ([ana], ana)


def test_the_wrong_person_does_not_come_back_though_they_alone_hold_the_number(browser, people, hear, line):
    ana = people.add("Ana Rivera", BO)
    hear("receive", **message(STRANGER, "My new phone", 555))
    link(browser, running(STRANGER, line), ana)
    give_number(people, ana, STRANGER)

    page = words_of(put_back(browser, running(STRANGER, line)))

    assert "The number is still on the record of Ana Rivera." in page
    assert "Ana Rivera #1 (not this person, somebody said)" in page
    hear("receive", **message(STRANGER, "Hello?", 556))
    assert records(STRANGER, line) == []
    begin_anew()
    hear("receive", **message(STRANGER, "Anybody?", 557))
    assert records(STRANGER, line) == []


def test_nor_does_another_record_of_the_wrong_person(browser, people, hear, line):
    first = people.add("Kwame Asante", BO)
    hear("receive", **message(STRANGER, "My new phone", 555))
    link(browser, running(STRANGER, line), first)
    put_back(browser, running(STRANGER, line))
    people.add("Kwame Asante", STRANGER, same_person_as=frozenset({first}))

    hear("receive", **message(STRANGER, "Hello?", 556))

    assert records(STRANGER, line) == []


def test_who_was_taken_for_the_wrong_person_by_mistake_is_linked_again(browser, people, hear, line):
    ana = people.add("Ana Rivera", BO)
    hear("receive", **message(STRANGER, "My new phone", 555))
    link(browser, running(STRANGER, line), ana)
    put_back(browser, running(STRANGER, line))
    link(browser, running(STRANGER, line), ana)
    begin_anew()

    hear("receive", **message(STRANGER, "Hello?", 556))

    assert records(STRANGER, line) == [ana]


def test_several_wrong_people_are_remembered(browser, people, hear, line):
    both = people.add("Ana Rivera", BO), people.add("Luis Rivera", BO)
    hear("receive", **message(STRANGER, "My new phone", 555))
    for key in both:
        link(browser, running(STRANGER, line), key)
        put_back(browser, running(STRANGER, line))
    give_number(people, both[0], STRANGER)

    hear("receive", **message(STRANGER, "Hello?", 556))

    assert records(STRANGER, line) == []


def give_number(people, key, number) -> None:
    person = people.by_id[key.record_id]
    numbers = [*person.numbers, person.numbers[0]._replace(value=number)]
    people.by_id[key.record_id] = replace(person, numbers=numbers)
