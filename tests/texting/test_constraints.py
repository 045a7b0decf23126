"""What the database itself refuses, whoever writes: each rule broken in each way, alone."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint
from django.utils import timezone

from tests.texting.conftest import make_line
from texting.models import Line, Text
from texting.vocabulary import Decision, Direction, LineState, Origin, Reason, TextStatus

pytestmark = pytest.mark.django_db
NOW = timezone.now()
# By the names of the rules: what to write into a row that keeps all of them.
BROKEN = {
    "text_sending_has_lease": [
        {"status": TextStatus.SENDING, "attempt": uuid.uuid4()},
        {"status": TextStatus.SENDING, "sending_until": NOW},
    ],
    "text_sent_has_provider_id": [
        {"status": TextStatus.SENT},
        {"status": TextStatus.DELIVERED},
        {"status": TextStatus.UNDELIVERED},
    ],
    "text_scheduled_says_when": [
        {"status": TextStatus.SCHEDULED, "next_look_at": NOW, "provider_id": "1"},
        {"status": TextStatus.SCHEDULED, "scheduled_at": NOW, "provider_id": "1"},
        {"status": TextStatus.SCHEDULED, "scheduled_at": NOW, "next_look_at": NOW},
    ],
    "text_queued_is_due": [{"due_at": None}, {"expires_at": None}],
    "text_received_is_in": [{"direction": Direction.IN}, {"status": TextStatus.RECEIVED}],
    "text_failure_has_reason": [
        {"status": TextStatus.FAILED},
        {"status": TextStatus.BLOCKED},
        {"status": TextStatus.UNCONFIRMED},
    ],
    "text_decision_has_person": [
        {"decision": Decision.ARRIVED, "decided_at": NOW},
        {"decision": Decision.ARRIVED, "decided_by": "someone"},
    ],
    "line_guard_has_time": [{"guarded_since": NOW}],
    "line_pause_has_reason": [{"state": LineState.PAUSED}],
}
ROWS = [(name, facts) for name, ways in BROKEN.items() for facts in ways]


@pytest.fixture
def text(line):
    facts = {"direction": Direction.OUT, "origin": Origin.ENTERPRISE, "number": "+16125550134", "body": "Hi"}
    return Text.objects.create(line=line, status=TextStatus.QUEUED, due_at=NOW, expires_at=NOW, **facts)


@pytest.mark.parametrize(("name", "facts"), ROWS)
def test_a_row_that_breaks_a_rule_is_not_written(text, rep, name, facts):
    row = text if name.startswith("text_") else text.line
    facts = {field: rep if value == "someone" else value for field, value in facts.items()}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**facts)


def test_each_rule_is_broken_here_once_at_least():
    rules = [one for model in (Text, Line) for one in model._meta.constraints if isinstance(one, CheckConstraint)]

    assert {rule.name for rule in rules} == set(BROKEN)


def test_rows_that_keep_the_rules_are_written(text):
    Text.objects.update(status=TextStatus.SENDING, attempt=uuid.uuid4(), sending_until=NOW)
    Text.objects.update(status=TextStatus.SENT, provider_id="1")
    Text.objects.update(status=TextStatus.FAILED, reason=Reason.REFUSED)
    make_line(number="+16125550101", state=LineState.PAUSED, pause_reason="by_hand")
