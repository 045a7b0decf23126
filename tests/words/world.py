"""A firm in which everything people typed is in Greek letters, so that any Latin one on a page is ours."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from enterprise.administration import audit
from enterprise.people.models import ImportRun
from enterprise.users.models import User
from tests.assignments.builders import make_assignment
from tests.enterprise.builders import make_branch, make_code, make_contact, make_employee, make_user
from tests.hotlists.builders import make_hotlist
from texting.models import (
    Batch,
    Conversation,
    ConversationRecord,
    Draft,
    Line,
    OptOut,
    Recipient,
    Text,
    TextingSettings,
    WebhookEvent,
)
from texting.vocabulary import Direction, LineState, MethodType, Origin, PauseReason, Reason, TextStatus

NUMBER = "+16125550134"
REASONS = {
    TextStatus.FAILED: Reason.REFUSED,
    TextStatus.BLOCKED: Reason.OPTED_OUT,
    TextStatus.UNCONFIRMED: Reason.NO_ANSWER,
}


class World:
    def __init__(self) -> None:
        self.now = timezone.now()
        for index, group in enumerate(Group.objects.all()):
            Group.objects.filter(pk=group.pk).update(name="Ρόλος " + "α" * index)
        self.branch = make_branch("Αθήνα")
        self.idle_branch = make_branch("Πάτρα", is_active=False)
        self.ada = self._user("άντα", "Άντα", is_superuser=True, is_staff=True)
        self.rep = self._user("νίκος", "Νίκος")
        self.gone = self._user("όλγα", "Όλγα", is_active=False)
        self._people()
        self._line()
        self._conversations()
        self._batch()
        audit.record(
            actor_id=self.ada.pk, action="user.changed", subject=f"user:{self.rep.pk}", facts={"fields": ["email"]}
        )

    def _user(self, username: str, first_name: str, **facts: object) -> User:
        return make_user(username, branch=self.branch, role="", first_name=first_name, last_name="Παππάς", **facts)

    def _people(self) -> None:
        self.code = make_code("ΚΛΗΣΗ", description="Περιγραφή")
        make_code("ΤΕΛΟΣ", deactivates=True, is_active=False)
        facts = {"branch": self.branch, "customer": "Φούρνος"}
        self.employee = make_employee("Άννα", "Βασιλείου", branch=self.branch, sms="612-555-0134", job_title="Οδηγός")
        self.no_number = make_employee("Κώστας", "Δήμου", branch=self.branch, cell_phone="555-01", phone="-")
        self.inactive = make_employee("Ζωή", "Ευγενίου", branch=self.branch, is_active=False, service_rep=self.rep)
        self.opted_out = make_employee("Ηλίας", "Θωμά", branch=self.branch, sms="612-555-0135", do_not_text=True)
        self.contact = make_contact("Ιώ", "Κανάκη", sms="612-555-0134", **facts)
        self.inactive_contact = make_contact("Λία", "Μηνά", is_active=False, **facts)
        self.hotlist = make_hotlist("Νύχτες", self.employee, self.no_number, owner=self.ada, branch=self.branch)
        self.empty_hotlist = make_hotlist("Κενή", owner=self.ada)
        self.assignment = make_assignment(self.employee, "Φούρνος", ends=4)
        self.run = ImportRun.objects.create(uploaded_by=self.ada, file_name="άτομα", content=b"")

    def _line(self) -> None:
        owner = {"owner_kind": "branch", "owner_id": self.branch.pk, "created_by": self.ada}
        self.line = self._connect("+16125550100", LineState.CONNECTED, **owner)
        self.paused = self._connect("+16125550101", LineState.PAUSED, pause_reason=PauseReason.WRONG_PASSWORD, **owner)
        self._connect("+16125550102", LineState.CONNECTING, **owner)
        self.removed = self._connect("+16125550103", LineState.REMOVED, **owner)
        TextingSettings.current()
        self.event = WebhookEvent.objects.create(
            line=self.line, event="receive", body=b"", state=WebhookEvent.State.QUARANTINED, tries=5,
            problem="Σφάλμα while taking it in.", received_at=self.now, next_try_at=self.now,
        )  # fmt: skip
        for number in ("+16125550135", "+16125550139"):
            OptOut.objects.create(
                number=number, source=OptOut.Source.values[0], word="STOP", line=self.line, opted_out_at=self.now
            )

    def _connect(self, number: str, state: LineState, **facts: object) -> Line:
        line = Line.objects.create(number=number, username=number[1:], state=state, **facts)
        for name in ("password", "session", "webhook"):
            line.set_secret(name, name)
        line.save()
        return line

    def _conversations(self) -> None:
        self.conversation = self._conversation(NUMBER)
        ConversationRecord.objects.create(
            conversation=self.conversation, record_type="employee", record_id=self.employee.pk, name=str(self.employee)
        )
        self.unmatched = self._conversation("+16125550177")
        for conversation in (self.conversation, self.unmatched):
            for status in TextStatus:
                self._text(status, conversation.number, conversation=conversation)

    def _conversation(self, number: str) -> Conversation:
        return Conversation.objects.create(
            line=self.line, number=number, opened_at=self.now, last_text_at=self.now, unseen_since=self.now
        )

    def _text(self, status: TextStatus, number: str, **facts: object) -> Text:
        is_in = status == TextStatus.RECEIVED
        later = self.now + timedelta(hours=1)
        # What only some statuses need; it does not harm the others.
        needed = {
            **dict.fromkeys(("due_at", "expires_at", "sending_until", "scheduled_at", "next_look_at"), later),
            "attempt": uuid.uuid4(),
            "provider_id": uuid.uuid4().hex,
            "arrived_at": self.now,
        }
        return Text.objects.create(
            line=self.line,
            number=number,
            body="Καλημέρα",
            direction=Direction.IN if is_in else Direction.OUT,
            origin=Origin.PERSON if is_in else Origin.ENTERPRISE,
            sender=None if is_in else self.ada,
            status=status,
            reason=REASONS.get(status, ""),
            **needed,
            **facts,
        )

    def _batch(self) -> None:
        keys = [["employee", person.pk] for person in (self.employee, self.no_number, self.inactive, self.opted_out)]
        draft = {"user": self.ada, "selection": keys, "line": self.line, "body": "Καλημέρα {first_name} {nick}"}
        self.draft = Draft.objects.create(**draft)
        self.sent_draft = Draft.objects.create(**draft)
        self.batch = Batch.objects.create(
            draft_id=self.sent_draft.pk,
            sender=self.ada,
            line=self.line,
            body="Καλημέρα",
            segment_count=2,
            people_count=len(TextStatus) + len(Reason),
            done_count=len(TextStatus) + len(Reason),
        )
        numbers = iter(range(1000))
        for status in TextStatus:
            if status not in (TextStatus.RECEIVED, TextStatus.SCHEDULED):
                number = f"+1612555{next(numbers):04}"
                self._recipient(text=self._text(status, number, batch=self.batch), number=number)
        for reason in Reason:
            self._recipient(reason=reason)

    def _recipient(self, **facts: object) -> None:
        self.recipient_id = getattr(self, "recipient_id", 0) + 1
        Recipient.objects.create(
            batch=self.batch,
            record_type="employee",
            record_id=self.recipient_id,
            name="Νεφέλη",
            number_type=MethodType.SMS,
            number_as_entered="555-01",
            reason_facts={"word": "STOP", "on": "2026-11-03"},
            **facts,
        )
