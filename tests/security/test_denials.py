"""Who asks for what is there but is not theirs stands in the audit; who was only too late does not."""

from __future__ import annotations

import pytest
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.users.models import User
from tests.enterprise.builders import make_employee
from texting.models import ConversationRecord, Draft, Line
from texting.vocabulary import LineState

OWN_LINE = {"number": "+16515550100", "owner_kind": "branch", "username": "x", "state": LineState.CONNECTED}


@pytest.fixture
def own(firm):
    """What dan has himself: a record, a draft and a line."""
    Line.objects.create(**OWN_LINE, owner_id=firm.st_paul.pk)
    firm.bo = make_employee("Bo", "Chen", ident="2", sms="651-555-0117", branch=firm.st_paul)
    dan = User.objects.get(username="dan")
    firm.own_draft = Draft.objects.create(user=dan, selection=[["employee", firm.bo.pk]], body="Hi")
    return firm


def see_conversation(firm):
    ConversationRecord.objects.create(conversation=firm.conversation, record_type="employee", record_id=firm.bo.pk)


ASKED = {
    "a draft": lambda firm: ("get", firm.draft.get_absolute_url(), {}),
    "a draft, to write on": lambda firm: ("post", firm.draft.get_absolute_url(), {"body": "Hi"}),
    "a photo": lambda firm: ("get", f"/employees/{firm.ana.pk}/photo/{firm.photo.pk}/small.webp", {}),
    "a line, to send from": lambda firm: (
        "post", firm.own_draft.get_absolute_url(), {"action": "send", "line": firm.line.pk, "body": "Hi"}
    ),
    "a line, to keep": lambda firm: (
        "post", firm.own_draft.get_absolute_url(), {"action": "save", "line": firm.line.pk, "body": "Hi"}
    ),
    "a line, for a test": lambda firm: (
        "post", reverse("texting:test-text"), {"line": firm.line.pk, "number": "612-555-0177"}
    ),
    "a line, to answer from": lambda firm: (
        "post", reverse("texting:reply", args=[firm.conversation.pk]), {"body": "Hi", "see": see_conversation(firm)}
    ),
    "a record": lambda firm: ("post", reverse("texting:compose"), {"keys": f"employee:{firm.ana.pk}"}),
}  # fmt: skip


def ask(firm, who, method, address, typed):
    return getattr(firm.client(who), method)(address, {name: value for name, value in typed.items() if value})


@pytest.mark.parametrize("what", ASKED)
def test_who_asks_for_what_is_not_theirs_is_recorded(own, what):
    answer = ask(own, "dan", *ASKED[what](own))

    assert answer.status_code < 500
    (entry,) = AuditEntry.objects.filter(action="page.hidden")
    assert (entry.actor.username, entry.ip) == ("dan", "127.0.0.1")


def test_who_asks_for_the_import_of_another_is_recorded(firm):
    for method in ("get", "post"):
        assert ask(firm, "root", method, reverse("people:import-run", args=[firm.run.pk]), {}).status_code == 404

    assert AuditEntry.objects.filter(action="page.hidden", actor__username="root").count() == 2


MEANWHILE = {
    "a draft that was discarded": lambda firm: firm.own_draft.delete(),
    "a line that was removed": lambda firm: Line.objects.filter(pk=firm.line.pk).update(state=LineState.REMOVED),
    "a line of theirs that went to others": lambda firm: Draft.objects.update(line=firm.line),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_who_was_only_too_late_is_not(own, what):
    typed = {"action": "send", "line": own.line.pk, "body": "Hi"}
    address = own.own_draft.get_absolute_url()
    MEANWHILE[what](own)

    own.client("dan").post(address, typed)

    assert not AuditEntry.objects.filter(action="page.hidden").exists()


def test_a_record_and_a_photo_that_are_gone_are_nothing_hidden(own):
    dan = own.client("dan")
    dan.post(reverse("texting:compose"), {"keys": ["employee:999999", f"employee:{own.bo.pk}"]})
    assert dan.get(f"/employees/{own.bo.pk}/photo/{own.photo.pk}/small.webp").status_code == 404

    assert not AuditEntry.objects.filter(action="page.hidden").exists()
