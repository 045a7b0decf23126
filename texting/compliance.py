"""May this number be texted, now? And the words by which its holder says no, or yes again."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from texting import conf
from texting.models import Line, OptOut, Text, TextingSettings, UntextableNumber
from texting.seam_help import Refusals
from texting.sql import run
from texting.vocabulary import Direction, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

# The words US carriers and the FCC name (47 CFR 64.1200(a)(10)); only as the whole text, for "cancel" and "end" are
# also said of work.
OPT_OUT_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
OPT_IN_WORDS = frozenset({"START", "UNSTOP"})
# A number moves to another carrier, or is made textable; then it is worth another try.
REMEMBERED = timedelta(days=90)


def keyword(body: str) -> str:
    """Return the opt-out or opt-in word that is the whole of `body`, or "".

    Case, space, punctuation, symbols and invisible characters around and inside do not count: “ Stop. ” is STOP,
    and so is "S-T-O-P".
    """
    if len(body) > 200:
        return ""
    letters = "".join(c for c in unicodedata.normalize("NFKC", body) if unicodedata.category(c)[0] in "LN")
    word = letters.upper()
    return word if word in OPT_OUT_WORDS | OPT_IN_WORDS else ""


def opted_out(numbers: Collection[str]) -> dict[str, OptOut]:
    """The opt-outs in force among `numbers`."""
    found = OptOut.objects.filter(number__in=numbers, lifted_at__isnull=True)
    return {opt_out.number: opt_out for opt_out in found}


def opt_out(
    number: str, *, source: OptOut.Source, line_id: int | None, word: str = "", said_at: datetime | None = None
) -> None:
    """Record that a number must not be texted; a number that is opted out stays so since its first day.

    `said_at` is the provider's time, None for now. Words told after a later START was heard change nothing.
    """
    if said_at and _has_said_yes_since(number, said_at):
        return
    made = run(
        """
        INSERT INTO texting_optout (number, source, word, line_id, opted_out_at, said_at, lifted_by_word)
        SELECT n.number, %(source)s, %(word)s, %(line_id)s, now(), n.said_at, ''
        FROM (SELECT %(number)s AS number, least(coalesce(%(said_at)s, now()), now()) AS said_at) n
        WHERE NOT EXISTS (
            SELECT FROM texting_optout o WHERE o.number = n.number AND o.lifted_said_at > n.said_at
        )
        ON CONFLICT (number) WHERE lifted_at IS NULL
        DO UPDATE SET said_at = greatest(texting_optout.said_at, excluded.said_at)
        RETURNING id, xmax = 0
        """,
        {"number": number, "source": source.value, "word": word, "line_id": line_id, "said_at": said_at},
    )
    # xmax is 0 in a row that was inserted, and not in one that was there.
    for opt_out_id in (pk for pk, is_new in made if is_new):
        _record("opt_out.added", opt_out_id, {"source": source.value, "word": word, "line": line_id})


def _has_said_yes_since(number: str, said_at: datetime) -> bool:
    """On whatever line: of a START that had nothing to lift there is no row but its text."""
    lines = list(Line.objects.values_list("pk", flat=True))  # with which the texts are found by their index
    told = Text.objects.filter(line__in=lines, number=number, direction=Direction.IN, provider_at__gt=said_at)
    return any(keyword(body) in OPT_IN_WORDS for body in told.values_list("body", flat=True))


def hold(number: str) -> None:
    """Let nobody else heed a word of this number's holder, before this transaction has ended."""
    run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["opt-out " + number])


def untextable(numbers: Collection[str]) -> set[str]:
    """Those of `numbers` of which a carrier said lately that they cannot receive texts."""
    return set(_told_lately().filter(number__in=numbers).values_list("number", flat=True))


def _told_lately() -> QuerySet[UntextableNumber]:
    return UntextableNumber.objects.filter(told_at__gt=Now() - REMEMBERED)


def refusals() -> Refusals:
    """What texting itself knows of who is not texted, for the host that counts its records."""
    opt_outs = OptOut.objects.filter(lifted_at__isnull=True)
    return Refusals(
        texts_inactive=TextingSettings.current().text_inactive,
        numbers=(opt_outs.values("number"), _told_lately().values("number")),
    )


def remember_refusal(text: Text, reason: Reason | str | None) -> None:
    """Keep what a refusal of a text says of its number, so that it is not texted again."""
    if reason == Reason.OPTED_OUT:
        opt_out(text.number, source=OptOut.Source.PROVIDER_REFUSAL, line_id=text.line_id, said_at=_posted_at(text))
    elif reason == Reason.NOT_TEXTABLE:
        UntextableNumber.objects.update_or_create(number=text.number, defaults={"told_at": Now()})


def _posted_at(text: Text) -> datetime | None:
    """To the second, as the provider tells when START was said: what is said in that second comes after it."""
    claimed_at: datetime | None = text.events.filter(status=TextStatus.SENDING).aggregate(at=Max("at"))["at"]
    return claimed_at and claimed_at.replace(microsecond=0)


def note_heard(number: str) -> None:
    """Who texts us can be texted, whatever a carrier said before."""
    UntextableNumber.objects.filter(number=number).delete()


def lift(number: str, *, word: str, said_at: datetime | None = None) -> None:
    """Undo an opt-out, as only the number's holder can; one said before the opt-out changes nothing."""
    lifted = run(
        """
        UPDATE texting_optout SET
            lifted_at = now(), lifted_by_word = %(word)s, lifted_said_at = least(coalesce(%(said_at)s, now()), now())
        WHERE number = %(number)s AND lifted_at IS NULL
          AND said_at <= least(coalesce(%(said_at)s, now()), now())
        RETURNING id
        """,
        {"number": number, "word": word, "said_at": said_at},
    )
    for (opt_out_id,) in lifted:
        _record("opt_out.lifted", opt_out_id, {"word": word})


def _record(action: str, opt_out_id: int, facts: dict[str, Any]) -> None:
    conf.audit()(actor_id=None, action=action, subject=f"opt_out:{opt_out_id}", facts=facts)


def stop_queued_texts(number: str) -> int:
    """Block what still waits for a number that is opted out; return how many texts."""
    if not opted_out([number]):
        return 0
    with transaction.atomic():
        return Text.objects.filter(number=number).stop(TextStatus.BLOCKED, Reason.OPTED_OUT)
