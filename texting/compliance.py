"""May this number be texted, now? And the words by which its holder says no, or yes again."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from django.db.models.functions import Now

from texting.models import OptOut, Text
from texting.sql import run
from texting.vocabulary import Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Collection

# The words US carriers and the FCC name (47 CFR 64.1200(a)(10)); only as the whole text, for "cancel" and "end" are
# also said of work.
OPT_OUT_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
OPT_IN_WORDS = frozenset({"START", "UNSTOP"})


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


def opt_out(number: str, *, source: OptOut.Source, line_id: int | None, word: str = "") -> None:
    """Record that a number must not be texted; a number that is opted out stays so since its first day."""
    run(
        """
        INSERT INTO texting_optout (number, source, word, line_id, opted_out_at, lifted_by_word)
        VALUES (%s, %s, %s, %s, now(), '')
        ON CONFLICT (number) WHERE lifted_at IS NULL DO NOTHING
        """,
        [number, source.value, word, line_id],
    )


def lift(number: str, *, word: str) -> None:
    """Undo an opt-out, as only the number's holder can."""
    run(
        "UPDATE texting_optout SET lifted_at = now(), lifted_by_word = %s WHERE number = %s AND lifted_at IS NULL",
        [word, number],
    )


def stop_queued_texts(number: str) -> int:
    """Block what still waits for a number that has just opted out; return how many texts."""
    return Text.objects.filter(number=number, status=TextStatus.QUEUED).update(
        status=TextStatus.BLOCKED, reason=Reason.OPTED_OUT, status_at=Now()
    )
