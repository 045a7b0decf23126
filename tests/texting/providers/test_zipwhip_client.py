"""ZipWhip's client: what goes over the wire, and what each answer proves. The wire is played by `responses`."""

import logging
import traceback
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import requests
import responses
import urllib3

from tests.texting.providers.rig import (
    ACCEPTED,
    ANA,
    BODY,
    LINE,
    MESSAGE_ID,
    PASSWORD,
    SECRETS,
    SESSION,
    URL,
    USER,
    envelope,
    refusal,
)
from texting.errors import (
    LineProblem,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Refused,
    SessionLost,
    TooLarge,
    WrongPlace,
)
from texting.providers import get_provider
from texting.providers.base import Hook
from texting.providers.zipwhip.client import ZipWhip, login_name
from texting.vocabulary import EventKind, PauseReason, Reason, StopCause

SEND_FORM = {"session": SESSION, "contacts": ANA, "body": BODY}
USERNAME = "16125550100"
REFUSED_CONNECTION = urllib3.exceptions.NewConnectionError(None, "refused")


@pytest.fixture
def zipwhip():
    return ZipWhip(URL, app_url="https://app.zipwhip.test")


@pytest.fixture
def wire():
    with responses.RequestsMock() as wire:
        yield wire


def answer(wire, path, body=b"", *, status=200, headers=None):
    wire.post(f"{URL}/{path}", body=body, status=status, headers=headers)


def forms(wire):
    """Every request as (path, form), after checking that it is a form POST with nothing in its address."""
    seen = []
    for call in wire.calls:
        request = call.request
        assert request.method == "POST"
        assert "?" not in request.url
        assert not [secret for secret in SECRETS if secret in request.url]
        assert request.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
        form = parse_qs(request.body.decode(), keep_blank_values=True, strict_parsing=True)
        seen.append((request.url.removeprefix(f"{URL}/"), {name: value for name, (value,) in form.items()}))
    return seen


def failure(call, *arguments, **named):
    with pytest.raises(ProviderError) as caught:
        call(*arguments, **named)
    return caught.value


def send(zipwhip):
    return zipwhip.send(SESSION, to=ANA, body=BODY)


# Logging in


@pytest.mark.parametrize(
    ("username", "sent"),
    [
        ("16125550100", "6125550100"),
        ("6125550100", "6125550100"),
        ("17875550100", "7875550100"),
        ("18005550100", "8005550100"),
        ("14165550100", "+14165550100"),
        ("4165550100", "+14165550100"),
        ("riya@16125550100", "riya@6125550100"),
        ("riya@14165550100", "riya@+14165550100"),
        ("riya@firm.test@16125550100", "riya@firm.test@6125550100"),
        ("(612) 555-0100", "6125550100"),
        ("442079460018", "+442079460018"),
        ("riya@firm.test", "riya@firm.test"),
    ],
)
def test_a_username_is_written_as_zipwhip_knows_it(username, sent):
    assert login_name(username) == sent


def test_login_posts_a_form_and_returns_the_key(zipwhip, wire):
    answer(wire, "user/login", envelope(SESSION, sessions=None))

    assert zipwhip.login("14165550100", PASSWORD).key == SESSION
    assert forms(wire) == [("user/login", {"username": "+14165550100", "password": PASSWORD})]
    # A bare + would arrive as a space.
    assert b"username=%2B14165550100" in wire.calls[0].request.body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (refusal(), 200),
        (envelope("Invalid login", success=False), 200),
        (envelope({"desc": "Invalid login"}, success=False), 200),
        (refusal(-703), 200),
        (b"<html>Unauthorized</html>", 401),
        (b"", 403),
        (refusal(), 400),
    ],
)
def test_a_no_at_login_is_a_wrong_password(zipwhip, wire, body, status):
    answer(wire, "user/login", body, status=status)
    error = failure(zipwhip.login, "16125550100", PASSWORD)

    assert isinstance(error, LineProblem)
    assert error.reason is PauseReason.WRONG_PASSWORD
    assert forms(wire) == [("user/login", {"username": "6125550100", "password": PASSWORD})]


@pytest.mark.parametrize(
    ("body", "status", "headers"),
    [
        (b"oops", 500, {}),
        (b"", 302, {"Location": "https://elsewhere.test/"}),
        (b"<html>hi</html>", 200, {}),
        (envelope(None), 200, {}),
        (envelope(""), 200, {}),
        (envelope({"session": SESSION}), 200, {}),
        (envelope("two words " + SESSION), 200, {}),
        (refusal(-855), 200, {}),
        (refusal(-704), 200, {}),
        (b"", 429, {"Retry-After": "3"}),
        (b"", 404, {}),
    ],
)
def test_an_unclear_login_says_nothing_about_the_password(zipwhip, wire, body, status, headers):
    answer(wire, "user/login", body, status=status, headers=headers)

    assert type(failure(zipwhip.login, "16125550100", PASSWORD)) in (NotSent, WrongPlace)
    assert len(wire.calls) == 1


# The session


@pytest.mark.parametrize(
    "body", [USER, envelope({"user": {"mobileNumber": LINE}}), envelope({"mobileNumber": LINE[2:]})]
)
def test_the_account_is_the_lines_number_in_e164(zipwhip, wire, body):
    answer(wire, "user/get", body)

    assert zipwhip.get_account(SESSION).number == LINE
    assert forms(wire) == [("user/get", {"session": SESSION})]


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (refusal(), 200, SessionLost),
        (envelope({"desc": "Session is invalid"}, success=False), 200, SessionLost),
        (b"", 401, SessionLost),
        (b"", 403, LineProblem),
        (refusal(-855), 200, NotSent),
        (b"", 500, NotSent),
        (b"{", 200, NotSent),
        (envelope({"user": {}}), 200, NotSent),
        (envelope(None), 200, NotSent),
    ],
)
def test_whether_a_session_is_alive(zipwhip, wire, body, status, kind):
    answer(wire, "user/get", body, status=status)

    assert type(failure(zipwhip.get_account, SESSION)) is kind
    assert forms(wire) == [("user/get", {"session": SESSION})]


def test_a_forbidden_account_is_suspended(zipwhip, wire):
    answer(wire, "user/get", status=403)

    assert failure(zipwhip.get_account, SESSION).reason is PauseReason.SUSPENDED


@pytest.mark.parametrize("body", [envelope(None), refusal()])
def test_logging_out_twice_is_no_error(zipwhip, wire, body):
    answer(wire, "user/logout", body)
    zipwhip.logout(SESSION)

    assert forms(wire) == [("user/logout", {"session": SESSION})]


# Sending


@pytest.mark.parametrize(
    "body",
    [
        ACCEPTED,
        envelope({"id": int(MESSAGE_ID), "status": "queued"}),
        envelope({"root": MESSAGE_ID, "tokens": []}),
        envelope({"root": "9", "fingerprint": None, "tokens": [{"message": int(MESSAGE_ID)}], "class": "x.Response"}),
    ],
)
def test_a_text_that_was_taken_has_an_id(zipwhip, wire, body):
    answer(wire, "message/send", body)

    assert send(zipwhip).provider_id == MESSAGE_ID
    assert forms(wire) == [("message/send", SEND_FORM)]


REFUSALS = [
    (-1234, Reason.OPTED_OUT),
    (-801, Reason.SPAM),
    (-704, Reason.REFUSED),
    (-703, Reason.REFUSED),
    (-700, Reason.REFUSED),
    (-394, Reason.TOO_LONG),
    (-124, Reason.NOT_TEXTABLE),
    (-4711, Reason.REFUSED),
    (5, Reason.UNREACHABLE),
]


@pytest.mark.parametrize(("code", "reason"), REFUSALS)
def test_a_code_refuses_the_text_for_a_reason(zipwhip, wire, code, reason):
    answer(wire, "message/send", refusal(code))
    error = failure(send, zipwhip)

    assert isinstance(error, Refused)
    assert (error.reason, error.provider_code) == (reason, str(code))
    assert forms(wire) == [("message/send", SEND_FORM)]


@pytest.mark.parametrize(
    "body",
    [
        envelope({"statusCode": "-124", "desc": "no"}, success=False),
        envelope({"errorCode": -124, "errorDesc": "no"}, success=False),
        envelope({"code": -124, "statusDesc": "no"}, success=False),
        envelope("no", success=False, statusCode=-124),
        envelope(None, success=False, errorCode=-124),
        envelope(["no"], success=False, statusCode="-124"),
    ],
)
def test_the_code_is_found_wherever_it_stands(zipwhip, wire, body):
    answer(wire, "message/send", body)

    assert failure(send, zipwhip).reason is Reason.NOT_TEXTABLE


def test_a_code_in_an_http_error_refuses_too(zipwhip, wire):
    answer(wire, "message/send", refusal(-703), status=400)

    assert isinstance(failure(send, zipwhip), Refused)
    assert len(wire.calls) == 1


NOTHING_LEFT = [
    (refusal(-855), 200, {}),
    (b"", 429, {}),
    (b"", 503, {"Retry-After": "2"}),
    (b"", 404, {}),
    (b"", 405, {}),
    (b"", 425, {}),
]


@pytest.mark.parametrize(("body", "status", "headers"), NOTHING_LEFT)
def test_answers_that_prove_that_nothing_left(zipwhip, wire, body, status, headers):
    answer(wire, "message/send", body, status=status, headers=headers)

    assert type(failure(send, zipwhip)) is NotSent
    assert forms(wire) == [("message/send", SEND_FORM)]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_an_address_that_leads_elsewhere_is_no_place_to_send_to(zipwhip, wire, status):
    answer(wire, "message/send", status=status, headers={"Location": f"{URL}/x"})

    error = failure(send, zipwhip)
    assert (type(error), error.cause) == (WrongPlace, StopCause.REDIRECT)
    assert forms(wire) == [("message/send", SEND_FORM)]


UNCLEAR = [
    (b"", 408, {}),
    (b"", 500, {}),
    (b"", 502, {}),
    (b"", 503, {}),
    (b"", 504, {}),
    (refusal(-703), 500, {}),
    (b"", 303, {"Location": f"{URL}/x"}),
    (b"", 300, {}),
    (b"", 200, {}),
    (b"", 204, {}),
    (b"<html>", 200, {}),
    (ACCEPTED[: len(ACCEPTED) // 2], 200, {}),
    (b"[]", 200, {}),
    (b"{}", 200, {}),
    (b'{"success": "true"}', 200, {}),
    (b'{"success": "false", "response": {"root": "7"}}', 200, {}),
    (b'{"response": {"root": "7"}}', 200, {}),
    (envelope({}), 200, {}),
    (envelope(None), 200, {}),
    (envelope([]), 200, {}),
    (envelope("ok"), 200, {}),
    (envelope({"tokens": [{"message": 1.5}]}), 200, {}),
    (envelope({"root": "7", "tokens": [{"message": "7"}]}, success=False), 200, {}),
    (refusal(-1), 200, {}),
    (refusal(4), 200, {}),
    (refusal(0), 200, {}),
    (b"[" * 100_000, 200, {}),
    (b" " * 1_000_001, 200, {}),
]


@pytest.mark.parametrize(("body", "status", "headers"), UNCLEAR)
def test_answers_that_leave_it_open_whether_the_text_left(zipwhip, wire, body, status, headers):
    answer(wire, "message/send", body, status=status, headers=headers)

    assert type(failure(send, zipwhip)) is OutcomeUnknown
    assert forms(wire) == [("message/send", SEND_FORM)]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.ConnectTimeout(), NotSent),
        (requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", REFUSED_CONNECTION)), NotSent),
        (requests.exceptions.SSLError("handshake"), NotSent),
        (requests.ReadTimeout(), OutcomeUnknown),
        (requests.ConnectionError(urllib3.exceptions.ProtocolError("aborted", ConnectionResetError())), OutcomeUnknown),
        (requests.exceptions.ChunkedEncodingError(), OutcomeUnknown),
        (ConnectionResetError(), OutcomeUnknown),
    ],
)
def test_failures_without_an_answer(zipwhip, wire, error, kind):
    answer(wire, "message/send", error)

    assert type(failure(send, zipwhip)) is kind
    assert forms(wire) == [("message/send", SEND_FORM)]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "2"}, timedelta(seconds=2)),
        ({"Retry-After": "0"}, timedelta(0)),
        ({"Retry-After": "999999999"}, timedelta(days=1)),
        (
            {"Retry-After": "Fri, 20 Nov 2020 15:05:05 GMT", "Date": "Fri, 20 Nov 2020 15:04:05 GMT"},
            timedelta(minutes=1),
        ),
        ({"Retry-After": "Fri, 20 Nov 2020 15:05:05 GMT"}, timedelta(0)),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_the_time_to_wait_is_read(zipwhip, wire, headers, wait):
    answer(wire, "message/send", status=429, headers=headers)

    assert failure(send, zipwhip).retry_after == wait


# A refusal that does not say why


BARE_REFUSALS = [
    (refusal(), 200),
    (envelope({"desc": "No"}, success=False), 200),
    (envelope("No", success=False), 200),
    (envelope({"statusCode": 401}, success=False), 200),
    (b"", 400),
    (b"<html>", 422),
    (ACCEPTED, 400),
]


@pytest.mark.parametrize(("body", "status"), BARE_REFUSALS)
@pytest.mark.parametrize(
    ("user", "user_status", "kind"),
    [
        (USER, 200, Refused),
        (envelope({"user": {}}), 200, Refused),
        (refusal(), 200, SessionLost),
        (b"", 401, SessionLost),
        (b"", 403, LineProblem),
        (b"", 500, NotSent),
        (b"", 429, NotSent),
        (requests.ReadTimeout(), None, NotSent),
    ],
)
def test_after_a_bare_refusal_the_session_decides(zipwhip, wire, body, status, user, user_status, kind):
    answer(wire, "message/send", body, status=status)
    answer(wire, "user/get", user, status=user_status or 200)

    assert type(failure(send, zipwhip)) is kind
    assert forms(wire) == [("message/send", SEND_FORM), ("user/get", {"session": SESSION})]


@pytest.mark.parametrize(("user", "user_status"), [(USER, 200), (envelope({"user": {}}), 200)])
def test_sending_that_is_forbidden_while_the_session_lives_is_the_lines_problem(zipwhip, wire, user, user_status):
    answer(wire, "message/send", status=403)
    answer(wire, "user/get", user, status=user_status)

    error = failure(send, zipwhip)
    assert (type(error), error.reason) == (LineProblem, PauseReason.REFUSED)


@pytest.mark.parametrize(
    ("user", "user_status", "kind"), [(refusal(), 200, SessionLost), (b"", 401, SessionLost), (b"", 500, NotSent)]
)
def test_sending_that_is_forbidden_by_a_dead_session_is_not(zipwhip, wire, user, user_status, kind):
    answer(wire, "message/send", status=403)
    answer(wire, "user/get", user, status=user_status)

    assert type(failure(send, zipwhip)) is kind


def test_a_question_that_is_forbidden_says_nothing_of_sending(zipwhip, wire):
    answer(wire, "webhook/list", status=403)
    answer(wire, "user/get", USER)

    assert type(failure(zipwhip.list_hooks, SESSION)) is Refused


@pytest.mark.parametrize("body", [b"", refusal(), refusal(-703)])
def test_401_is_a_dead_session_without_asking(zipwhip, wire, body):
    answer(wire, "message/send", body, status=401)

    assert type(failure(send, zipwhip)) is SessionLost
    assert len(wire.calls) == 1


def test_half_a_character_is_refused_without_a_request(zipwhip, wire):
    assert isinstance(failure(zipwhip.send, SESSION, to=ANA, body="a\ud83d"), Refused)
    assert not wire.calls


# Everything else


def test_a_hook_is_added_for_one_event(zipwhip, wire):
    url = "https://erp.test/texting/hook/secret/optout"
    told = {"webhookId": 1795367137914, "type": "optout", "event": "change", "url": url, "method": "POST"}
    answer(wire, "webhook/add", envelope([told]))

    assert zipwhip.add_hook(SESSION, EventKind.OPT_OUT, url) == Hook("1795367137914", EventKind.OPT_OUT, url)
    form = {"session": SESSION, "type": "optout", "event": "change", "url": url, "method": "POST"}
    assert forms(wire) == [("webhook/add", form)]


@pytest.mark.parametrize("body", [envelope([]), envelope(None), envelope([{"type": "message"}]), envelope("ok")])
def test_a_hook_without_an_id_is_not_there(zipwhip, wire, body):
    answer(wire, "webhook/add", body)

    assert type(failure(zipwhip.add_hook, SESSION, EventKind.SEND, "https://erp.test/")) is NotSent


READING = [
    ("webhook/list", lambda zipwhip: zipwhip.list_hooks(SESSION), {}),
    ("webhook/delete", lambda zipwhip: zipwhip.delete_hook(SESSION, "17"), {"webhookId": "17"}),
    ("message/list", lambda zipwhip: zipwhip.list_texts(SESSION, start=50, limit=25), {"start": "50", "limit": "25"}),
    ("messageAttachment/list", lambda zipwhip: zipwhip.list_attachments(SESSION, "7"), {"messageId": "7"}),
    (
        "hostedContent/get",
        lambda zipwhip: zipwhip.fetch_attachment(SESSION, "k/1", limit_bytes=99),
        {"storageKey": "k/1"},
    ),
]


@pytest.mark.parametrize(("path", "call", "form"), READING)
@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (refusal(-703), 200, Refused),
        (refusal(-855), 200, NotSent),
        (refusal(-1), 200, NotSent),
        (b"", 401, SessionLost),
        (b"", 429, NotSent),
        (b"", 500, NotSent),
        (b"", 302, WrongPlace),
        (requests.ReadTimeout(), 200, NotSent),
        (ConnectionResetError(), 200, NotSent),
    ],
)
def test_nothing_is_unclear_about_a_call_that_sends_no_text(zipwhip, wire, path, call, form, body, status, kind):
    answer(wire, path, body, status=status)

    assert type(failure(call, zipwhip)) is kind
    assert forms(wire) == [(path, {"session": SESSION, **form})]


@pytest.mark.parametrize(("path", "call", "form"), READING)
@pytest.mark.parametrize(("user", "kind"), [(USER, Refused), (refusal(), SessionLost)])
def test_a_bare_refusal_of_any_call_asks_for_the_session(zipwhip, wire, path, call, form, user, kind):
    answer(wire, path, refusal())
    answer(wire, "user/get", user)

    assert type(failure(call, zipwhip)) is kind


@pytest.mark.parametrize(("path", "call", "form"), READING[:4])
@pytest.mark.parametrize("empty", [envelope([]), envelope(None)])
def test_an_empty_list_may_be_null(zipwhip, wire, path, call, form, empty):
    answer(wire, path, empty)

    assert not call(zipwhip)


def test_an_attachment_comes_as_its_bytes(zipwhip, wire):
    answer(wire, "hostedContent/get", b"\x89PNG\x00\xff")

    assert zipwhip.fetch_attachment(SESSION, "k/1", limit_bytes=6) == b"\x89PNG\x00\xff"


@pytest.mark.parametrize("content", [b'{"success": true}', b"{ not json", b'{"success": false', b""])
def test_an_attachment_may_look_like_json(zipwhip, wire, content):
    answer(wire, "hostedContent/get", content)

    assert zipwhip.fetch_attachment(SESSION, "k/1", limit_bytes=99) == content


@pytest.mark.parametrize("announced", [True, False])
def test_an_attachment_that_is_too_large_is_refused(zipwhip, wire, announced):
    wire.post(f"{URL}/hostedContent/get", body=b"x" * 100_001, auto_calculate_content_length=announced)

    assert isinstance(failure(zipwhip.fetch_attachment, SESSION, "k", limit_bytes=100_000), TooLarge)


def test_one_text_is_asked_for_by_its_id(zipwhip, wire):
    later = {"type": "ZO", "sourceAddress": "6125550100", "destAddress": "6125550134", "body": "Hi", "deleted": True}
    answer(wire, "message/get", envelope({"id": "600", "scheduledDate": "2126-01-01T00:00:00Z", **later}))

    text = zipwhip.find_text(SESSION, "600")

    assert (text.provider_id, text.is_deleted, text.scheduled_at.year) == ("600", True, 2126)


def test_a_text_that_zipwhip_does_not_know_is_none(zipwhip, wire):
    answer(wire, "message/get", refusal(-703, "Bad argument"))

    assert zipwhip.find_text(SESSION, "600") is None


# Secrets


# Named functions: the lines of this file stand in the tracebacks that are searched for secrets.
def log_in(zipwhip):
    return zipwhip.login(USERNAME, PASSWORD)


def list_texts(zipwhip):
    return zipwhip.list_texts(SESSION)


ECHO = f"Number {ANA} ({ANA[2:]}) rejected for {SESSION}, {SESSION[:8]}: {BODY} {PASSWORD} swordfish xswordfishx"
SENT = {
    "message/send": (send, [SESSION, SESSION[:8], ANA, ANA[2:], BODY, "Monday", "ça va", "canary"]),
    "user/login": (log_in, [PASSWORD, "swordfish", LINE[2:]]),
    "message/list": (list_texts, [SESSION, SESSION[:8]]),
}


@pytest.mark.parametrize("path", SENT)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (envelope({"statusCode": -703, "desc": ECHO}, success=False), 200),
        (envelope(ECHO, success=False, statusCode=-703), 200),
        (envelope(None, success=False, errorCode=-703, errorDesc=ECHO), 200),
        (ECHO.encode(), 200),
        (ECHO.encode(), 500),
        (ECHO.encode(), 302),
        (requests.ReadTimeout("slow"), 200),
        (requests.ConnectionError("gone"), 200),
    ],
)
def test_nothing_that_was_sent_gets_into_an_error_or_a_log(zipwhip, wire, caplog, path, body, status):
    call, secrets = SENT[path]
    answer(wire, path, body, status=status)
    with caplog.at_level(logging.DEBUG):
        error = failure(call, zipwhip)
        logging.getLogger("texting").error("it failed", exc_info=error)

    shown = [caplog.text, str(error), repr(error), error.detail, *traceback.format_exception(error)]
    assert not [secret for secret in secrets for text in shown if secret in text]


def test_what_the_provider_says_is_kept_in_plain_words(zipwhip, wire):
    answer(wire, "message/send", refusal(-703, f"Bad argument: contacts {ANA}, 'body' is <b>odd</b>"))

    assert failure(send, zipwhip).detail == "Bad argument: contacts is"


def test_what_is_returned_does_not_show_its_keys(zipwhip, wire):
    answer(wire, "user/login", envelope(SESSION))
    answer(wire, "webhook/list", envelope([{"webhookId": 1, "url": "https://erp.test/canary"}]))
    answer(wire, "messageAttachment/list", envelope([{"storageKey": "canary"}]))

    shown = [
        zipwhip.login("16125550100", PASSWORD),
        zipwhip.list_hooks(SESSION),
        zipwhip.list_attachments(SESSION, "7"),
    ]
    assert SESSION not in repr(shown)
    assert "canary" not in repr(shown)


# The address


@pytest.mark.parametrize(
    "url",
    ["", "api.zipwhip.com", "ftp://a.test", "https://", "https://u:p@a.test", "https://a.test?x=1", "https://a.test#x"],
)
def test_an_unusable_address_is_a_mistake_of_the_configuration(url):
    with pytest.raises(ValueError, match="ZipWhip’s address"):
        ZipWhip(url, app_url="https://app.zipwhip.test")
    with pytest.raises(ValueError, match="ZipWhip’s address"):
        ZipWhip(URL, app_url=url)


def test_the_link_into_zipwhips_app_names_the_number_and_no_key():
    zipwhip = ZipWhip(URL, app_url="https://app.zipwhip.test/")

    assert zipwhip.conversation_url(ANA) == f"https://app.zipwhip.test/messaging/{ANA}"


def test_a_provider_is_made_once_and_known_by_name():
    one = get_provider("zipwhip", url=URL, app_url="https://app.zipwhip.test")

    assert get_provider("zipwhip", url=URL, app_url="https://app.zipwhip.test") is one
    assert get_provider("zipwhip", url="https://other.test", app_url="https://app.zipwhip.test") is not one
    with pytest.raises(ValueError, match="no provider is called 'carrier pigeon'"):
        get_provider("carrier pigeon", url=URL, app_url=URL)


def test_all_six_events_are_asked_for(zipwhip):
    assert set(zipwhip.events) == set(EventKind)
