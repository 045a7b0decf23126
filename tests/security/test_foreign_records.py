"""Posting to a page one may use, with somebody else's record, line, hotlist or conversation in the form or address."""

import pytest
from django.contrib import admin
from django.urls import reverse

from enterprise.contacts.models import Contact
from enterprise.hotlists.models import HotlistMember
from enterprise.messagelog.models import Message
from enterprise.users.models import User
from enterprise.users.roles import FRONT_OFFICE
from tests.enterprise.builders import make_employee, make_user
from tests.hotlists.builders import make_hotlist
from tests.signed_in import client_of
from texting.models import Conversation, ConversationRecord, Draft, Recipient, Text

ADD = {"action": "add"}
LOGGED = {"action_code": "{code}", "at": "2026-11-01T10:00", "body": "x"}
# By dan of St. Paul. {ana}, {line}, ... are of Minneapolis; {own...} are his own.
POSTS = {
    "send from a foreign line": ("draft {own_draft}", {"action": "send", "line": "{line}", "body": "Hi", "sure": "1"}),
    "send a foreign draft": ("draft {draft}", {"action": "send", "line": "{line}", "body": "Hi", "sure": "1"}),
    "a test text from a foreign line": ("test-text", {"line": "{line}", "number": "612-555-0177"}),
    "answer on a foreign line": ("reply {conversation}", {"body": "Hi"}),
    "link a foreign conversation": ("link-conversation {unmatched}", {"key": "employee:{own}"}),
    "dismiss a foreign conversation": ("dismiss-conversation {unmatched}", {"note": "x"}),
    "send a foreign batch again": ("batch-again {batch}", {}),
    "cancel a foreign batch": ("cancel-batch {batch}", {}),
    "decide about a foreign text": ("decide {text}", {"decision": "again"}),
    "put a foreigner on a hotlist": ("/hotlists/add/", ADD | {"keys": "employee:{ana}", "hotlist": "{own_hotlist}"}),
    "put a person on a foreign hotlist": ("/hotlists/add/", ADD | {"keys": "employee:{own}", "hotlist": "{hotlist}"}),
    "take from a foreign hotlist": ("/hotlists/{hotlist}/remove/", {"keys": "employee:{ana}"}),
    "log on a foreign record": ("/employees/{ana}/messages/add/", LOGGED),
    "make a foreign contact the same person": ("/employees/{own}/same-person/{kwame}/", {}),
}  # fmt: skip


@pytest.fixture
def known(firm):
    dan = User.objects.get(username="dan")
    own = make_employee("Bo", "Berg", sms="651-555-0122", branch=firm.st_paul)
    draft = Draft.objects.create(user=dan, selection=[["employee", own.pk]], body="Hi")
    own_hotlist = make_hotlist("Own", owner=dan, branch=firm.st_paul)
    names = ("ana", "kwame", "line", "draft", "conversation", "unmatched", "batch", "text", "hotlist", "code")
    return {name: getattr(firm, name).pk for name in names} | {
        "own": own.pk, "own_draft": draft.pk, "own_hotlist": own_hotlist.pk,
    }  # fmt: skip


def state(known):
    """All that a foreign record in a form could change."""
    return {
        "texts": list(Text.objects.order_by("pk").values_list("pk", "status", "decision")),
        "recipients": list(Recipient.objects.order_by("pk").values_list("batch", "record_id", "reason")),
        "links": list(ConversationRecord.objects.order_by("pk").values_list("conversation", "record_id")),
        "unmatched": list(Conversation.objects.order_by("pk").values_list("pk", "dismissed_at")),
        "messages": Message.objects.count(),
        "same person": list(Contact.objects.order_by("pk").values_list("same_person", flat=True)),
        "hotlists": list(HotlistMember.objects.order_by("pk").values_list("hotlist", "record_id")),
    }


@pytest.mark.parametrize("what", POSTS)
def test_nothing_of_somebody_else_is_changed_or_used(firm, known, what):
    to, form = POSTS[what]
    name, _, argument = to.format(**known).partition(" ")
    address = name if name.startswith("/") else reverse(f"texting:{name}", args=[argument] if argument else [])
    before = state(known)

    answer = firm.client("dan").post(address, {field: value.format(**known) for field, value in form.items()})

    assert answer.status_code < 500
    assert state(known) == before


def test_a_foreign_record_is_neither_shown_nor_sent_to(firm, known):
    dan, before = firm.client("dan"), state(known)
    shown = dan.post(reverse("texting:compose"), {"keys": f"employee:{firm.ana.pk}"}, follow=True)
    draft = Draft.objects.exclude(pk=known["own_draft"]).get(user__username="dan")
    dan.post(draft.get_absolute_url(), {"action": "send", "line": firm.line.pk, "body": "Hi", "sure": "1"})

    assert [told for told in ("Rivera", "555-0134", "5550134") if told in shown.text] == []
    assert state(known) == before


ADMIN_PAGES = [
    f"{model._meta.app_label}_{model._meta.model_name} {page}"
    for model in admin.site._registry
    for page in ("add", "change", "delete", "changelist")
]
# As the pages of the Django admin are posted; none of it may be read.
ADMIN_FORM = {"post": "yes", "action": "delete_selected", "name": "x", "first_name": "x", "is_superuser": "on"}


def rows():
    return {model: list(model._base_manager.order_by("pk").values()) for model in admin.site._registry}


@pytest.mark.parametrize("is_staff", [False, True])
@pytest.mark.parametrize("page", ADMIN_PAGES)
def test_the_django_admin_takes_nothing_from_who_does_not_see_every_branch(firm, page, is_staff):
    caller = client_of(make_user("olga", role=FRONT_OFFICE, is_staff=is_staff))
    model, _, kind = page.partition(" ")
    held = next(each for each in admin.site._registry if f"{each._meta.app_label}_{each._meta.model_name}" == model)
    pk = held._base_manager.values_list("pk", flat=True).first() or 1
    before = rows()

    answer = caller.post(
        reverse(f"admin:{page.replace(' ', '_')}", args=[pk] if kind in {"change", "delete"} else []),
        ADMIN_FORM | {"_selected_action": pk},
    )

    assert answer.status_code == 302
    assert rows() == before
