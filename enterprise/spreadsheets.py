"""CSV for people who open it in a spreadsheet: what somebody typed must not become a formula there."""

from __future__ import annotations

import csv
import re
import unicodedata
from typing import TYPE_CHECKING, TextIO

from django.http import StreamingHttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STARTS = frozenset("=+-@")
# What ends a cell in one country or another: where it is ";", csv.writer's quotes do not guard what they are around.
_SEPARATORS = re.compile("([,;\t\r\n])")
# As we write it ourselves; the sum of nothing and a number harms nobody.
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def plain_cell(cell: str) -> str:
    """`cell` with an apostrophe before whatever of it a spreadsheet would take for a formula.

    That is by the first visible character, the full-width forms of which count too, of the cell and of what follows a
    separator in it, with which a cell may begin; and a cell that begins with a tab or a line break (OWASP, CSV
    injection; ASVS 5.0, 1.2.10).
    """
    plain = "".join(map(_plain_part, _SEPARATORS.split(cell)))
    return f"'{plain}" if cell[:1] in ("\t", "\r", "\n") else plain


def _plain_part(part: str) -> str:
    visible = next((one for one in unicodedata.normalize("NFKC", part) if not _is_skipped(one)), "")
    return f"'{part}" if visible in _STARTS else part


def _is_skipped(character: str) -> bool:
    """A quotation mark too: it may open the cell that the separator before it began."""
    return character == '"' or character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Mn")


def csv_download(name: str, rows: Iterable[Iterable[str]]) -> StreamingHttpResponse:
    """Rows as a file to download, written as they come."""
    response = StreamingHttpResponse(_marked(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def write_csv(rows: Iterable[Iterable[str]], out: TextIO) -> None:
    """With the line ends of the machine's own tools."""
    for line in _lines(rows):
        out.write(line.removesuffix("\r\n") + "\n")


class _Echo:
    """A file for csv.writer that hands each line on."""

    def write(self, line: str) -> str:
        return line


def _marked(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    # The mark tells spreadsheets that it is UTF-8.
    yield "\ufeff"
    yield from _lines(rows)


def _lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The one place that writes cells, whoever typed them."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield str(writer.writerow([cell if _E164.fullmatch(cell) else plain_cell(cell) for cell in row]))
