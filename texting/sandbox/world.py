"""Everything the sandbox knows, in memory, with each change written through to the store."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .clock import now_ms, stamp, stamp_or_none
from .ids import Counter, Snowflakes, device_id, fingerprint, session_key, storage_key
from .model import Attachment, Contact, Handset, Hook, Line, Message, Notice, OptOut, Record, Session, as_dict
from .settings import Settings
from .store import Memory

KINDS: dict[str, type[Record]] = {
    "line": Line,
    "session": Session,
    "contact": Contact,
    "message": Message,
    "attachment": Attachment,
    "hook": Hook,
    "optout": OptOut,
    "handset": Handset,
    "notice": Notice,
}
TALK = ("message", "attachment", "contact", "optout", "handset", "notice")


class World:
    def __init__(self, settings: Settings, store: Memory) -> None:
        self.settings = settings
        self.store = store
        self.snowflakes = Snowflakes()
        self.counter = Counter()
        self.version = 0  # grows with every change: pages ask for it to know when to look again
        self._forget()
        self._load()
        for written in settings.lines:
            number, _, password = written.partition(":")
            self.save_line(number, password or None)

    def _forget(self) -> None:
        self.lines: dict[str, Line] = {}
        self.sessions: dict[str, Session] = {}
        self.contacts: dict[int, Contact] = {}
        self.contact_ids: dict[tuple[str, str], int] = {}
        self.messages: dict[int, Message] = {}
        self.timelines: dict[str, list[int]] = defaultdict(list)
        self.threads: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.attachments: dict[str, Attachment] = {}
        self.hooks: dict[int, Hook] = {}
        self.optouts: dict[tuple[str, str], OptOut] = {}
        self.listed_keywords: set[int] = set()
        self.handsets: dict[str, Handset] = {}
        self.notices: dict[str, list[Notice]] = defaultdict(list)

    def _load(self) -> None:
        for kind, record_type in KINDS.items():
            records = [record_type(**facts) for facts in self.store.load(kind)]
            for record in sorted(records, key=lambda one: getattr(one, "id", 0)):
                self._remember(record)

    def _remember(self, record: Record) -> None:
        match record:
            case Line():
                self.lines[record.number] = record
            case Session():
                self.sessions[record.key] = record
            case Contact():
                self.contacts[record.id] = record
                self.contact_ids[record.line, record.number] = record.id
            case Message():
                if record.id not in self.messages:
                    self.timelines[record.line].append(record.id)
                    self.threads[record.line, record.fingerprint].append(record.id)
                self.messages[record.id] = record
            case Attachment():
                self.attachments[record.key] = record
            case Hook():
                self.hooks[record.id] = record
            case OptOut():
                self.optouts[record.line, record.number] = record
            case Handset():
                self.handsets[record.number] = record
            case Notice():
                self.notices[record.number].append(record)

    def save(self, record: Record) -> None:
        """Remember a new record, or write down a changed one."""
        if not isinstance(record, Notice) or record not in self.notices[record.number]:
            self._remember(record)
        kind = next(name for name, record_type in KINDS.items() if isinstance(record, record_type))
        self.store.put(kind, _key(record), as_dict(record))
        self.version += 1

    # Lines and sessions

    def save_line(self, number: str, password: str | None = None) -> Line:
        """Return the line, made if it is new; a password given here is the only right one from now on."""
        line = self.lines.get(number) or Line(number, device_id(number), created_ms=now_ms())
        line.password = password or line.password
        self.save(line)
        return line

    def open_session(self, line: Line, username: str, calls_left: int | None) -> Session:
        session = Session(session_key(line.number), line.number, username, calls_left)
        self.save(session)
        return session

    def end_session(self, key: str) -> None:
        if self.sessions.pop(key, None):
            self.store.delete("session", key)
            self.version += 1

    def sessions_of(self, line: str | None) -> list[str]:
        return [one.key for one in self.sessions.values() if line in (None, one.line)]

    # Contacts and handsets

    def get_contact(self, line: str, number: str) -> Contact:
        """Return the contact of this number on this line, made on the fly as ZipWhip did."""
        found = self.contact_ids.get((line, number))
        if found is not None:
            return self.contacts[found]
        at = now_ms()
        contact = Contact(self.counter.mint(at), line, number, at, at)
        self.save(contact)
        return contact

    def get_handset(self, number: str) -> Handset:
        if number not in self.handsets:
            self.save(Handset(number, added_ms=now_ms()))
        return self.handsets[number]

    def find_name(self, number: str) -> str:
        """Return the name some line has saved for this number, "" when none has."""
        ids = (self.contact_ids.get((line, number)) for line in self.lines)
        return next((self.contacts[one].name for one in ids if one and self.contacts[one].name), "")

    # Messages

    def add_message(self, at: int, **facts: Any) -> Message:
        contact = self.get_contact(facts["line"], facts["other"])
        message = Message(
            id=self.snowflakes.mint(at),
            fingerprint=fingerprint([facts["other"]]),
            contact_id=contact.id,
            created_ms=at,
            updated_ms=at,
            **facts,
        )
        self.get_handset(message.other)
        self.save(message)
        return message

    def newest_first(self, line: str, of: str | None = None) -> list[Message]:
        """Return the texts of a line, or of one conversation (`of` = fingerprint), without the deleted ones."""
        ids = self.timelines.get(line, []) if of is None else self.threads.get((line, of), [])
        return [self.messages[one] for one in reversed(ids) if self.messages[one].deleted_ms is None]

    def conversations(self, line: str) -> list[list[Message]]:
        """Return the conversations of a line that still hold a text, newest first, each newest first."""
        held = [self.newest_first(line, mark) for owner, mark in list(self.threads) if owner == line]
        return sorted((one for one in held if one), key=lambda one: one[0].id, reverse=True)

    def add_attachment(self, line: str, name: str, mime_type: str, content: bytes) -> Attachment:
        attachment = Attachment(storage_key(), None, line, name, mime_type, len(content), now_ms())
        self.store.put_blob(attachment.key, content)
        self.save(attachment)
        return attachment

    def attach(self, message: Message, attachments: Iterable[Attachment]) -> None:
        for attachment in attachments:
            attachment.message_id = message.id
            self.save(attachment)
            message.attachments.append(attachment.key)
        self.save(message)

    # Hooks, opt-outs, notices

    def delete_hook(self, hook: Hook) -> None:
        del self.hooks[hook.id]
        self.store.delete("hook", str(hook.id))
        self.version += 1

    def lift_optout(self, line: str, number: str) -> bool:
        if self.optouts.pop((line, number), None) is None:
            return False
        self.store.delete("optout", f"{line} {number}")
        self.version += 1
        return True

    def notify(self, line: str, number: str, body: str) -> None:
        at = now_ms()
        self.save(Notice(self.snowflakes.mint(at), line, number, body, at))

    def accepted_texts(self) -> list[dict[str, Any]]:
        sent = (one for one in self.messages.values() if not one.is_inbound)
        return [text_entry(one) for one in sorted(sent, key=lambda one: one.id)]

    def reset(self, *, everything: bool) -> None:
        """Forget texts, contacts, handsets and opt-outs; with `everything` lines, sessions and webhooks too."""
        keep: list[Record] = [] if everything else [*self.lines.values(), *self.sessions.values(), *self.hooks.values()]
        for kind in KINDS:
            for facts in list(self.store.load(kind)):
                self.store.delete(kind, _key(KINDS[kind](**facts)))
        self.store.clear_blobs()
        self._forget()
        for record in keep:
            self.save(record)
        self.version += 1


def text_entry(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "line": message.line,
        "to": message.other,
        "body": message.body,
        "at": stamp(message.created_ms),
        "at_ms": message.created_ms,
        "fate": message.fate or "ordinary",
        "scheduled": stamp_or_none(message.scheduled_ms),
        "source": message.source,
        "state": message.state,
        "statusCode": message.status_code,
    }


def _key(record: Record) -> str:
    match record:
        case OptOut():
            return f"{record.line} {record.number}"
        case Line() | Handset():
            return record.number
        case Session() | Attachment():
            return record.key
        case _:
            return str(record.id)


def is_stop(body: str) -> bool:
    return re.fullmatch(r"\s*stop\s*[.!]?\s*", body, re.IGNORECASE) is not None


def is_unstop(body: str) -> bool:
    return re.fullmatch(r"\s*(unstop|start)\s*[.!]?\s*", body, re.IGNORECASE) is not None
