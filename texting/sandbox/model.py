"""What the sandbox remembers. Numbers are E.164, times are epoch milliseconds."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Line:
    number: str
    device_id: int
    password: str | None = None  # None: any password that is not empty is right
    created_ms: int = 0


@dataclass
class Session:
    key: str
    line: str
    username: str
    calls_left: int | None = None  # None: never expires by itself, as documented


@dataclass
class Contact:
    id: int
    line: str
    number: str
    created_ms: int
    updated_ms: int
    deleted: bool = False
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.facts.get('firstName', '')} {self.facts.get('lastName', '')}".strip()


@dataclass
class Message:
    """A text on a line.

    An outbound text goes: scheduled -> queued -> moving -> (waiting, while the phone is off) -> delivered | failed;
    scheduled -> canceled. An inbound one is received.
    """

    id: int
    line: str
    other: str
    body: str
    fingerprint: str
    contact_id: int
    created_ms: int
    source: str  # "api", "app" (typed in ZipWhip's own app) or "handset"
    state: str
    status_code: int
    fate: str = ""  # name of the trick that decides over it, "" for an ordinary text
    parent_id: int | None = None
    scheduled_ms: int | None = None
    delivered_ms: int | None = None
    read_ms: int | None = None
    deleted_ms: int | None = None
    attachments: list[str] = field(default_factory=list)
    updated_ms: int = 0

    @property
    def is_inbound(self) -> bool:
        return self.source == "handset"


@dataclass
class Attachment:
    key: str
    message_id: int | None  # None: saved as hosted content, not sent yet
    line: str
    file_name: str
    mime_type: str
    size: int
    created_ms: int


@dataclass
class Hook:
    id: int
    line: str
    type: str
    event: str
    url: str
    method: str = "POST"


@dataclass
class OptOut:
    line: str
    number: str
    at_ms: int


@dataclass
class Handset:
    number: str
    on: bool = True
    added_ms: int = 0


@dataclass
class Notice:
    """What the network itself wrote to a handset; the line never sees it."""

    id: int
    line: str
    number: str
    body: str
    at_ms: int


Record = Line | Session | Contact | Message | Attachment | Hook | OptOut | Handset | Notice


def as_dict(record: Record) -> dict[str, Any]:
    return asdict(record)
