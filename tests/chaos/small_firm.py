"""A firm so small that it needs no processes: the judge's own test plants in it what must be found."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from enterprise.local.keys import generate
from enterprise.local.places import DataFolder
from enterprise.messagelog.models import Message
from tests.chaos.promises import Sent
from tests.enterprise.builders import make_branch, make_code, make_employee, make_user
from texting.models import Batch, Conversation, Line, OptOut, Text

if TYPE_CHECKING:
    from pathlib import Path

LINE, ANA, BO = "+16125550100", "+16515560000", "+16515560001"
START_MS = 1_790_000_000_000
START = datetime.fromtimestamp(START_MS / 1000, UTC)
SECOND = timedelta(seconds=1)


@dataclass
class SmallFirm:
    """What the judge asks of a firm, with the test's own database and a ledger in memory."""

    folder: Path
    entries: list[dict] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    restored_count: int = 0
    restores: list[int] = field(default_factory=list)
    forgotten: list[tuple[int, int]] = field(default_factory=list)
    acknowledged: list[Sent] = field(default_factory=list)
    paces: list[tuple[int, float]] = field(default_factory=lambda: [(START_MS - 60_000, 1.0)])

    def __post_init__(self) -> None:
        self.data, self.secrets = DataFolder(self.folder / "data"), generate()
        self.data.create()
        (self.folder / "sandbox").mkdir()
        (self.folder / "log").write_text("all is well\n")
        (self.data.logs / "postgres.log").write_text("ready\n")
        with closing(sqlite3.connect(self.folder / "sandbox" / "state.sqlite3")) as state:
            state.execute("CREATE TABLE record (kind TEXT, value TEXT)")
            state.execute("INSERT INTO record VALUES ('session', ?)", [json.dumps({"key": "key-of-a-session"})])
            state.commit()
        address = settings.REDIS_URL.rpartition("/")[0] + "/15"
        self.environment = {"REDIS_URL": address, "TEXTING_KEYS": "chaos:the-key-of-all"}

    def ledger(self) -> list[dict]:
        return self.entries

    def secrets_told(self) -> set[str]:
        return {"secret-in-an-address"}

    def revive(self) -> int:
        """Nothing of it runs."""
        return 0

    def query(self, sql: str, parameters: object = ()) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def post(self, number: str, body: str, *, at: float, **facts: object) -> None:
        entry = {"kind": "text", "accepted": True, "id": "11", "fate": "ordinary", "source": "api", "line": LINE}
        self.entries.append({**entry, "to": number, "body": body, "at_ms": START_MS + int(at * 1000), **facts})

    def word(self, kind: str, *, at: float, moments: str = "written taken", number: str = BO) -> None:
        for moment in moments.split():
            entry = {"kind": kind, "moment": moment, "id": f"{kind}{at}", "line": LINE, "from": number}
            self.entries.append({**entry, "at_ms": START_MS + int(at * 1000)})


def fill(firm: SmallFirm) -> None:
    """Ana was texted, answered, and all is logged; Bo wrote STOP before his text left."""
    rep = make_user("riya", branch=make_branch())
    line = Line.objects.create(
        number=LINE, owner_kind="branch", owner_id=1, username="1", state="connected", pace=SECOND
    )
    code = make_code()
    people = [make_employee(name, sms=number) for name, number in (("Ana", ANA), ("Bo", BO))]
    batch = Batch.objects.create(sender=rep, line=line, body="x", segment_count=1, content_hash="x", people_count=2)
    statuses = [("delivered", "11", ""), ("blocked", None, "opted_out")]
    for person, number, (status, provider_id, reason) in zip(people, (ANA, BO), statuses, strict=True):
        conversation = Conversation.objects.create(
            line=line, number=number, opened_at=START, last_text_at=START, closed_at=START, logged_at=START
        )
        conversation.records.create(record_type="employee", record_id=person.pk, name=person.first_name)
        out = Text.objects.create(
            line=line, batch=batch, number=number, body="chaos-body-1", sender=rep, direction="out", origin="batch",
            status=status, provider_id=provider_id, reason=reason, due_at=START, expires_at=START + 3600 * SECOND,
            conversation=conversation if provider_id else None,
        )  # fmt: skip
        batch.recipients.create(record_type="employee", record_id=person.pk, name="x", text=out)
        answer = Text.objects.create(
            line=line, number=number, body="chaos-body-in-1" if provider_id else "STOP", direction="in",
            origin="received", status="received", conversation=conversation,
        )  # fmt: skip
        log(conversation, person, [out, answer] if provider_id else [answer], code)
    OptOut.objects.create(number=BO, source="word", opted_out_at=START)
    firm.acknowledged.append(Sent("x", 2, START_MS))
    firm.post(ANA, "chaos-body-1", at=1)
    firm.word("stop", at=0)


def log(conversation, person, texts, code):
    Message.objects.create(
        record_type="employee", record_id=person.pk, action_code=code, author_name="Texting",
        conversation_id=conversation.pk, dialogue=[{"text_id": text.pk} for text in texts],
    )  # fmt: skip
