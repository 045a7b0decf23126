"""What an HTTP answer of ZipWhip proves: carried out, refused, certainly not done, or unclear.

Most failures come as HTTP 200 with `success: false`; whether and how HTTP codes were used is documented nowhere, so
every code is judged by what it proves about a POST.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from texting.errors import NotSent, WrongPlace
from texting.providers.base import MalformedEvent
from texting.providers.zipwhip.fields import Json, as_object, code_of, load
from texting.providers.zipwhip.transport import Unclear
from texting.vocabulary import StopCause

if TYPE_CHECKING:
    from texting.providers.zipwhip.transport import Reply

# The server did not take the request in: wrong place, wrong method, asked to come later.
_NOT_TAKEN = frozenset({404, 405, 425})
# 303 is not among them: it sends one to the result of what was done.
_REDIRECTS = frozenset({301, 302, 307, 308})
_LONGEST_WAIT = timedelta(days=1)
_SHOWN_CHARACTERS = 200
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[.,:;!?]?")


@dataclass(frozen=True)
class Answer:
    """`accepted` is ZipWhip's `success`, `content` its `response`. `code` is None when it gave none."""

    accepted: bool
    content: object
    status: int
    code: int | None = None
    detail: str = ""


def read_answer(reply: Reply, sent: Iterable[str]) -> Answer:
    """Judge a reply. `sent` are the values of the request, which must not come back in `detail`.

    Raises NotSent when nothing was done, Unclear when that cannot be known.
    """
    status, detail = reply.status, f"HTTP {reply.status}"
    if 200 <= status < 300:
        return _read_envelope(reply, sent)
    if status == 429 or (status == 503 and "Retry-After" in reply.headers):
        raise NotSent(retry_after=_retry_after(reply), detail=detail)
    if status in _REDIRECTS:
        raise WrongPlace(StopCause.REDIRECT, detail=detail)
    if status in _NOT_TAKEN:
        raise NotSent(detail=detail)
    # A proxy may give up waiting for an answer to what it has passed on, and call that 408.
    if 400 <= status < 500 and status != 408:
        return _read_refusal(reply, sent)
    raise Unclear(detail)


def _read_envelope(reply: Reply, sent: Iterable[str]) -> Answer:
    try:
        envelope = as_object(load(reply.body), "the answer")
    except MalformedEvent:
        raise Unclear("the answer is no JSON object") from None
    accepted, content = envelope.get("success"), envelope.get("response")
    if not isinstance(accepted, bool):
        raise Unclear("the answer does not say whether it succeeded")
    if accepted:
        return Answer(True, content, reply.status)
    inner: Json = content if isinstance(content, dict) else {}
    words = content if isinstance(content, str) else _find_words(inner) or _find_words(envelope)
    code = _find_code(inner) if _find_code(inner) is not None else _find_code(envelope)
    return Answer(False, content, reply.status, code, without_secrets(words, sent))


def _read_refusal(reply: Reply, sent: Iterable[str]) -> Answer:
    plain = Answer(False, None, reply.status, detail=f"HTTP {reply.status}")
    if reply.status in (401, 403):
        return plain
    try:
        answer = _read_envelope(reply, sent)
    except Unclear:
        return plain
    return plain if answer.accepted else answer


def _find_code(item: Json) -> int | None:
    try:
        return code_of(item, "statusCode", "errorCode", "code")
    except MalformedEvent:
        return None


def _find_words(item: Json) -> str:
    found = (item.get(name) for name in ("desc", "errorDesc", "statusDesc", "message"))
    return next((words for words in found if isinstance(words, str) and words), "")


def without_secrets(words: str, sent: Iterable[str]) -> str:
    """Keep of the provider's words those that are plain words and have nothing to do with what was sent.

    They may quote the number, the body, the session key or a piece of it; what has a digit is dropped as well.
    """
    told = {part.lower() for value in sent for part in re.findall(r"[^\W\d_]+", value)}
    kept = []
    for word in words[:2000].split():
        bare = re.sub(r"\W", "", word).lower()
        if not _WORD.fullmatch(word) or bare in told or any(part in bare for part in told if len(part) > 4):
            continue
        kept.append(word)
    return " ".join(kept)[:_SHOWN_CHARACTERS]


def _retry_after(reply: Reply) -> timedelta | None:
    """Read Retry-After: seconds, or a date, which is taken relative to the server's own clock if it tells it."""
    written = reply.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", written):
        return min(timedelta(seconds=int(written)), _LONGEST_WAIT)
    at = _date(written)
    if at is None:
        return None
    now = _date(reply.headers.get("Date", "")) or datetime.now(UTC)
    return min(max(at - now, timedelta(0)), _LONGEST_WAIT)


def _date(written: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(written)
    except (ValueError, TypeError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
