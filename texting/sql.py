"""Statements over a list of rows, where Django's ORM would need one each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2.extras import execute_values

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_values(statement: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Run a statement whose `VALUES %s` stands for `rows`, once; return what it returns. Raises Django's errors."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute_values(cursor.cursor, statement, rows, page_size=max(1, len(rows)))
        return cursor.cursor.fetchall() if cursor.cursor.description else []
