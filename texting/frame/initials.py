"""Initials and a colour for people without a photo, in any script."""

import unicodedata
import zlib

TINTS = 5
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
# Keeps letters of joining scripts (Arabic) apart, so that two initials do not become one shape.
_APART = "\u200c"


def initials(name: str) -> str:
    """First letters of the first and the last word: "Mohamed Abdi Warsame" is "MW", "Rivera, Ana" is "AR".

    Empty when there is no letter in it, as in a phone number.
    """
    words = [word for word in _in_spoken_order(name).split() if word.strip(".").lower() not in _SUFFIXES]
    letters = [letter for letter in map(_first_letter, words) if letter]
    if len(letters) < 2:
        return "".join(letters)
    return _APART.join(_joins(letters[0], letters[-1]))


def tint(name: str) -> int:
    """1 to 5, always the same for the same name."""
    return zlib.crc32(unicodedata.normalize("NFC", name).casefold().encode()) % TINTS + 1


def _in_spoken_order(name: str) -> str:
    before, comma, after = name.partition(",")
    if not comma or after.strip().strip(".").lower() in _SUFFIXES:
        return before
    return f"{after} {before}"


def _first_letter(word: str) -> str:
    """The first letter with the marks that belong to it, in capitals where the script has them."""
    word = unicodedata.normalize("NFC", word)
    for start, character in enumerate(word):
        if character.isalpha():
            end = start + 1
            while end < len(word) and unicodedata.category(word[end]).startswith("M"):
                end += 1
            upper = character.upper()
            return (upper if len(upper) == 1 else character) + word[start + 1 : end]
    return ""


def _joins(first: str, last: str) -> tuple[str, ...]:
    if unicodedata.bidirectional(first[0]) == "AL":
        return (first, last)
    return (first + last,)
