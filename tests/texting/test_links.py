"""How far a link between a number and a record reaches, who may take it back, and that a wrong one does not return."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.urls import reverse

from tests.texting.conftest import ANA, BO, STRANGER, make_line, message, pass_time
from texting import conversations
from texting.models import Conversation, NumberLink, TextingSettings

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


def put_back(browser, conversation):
    return browser.post(reverse("texting:put-conversation-back", args=[conversation.pk]), follow=True)


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
