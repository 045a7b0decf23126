"""All that texting asks of its host. A host registers its record types and owners of lines, and names two callables.

    seam.register_record_type(EmployeeRecords())      # in AppConfig.ready
    seam.register_owner_kind(BranchOwners())
    TEXTING = {"LOG_SINK": "host.log.log_conversations", "AUDIT": "host.audit.record", ...}

Whether a user may text at all, or manage lines, are the Django permissions `texting.send` and `texting.manage_lines`. A
host may grant them by an authentication backend of its own: then nobody is named where it is said who could help, for
these are found in Django's tables alone; whoever is named there has to hold it.
A record is named by `RecordKey`: nothing in texting holds a foreign key to the host, but to its user model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser
    from django.http import HttpRequest, HttpResponse, QueryDict

    from texting.vocabulary import Direction, MethodType, Origin, Reason, TextStatus


_KEY = re.compile(r"([a-z][a-z_]{0,19}):(\d{1,18})", re.ASCII)


class RecordKey(NamedTuple):
    """Names a record of the host. Written "employee:123" in forms and addresses."""

    record_type: str
    record_id: int

    def __str__(self) -> str:
        return f"{self.record_type}:{self.record_id}"

    @classmethod
    def parse(cls, raw: str) -> RecordKey:
        """Raises ValueError for anything that is no key."""
        match = _KEY.fullmatch(raw)
        if match is None:
            raise ValueError("not a record key")
        return cls(match[1], int(match[2]))


class TypedNumber(NamedTuple):
    """A contact method that is meant to hold a phone number, its value exactly as stored."""

    method_type: MethodType
    value: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record as far as texting needs to know it.

    `numbers` are in the order in which they were entered. `region` (ISO 3166-1 alpha-2) is assumed where a number
    names no country. `ident` is the id people know the record by. `edit_url` is where its numbers are corrected.
    `merge_values` fill placeholders such as {first_name}. `same_person_as` names records that are the same human.
    """

    key: RecordKey
    name: str
    ident: str
    url: str
    edit_url: str
    is_active: bool
    do_not_text: bool
    numbers: Sequence[TypedNumber]
    region: str = "US"
    merge_values: Mapping[str, str] = field(default_factory=dict)
    same_person_as: frozenset[RecordKey] = frozenset()


class FilingChoice(NamedTuple):
    """Something a logged message may be filed under (an action code). `why_not` is empty when it can be chosen."""

    value: str
    label: str
    why_not: str = ""


class Found(NamedTuple):
    """What a search finds: the ids of the first of them, and how many there are."""

    ids: Sequence[int]
    total: int


class RecordType(Protocol):
    """A kind of record that can be texted. One query each, however many ids."""

    key: str

    @property
    def label(self) -> str: ...
    @property
    def label_plural(self) -> str: ...

    def candidates(self, user: AbstractUser, ids: Iterable[int]) -> list[Candidate]:
        """The records among `ids` that `user` may see and text, in the order of `ids`; the others are left out."""

    def matching_ids(self, user: AbstractUser, query: QueryDict) -> list[int]:
        """The ids a search of this type finds for `user`: what "all 1,284 that match" means."""

    def look_up(self, user: AbstractUser, words: str, most: int) -> Found:
        """The first `most` that `user` finds by the words by which one looks for a person: those so named first."""

    def match_numbers(self, numbers: Collection[str]) -> dict[str, list[Candidate]]:
        """The records, active ones first, that hold each of the numbers, whoever may see them."""

    def describe(self, ids: Iterable[int]) -> list[Candidate]:
        """The records among `ids`, whoever may see them: for names and links in what the system writes.

        Also asked for each text when its turn has come: one whose records all are gone, inactive or not to be texted by
        then does not leave.
        """

    def filing_choices(self) -> list[FilingChoice]:
        """What a logged message on such a record may be filed under."""

    def new_record_url(self, user: AbstractUser, e164: str, made_for: str) -> str:
        """The form that adds such a record, with the number filled in; "" when `user` may not.

        Once it is added, the host gives `made_for` back to `record_made`.
        """


class NewRecord(NamedTuple):
    """A kind of record that may be made for a number: its label, and where."""

    label: str
    url: str


class Owner(NamedTuple):
    """Who a line belongs to."""

    kind: str
    owner_id: int


class OwnerKind(Protocol):
    """A kind of owner of lines, e.g. key "branch", label "Branch". `is_personal`: its ids are those of users."""

    key: str
    is_personal: bool

    @property
    def label(self) -> str: ...

    def choices(self) -> list[tuple[int, str]]:
        """(id, name) of all that may own a line, in the order of a drop-down."""

    def names(self, ids: Iterable[int]) -> dict[int, str]: ...

    def owners_for(self, user: AbstractUser) -> list[int]:
        """The ids of this kind whose lines `user` may send from, best first; [] for none."""


def kind_words(kind: OwnerKind) -> str:
    """The label as people write it: "ServiceRep" becomes "Service rep"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(kind.label)).capitalize()


class LoggedFile(NamedTuple):
    """A file that came with a text."""

    file_id: int
    name: str
    byte_count: int


@dataclass(frozen=True, slots=True)
class LoggedText:
    """One text of a closed conversation, in codes, so that it reads in the reader's language.

    `author` is the rep's or the person's name; "" where nobody is known by name: `origin` says who it was then.
    """

    text_id: int
    direction: Direction
    origin: Origin
    author: str
    body: str
    at: datetime
    status: TextStatus
    reason: Reason | None = None
    files: Sequence[LoggedFile] = ()


class OptedOut(Protocol):
    """That a number must not be texted, since when, and the word by which its holder said so, "" for none."""

    opted_out_at: datetime
    word: str


class FileNow(NamedTuple):
    """A file by now. `url` is "" while it is not stored; `problem` says why then. The preview is for pictures only."""

    name: str
    url: str
    preview_url: str
    width: int | None
    height: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class TextNow:
    """What is known by now of a text that was logged: its status, since when, and its files."""

    status: TextStatus
    reason: Reason | None
    since: datetime
    files: Sequence[FileNow]


@dataclass(frozen=True, slots=True)
class ClosedConversation:
    """A conversation that has been silent long enough, for one message on each of `records`.

    `filed_under` maps a record type to the FilingChoice.value set for it. `author_id` is the user who wrote the last
    outgoing text, None for "Texting". `texts` are in the provider's order of time. `follows` is the conversation that
    this one goes on with, though it was closed.
    """

    conversation_id: int
    number: str
    line_number: str
    line_name: str
    records: Sequence[RecordKey]
    filed_under: Mapping[str, str]
    author_id: int | None
    texts: Sequence[LoggedText]
    opened_at: datetime
    last_text_at: datetime
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class LogResult:
    """What became of one record's message: logged, vanished with its record, or failed and why."""

    conversation_id: int
    record: RecordKey
    logged: bool
    vanished: bool = False
    failure: str = ""


class LogSink(Protocol):
    def __call__(self, conversations: Sequence[ClosedConversation]) -> list[LogResult]:
        """Write one message per record of up to 500 conversations, in the caller's transaction.

        Idempotent by conversation id and record. Answers for every record; raises only when nothing was written.
        """


class LogReader(Protocol):
    def __call__(self, conversation_ids: Collection[int]) -> Mapping[tuple[int, RecordKey], Collection[int]]:
        """The ids of the texts that each message holds, by conversation and record; what is not logged is left out."""


class Audit(Protocol):
    def __call__(self, *, actor_id: int | None, action: str, subject: str, facts: Mapping[str, Any]) -> None:
        """Record who did what to which, in the caller's transaction. Facts hold ids and codes, no bodies or numbers."""


_record_types: dict[str, RecordType] = {}
_owner_kinds: dict[str, OwnerKind] = {}
_find_used_filing: Callable[[], Mapping[str, str]] = dict


_waiting: dict[str, Callable[[AbstractUser], int]] = {}
_link_made: Callable[[HttpRequest, int, RecordKey], HttpResponse | None] | None = None
_find_texts_now: Callable[[Iterable[int]], Mapping[int, TextNow]] | None = None
_find_opted_out: Callable[[Collection[str]], Mapping[str, OptedOut]] | None = None
_count_texts: Callable[[Collection[RecordKey]], int] | None = None


def register_waiting(url_name: str, count: Callable[[AbstractUser], int]) -> None:
    """Texting says how to count what waits for a user on one of its pages."""
    _waiting[url_name] = count


def waiting_count(url_name: str, user: AbstractUser) -> int:
    """How much waits for a user on a page of texting's, for the badge beside its link: a handful of indexed queries."""
    return _waiting[url_name](user) if url_name in _waiting else 0


def register_opted_out(find: Callable[[Collection[str]], Mapping[str, OptedOut]]) -> None:
    """Texting says how to find the opt-outs in force."""
    global _find_opted_out
    _find_opted_out = find


def opted_out(numbers: Collection[str]) -> Mapping[str, OptedOut]:
    """The opt-outs in force among `numbers` (E.164), by number: one query."""
    return _find_opted_out(numbers) if _find_opted_out and numbers else {}


def register_text_count(count: Callable[[Collection[RecordKey]], int]) -> None:
    """Texting says how to count the texts with a record."""
    global _count_texts
    _count_texts = count


def text_count(keys: Collection[RecordKey]) -> int:
    """How many texts there are in the conversations with any of these records, each text counted once."""
    return _count_texts(keys) if _count_texts and keys else 0


def register_texts_now(find: Callable[[Iterable[int]], Mapping[int, TextNow]]) -> None:
    """Texting says how to find out what became of texts after they were logged."""
    global _find_texts_now
    _find_texts_now = find


def texts_now(text_ids: Iterable[int]) -> Mapping[int, TextNow]:
    """What is known by now of logged texts, by LoggedText.text_id: two queries, however many."""
    return _find_texts_now(text_ids) if _find_texts_now else {}


def new_records(user: AbstractUser, e164: str, conversation_id: int) -> list[NewRecord]:
    """The kinds of record that `user` may make for the texts of a conversation."""
    return [
        NewRecord(record_type.label, url)
        for record_type in record_types()
        if (url := record_type.new_record_url(user, e164, str(conversation_id)))
    ]


def register_record_made(link: Callable[[HttpRequest, int, RecordKey], HttpResponse | None]) -> None:
    """Texting says what becomes of texts for which a record was made."""
    global _link_made
    _link_made = link


def record_made(request: HttpRequest, made_for: str, key: RecordKey) -> HttpResponse | None:
    """The host has added a record from `new_record_url`: what to answer; None when it was made for nothing of ours."""
    return _link_made(request, int(made_for), key) if _link_made and re.fullmatch(r"[0-9]{1,18}", made_for) else None


def register_record_type(record_type: RecordType) -> None:
    """Make a kind of record textable; a second one of the same key replaces the first."""
    _record_types[record_type.key] = record_type


def register_owner_kind(owner_kind: OwnerKind) -> None:
    """The order of registration is the order in which a user's lines are offered."""
    _owner_kinds[owner_kind.key] = owner_kind


def record_types() -> list[RecordType]:
    return list(_record_types.values())


def find_record_type(key: str) -> RecordType | None:
    return _record_types.get(key)


def owner_kinds() -> list[OwnerKind]:
    return list(_owner_kinds.values())


def get_owner_kind(key: str) -> OwnerKind:
    try:
        return _owner_kinds[key]
    except KeyError:
        raise ImproperlyConfigured(f"no kind of line owner is registered as “{key}”") from None


def owners_for(user: AbstractUser) -> list[Owner]:
    """Whose lines `user` may send from, best first: own, home branch, granted branches."""
    return [Owner(kind.key, owner_id) for kind in owner_kinds() for owner_id in kind.owners_for(user)]


def personal_owners(user: AbstractUser) -> list[Owner]:
    """Those of `owners_for` that are the user and nobody else."""
    return [owner for owner in owners_for(user) if get_owner_kind(owner.kind).is_personal]


def register_used_filing_choices(find: Callable[[], Mapping[str, str]]) -> None:
    """Texting itself fills this in: its settings lie above this module."""
    global _find_used_filing
    _find_used_filing = find


def used_filing_choices() -> dict[str, str]:
    """What conversations are filed under now, so that the host keeps it usable: FilingChoice.value by record type."""
    return dict(_find_used_filing())


def describe(keys: Iterable[RecordKey]) -> dict[RecordKey, Candidate]:
    """The records among `keys` that still exist: one query a record type."""
    return _each_type(keys, lambda record_type, ids: record_type.describe(ids))


def visible(user: AbstractUser, keys: Iterable[RecordKey]) -> dict[RecordKey, Candidate]:
    """The records among `keys` that `user` may see and text, in the order of `keys`: one query a record type."""
    wanted = list(dict.fromkeys(keys))
    found = _each_type(wanted, lambda record_type, ids: record_type.candidates(user, ids))
    return {key: found[key] for key in wanted if key in found}


def _each_type(
    keys: Iterable[RecordKey], find: Callable[[RecordType, list[int]], list[Candidate]]
) -> dict[RecordKey, Candidate]:
    ids_by_type: dict[str, list[int]] = {}
    for key in keys:
        ids_by_type.setdefault(key.record_type, []).append(key.record_id)
    found: dict[RecordKey, Candidate] = {}
    for type_key, ids in ids_by_type.items():
        record_type = find_record_type(type_key)
        if record_type:
            found.update({candidate.key: candidate for candidate in find(record_type, ids)})
    return found


def match_number(e164: str) -> list[Candidate]:
    """Every record of any type that holds a number."""
    return match_numbers([e164])[e164]


def match_numbers(numbers: Collection[str]) -> dict[str, list[Candidate]]:
    """Every record of any type that holds each of the numbers: as many queries for a hundred as for one."""
    found: dict[str, list[Candidate]] = {number: [] for number in numbers}
    for record_type in record_types():
        for number, candidates in record_type.match_numbers(found).items():
            found[number] += candidates
    return found
