"""Where ZipWhip calls: 200 only for what is stored."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse

from tests.texting.conftest import make_line, message
from texting import arrivals, intake, line_hooks, lines
from texting.models import Text, WebhookEvent
from texting.providers.base import Account
from texting.seam import Owner
from texting.vocabulary import EventKind, LineState

pytestmark = pytest.mark.django_db


def url_of(line, secret=None, event="receive"):
    return reverse("texting:webhook", args=[line.pk, secret or line.reveal("webhook").reveal(), event])


def post(client, url, body=b'{"id": 1}', **headers):
    return client.post(url, data=body, content_type="application/json;charset=UTF-8", **headers)


def test_an_event_is_stored_raw_and_answered_200_without_signing_in(client, line):
    body = '{"id": 18446744073709551616, "body": "ünï \\ud800"}'.encode()

    response = post(client, url_of(line), body)

    event = WebhookEvent.objects.get()
    assert (response.status_code, response.content) == (200, b"")
    assert bytes(event.body) == body
    assert event.state == WebhookEvent.State.PENDING


def test_the_same_event_twice_is_stored_once_and_answered_200_twice(client, line):
    assert [post(client, url_of(line)).status_code for _ in range(2)] == [200, 200]
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize("secret", ["wrong", "x" * 43, "%00"])
def test_a_wrong_secret_is_404_and_stores_nothing(client, line, secret):
    assert post(client, url_of(line, secret)).status_code == 404
    assert not WebhookEvent.objects.exists()


def test_a_line_that_never_was_is_404_too(client, line):
    url = url_of(line).replace(f"/{line.pk}/", "/999999/")

    assert post(client, url).status_code == 404


def test_a_body_of_five_megabytes_is_refused_unread(client, line):
    assert post(client, url_of(line), b"x" * 5_000_000).status_code == 413
    assert not WebhookEvent.objects.exists()


def test_get_is_not_allowed(client, line):
    assert client.get(url_of(line)).status_code == 405


def test_a_host_that_asks_for_csrf_lets_the_provider_in(line):
    from django.test import Client

    assert post(Client(enforce_csrf_checks=True), url_of(line)).status_code == 200


def test_an_event_of_an_unknown_kind_is_kept(client, line, people, provider):
    assert post(client, url_of(line, event="somethingnew")).status_code == 200
    intake.take_in()

    assert WebhookEvent.objects.get().state == WebhookEvent.State.KEPT


def test_what_cannot_be_stored_is_never_answered_200(client, line, monkeypatch):
    def broken(*_):
        raise DatabaseError("down")

    monkeypatch.setattr(arrivals, "store", broken)

    assert post(client, url_of(line)).status_code == 503


def test_a_text_to_a_removed_line_is_still_taken_in(client, people, provider, db):
    line = make_line(state=LineState.REMOVED)

    assert post(client, url_of(line), json.dumps(message("+16125550134", "late", 5)).encode()).status_code == 200
    WebhookEvent.objects.update(next_try_at=WebhookEvent.objects.get().received_at - timedelta(seconds=1))
    intake.take_in()

    assert Text.objects.get().body == "late"


def test_the_address_names_the_event_and_holds_an_unguessable_secret(rep, people, provider, settings, monkeypatch):
    secrets = set()
    for number in ("+16125550101", "+16125550102"):
        monkeypatch.setattr(provider, "get_account", lambda _, number=number: Account(number))
        line = lines.connect(rep, lines.Credentials(Owner("desk", 1), number, number.removeprefix("+"), "a password"))
        url = line_hooks.webhook_url(line, EventKind.PROGRESS)
        assert url.startswith(f"{settings.PUBLIC_URL}/texting/webhooks/{line.pk}/")
        assert url.endswith("/progress")
        secrets.add(url.split("/")[-2])

    assert len(secrets) == 2
    # 43 letters of base64 are 256 bits.
    assert all(re.fullmatch(r"[\w-]{43,}", secret) for secret in secrets)
