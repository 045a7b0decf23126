"""Search text: how a value is stored to be found, and how what a person types becomes words to look for."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from texting.numbers import digits_of

if TYPE_CHECKING:
    from collections.abc import Iterable

# Letters that Unicode does not take apart into a letter and an accent.
_WHOLE_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘ʼ`´", ""))
_PHONE_LIKE = re.compile(r"[\d\s()+./#,;:\-‐‑‒–—−]*\d[\d\s()+./#,;:\-‐‑‒–—−]*")
# Fewer digits than this are pieces of several numbers rather than one number with spaces in it.
_ONE_NUMBER_DIGITS = 7
MAX_WORDS = 8


def fold(text: str) -> str:
    """Return `text` in lower case without accents, apostrophes and doubled spaces."""
    folded = text.translate(_APOSTROPHES)
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded.casefold())
        folded = "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_WHOLE_LETTERS)
    return " ".join(folded.casefold().split())


def search_words(query: str) -> list[str]:
    """Return the words that must all be found; parts of phone numbers as digits alone.

    "Núñez (612) 555-01" → ["nunez", "612", "55501"]; "+1 612 555 0134" → ["16125550134"].
    """
    query = query.replace("\x00", " ")
    if _PHONE_LIKE.fullmatch(query) and len(digits_of(query)) >= _ONE_NUMBER_DIGITS:
        return [digits_of(query)]
    words = (digits_of(word) if _PHONE_LIKE.fullmatch(word) else fold(word) for word in query.split())
    return list(dict.fromkeys(word for word in words if word))[:MAX_WORDS]


def search_text(values: Iterable[str], numbers: Iterable[tuple[str, str]]) -> str:
    """Return one string in which `search_words` are found: `values`, and (value as entered, E.164) of phone numbers."""
    words = []
    for value in values:
        words += [fold(value), *digit_words(value)]
    for value, e164 in numbers:
        entered, full = digits_of(value), digits_of(e164)
        words.append(full if entered in full else f"{entered} {full}".strip())
    return " ".join(word for word in words if word)


def digit_words(value: str) -> list[str]:
    """Return what `search_words` makes of the ids and numbers in `value` that are written with separators.

    "10-0231" → ["100231"]; "Driver 24/7" → ["247"]; "100231" → [].
    """
    words = [value] if _PHONE_LIKE.fullmatch(value) else value.split()
    written = [word for word in words if not word.isalnum() and _PHONE_LIKE.fullmatch(word)]
    return [digits_of(word) for word in written]


def place_text(*parts: str) -> str:
    """Return the words of an address with a space before each, so that what begins with " 554" can be looked for."""
    return "".join(f" {word}" for part in parts for word in fold(part).split())
