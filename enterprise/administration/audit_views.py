"""The audit log: who did what, when and from where; and the same as a file."""

from __future__ import annotations

import json
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enterprise.administration import audit
from enterprise.administration.audit_list import AuditFilter, read_page, subject_words
from enterprise.administration.audit_names import names_of
from enterprise.administration.audit_words import ACTIONS
from enterprise.administration.models import AuditEntry
from enterprise.administration.users_views import may_administer
from enterprise.people.access import signed_in
from enterprise.people.chips import chips
from enterprise.spreadsheets import csv_download

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

    from enterprise.administration.audit_names import Named
    from enterprise.users.models import User

HEADER = ("id", "at (UTC)", "username", "action", "words", "subject", "subject name", "facts", "ip")
_BLOCK = 500


@may_administer
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    reader = signed_in(request)
    filters = AuditFilter(request.GET, queryset=AuditEntry.objects.all())
    after, subject = (request.GET.get(name, "") for name in ("after", "subject"))
    context = {
        "filters": filters,
        "chips": chips(filters, request.GET, names=subject_words(subject, reader=reader) if subject else None),
        "page": read_page(_found(filters), reader=reader, after=after),
        "is_first": not after,
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, "administration/audit/list.html", context)


@may_administer
@require_safe
def download(request: HttpRequest) -> StreamingHttpResponse:
    """All that the filters find, with the download itself as the first entry."""
    filters = AuditFilter(request.GET, queryset=AuditEntry.objects.all())
    found = _found(filters)
    asked = {name: str(value) for name, value in filters.form.cleaned_data.items() if value and name != "subject"}
    audit.record(actor_id=signed_in(request).pk, action="audit.exported", subject="audit:log", facts=asked)
    return csv_download("audit-log.csv", _rows(found, reader=signed_in(request)))


def _found(filters: AuditFilter) -> QuerySet[AuditEntry]:
    """A filter nobody can read finds nothing: silently showing everything would be the wrong answer."""
    found: QuerySet[AuditEntry] = filters.qs if filters.is_valid() else AuditEntry.objects.none()
    return found


def _rows(entries: QuerySet[AuditEntry], *, reader: User) -> Iterator[tuple[str, ...]]:
    """Ids, so that it can be compared with other files, and beside them what they are called today."""
    yield HEADER
    stream = entries.select_related("actor").iterator(chunk_size=_BLOCK)
    while block := list(islice(stream, _BLOCK)):
        names = names_of(block, reader=reader)
        yield from (_row(entry, names) for entry in block)


def _row(entry: AuditEntry, names: Mapping[str, Named]) -> tuple[str, ...]:
    return (
        str(entry.pk),
        entry.at.astimezone(UTC).isoformat(timespec="seconds"),
        entry.actor.username if entry.actor else "",
        entry.action,
        str(ACTIONS.get(entry.action, entry.action)),
        entry.subject,
        names[entry.subject].words if entry.subject in names else "",
        json.dumps(entry.facts, ensure_ascii=False, sort_keys=True),
        entry.ip or "",
    )
