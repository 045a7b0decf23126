"""Messages, conversations, contacts and attachments, as a client reads them."""

import base64

import pytest
import requests

from tests.sandbox.rig import ANA, BO, LINE


def write(line, body="YES", sender=ANA, **more):
    return line.box("receive", line=LINE, **{"from": sender}, body=body, **more)["id"]


def test_a_message_shows_the_fields_of_answers_not_those_of_webhooks(line):
    sent, written = line.send()["response"]["root"], write(line)

    outbound = line.call("message/get", id=sent)["response"]
    inbound = line.call("message/get", id=written)["response"]
    assert (outbound["type"], inbound["type"]) == ("ZO", "MO")
    assert (outbound["id"], outbound["sourceAddress"], outbound["destAddress"]) == (sent, "6125550100", "6125550134")
    assert (inbound["sourceAddress"], inbound["statusCode"], inbound["isRead"]) == ("6125550134", 4, False)
    assert "messageType" not in outbound
    assert (outbound["firstName"], outbound["lastName"]) == ("", "")


def test_messages_are_listed_newest_first_and_past_the_end_total_is_0(line):
    ids = [line.send(body=str(number))["response"]["root"] for number in range(3)]

    page = line.call("message/list", start=1, limit=1)
    assert ([one["id"] for one in page["response"]], page["total"], page["size"]) == ([ids[1]], 3, 1)
    end = line.call("message/list", start=3)
    assert (end["response"], end["total"]) == ([], 0)


@pytest.mark.parametrize("name", ["message", "messages"])
def test_messages_are_read_and_deleted_by_either_name(line, receiver, name):
    line.hook_up(receiver)
    ids = [write(line, "1"), write(line, "2")]

    assert line.call("message/read", **{name: ids})["success"]
    assert line.call("message/delete", **{name: ",".join(ids)})["success"]

    assert [one["read"] for one in receiver.wait_for("message/read", 2)] == [True, True]
    assert [one["deleted"] for one in receiver.wait_for("message/delete", 2)] == [True, True]
    assert line.call("message/list")["response"] == []


def test_a_message_of_another_line_is_not_found(line):
    sent = line.send()["response"]["root"]

    assert line.login("6125550101").call("message/get", id=sent)["response"]["statusCode"] == -703


def test_a_fingerprint_is_32_bits_and_the_same_on_every_line(line):
    here = line.send()["response"]["fingerprint"]
    there = line.login("6125550101").send()["response"]["fingerprint"]

    assert here == there
    assert 0 <= int(here) < 2**32
    assert line.send(to=BO)["response"]["fingerprint"] != here


def test_conversations_are_listed_newest_first_with_their_unread(line):
    line.send(to=ANA)
    line.send(to=BO)
    write(line, "YES", ANA)

    listed = line.call("conversation/list")
    assert listed["total"] == 2
    assert [one["lastContactMobileNumber"] for one in listed["response"]] == ["6125550134", "6515550117"]
    newest = listed["response"][0]
    assert (newest["lastMessageBody"], newest["unreadCount"]) == ("YES", 1)
    line.call("conversation/read", fingerprint=newest["fingerprint"])
    assert line.call("conversation/list")["response"][0]["unreadCount"] == 0


def test_a_deleted_conversation_has_null_for_messages(line):
    fingerprint = line.send()["response"]["fingerprint"]
    assert len(line.call("conversation/get", fingerprint=fingerprint)["response"]["messages"]) == 1

    line.call("conversation/delete", fingerprint=fingerprint)

    response = line.call("conversation/get", fingerprint=fingerprint)["response"]
    assert response["messages"] is None
    assert response["conversation"]["deleted"] is True
    assert line.call("conversation/list")["response"] == []


def test_a_contact_is_made_by_a_text_and_changed_by_its_number(line):
    contact = line.send()["response"]["tokens"][0]["contact"]

    saved = line.call("contact/save", address="ptn:/6125550134", firstName="Ana", lastName="Rivera")["response"]

    assert saved["id"] == contact > 2**32
    assert line.call("contact/get", mobileNumber=ANA)["response"]["firstName"] == "Ana"
    assert line.call("contact/save", mobileNumber="6125550134", notes="x")["response"]["lastName"] == "Rivera"


@pytest.mark.parametrize("page", [{"page": 1, "pageSize": 2}, {"page": 0, "pageSize": 2}, {"start": 0, "limit": 2}])
def test_contacts_are_paged(line, page):
    for number in range(3):
        line.call("contact/save", mobileNumber=f"612555013{number}")

    listed = line.call("contact/list", **page)
    assert (len(listed["response"]), listed["total"], listed["pages"]) == (2, 3, 2)
    line.call("contact/delete", contact=listed["response"][0]["id"])
    assert line.call("contact/list")["total"] == 2


@pytest.mark.parametrize(("long_body", "kept"), [("prefix", 600), ("empty", 0)])
def test_a_long_text_arrives_whole_only_as_an_attachment(line, long_body, kept):
    line.box("settings", long_body=long_body)
    text = "é" * 301

    message = line.call("message/get", id=write(line, text))["response"]

    assert (message["hasAttachment"], len(message["body"].encode())) == (True, kept)
    listed = line.call("messageAttachment/list", messageId=message["id"])
    assert (listed["total"], listed["response"][0]["mimeType"]) == (1, "text/plain")
    raw = line.post("hostedContent/get", storageKey=listed["response"][0]["storageKey"])
    assert raw.content.decode() == text


def test_a_picture_comes_with_a_smil_part(line):
    picture = {"name": "a.png", "mime_type": "image/png", "base64": base64.b64encode(b"png").decode()}
    message = write(line, "", attachments=[picture])

    listed = line.call("messageAttachment/list", messageId=message)["response"]

    assert [one["mimeType"] for one in listed] == ["image/png", "application/smil"]
    url = f"{line.url}/hostedContent/get"
    fields = {"session": line.session, "storageKey": listed[0]["storageKey"]}
    assert requests.get(url, params=fields, timeout=5).content == b"png"
