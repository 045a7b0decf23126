"""The smallest host texting can have: people in a dictionary, desks that own lines, a log that is a list."""

from __future__ import annotations

from dataclasses import dataclass, field

from texting.seam import Candidate, ClosedConversation, FilingChoice, Found, LogResult, RecordKey, TypedNumber
from texting.vocabulary import MethodType


@dataclass
class People:
    """Record type "person"; `hidden` are those no user may see. `queries` counts what texting asks."""

    key: str = "person"
    label: str = "Person"
    label_plural: str = "People"
    by_id: dict[int, Candidate] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    queries: int = 0

    def add(self, name: str, *numbers: TypedNumber | str, **facts: object) -> RecordKey:
        record_id = len(self.by_id) + 1
        typed = [n if isinstance(n, TypedNumber) else TypedNumber(MethodType.SMS, n) for n in numbers]
        key = RecordKey("person", record_id)
        facts = {"is_active": True, "do_not_text": False, **facts}
        url = f"/people/{record_id}/"
        self.by_id[record_id] = Candidate(
            key=key, name=name, ident=str(record_id), url=url, edit_url=url + "edit/", numbers=typed, **facts
        )
        return key

    def candidates(self, user, ids):
        self.queries += 1
        return [self.by_id[i] for i in ids if i in self.by_id and i not in self.hidden]

    def matching_ids(self, user, query):
        return self._named(query.get("q", ""))

    def look_up(self, user, words, most):
        found = self._named(words)
        return Found(found[:most], len(found))

    def _named(self, words):
        named = [i for i, person in self.by_id.items() if words.lower() in person.name.lower()]
        return [i for i in named if i not in self.hidden]

    def match_numbers(self, numbers):
        self.queries += 1
        return {number: self._holders(number.removeprefix("+1")) for number in numbers}

    def _holders(self, national):
        return [
            person
            for person in self.by_id.values()
            if any("".join(filter(str.isdigit, n.value)).endswith(national) for n in person.numbers)
        ]

    def describe(self, ids):
        return [self.by_id[i] for i in ids if i in self.by_id]

    def new_record_url(self, user, e164, made_for):
        return f"/people/add/?number={e164}&made_for={made_for}" if user.has_perm("texting.send") else ""

    def filing_choices(self):
        return [FilingChoice("TEXT", "TEXT"), FilingChoice("OLD", "OLD", "This code is inactive.")]


class Desks:
    """Owner kind "desk": every user sends from desk 1."""

    key = "desk"
    label = "Desk"
    is_personal = False

    def choices(self):
        return [(1, "Front desk"), (2, "Back desk")]

    def names(self, ids):
        return {i: name for i, name in self.choices() if i in ids}

    def owners_for(self, user):
        return [1]


@dataclass
class Log:
    """Keeps every message by (conversation, record), as a log sink must: the second time nothing happens."""

    messages: dict[tuple[int, RecordKey], ClosedConversation] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    raising: set[str] = field(default_factory=set)
    vanished: set[RecordKey] = field(default_factory=set)

    def __call__(self, conversations):
        results = []
        for conversation in conversations:
            if conversation.number in self.raising:
                raise RuntimeError("the log is broken")
            for record in conversation.records:
                fails = conversation.number in self.failing
                gone = record in self.vanished
                if not fails and not gone:
                    self.messages.setdefault((conversation.conversation_id, record), conversation)
                results.append(
                    LogResult(
                        conversation.conversation_id,
                        record,
                        logged=not fails and not gone,
                        vanished=gone,
                        failure="no action code" if fails else "",
                    )
                )
        return results

    def bodies(self, record: RecordKey) -> list[list[str]]:
        """The texts of each message on a record."""
        return [[t.body for t in c.texts] for (_, key), c in self.messages.items() if key == record]


log = Log()
audited: list[dict] = []


def log_conversations(conversations):
    return log(conversations)


def read_log(conversation_ids):
    return {
        key: [text.text_id for text in conversation.texts]
        for key, conversation in log.messages.items()
        if key[0] in conversation_ids
    }


def record_audit(**entry):
    audited.append(entry)
