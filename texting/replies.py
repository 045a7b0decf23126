"""Who has answered a batch, and what: what came from a number since the batch texted it, on the same line.

It ends with the next Send Text to that number, to which whatever comes then is an answer. A reply written in between
begins nothing new. What comes late, because it had to be fetched, was written when the provider says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.expressions import RawSQL

from texting import conf
from texting.models import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from texting.models import Batch

SHOWN = 3
# The next text to a number is the first that left: found without reading all later ones. Answers are looked for among
# all later texts still, for what had to be fetched may stand behind the next.
# A text whose fate nobody knows counts as gone when its lease is over: it may have been answered before that.
_ANSWERS = """
FROM texting_text t
LEFT JOIN LATERAL (
    SELECT n.left_at AS at FROM texting_text n JOIN texting_batch b ON b.id = n.batch_id AND NOT b.is_reply
    WHERE n.line_id = t.line_id AND n.number = t.number AND n.id > t.id AND n.left_at IS NOT NULL
    ORDER BY n.id LIMIT 1
) next ON true
CROSS JOIN LATERAL (
    SELECT {columns} FROM texting_text a
    WHERE a.line_id = t.line_id AND a.number = t.number AND a.id > t.id AND a.direction = 'in'
      AND a.arrived_at > t.left_at - %s AND (next.at IS NULL OR least(a.arrived_at, a.provider_at) < next.at)
    ORDER BY a.id LIMIT {most}
) answer
"""


def attach_replies(recipients: Iterable[Any]) -> None:
    """Give each recipient `replies`, the first Texts, and `more_replies`, how many came after them; one query for all.

    Who is hidden, and so has no number, has none.
    """
    shown = list(recipients)
    texts = [one.text_id for one in shown if one.text_id and one.number]
    replies: dict[int, list[Any]] = {}
    found: Iterable[Any] = Text.objects.raw(_FIND, [conf.LEASE, texts]) if texts else []
    for reply in found:
        replies.setdefault(reply.answers_id, []).append(reply)
    for one in shown:
        one.replies = replies.get(one.text_id, []) if one.number else []
        one.more_replies = one.replies[0].answer_count - len(one.replies) if one.replies else 0


def who_replied(recipients: QuerySet[Any], batch: Batch) -> QuerySet[Any]:
    """Those recipients whose number has answered."""
    answered = RawSQL(_ANSWERED, [conf.LEASE, batch.pk])  # noqa: S611 - our own words
    return recipients.filter(text__in=answered)


_ALL_ANSWERS = _ANSWERS.format(columns="a.*, count(*) OVER () AS answer_count", most=SHOWN)
_FIND = f"SELECT answer.*, t.id AS answers_id {_ALL_ANSWERS} WHERE t.id = ANY(%s) ORDER BY answer.id"
# Without a count, which would read all of them.
_ANSWERED = f"SELECT t.id {_ANSWERS.format(columns='a.id', most=1)} WHERE t.batch_id = %s"
