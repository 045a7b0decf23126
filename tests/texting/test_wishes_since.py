"""Who is deactivated or marked "do not text" while a text to them waits is not texted, however that was noted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from enterprise.employees.models import Employee
from enterprise.employees.textable import EmployeeRecords
from tests.enterprise.builders import make_employee
from tests.texting.conftest import ANA, BO, pass_time
from texting import claims, runner, seam
from texting.models import Recipient, Text, TextingSettings
from texting.seam import RecordKey
from texting.vocabulary import Reason, TextStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(people):
    def change(key, **facts):
        people.by_id[key.record_id] = replace(people.by_id[key.record_id], **facts)

    return change


@pytest.fixture
def leave(provider):
    """Let what is due leave; what became of each text, by number."""

    def leave():
        pass_time(minutes=1)
        claims.record([runner.send(claim) for claim in claims.claim(8)[0]])
        return {text.number: (text.status, text.reason) for text in Text.objects.all()}

    return leave


@pytest.mark.parametrize(
    ("facts", "reason"), [({"do_not_text": True}, Reason.DO_NOT_TEXT), ({"is_active": False}, Reason.INACTIVE)]
)
def test_a_wish_noted_after_send_stops_that_text_alone(people, send, provider, change, leave, facts, reason):
    ana, bo = people.add("Ana Rivera", ANA), people.add("Bo Chen", BO)
    send(ana, bo)
    change(ana, **facts)

    assert leave() == {ANA: (TextStatus.BLOCKED, reason), BO: (TextStatus.SENT, "")}
    assert [number for number, _ in provider.sent] == [BO]


def test_a_record_that_is_gone_is_not_texted(people, send, leave):
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    del people.by_id[ana.record_id]

    assert leave() == {ANA: (TextStatus.BLOCKED, Reason.NOT_VISIBLE)}


def test_a_text_that_somebody_else_is_to_read_as_well_leaves(people, send, change, leave):
    ana, luis = people.add("Ana Rivera", ANA), people.add("Luis Rivera", ANA)
    send(ana, luis)
    change(ana, do_not_text=True)
    assert leave() == {ANA: (TextStatus.SENT, "")}


def test_and_does_not_when_neither_may_be_texted(people, send, change, leave):
    ana, luis = people.add("Ana Rivera", ANA), people.add("Luis Rivera", ANA)
    send(ana, luis)
    change(ana, do_not_text=True)
    change(luis, is_active=False)
    assert leave() == {ANA: (TextStatus.BLOCKED, Reason.DO_NOT_TEXT)}


def test_inactive_records_are_texted_where_the_firm_texts_them(people, send, change, leave):
    TextingSettings.objects.update_or_create(defaults={"text_inactive": True})
    ana = people.add("Ana Rivera", ANA)
    send(ana)
    change(ana, is_active=False)
    assert leave() == {ANA: (TextStatus.SENT, "")}


def test_a_reply_is_stopped_as_well(people, send, change, leave):
    ana = people.add("Ana Rivera", ANA)
    send(ana, is_reply=True)
    change(ana, do_not_text=True)
    assert leave() == {ANA: (TextStatus.BLOCKED, Reason.DO_NOT_TEXT)}


def test_where_records_cannot_be_asked_the_text_waits(people, send, leave, monkeypatch):
    send(people.add("Ana Rivera", ANA))
    monkeypatch.setattr(people, "describe", lambda ids: 1 / 0)
    assert leave() == {ANA: (TextStatus.QUEUED, Reason.TRY_AGAIN)}


def test_a_change_in_bulk_as_an_import_makes_it_counts(people, send, leave, monkeypatch):
    send(people.add("Ana Rivera", ANA))
    employee = make_employee(sms="612-555-0134")
    monkeypatch.setitem(seam._record_types, "employee", EmployeeRecords())
    Recipient.objects.update(record_type="employee", record_id=employee.pk)
    Employee.objects.filter(pk=employee.pk).update(do_not_text=True)

    assert RecordKey("employee", employee.pk) in seam.describe([RecordKey("employee", employee.pk)])
    assert leave() == {ANA: (TextStatus.BLOCKED, Reason.DO_NOT_TEXT)}
