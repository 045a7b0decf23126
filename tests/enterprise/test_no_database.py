"""Pages while PostgreSQL is down or frozen, and what web leaves behind there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from psycopg2 import extensions

from enterprise.patience import Patience
from tests.free_ports import free_port
from tests.sandbox.rig import wait_until

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(as_user, riya):
    client = as_user(riya)
    client.raise_request_exception = False
    return client


@contextmanager
def served_by(port):
    """Whatever listens there is the database, or nothing is."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT=port)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextmanager
def frozen():
    """It takes connections, as the kernel does for it, and never says a word."""
    extensions.set_wait_callback(Patience(0.3))
    try:
        with socket.create_server(("127.0.0.1", 0)) as silent, served_by(silent.getsockname()[1]):
            yield
    finally:
        extensions.set_wait_callback(None)


@pytest.mark.parametrize("database", [lambda: served_by(free_port()), frozen], ids=["down", "frozen"])
@pytest.mark.parametrize("path", ["/employees/", "/texting/inbox/"])
def test_a_page_says_that_it_is_for_a_while_and_when_to_try_again(signed_in, database, path):
    with database():
        answer = signed_in.get(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "cannot answer right now" in answer.text


def test_a_connection_that_is_cut_under_a_page_says_so_too(signed_in):
    with connection.cursor() as cursor, psycopg2.connect(**connection.get_connection_params()) as other:
        cursor.execute("SELECT pg_backend_pid()")
        other.cursor().execute("SELECT pg_terminate_backend(%s)", cursor.fetchone())
    try:
        assert signed_in.get("/employees/").status_code == 503
    finally:
        connection.close()


def test_another_error_is_still_an_error_of_ours(signed_in, monkeypatch):
    monkeypatch.setattr("enterprise.employees.views.EmployeeList.get", lambda *_, **__: 1 / 0)

    answer = signed_in.get("/employees/")

    assert (answer.status_code, "on our side" in answer.text) == (500, True)


def test_postgresql_ends_a_statement_whose_asker_has_gone():
    asker = psycopg2.connect(**connection.get_connection_params())
    asking = threading.Thread(target=sleep_long, args=[asker])
    asking.start()
    wait_until(lambda: sleeper_count() == 1)
    with socket.socket(fileno=os.dup(asker.fileno())) as cut:
        cut.shutdown(socket.SHUT_RDWR)

    wait_until(lambda: sleeper_count() == 0)
    asking.join(10)


def sleep_long(asker) -> None:
    with suppress(psycopg2.Error):
        asker.cursor().execute("SELECT pg_sleep(31)")


def sleeper_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(31)' AND state = 'active'")
        return cursor.fetchone()[0]


def test_options_in_the_address_come_after_ours_and_replace_none_of_the_others():
    address = "postgres://nobody@127.0.0.1:1/none?options=-c%20idle_in_transaction_session_timeout%3D2000"
    ask = "from enterprise.settings import DATABASES; print(DATABASES['default']['OPTIONS']['options'])"
    environment = {**os.environ, "DATABASE_URL": address}

    said = subprocess.run([sys.executable, "-c", ask], cwd=PROJECT, env=environment, capture_output=True, text=True)

    first, second, third = said.stdout.strip().removeprefix("-c ").split(" -c ")
    assert (first, third) == (
        "idle_in_transaction_session_timeout=30000",
        "idle_in_transaction_session_timeout=2000",
    )
    assert second.startswith("client_connection_check_interval=")
