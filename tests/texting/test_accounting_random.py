"""Whatever happens in whatever order, processes that die included: each text is in one logged message per record."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.texting import host
from tests.texting.conftest import LINE_NUMBER, message, pass_time, set_window
from tests.texting.test_accounting import amiss, come_in, ids, leave, make_due
from texting import claims, conversations, inbound, intake
from texting.models import Text
from texting.providers.base import ProviderText
from texting.seam import RecordKey
from texting.vocabulary import Direction, Reason, TextStatus

pytestmark = pytest.mark.django_db
OUTCOMES = {
    "send": (TextStatus.SENT, None),
    "lost": (TextStatus.UNCONFIRMED, Reason.NO_ANSWER),
    "refused": (TextStatus.FAILED, Reason.REFUSED),
}
# Where a process dies: a station of a text's life, and the function at whose beginning or end that is.
DEATHS = {
    "closing": (conversations, "_log_and_close"),
    "closed": (conversations, "close"),
    "recording": (claims, "_write"),
    "joining": (conversations, "join_left_texts"),
    "storing": (inbound, "_store"),
    "settling in": (inbound, "_settle_in"),
}
DYING = [f"die {when} {where}" for where in DEATHS for when in ("before", "after")]
CALM = ["send", "lost", "refused", "receive", "typed", "late", "close", "hour", "day", "short", "long", "break", "mend"]
STEPS = st.lists(st.sampled_from([*CALM, *DYING]), min_size=3, max_size=25)


class Died(BaseException):
    """The process is gone: nothing of ours may catch it."""


class LogOfDatabase(host.Log):
    """A log that goes with the transaction that wrote it: it holds what the database still knows to be written."""

    def __call__(self, conversations):
        before = set(self.messages)
        results = super().__call__(conversations)
        with connection.cursor() as cursor:
            for conversation_id, record in set(self.messages) - before:
                cursor.execute("INSERT INTO pg_temp.logged VALUES (%s, %s)", [conversation_id, str(record)])
        return results

    def forget_undone(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM pg_temp.logged")
            kept = set(cursor.fetchall())
        self.messages = {key: held for key, held in self.messages.items() if (key[0], str(key[1])) in kept}


@pytest.fixture
def log(people, monkeypatch):
    log = LogOfDatabase()
    monkeypatch.setattr(host, "log", log)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE logged (conversation_id bigint, record text) ON COMMIT DROP")
    return log


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=["receive", *DYING, "send", *reversed(DYING)])
def test_whatever_happens_each_text_is_logged_once_on_each_record(steps, people, line, send, hear, log):
    firm = Firm(people, line, send, hear, log)
    texts_before = set(Text.objects.values_list("pk", flat=True))
    set_window(hours=24)

    for step in [*steps, "mend", "day", "day"]:
        firm.take(step)
    pass_time(days=31)
    claims.record(claims.overdue())
    conversations.close_due()
    pass_time(days=31)
    conversations.close_due()

    texts = Text.objects.exclude(pk__in=texts_before)
    left = set(texts.exclude(status__in=["queued", "blocked"]).values_list("pk", flat=True))
    assert set(texts.filter(direction=Direction.IN).values_list("provider_id", flat=True)) == firm.heard
    for key in firm.keys:
        held = [text.text_id for (_, record), told in log.messages.items() if record == key for text in told.texts]
        assert sorted(held) == sorted(left)
    assert amiss() == []


class Firm:
    """Somebody on two records, employee and contact at once, and what happens with their number."""

    def __init__(self, people, line, send, hear, log):
        self.line, self.send, self.hear, self.log = line, send, hear, log
        self.number = f"+1651555{next(ids) % 9000 + 1000:04d}"
        self.heard = set()
        self.keys = [RecordKey("person", len(people.by_id) + n) for n in (1, 2)]
        for _ in self.keys:
            people.add("Ana Rivera", self.number, same_person_as=frozenset(self.keys))

    def take(self, step):
        if step.startswith("die "):
            self.die(*step.split(" ", 2)[1:])
        elif step in OUTCOMES:
            self.send(*self.keys)
            leave(*OUTCOMES[step])
        elif step == "receive":
            text = come_in(self.line, self.number)
            self.heard.add(text.provider_id)
        elif step == "typed":
            told = ProviderText(
                str(next(ids)), Direction.OUT, self.number, LINE_NUMBER, "From my phone", timezone.now()
            )
            inbound.note_typed_in_app(self.line, told)
        elif step == "late":
            for text in Text.objects.filter(number=self.number, status="unconfirmed"):
                inbound.settle_as_sent(text, str(next(ids)))
        elif step in ("hour", "day"):
            pass_time(hours=25 if step == "day" else 1)
            conversations.close_due()
        elif step == "close":
            conversations.close_due()
        elif step in ("short", "long"):
            set_window(**({"minutes": 1} if step == "short" else {"days": 30}))
        else:
            # The log is down for a while: what it does not take comes later.
            (self.log.raising.add if step == "break" else self.log.raising.discard)(self.number)

    def die(self, when, where):
        """Do what comes by there, in the transactions of production, in a process that dies; then another goes on."""
        if where in ("closing", "closed"):
            pass_time(hours=25)
            self._until_dead(conversations.close_due, when, where)
        elif where in ("recording", "joining"):
            self.send(*self.keys)
            make_due()
            with transaction.atomic():
                claimed, _ = claims.claim(1)
            outcomes = [
                claims.Outcome(one.text_id, one.attempt, TextStatus.SENT, provider_id=str(next(ids))) for one in claimed
            ]
            self._until_dead(transaction.atomic(lambda: claims.record(outcomes)), when, where)
        else:
            provider_id = str(next(ids))
            self.heard.add(provider_id)
            news = message(self.number, "YES", provider_id)
            self._until_dead(lambda: self.hear("receive", **news), when, where)
            intake.take_in()
        self.log.forget_undone()

    def _until_dead(self, work, when, where):
        module, name = DEATHS[where]
        real = getattr(module, name)

        def dying(*args, **facts):
            if when == "after":
                real(*args, **facts)
            raise Died

        with pytest.MonkeyPatch.context() as patch, suppress(Died):
            patch.setattr(module, name, dying)
            work()
