"""Send Text, by every wrong way in as well: what a person is told, and that nothing leaves or is lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enterprise.users.models import User
from tests.texting.conftest import ANA, BO, make_line, message
from texting.models import Batch, Draft, Line, Recipient, Text, TextingSettings
from texting.seam import RecordKey, TypedNumber
from texting.views.kept_drafts import KEPT_DRAFTS
from texting.vocabulary import LineState, MethodType, Reason

pytestmark = pytest.mark.django_db
BODY = "Can you work tonight?"


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
def carl(people):
    return people.add("Carl Diaz")


def compose(browser, *keys, **headers) -> str:
    """POST a selection and look at its draft, as a browser does; the draft's address."""
    response = browser.post(reverse("texting:compose"), {"keys": [str(key) for key in keys]}, headers=headers)
    assert response.status_code == 303, response.content
    browser.get(response.url)
    return response.url


def press(browser, url, action, body=BODY, **fields):
    line = Line.objects.order_by("pk").first()
    data = {"action": action, "body": body, "line": line.pk if line else "", **fields}
    return browser.post(url, data)


def text_of(response) -> str:
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+([,.])", r"\1", re.sub(r"\s+", " ", words))


def test_nobody_gets_in_without_signing_in_or_without_the_permission(client, rep, ana):
    assert client.post(reverse("texting:compose"), {"keys": str(ana)}).url.startswith("/sign-in/")
    sofia = User.objects.create_user("sofia", password="a long password")
    client.force_login(sofia)
    assert client.post(reverse("texting:compose"), {"keys": str(ana)}).status_code == 403
    assert client.get(reverse("texting:batches")).status_code == 403
    assert not Draft.objects.exists()


def test_the_dialog_shows_who_gets_it_and_who_does_not_and_why(browser, ana, carl):
    page = text_of(browser.get(compose(browser, ana, carl)))

    assert "2 people, 1 cannot be texted" in page
    assert "Carl Diaz No phone number" in page
    assert "(612) 555-0134" in page
    assert "Send to 1" in page


def test_a_rejected_person_is_named_before_anything_leaves_then_the_rest_is_sent(browser, ana, carl):
    url = compose(browser, ana, carl)

    review = press(browser, url, "review")
    assert "This record will not be texted" in text_of(review)
    assert not Text.objects.exists()

    sent = press(browser, url, "send")
    assert sent.url == reverse("texting:sent", args=[Draft.objects.get().pk])
    assert list(Text.objects.values_list("number", "body")) == [(ANA, BODY)]


def test_without_anyone_rejected_one_click_sends(browser, ana):
    press(browser, compose(browser, ana), "review")

    assert Text.objects.count() == 1


def test_sending_twice_by_double_click_reload_or_back_sends_once(browser, ana):
    url = compose(browser, ana)

    first, second = press(browser, url, "review"), press(browser, url, "review")
    browser.get(url)
    third = press(browser, url, "send")

    assert first.url == second.url == third.url
    assert Text.objects.count() == 1


def test_going_back_and_sending_something_else_asks_first_and_then_is_a_new_text(browser, ana):
    url = compose(browser, ana)
    press(browser, url, "review")

    asked = press(browser, url, "review", body="Something else")
    assert "This was sent already" in text_of(asked)
    assert Text.objects.count() == 1

    again = press(browser, url, "again", body="Something else")
    browser.get(again.url)
    press(browser, again.url, "review", body="Something else")
    assert sorted(Text.objects.values_list("body", flat=True)) == sorted([BODY, "Something else"])


@pytest.mark.parametrize("body", ["", "   ", "\n\t ", "\x00", "\x01\x02"])
def test_an_empty_body_is_refused_with_words(browser, ana, body):
    response = press(browser, compose(browser, ana), "review", body=body)

    assert response.status_code == 422
    assert "Write a message first" in text_of(response)
    assert not Batch.objects.exists()


def test_control_characters_are_not_sent_and_no_error(browser, ana):
    press(browser, compose(browser, ana), "review", body="Can\x00 you\x07\r\nwork?\u202e")

    assert Text.objects.get().body.startswith("Can you\nwork?")


@pytest.mark.parametrize(("length", "over"), [(601, "1 character"), (20_000, "19,400 characters")])
def test_a_body_over_the_limit_says_by_how_much_and_is_kept(browser, ana, length, over):
    url = compose(browser, ana)
    response = press(browser, url, "review", body="x" * length)

    assert response.status_code == 422
    assert f"Too long for one text by {over}. Shorten it, or send it as two." in text_of(response)
    assert "Accents" not in text_of(response)
    assert Draft.objects.get().body == "x" * length
    assert not Text.objects.exists()


def test_a_text_that_grows_too_long_for_all_when_it_is_filled_says_so_beside_the_message(browser, people, provider):
    bo = people.add("Bo", ANA, merge_values={"first_name": "Bo" * provider.body_limit_bytes})
    page = press(browser, compose(browser, bo), "send", body="Hi {first name}")
    assert page.status_code == 422
    assert "With the placeholders filled in, this is longer than ZipWhip accepts." in text_of(page)
    assert not Text.objects.exists()


def test_bytes_are_counted_not_characters(browser, ana):
    response = press(browser, compose(browser, ana), "review", body="é" * 301)

    assert "Too long for one text by 1 character" in text_of(response)
    assert "Accents, emoji and curly quotes take the room of two to four characters." in text_of(response)


def test_a_record_deactivated_between_dialog_and_send_is_not_texted(browser, people, ana):
    bo = people.add("Bo Chen", BO)
    url = compose(browser, ana, bo)
    browser.get(url)
    people.by_id[bo.record_id] = replace(people.by_id[bo.record_id], is_active=False)
    press(browser, url, "send")

    batch = Batch.objects.get()
    assert batch.recipients.get(name="Bo Chen").reason == Reason.INACTIVE
    assert [text.number for text in batch.texts.all()] == [ANA]


def test_a_record_moved_out_of_sight_between_dialog_and_send_is_not_texted(browser, people, ana):
    bo = people.add("Bo Chen", BO)
    url = compose(browser, ana, bo)
    browser.get(url)
    people.hidden.add(bo.record_id)
    press(browser, url, "send")

    assert list(Text.objects.values_list("number", flat=True)) == [ANA]
    assert Batch.objects.get().recipients.get(record_id=bo.record_id).reason == Reason.NOT_VISIBLE


@pytest.mark.parametrize("key", ["person:99999", "spaceship:1", "person:-1", "nonsense", "person:9999999999999999999"])
def test_a_forged_key_texts_nobody(browser, people, key):
    response = browser.post(reverse("texting:compose"), {"keys": key})

    if response.status_code == 303:
        assert press(browser, response.url, "send").status_code == 422
    else:
        assert "Nobody is selected" in text_of(response)
    assert not Text.objects.exists()


def test_another_reps_draft_is_not_found(browser, client, ana):
    url = compose(browser, ana)
    dan = User.objects.create_user("dan", password="a long password")
    dan.user_permissions.add(Permission.objects.get(content_type__app_label="texting", codename="send"))
    client.force_login(dan)

    assert client.get(url).status_code == 404
    assert press(client, url, "send").status_code == 404


def test_signed_out_while_writing_the_text_is_still_there_after_signing_in(browser, rep, ana):
    url = compose(browser, ana)
    browser.logout()

    response = press(browser, url, "review", body="Half an hour of typing")
    assert response.url.startswith("/sign-in/?next=")
    assert "expired=1" in response.url
    assert browser.session[KEPT_DRAFTS]
    browser.post("/sign-in/", {"username": "riya", "password": "a long password"})

    assert "Half an hour of typing" in browser.get(url).content.decode()
    assert not Text.objects.exists()


def test_with_no_line_send_text_says_what_is_missing_and_who_can_help(client, rep, ana):
    client.force_login(rep)
    page = text_of(client.get(compose(client, ana)))

    assert "There is no line to send from." in page
    assert "An administrator connects one" in page


def test_another_owners_line_cannot_be_posted(browser, ana):
    other = make_line(number="+16515550101", owner_id=2)

    response = press(browser, compose(browser, ana), "review", line=other.pk)

    assert "You may not send from this line." in text_of(response)
    assert not Text.objects.exists()


def test_a_line_removed_while_writing_is_said_and_the_text_kept(browser, ana):
    url = compose(browser, ana)
    line = Line.objects.get()
    Line.objects.update(state=LineState.REMOVED)

    response = press(browser, url, "review", line=line.pk)

    assert response.status_code == 422
    assert BODY in response.content.decode()
    assert not Text.objects.exists()


def test_the_next_valid_number_is_used_by_one_click(browser, people):
    dee = people.add("Dee Evans", TypedNumber(MethodType.SMS, "555-01"), TypedNumber(MethodType.CELL_PHONE, ANA))
    url = compose(browser, dee)
    assert "Use Cell Phone (612) 555-0134" in text_of(browser.get(url))

    browser.post(url, {"use": f"{dee}|{ANA}", "body": BODY, "line": Line.objects.get().pk})
    press(browser, url, "review")

    assert Text.objects.get().number == ANA


@pytest.mark.parametrize("pressed", [{"use": "{dee}|" + ANA}, {"action": "check"}])
def test_what_is_not_yet_written_is_no_mistake_before_send_is_pressed(browser, people, pressed):
    dee = people.add("Dee Evans", TypedNumber(MethodType.SMS, "555-01"), TypedNumber(MethodType.CELL_PHONE, ANA))
    url = compose(browser, dee)
    fields = {name: value.replace("{dee}", str(dee)) for name, value in pressed.items()}

    page = text_of(browser.post(url, {**fields, "body": "", "line": Line.objects.get().pk}))

    assert "Write a message first" not in page
    assert "(612) 555-0134" in page


def test_more_than_fifty_are_advised_against_and_sent_all_the_same(browser, people):
    keys = [people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 151)]
    url = compose(browser, *keys)

    assert "ZipWhip advises at most 50 people at once" in text_of(browser.get(url))
    press(browser, url, "review")
    assert Text.objects.count() == 51


def test_all_that_match_is_searched_again_on_the_server(browser, people):
    for i in range(100, 103):
        people.add(f"Person {i}", f"+1612555{i:04}")

    response = browser.post(
        reverse("texting:compose"), {"all": "1", "record_type": "person", "query": "q=person", "keys": "person:1"}
    )

    assert len(Draft.objects.get(pk=response.url.split("/")[-2]).selection) == 3


def test_in_the_dialog_only_the_fragment_is_answered(browser, ana):
    url = compose(browser, ana)

    fragment = browser.get(url, headers={"HX-Request": "true", "HX-Target": "dialog"}).content.decode()

    assert fragment.lstrip().startswith("<form")
    assert "<html" not in fragment


def test_closing_keeps_what_was_typed_and_lists_it(browser, ana):
    url = compose(browser, ana)

    assert press(browser, url, "save", body="To be continued").status_code == 204

    page = browser.get(reverse("texting:batches")).content.decode()
    assert "To be continued" in page
    assert url in page


def test_hostile_names_and_bodies_are_text(browser, people):
    evil = "<script>alert(1)</script>"
    key = people.add(evil, ANA)
    url = compose(browser, key)
    press(browser, url, "review", body=evil)
    batch = Batch.objects.get()

    for address in (url, batch.get_absolute_url(), reverse("texting:batches")):
        page = browser.get(address).content.decode()
        assert evil not in page
        assert "&lt;script&gt;" in page


def test_a_batch_is_seen_by_its_sender_and_those_of_its_line_only(browser, client, ana, monkeypatch):
    press(browser, compose(browser, ana), "review")
    address = Batch.objects.get().get_absolute_url()
    assert browser.get(address).status_code == 200

    dan = User.objects.create_user("dan", password="a long password")
    client.force_login(dan)
    assert client.get(address).status_code == 404
    assert client.post(reverse("texting:cancel-batch", args=[Batch.objects.get().pk])).status_code == 403


def test_the_draft_asks_as_many_questions_for_six_lines_as_for_two(browser, ana):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert "Front desk desk line" in text_of(browser.get(url))
        return len(asked)

    url = compose(browser, ana)
    make_line(number="+16125550101")
    of_two = queries()
    for n in range(2, 6):
        make_line(number=f"+1612555010{n}")

    assert queries() == of_two


def test_the_batch_page_asks_as_many_questions_for_fifty_as_for_one(browser, people, django_assert_max_num_queries):
    press(browser, compose(browser, people.add("One", ANA)), "review")
    one = Batch.objects.get()
    keys = [people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 150)]
    press(browser, compose(browser, *keys), "review")
    many = Batch.objects.exclude(pk=one.pk).get()

    with django_assert_max_num_queries(19):
        browser.get(one.get_absolute_url())
    with django_assert_max_num_queries(19):
        browser.get(many.get_absolute_url())


def test_the_panel_shows_the_dialogue_and_when_it_will_be_logged(browser, ana, hear):
    hear("receive", **message(ANA, "Any work?", 555))
    TextingSettings.current()
    page = text_of(browser.get(reverse("texting:record-texts", args=["person", 1])))

    assert "Any work?" in page
    assert "will be logged" in page


def test_who_stands_on_two_records_is_one_person_and_gets_one_text(browser, people):
    both = [RecordKey("person", 1), RecordKey("person", 2)]
    people.add("Kwame Asante", ANA, same_person_as=frozenset({both[1]}))
    people.add("Kwame Asante", ANA, same_person_as=frozenset({both[0]}))

    url = compose(browser, *both)
    page = text_of(browser.get(url))
    press(browser, url, "review")

    assert "1 person" in page
    assert page.count("the same person on two records: one text") == 2
    assert "Send to 1" in page
    assert (Text.objects.count(), Recipient.objects.count()) == (1, 2)


def test_one_of_two_records_that_cannot_be_texted_is_still_named(browser, people):
    both = [RecordKey("person", 1), RecordKey("person", 2)]
    people.add("Kwame Asante", ANA, same_person_as=frozenset({both[1]}))
    people.add("Kwame Asante", same_person_as=frozenset({both[0]}))

    page = text_of(browser.get(compose(browser, *both)))

    assert "1 person, 1 cannot be texted" in page
    assert "Send to 1" in page


def test_with_nobody_left_on_a_hotlist_the_dialog_says_so(browser, people):
    answer = browser.post(reverse("texting:compose"), {}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "Nobody is selected" in text_of(answer)
    assert "<html" not in answer.content.decode()


def give_a_number(people, key, number=BO):
    people.by_id[key.record_id] = replace(people.by_id[key.record_id], numbers=[TypedNumber(MethodType.SMS, number)])


def test_who_was_given_a_number_meanwhile_can_be_texted_after_back(browser, people, ana, carl):
    url = compose(browser, ana, carl)
    press(browser, url, "review")
    give_a_number(people, carl)

    page = text_of(press(browser, url, "back"))

    assert "cannot be texted" not in page
    assert "Send to 2" in page


def test_who_was_given_a_number_meanwhile_can_be_texted_after_looking_again(browser, people, ana, carl):
    url = compose(browser, ana, carl)
    assert "Check again now" in text_of(browser.get(url))
    give_a_number(people, carl)

    page = press(browser, url, "check").content.decode()

    assert "Send to 2" in re.sub("<[^>]+>", "", page)
    assert f"{BODY}</textarea>" in page


def test_in_the_dialog_looking_again_changes_the_people_and_the_button_alone(browser, people, ana, carl):
    url = compose(browser, ana, carl)
    give_a_number(people, carl)
    line = Line.objects.get().pk

    answer = browser.post(
        url,
        {"action": "check", "show": "rejected:1", "body": BODY, "line": line},
        headers={"HX-Request": "true", "HX-Target": "people"},
    )

    page = answer.content.decode()
    assert "<textarea" not in page
    assert 'hx-swap-oob="true"' in page
    assert "Send to 2" in text_of(answer)
    assert Draft.objects.get().body == BODY


def test_where_everybody_can_be_texted_there_is_nothing_to_look_at_again(browser, ana):
    assert "Check again now" not in text_of(browser.get(compose(browser, ana)))
