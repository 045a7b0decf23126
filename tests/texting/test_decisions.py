"""What a machine may not decide: a person says that a text arrived, sends it again, or lets it be."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from enterprise.users.models import User
from tests.texting.conftest import ANA, BO, make_line, pass_time, run_until_quiet
from texting import compliance, decisions, dispatch, rights, settling
from texting.errors import OutcomeUnknown
from texting.models import OptOut, Text
from texting.vocabulary import Decision, LineState, TextStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def unclear(people, send, provider, runner):
    """A text to Ana that ZipWhip left without an answer, looked for so often."""

    def unclear(looks=4):
        provider.answers.append(OutcomeUnknown())
        send(people.add("Ana Rivera", ANA))
        run_until_quiet(runner)
        for _ in range(looks):
            pass_time(hours=1)
            settling.settle_unconfirmed()
        return Text.objects.get()

    return unclear


def make_rep(name, *permissions):
    user = User.objects.create_user(name, password="a long password", first_name=name.title())
    user.user_permissions.set(Permission.objects.filter(codename__in=["send", *permissions]))
    return user


def post(client, user, text, decision):
    client.force_login(user)
    return client.post(reverse("texting:decide", args=[text.pk]), {"decision": decision}, follow=True).content.decode()


def test_who_sent_an_unconfirmed_text_is_neither_told_that_it_left_nor_that_it_waits(unclear, client, rep):
    client.force_login(rep)
    sent = reverse("texting:sent", args=[unclear(looks=1).batch.draft_id])

    assert ">We don’t know yet whether 1 message was sent<" in client.get(sent).content.decode()


def test_an_unconfirmed_text_waits_for_a_decision_only_after_the_last_look(unclear, rep):
    text = unclear(looks=3)
    assert not decisions.waiting_for(rep).exists()
    with pytest.raises(decisions.AlreadyDecided):
        decisions.send_again(rep, text)

    pass_time(hours=1)
    settling.settle_unconfirmed()

    assert decisions.waiting_for(rep).get() == text


def test_sent_again_is_a_new_text_that_names_the_old_and_the_old_stays_as_it_is(unclear, rep, provider, runner):
    text = unclear()
    batch = decisions.send_again(rep, text)
    run_until_quiet(runner)

    text.refresh_from_db()
    again = batch.texts.get()
    assert (text.status, text.decision, text.decided_by) == (TextStatus.UNCONFIRMED, Decision.SENT_AGAIN, rep)
    assert (again.repeats, again.status, again.body) == (text, TextStatus.SENT, text.body)
    assert provider.sent == [(ANA, text.body)]


def test_two_who_send_it_again_at_once_send_it_once(unclear, rep):
    text, outcomes = unclear(), []

    def decide():
        try:
            outcomes.append(decisions.send_again(rep, text))
        except decisions.AlreadyDecided:
            outcomes.append("too late")
        connection.close()

    threads = [threading.Thread(target=decide) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("too late") == 3
    assert Text.objects.filter(repeats=text).count() == 1


def test_it_arrived_is_noted_and_sends_nothing(client, unclear, rep):
    text = unclear()

    page = post(client, rep, text, "arrived")

    text.refresh_from_db()
    assert "Noted: this text arrived." in page
    assert (text.status, text.decision, Text.objects.count()) == (TextStatus.UNCONFIRMED, Decision.ARRIVED, 1)


def test_whose_number_opted_out_meanwhile_is_not_sent_again_and_still_waits(client, unclear, rep):
    text = unclear()
    compliance.opt_out(ANA, source=OptOut.Source.WORD, line_id=None)

    page = post(client, rep, text, "sent_again")

    text.refresh_from_db()
    assert "Not sent. Opted out on" in page
    assert (text.decision, Text.objects.count()) == ("", 1)


def test_who_has_no_line_to_send_from_is_led_to_what_is_missing(client, unclear, rep):
    text = unclear()
    type(text.line).objects.update(state=LineState.REMOVED)

    page = re.sub("<[^>]+>", " ", post(client, rep, text, "sent_again"))

    assert "Not sent: you have no line to send it from. Why can’t I text?" in " ".join(page.split())


def test_one_found_at_zipwhip_meanwhile_is_not_sent_again(client, unclear, rep):
    text = unclear()
    Text.objects.update(status=TextStatus.SENT, provider_id="700")

    page = post(client, rep, text, "sent_again")

    assert "somebody has decided about this text already" in page
    assert Text.objects.count() == 1


def test_what_somebody_has_decided_nobody_decides_anew(unclear, rep):
    text = unclear()
    decisions.note_arrived(rep, text)

    with pytest.raises(decisions.AlreadyDecided):
        decisions.send_again(rep, text)
    assert Text.objects.count() == 1


@pytest.fixture
def left_behind(people, send, rep, provider, runner):
    """A text to Bo whose sender left before it went out."""
    send(people.add("Bo Chen", BO))
    rep.is_active = False
    rep.save()
    run_until_quiet(runner)
    return Text.objects.get()


def test_a_leavers_text_is_taken_over_by_another_rep_of_the_line(client, left_behind, provider, runner):
    dan = make_rep("dan")

    page = post(client, dan, left_behind, "sent_again")
    run_until_quiet(runner)

    again = Text.objects.get(repeats=left_behind)
    assert "Queued as a new text." in page
    assert (again.sender, again.status, provider.sent) == (dan, TextStatus.SENT, [(BO, left_behind.body)])
    left_behind.refresh_from_db()
    assert left_behind.status == TextStatus.BLOCKED


def test_a_leavers_text_can_be_let_be_but_cannot_have_arrived(client, left_behind):
    dan = make_rep("dan")

    assert "somebody has decided" in post(client, dan, left_behind, "arrived")
    post(client, dan, left_behind, "dropped")

    left_behind.refresh_from_db()
    assert left_behind.decision == Decision.DROPPED
    assert not decisions.waiting().exists()


@pytest.mark.parametrize("people_of_it", [0, 1])
def test_a_text_written_in_zipwhips_own_app_cannot_be_sent_again_from_here(client, unclear, rep, people_of_it):
    text = unclear()
    client.force_login(rep)
    if not people_of_it:
        text.recipients.all().delete()

    page = client.get(reverse("texting:undecided")).content.decode()

    assert ('value="sent_again"' in page, 'value="arrived"' in page) == (bool(people_of_it), True)
    said = post(client, rep, text, "sent_again")
    assert ("written in ZipWhip’s own app" in said) is not bool(people_of_it)
    assert Text.objects.filter(repeats=text).count() == people_of_it


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"look_count": 4}, "know whether this text arrived. Not found at ZipWhip, looked 4 times."),
        ({"look_count": 0}, "know whether this text arrived. <"),
        (
            {"look_count": 9, "reason": "gone", "scheduled_at": "2026-11-20T10:00Z"},
            "know whether this text left. <",
        ),
        ({"look_count": 0, "reason": "stopped_while_sending"}, "Enterprise stopped while sending this text. <"),
    ],
)
def test_the_list_says_what_is_known_of_a_text_and_counts_only_real_looks(client, unclear, rep, facts, words):
    unclear()
    Text.objects.update(**facts)
    client.force_login(rep)

    assert words.replace(" <", "<") in client.get(reverse("texting:undecided")).content.decode()


def test_a_text_of_one_who_may_no_longer_text_says_so(client, people, send, rep):
    send(people.add("Bo Chen", BO))
    rep.user_permissions.clear()
    rights.stop_forbidden()
    client.force_login(make_rep("dan"))

    page = client.get(reverse("texting:undecided")).content.decode()

    assert "Riya Shah could no longer text from this line when it was to go out." in page


def test_a_leavers_running_conversation_is_listed_for_the_line(client, people, send, rep, provider, runner):
    send(people.add("Ana Rivera", ANA))
    run_until_quiet(runner)
    User.objects.filter(pk=rep.pk).update(is_active=False)
    client.force_login(make_rep("dan"))

    page = client.get(reverse("texting:undecided")).content.decode()

    assert "Conversations of people who have left, or may no longer text" in page
    assert ("Ana Rivera" in page, "Riya Shah" in page) == (True, True)


def test_the_batch_leads_to_what_is_to_be_decided_of_it(client, unclear, rep):
    text = unclear()
    client.force_login(rep)
    page = client.get(text.batch.get_absolute_url()).content.decode()
    assert "1 text of this batch waits for your decision." in page
    link = f'href="{reverse("texting:undecided")}?text={text.pk}#text-{text.pk}"'
    assert f'id="decide" {link}' in page
    assert f'class="way-out d-print-none" {link}' in page

    decisions.drop(rep, text)

    page = client.get(text.batch.get_absolute_url()).content.decode()
    assert "#text-" not in page
    assert "your decision" not in page


def test_the_link_of_a_text_leads_to_the_page_on_which_it_stands_and_a_decision_back_there(
    client, unclear, rep, line, monkeypatch
):
    monkeypatch.setattr("texting.views.decisions.ROWS", 2)
    text = unclear()
    client.force_login(rep)
    list_url = reverse("texting:undecided")
    for _ in range(4):  # later ones come first, and of one moment those made later
        copy = Text.objects.get(pk=text.pk)
        copy.pk, copy.provider_id, copy.batch = None, None, None
        copy.save(force_insert=True)

    page = client.get(list_url, {"text": text.pk}).content.decode()

    assert (f'id="text-{text.pk}"' in page, "5–5 of 5" in page) == (True, True)
    assert "1–2 of 5" in client.get(list_url, {"text": "0"}).content.decode()
    assert "1–2 of 5" in client.get(list_url, {"text": "x"}).content.decode()
    assert "3–4 of 5" in client.get(list_url, {"text": text.pk, "page": 2}).content.decode()
    decide = re.search(f'action="([^"]+/{text.pk}/[^"]*)"', page)[1]
    assert client.post(decide, {"decision": "dropped"}).url == f"{list_url}?page=3"
    assert "3–4 of 4" in client.get(f"{list_url}?page=3").content.decode()


def test_who_may_not_text_is_not_asked_to_decide(client, unclear, rep):
    text = unclear()
    rep.user_permissions.clear()
    client.force_login(User.objects.get(pk=rep.pk))

    page = client.get(text.batch.get_absolute_url()).content.decode()
    assert "#text-" not in page
    assert "your decision" not in page


def test_texts_of_other_lines_are_neither_listed_nor_decided(client, unclear, people):
    text = unclear()
    Text.objects.update(line=make_line(number="+16125550101", owner_id=2))
    dan = make_rep("dan")

    assert not decisions.waiting_for(dan).exists()
    client.force_login(dan)
    assert client.post(reverse("texting:decide", args=[text.pk]), {"decision": "arrived"}).status_code == 404
    text.refresh_from_db()
    assert text.decision == ""
    assert decisions.waiting_for(make_rep("ada", "manage_lines")).exists()


def test_a_record_of_another_branch_is_not_named(client, unclear, people):
    unclear()
    people.hidden.add(1)
    client.force_login(make_rep("dan"))

    page = client.get(reverse("texting:undecided")).content.decode()

    assert ("Ana Rivera" in page, "A record you cannot see" in page) == (False, True)


def test_from_a_removed_line_it_goes_by_another_or_not_at_all(unclear, rep, line):
    text = unclear()
    type(line).objects.update(state=LineState.REMOVED)
    with pytest.raises(decisions.CannotSendAgain):
        decisions.send_again(rep, text)

    other = make_line(number="+16125550101")
    batch = decisions.send_again(rep, text)

    assert batch.line == other


def test_nobody_without_the_permission_sees_the_list(client, people):
    client.force_login(User.objects.create_user("sofia", password="a long password"))

    assert client.get(reverse("texting:undecided")).status_code == 403


def test_the_list_costs_as_many_queries_for_ten_as_for_one(
    client, rep, people, send, line, django_assert_max_num_queries
):
    def add(count):
        for n in range(count):
            send(people.add(f"Person {n}", f"+161255502{len(people.by_id):02d}"))
        Text.objects.update(status="blocked", reason="sender_inactive")

    client.force_login(rep)
    add(1)
    with django_assert_max_num_queries(60) as first:
        client.get(reverse("texting:undecided"))
    add(9)
    with django_assert_max_num_queries(len(first.captured_queries)):
        client.get(reverse("texting:undecided"))


def test_the_new_text_is_a_batch_of_one_that_does_not_wait_behind_bulk(unclear, rep):
    batch = decisions.send_again(rep, unclear())

    assert (batch.is_reply, batch.texts.get().priority) == (True, 1)
    assert dispatch.cancel_batch(rep, batch) == 1
    assert timedelta(0) < batch.texts.get().expires_at - timezone.now()
