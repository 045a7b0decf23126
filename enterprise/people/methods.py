"""Contact methods: their types, and the verdict on a value that every page, report and import shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy

from texting.errors import InvalidNumber
from texting.numbers import is_phone_like, parse_number
from texting.vocabulary import MethodType, NumberProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrOrPromise

EMAIL = "email"
METHOD_TYPES: list[tuple[str, StrOrPromise]] = [*MethodType.choices, (EMAIL, gettext_lazy("E-mail"))]
METHOD_LABELS: dict[str, Any] = dict(METHOD_TYPES)
# The order in which a number is chosen; texting's own.
PRIORITY: tuple[str, ...] = tuple(MethodType.values)
_RANK = {method_type: rank for rank, method_type in enumerate(PRIORITY)}

SKIPPED = "skipped"
SKIPPED_WORDS = gettext_lazy("Holds no digit, so it is no phone number.")


class MethodState(models.TextChoices):
    """What became of a value."""

    VALID = "valid", gettext_lazy("Valid")
    INVALID = "invalid", gettext_lazy("Invalid")
    SKIPPED = "skipped", gettext_lazy("Skipped")
    EMAIL = "email", gettext_lazy("E-mail address")


EMAIL_WORDS = {
    MethodState.SKIPPED: gettext_lazy("Holds no @, so it is no e-mail address."),
    MethodState.INVALID: gettext_lazy("This is no e-mail address"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problem` is "" for a number that can be texted and for an e-mail, SKIPPED, or a NumberProblem value."""

    e164: str = ""
    problem: str = ""
    words: str = ""


def judge(method_type: str, value: str, *, region: str) -> Verdict:
    if method_type == EMAIL:
        return Verdict()
    if not is_phone_like(value):
        return Verdict(problem=SKIPPED, words=str(SKIPPED_WORDS))
    try:
        return Verdict(e164=parse_number(value, region=region))
    except InvalidNumber as error:
        return Verdict(problem=error.problem.value, words=error.words)


def email_state(value: str) -> MethodState:
    """An address that is written wrong is kept like a number; one without @ was never meant as an address."""
    if "@" not in value:
        return MethodState.SKIPPED
    try:
        validate_email(value.strip())
    except ValidationError:
        return MethodState.INVALID
    return MethodState.EMAIL


class Method(Protocol):
    """What choosing a number needs to know of a contact method."""

    @property
    def type(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def is_primary(self) -> bool: ...
    @property
    def e164(self) -> str: ...
    @property
    def problem(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NumberForTexts:
    """The number a person's texts go to: the first found by priority, valid or not.

    `problem` is "" when it can be texted, NumberProblem.MISSING when there is none, else what is wrong with it.
    """

    type: str = ""
    value: str = ""
    e164: str = ""
    problem: str = NumberProblem.MISSING.value

    @property
    def is_missing(self) -> bool:
        return self.problem == NumberProblem.MISSING

    @property
    def type_label(self) -> str:
        return str(METHOD_LABELS.get(self.type, ""))


def choose_number(methods: Iterable[Method]) -> NumberForTexts:
    """Return the first number found; `methods` are in the order in which they were entered.

    Of two of one type the primary one counts, else the first entered. A value without any digit is no number.
    """
    found = [method for method in methods if method.type in _RANK and method.problem != SKIPPED]
    if not found:
        return NumberForTexts()
    first = min(found, key=lambda method: (_RANK[method.type], not method.is_primary))
    return NumberForTexts(first.type, first.value, first.e164, first.problem)
