"""In a browser: whom a leaver's batch did not reach, taken over before everybody's eyes or, once asked, let be."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.accessible import assert_accessible, assert_fits
from tests.chromium import complaints_of
from tests.enterprise.builders import make_branch, make_employee, make_user
from tests.signed_in import client_of
from tests.texting.conftest import make_draft, make_line
from texting import decisions, dispatch, rights
from texting.models import Conversation, ConversationRecord, Draft, Text
from texting.seam import RecordKey

BODY = "Can you work tonight? 10 pm at the Eagan warehouse."


@pytest.fixture
def riya(transactional_db):
    return make_user("riya", branch=make_branch(), first_name="Riya", last_name="Shah")


@pytest.fixture
def dan(riya):
    return make_user("dan", branch=riya.home_branch, first_name="Dan", last_name="Larsen")


@pytest.fixture
def left_batch(riya):
    leaver = make_user("leo", branch=riya.home_branch, first_name="Leo", last_name="Novak")
    people = [make_employee(name, sms=f"612-555-013{n}") for n, name in enumerate(["Ana", "Bo", "Cy"])]
    line = make_line(owner_kind="branch", owner_id=riya.home_branch_id)
    draft = make_draft(leaver, *[RecordKey("employee", person.pk) for person in people], line=line)
    batch = dispatch.send_batch(leaver, dispatch.Composed(draft, line, BODY))
    type(leaver).objects.filter(pk=leaver.pk).update(is_active=False)
    rights.stop_forbidden()
    return batch


@pytest.fixture
def open_page(browser, server, riya):
    contexts = []

    def open_page(path, **options):
        context = browser.new_context(base_url=server.url, reduced_motion="reduce", **options)
        context.set_default_timeout(5000)
        session = client_of(riya).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints_of(page)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def assert_usable(page):
    assert_accessible(page)
    assert_fits(page)
    assert page.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_it_is_seen_who_writes_to_them_and_letting_them_be_is_asked(open_page, left_batch, dan, width, scheme):
    decisions.take_over(dan, left_batch)
    page = open_page(reverse("texting:undecided"), viewport={"width": width, "height": 900}, color_scheme=scheme)
    expect(page.get_by_text(re.compile("Dan Larsen began a text to them .* not sent yet"))).to_be_visible()
    assert_usable(page)

    page.locator("#left-batches").get_by_role("button", name="Do not send").click()
    dialog = page.get_by_role("dialog", name="Let these people be?")
    expect(dialog).to_contain_text("3 people were not reached.")
    assert_usable(page)
    assert decisions.waiting().count() == 3
    dialog.get_by_role("button", name="Do not send").click()
    expect(page.get_by_text("Noted: these people are not texted.")).to_be_visible()
    assert not decisions.waiting().exists()

    page.goto(left_batch.get_absolute_url())
    expect(page.get_by_text("Riya Shah decided: Let be.").locator("visible=true").first).to_be_visible()
    expect(page.get_by_role("button", name="Text these 3 again")).to_be_visible()
    assert_usable(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_taken_over_and_sent_they_are_texted_from_nowhere_again(open_page, left_batch, riya, width):
    page = open_page(reverse("texting:undecided"), viewport={"width": width, "height": 900})
    page.get_by_role("button", name="Write to these 3 people").click()
    expect(page.get_by_role("button", name="Send to 3")).to_be_visible()
    page.goto(left_batch.get_absolute_url())
    expect(page.locator("#not-again")).to_contain_text("3 of them are not texted again from here")
    assert_usable(page)
    page.goto(reverse("texting:undecided"))
    page.get_by_role("link", name=re.compile("You began a text to them")).click()
    page.get_by_role("button", name="Send to 3").click()
    expect(page.get_by_role("link", name="See delivery")).to_be_visible()

    page.goto(left_batch.get_absolute_url())
    assert_usable(page)
    expect(page.get_by_role("button", name=re.compile("^Text th.* again"))).to_have_count(0)
    assert Text.objects.filter(status="queued").count() == 3
    assert Draft.objects.filter(user=riya).count() == 1


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_conversations_of_a_leaver_are_gone_through_page_by_page(open_page, left_batch, monkeypatch, width, scheme):
    monkeypatch.setattr("texting.views.decisions.ROWS", 2)
    for text in Text.objects.all():
        facts = {"number": text.number, "opened_at": text.created_at, "last_text_at": text.created_at}
        text.conversation = Conversation.objects.create(line=text.line, **facts)
        text.save()
        who = text.recipients.get()
        record = {"record_type": who.record_type, "record_id": who.record_id, "name": who.name}
        ConversationRecord.objects.create(conversation=text.conversation, **record)
    page = open_page(reverse("texting:undecided"), viewport={"width": width, "height": 900}, color_scheme=scheme)
    left = page.get_by_role("region", name="Conversations of people who have left, or may no longer text 3")
    expect(left.get_by_role("listitem")).to_have_count(2)
    expect(left).to_contain_text("1–2 of 3")
    assert_usable(page)

    left.get_by_role("link", name="Next").click()

    expect(left.get_by_role("listitem")).to_have_count(1)
    assert_usable(page)
    left.get_by_role("link", name="Previous").click()
    expect(left).to_contain_text("1–2 of 3")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_an_answer_nobody_has_seen_is_listed_after_its_conversation_has_closed(open_page, riya, dan, width, scheme):
    """Nobody sees the record; the conversation can be read all the same."""
    riya.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    line = make_line(owner_kind="servicerep", owner_id=dan.pk)
    now = timezone.now()
    facts = {"opened_at": now, "last_text_at": now, "closed_at": now, "logged_at": now, "unseen_since": now}
    conversation = Conversation.objects.create(line=line, number="+16125550134", **facts)
    ConversationRecord.objects.create(conversation=conversation, record_type="employee", record_id=1, name="Ana")
    type(dan).objects.filter(pk=dan.pk).update(is_active=False)
    page = open_page(reverse("texting:undecided"), viewport={"width": width, "height": 900}, color_scheme=scheme)
    left = page.get_by_role("region", name="Conversations of people who have left, or may no longer text 1")
    expect(left.get_by_role("listitem")).to_contain_text("Logged")
    expect(left.get_by_role("listitem")).to_contain_text("new")
    assert_usable(page)

    left.get_by_role("link", name="A record you cannot see").click()
    expect(page).to_have_url(re.compile(f"/conversations/{conversation.pk}/"))
    page.go_back()
    page.reload()

    expect(page.get_by_role("heading", name="Nothing to decide")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_a_draft_discarded_in_another_tab_says_so_and_shows_what_was_typed(open_page, left_batch, riya, width, scheme):
    draft = decisions.take_over(riya, left_batch)
    page = open_page(draft.get_absolute_url(), viewport={"width": width, "height": 900}, color_scheme=scheme)
    Draft.objects.all().delete()

    page.get_by_role("button", name="Send to 3").click()

    expect(page.get_by_role("heading", name="This draft is gone")).to_be_visible()
    expect(page.get_by_text(BODY)).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    assert not Text.objects.filter(status="queued").exists()
