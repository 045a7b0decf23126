"""message/send and messaging/send: what is accepted, what is refused, what is answered."""

import time

import pytest

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
