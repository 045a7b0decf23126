"""The page at /, read and used without JavaScript."""

import re

import pytest
import requests

from tests.sandbox.rig import ANA, BO, LINE, wait_until

PICTURE = b"\x89PNG\r\n\x1a\n"


def page(line, **query):
    answer = requests.get(f"{line.url}/", params=query, timeout=5)
    assert answer.status_code == 200
    return answer.text


def handset(text, label):
    """Return the section of one handset."""
    found = re.search(rf'<section[^>]*aria-label="Handset {re.escape(label)}">.*?</section>', text, re.DOTALL)
    return found.group(0) if found else ""


def press(api, action, **fields):
    """Send a form of the page as a browser would, and return where it leads."""
    files = fields.pop("files", None)
    url = f"{api.url}/handsets/{action}"
    answer = requests.post(url, data=fields, files=files, timeout=5, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def delivered(line, body="Can you work?", to=ANA):
    line.send(to=to, body=body)
    wait_until(lambda: all(one["state"] == "delivered" for one in line.look("ledger")))


def test_an_empty_sandbox_says_how_to_begin(api):
    text = page(api)

    assert "No handsets yet." in text
    assert "No line yet." in text


def test_a_delivered_text_stands_on_its_handset_and_at_the_agent(line):
    delivered(line)
    text = page(line)

    phone = handset(text, "(612) 555-0134")
    assert "Can you work?" in phone
    assert 'aria-label="Write as (612) 555-0134"' in phone
    assert 'aria-label="Send as (612) 555-0134"' in phone
    agent = text[text.index('aria-label="Agent\'s side"') :]
    assert "You: Can you work?" in agent


def test_a_failed_text_is_not_on_the_handset(line):
    line.send(body="never seen #failed")
    wait_until(lambda: line.look("ledger")[0]["state"] == "failed")
    text = page(line)

    assert "never seen" not in handset(text, "(612) 555-0134")
    assert "failed (5)" in text


@pytest.mark.parametrize(("fields", "body"), [({"body": "I can"}, "I can"), ({"quick": "YES", "body": "half"}, "YES")])
def test_a_person_writes_by_a_form(line, receiver, fields, body):
    delivered(line)
    line.hook_up(receiver, "receive")

    assert press(line, "write", number=ANA, line=LINE, back="handset=%2B16125550134", **fields) == (
        "/?handset=%2B16125550134"
    )

    assert receiver.wait_for("message/receive")[0]["body"] == body
    assert body in handset(page(line), "(612) 555-0134")


def test_the_bundled_picture_and_one_of_the_persons_own(line, receiver):
    delivered(line)
    line.hook_up(receiver, "receive")
    press(line, "write", number=ANA, line=LINE, quick="picture")
    press(line, "write", number=ANA, line=LINE, files={"file": ("me.png", PICTURE, "image/png")})

    assert [one["hasAttachment"] for one in receiver.wait_for("message/receive", 2)] == [True, True]
    sources = re.findall(r'<img class="picture" src="(/content/[^"]+)"', handset(page(line), "(612) 555-0134"))
    contents = [requests.get(f"{line.url}{one}", timeout=5) for one in sources]
    assert [one.headers["Content-Type"] for one in contents] == ["image/png", "image/png"]
    assert contents[1].content == PICTURE


def test_a_file_that_is_no_picture_is_refused_in_words(line):
    delivered(line)
    where = press(line, "write", number=ANA, line=LINE, files={"file": ("a.pdf", b"%", "application/pdf")})

    assert where == "/?problem=file"
    assert "Only pictures" in page(line, problem="file")


def test_stop_shows_the_networks_notice_and_what_it_means(line):
    delivered(line)
    press(line, "write", number=ANA, line=LINE, quick="STOP")
    phone = handset(page(line), "(612) 555-0134")

    assert "NETWORK MSG" in phone
    assert "until it sends UNSTOP" in phone
    assert 'value="UNSTOP"' in phone
    assert press(line, "write-as-agent", line=LINE, number=ANA, body="Hello?") == "/?problem=stopped"
    assert 'value="STOP"' not in phone


def test_a_phone_that_is_off_waits_and_catches_up(line):
    press(line, "add", number="(612) 555-0134")
    press(line, "switch", number=ANA, on="no")
    line.send(body="Are you there?")
    wait_until(lambda: line.look("state")["waiting"] == 1)
    phone = handset(page(line), "(612) 555-0134")
    assert "1 text waits at the carrier" in phone
    assert "Are you there?" not in phone
    assert 'aria-checked="false"' in phone
    assert press(line, "write", number=ANA, line=LINE, body="x") == "/?problem=number"

    press(line, "switch", number=ANA, on="yes")

    assert "Are you there?" in handset(page(line), "(612) 555-0134")


def test_the_rep_writes_in_the_app_and_marks_what_is_read(line, receiver):
    line.hook_up(receiver)
    line.box("receive", line=LINE, **{"from": ANA}, body="Hi")
    assert "1 new" in page(line)

    press(line, "write-as-agent", line=LINE, number=ANA, body="Hi Ana")
    press(line, "read", line=LINE, number=ANA)

    assert receiver.wait_for("message/send")[0]["body"] == "Hi Ana"
    assert receiver.wait_for("message/read")[0]["body"] == "Hi"
    assert "1 new" not in page(line)


def test_the_webhooks_are_counted_and_their_secret_is_not_shown(line, receiver):
    line.hook_up(receiver, "receive")
    line.call("webhook/add", type="message", event="read", url=f"{receiver.url}/in/secret-word")
    line.box("receive", line=LINE, **{"from": ANA}, body="Hi")

    wait_until(lambda: "1 taken, 0 tried again" in page(line))
    assert "message/read" in page(line)
    assert "secret-word" not in page(line)


def test_the_three_latest_are_shown_unless_others_are_chosen(line):
    for number in range(5):
        line.send(to=f"612555013{number}")
    assert re.findall(r'aria-label="Handset ([^"]+)"', page(line)) == [f"(612) 555-013{one}" for one in (4, 3, 2)]

    chosen = page(line, handset=["+16125550130", "+16125550134"])

    assert re.findall(r'aria-label="Handset ([^"]+)"', chosen) == ["(612) 555-0130", "(612) 555-0134"]
    assert len(re.findall(r'type="checkbox"', chosen)) == 5


def test_a_handset_is_added_for_any_number_and_for_nothing_else(line):
    assert press(line, "add", number="651.555.0117") == "/"
    assert handset(page(line), "(651) 555-0117")
    assert press(line, "add", number="12") == "/?problem=number"
    assert 'role="alert"' in page(line, problem="number")


def test_an_old_handset_comes_back_by_adding_it_again(line):
    for number in range(4):
        line.send(to=f"612555013{number}")
    assert not handset(page(line), "(612) 555-0130")

    press(line, "add", number="6125550130")

    assert handset(page(line), "(612) 555-0130")


def test_clear_all_takes_texts_and_handsets(line):
    delivered(line)

    assert press(line, "clear", back="handset=%2B16125550134") == "/"

    assert "No handsets yet." in page(line)
    assert line.call("user/get")["success"] is True


def test_zipwhip_can_be_told_not_to_answer(line):
    press(line, "mood", mood="unavailable")
    assert line.post("user/get").status_code == 503

    press(line, "mood", mood="at once")
    assert line.post("user/get").status_code == 200


def test_what_strangers_write_is_escaped(line):
    line.call("contact/save", mobileNumber=ANA, firstName="<i>Ana")
    delivered(line, "<script>alert(1)</script>")
    text = page(line, problem="<b>", handset=ANA, **{"with": '"><script>'})

    assert "<script>alert" not in text
    assert "<i>Ana" not in text
    assert '"><script>' not in text


def test_the_way_back_leads_nowhere_else(line):
    assert press(line, "add", number=BO, back="https://example.org/?handset=x&evil=1") == "/"
    assert press(line, "add", number=BO, back="line=%0d%0aX: 1").startswith("/?line=%0D%0A")


def test_nothing_inline_and_nothing_from_elsewhere(line):
    delivered(line)
    answer = requests.get(f"{line.url}/", timeout=5)

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert not re.search(r"<style|style=|<script>|\son\w+=|https?://", answer.text)
    for name in re.findall(r'(?:src|href)="(/assets/[^"]+)"', answer.text):
        assert requests.get(f"{line.url}{name}", timeout=5).status_code == 200
    assert requests.get(f"{line.url}/assets/..%2fpages.py", timeout=5).status_code == 404


def test_every_magic_number_stands_on_the_page(line):
    text = page(line)

    assert "(201) 555-0141" in text
    assert "#broken-json" in text
    assert "(201) 555-0180" in text
