"""The doors that ZipWhip never had: ledger, faults, state, reset."""

import base64
import time

import pytest
import requests

from tests.sandbox.rig import ANA, BO, LINE


def test_the_ledger_lists_what_was_accepted_oldest_first(line):
    first = line.send(body="one")["response"]["root"]
    line.send(body="one two" * 100)  # refused
    line.box("app-send", line=LINE, to=BO, body="two")

    api_text, app_text = line.look("ledger")
    assert (api_text["id"], api_text["to"], api_text["body"], api_text["source"]) == (first, ANA, "one", "api")
    assert (app_text["to"], app_text["source"], app_text["line"]) == (BO, "app", LINE)


def test_the_ledger_is_filtered(line):
    line.send(body="old")
    time.sleep(0.01)
    since = int(time.time() * 1000)
    line.send(body="new")
    line.login("6125550101").send(body="new")

    assert len(line.look("ledger", body="new")) == 2
    assert [one["body"] for one in line.look("ledger", line=LINE)] == ["old", "new"]
    assert len(line.look("ledger", line="6125550100", since=since)) == 1
    assert line.look("ledger", since="2001-01-01T00:00:00+00:00", source="app") == []


def test_a_fault_lasts_as_often_as_it_was_armed(line):
    line.box("faults", fault="500-before", count=2)

    statuses = [line.post("message/send", contacts=ANA, body="x").status_code for _ in range(3)]

    assert statuses == [500, 500, 200]


def test_a_fault_hits_its_path_and_its_line(line):
    line.box("faults", path="user/get", fault="503", count=None, line="6125550101")

    assert line.post("user/get").status_code == 200
    line.login("6125550101")
    assert [line.post(path).status_code for path in ("user/get", "message/list", "user/get")] == [503, 200, 503]
    line.box("faults", clear=True)
    assert line.post("user/get").status_code == 200


def test_a_fault_at_login_knows_the_line_by_its_username(api):
    api.box("faults", path="user/login", fault="500", line=LINE)

    assert api.post("user/login", username="6125550101", password="x").status_code == 200
    assert api.post("user/login", username="6125550100", password="x").status_code == 500


def test_a_fault_on_the_way_is_what_becomes_of_the_next_text(line, receiver):
    line.hook_up(receiver, "progress")
    line.box("faults", fault="failed-receipt")
    line.send()

    assert receiver.wait_for("message/progress", 2)[1]["statusCode"] == 7
    assert line.look("ledger")[0]["fate"] == "failed-receipt"


def test_a_mood_holds_for_every_call(line):
    line.box("settings", mood="unavailable")
    answer = line.post("user/get")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_a_latency_delays_every_call(line):
    line.box("settings", latency_ms=200)

    assert line.post("user/get").elapsed.total_seconds() >= 0.2


@pytest.mark.parametrize(
    ("name", "wishes", "word"),
    [
        ("faults", {"fault": "flood"}, "hang-before"),
        ("faults", {"fault": "hang", "count": 0}, "count"),
        ("faults", {"fault": "twice", "path": "user/get"}, "message/send"),
        ("receive", {"line": LINE, "from": "12", "body": "x"}, "from"),
        ("receive", {"line": "+16125550199", "from": ANA, "body": "x"}, "not known"),
        ("receive", {"line": LINE, "from": ANA}, "body"),
        ("receive", {"line": LINE, "from": ANA, "attachments": [{"name": "x"}]}, "attachments"),
        ("app-send", {"line": LINE, "to": ANA, "body": "x" * 601}, "-394"),
        ("app-send", {"line": LINE, "to": ANA}, "body"),
        ("power", {"number": ANA, "on": "yes"}, "on"),
        ("settings", {"speed": 1}, "latency_ms"),
        ("settings", {"mood": "sad"}, "at once"),
        ("settings", {"latency_ms": -1}, "latency_ms"),
        ("lines", {}, "line"),
    ],
)
def test_a_wish_that_makes_no_sense_is_a_400_that_says_why(line, name, wishes, word):
    answer = requests.post(f"{line.url}/_sandbox/{name}", json=wishes, timeout=5)

    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_a_body_that_is_no_json_object_is_a_400(api):
    for body in ("{", "[]"):
        assert requests.post(f"{api.url}/_sandbox/reset", data=body, timeout=5).status_code == 400


def test_a_reset_forgets_texts_and_keeps_lines_sessions_and_hooks(line, receiver):
    line.hook_up(receiver, "send")
    line.send()
    line.box("receive", line=LINE, **{"from": ANA}, body="STOP")

    line.box("reset")

    assert line.look("ledger") == []
    assert line.look("state")["handsets"] == []
    assert line.send()["success"] is True
    assert [one["event"] for one in line.call("webhook/list")["response"]] == ["send", "change"]


def test_what_a_page_of_another_site_posts_is_refused(line):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = requests.post(f"{line.url}/_sandbox/reset", json={}, headers=headers, timeout=5)

    assert answer.status_code == 403


def test_a_script_that_came_as_a_file_is_not_served_as_one(line):
    script = {"name": "a.html", "mime_type": "text/html", "base64": base64.b64encode(b"<script>").decode()}
    message = line.box("receive", line=LINE, **{"from": ANA}, body="", attachments=[script])["id"]
    key = line.call("messageAttachment/list", messageId=message)["response"][0]["storageKey"]

    assert requests.get(f"{line.url}/content/{key}", timeout=5).headers["Content-Type"].startswith("text/plain")
