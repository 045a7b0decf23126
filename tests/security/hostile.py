"""A firm in which everything that anybody can type, upload or send has been typed by somebody hostile."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image

from enterprise.administration.models import AuditEntry
from enterprise.contacts.models import Contact, Customer
from enterprise.employees.models import Employee
from enterprise.messagelog.models import ActionCode, Message
from enterprise.people.models import ImportRun
from enterprise.users.models import Branch, User
from tests.assignments.builders import make_assignment
from tests.hotlists.builders import make_hotlist, put_on
from tests.security.firm import Firm
from tests.security.payloads import PAYLOADS
from texting.models import (
    Attachment,
    AttachmentContent,
    Batch,
    Conversation,
    ConversationRecord,
    Draft,
    Recipient,
    Text,
    WebhookEvent,
)
from texting.seam import RecordKey
from texting.vocabulary import Direction, Origin, Reason, TextStatus

# Those that fit into a name; names are told apart whatever their case.
SHORT = list({payload.lower(): payload for payload in PAYLOADS if len(payload) <= 80}.values())


class HostileFirm(Firm):
    def __init__(self) -> None:
        super().__init__()
        self.root = User.objects.get(username="root")
        self._name_things()
        self._fill_records()
        self._text_everybody()
        self._make_hostile_what_pages_are_about()

    def _name_things(self) -> None:
        now = timezone.now()
        for number, payload in enumerate(SHORT):
            person = {
                "branch": self.minneapolis,
                "first_name": "X",
                "last_name": payload,
                "address": payload,
                "note": payload,
            }
            Employee(**person, job_title=payload, city=payload[:80], ident=f"e{number}").save()
            customer = Customer.objects.create(name=payload)
            Contact(**person, customer=customer, title=payload, ident=f"c{number}").save()
            Branch.objects.create(name=payload)
            make_hotlist(payload, owner=self.root)
            User.objects.create(username=f"u{number}", first_name=payload, email=f"{number}@example.com")
            code = ActionCode.objects.create(name=f"C{number}", description=payload)
            Message.objects.create(
                record_type="employee", record_id=self.ana.pk, action_code=code, author_name=payload, body=payload,
                line_name=payload, created_at=now,
            )  # fmt: skip
        lines = [{"number": 2, "ident": p, "name": p, "outcome": "created", "changed": p, "words": p} for p in PAYLOADS]
        ImportRun.objects.filter(pk=self.run.pk).update(
            uploaded_by=self.root, file_name=PAYLOADS[0], preview=_preview(lines)
        )
        self.everybody = make_hotlist("Everybody", owner=self.root)
        put_on(self.everybody, *Employee.objects.all())

    def _fill_records(self) -> None:
        """The employee whose record holds the most: a dialogue, an assignment at a customer."""
        at = timezone.now().isoformat()
        said = {"at": at, "direction": "in", "origin": "", "status": "received", "reason": ""}
        dialogue = [{**said, "author": p, "body": p, "file_names": [p]} for p in PAYLOADS]
        on = {"record_type": "employee", "record_id": self.ana.pk, "action_code": self.code}
        Message.objects.create(**on, author_name="x", body="x", dialogue=dialogue)
        make_assignment(self.ana, SHORT[3], job_title=SHORT[4])

    def _text_everybody(self) -> None:
        now = timezone.now()
        employees = list(Employee.objects.order_by("pk"))
        batch = Batch.objects.create(
            content_hash="y", sender=self.root, line=self.line, body=PAYLOADS[0], segment_count=1, source=PAYLOADS[1],
            people_count=len(employees), done_count=len(employees),
        )  # fmt: skip
        self.hostile_batch = batch
        for number, payload in enumerate(PAYLOADS):
            conversation = Conversation.objects.create(
                line=self.line, number=f"+1612556{number:04}", opened_at=now, last_text_at=now, unseen_since=now
            )
            holder = employees[number % len(employees)]
            if number % 4:
                ConversationRecord.objects.create(
                    conversation=conversation, record_type="employee", record_id=holder.pk, name=payload
                )
            text = Text.objects.create(
                line=self.line, conversation=conversation, direction=Direction.IN, origin=Origin.PERSON,
                number=conversation.number, body=payload,
                status=TextStatus.RECEIVED, arrived_at=now, provider_id=f"h{number}",
            )  # fmt: skip
            Attachment.objects.create(
                text=text,
                file_name=payload,
                mime_type="text/html",
                byte_count=1,
                storage_key="k",
                state=Attachment.State.GONE,
            )
            # The tray shows every fourth.
            if number % 4 == 0:
                _keep_pictures(text, PAYLOADS[number : number + 4])
            Draft.objects.create(
                user=self.root, selection=[RecordKey("employee", holder.pk)], line=self.line, body=payload
            )
        Recipient.objects.bulk_create(
            Recipient(
                batch=batch, record_type="employee", record_id=person.pk, name=person.last_name, ident=person.ident,
                number_as_entered=person.last_name, reason=Reason.INVALID_NUMBER, number_type="sms",
            )
            for person in employees
        )  # fmt: skip

    def _make_hostile_what_pages_are_about(self) -> None:
        """The one thing of each kind that an address of Firm.values leads to."""
        mark = SHORT[0]
        names = {"first_name": mark, "last_name": mark, "address": mark, "note": mark}
        for person in (self.ana, self.kwame):
            type(person).objects.filter(pk=person.pk).update(**names)
        User.objects.filter(pk=self.mei.pk).update(**names_of_user(mark))
        ActionCode.objects.filter(pk=self.code.pk).update(description=mark)
        self.line.owner_id = Branch.objects.get(name=SHORT[1]).pk
        self.line.save()
        self.hotlist, self.st_paul = self.everybody, Branch.objects.get(name=SHORT[2])
        self.draft, self.conversation = Draft.objects.filter(body=mark).get(), self._overdue(mark)
        self.unmatched = Conversation.objects.filter(records=None, texts__body__contains="script").first()
        Batch.objects.filter(pk=self.hostile_batch.pk).update(draft_id=self.draft.pk)
        self.batch = self.hostile_batch
        self._leave_undecided(mark)
        WebhookEvent.objects.create(
            line=self.line, event="receive", body=mark.encode(), body_sha256="x", state=WebhookEvent.State.QUARANTINED,
            problem=mark, next_try_at=timezone.now(), received_at=timezone.now(),
        )  # fmt: skip
        for user in User.objects.exclude(first_name=""):
            AuditEntry.objects.create(
                action="user.changed", subject=f"user:{user.pk}", facts={"fields": [user.first_name]}
            )

    def _overdue(self, mark: str) -> Conversation:
        held = Conversation.objects.filter(texts__body=mark).get()
        weeks_ago = timezone.now() - timedelta(days=14)
        Conversation.objects.filter(pk=held.pk).update(last_text_at=weeks_ago, failure=mark)
        ConversationRecord.objects.update_or_create(
            conversation=held, record_type="employee", record_id=self.ana.pk, defaults={"name": mark}
        )
        return held

    def _leave_undecided(self, mark: str) -> None:
        text = Text.objects.create(
            line=self.line, batch=self.batch, direction=Direction.OUT, origin=Origin.ENTERPRISE, number="+16125559999",
            body=mark, sender=self.root, status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER,
        )  # fmt: skip
        key = {"record_type": "employee", "record_id": self.ana.pk}
        Recipient.objects.update_or_create(batch=self.batch, **key, defaults={"name": mark, "text": text})

    def values(self, page: str) -> dict[str, object]:
        """Of this firm; what was sent has no draft to look at any more."""
        unsent = {"draft_id": Draft.objects.filter(body=SHORT[1]).get().pk} if page == "texting:draft" else {}
        return super().values(page) | unsent


def _keep_pictures(text: Text, names: list[str]) -> None:
    """Pictures that came with a text and are kept: shown, and to be downloaded, under those names."""
    content = BytesIO()
    Image.new("RGB", (1, 1)).save(content, "WEBP")
    for name in names:
        kept = Attachment.objects.create(
            text=text, file_name=name, mime_type="image/webp", byte_count=1, storage_key=name,
            state=Attachment.State.STORED, width=1, height=1,
        )  # fmt: skip
        AttachmentContent.objects.create(attachment=kept, original=content.getvalue(), preview=content.getvalue())


def names_of_user(mark: str) -> dict[str, str]:
    return {"first_name": mark, "last_name": mark, "email": f"{mark}@example.com"}


def _preview(lines: list[dict[str, object]]) -> dict[str, object]:
    return {
        "kind_label": "Employees", "created_count": 1, "changed_count": 0, "skipped_count": 0, "bad_count": len(lines),
        "bad_lines": lines, "lines": lines, "line_count": len(lines), "new": [{"nouns": "Branches", "names": PAYLOADS}],
    }  # fmt: skip
