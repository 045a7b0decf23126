"""Bytes of a CSV file to rows of text; knows encodings and separators, and nothing of people."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MEBIBYTES = 20
MAX_BYTES = MAX_MEBIBYTES * 1024 * 1024
SEPARATORS = (",", ";")
# Nothing that is written as text holds these; a picture, a spreadsheet or an archive soon does.
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_BINARY_SAMPLE_BYTES = 4096
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(Exception):
    """The file as a whole, or from a line on, is not what can be imported; says so in words for a person."""

    def __init__(self, words: str, *, line_number: int = 1) -> None:
        super().__init__(words)
        self.words = words
        self.line_number = line_number


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`header` as written; `rows` without blank ones."""

    header: list[str]
    rows: list[Row]


def read_sheet(content: bytes) -> Sheet:
    """Raises UnreadableFile."""
    text = decode(content)
    header_line = text.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=header_line.count)
    rows = list(_rows(text, separator))
    if not rows:
        raise UnreadableFile(_("The file is empty."))
    return Sheet(header=rows[0].cells, rows=rows[1:])


def too_large_words() -> str:
    return _("The file has more than %(limit)s MB. Split it into smaller ones.") % {"limit": MAX_MEBIBYTES}


def decode(content: bytes) -> str:
    """Return the text of UTF-8, with or without a byte order mark, else of Windows-1252."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile(too_large_words())
    if not content.strip():
        raise UnreadableFile(_("The file is empty."))
    if content.startswith(_UTF_16_MARKS):
        raise UnreadableFile(_("The file is in UTF-16 (“Unicode text”). Save it as “CSV UTF-8” and try again."))
    if content.startswith(b"PK") or _BINARY.search(content[:_BINARY_SAMPLE_BYTES]):
        raise UnreadableFile(_("This is not a CSV file. In a spreadsheet, save it as “CSV UTF-8” and try again."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_windows(content)


def _decode_windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line_number = content.count(b"\n", 0, error.start) + 1
        words = _("The file is neither in UTF-8 nor in Windows-1252. Save it as “CSV UTF-8” and try again.")
        raise UnreadableFile(words, line_number=line_number) from error


def _rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(number, cells)
            number = reader.line_num + 1
    except csv.Error as error:
        words = _(
            "From this line on the file cannot be read: a quotation mark is not closed, or a cell is far too long."
        )
        raise UnreadableFile(words, line_number=number) from error
