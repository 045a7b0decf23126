"""What pages ask for again every few seconds costs the same, however much there is to show."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.enterprise.builders import make_contact, make_employee
from tests.texting.conftest import make_line
from texting import conversations
from texting.models import Text
from texting.seam import RecordKey

pytestmark = pytest.mark.django_db
TRAY = {"HX-Request": "true", "HX-Target": "tray"}


@pytest.fixture
def line(minneapolis):
    return make_line(owner_kind="branch", owner_id=minneapolis.pk)


@pytest.fixture
def browser(as_user, riya):
    return as_user(riya)


def write(line, number, provider_id) -> int:
    """A text that has come in, and its conversation."""
    conversation_id = conversations.hold_open([(line.pk, number)])[line.pk, number]
    Text.objects.create(
        line=line,
        conversation_id=conversation_id,
        number=number,
        body="Any work?",
        direction="in",
        origin="person",
        status="received",
        provider_id=provider_id,
    )
    return conversation_id


def write_as_strangers(line, digits) -> None:
    """Each from a number that two hold."""
    for digit in digits:
        number = f"+161255501{digit:02}"
        make_employee(sms=number), make_contact(office_phone=number)
        write(line, number, str(digit))


def test_the_tray_costs_the_same_for_two_strangers_and_for_twenty(browser, line, count_queries):
    def ask():
        assert browser.get(reverse("texting:unmatched"), headers=TRAY).status_code == 200

    write_as_strangers(line, range(2))
    of_two = count_queries(ask)
    write_as_strangers(line, range(2, 20))

    assert count_queries(ask) == of_two <= 21


def test_the_texts_on_a_record_cost_the_same_for_one_and_for_thirty(browser, line, count_queries):
    ana = make_employee(sms="612-555-0134")

    def ask():
        page = browser.get(reverse("texting:record-texts", args=["employee", ana.pk])).content.decode()
        assert 'id="reply-form"' in page

    conversation_id = write(line, "+16125550134", "1")
    conversations.add_records(conversation_id, [(RecordKey("employee", ana.pk), "Ana Rivera")])
    of_one = count_queries(ask)
    for n in range(2, 30):
        write(line, "+16125550134", str(n))

    assert count_queries(ask) == of_one <= 25
