"""ZipWhip's JSON: every variant of 2014 to 2020 reads the same, and what cannot be read names its field only."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texting.providers.base import (
    DeliveryChanged,
    DeliveryNews,
    Hook,
    MalformedEvent,
    OddRow,
    OptOutChanged,
    TextDeleted,
    TextRead,
    TextReceived,
    TextSent,
)
from texting.providers.zipwhip import payloads
from texting.providers.zipwhip.payloads import parse_event
from texting.vocabulary import Direction, EventKind, TextStatus

ANA, LINE = "+16125550134", "+16125550100"
AT = datetime(2020, 11, 20, 15, 4, 5, tzinfo=UTC)

RECEIVED_2020 = {
    "id": 1329809876543219712,
    "fingerprint": "2216445311",
    "deviceId": 309626613,
    "contactId": 2345678901234,
    "body": "Yes, I can start Monday",
    "bodySize": 23,
    "address": "ptn:/+16125550134",
    "finalSource": "+16125550134",
    "finalDestination": "+16125550100",
    "messageType": "MO",
    "messageTransport": 9,
    "statusCode": 4,
    "messageStatus": 1003,
    "hasAttachment": False,
    "visible": True,
    "read": False,
    "deleted": False,
    "dateCreated": "2020-11-20T15:04:05Z",
    "dateRead": None,
    "dateDeleted": None,
    "dateDelivered": None,
    "scheduledDate": None,
    "cc": None,
    "bcc": None,
}
RECEIVED_2015 = {
    **RECEIVED_2020,
    "address": "ptn:/6125550134",
    "finalSource": "6125550134",
    "finalDestination": "6125550100",
    "statusCode": 1,
    "dateCreated": "2020-11-20T07:04:05-08:00",
    "cc": "",
}
LISTED = {
    "id": "1329809876543219712",
    "uuid": "1329809876543219712",
    "address": "ptn:/6125550134",
    "body": "Yes, I can start Monday",
    "type": "MO",
    "sourceAddress": "6125550134",
    "destAddress": "6125550100",
    "mobileNumber": "6125550134",
    "isRead": False,
    "hasAttachment": False,
    "transmissionState": {"enumType": "com.zipwhip.TransmissionState", "name": "DELIVERED"},
    "statusCode": 4,
    "statusDesc": "",
    "scheduledDate": None,
    "dateCreated": "2020-11-20T15:04:05+00:00",
    "latlong": 1.5,
    "thread": "",
}
SENT_2020 = {**RECEIVED_2020, "messageType": "ZO", "finalSource": LINE, "finalDestination": ANA, "statusCode": 1}


def parse(event, item):
    return parse_event(event, json.dumps(item).encode())


def without(item, *names):
    return {name: value for name, value in item.items() if name not in names}


def complaint(event, item):
    with pytest.raises(MalformedEvent) as caught:
        parse(event, item)
    return str(caught.value)


@pytest.mark.parametrize("item", [RECEIVED_2020, RECEIVED_2015, LISTED])
def test_a_received_text_reads_the_same_in_every_form(item):
    event = parse(EventKind.RECEIVE, item)

    assert isinstance(event, TextReceived)
    text = event.text
    assert (text.provider_id, text.direction) == ("1329809876543219712", Direction.IN)
    assert (text.number, text.line_number) == (ANA, LINE)
    assert (text.body, text.at) == ("Yes, I can start Monday", AT)
    assert (text.has_attachment, text.scheduled_at, text.delivery) == (False, None, None)


@pytest.mark.parametrize("kind", ["ZO", "MT", "zo"])
def test_a_sent_text_is_ours_to_the_contact(kind):
    event = parse(EventKind.SEND, {**SENT_2020, "messageType": kind})

    assert isinstance(event, TextSent)
    assert (event.text.direction, event.text.number, event.text.line_number) == (Direction.OUT, ANA, LINE)
    assert event.text.delivery == DeliveryNews(TextStatus.SENT, 1, None, "1")


def test_an_older_sent_text_lists_its_state_as_a_word():
    older = {**without(LISTED, "statusCode"), "type": "ZO", "sourceAddress": "6125550100", "destAddress": "6125550134"}
    states = [{"name": "ERROR"}, "DELIVERED", "QUEUED", "WHAT", None]
    news = [payloads.parse_text({**older, "transmissionState": state}).delivery for state in states]

    assert [one and one.status for one in news] == [
        TextStatus.UNDELIVERED,
        TextStatus.DELIVERED,
        TextStatus.SENT,
        None,
        None,
    ]


def test_a_text_at_the_wrong_address_is_what_it_says_itself():
    assert isinstance(parse(EventKind.RECEIVE, SENT_2020), TextSent)
    assert isinstance(parse(EventKind.SEND, RECEIVED_2020), TextReceived)


def test_a_text_without_a_type_is_what_the_address_says():
    assert isinstance(parse(EventKind.RECEIVE, without(RECEIVED_2020, "messageType")), TextReceived)
    assert isinstance(parse(EventKind.SEND, without(SENT_2020, "messageType")), TextSent)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("6125550134", "+16125550134"),
        ("16125550134", "+16125550134"),
        (" 16125550134", "+16125550134"),
        ("+16125550134", "+16125550134"),
        ("ptn:/6125550134", "+16125550134"),
        ("(612) 555-0134", "+16125550134"),
        (6125550134, "+16125550134"),
        ("+442079460018", "+442079460018"),
        ("72345", "72345"),
        ("ptn:/72345", "72345"),
    ],
)
def test_the_other_partys_number_is_normalised(written, number):
    assert parse(EventKind.RECEIVE, {**RECEIVED_2020, "finalSource": written}).text.number == number


@pytest.mark.parametrize("written", ["", None])
def test_the_address_stands_in_for_a_missing_number(written):
    assert parse(EventKind.RECEIVE, {**RECEIVED_2020, "finalSource": written}).text.number == ANA


def test_the_line_may_be_written_as_its_device():
    text = parse(EventKind.RECEIVE, {**RECEIVED_2020, "finalDestination": "device:/6125550100/0"}).text

    assert text.line_number == LINE


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2020-11-20T15:04:05Z", AT),
        ("2020-11-20T15:04:05+00:00", AT),
        ("2020-11-20T07:04:05-08:00", AT),
        ("2020-11-20T15:04:05", AT),
        ("2020-11-20T15:04:05.000Z", AT),
        ("2020-11-20T20:34:05+0530", AT),
        (1605884645000, AT),
        ("1605884645000", AT),
        (None, None),
        ("", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (10**30, None),
    ],
)
def test_times_are_read_whatever_their_offset(written, at):
    assert parse(EventKind.RECEIVE, {**RECEIVED_2020, "dateCreated": written}).text.at == at


def test_a_scheduled_text_says_when_it_leaves():
    later = {**SENT_2020, "scheduledDate": "2020-11-21T15:00:00Z"}

    assert parse(EventKind.SEND, later).text.scheduled_at == datetime(2020, 11, 21, 15, tzinfo=UTC)
    assert parse(EventKind.SEND, {**SENT_2020, "scheduledDate": SENT_2020["dateCreated"]}).text.scheduled_at is None
    assert (
        parse(EventKind.RECEIVE, {**RECEIVED_2020, "scheduledDate": "2020-11-21T15:00:00Z"}).text.scheduled_at is None
    )


@pytest.mark.parametrize(
    ("written", "id_"),
    [
        (9007199254740993, "9007199254740993"),
        ("9007199254740993", "9007199254740993"),
        (9223372036854775807, "9223372036854775807"),
        ("007", "7"),
    ],
)
def test_ids_beyond_what_a_float_holds_stay_exact(written, id_):
    assert parse(EventKind.READ, {"id": written}) == TextRead(id_)


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": 9223372036854775808}',
        b'{"id": 1329809876543219712.0}',
        b'{"id": 1.3e18}',
        b'{"id": NaN}',
        b'{"id": true}',
        b'{"id": 0}',
        b'{"id": -1}',
        b'{"id": "12a"}',
        b'{"id": ""}',
        b'{"id": null}',
        b'{"id": ["1"]}',
        b'{"id": "\xd9\xa1"}',
        b"{}",
    ],
)
def test_what_is_no_id_is_malformed(body):
    with pytest.raises(MalformedEvent, match=r"^id is "):
        parse_event(EventKind.DELETE, body)


def test_deleted_and_read_name_the_text():
    assert parse(EventKind.DELETE, RECEIVED_2020) == TextDeleted("1329809876543219712")
    assert parse(EventKind.READ, RECEIVED_2015) == TextRead("1329809876543219712")


@pytest.mark.parametrize(
    ("code", "status"), [(4, "delivered"), ("5", "undelivered"), (-801, "undelivered"), (2, "sent")]
)
def test_progress_tells_what_became_of_a_text(code, status):
    event = parse(EventKind.PROGRESS, {**SENT_2020, "statusCode": code})

    assert isinstance(event, DeliveryChanged)
    assert (event.provider_id, event.news.status, event.news.provider_code) == (
        "1329809876543219712",
        status,
        str(code),
    )


@pytest.mark.parametrize(
    ("item", "opted_out"),
    [
        ({"optedOut": True}, True),
        ({"optedOut": False}, False),
        ({"optOut": "true"}, True),
        ({"optedIn": True}, False),
        ({"optIn": False}, True),
        ({"status": "OPTED_OUT"}, True),
        ({"status": "opted in"}, False),
        ({"body": "STOP"}, True),
        ({"body": " Unstop. "}, False),
    ],
)
def test_an_opt_out_is_read_however_it_is_said(item, opted_out):
    told = {"finalSource": ANA, "finalDestination": LINE, "dateCreated": "2020-11-20T15:04:05Z", **item}

    assert parse(EventKind.OPT_OUT, {"address": "ptn:/6125550134", **told}) == OptOutChanged(ANA, opted_out, AT)
    assert parse(EventKind.OPT_OUT, told) == OptOutChanged(ANA, opted_out, AT)


@pytest.mark.parametrize("item", [{}, {"optedOut": None}, {"optedOut": 1}, {"status": "maybe"}])
def test_an_opt_out_that_does_not_say_which_is_malformed(item):
    assert "missing or unknown" in complaint(EventKind.OPT_OUT, {"finalSource": ANA, **item})


@pytest.mark.parametrize(
    ("body", "cleaned"),
    [
        (b'"a\\u0000b"', "ab"),
        (b'"a\\ud83db"', "a\ufffdb"),
        (b'"\\ude00\\ud83d"', "\ufffd\ufffd"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\xed\xa0\xbd\xed\xb8\x80"', "\U0001f600"),
        (b'"\xf0\x9f\x98\x80"', "\U0001f600"),
        (b"null", ""),
        (b'""', ""),
    ],
)
def test_a_body_becomes_what_postgresql_takes(body, cleaned):
    raw = json.dumps(without(RECEIVED_2020, "body")).encode()[:-1] + b', "body": ' + body + b"}"
    text = parse_event(EventKind.RECEIVE, raw).text

    assert text.body == cleaned
    text.body.encode()  # raises when half a surrogate pair is left


def test_a_picture_may_come_without_a_body():
    item = {**without(RECEIVED_2020, "body"), "hasAttachment": True}

    assert parse(EventKind.RECEIVE, item).text.has_attachment
    assert complaint(EventKind.RECEIVE, {**item, "hasAttachment": False}) == "body is missing"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"body": 5}, "body is no text"),
        ({"body": ["hidden"]}, "body is no text"),
        ({"finalSource": "canary"}, "finalSource is no phone number"),
        ({"finalSource": "+1612555013499999"}, "finalSource is no phone number"),
        ({"finalSource": {"hidden": 1}}, "finalSource is no phone number"),
        ({"finalDestination": None}, "finalDestination is missing"),
        ({"finalDestination": "72345"}, "finalDestination is no phone number"),
        ({"finalDestination": "device:/6125550100/3"}, "finalDestination is no phone number"),
        ({"hasAttachment": "yes"}, "hasAttachment is neither true nor false"),
        ({"messageType": "XX"}, "messageType is missing or unknown"),
        ({"messageType": 5}, "messageType is missing or unknown"),
        ({"dateCreated": ["hidden"]}, "dateCreated is no time"),
        ({"dateCreated": True}, "dateCreated is no time"),
    ],
)
def test_what_cannot_be_read_names_its_field_and_not_its_value(item, words):
    assert complaint(EventKind.RECEIVE, {**RECEIVED_2020, **item}) == words


@pytest.mark.parametrize("code", [4.5, "four", [4], True, 10**12, None])
def test_progress_without_a_code_is_malformed(code):
    assert complaint(EventKind.PROGRESS, {**SENT_2020, "statusCode": code}).startswith("statusCode is ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b'"text"',
        b"<html>",
        b"\xff\xfe",
        b'{"id": 1',
        b"[" * 100_000,
        b'{"id": ' + b"1" * 9999 + b"}",
    ],
)
def test_a_body_that_is_no_json_object_is_malformed(body):
    with pytest.raises(MalformedEvent) as caught:
        parse_event(EventKind.RECEIVE, body)
    assert caught.value.__cause__ is None


def test_unknown_fields_are_ignored():
    item = {**RECEIVED_2020, "loc": 44.98, "new": {"deep": [1, None]}, "direction": "?", "class": "com.zipwhip.X"}

    assert parse(EventKind.RECEIVE, item) == parse(EventKind.RECEIVE, RECEIVED_2020)


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from(["MO", "ZO", ANA, "STOP"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
damaged = st.dictionaries(st.sampled_from([*RECEIVED_2020, *LISTED, "optedOut", "optIn", "status"]), values, max_size=4)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(list(EventKind)), st.sampled_from([RECEIVED_2020, RECEIVED_2015, LISTED, {}]), damaged)
def test_any_damage_is_read_or_malformed_and_nothing_else(event, item, damage):
    body = json.dumps({**item, **damage}).encode()
    try:
        meaning = parse_event(event, body)
    except MalformedEvent as error:
        complaint = str(error)
    else:
        complaint = "the text is " + repr(meaning).replace("\\x00", "NUL")
    named = complaint.split()[0]
    assert named in {"the", *RECEIVED_2020, *LISTED, "optedOut", "optIn", "status"}
    assert "NUL" not in complaint


@given(st.sampled_from(list(EventKind)), st.binary(max_size=60))
def test_any_bytes_are_read_or_malformed(event, body):
    try:
        parse_event(event, body)
    except MalformedEvent:
        return


def test_a_list_names_what_is_no_text_between_two_numbers():
    group = {
        **LISTED,
        "type": "ZO",
        "isParent": True,
        "sourceAddress": "6125550100",
        "destAddress": "device:/6125550100/3",
    }

    text, *odd = payloads.parse_texts([LISTED, {**group, "address": "device:/6125550100/3"}, {**LISTED, "id": 0}, None])

    assert text.number == ANA
    assert odd == [OddRow.GROUP, OddRow.UNREADABLE, OddRow.UNREADABLE]
    assert payloads.parse_texts(None) == []


def test_hooks_say_which_event_they_are_for():
    told = [
        {"webhookId": 17, "type": "message", "event": "receive", "url": "https://erp.test/a", "method": "POST"},
        {"webhookId": "18", "type": "optout", "event": "optout/change", "url": "https://erp.test/b"},
        {"webhookId": 19, "type": "message", "event": "novel", "url": None},
    ]

    assert payloads.parse_hooks(told) == [
        Hook("17", EventKind.RECEIVE, "https://erp.test/a"),
        Hook("18", EventKind.OPT_OUT, "https://erp.test/b"),
        Hook("19", None, ""),
    ]
    assert payloads.parse_hooks(told[0])[0].provider_id == "17"
    assert payloads.parse_hooks(None) == []


def test_attachments_are_described():
    told = {"fileName": "long\u0000.txt", "mimeType": "Text/Plain", "fileSizeBytes": 1200, "storageKey": "abc/1"}
    (info,) = payloads.parse_attachments([told])

    assert (info.file_name, info.mime_type, info.byte_count, info.storage_key) == (
        "long.txt",
        "text/plain",
        1200,
        "abc/1",
    )
    assert payloads.parse_attachments([{"storageKey": "k"}])[0].byte_count == 0
    with pytest.raises(MalformedEvent, match="storageKey"):
        payloads.parse_attachments([{"fileName": "a"}])


@pytest.mark.parametrize(
    ("content", "message_id"),
    [
        ({"root": "7", "tokens": [{"message": "7"}]}, "7"),
        ({"root": "9", "tokens": [{"message": "7"}, {"message": "8"}]}, "7"),
        ({"root": "9", "tokens": []}, "9"),
        ({"root": "9", "tokens": None}, "9"),
        ({"id": 1329809876543219712, "status": "queued"}, "1329809876543219712"),
        ({"tokens": [{"message": "x"}]}, ""),
        ({"root": None}, ""),
        ({}, ""),
        (None, ""),
        ("7", ""),
    ],
)
def test_the_id_of_a_sent_text_is_found_in_both_answers(content, message_id):
    assert payloads.find_message_id(content) == message_id
