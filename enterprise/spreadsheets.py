"""CSV for people who open it in a spreadsheet: what somebody typed must not become a formula there."""

from __future__ import annotations

import csv
import unicodedata
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STARTS = frozenset("=+-@")


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
    """Rows as a file to download, written as they come. Cells are as they are: `plain_cell` is the caller's."""
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    """A file for csv.writer that hands each line on."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The mark tells spreadsheets that it is UTF-8.
    yield "\ufeff"
    for row in rows:
        yield str(writer.writerow(row))
