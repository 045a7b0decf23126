"""ZipWhip's client against the sandbox, which was written from the same sheet and shares no code with it."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.sandbox.rig import FAST, Process
from texting.errors import LineProblem, NotSent, OutcomeUnknown, ProviderError, Refused, SessionLost
from texting.providers.base import DeliveryChanged, OptOutChanged, TextReceived, TextSent
from texting.providers.zipwhip.client import ZipWhip
from texting.providers.zipwhip.transport import Timeouts
from texting.vocabulary import Direction, EventKind, Reason, TextStatus

LINE, ANA = "+16125550100", "+16125550134"
TRICK = "+120155501"


@pytest.fixture(scope="module")
def sandbox():
    running = Process("--pace-per-second", "0")
    yield running
    running.stop()


@pytest.fixture
def zipwhip(sandbox):
    control(sandbox, "reset", all=True)
    control(sandbox, "settings", **FAST)
    timeouts = Timeouts(connect_seconds=2, read_seconds=1.5, total_seconds=3)
    return ZipWhip(sandbox.url, app_url=sandbox.url, timeouts=timeouts)


@pytest.fixture
def session(zipwhip):
    return zipwhip.login("16125550100", "any").key


def control(sandbox, name, **wishes):
    answer = requests.post(f"{sandbox.url}/_sandbox/{name}", json=wishes, timeout=5)
    assert answer.ok, answer.text


class Hooks(ThreadingHTTPServer):
    """Takes webhooks in and reads them with the client's own parser."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events, self.arrived = [], threading.Condition()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def wait_for(self, kind, matches=lambda event: True):
        found = lambda: next((one for one in self.events if isinstance(one, kind) and matches(one)), None)  # noqa: E731
        with self.arrived:
            assert self.arrived.wait_for(found, 5), self.events
            return found()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = ZipWhip.parse_event(None, EventKind(self.path.strip("/")), body)
        with self.server.arrived:
            self.server.events.append(event)
            self.server.arrived.notify_all()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hooks(zipwhip, session):
    server = Hooks()
    for event in zipwhip.events:
        zipwhip.add_hook(session, event, f"{server.url}/{event.value}")
    yield server
    server.shutdown()
    server.server_close()


def kind_of_failure(zipwhip, session, ending):
    with pytest.raises(ProviderError) as caught:
        zipwhip.send(session, to=TRICK + ending, body="Can you work tonight?")
    return caught.value


@pytest.mark.parametrize(
    ("username", "number"),
    [
        ("16125550100", LINE),
        ("14165550100", "+14165550100"),
        ("riya@16125550100", LINE),
        ("riya@14165550100", "+14165550100"),
    ],
)
def test_us_canadian_and_operator_logins_find_their_line(zipwhip, username, number):
    key = zipwhip.login(username, "any").key

    assert zipwhip.get_account(key).number == number


@pytest.mark.parametrize(
    ("ending", "kind"), [("80", LineProblem), ("81", NotSent), ("82", NotSent), ("87", LineProblem), ("89", NotSent)]
)
def test_logins_that_go_wrong(zipwhip, ending, kind):
    with pytest.raises(ProviderError) as caught:
        zipwhip.login(f"{TRICK}{ending}".removeprefix("+"), "any")
    assert type(caught.value) is kind


@pytest.mark.parametrize("form", ["null", "desc", "401"])
def test_an_ended_session_is_lost_however_it_is_said(sandbox, zipwhip, session, form):
    control(sandbox, "settings", session_failure=form)
    zipwhip.logout(session)

    for call in (zipwhip.get_account, zipwhip.list_hooks, zipwhip.list_texts):
        with pytest.raises(SessionLost):
            call(session)
    assert type(kind_of_failure(zipwhip, session, "00")) is SessionLost


def test_a_text_arrives_as_it_was_written(zipwhip, session):
    body = "Zoë, ça va? 😀 & + % =\nhttps://a.test/?x=1"
    submission = zipwhip.send(session, to=ANA, body=body)
    (text,) = zipwhip.list_texts(session)

    assert (text.provider_id, text.body, text.direction) == (submission.provider_id, body, Direction.OUT)
    assert (text.number, text.line_number) == (ANA, LINE)


@pytest.mark.parametrize(
    ("ending", "reason", "code"),
    [
        ("20", Reason.NOT_TEXTABLE, "-124"),
        ("21", Reason.OPTED_OUT, "-1234"),
        ("23", Reason.REFUSED, "-704"),
        ("24", Reason.REFUSED, ""),
    ],
)
def test_refusals_have_their_reason(zipwhip, session, ending, reason, code):
    error = kind_of_failure(zipwhip, session, ending)

    assert isinstance(error, Refused)
    assert (error.reason, error.provider_code) == (reason, code)


def test_a_text_longer_than_the_limit_is_refused_as_too_long(zipwhip, session):
    zipwhip.send(session, to=ANA, body="é" * 300)
    with pytest.raises(Refused) as caught:
        zipwhip.send(session, to=ANA, body="é" * 300 + "a")
    assert caught.value.reason is Reason.TOO_LONG


@pytest.mark.parametrize("ending", ["22", "30", "31"])
def test_what_did_not_leave_may_be_tried_again_and_goes_through(zipwhip, session, ending):
    for _ in range(2):
        assert type(kind_of_failure(zipwhip, session, ending)) is NotSent

    assert zipwhip.send(session, to=TRICK + ending, body="Can you work tonight?").provider_id


@pytest.mark.parametrize("ending", ["32", "33", "34", "35", "41", "42", "43", "44", "45", "46", "47"])
def test_what_may_have_left_is_unknown_whether_it_did_or_not(zipwhip, session, ending):
    error = kind_of_failure(zipwhip, session, ending)
    left = [text for text in zipwhip.list_texts(session) if text.number == TRICK + ending]

    assert type(error) is OutcomeUnknown
    assert len(left) == (1 if ending > "40" else 0)


def test_a_session_that_dies_at_the_send_is_lost_and_nothing_left(zipwhip, session):
    assert type(kind_of_failure(zipwhip, session, "36")) is SessionLost
    again = zipwhip.login("16125550100", "any").key

    assert not zipwhip.list_texts(again)


def test_hooks_are_listed_and_deleted(zipwhip, session, hooks):
    listed = zipwhip.list_hooks(session)
    assert {hook.event for hook in listed} == set(EventKind)
    for hook in listed:
        zipwhip.delete_hook(session, hook.provider_id)

    assert zipwhip.list_hooks(session) == []
    with pytest.raises(Refused):
        zipwhip.delete_hook(session, listed[0].provider_id)


@pytest.mark.parametrize("form", ["2015", "2019", "2020"])
def test_the_echo_and_the_progress_of_a_text_are_told(sandbox, zipwhip, session, hooks, form):
    control(sandbox, "settings", webhook_form=form)
    sent = zipwhip.send(session, to=f"{TRICK}02", body="Hi")

    echo = hooks.wait_for(TextSent).text
    assert (echo.provider_id, echo.number, echo.line_number) == (sent.provider_id, f"{TRICK}02", LINE)
    assert abs(echo.at.timestamp() - time.time()) < 60
    final = hooks.wait_for(DeliveryChanged, lambda event: event.news.provider_code == "6")
    assert (final.provider_id, final.news.status) == (sent.provider_id, TextStatus.DELIVERED)


def test_an_answer_and_a_stop_are_told(sandbox, zipwhip, session, hooks):
    control(sandbox, "receive", **{"line": LINE, "from": ANA, "body": "STOP"})

    received = hooks.wait_for(TextReceived).text
    assert (received.number, received.line_number, received.body) == (ANA, LINE, "STOP")
    stop = hooks.wait_for(OptOutChanged)
    assert (stop.number, stop.opted_out) == (ANA, True)


def test_a_long_answer_comes_as_an_attachment(sandbox, zipwhip, session, hooks):
    body = "I can start Monday. " * 200
    control(sandbox, "receive", **{"line": LINE, "from": ANA, "body": body})
    text = hooks.wait_for(TextReceived).text
    assert text.has_attachment

    infos = zipwhip.list_attachments(session, text.provider_id)
    (info,) = [one for one in infos if one.mime_type == "text/plain"]
    content = zipwhip.fetch_attachment(session, info.storage_key, limit_bytes=1_000_000)
    assert content.decode().strip() == body.strip()
    assert info.byte_count == len(content)
    with pytest.raises(Refused):
        zipwhip.fetch_attachment(session, info.storage_key, limit_bytes=10)


def test_the_list_ends_with_an_empty_page(zipwhip, session):
    for position in range(5):
        zipwhip.send(session, to=ANA, body=f"Text {position}")
    pages = [zipwhip.list_texts(session, start=start, limit=2) for start in (0, 2, 4, 6)]

    assert [[text.body for text in page] for page in pages] == [
        ["Text 4", "Text 3"],
        ["Text 2", "Text 1"],
        ["Text 0"],
        [],
    ]
