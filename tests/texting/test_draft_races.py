"""A draft that is sent and discarded at once stays what its batch is made from."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.texting.conftest import ANA, make_draft
from tests.texting.test_sending_races import is_anybody_waiting_for_a_lock, wait_for
from texting import dispatch
from texting.models import Draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(people, rep, line, settings):
    settings.SECURE_SSL_REDIRECT = False
    return make_draft(rep, people.add("Ana Rivera", ANA), line=line, body="Hello")


def test_what_is_being_sent_is_not_discarded(draft, rep, line):
    answers = []

    def discard():
        client = Client()
        client.force_login(rep)
        answers.append(client.post(draft.get_absolute_url(), {"action": "discard", "sure": "1"}))
        connection.close()

    thread = threading.Thread(target=discard)
    with transaction.atomic():
        batch = dispatch.send_batch(rep, dispatch.Composed(draft, line, "Hello"))
        thread.start()
        wait_for(lambda: not thread.is_alive() or is_anybody_waiting_for_a_lock())
    thread.join(10)

    assert "This was sent already" in answers[0].content.decode()
    assert Draft.objects.get(pk=batch.draft_id) == draft
