"""Who may log in, what a session is, and how it ends."""

import re

import pytest
import requests

from tests.sandbox.rig import LINE, Api


def test_a_session_key_is_a_uuid_and_the_device_of_the_line(api):
    answer = api.call("user/login", username="6125550100", password="any")

    assert answer["success"] is True
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:\d{9}", answer["response"])
    assert len(answer["response"]) == 46


@pytest.mark.parametrize("username", ["6125550100", "+16125550100", "dan@6125550100", "dan@(612) 555-0100"])
def test_every_username_of_a_line_opens_a_session_of_that_line(api, username):
    user = api.login(username).call("user/get")["response"]["user"]

    assert user["mobileNumber"] == "6125550100"
    assert [one["line"] for one in api.look("state")["lines"]] == [LINE]


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("6125550100", ""),
        ("612-555-0100", "x"),
        (" 16125550100", "x"),
        ("16125550100", "x"),
        ("1125550100", "x"),
        ("dan", "x"),
        ("2015550180", "x"),
        ("4165550100", "x"),  # Toronto: only in E.164
    ],
)
def test_a_refused_login_answers_200_with_null(api, username, password):
    answer = api.post("user/login", username=username, password=password)

    assert (answer.status_code, answer.json()) == (200, {"success": False, "response": None})


def test_a_refused_login_can_be_an_http_401(api):
    api.box("settings", login_failure_status=401)

    assert api.post("user/login", username="6125550100", password="").status_code == 401


def test_a_canadian_line_logs_in_with_e164(api):
    user = api.login("+14165550100").call("user/get")["response"]["user"]

    assert user["mobileNumber"] == "+14165550100"


def test_a_password_is_checked_once_the_line_has_one(api):
    api.box("lines", line=LINE, password="right")

    assert api.call("user/login", username="6125550100", password="wrong")["success"] is False
    assert api.call("user/login", username="6125550100", password="right")["success"] is True


def test_a_second_login_leaves_the_first_key_good(api):
    first = api.login().session
    api.login()

    assert Api(api.url).call("user/get", session=first)["success"] is True


def test_logout_ends_the_session(line):
    assert line.call("user/logout")["success"] is True
    assert line.call("user/get") == {"success": False, "response": None}


def test_an_expired_session_is_refused_and_nothing_is_sent(line):
    assert line.box("expire-session", line=LINE) == {"expired": 1}

    assert line.send()["success"] is False
    assert line.look("ledger") == []


def test_the_form_of_a_session_failure_is_a_setting(api):
    api.box("settings", session_failure="401")
    assert api.post("user/get").status_code == 401
    api.box("settings", session_failure="desc")
    assert "Session" in api.call("user/get")["response"]["desc"]


@pytest.mark.parametrize(
    ("username", "status", "is_json"),
    [("2015550182", 500, False), ("2015550187", 401, False), ("2015550189", 200, False)],
)
def test_logins_that_answer_with_a_web_page(api, username, status, is_json):
    answer = api.post("user/login", username=username, password="x")

    assert (answer.status_code, "<html>" in answer.text) == (status, not is_json)


def test_a_login_that_hangs(api):
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{api.url}/user/login", data={"username": "2015550181", "password": "x"}, timeout=0.4)


def test_a_short_session_lasts_three_calls(api):
    api.login("2015550183")

    assert [api.call("user/get")["success"] for _ in range(4)] == [True, True, True, False]


def test_special_lines_refuse_what_they_are_for(api):
    assert api.login("2015550184").call("user/get")["success"] is False
    refused = api.login("2015550185").call("webhook/add", type="message", event="send", url="http://127.0.0.1:1/")
    assert refused["response"]["statusCode"] == -704
    assert api.login("2015550186").send()["response"]["statusCode"] == -700


def test_get_and_post_url_and_body_are_one(api):
    url = f"{api.url}/user/login"
    by_url = requests.get(url, params={"username": "6125550100", "password": "x"}, timeout=5).json()
    mixed = requests.post(url, params={"username": "6125550100"}, data={"password": "x"}, timeout=5).json()
    parts = {"username": (None, "6125550100"), "password": (None, "x")}
    multipart = requests.post(url, files=parts, timeout=5).json()

    assert [by_url["success"], mixed["success"], multipart["success"]] == [True, True, True]


def test_an_unknown_call_is_no_success(api):
    answer = api.post("group/list")

    assert (answer.status_code, answer.json()["success"]) == (404, False)
