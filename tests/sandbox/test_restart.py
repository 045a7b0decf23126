"""What survives the end of the process, how it ends, and what it logs."""

import contextlib
import json
import threading
import time

import pytest
import requests

from tests.sandbox.rig import ANA, BO, FAST, LINE, Api, Process
from texting.sandbox.__main__ import parse_arguments


def test_everything_a_client_holds_on_to_survives_a_kill(tmp_path, receiver):
    first = Process("--data", str(tmp_path))
    api = Api(first.url)
    api.box("settings", **FAST)
    api.box("lines", line=LINE, password="right")
    api.login(password="right").hook_up(receiver)
    sent = api.send(body="before")["response"]["root"]
    api.box("receive", line=LINE, **{"from": BO}, body="STOP")
    api.call("contact/save", mobileNumber=ANA, firstName="Ana")
    long = api.box("receive", line=LINE, **{"from": ANA}, body="x" * 700)["id"]
    first.popen.kill()
    first.popen.wait()

    second = Process("--data", str(tmp_path), "--pace-per-second", "0")
    api.url = second.url
    try:
        assert api.call("user/get")["success"] is True  # the stored session key
        assert api.call("user/login", username="6125550100", password="wrong")["success"] is False
        assert len(api.call("webhook/list")["response"]) == 6
        assert api.call("message/get", id=sent)["response"]["body"] == "before"
        assert api.send(to=BO)["response"]["statusCode"] == -1234
        assert api.call("contact/get", mobileNumber=ANA)["response"]["firstName"] == "Ana"
        stored = api.call("messageAttachment/list", messageId=long)["response"]
        assert api.post("hostedContent/get", storageKey=stored[0]["storageKey"]).text == "x" * 700
        assert int(api.send(body="after")["response"]["root"]) > int(sent)
        assert [one["body"] for one in api.look("ledger")] == ["before", "after"]
        receiver.wait_for("message/send", 2)
    finally:
        second.stop()


def test_a_text_under_way_continues_after_a_kill(tmp_path, receiver):
    first = Process("--data", str(tmp_path), "--pace-per-second", "0.5")
    api = Api(first.url).login()
    api.hook_up(receiver, "progress")
    api.send(body="one")
    api.send(body="two")  # two seconds later
    first.popen.kill()
    first.popen.wait()

    second = Process("--data", str(tmp_path), "--pace-per-second", "0")
    receiver.wait_for("message/progress", 4)
    states = [one["state"] for one in Api(second.url).look("ledger")]
    second.stop()

    assert states == ["delivered", "delivered"]


def test_the_ledger_file_holds_what_was_accepted_before_the_answer_and_outlives_a_reset(tmp_path):
    process = Process("--data", str(tmp_path))
    api = Api(process.url).login()
    sent = api.post("message/send", contacts=ANA, body="x #500")
    entries = [json.loads(row) for row in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    api.box("reset")
    process.stop()

    assert sent.status_code == 500
    assert [(one["line"], one["to"], one["body"], one["fate"]) for one in entries] == [(LINE, ANA, "x #500", "500")]
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) == 1


def test_sigterm_ends_it_at_once_though_somebody_hangs():
    process = Process("--line", f"{LINE}:right")
    api = Api(process.url).login(password="right")
    threading.Thread(target=hang, args=(api,), daemon=True).start()
    time.sleep(0.3)

    start = time.monotonic()
    log = process.stop()

    assert time.monotonic() - start < 2
    assert process.popen.returncode == 0
    assert "Traceback" not in log


def hang(api):
    with contextlib.suppress(requests.RequestException):
        api.send(body="#hang")


def test_the_log_holds_no_number_no_text_and_no_key(receiver):
    process = Process()
    api = Api(process.url).login()
    api.box("settings", **FAST)
    receiver.refusals = 100
    api.hook_up(receiver)
    api.send(body="a secret word")
    time.sleep(0.4)
    log = process.stop()

    assert "given up" in log
    assert not [one for one in ("secret", "6125550134", "6125550100", api.session, receiver.url) if one in log]


def test_a_bad_line_on_the_command_line_stops_the_start():
    with pytest.raises(SystemExit):
        parse_arguments(["--line", "12"])
    assert parse_arguments(["--line", "6125550100:a:b"]).lines == (f"{LINE}:a:b",)


def test_the_environment_says_the_same_as_arguments(monkeypatch):
    monkeypatch.setenv("SANDBOX_PORT", "9911")
    monkeypatch.setenv("SANDBOX_LATENCY_MS", "20")
    monkeypatch.setenv("SANDBOX_LINES", "6125550100,6125550101:x")

    settings = parse_arguments(["--port", "9912"])

    assert (settings.port, settings.latency_ms, settings.lines) == (9912, 20, (LINE, "+16125550101:x"))
