"""The file that chaos is judged by: every POST with its fate, and every STOP with who was told of it."""

import contextlib
import json
import threading

import pytest
import requests

from tests.sandbox.rig import ANA, BO, FAST, LINE, Api, Process, wait_until


@pytest.fixture
def kept(tmp_path):
    """A line of a sandbox that keeps its data, and what its ledger holds."""
    process = Process("--data", str(tmp_path), "--optout-refusal", "never")
    api = Api(process.url)
    api.box("settings", **FAST)
    api.login()
    yield api, lambda: [json.loads(row) for row in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    process.stop()


def test_each_post_is_held_with_its_fate_accepted_or_not(kept):
    line, entries = kept
    for word in ("#delivered", "#500", "#500-before", "#no-carrier", "#expired"):
        line.post("message/send", contacts=ANA, body=f"x {word}")
    line.post("message/send", contacts=ANA, body="y" * 601)
    line.login()
    line.post("message/send", contacts=f"{ANA},{BO}", body="both")
    line.post("user/get")

    assert [(one["fate"], one["accepted"], one["line"], one["to"]) for one in entries()] == [
        ("delivered", True, LINE, ANA),
        ("500", True, LINE, ANA),
        ("500-before", False, LINE, ANA),
        ("refused -124", False, LINE, ANA),
        ("session", False, LINE, ANA),
        ("session", False, LINE, ANA),
        ("ordinary", True, LINE, ANA),
        ("ordinary", True, LINE, BO),
    ]


def test_a_post_that_is_never_answered_is_held_before(kept):
    line, entries = kept

    def post(body):
        with contextlib.suppress(requests.RequestException):
            requests.post(
                f"{line.url}/message/send", {"session": line.session, "contacts": ANA, "body": body}, timeout=1
            )

    for body in ("a #hang-before", "b #hang"):
        threading.Thread(target=post, args=(body,), daemon=True).start()
        wait_until(lambda body=body: [one for one in entries() if one["body"] == body], 0.8)
    line.box("settings", mood="never")
    threading.Thread(target=post, args=("c",), daemon=True).start()
    wait_until(lambda: [one for one in entries() if one["body"] == "c"], 0.8)
    line.box("settings", mood="unavailable")
    line.post("message/send", contacts=ANA, body="d")

    assert [(one["body"][0], one["fate"], one["accepted"]) for one in entries()] == [
        ("a", "hang-before", False),
        ("b", "hang", True),
        ("c", "never", False),
        ("d", "unavailable", False),
    ]


def test_a_stop_is_held_when_written_when_taken_and_when_first_listed(kept, receiver):
    line, entries = kept
    line.hook_up(receiver, "receive")
    receiver.refusals = 1
    for word in ("STOP", "hello", "start"):
        line.box("receive", line=LINE, **{"from": BO}, body=word)
        wait_until(
            lambda word=word: word == "hello" or len([one for one in entries() if one["moment"] == "taken"]) >= 2
        )
    wait_until(lambda: len([one for one in entries() if one["moment"] == "taken"]) == 4)
    line.call("message/list")
    line.call("message/list")

    found = sorted((one["moment"], one["kind"], one["from"]) for one in entries())
    assert found == sorted(
        [
            *[("written", kind, BO) for kind in ("stop", "start")],
            # The text itself and the change of the opt-out.
            *[("taken", kind, BO) for kind in ("stop", "stop", "start", "start")],
            *[("listed", kind, BO) for kind in ("stop", "start")],
        ]
    )


def test_a_network_that_never_refuses_delivers_after_a_stop(kept):
    line, entries = kept
    line.box("receive", line=LINE, **{"from": ANA}, body="STOP")

    assert line.send()["success"] is True
    assert (entries()[-1]["accepted"], entries()[-1]["fate"]) == (True, "ordinary")
