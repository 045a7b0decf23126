"""The addresses that probes ask."""

import pytest
from django.db import DatabaseError, connection


def test_healthz_asks_nothing_of_the_database_and_no_sign_in(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_says_whether_the_database_answers(client, monkeypatch):
    assert client.get("/readyz").json() == {"database": "ok"}

    def down():
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "cursor", down)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"database": "unreachable"})
