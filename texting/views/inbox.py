"""Conversations of one's lines: the inbox, and a search in their texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Exists, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Upper
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from texting import seam
from texting.models import Conversation, ConversationRecord, Line, Text
from texting.models.chosen import of_records
from texting.seam import RecordKey
from texting.views.answers import may_send, page_or_part
from texting.views.humans import humans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet
    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise

    from texting.models.conversation import ConversationQuerySet
    from texting.views.answers import SignedInRequest

ROWS = 50
# Fewer digits are an hour or a wage.
DIGITS_OF_A_NUMBER = 4
# As many of the records of a name are asked about; a letter or two fit thousands.
RECORDS_OF_A_NAME = 500
FOLDERS = {"unread": _("Unread"), "open": _("Open"), "all": _("Open and closed")}
MINE, ON_MY_LINES, ON_ALL_LINES = "mine", "lines", "all"
WHOSE: dict[str, StrOrPromise] = {MINE: _("Mine"), ON_MY_LINES: _("My lines"), ON_ALL_LINES: _("All lines")}


def of_user(user: AbstractUser) -> ConversationQuerySet:
    """The conversations a user may read: on the lines they may send from; on every line for who manages lines."""
    return Conversation.objects.all() if user.has_perm("texting.manage_lines") else on_lines_of(user)


def on_lines_of(user: AbstractUser) -> ConversationQuerySet:
    return Conversation.objects.filter(line__in=Line.objects.owned_by(seam.owners_for(user)))


def _of(user: AbstractUser) -> ConversationQuerySet:
    """Those a user has written in, and all on a line that is theirs alone."""
    written = Text.objects.filter(conversation=OuterRef("pk"), sender=user.pk)
    own_lines = Line.objects.owned_by(seam.personal_owners(user))
    return of_user(user).filter(Q(line__in=own_lines) | Exists(written))


def unread_count(user: AbstractUser) -> int:
    """What the badge says: who manages every line is not told of the answers to everybody."""
    return on_lines_of(user).unseen().count()


def unmatched_count(user: AbstractUser) -> int:
    """As many as the tray lists: what belongs to nobody waits for whoever manages every line, too."""
    return of_user(user).unmatched().count()


@dataclass(frozen=True)
class Filters:
    """What the list shows; anything that was not offered is the usual."""

    whose: str
    folder: str
    words: str

    @classmethod
    def read(cls, query: Mapping[str, str], offered: Mapping[str, StrOrPromise]) -> Filters:
        whose = query.get("whose", ON_MY_LINES)
        folder = query.get("folder", "open")
        return cls(
            whose if whose in offered else ON_MY_LINES,
            folder if folder in FOLDERS else "open",
            query.get("q", "").replace("\x00", "").strip(),
        )

    def conversations(self, user: AbstractUser) -> ConversationQuerySet:
        scopes = {MINE: _of, ON_MY_LINES: on_lines_of, ON_ALL_LINES: of_user}
        return scopes[self.whose](user)

    def apply(self, found: ConversationQuerySet, user: AbstractUser) -> ConversationQuerySet:
        if self.folder == "unread":
            found = found.unseen()
        elif self.folder == "open":
            found = found.filter(closed_at__isnull=True)
        return found.filter(self._words_are_in(_named(self.words, found, user))) if self.words else found

    def _words_are_in(self, names: QuerySet[ConversationRecord]) -> Q:
        """In a text, in the name of one of these records, or in the number."""
        in_texts = Exists(Text.objects.filter(conversation=OuterRef("pk"), body__icontains=self.words))
        anywhere = Q(pk__in=names.values("conversation"))
        if self.folder == "open":
            anywhere |= Q(in_texts)
        else:
            running = Conversation.objects.filter(in_texts, closed_at__isnull=True)
            closed = Conversation.objects.filter(closed_at__isnull=False, words__contains=Upper(Value(self.words)))
            anywhere |= Q(pk__in=running.values("pk")) | Q(pk__in=closed.values("pk"))
        digits = "".join(filter(str.isdecimal, self.words))
        return anywhere | Q(number__contains=digits) if len(digits) >= DIGITS_OF_A_NUMBER else anywhere


@may_send
@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    offered = {key: words for key, words in WHOSE.items() if key != ON_ALL_LINES or _sees_all(request.user)}
    filters = Filters.read(request.GET.dict(), offered)
    in_scope = filters.conversations(request.user)
    found = filters.apply(in_scope, request.user).select_related("line").prefetch_related("records")
    listed = _with_last_text(found, filters.words).order_by("-last_text_at", "-pk")
    page = Paginator(listed, ROWS).get_page(request.GET.get("page"))
    visible = seam.visible(request.user, [one.key for conversation in page for one in conversation.records.all()])
    context = {
        "page": page,
        "rows": [(conversation, humans(conversation.records.all(), visible)) for conversation in page],
        "filters": filters,
        "folders": FOLDERS,
        "offered": offered,
        "unread": in_scope.unseen().count(),
        "base": page_or_part(request, "conversations"),
    }
    return render(request, "texting/inbox/list.html", context)


def _sees_all(user: AbstractUser) -> bool:
    return user.has_perm("texting.manage_lines")


def _named(words: str, among: ConversationQuerySet, user: AbstractUser) -> QuerySet[ConversationRecord]:
    """The rows of the records of a name that `user` may see, of the latest ones."""
    of_name = ConversationRecord.objects.filter(name__icontains=words, conversation__in=among.values("pk"))
    latest_first = of_name.values_list("record_type", "record_id").annotate(latest=Max("conversation"))
    keys = [RecordKey(type_key, pk) for type_key, pk, _ in latest_first.order_by("-latest")[:RECORDS_OF_A_NAME]]
    return ConversationRecord.objects.filter(of_records(seam.visible(user, keys)))


def _with_last_text(found: ConversationQuerySet, words: str) -> ConversationQuerySet:
    """With the latest text, or the latest one that holds the words where one does."""
    texts = Text.objects.filter(conversation=OuterRef("pk")).order_by("-pk")
    fitting = texts.filter(body__icontains=words) if words else texts
    last = {
        name: Coalesce(Subquery(fitting.values(name)[:1]), Subquery(texts.values(name)[:1]))
        for name in ("pk", "body", "direction")
    }
    return found.defer("words").annotate(last_pk=last["pk"], last_body=last["body"], last_direction=last["direction"])
