"""The contract every provider fulfils: bytes in, our words out. A provider sees no model and reads no setting.

Every call may raise `NotSent`, `SessionLost`, `LineProblem`, `Refused` or `OutcomeUnknown` (texting.errors) and nothing
else. Every call takes one HTTP request; none is repeated, no redirect is followed. After a refusal that does not say
why, a second one asks for the session: dead means SessionLost, alive means Refused.
Implementations are safe to use from several threads at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from texting.vocabulary import Direction, EventKind, Reason, TextStatus


@dataclass(frozen=True)
class Account:
    """Who we are to the provider: the line's number in E.164."""

    number: str


@dataclass(frozen=True)
class Session:
    """A login that succeeded."""

    key: str = field(repr=False)


@dataclass(frozen=True)
class Submission:
    """A text the provider took."""

    provider_id: str


@dataclass(frozen=True)
class Hook:
    """A webhook the provider holds for us. `event` is None for one that is none of ours."""

    provider_id: str
    event: EventKind | None
    url: str = field(repr=False)


@dataclass(frozen=True)
class AttachmentInfo:
    file_name: str
    mime_type: str
    byte_count: int
    storage_key: str = field(repr=False)


class OddRow(Enum):
    """What stands in a list of texts beside them."""

    GROUP = "the parent of the texts to a group, each of which is listed itself"
    UNREADABLE = "perhaps a text"


@dataclass(frozen=True)
class ProviderText:
    """A text as the provider tells of it, by webhook or in a list.

    `number` is the other party's, `line_number` ours, both E.164; a short code (3 to 8 digits) stays as it is.
    `delivery` is None while it says nothing about delivery. `scheduled_at` is set for a text that is to leave later.
    `at` is the provider's time. `body` may be only the beginning when `has_attachment`. `is_deleted`: somebody deleted
    it in the provider's own app.
    """

    provider_id: str
    direction: Direction
    number: str
    line_number: str
    body: str
    at: datetime | None
    has_attachment: bool = False
    scheduled_at: datetime | None = None
    delivery: DeliveryNews | None = None
    is_deleted: bool = False

    @property
    def leaves_at(self) -> datetime | None:
        """When it leaves or left, by the provider's clock."""
        return self.scheduled_at or self.at


@dataclass(frozen=True)
class DeliveryNews:
    """What became of a text.

    `rank` orders the news of one text: only a higher one changes it, of equal rank the first wins.
    """

    status: TextStatus
    rank: int
    reason: Reason | None = None
    provider_code: str = ""


@dataclass(frozen=True)
class TextReceived:
    text: ProviderText


@dataclass(frozen=True)
class TextSent:
    """A text left the line: the echo of one of ours, or one typed in the provider's own app."""

    text: ProviderText


@dataclass(frozen=True)
class DeliveryChanged:
    provider_id: str
    news: DeliveryNews


@dataclass(frozen=True)
class TextRead:
    provider_id: str


@dataclass(frozen=True)
class TextDeleted:
    provider_id: str


@dataclass(frozen=True)
class OptOutChanged:
    number: str
    opted_out: bool
    at: datetime | None


Event = TextReceived | TextSent | DeliveryChanged | TextRead | TextDeleted | OptOutChanged


class MalformedEvent(Exception):
    """A webhook body that cannot be read; the message names the field, never its value."""


class Provider(Protocol):
    """See the module's docstring."""

    body_limit_bytes: int
    events: tuple[EventKind, ...]

    def login(self, username: str, password: str) -> Session:
        """Log in. `username` is digits with the country code ("16125550100"), or an operator's "name@16125550100".

        Raises LineProblem(WRONG_PASSWORD) when the provider says no.
        """

    def logout(self, session_key: str) -> None: ...

    def get_account(self, session_key: str) -> Account:
        """Tell whose line the session is; also the cheap question whether it is alive (else SessionLost)."""

    def send(self, session_key: str, *, to: str, body: str) -> Submission:
        """Send one text to one number (E.164)."""

    def list_hooks(self, session_key: str) -> list[Hook]: ...

    def add_hook(self, session_key: str, event: EventKind, url: str) -> Hook: ...

    def delete_hook(self, session_key: str, hook_id: str) -> None: ...

    def list_texts(self, session_key: str, *, start: int = 0, limit: int = 50) -> list[ProviderText | OddRow]:
        """The line's texts, newest first; [] past the end."""

    def find_text(self, session_key: str, provider_id: str) -> ProviderText | None:
        """One text of the line; None when the provider does not know it (any more)."""

    def list_attachments(self, session_key: str, provider_id: str) -> list[AttachmentInfo]: ...

    def fetch_attachment(self, session_key: str, storage_key: str, *, limit_bytes: int) -> bytes:
        """Raises TooLarge when it is larger than `limit_bytes`, Refused when the provider has it no more."""

    def conversation_url(self, number: str) -> str:
        """Where a person goes on writing to `number` in the provider's own app; holds no secret."""

    def server_time(self) -> datetime | None:
        """The provider's clock, None when it does not tell: also the question, asked without a session, whether it is
        there at all."""

    def parse_event(self, event: EventKind, body: bytes) -> Event:
        """Read a webhook's body; pure. Raises MalformedEvent."""
