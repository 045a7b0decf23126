"""ZipWhip over HTTP, as the contract of texting.providers.base asks for it."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import phonenumbers

from texting.errors import LineProblem, NotSent, OutcomeUnknown, ProviderError, Refused, SessionLost, TooLarge
from texting.providers.base import (
    Account,
    AttachmentInfo,
    Event,
    Hook,
    MalformedEvent,
    OddRow,
    ProviderText,
    Session,
    Submission,
)
from texting.providers.zipwhip import payloads
from texting.providers.zipwhip.answers import Answer, read_answer
from texting.providers.zipwhip.fields import load
from texting.providers.zipwhip.statuses import HOOKS, INTERNAL, REFUSALS, RETRY, UNKNOWN
from texting.providers.zipwhip.transport import Oversized, Timeouts, Transport, Unclear, check_url
from texting.vocabulary import EventKind, PauseReason, Reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeVar

    T = TypeVar("T")

# The last published limit of message/send; earlier ones were 160, 250 and 700.
BODY_LIMIT_BYTES = 600
_SESSION_KEY = re.compile(r"[\x21-\x7e]{8,200}")
# Regions of +1 whose lines log in with 10 digits; a Canadian line needs E.164.
_TEN_DIGIT_REGIONS = frozenset({"US", "PR", "GU", "VI", "AS", "MP", None})


class ZipWhip:
    """Fulfils Provider; see there for what each call raises."""

    events: tuple[EventKind, ...] = tuple(HOOKS)

    def __init__(
        self,
        base_url: str,
        *,
        app_url: str,
        body_limit_bytes: int = BODY_LIMIT_BYTES,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.body_limit_bytes = body_limit_bytes
        self._app_url = check_url(app_url)
        self._transport = Transport(base_url, timeouts or Timeouts())

    def conversation_url(self, number: str) -> str:
        """Return the address of ZipWhip's app with the conversation with `number` open; it asks for its own login."""
        # ZipWhip's deep link: the app's address, /messaging/, the number in E.164.
        return f"{self._app_url}/messaging/{quote(number, safe='+')}"

    def login(self, username: str, password: str) -> Session:
        fields = {"username": login_name(username), "password": password}
        try:
            answer = self._call("user/login", fields)
        except Unclear as error:
            raise NotSent(detail=error.detail) from error
        if not answer.accepted:
            raise _refusal_of_login(answer)
        key = answer.content
        if not isinstance(key, str) or not _SESSION_KEY.fullmatch(key):
            raise NotSent(detail="user/login: no session key in the answer")
        return Session(key)

    def logout(self, session_key: str) -> None:
        """End the session; one that is dead already is no error."""
        try:
            self._call("user/logout", {"session": session_key})
        except Unclear as error:
            raise NotSent(detail=error.detail) from error

    def get_account(self, session_key: str) -> Account:
        return Account(_understood(payloads.parse_account_number, self._get_user(session_key)))

    def send(self, session_key: str, *, to: str, body: str) -> Submission:
        try:
            body.encode()
        except UnicodeEncodeError:
            raise Refused(Reason.REFUSED, detail="the body holds half a character") from None
        try:
            answer = self._call("message/send", {"session": session_key, "contacts": to, "body": body})
        except Unclear as error:
            raise OutcomeUnknown(detail=error.detail) from error
        message_id = payloads.find_message_id(answer.content)
        if answer.accepted and message_id:
            return Submission(message_id)
        if answer.accepted:
            raise OutcomeUnknown(detail="message/send: accepted without an id")
        if message_id and answer.code is None:
            # It says no, and names the text it made: not to be sent again on a guess.
            raise OutcomeUnknown(detail="message/send: refused, yet with an id")
        refusal = self._refusal(answer, session_key)
        if answer.status == 403 and isinstance(refusal, Refused):
            # The session lives: it is not this text that is forbidden, but to send from this account.
            raise LineProblem(PauseReason.REFUSED, detail=answer.detail)
        raise refusal

    def list_hooks(self, session_key: str) -> list[Hook]:
        return self._ask(payloads.parse_hooks, session_key, "webhook/list")

    def add_hook(self, session_key: str, event: EventKind, url: str) -> Hook:
        kind, name = HOOKS[event]
        fields = {"type": kind, "event": name, "url": url, "method": "POST"}
        hooks = self._ask(payloads.parse_hooks, session_key, "webhook/add", fields)
        if not hooks:
            raise NotSent(detail="webhook/add: no webhook in the answer")
        return Hook(hooks[0].provider_id, event, url)

    def delete_hook(self, session_key: str, hook_id: str) -> None:
        self._ask(_ignore, session_key, "webhook/delete", {"webhookId": hook_id})

    def list_texts(self, session_key: str, *, start: int = 0, limit: int = 50) -> list[ProviderText | OddRow]:
        page = {"start": str(start), "limit": str(limit)}
        return self._ask(payloads.parse_texts, session_key, "message/list", page)

    def find_text(self, session_key: str, provider_id: str) -> ProviderText | None:
        try:
            return self._ask(payloads.parse_one_text, session_key, "message/get", {"id": provider_id})
        except Refused:
            return None

    def list_attachments(self, session_key: str, provider_id: str) -> list[AttachmentInfo]:
        return self._ask(payloads.parse_attachments, session_key, "messageAttachment/list", {"messageId": provider_id})

    def fetch_attachment(self, session_key: str, storage_key: str, *, limit_bytes: int) -> bytes:
        fields = {"session": session_key, "storageKey": storage_key}
        try:
            reply = self._transport.post("hostedContent/get", fields, limit_bytes=limit_bytes)
            # The content comes bare; only a refusal comes in the envelope.
            if 200 <= reply.status < 300 and not _is_refusal(reply.body):
                return reply.body
            answer = read_answer(reply, fields.values())
        except Oversized as error:
            raise TooLarge(Reason.TOO_LONG, detail=f"the attachment has more than {limit_bytes} bytes") from error
        except Unclear as error:
            raise NotSent(detail=f"hostedContent/get: {error.detail}") from error
        raise self._refusal_of_reading(answer, session_key)

    def server_time(self) -> datetime | None:
        try:
            told = self._transport.post("user/get", {}).headers.get("Date", "")
        except Unclear as error:
            raise NotSent(detail=error.detail) from error
        try:
            return parsedate_to_datetime(told)
        except ValueError:
            return None

    def parse_event(self, event: EventKind, body: bytes) -> Event:
        return payloads.parse_event(event, body)

    def _call(self, path: str, fields: dict[str, str]) -> Answer:
        return read_answer(self._transport.post(path, fields), fields.values())

    def _get_user(self, session_key: str) -> object:
        try:
            answer = self._call("user/get", {"session": session_key})
        except Unclear as error:
            raise NotSent(detail=error.detail) from error
        if not answer.accepted:
            raise _refusal_of_session(answer)
        return answer.content

    def _ask(
        self, parse: Callable[[object], T], session_key: str, path: str, fields: dict[str, str] | None = None
    ) -> T:
        """Make a call that sends no text: whatever is unclear about it, nothing left."""
        try:
            answer = self._call(path, {"session": session_key, **(fields or {})})
        except Unclear as error:
            raise NotSent(detail=f"{path}: {error.detail}") from error
        if not answer.accepted:
            raise self._refusal_of_reading(answer, session_key)
        return _understood(parse, answer.content)

    def _refusal_of_reading(self, answer: Answer, session_key: str) -> ProviderError:
        refusal = self._refusal(answer, session_key)
        if isinstance(refusal, OutcomeUnknown):
            return NotSent(provider_code=refusal.provider_code, detail=refusal.detail)
        return refusal

    def _refusal(self, answer: Answer, session_key: str) -> ProviderError:
        code, detail = answer.code, answer.detail
        if code == RETRY:
            return NotSent(provider_code=str(code), detail=detail)
        # 0 to 4 and 6 tell of a text on its way or delivered, which a refusal cannot.
        if code == UNKNOWN or code in (0, 1, 2, 3, 4, 6):
            return OutcomeUnknown(provider_code=str(code), detail=detail)
        if code is not None and (code < 0 or code in REFUSALS):
            return Refused(REFUSALS.get(code, Reason.REFUSED), provider_code=str(code), detail=detail)
        return self._refusal_without_code(answer, session_key)

    def _refusal_without_code(self, answer: Answer, session_key: str) -> ProviderError:
        """Tell a dead session from a refusal of what was asked.

        It was refused, so nothing left, and when user/get cannot be reached either it may be tried again.
        """
        if answer.status == 401:
            return SessionLost(detail=answer.detail)
        try:
            self._get_user(session_key)
        except NotSent as error:
            return error
        return Refused(Reason.REFUSED, provider_code=str(answer.code or ""), detail=answer.detail)


def login_name(username: str) -> str:
    """Return the username as ZipWhip knows it: 10 digits for a US line, E.164 for others, operators before an @."""
    operator, at, written = username.strip().rpartition("@")
    digits = re.sub(r"[\s().+-]", "", written)
    if not digits.isascii() or not digits.isdecimal():
        return username.strip()
    if len(digits) == 10:
        digits = "1" + digits
    if len(digits) == 11 and digits.startswith("1") and _region_of(digits) in _TEN_DIGIT_REGIONS:
        return f"{operator}{at}{digits[1:]}"
    return f"{operator}{at}+{digits}"


def _region_of(digits: str) -> str | None:
    number = phonenumbers.PhoneNumber(country_code=1, national_number=int(digits[1:]))
    return phonenumbers.region_code_for_number(number)


def _refusal_of_login(answer: Answer) -> ProviderError:
    code = "" if answer.code is None else str(answer.code)
    if answer.code in INTERNAL:
        return NotSent(provider_code=code, detail=answer.detail)
    return LineProblem(PauseReason.WRONG_PASSWORD, provider_code=code, detail=answer.detail)


def _refusal_of_session(answer: Answer) -> ProviderError:
    code = "" if answer.code is None else str(answer.code)
    if answer.code in INTERNAL:
        return NotSent(provider_code=code, detail=answer.detail)
    # Forbidden although the session is known: the account itself.
    if answer.status == 403:
        return LineProblem(PauseReason.SUSPENDED, provider_code=code, detail=answer.detail)
    return SessionLost(provider_code=code, detail=answer.detail)


def _understood(parse: Callable[[object], T], content: object) -> T:
    try:
        return parse(content)
    except MalformedEvent as error:
        raise NotSent(detail=f"the answer cannot be read: {error}") from error


def _ignore(content: object) -> None:
    """Read nothing from an answer that only says it was done."""


def _is_refusal(body: bytes) -> bool:
    if not body.lstrip().startswith(b"{"):
        return False
    try:
        content = load(body)
    except MalformedEvent:
        return False
    return isinstance(content, dict) and content.get("success") is False
