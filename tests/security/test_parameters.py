"""A field that no form has changes nothing; of one that is posted twice the last counts, for what one may do too."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from enterprise.employees.models import Employee
from enterprise.people.person import INDEXED
from enterprise.users.models import User
from tests.enterprise.posted import as_posted
from texting.models import Batch, Draft, Line, Text, TextingSettings
from texting.seam import RecordKey
from texting.vocabulary import LineState

FORM = "application/x-www-form-urlencoded"
POWER = {
    "is_superuser": "on", "is_staff": "on", "is_active": "", "password": "a longer password", "id": "1", "pk": "1",
    "date_joined": "2020-01-01", "last_login": "2020-01-01", "user_permissions": ["1", "2"],
}  # fmt: skip
# Who posts to which page what it has a field for, and what it has none for; {…} are of the firm.
FORMS = {
    "a user": ("ada", "/administration/users/{mei}/", {"first_name": "May"}, POWER | {"language": "es"}),
    "one's own account": (
        "riya", "/account/", {"language": "es"},
        POWER | {"groups": ["1", "2", "3"], "branches": ["{st_paul}"], "home_branch": "{st_paul}", "username": "root"},
    ),
    "a person": (
        "riya", "/employees/{ana}/edit/", {"city": "Duluth"},
        {
            "id": "999", "pk": "999", "ident": "999", "is_active": "", "photo": "", "photo_id": "", "same_person": "1",
            "form_key": "6f9619ff-8b86-4011-b42d-00cf4fc964ff", "search": "x", "owner": "{st_paul}",
        },
    ),
    "the settings of texting": (
        "ada", "/texting/settings/", {"text_inactive": "on"},
        {"id": "2", "pk": "2", "filed_under": '{{"employee": "x"}}', "idle_window": "1", "filed_under_lines": "x"},
    ),
}  # fmt: skip
# What follows from the fields that are typed.
FOLLOWS = {"updated_at", *INDEXED}


@pytest.fixture
def names(firm):
    filed = {kind: str(firm.code.pk) for kind in ("employee", "contact")}
    TextingSettings.objects.update(filed_under=filed)
    return {name: getattr(firm, name).pk for name in ("mei", "ana", "st_paul", "line")}


def rows():
    """Whom and what those forms are about, with what is granted to whom."""
    held = {
        (model, row["id"], name): value
        for model in (User, Employee, TextingSettings)
        for row in model.objects.order_by("pk").values()
        for name, value in row.items()
    }
    for user in User.objects.all():
        for name in ("groups", "user_permissions", "branches"):
            held[User, user.pk, name] = sorted(getattr(user, name).values_list("pk", flat=True))
    return held


@pytest.mark.parametrize("form", FORMS)
def test_a_field_that_a_form_does_not_have_changes_nothing(firm, names, form):
    who, page, typed, over = FORMS[form]
    client, address, before = firm.client(who), page.format(**names), rows()
    extra = {name: _filled(value, names) for name, value in over.items()}

    answer = client.post(address, as_posted(client.get(address), **typed) | extra)

    after = rows()
    assert answer.status_code == 302
    assert {name for (*_, name), value in after.items() if before.get((*_, name)) != value} - FOLLOWS == set(typed)
    assert after.keys() == before.keys()


def _filled(value, names):
    return [each.format(**names) for each in value] if isinstance(value, list) else value.format(**names)


def test_a_new_user_gets_no_power_that_the_form_does_not_name(firm):
    client, address = firm.client("ada"), "/administration/users/add/"
    known = set(User.objects.values_list("pk", flat=True))

    client.post(address, POWER | as_posted(client.get(address), first_name="Noor", username="noor"))

    noor = User.objects.get(username="noor")
    assert noor.pk not in known
    assert (noor.is_superuser, noor.is_staff, noor.is_active, noor.user_permissions.count()) == (False, False, True, 0)


# --- Send Text


@pytest.fixture
def draft(firm):
    """As riya has seen it."""
    riya = User.objects.get(username="riya")
    draft = Draft.objects.create(user=riya, selection=[RecordKey("employee", firm.ana.pk)], line=firm.line)
    firm.client("riya").get(draft.get_absolute_url())
    return draft


@pytest.fixture
def foreign(firm):
    """A line of St. Paul, which riya may not text from."""
    return Line.objects.create(
        number="+16515550199", owner_kind="branch", owner_id=firm.st_paul.pk, username="x", state=LineState.CONNECTED
    )


def post(firm, draft, *fields, query=""):
    """As riya; a field may be there several times, in this order."""
    return firm.client("riya").post(f"{draft.get_absolute_url()}{query}", urlencode(fields), content_type=FORM)


def sent_as(draft):
    return Batch.objects.filter(draft_id=draft.pk).values_list("sender__username", "line", "body", "source")


def test_nobody_says_in_send_text_who_sends_or_to_whom(firm, draft, foreign):
    dan = User.objects.get(username="dan")
    over = {
        "sender": dan.pk, "sender_id": dan.pk, "user": dan.pk, "user_id": dan.pk, "owner": foreign.owner_id,
        "line_id": foreign.pk, "source": "batch:1", "selection": f'[["contact", {firm.kwame.pk}]]', "id": "1",
        "keys": f"contact:{firm.kwame.pk}", "chosen_numbers": "{}", "number": "+16515550108", "status": "delivered",
    }  # fmt: skip

    answer = post(firm, draft, *over.items(), ("action", "send"), ("line", firm.line.pk), ("body", "Hi"))

    assert answer.status_code == 303
    assert list(sent_as(draft)) == [("riya", firm.line.pk, "Hi", "")]
    texts = Text.objects.filter(batch__draft_id=draft.pk)
    assert list(texts.values_list("sender__username", "line", "number", "status")) == [
        ("riya", firm.line.pk, "+16125550134", "queued")
    ]
    draft.refresh_from_db()
    assert (draft.user.username, draft.selection) == ("riya", [["employee", firm.ana.pk]])


def test_of_a_line_or_a_body_posted_twice_the_last_is_sent(firm, draft, foreign):
    lines = [("line", foreign.pk), ("line", firm.line.pk)]

    post(firm, draft, ("action", "send"), *lines, ("body", "first"), ("body", "last"))

    assert list(sent_as(draft)) == [("riya", firm.line.pk, "last", "")]


def test_a_line_that_is_not_theirs_is_refused_behind_one_that_is(firm, draft, foreign):
    lines = [("line", firm.line.pk), ("line", foreign.pk)]

    answer = post(firm, draft, ("action", "send"), *lines, ("body", "Hi"))

    assert answer.status_code == 422
    assert not sent_as(draft)


def test_what_stands_in_the_address_is_no_field_of_a_form(firm, draft, foreign):
    query = f"?action=send&sure=1&line={firm.line.pk}&body=Hi"

    assert post(firm, draft, ("action", "save"), ("body", "Ho"), query=query).status_code == 204
    draft.refresh_from_db()
    assert (list(sent_as(draft)), draft.body) == ([], "Ho")


def test_a_reply_leaves_from_the_line_of_its_conversation_whatever_is_posted(firm, foreign):
    address = reverse("texting:reply", args=[firm.conversation.pk])
    bodies = [("body", "first"), ("body", "last")]
    fields = [("key", uuid4()), ("line", foreign.pk), ("line", foreign.pk), ("sender", 1), *bodies]

    firm.client("riya").post(address, urlencode(fields), content_type=FORM)

    said = Text.objects.filter(batch__is_reply=True)
    assert list(said.values_list("sender__username", "line", "body")) == [("riya", firm.line.pk, "last")]
