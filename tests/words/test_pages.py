"""No page says what cannot be translated: each is read in a language whose every marked text is in brackets."""

from __future__ import annotations

import re
import zoneinfo

import pytest
from django.db import transaction

from tests.signed_in import client_of
from tests.words.addresses import PAGES, address
from tests.words.pseudo import spoken, unmarked
from tests.words.world import World

# What is the same in every language: names, codes, time zones, and what stands for Latin letters that were typed.
# "Total forms" and "Key" are hidden fields, which nobody can leave out on a page.
NAMES = re.compile(
    r"\b(Total forms|Initial forms|Key|Enterprise|ZipWhip|UNSTOP|STOP|GSM-7|UCS-2|CST|CDT|UTC)\b"
    r"|English|Español|Français|\{\w+\}"
)
ZONES = {zone.replace("_", " ") for zone in zoneinfo.available_timezones()} | {"America/Chicago"}


@pytest.fixture
def world(db):
    return World()


def left(response):
    if response.status_code >= 500:
        return [f"answers {response.status_code}"]
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return []
    texts = [text for text in unmarked(response.content.decode()) if text not in ZONES]
    return [text for text in texts if re.search("[A-Za-z]{2,}", NAMES.sub("", text))]


def asked(client, path, data=None, **options):
    """Whatever it changes is undone, so that the next page finds the same firm."""
    with transaction.atomic():
        call = client.get if data is None else client.post
        response = call(path, data, headers={"Accept-Language": "fr", **options}, follow=True)
        transaction.set_rollback(True)
    return response


def test_no_page_says_anything_unmarked(world):
    found = {}
    with spoken():
        for name, arguments in PAGES:
            path = address(name, arguments, world)
            client = client_of(world.ada)  # anew, for one of the pages signs out
            client.raise_request_exception = False
            answers = {
                "": asked(client, path),
                " in the dialog": asked(client, path, **{"HX-Request": "true"}),
                " posted empty": asked(client, path, {}),
            }
            found |= {name + how: words for how, answer in answers.items() if (words := left(answer))}

    assert found == {}
