"""What an error quotes is masked before it is written, and no text makes a line of its own."""

import io
import json
import logging
import sys

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
        ("text 123456789012 sent at 2026-11-22T14:02:09+00:00", "text 123456789012 sent at 2026-11-22T14:02:09+00:00"),
    ],
)
def test_numbers_secrets_and_refused_rows_are_masked(written, masked):
    assert mask(written) == masked


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
