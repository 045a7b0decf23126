"""What a person does on a page stands in the audit: who, what, about what, from where; ids and codes, no number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from tests.texting.conftest import provider  # noqa: F401 - a fixture
from texting.models import Batch, Draft, Text
from texting.vocabulary import Reason, TextStatus

REFUSED = ("page.refused", "page.hidden")


def decide(decision):
    def act(firm):
        Text.objects.filter(pk=firm.text.pk).update(status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER)
        post(firm, "riya", "decide", firm.text, decision=decision)
        return f"text:{firm.text.pk}", {}

    return act


def cancel(firm):
    Text.objects.filter(pk=firm.text.pk).update(
        status=TextStatus.QUEUED, provider_id="", left_at=None, due_at=Now(), expires_at=Now() + timedelta(hours=1)
    )
    post(firm, "riya", "cancel-batch", firm.batch)
    return f"batch:{firm.batch.pk}", {"texts": 1}


def text_again(firm):
    """The people of a batch, by a draft that names it."""
    post(firm, "riya", "batch-again", firm.batch)
    draft = Draft.objects.latest("created_at")
    post(firm, "riya", "draft", draft, action="show")
    post(firm, "riya", "draft", draft, action="send", line=firm.line.pk, body="Once more")
    batch = Batch.objects.latest("pk")
    return f"batch:{batch.pk}", {"line": firm.line.pk, "people": 1, "batch": firm.batch.pk}


def send(firm):
    draft = Draft.objects.create(user=firm.riya, selection=firm.draft.selection, line=firm.line, source="hotlist:1")
    post(firm, "riya", "draft", draft, action="show")
    post(firm, "riya", "draft", draft, action="send", line=firm.line.pk, body="Hello")
    return f"batch:{Batch.objects.latest('pk').pk}", {"line": firm.line.pk, "people": 1}


def change_password(firm):
    typed = {"account_type": "branch", "owner_branch": firm.minneapolis.pk}
    post(firm, "ada", "edit-line", firm.line, **typed, username="6125550100", password="another secret")
    return f"line:{firm.line.pk}", {}


def repair(firm):
    post(firm, "ada", "repair-line", firm.line)
    return f"line:{firm.line.pk}", {"is_right": True}


def put_back(firm):
    post(firm, "riya", "dismiss-conversation", firm.unmatched, note="A wrong number")
    post(firm, "riya", "put-conversation-back", firm.unmatched)
    return f"conversation:{firm.unmatched.pk}", {}


def unlink(firm):
    record = f"employee:{firm.ana.pk}"
    post(firm, "riya", "link-conversation", firm.unmatched, key=record)
    post(firm, "riya", "put-conversation-back", firm.unmatched)
    return f"conversation:{firm.unmatched.pk}", {"record": record}


def post(firm, who, page, about, **typed):
    answer = firm.client(who).post(reverse(f"texting:{page}", args=[about.pk]), typed, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code in (200, 204, 302, 303), (page, answer.status_code)


DONE = {
    "batch.sent": ("riya", send),
    "batch.sent, to those of another": ("riya", text_again),
    "batch.canceled": ("riya", cancel),
    "text.sent_again": ("riya", decide("sent_again")),
    "text.arrived": ("riya", decide("arrived")),
    "text.dropped": ("riya", decide("dropped")),
    "line.password_changed": ("ada", change_password),
    "line.webhooks_repaired": ("ada", repair),
    "conversation.put_back": ("riya", put_back),
    "conversation.unlinked": ("riya", unlink),
}


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("done", DONE)
def test_what_somebody_does_is_audited_once_with_ids_alone(firm, done):
    action, (who, act) = done.partition(",")[0], DONE[done]

    subject, facts = act(firm)

    (entry,) = AuditEntry.objects.filter(action=action)
    assert (entry.actor.username, entry.subject, entry.facts, entry.ip) == (who, subject, facts, "203.0.113.7")
    assert not AuditEntry.objects.filter(action__in=REFUSED).exists()
