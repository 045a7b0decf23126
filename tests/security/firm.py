"""A firm with one of everything a page can be about, all of it of Minneapolis; and the people who ask for it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.test import Client
from django.utils import timezone

from enterprise.administration.models import AuditEntry
from enterprise.people.models import ImportRun, Photo
from enterprise.users.models import User
from enterprise.users.roles import ADMINISTRATOR, FRONT_OFFICE_WITHOUT_TEXTING
from tests.assignments.builders import make_assignment
from tests.enterprise.builders import make_branch, make_code, make_contact, make_employee, make_user
from tests.hotlists.builders import make_hotlist, put_on
from tests.signed_in import client_of
from texting.models import (
    Attachment,
    AttachmentContent,
    Batch,
    Conversation,
    ConversationRecord,
    Draft,
    Line,
    Recipient,
    Text,
    TextingSettings,
    WebhookEvent,
)
from texting.seam import RecordKey
from texting.vocabulary import Direction, LineState, Origin, TextStatus

LINE, ANA = "+16125550100", "+16125550134"


class Firm:
    """Roles: nobody; sofia, who may not text; riya, a recruiter; dan, one of another branch; ada; root, a superuser."""

    def __init__(self) -> None:
        self.minneapolis, self.st_paul = make_branch("Minneapolis"), make_branch("St. Paul")
        self.riya = make_user("riya", branch=self.minneapolis)
        people = {
            "sofia": make_user("sofia", branch=self.minneapolis, role=FRONT_OFFICE_WITHOUT_TEXTING),
            "riya": self.riya,
            "dan": make_user("dan", branch=self.st_paul),
            "ada": make_user("ada", branch=self.minneapolis, role=ADMINISTRATOR),
            "root": User.objects.create_superuser("root", home_branch=self.minneapolis),
        }
        self._sessions = {
            name: client_of(user).cookies[settings.SESSION_COOKIE_NAME].value for name, user in people.items()
        }
        self.ana = make_employee(sms="(612) 555-0134", branch=self.minneapolis)
        self.kwame = make_contact(cell_phone="(651) 555-0108", branch=self.minneapolis)
        self.photo = Photo.objects.create(small=b"x", large=b"x", added_by=self.riya)
        for person in (self.ana, self.kwame):
            type(person).objects.filter(pk=person.pk).update(photo=self.photo)
        self.mei = make_user("mei", branch=self.minneapolis)
        self.hotlist = make_hotlist("Nights", owner=self.riya, branch=self.minneapolis)
        put_on(self.hotlist, self.ana)
        self.code = make_code()
        self.run = ImportRun.objects.create(
            uploaded_by=User.objects.get(username="ada"), file_name="a.csv", content=b"", preview={}
        )
        TextingSettings.current()
        self.assignment = make_assignment(self.ana)
        self._text()
        AuditEntry.objects.create(action="line.connected", subject=f"line:{self.line.pk}", actor=self.riya)

    def client(self, role: str, **options: object) -> Client:
        """A browser in which that person is signed in; an error in a page is an answer of 500."""
        client = Client(raise_request_exception=False, **options)
        if role in self._sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self._sessions[role]
        return client

    def _text(self) -> None:
        self.line = Line.objects.create(
            number=LINE, owner_kind="branch", owner_id=self.minneapolis.pk, username="16125550100",
            state=LineState.CONNECTED,
        )  # fmt: skip
        for name in ("password", "session", "webhook"):
            self.line.set_secret(name, f"{name} of the line")
        self.line.save()
        self.event = WebhookEvent.objects.create(
            line=self.line, event="receive", body=b"{}", state=WebhookEvent.State.QUARANTINED,
            received_at=timezone.now(), next_try_at=timezone.now(),
        )  # fmt: skip
        key = RecordKey("employee", self.ana.pk)
        self.draft = Draft.objects.create(
            pk=uuid.uuid4(), user=self.riya, selection=[key], line=self.line, body="Hello"
        )
        self.conversation = Conversation.objects.create(
            line=self.line, number=ANA, opened_at=timezone.now(), last_text_at=timezone.now()
        )
        ConversationRecord.objects.create(conversation=self.conversation, record_type=key[0], record_id=key[1])
        self.batch = Batch.objects.create(
            draft_id=self.draft.pk, content_hash="x", sender=self.riya, line=self.line, body="Hello", segment_count=1
        )
        self.text = Text.objects.create(
            line=self.line,
            batch=self.batch,
            direction=Direction.OUT,
            origin=Origin.ENTERPRISE,
            number=ANA,
            body="Hello",
            sender=self.riya,
            status=TextStatus.DELIVERED,
            provider_id="1",
            conversation=self.conversation,
            left_at=timezone.now(),
        )
        self.attachment = Attachment.objects.create(
            text=self.text,
            file_name="map.webp",
            mime_type="image/webp",
            byte_count=1,
            storage_key="k",
            state=Attachment.State.STORED,
            width=1,
            height=1,
        )
        AttachmentContent.objects.create(attachment=self.attachment, original=b"x", preview=b"x")
        Recipient.objects.create(batch=self.batch, record_type=key[0], record_id=key[1], name="Ana", text=self.text)
        self.unmatched = Conversation.objects.create(
            line=self.line, number="+16125550199", opened_at=timezone.now(), last_text_at=timezone.now()
        )

    def values(self, page: str) -> dict[str, object]:
        """What stands for the parameters of an address."""
        own = {
            "assignments": self.assignment,
            "employees": self.ana,
            "contacts": self.kwame,
            "hotlists": self.hotlist,
            "people": self.run,
        }
        about = own.get(page.split(":")[0])
        return {
            "pk": about.pk if about else 0,
            "person_pk": self.ana.pk,
            "user_id": self.mei.pk,
            "branch_id": self.st_paul.pk,
            "code_id": self.code.pk,
            "draft_id": self.draft.pk,
            "conversation_id": self.conversation.pk if page == "texting:reply" else self.unmatched.pk,
            "batch_id": self.batch.pk,
            "record_type": "employee",
            "record_id": self.ana.pk,
            "line_id": self.line.pk,
            "event_id": self.event.pk,
            "secret": "guessed",
            "event": "receive",
            "photo": self.photo.pk,
            "other": self.kwame.pk if page.startswith("employees") else self.ana.pk,
            "attachment_id": self.attachment.pk,
            "text_id": self.text.pk,
            "language": "en",
            "version": "1",
        }
