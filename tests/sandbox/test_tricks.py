"""Every magic number and word: what the client sees, and whether the text was accepted."""

import phonenumbers
import pytest
import requests

from tests.sandbox.rig import ANA, wait_until
from texting.sandbox.tricks import LINE_TRICKS, TRICKS

NUMBER = {one.name: one.number for one in TRICKS}


def accepted(line):
    return len(line.look("ledger"))


def both_ways(*names):
    return pytest.mark.parametrize(
        ("to", "body", "name"),
        [(NUMBER[one], "Hello", one) for one in names] + [(ANA, f"Hello #{one}", one) for one in names],
    )


def test_magic_numbers_are_valid_and_no_two_are_the_same():
    numbers = [one.number for one in (*TRICKS, *LINE_TRICKS)]

    assert len(set(numbers)) == len(numbers)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(one)) for one in numbers)
    assert all(one.startswith("+120155501") for one in numbers)


def test_every_trick_is_tried_in_this_file():
    tried = {*FINAL, *REFUSED, *PAGES_BEFORE, *PAGES_AFTER, *OTHERS}

    assert tried == {one.name for one in TRICKS}


OTHERS = {
    *("stuck", "twice", "disorder", "silent", "hang-before", "reset-before", "expired"),
    *("hang", "reset", "slow", "broken-json", "no-id"),
}
FINAL = {
    "delivered": [1, 4],
    "unconfirmed": [1, 0],
    "receipt": [1, 4, 6],
    "failed": [1, 5],
    "failed-receipt": [1, 7],
    "late-failure": [1, 4, 7],
    "spam": [1, -801],
    "stop-later": [1, -1234],
}


@pytest.mark.parametrize("name", FINAL)
def test_progress_ends_as_the_number_says(line, receiver, name):
    line.hook_up(receiver, "progress")

    assert line.send(to=NUMBER[name])["success"] is True

    # Each is a call of its own, so a busy machine may take the second one first.
    codes = [one["statusCode"] for one in receiver.wait_for("message/progress", len(FINAL[name]))]
    assert sorted(codes) == sorted(FINAL[name])


def test_a_word_decides_like_its_number(line, receiver):
    line.hook_up(receiver, "progress")
    line.send(body="Please #failed now")

    assert 5 in {one["statusCode"] for one in receiver.wait_for("message/progress", 2)}


def test_stuck_stays_queued(line, receiver):
    line.hook_up(receiver, "progress")
    line.send(to=NUMBER["stuck"])

    (only,) = receiver.wait_for("message/progress")
    assert only["statusCode"] == 2
    wait_until(lambda: line.look("state")["deliveries_under_way"] == 0)
    assert line.look("ledger")[0]["state"] == "moving"


def test_twice_delivers_every_event_twice(line, receiver):
    line.hook_up(receiver)
    line.send(to=NUMBER["twice"])

    assert [one["statusCode"] for one in receiver.wait_for("message/progress", 4)] == [1, 1, 4, 4]
    assert len(receiver.of("message/send")) == 2


def test_disorder_has_progress_before_send_and_both_before_the_answer(line, receiver):
    line.hook_up(receiver)

    line.send(to=NUMBER["disorder"])

    assert [(name, one["statusCode"]) for name, one in receiver.taken[:2]] == [
        ("message/progress", 4),
        ("message/send", 4),
    ]


def test_silent_delivers_and_says_nothing(line, receiver):
    line.hook_up(receiver)
    line.send(to=NUMBER["silent"])

    wait_until(lambda: line.look("ledger")[0]["state"] == "delivered")
    wait_until(lambda: line.look("state")["deliveries_under_way"] == 0)
    assert receiver.taken == []


REFUSED = {"no-carrier": -124, "opted-out": -1234, "internal": -855, "internal-final": -704, "refused-bare": None}


@both_ways(*REFUSED)
def test_refusals_name_their_code_and_accept_nothing(line, to, body, name):
    answer = line.send(to=to, body=body)

    assert answer["success"] is False
    code = answer["response"]["statusCode"] if answer["response"] else None
    assert code == REFUSED[name]
    assert accepted(line) == 0


PAGES_BEFORE = {"429": (429, "2"), "503-retry-after": (503, "2"), "503": (503, None), "500-before": (500, None)}
PAGES_AFTER = {"500": 500, "503-after": 503, "html": 200}


@both_ways(*PAGES_BEFORE)
def test_pages_before_accepting(line, to, body, name):
    answer = line.post("message/send", contacts=to, body=body)

    assert (answer.status_code, answer.headers.get("Retry-After")) == PAGES_BEFORE[name]
    assert accepted(line) == 0


@both_ways(*PAGES_AFTER)
def test_pages_after_accepting(line, to, body, name):
    answer = line.post("message/send", contacts=to, body=body)

    assert (answer.status_code, "<html>" in answer.text) == (PAGES_AFTER[name], True)
    assert "Retry-After" not in answer.headers
    assert accepted(line) == 1


@pytest.mark.parametrize("name", ["429", "503-retry-after", "internal"])
def test_what_may_be_tried_again_goes_through_the_third_time(line, name):
    answers = [line.post("message/send", contacts=NUMBER[name], body="x") for _ in range(3)]

    assert [one.ok and one.json()["success"] for one in answers] == [False, False, True]
    assert accepted(line) == 1


@both_ways("hang-before", "hang")
def test_hanging(line, to, body, name):
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{line.url}/message/send", data={"session": line.session, "contacts": to, "body": body}, timeout=0.3
        )

    assert accepted(line) == (1 if name == "hang" else 0)


@both_ways("reset-before", "reset")
def test_resets(line, to, body, name):
    with pytest.raises(requests.ConnectionError, match=r"reset|aborted"):
        line.send(to=to, body=body)

    assert accepted(line) == (1 if name == "reset" else 0)


@both_ways("slow")
def test_slow_answers_late_but_well(line, to, body, name):
    answer = line.post("message/send", contacts=to, body=body)

    assert answer.elapsed.total_seconds() >= 0.4  # slow_ms of these tests
    assert answer.json()["success"] is True


@both_ways("broken-json")
def test_broken_json_comes_after_accepting(line, to, body, name):
    answer = line.post("message/send", contacts=to, body=body)

    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert (answer.status_code, accepted(line)) == (200, 1)


@both_ways("no-id")
def test_an_answer_without_an_id_comes_after_accepting(line, to, body, name):
    assert line.send(to=to, body=body) == {"success": True, "response": {}}
    assert accepted(line) == 1


@both_ways("expired")
def test_a_session_expires_once_and_a_new_login_sends(line, to, body, name):
    assert line.send(to=to, body=body) == {"success": False, "response": None}
    assert line.call("user/get")["success"] is False
    assert accepted(line) == 0

    assert line.login().send(to=to, body=body)["success"] is True


def test_a_lost_answer_still_brings_the_echo(line, receiver):
    line.hook_up(receiver)
    line.post("message/send", contacts=NUMBER["500"], body="Hello")

    assert receiver.wait_for("message/send")[0]["body"] == "Hello"


def test_tricks_work_for_multimedia_too(line):
    assert line.post("messaging/send", to=NUMBER["500"], body="x").status_code == 500
    assert accepted(line) == 1


def test_each_of_several_recipients_has_its_own_fate(line, receiver):
    line.hook_up(receiver, "progress")
    line.send(to=f"{ANA},{NUMBER['failed']}")

    final = {one["finalDestination"]: one["statusCode"] for one in receiver.wait_for("message/progress", 4)[2:]}
    assert final == {ANA: 4, NUMBER["failed"]: 5}


def test_555_01_numbers_of_other_area_codes_are_ordinary(line, receiver):
    line.hook_up(receiver, "progress")
    assert all(line.send(to=f"612555{100 + ending:04}")["success"] for ending in (5, 20, 30, 41, 43))

    assert {one["statusCode"] for one in receiver.wait_for("message/progress", 10)} == {1, 4}
