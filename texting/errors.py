"""What can go wrong, by what it proves: may we try again, what do we tell the user, is it our fault?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from texting.vocabulary import NumberProblem, PauseReason, Reason, StopCause


class TextingError(Exception):
    """Something that is handled; mistakes in the configuration are not among them."""


class InvalidNumber(TextingError):
    """A value that is no number we may text. `words` tells a person why."""

    def __init__(self, raw: str, problem: NumberProblem, words: str = "") -> None:
        super().__init__(f"not a textable number ({problem.value})")
        self.raw = raw
        self.problem = problem
        self.words = words or str(problem.label)


class ProviderError(TextingError):
    """A call to a provider that did not do what was asked.

    `provider_code` is theirs: stored, never read outside the provider's own folder. `detail` is theirs in
    words, without secrets, numbers or bodies.
    """

    def __init__(self, *, provider_code: str = "", detail: str = "") -> None:
        super().__init__(f"{type(self).__name__} (provider code {provider_code or 'none'}) {detail}".strip())
        self.provider_code = provider_code
        self.detail = detail


class Refused(ProviderError):
    """The provider said no to this text: it did not leave and never will."""

    def __init__(self, reason: Reason, *, provider_code: str = "", detail: str = "") -> None:
        super().__init__(provider_code=provider_code, detail=detail)
        self.reason = reason


class TooLarge(Refused):
    """What was asked for is larger than we take."""


class NotSent(ProviderError):
    """Proof that nothing left: it may be tried again, after `retry_after` if the provider named a time."""

    def __init__(self, *, retry_after: timedelta | None = None, provider_code: str = "", detail: str = "") -> None:
        super().__init__(provider_code=provider_code, detail=detail)
        self.retry_after = retry_after


class SessionLost(NotSent):
    """Nothing left because the session key is dead: log in once and try again."""


class LineProblem(NotSent):
    """Nothing left because of the account, not of the text: pause the line."""

    def __init__(self, reason: PauseReason, *, provider_code: str = "", detail: str = "") -> None:
        super().__init__(provider_code=provider_code, detail=detail)
        self.reason = reason


class WrongPlace(NotSent):
    """Nothing left because what answers at the provider's address is not the provider: no line can send."""

    def __init__(self, cause: StopCause, *, detail: str = "") -> None:
        super().__init__(detail=detail)
        self.cause = cause


class OutcomeUnknown(ProviderError):
    """The request may have been carried out. Never repeated by a machine: a second text is worse than a question."""
