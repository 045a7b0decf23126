"""The optional part of the seam: what helps people who cannot text yet, or not any more, and who read the audit.

seam_help.register_access(Access())               # in AppConfig.ready
seam_help.register_own_record(own_record)
seam_help.register_source_words(source_words)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from django.db.models import Model
from django.http import Http404

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from texting.seam import RecordKey
    from texting.vocabulary import Tone

AnyModel = TypeVar("AnyModel", bound=Model)


class Hidden(Http404):
    """It exists, but not for who asks: answered as if there were none. The host may record that it was asked for."""


def note_hidden(request: HttpRequest) -> None:
    """The same for a page that is shown all the same: what it was asked to use is there, but not for who asks."""
    request.hid_something = True  # type: ignore[attr-defined]


def get_visible(visible: QuerySet[AnyModel], pk: int) -> AnyModel:
    """One of those that may be seen. Raises Http404, as Hidden where it is there for others."""
    found = visible.filter(pk=pk).first()
    if found is None:
        raise Hidden if visible.model._default_manager.filter(pk=pk).exists() else Http404
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that texting needs, and how it is: `words`. `fix` says what to do, "" where nothing is to be done.

    `url` leads to where it is put right, with `action` as the words of the link, for whoever holds `permission`.
    """

    key: str
    title: str
    tone: Tone
    words: str
    fix: str = ""
    permission: str = ""
    url: str = ""
    action: str = ""


class Access(Protocol):
    """What the host knows of why somebody may not text."""

    def findings(self, user: AbstractUser) -> list[Finding]:
        """Account, role, branch: what must be so before texting's own conditions count."""

    def edit_url(self, user: AbstractUser) -> str:
        """Where roles are given."""

    def history_url(self, subject: str) -> str:
        """Where what was done to a subject of the audit, such as "line:12", is told."""

    permission: str
    """Who may give roles and read what was done."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """Who is not texted, besides who the host says wants no texts or has no number.

    `numbers` are querysets of one column, each to be put into a query of the host's own: there may be many.
    """

    texts_inactive: bool = False
    numbers: tuple[QuerySet[Any, Any], ...] = ()


_refusals: list[Callable[[], Refusals]] = [Refusals]
_access: list[Access] = []
_setup: dict[str, Callable[[], bool]] = {}
_own_record: list[Callable[[AbstractUser, str], RecordKey | None]] = []
_source_words: list[Callable[[str, AbstractUser], str]] = []
_audited: list[Audited] = []


class Audited(NamedTuple):
    """What texting's entries in the audit are about.

    `names` finds what subjects are called today, by "kind:id", from ids by kind; what is gone is left out. `codes` are
    the words for the codes that facts hold, by the name of the fact.
    """

    names: Callable[[Mapping[str, Collection[int]]], Mapping[str, str]]
    codes: Mapping[str, Mapping[str, StrOrPromise]]


def register_access(access: Access) -> None:
    """Optional: without it the page that says why somebody cannot text knows what texting knows."""
    _access[:] = [access]


def find_access() -> Access | None:
    return _access[0] if _access else None


def register_own_record(find: Callable[[AbstractUser, str], RecordKey | None]) -> None:
    """Optional: give a record that stands for a user with a number (E.164) of theirs, made if there is none.

    None when there cannot be one yet. Without it nobody can send a test text to themselves.
    """
    _own_record[:] = [find]


def register_source_words(find: Callable[[str, AbstractUser], str]) -> None:
    """Optional: the words, for one reader, of a `source` that the host posts with a selection, such as "hotlist:5".

    "" for what it does not know. Without it a source is shown as it was posted.
    """
    _source_words[:] = [find]


def source_words(source: str, reader: AbstractUser) -> str:
    return _source_words[0](source, reader) if _source_words else ""


def has_own_records() -> bool:
    return bool(_own_record)


def own_record(user: AbstractUser, e164: str) -> RecordKey | None:
    return _own_record[0](user, e164) if _own_record else None


def register_setup(questions: Mapping[str, Callable[[], bool]]) -> None:
    """Texting itself fills this in."""
    _setup.update(questions)


def is_set_up(key: str) -> bool:
    """Whether something of texting is there: "filing", "line", "first_text". A few indexed queries at most."""
    return _setup[key]()


def register_refusals(find: Callable[[], Refusals]) -> None:
    """Texting itself fills this in."""
    _refusals[:] = [find]


def refusals() -> Refusals:
    return _refusals[0]()


def register_audited(audited: Audited) -> None:
    """Texting itself fills this in."""
    _audited[:] = [audited]


def audited() -> Audited:
    return _audited[0]
