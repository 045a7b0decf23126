"""What an error quotes is masked before it is written, and no text makes a line of its own."""

import io
import json
import logging
import random
import re
import sys
import uuid
from datetime import UTC, datetime
from itertools import product
from urllib.parse import quote, quote_plus

import pytest

from texting.logs import JsonFormatter, Mask, mask


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("to +16125550134 now", "to +***0134 now"),
        ("Key (number)=(+16125550134) already exists", "Key (number)=(+***0134) already exists"),
        ("/texting/webhooks/7/s3cr3t/receive", "/texting/webhooks/7/***/receive"),
        ("ERROR\nDETAIL:  Failing row contains (7, Hi (Ana).\nGate B, null).\n", "ERROR\nDETAIL:  ***"),
        ("DETAIL:  (Hi)\n\nThe above exception was", "DETAIL:  ***\n\nThe above exception was"),
        ("to 6125550134.", "to ***0134."),
        ("Key (username)=(16125550134) already", "Key (username)=(***0134) already"),
        ("'(612) 555-0134' 612-555-0134, 1 612.555.0134", "'***0134' ***0134, ***0134"),
        ("event 4294967 in 0.6125550134 s at 1795432109", "event 4294967 in 0.6125550134 s at 1795432109"),
        ("2f1e6125550134aa 6125550134.5 2026-11-22", "2f1e6125550134aa 6125550134.5 2026-11-22"),
    ],
)
def test_numbers_secrets_and_refused_rows_are_masked(written, masked):
    assert mask(written) == masked


def ways_to_type_a_number():
    countries = ["", "1", "+1", "1-", "+1-", "+1.", "+1 ", "1 ", "001 ", "+1/", "+\xa01\xa0"]
    areas = ["612", "(612)", " 612 ", "( 612 )"]
    between = ["", "-", ".", " ", " - ", "/", " / ", "\u2013", " \u2013 ", "\u2011", "\xa0", "\u202f"]
    after = ["", ".", ", 7", "x12", " x12", " ext. 12", "ext12", "#12"]
    for country, area, gap, extension in product(countries, areas, between, after):
        typed = f"{country}{area}{gap}555{gap}0134{extension}"
        yield from (typed, quote(typed), quote_plus(typed))


def test_a_number_is_masked_however_it_is_typed():
    masked = {typed: mask(f"value={typed} refused") for typed in ways_to_type_a_number()}

    assert [typed for typed, written in masked.items() if "555" in written or "0134" not in written] == []


@pytest.mark.parametrize(
    "escaped", [repr, json.dumps, lambda typed: repr(json.dumps(typed)), lambda typed: ascii([typed])]
)
@pytest.mark.parametrize("before", ["", "\n", "\t", "\r\n", "\xa0", "\u202a", "Ana\n", "\n-"])
def test_a_number_is_masked_in_what_is_written_with_escapes(escaped, before):
    between = ["", "-", "\t", "\xa0", "\u00a0-\u00a0", "\u202f", "\u2011", "\u2212"]
    typed = [before + f"{start}612{gap}555{gap}0134" for start, gap in product(["", "1-", "+1\xa0", "("], between)]
    masked = {one: mask(f"value={escaped(one)} refused") for one in typed}

    assert [one for one, written in masked.items() if "555" in written or "0134" not in written] == []


def test_a_number_is_masked_in_bytes():
    assert "555" not in mask(repr("612\u202f555\u202f0134 612\xa0555\xa00134".encode()))


@pytest.mark.parametrize(
    "typed",
    [
        *("612_555_0134", "612,555,0134", "612*555*0134", "*612-555-0134*", "-6125550134", "--612-555-0134"),
        *("006125550134", "0116125550134", "011 612 555 0134", "number_6125550134", "612-555-0134_photo.jpg"),
    ],
)
def test_a_number_is_masked_between_unusual_characters(typed):
    masked = mask(f"value={typed} refused")

    assert ("555" in masked, "0134" in masked) == (False, True)


@pytest.mark.parametrize(
    "typed",
    ["+525512345678", "+52\\xa055\\u00a01234\\t5678", "+52 55 1234 5678", "+44 (20) 7946-0958", "%2B49%2030%201234567"],
)
def test_a_number_of_another_country_is_masked_when_it_says_so(typed):
    assert not re.search("7946|1234", mask(f"value={typed} refused"))


@pytest.mark.parametrize(
    "written",
    [
        "text 123456789012 sent at 2026-11-22T14:02:09+00:00",
        "at+2026-11-22 and 2026-11-22 14:02:09,555 +0100, 22/Nov/2026:14:02:09 +0000, 11/22/2026",
        "212.155.101.34:5432 and 203.0.113.77, 2001:db8::612:555:134",
        "event 4294967 in 0.6125550134 s at 1795432109 (1795432109123 ms, 1795432109.555)",
        "batches 612, 555 and 1234 of line 555; 612 texts, 55501 people",
        "batches [612, 555, 1234], texts {612: 555, 555: 1234}, 2345-555-0134",
        "2f1e6125550134aa, 6f9619ff-8b86-4011-b42d-006125550134",
        "6f9619ff-8b86-4011-b42d-00cf4fc964ff, 61255501-3455-4012-8345-612555013455",
        "sha 6125550134abcdef, size 6125550134.5, 5% of 6125550",
        "LINE 1: INSERT INTO texting_text VALUES (12, 345, 6789)",
    ],
)
def test_what_is_no_number_of_a_person_is_written_as_it_is(written):
    assert mask(written) == written


def test_no_id_made_by_chance_is_taken_for_a_number():
    chance = random.Random(7)  # noqa: S311 - repeats a run, guards nothing
    ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(5000)]
    times = [datetime.fromtimestamp(chance.randrange(1_600_000_000, 1_999_999_999), UTC) for _ in range(5000)]
    written = "\n".join([*ids, *map(str, times), *(str(time.timestamp()) for time in times)])

    assert mask(written) == written


@pytest.mark.parametrize("formatter", [JsonFormatter(), logging.Formatter("%(levelname)s %(message)s")])
def test_a_traceback_is_masked_and_a_text_forges_no_line(formatter):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    handler.addFilter(Mask())
    try:
        raise ValueError("Key (number)=(+16125550134)")
    except ValueError:
        record = logging.LogRecord("test", logging.ERROR, "", 0, "line %s", ("1\nERROR forged",), sys.exc_info())
    handler.handle(record)

    assert "6125550134" not in out.getvalue()
    assert "0134" in out.getvalue()
    if isinstance(formatter, JsonFormatter):
        (line,) = out.getvalue().splitlines()
        assert json.loads(line)["message"] == "line 1\nERROR forged"


@pytest.mark.django_db
def test_an_error_is_mailed_to_nobody(client, settings, mailoutbox, monkeypatch):
    settings.ADMINS = [("Ada", "ada@example.com")]
    settings.SECURE_SSL_REDIRECT = False
    client.raise_request_exception = False
    monkeypatch.setattr("enterprise.users.backends.GuessingBackend.authenticate", lambda *_, **__: 1 / 0)
    answer = client.post("/sign-in/", {"username": "riya", "password": "a canary"})

    assert (answer.status_code, mailoutbox) == (500, [])


def test_a_secret_of_a_fixture_that_is_logged_is_heard(canaries):
    try:
        raise ValueError("session of line 7")
    except ValueError:
        logging.getLogger("texting.anything").exception("could not sign in")

    (found,) = canaries.found
    canaries.found.clear()
    assert found.startswith("'session of line 7' logged by texting.anything in tests/security/test_logs.py")


@pytest.mark.parametrize("name", ["texting.anything", "enterprise"])
@pytest.mark.parametrize("number", ["+16125550134", "+525512345678", "(612) 555-0100", "16125550100"])
def test_a_full_number_that_we_log_ourselves_is_heard_though_it_is_masked(canaries, name, number):
    logging.getLogger(name).info("to %s", number)

    (found,) = canaries.found
    canaries.found.clear()
    assert f"logged by {name} in" in found


def test_what_we_log_of_a_number_is_its_end_and_what_others_quote_of_it_is_masked(canaries):
    logging.getLogger("texting.anything").info("text 7 to ***0134, due at 2026-11-22T14:02:09+00:00")
    logging.getLogger("django.request").error("Not found: /people/+16125550134/")
    try:
        raise ValueError("Key (number)=(+16125550134)")
    except ValueError:
        logging.getLogger("texting.anything").exception("event 7 could not be taken in")

    assert not canaries.found
