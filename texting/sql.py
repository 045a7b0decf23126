"""Statements that Django's ORM cannot say, or would say once a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2.extras import execute_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

Rows = list[tuple[Any, ...]]


def run(statement: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> Rows:
    """Run a statement; return the rows it returns, [] for none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def run_values(statement: str, rows: Sequence[tuple[Any, ...]]) -> Rows:
    """Run a statement whose `VALUES %s` stands for `rows`, once. Raises Django's errors."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute_values(cursor.cursor, statement, rows, page_size=max(1, len(rows)))
        return cursor.cursor.fetchall() if cursor.cursor.description else []


def database_now() -> datetime:
    """The database's clock, by which texts are due."""
    ((now,),) = run("SELECT statement_timestamp()")
    moment: datetime = now
    return moment
