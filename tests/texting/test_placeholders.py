"""Placeholders: filled for each person, shown before, and never sent half."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.texting.conftest import ANA, BO, make_draft
from texting import dispatch, placeholders
from texting.models import Draft, Line, Text
from texting.vocabulary import Reason

HELLO = "Hi {first_name}, can you work?"


@pytest.mark.parametrize(
    ("body", "people", "text"),
    [
        (HELLO, [{"first_name": "Ana"}], "Hi Ana, can you work?"),
        (HELLO, [{"first_name": "Ana"}, {"first_name": "Luis"}], "Hi Ana & Luis, can you work?"),
        (HELLO, [{"first_name": "Ana"}, {"first_name": "Ana"}], "Hi Ana, can you work?"),
        (HELLO, [{"first_name": ""}], "Hi , can you work?"),
        ("{a}{b}", [{"a": "{b}", "b": "1"}], "{b}1"),
        ("{ first_name} {First name} {FIRST-NAME}", [{"first_name": "Ana"}], "Ana Ana Ana"),
        ("{} {x :-{ } {1}", [{"first_name": "Ana"}], "{} {x :-{ } {1}"),
        ("{nickname}", [{"first_name": "Ana"}], "{nickname}"),
    ],
)
def test_a_body_is_filled(body, people, text):
    assert placeholders.fill(body, people) == text


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def browser(client, rep, line, people, provider):
    client.force_login(rep)
    return client


@pytest.fixture
def ana(people):
    return people.add("Ana Rivera", ANA, merge_values={"first_name": "Ana", "job_title": ""})


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def press(browser, draft, action, body, **headers):
    data = {"action": action, "body": body, "line": Line.objects.get().pk}
    return browser.post(draft.get_absolute_url(), data, headers=headers)


@pytest.mark.django_db
def test_each_person_gets_their_own_words_and_their_own_count_of_segments(rep, people, ana, line):
    bo = people.add("Bo", BO, merge_values={"first_name": "Bo" * 100})
    draft = make_draft(rep, ana, bo, line=line)

    dispatch.send_batch(rep, dispatch.Composed(draft, line, HELLO))

    texts = {text.number: text for text in Text.objects.all()}
    assert texts[ANA].body == "Hi Ana, can you work?"
    assert (texts[ANA].segment_count, texts[BO].segment_count) == (1, 2)


@pytest.mark.django_db
def test_people_behind_one_number_are_named_in_one_text(rep, people, ana, line):
    luis = people.add("Luis Rivera", ANA, merge_values={"first_name": "Luis"})
    draft = make_draft(rep, ana, luis, line=line)

    dispatch.send_batch(rep, dispatch.Composed(draft, line, HELLO))

    assert Text.objects.get().body == "Hi Ana & Luis, can you work?"


@pytest.mark.django_db
def test_a_text_that_grew_too_long_for_one_person_is_not_sent_to_them(rep, people, ana, line, provider):
    bo = people.add("Bo", BO, merge_values={"first_name": "Bo" * 400})
    draft = make_draft(rep, ana, bo, line=line)

    batch = dispatch.send_batch(rep, dispatch.Composed(draft, line, HELLO))

    assert batch.recipients.get(name="Bo").reason == Reason.TOO_LONG
    assert [text.number for text in batch.texts.all()] == [ANA]


@pytest.mark.django_db
def test_the_dialog_shows_what_the_first_person_reads_and_whom_something_is_missing_for(browser, rep, ana, line):
    draft = make_draft(rep, ana, line=line)

    shown = words_of(press(browser, draft, "preview", "Hi {first_name}, as {job_title}?", **{"HX-Request": "true"}))

    assert "Ana Rivera reads: Hi Ana, as ?" in shown
    assert "1 person has no {job_title}: their text will have a gap there." in shown


@pytest.mark.django_db
def test_a_placeholder_is_known_while_nobody_can_be_texted(browser, rep, people, line):
    draft = make_draft(rep, people.add("Dee Evans", merge_values={"first_name": "Dee"}), line=line)

    assert "nothing to fill in" not in words_of(press(browser, draft, "check", HELLO))


@pytest.mark.django_db
def test_an_unknown_placeholder_is_warned_of_and_asked_about_before_anything_leaves(browser, rep, ana, line):
    draft = make_draft(rep, ana, line=line)
    typed = "Hi {Frist name}!"

    asked = words_of(press(browser, draft, "review", typed))
    assert "We have nothing to fill in for {Frist name}. It would be sent exactly like that." in asked
    assert not Text.objects.exists()

    press(browser, draft, "send", typed)
    assert Text.objects.get().body == typed


@pytest.mark.django_db
def test_the_placeholders_of_the_chosen_kinds_are_offered(browser, ana):
    answer = browser.post(reverse("texting:compose"), {"keys": str(ana)})

    page = browser.get(answer.url).content.decode()

    assert 'data-insert="{first_name}"' in page
    assert 'data-insert="{job_title}"' in page
    assert Draft.objects.count() == 1
