"""Phone numbers as ZipWhip spelled them. Inside the sandbox a number is always E.164."""

import re

NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")

_CANADIAN = """
204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 438 450 460 468 474 506
514 519 537 548 568 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879
902 905 942
"""
CANADIAN_AREA_CODES = frozenset(_CANADIAN.split())


def find_number(written: str) -> str | None:
    """Return 10 digits, +1 and 10 digits, or either after "ptn:/", as E.164; None for any other spelling.

    Strict on purpose: a "+" that was not percent-encoded arrives as a space, and is refused so that it is noticed.
    """
    bare = written.removeprefix("ptn:/")
    if re.fullmatch(r"\+\d{8,15}", bare):
        return bare
    if re.fullmatch(r"\d{10}", bare):
        return f"+1{bare}"
    return None


def is_textable(number: str) -> bool:
    """Tell whether a carrier could exist for this E.164 number: North American, with legal area code and exchange."""
    return number.startswith("+1") and NORTH_AMERICAN.fullmatch(number[2:]) is not None


def is_canadian(number: str) -> bool:
    return number.startswith("+1") and number[2:5] in CANADIAN_AREA_CODES


def ten_digits(number: str) -> str:
    return number.removeprefix("+1")


def for_people(number: str) -> str:
    """Return "(612) 555-0134"; a number from elsewhere stays as it is."""
    digits = ten_digits(number)
    if len(digits) != 10 or not digits.isdigit():
        return number
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def masked(number: str) -> str:
    """Return the last four digits, all that a log may hold."""
    return f"...{number[-4:]}"
