"""The list of batches, and what may be done with the people of one."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from tests.texting.conftest import ANA, BO, STRANGER, make_line
from texting import building, compliance
from texting.models import Batch, Draft, OptOut, Text
from texting.progress import count_people
from texting.seam import RecordKey
from texting.vocabulary import Reason, TextStatus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_http(settings, people, provider):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def browser(client, rep, line):
    client.force_login(rep)
    return client


@pytest.fixture
def dan(db):
    dan = User.objects.create_user("dan", password="a long password", first_name="Dan", last_name="Larsen")
    dan.user_permissions.add(Permission.objects.get(content_type__app_label="texting", codename="send"))
    return dan


@pytest.fixture
def ana(people):
    return people.add("Ana Rivera", ANA)


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def bodies(browser, **query) -> list[str]:
    return [row.batch.body for row in browser.get(reverse("texting:batches"), query).context["rows"]]


def test_mine_are_mine_and_those_of_my_lines_are_everybodys(browser, send, ana, dan):
    send(ana, body="Mine")
    send(ana, body="Dan’s", user=dan)

    assert bodies(browser) == ["Mine"]
    assert bodies(browser, scope="lines") == ["Dan’s", "Mine"]


def test_all_is_for_those_who_manage_lines(browser, send, ana, rep, dan):
    other = make_line(number="+16515550101", owner_id=2)
    Batch.objects.filter(pk=send(ana, body="Elsewhere", user=dan).pk).update(line=other)
    assert bodies(browser, scope="all") == []

    rep.user_permissions.add(Permission.objects.get(content_type__app_label="texting", codename="manage_lines"))
    assert bodies(browser, scope="all") == ["Elsewhere"]


def test_batches_are_found_by_their_words_and_their_sender(browser, send, ana, dan):
    send(ana, body="Forklift tonight")
    send(ana, body="Cook tomorrow", user=dan)

    assert bodies(browser, q="FORKLIFT") == ["Forklift tonight"]
    assert bodies(browser, scope="lines", q="larsen") == ["Cook tomorrow"]
    assert "No batch matches" in words_of(browser.get(reverse("texting:batches"), {"q": "zzz"}))


def test_batches_are_found_by_their_state(browser, send, people, ana):
    send(ana, body="Waits")
    send(ana, people.add("Carl Diaz"), body="Lacks a number")
    Text.objects.filter(body="Lacks a number").update(status=TextStatus.SENT, provider_id="1")
    Batch.objects.filter(pk=send(people.add("Bo", BO), body="Canceled").pk).update(canceled_at="2026-11-22T14:00:00Z")
    Text.objects.filter(body="Canceled").update(status=TextStatus.CANCELED)

    assert bodies(browser, status="moving") == ["Waits"]
    assert bodies(browser, status="needs_person") == ["Lacks a number"]
    assert bodies(browser, status="canceled") == ["Canceled"]


def test_who_opted_out_needs_nobody(browser, send, people, ana):
    compliance.opt_out(BO, source=OptOut.Source.WORD, line_id=None, word="STOP")
    batch = send(ana, people.add("Bo Chen", BO))

    page = browser.get(batch.get_absolute_url())

    assert page.context["needing"] == 0
    assert bodies(browser, status="needs_person") == []
    row = re.search(r'<tr id="recipient-row-\d+">(?:(?!</tr>).)*Bo Chen.*?</tr>', page.content.decode(), re.DOTALL)[0]
    assert "st-mute" in row
    assert "Opted out by STOP" in row


@pytest.mark.parametrize(
    ("facts", "needing"),
    [
        ({"status": "expired", "reason": "expired"}, 1),
        ({"status": "blocked", "reason": "line_removed"}, 1),
        ({"status": "blocked", "reason": "sender_inactive"}, 1),
        ({"status": "blocked", "reason": "opted_out"}, 0),
        ({"status": "failed", "reason": "opted_out"}, 0),
        ({"status": "failed", "reason": "refused"}, 1),
        ({"status": "canceled", "reason": "canceled"}, 0),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else str(value),
)
def test_a_text_that_did_not_leave_and_should_have_needs_a_person(browser, send, ana, facts, needing):
    batch = send(ana, body="Tonight?")
    Text.objects.update(**facts)

    row = browser.get(reverse("texting:batches")).context["rows"][0]

    assert (row.needing, bodies(browser, status="needs_person")) == (needing, ["Tonight?"] * needing)
    assert browser.get(batch.get_absolute_url()).context["needing"] == needing


def test_people_of_a_sender_who_lost_the_right_need_a_person(browser, send, people, ana):
    batch = send(ana, people.add("Bo Chen", BO), body="Tonight?")
    batch.recipients.filter(name="Bo Chen").update(text=None, reason=Reason.SENDER_INACTIVE)

    assert bodies(browser, status="needs_person") == ["Tonight?"]
    assert browser.get(batch.get_absolute_url()).context["needing"] == 1


def test_the_totals_of_a_row_add_up(browser, send, people, ana):
    send(ana, people.add("Bo", BO), people.add("Carl Diaz"))

    page = words_of(browser.get(reverse("texting:batches")))

    assert "2 queued · 1 not texted" in page


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_asks_as_many_questions_for_twelve_as_for_one(
    browser, send, ana, count, django_assert_max_num_queries
):
    for number in range(count):
        send(ana, body=f"Number {number}")

    with django_assert_max_num_queries(14):
        assert len(bodies(browser)) == count


def test_each_says_with_whom_they_share_a_text(browser, send, people, ana):
    batch = send(ana, people.add("Luis Rivera", ANA))

    page = words_of(browser.get(batch.get_absolute_url()))

    assert "Same number as Luis Rivera: one text." in page
    assert "Same number as Ana Rivera: one text." in page


def test_those_of_a_status_are_texted_again_as_a_new_draft(browser, send, people, ana):
    bo = people.add("Bo Chen", BO)
    batch = send(ana, bo, body="Again?")
    Text.objects.filter(number=BO).update(status=TextStatus.FAILED, reason=Reason.REFUSED)

    answer = browser.post(reverse("texting:batch-again", args=[batch.pk]), {"status": "failed"})

    draft = Draft.objects.latest("created_at")
    assert (answer.status_code, answer.url) == (303, draft.get_absolute_url())
    assert (draft.keys, draft.body, draft.line) == ([bo], "Again?", batch.line)
    assert Text.objects.count() == 2


@pytest.mark.parametrize("status", ["queued", "sending", "unconfirmed"])
def test_who_may_have_the_text_or_soon_is_not_texted_again(browser, send, people, ana, status):
    batch = send(ana)
    lease = {"attempt": uuid.uuid4(), "sending_until": timezone.now()}
    Text.objects.update(status=status, reason="no_answer", **lease)

    page = words_of(browser.get(batch.get_absolute_url(), {"status": status}))
    answer = browser.post(reverse("texting:batch-again", args=[batch.pk]), {"status": status}, follow=True)

    assert "1 of them is not texted again from here: the text is on its way, may have arrived" in page
    assert "Text this one again" not in page
    assert "Nobody is left here to be texted again." in answer.content.decode()
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(("decision", "is_texted"), [("arrived", False), ("sent_again", False), ("dropped", True)])
def test_of_unconfirmed_texts_only_those_let_be_are_texted_again(browser, send, people, ana, rep, decision, is_texted):
    batch = send(ana)
    Text.objects.update(
        status=TextStatus.UNCONFIRMED, reason="no_answer", decision=decision, decided_by=rep, decided_at=timezone.now()
    )

    page = words_of(browser.get(batch.get_absolute_url()))
    browser.post(reverse("texting:batch-again", args=[batch.pk]), {"status": "unconfirmed"})

    assert (Draft.objects.count() == 2, "Text this one again" in page) == (is_texted, is_texted)
    words = {"arrived": "It arrived", "sent_again": "Sent again", "dropped": "Let be"}[decision]
    assert f"{rep} decided: {words}." in page
    assert ("Needs a person" in page, "1 needs a person" in words_of(browser.get("/texting/"))) == (False, False)
    assert count_people(batch) == ({"unconfirmed": 1}, 0)


def test_nobody_has_to_see_to_a_text_that_is_still_looked_for(browser, send, ana):
    batch = send(ana)
    look = timezone.now() + timedelta(minutes=5)
    Text.objects.update(status=TextStatus.UNCONFIRMED, reason="no_answer", next_look_at=look)

    def states() -> list[bool]:
        page = words_of(browser.get(batch.get_absolute_url()))
        row = words_of(browser.get(reverse("texting:batches")))
        return ["Needs a person" in page, "1 needs a person" in row, "Finished" in row]

    assert states() == [False, False, False]
    assert bodies(browser, status="needs_person") == []

    Text.objects.update(next_look_at=None)

    assert states() == [True, True, False]
    assert bodies(browser, status="needs_person") == [batch.body]


def test_the_button_counts_only_whom_it_texts_again(browser, send, people, ana):
    batch = send(ana, people.add("Bo Chen", BO), people.add("Cy Stranger", STRANGER))
    Text.objects.exclude(number=ANA).update(status=TextStatus.FAILED, reason=Reason.REFUSED)

    assert "Text these 2 again" in words_of(browser.get(batch.get_absolute_url()))


def test_in_the_dialog_nobody_to_text_again_leads_to_the_page_and_not_into_the_dialog(browser, send, ana):
    batch = send(ana)
    url = reverse("texting:batch-again", args=[batch.pk])

    answer = browser.post(url, {"status": "queued"}, HTTP_HX_REQUEST="true")

    assert (answer.content, answer["HX-Redirect"]) == (b"", batch.get_absolute_url())


def test_again_for_a_status_nobody_has_says_so(browser, send, ana):
    batch = send(ana)

    answer = browser.post(reverse("texting:batch-again", args=[batch.pk]), {"status": "failed"})

    assert answer.url == batch.get_absolute_url()
    assert Draft.objects.count() == 1


def test_a_batch_one_may_not_see_is_not_texted_again(client, send, ana, dan):
    other = make_line(number="+16515550101", owner_id=2)
    batch = send(ana)
    Batch.objects.update(line=other)
    client.force_login(dan)

    assert client.post(reverse("texting:batch-again", args=[batch.pk])).status_code == 404
    dan.user_permissions.clear()
    assert client.post(reverse("texting:batch-again", args=[batch.pk])).status_code == 403
    client.logout()
    assert client.post(reverse("texting:batch-again", args=[batch.pk])).url.startswith("/sign-in/")


def test_a_discarded_draft_is_gone(browser, rep, line, ana):
    draft = Draft.objects.create(user=rep, selection=[ana], line=line, body="Not yet")
    assert browser.post(draft.get_absolute_url(), {"action": "discard", "sure": "1"}).status_code == 303
    assert not Draft.objects.exists()


@pytest.mark.parametrize("sure", [{}, {"sure": "1"}])
def test_a_draft_that_was_sent_meanwhile_stays_and_is_called_sent(browser, send, ana, sure):
    send(ana)
    sent = Draft.objects.get()

    told = browser.post(sent.get_absolute_url(), {"action": "discard", **sure})

    assert "This was sent already" in words_of(told)
    assert "nobody was texted" not in words_of(told)
    assert list(Draft.objects.all()) == [sent]


def test_a_draft_is_discarded_only_after_a_question(browser, rep, line, ana):
    draft = Draft.objects.create(user=rep, selection=[ana], line=line, body="Half an hour of typing")

    asked = browser.post(draft.get_absolute_url(), {"action": "discard"})

    assert "Discard this draft? Half an hour of typing" in words_of(asked)
    assert "It was meant for 1 person." in words_of(asked)
    assert Draft.objects.get() == draft


def test_of_many_drafts_the_latest_are_listed_and_all_when_asked_for(browser, rep, line, ana):
    for number in range(21):
        Draft.objects.create(user=rep, selection=[ana], line=line, body=f"Draft {number:02}")

    page = words_of(browser.get(reverse("texting:batches")))
    assert "the latest 20 of 21" in page
    assert ("Draft 20" in page, "Draft 00" in page) == (True, False)

    page = words_of(browser.get(reverse("texting:batches"), {"drafts": "all"}))
    assert "Drafts 21 " in page
    assert "Draft 00" in page


def test_what_is_canceled_is_counted_on_the_button_and_once_nothing_waits_there_is_none(browser, send, people, ana):
    batch = send(ana, people.add("Bo Chen", BO))
    assert "Cancel 2 texts" in words_of(browser.get(batch.get_absolute_url()))

    Text.objects.update(status=TextStatus.FAILED, reason=Reason.REFUSED)
    assert "Cancel 2 texts" not in words_of(browser.get(batch.get_absolute_url()))


def test_who_opted_out_at_zipwhip_is_grey_and_told_who_can_undo_it(browser, send, ana):
    batch = send(ana)
    Text.objects.update(status=TextStatus.FAILED, reason=Reason.OPTED_OUT)

    page = browser.get(batch.get_absolute_url()).content.decode()

    assert '<span class="st st-mute">' in page.partition('id="recipient-row-')[2]
    assert "Opted out. Only the person can undo it, by texting UNSTOP." in page


def test_a_batch_in_which_not_every_text_was_sent_is_finished(browser, send, ana):
    send(ana)
    Text.objects.update(status=TextStatus.FAILED, reason=Reason.OPTED_OUT)

    page = words_of(browser.get(reverse("texting:batches")))

    assert "Finished" in page
    assert "All sent" not in page


def rows_of(response) -> dict[str, str]:
    rows = re.findall(r'<tr id="recipient-row-\d+">.*?</tr>', response.content.decode(), re.DOTALL)
    return {re.search('title="([^"]+)"', row)[1]: row for row in rows}


def test_all_people_of_a_batch_stand_on_one_page_to_be_printed(browser, send, people):
    batch = send(*(people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 151)))
    first = browser.get(batch.get_absolute_url())
    assert len(rows_of(first)) == 50
    assert "?rows=all" in first.content.decode()

    printed = browser.get(batch.get_absolute_url(), {"rows": "all"})

    assert len(rows_of(printed)) == 51
    assert 'data-live-seconds="2"' in first.content.decode()
    assert 'data-live-seconds="2"' not in printed.content.decode()


def test_who_may_not_text_has_no_list(client, db):
    client.force_login(User.objects.create_user("sofia", password="a long password"))

    assert client.get(reverse("texting:batches")).status_code == 403


def test_who_is_rejected_in_one_block_and_texted_in_the_next_counts_as_texted(browser, send, people, monkeypatch):
    monkeypatch.setattr(building, "BLOCK", 1)
    keys = [RecordKey("person", pk) for pk in (1, 2, 3)]
    for number in ([], [ANA], [ANA]):
        people.add("Kwame Asante", *number, same_person_as=frozenset(keys))

    batch = send(*keys)

    assert list(batch.recipients.order_by("pk").values_list("is_counted", flat=True)) == [False, True, False]
    assert batch.human_count == 1
    assert count_people(batch) == ({"queued": 1}, 0)
    assert browser.get(reverse("texting:batches")).context["rows"][0].progress.not_texted == 0
