"""message/send and messaging/send: what is accepted, what is refused, what is answered."""

import time

import pytest
import requests

from tests.sandbox.rig import ANA, BO, LINE


def test_one_recipient_gets_one_token_that_is_also_the_root(line):
    answer = line.send()

    token = answer["response"]["tokens"][0]
    assert answer["success"] is True
    assert answer["response"]["root"] == token["message"]
    assert answer["response"]["fingerprint"] == token["fingerprint"]
    assert token["device"] == int(line.session.rpartition(":")[2])


def test_ids_are_snowflakes_of_now_and_strings(line):
    written = line.send()["response"]["root"]

    assert isinstance(written, str)
    assert int(written) > 2**53
    assert abs((int(written) >> 22) + 1288834974657 - time.time() * 1000) < 2000


@pytest.mark.parametrize("several", [{"to": f"{ANA},{BO}"}, {"to": ["6125550134", "ptn:/6515550117"]}])
def test_several_recipients_get_a_token_each_in_order_and_a_root_of_their_own(line, several):
    response = line.send(**several)["response"]

    ids = [int(token["message"]) for token in response["tokens"]]
    assert response["fingerprint"] is None
    assert [ids[1], int(response["root"])] == [ids[0] + 1, ids[0] + 2]
    assert [entry["to"] for entry in line.look("ledger", line=LINE)] == [ANA, BO]


@pytest.mark.parametrize("written", ["6125550134", "+16125550134", "ptn:/6125550134", "ptn:/+16125550134"])
def test_every_spelling_of_a_number_is_the_same_person(line, written):
    line.send(to=written)

    assert line.look("ledger")[0]["to"] == ANA


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": " 16125550134"}, -703),  # a "+" that was not percent-encoded
        ({"to": "0125550134"}, -124),
        ({"to": "+442071234567"}, -124),
        ({"body": ""}, -703),
        ({"body": "é" * 301}, -394),
        ({"to": ",".join(f"612555{n:04}" for n in range(51))}, -703),
        ({"scheduledDate": "tomorrow"}, -703),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_code(line, fields, code):
    answer = line.send(**fields)

    assert (answer["success"], answer["response"]["statusCode"]) == (False, code)
    assert answer["response"]["desc"]
    assert line.look("ledger") == []


def test_600_bytes_are_not_too_long(line):
    assert line.send(body="é" * 300)["success"]


def test_a_multimedia_text_goes_to_one_recipient_and_answers_a_number(line):
    files = {"file": ("map.png", b"png", "image/png")}
    fields = {"session": line.session, "to": ANA, "body": "The way"}
    answer = requests.post(f"{line.url}/messaging/send", params=fields, files=files, timeout=5).json()

    assert answer["response"]["status"] == "queued"
    assert isinstance(answer["response"]["id"], int)
    stored = line.call("messageAttachment/list", messageId=answer["response"]["id"])["response"]
    assert [(one["fileName"], one["mimeType"], one["fileSizeBytes"]) for one in stored] == [("map.png", "image/png", 3)]


def test_saved_content_can_be_sent_by_its_key(line):
    files = {"file": ("map.png", b"png", "image/png")}
    fields = {"session": line.session}
    saved = requests.post(f"{line.url}/hostedContent/save", data=fields, files=files, timeout=5).json()["response"]

    message = line.call("messaging/send", to=ANA, key=saved["url"])["response"]["id"]

    stored = line.call("messageAttachment/list", messageId=message)["response"]
    assert [one["storageKey"] for one in stored] == [saved["key"]]


@pytest.mark.parametrize(
    ("to", "files", "code"),
    [
        (f"{ANA},{BO}", [], -703),
        (ANA, [("a", ("a.pdf", b"%", "application/pdf"))], -703),
        (ANA, [("a", ("a.png", b"x" * 600_001, "image/png"))], -394),
        (ANA, [(name, (f"{name}.png", b"x", "image/png")) for name in "abc"], -394),
    ],
)
def test_multimedia_that_is_refused(line, to, files, code):
    fields = {"session": line.session, "to": to, "body": "x"}
    answer = requests.post(f"{line.url}/messaging/send", data=fields, files=files, timeout=5).json()

    assert answer["response"]["statusCode"] == code


def test_a_scheduled_text_is_told_of_when_it_is_accepted_and_when_it_leaves(line, receiver):
    line.hook_up(receiver)
    line.box("settings", scheduled_told="both")

    line.send(scheduledDate=int((time.time() + 0.3) * 1000))

    receiver.wait_for("message/progress", 2)
    assert [body["scheduledDate"] is not None for body in receiver.of("message/send")] == [True, True]


def test_a_scheduled_text_is_accepted_now_and_leaves_later(line, receiver):
    line.hook_up(receiver)
    line.box("settings", scheduled_told="leaving")
    at_ms = int((time.time() + 0.6) * 1000)

    message = line.send(scheduledDate=at_ms)["response"]["root"]

    assert line.call("message/get", id=message)["response"]["scheduledDate"] is not None
    assert line.look("ledger")[0]["state"] == "scheduled"
    time.sleep(0.3)
    assert receiver.taken == []
    receiver.wait_for("message/progress", 2)
    assert len(receiver.of("message/send")) == 1


def test_deleting_a_scheduled_text_in_zipwhips_app_cancels_it(line, receiver):
    line.hook_up(receiver)
    line.box("settings", scheduled_told="both")
    scheduled = int((time.time() + 0.3) * 1000)
    message = line.box("app-send", line=LINE, to=ANA, body="Later", scheduled_ms=scheduled)["id"]

    line.box("app-delete", id=message)

    time.sleep(0.5)
    # They are two calls at once, and either may be the first to arrive.
    assert sorted(name for name, _ in receiver.taken) == ["message/delete", "message/send"]
    assert line.look("ledger")[0]["state"] == "canceled"


def test_deleting_a_scheduled_text_cancels_it(line, receiver):
    line.hook_up(receiver)
    line.box("settings", scheduled_told="leaving")
    message = line.send(scheduledDate=int((time.time() + 0.3) * 1000))["response"]["root"]

    assert line.call("message/delete", messages=message)["success"]

    time.sleep(0.5)
    assert [name for name, _ in receiver.taken] == ["message/delete"]
    assert line.look("ledger")[0]["state"] == "canceled"
