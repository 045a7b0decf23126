"""Every page there is, by its name in urls.py, and where it is in the world of these tests."""

from __future__ import annotations

import re

from django.urls import URLPattern, get_resolver, reverse

# Files, answers to machines, and Django's admin, whose field names are the columns'.
NO_PAGES = re.compile(
    r"^(admin:|healthz|readyz|metrics|words$|texting:webhook$|.*(csv|photo-large|photo-small|attachment.*)$)"
)


def names(resolver, namespaces=(), arguments=()):
    for pattern in resolver.url_patterns:
        inside = (*arguments, *pattern.pattern.converters)
        if isinstance(pattern, URLPattern):
            yield ":".join([*namespaces, pattern.name or str(pattern.pattern)]), inside
        else:
            yield from names(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces, inside)


PAGES = [(name, arguments) for name, arguments in names(get_resolver()) if not NO_PAGES.match(name)]


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
        "event_id": world.event.pk,
        "photo": 1,
    }
    return reverse(name, kwargs={argument: known[argument] for argument in arguments})
