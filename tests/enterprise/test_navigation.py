"""The badges of the navigation, asked for while a page is open; and a record that is made for unknown texts."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from enterprise.employees.models import Employee
from enterprise.users.roles import FRONT_OFFICE_WITHOUT_TEXTING
from tests.texting.conftest import make_line
from texting.models import Conversation, ConversationRecord, Text

pytestmark = pytest.mark.django_db
NUMBER = "+16125550199"


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def line(minneapolis):
    return make_line(owner_kind="branch", owner_id=minneapolis.pk)


@pytest.fixture
def unread(line):
    now = timezone.now()
    unread = Conversation.objects.create(line=line, number=NUMBER, opened_at=now, last_text_at=now, unseen_since=now)
    Text.objects.create(
        line=line,
        conversation=unread,
        number=NUMBER,
        direction="in",
        origin="person",
        status="received",
        body="Any work?",
        provider_id="1",
    )
    ConversationRecord.objects.create(conversation=unread, record_type="employee", record_id=1, name="Ana Rivera")
    return unread


@pytest.fixture
def unmatched(unread):
    unread.records.all().delete()
    return unread


def ask(client, **headers):
    return client.get(reverse("navigation"), {"at": "/texting/inbox/"}, headers=headers)


def test_nobody_gets_no_badges(client):
    assert ask(client).status_code == 302


def test_the_badge_counts_what_is_unread_on_ones_own_lines(client, riya, dan, unread):
    client.force_login(riya)
    assert 'data-unread="1"' in ask(client).content.decode()
    client.force_login(dan)
    assert 'data-unread="0"' in ask(client).content.decode()


def bells(page):
    return re.findall(r'id="(bell[^"]*)".*?class="visually-hidden">([^<]+)</span>(?:<span class="count">(\d+)<)?', page)


def test_a_bell_in_both_bars_counts_what_is_unread_and_leads_to_it(client, riya, unread):
    client.force_login(riya)
    counted = [("bell-small", "Unread answers: ", "1"), ("bell", "Unread answers: ", "1")]
    page = client.get(reverse("employees:list")).content.decode()

    assert bells(page) == counted
    assert page.count(f'id="bell" href="{reverse("texting:inbox")}"') == 1
    assert sorted(bells(ask(client).content.decode())) == sorted(counted)

    Conversation.objects.update(unseen_since=None)
    none = [("bell", "No unread answers", ""), ("bell-small", "No unread answers", "")]
    assert sorted(bells(ask(client).content.decode())) == none


def test_who_may_not_text_has_no_bell_but_is_helped(client, riya):
    riya.groups.set([Group.objects.get(name=FRONT_OFFICE_WITHOUT_TEXTING)])
    client.force_login(riya)
    page = client.get(reverse("employees:list")).content.decode()

    assert bells(page) == []
    assert f'<a class="btn btn-icon btn-ghost tip" href="{reverse("texting:why")}"' in page


def test_a_strangers_text_is_counted_once_as_unmatched(client, riya, unmatched):
    client.force_login(riya)
    page = ask(client).content.decode()
    assert 'data-unread="0"' in page
    assert page.count('<span class="count') == 2  # Unmatched, and Texts above it


def test_nothing_new_is_answered_without_a_body(client, riya, unread):
    client.force_login(riya)
    first = ask(client)
    assert first["Cache-Control"] == "private, no-cache"

    assert ask(client, if_none_match=first["ETag"]).status_code == 304
    Conversation.objects.update(unseen_since=None)
    assert ask(client, if_none_match=first["ETag"]).status_code == 200


def test_the_page_that_asks_stays_the_one_that_is_marked(client, riya, line):
    client.force_login(riya)

    inbox = reverse("texting:inbox")

    assert f'href="{inbox}" aria-current="page"' in ask(client).content.decode()


def test_the_badges_cost_a_handful_of_queries(client, riya, unread, django_assert_max_num_queries):
    client.force_login(riya)
    # Three counts, each of which asks whose lines are theirs; the session and the user.
    with django_assert_max_num_queries(14):
        ask(client)


def test_an_applicant_is_made_of_an_unknown_number_and_gets_its_texts(client, riya, unmatched, minneapolis):
    client.force_login(riya)
    form = f"{reverse('employees:add')}?number=%2B16125550199&made_for={unmatched.pk}"
    assert 'value="(612) 555-0199"' in client.get(form).content.decode()

    answer = client.post(
        form,
        {
            "first_name": "Stan",
            "last_name": "Novak",
            "branch": minneapolis.pk,
            "methods-TOTAL_FORMS": "1",
            "methods-INITIAL_FORMS": "0",
            "methods-0-type": "cell_phone",
            "methods-0-value": "(612) 555-0199",
        },
    )

    stan = Employee.objects.get()
    assert answer.url == f"{stan.get_absolute_url()}#texts"
    assert [record.record_id for record in unmatched.records.all()] == [stan.pk]
