"""How many billed parts a text needs, and the small repairs to a body before it is counted and sent.

The alphabet is GSM 7 bit of 3GPP TS 23.038; national shift tables are not used in the US and Canada.
texting/static/js/segments.js counts by the same rules: change both, the tests compare them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = "\f^{}\\[~]|€"

GSM_UNITS, GSM_UNITS_OF_A_PART = 160, 153
UCS_UNITS, UCS_UNITS_OF_A_PART = 70, 67

_GSM = frozenset(GSM_BASIC + GSM_EXTENSION)
_TWO_SEPTETS = frozenset(GSM_EXTENSION)


@dataclass(frozen=True)
class Segments:
    """`units` are septets in GSM-7 and UTF-16 units in UCS-2; `characters` are code points."""

    units: int
    encoding: Literal["GSM-7", "UCS-2"]
    segment_count: int
    characters: int
    bytes_utf8: int


def count_segments(body: str) -> Segments:
    """Count what `body`, as it stands, will cost. An empty body has no segment.

    A two-septet character or a surrogate pair is not split over two parts; graphemes of several code points may be.
    """
    if _GSM.issuperset(body):
        sizes = [2 if one in _TWO_SEPTETS else 1 for one in body]
        encoding: Literal["GSM-7", "UCS-2"] = "GSM-7"
        whole, part = GSM_UNITS, GSM_UNITS_OF_A_PART
    else:
        sizes = [2 if one > "\uffff" else 1 for one in body]
        encoding, whole, part = "UCS-2", UCS_UNITS, UCS_UNITS_OF_A_PART
    units = sum(sizes)
    segment_count = min(units, 1) if units <= whole else _count_parts(sizes, part)
    return Segments(units, encoding, segment_count, len(body), len(body.encode("utf-8", "surrogatepass")))


def _count_parts(sizes: list[int], part: int) -> int:
    count, used = 1, 0
    for size in sizes:
        if used + size > part:
            count, used = count + 1, 0
        used += size
    return count


_LINE_ENDS = {"\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " "}
_CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in {"\n", *_LINE_ENDS}]
_BYTE_ORDER_MARK = "\ufeff"  # invisible, often pasted, and it alone would turn a text to UCS-2
_REPAIRS = str.maketrans({**dict.fromkeys([*_CONTROLS, _BYTE_ORDER_MARK], ""), **_LINE_ENDS})


def normalise_body(raw: str) -> str:
    r"""Return `raw` as it is counted, stored and sent.

    Every line end becomes \n, a tab a space. Other control characters, byte order marks and halves of surrogate pairs
    are removed: no phone shows them, PostgreSQL takes no NUL. NFC, because e + combining accent would turn the text to
    UCS-2. White space at the end is stripped. Normalising twice changes nothing.
    """
    body = raw.replace("\r\n", "\n").replace("\r", "\n").translate(_REPAIRS)
    body = body.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return unicodedata.normalize("NFC", body).rstrip()
