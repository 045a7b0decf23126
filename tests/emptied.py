"""The database as it is before any test, given back after one that commits.

Django's flush truncates a hundred tables, nearly all of them empty, and makes all permissions and roles anew; that took
longer than most tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import connection
from django.test import TransactionTestCase

# What migrating fills, and no test is likely to change.
FILLED = ("django_content_type", "auth_permission", "auth_group", "auth_group_permissions")
KEPT = ("django_migrations", *FILLED)


@contextmanager
def quickly(filled: list[Any]) -> Iterator[None]:
    """`filled` is what migrating has filled."""
    flush = TransactionTestCase._fixture_teardown

    def give_back(case: Any) -> None:
        nonlocal filled
        if what_is_filled() == filled:
            _empty_the_others()
        else:
            flush(case)
            filled = what_is_filled()

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", give_back):
        yield


def what_is_filled() -> list[Any]:
    hash_of = "(SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {} t)"
    hashes = ", ".join(map(hash_of.format, FILLED))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {hashes}")
        return list(cursor.fetchone())


def _empty_the_others() -> None:
    tables = [name for name in connection.introspection.table_names() if name not in KEPT]
    rows = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(rows)
        written = [name for (name,) in cursor.fetchall()]
        # Without triggers, those that keep what was written included.
        deletes = "; ".join(f"DELETE FROM {name}" for name in written)  # noqa: S608
        cursor.execute(f"SET session_replication_role = replica; {deletes}; SET session_replication_role = origin")
