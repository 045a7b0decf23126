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
# As we write it ourselves; the sum of nothing and a number harms nobody.
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def plain_cell(cell: str) -> str:
    """`cell` with an apostrophe before it where a spreadsheet would take it for a formula.

    That is by its first visible character, the full-width forms of which count too; and when it begins with a tab or a
    line break, which may end a cell (OWASP, CSV injection; ASVS 5.0, 1.2.10).
    """
    visible = next((one for one in unicodedata.normalize("NFKC", cell) if not _is_blank(one)), "")
    return f"'{cell}" if visible in _STARTS or cell[:1] in ("\t", "\r", "\n") else cell


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Mn")


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
