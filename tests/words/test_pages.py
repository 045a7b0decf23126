"""No page says what cannot be translated: each is read in a language whose every marked text is in brackets."""

from __future__ import annotations

import re
import zoneinfo

import pytest
from django.db import transaction
from django.urls import URLPattern, get_resolver, reverse

from tests.signed_in import client_of
from tests.words.pseudo import spoken, unmarked
from tests.words.world import World

# Files, answers to machines, and Django's admin, whose field names are the columns'.
NO_PAGES = re.compile(
    r"^(admin:|healthz|readyz|metrics|words$|texting:webhook$|.*(csv|photo-large|photo-small|attachment.*)$)"
)
# What is the same in every language: names, codes, time zones, and what stands for Latin letters that were typed.
# "Total forms" and "Key" are hidden fields, which nobody can leave out on a page.
NAMES = re.compile(
    r"\b(Total forms|Initial forms|Key|Enterprise|ZipWhip|UNSTOP|STOP|GSM-7|UCS-2|CST|CDT|UTC)\b"
    r"|English|Español|Français|\{\w+\}"
)
ZONES = {zone.replace("_", " ") for zone in zoneinfo.available_timezones()} | {"America/Chicago"}


def names(resolver, namespaces=(), arguments=()):
    for pattern in resolver.url_patterns:
        inside = (*arguments, *pattern.pattern.converters)
        if isinstance(pattern, URLPattern):
            yield ":".join([*namespaces, pattern.name or str(pattern.pattern)]), inside
        else:
            yield from names(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces, inside)


PAGES = [(name, arguments) for name, arguments in names(get_resolver()) if not NO_PAGES.match(name)]


@pytest.fixture
def world(db):
    return World()


def address(name, arguments, world):
    """Every argument of an address, by the name it has in urls.py; a new one has to be added here."""
    app = name.partition(":")[0]
    own = {"employees": world.employee, "contacts": world.contact, "hotlists": world.hotlist}
    own |= {"assignments": world.assignment, "people": world.run}
    other = world.contact if app == "employees" else world.employee
    known = {
        "pk": own[app].pk if app in own else None,
        "other": other.pk,
        "person_pk": world.employee.pk,
        "user_id": world.rep.pk,
        "branch_id": world.branch.pk,
        "code_id": world.code.pk,
        "draft_id": world.sent_draft.pk if name == "texting:sent" else world.draft.pk,
        "conversation_id": world.unmatched.pk if "conversation" in name else world.conversation.pk,
        "batch_id": world.batch.pk,
        "record_type": "employee",
        "record_id": world.employee.pk,
        "text_id": world.conversation.texts.get(status="received").pk,
        "line_id": world.line.pk,
        "photo": 1,
    }
    return reverse(name, kwargs={argument: known[argument] for argument in arguments})


def left(response):
    if response.status_code >= 500:
        return [f"answers {response.status_code}"]
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return []
    texts = [text for text in unmarked(response.content.decode()) if text not in ZONES]
    return [text for text in texts if re.search("[A-Za-z]{2,}", NAMES.sub("", text))]


def asked(client, path, data=None, **options):
    """Whatever it changes is undone, so that the next page finds the same firm."""
    with transaction.atomic():
        call = client.get if data is None else client.post
        response = call(path, data, headers={"Accept-Language": "fr", **options}, follow=True)
        transaction.set_rollback(True)
    return response


def test_no_page_says_anything_unmarked(world):
    found = {}
    with spoken():
        for name, arguments in PAGES:
            path = address(name, arguments, world)
            client = client_of(world.ada)  # anew, for one of the pages signs out
            client.raise_request_exception = False
            answers = {
                "": asked(client, path),
                " in the dialog": asked(client, path, **{"HX-Request": "true"}),
                " posted empty": asked(client, path, {}),
            }
            found |= {name + how: words for how, answer in answers.items() if (words := left(answer))}

    assert found == {}
