"""Registering hooks, what is posted to them, and how often."""

import pytest

from tests.sandbox.rig import ANA, LINE, wait_until


def test_hooks_are_added_listed_changed_and_deleted(line):
    added = line.call("webhook/add", type="message", event="send", url="http://127.0.0.1:1/a")["response"]
    assert (added[0]["event"], added[0]["method"]) == ("send", "POST")
    hook = added[0]["webhookId"]
    assert isinstance(hook, int)

    changed = line.call("webhook/update", webhookId=hook, url="http://127.0.0.1:1/b")["response"]
    assert changed == line.call("webhook/list")["response"]
    assert changed[0]["url"].endswith("/b")
    assert line.call("webhook/delete", webhookId=hook) == {"success": True, "response": []}
    assert line.call("webhook/list")["response"] == []


@pytest.mark.parametrize("wrong", [{"event": "sent"}, {"type": "optin"}, {"url": "file:///x"}, {"method": "BREW"}])
def test_a_hook_that_makes_no_sense_is_refused(line, wrong):
    fields = {"type": "message", "event": "send", "url": "http://127.0.0.1:1/", **wrong}

    assert line.call("webhook/add", **fields)["response"]["statusCode"] == -703


def test_hooks_of_another_line_are_out_of_reach(line, receiver):
    line.hook_up(receiver, "send")
    hook = line.call("webhook/list")["response"][0]["webhookId"]
    other = line.login("6125550101")

    assert other.call("webhook/list")["response"] == []
    assert other.call("webhook/delete", webhookId=hook)["success"] is False


def test_a_send_is_echoed_then_progresses_to_delivered(line, receiver):
    line.hook_up(receiver)
    sent = int(line.send()["response"]["root"])

    progress = receiver.wait_for("message/progress", 2)

    (echo,) = receiver.of("message/send")
    assert (echo["id"], echo["messageType"], echo["body"]) == (sent, "ZO", "Can you work tonight?")
    assert (echo["finalSource"], echo["finalDestination"], echo["address"]) == (LINE, ANA, f"ptn:/{ANA}")
    assert [(one["id"], one["statusCode"]) for one in progress] == [(sent, 1), (sent, 4)]
    assert progress[1]["dateDelivered"].endswith("Z")


def test_a_received_text_is_a_bare_object_with_number_ids(line, receiver):
    line.hook_up(receiver)
    written = line.box("receive", line=LINE, **{"from": ANA}, body="Ja, schön")

    (payload,) = receiver.wait_for("message/receive")

    assert receiver.headers[0]["Content-Type"] == "application/json;charset=UTF-8"
    assert payload["id"] == int(written["id"]) > 2**53
    assert (payload["messageType"], payload["statusCode"], payload["messageStatus"]) == ("MO", 4, 1003)
    assert (payload["finalSource"], payload["finalDestination"], payload["body"]) == (ANA, LINE, "Ja, schön")
    assert payload["deviceId"] == int(line.session.rpartition(":")[2])
    assert payload["contactId"] > 2**32
    assert isinstance(payload["fingerprint"], str)


@pytest.mark.parametrize(("form", "source", "zone"), [("2015", "6125550134", "-07:00"), ("2019", ANA, "+00:00")])
def test_older_spellings_of_numbers_and_dates(line, receiver, form, source, zone):
    line.box("settings", webhook_form=form)
    line.hook_up(receiver)
    line.box("receive", line=LINE, **{"from": ANA}, body="YES")

    (payload,) = receiver.wait_for("message/receive")

    assert (payload["finalSource"], payload["address"]) == (source, f"ptn:/{source}")
    assert payload["dateCreated"].endswith(zone)
    assert "messageStatus" not in payload


def test_a_text_typed_in_the_app_is_announced_like_any_other(line, receiver):
    line.hook_up(receiver)
    typed = line.box("app-send", line=LINE, to=ANA, body="See you at 22:00")

    (echo,) = receiver.wait_for("message/send")

    assert (echo["id"], echo["body"]) == (int(typed["id"]), "See you at 22:00")


def test_an_event_that_is_not_taken_is_tried_again_and_counted(line, receiver):
    line.box("settings", retry_seconds=[0.02, 0.02, 0.02])
    line.hook_up(receiver, "receive")
    receiver.refusals = 2

    line.box("receive", line=LINE, **{"from": ANA}, body="YES")

    receiver.wait_for("message/receive")
    tally = {"taken": 1, "tried_again": 2, "given_up": 0}
    wait_until(lambda: line.look("state")["deliveries"].get(LINE) == tally)


def test_an_event_nobody_takes_is_given_up(line, receiver):
    receiver.refusals = 100
    line.hook_up(receiver, "receive")

    line.box("receive", line=LINE, **{"from": ANA}, body="YES")

    wait_until(lambda: line.look("state")["deliveries"].get(LINE, {}).get("given_up") == 1)
    assert receiver.taken == []


def test_the_same_event_registered_twice_is_delivered_twice(line, receiver):
    line.hook_up(receiver, "receive", "receive")
    line.box("receive", line=LINE, **{"from": ANA}, body="YES")

    first, second = receiver.wait_for("message/receive", 2)
    assert first == second


def test_every_event_may_be_delivered_twice(line, receiver):
    line.hook_up(receiver)
    line.box("settings", webhooks="twice")
    line.box("receive", line=LINE, **{"from": ANA}, body="STOP")

    assert len(receiver.wait_for("message/receive", 2)) == 2
    assert len(receiver.wait_for("optout/change", 2)) == 2


def test_every_event_may_be_dropped_and_is_listed_all_the_same(line, receiver):
    line.hook_up(receiver)
    line.box("settings", webhooks="dropped")
    line.box("receive", line=LINE, **{"from": ANA}, body="YES")
    wait_until(lambda: line.look("state")["deliveries"][LINE]["given_up"] == 1)

    assert receiver.taken == []
    assert line.call("message/list")["response"][0]["body"] == "YES"


def test_events_may_be_late_and_in_disorder(line, receiver):
    line.hook_up(receiver, "receive")
    line.box("settings", webhooks="late")
    said = [f"answer {n}" for n in range(12)]
    for body in said:
        line.box("receive", line=LINE, **{"from": ANA}, body=body)

    heard = [one["body"] for one in receiver.wait_for("message/receive", 12)]
    assert heard != said
    assert sorted(heard) == sorted(said)


def test_stop_is_received_and_turns_sending_off_until_unstop(line, receiver):
    line.hook_up(receiver)
    line.box("receive", line=LINE, **{"from": ANA}, body="Stop")
    assert receiver.wait_for("message/receive")[0]["body"] == "Stop"
    assert receiver.wait_for("optout/change")[0]["optedOut"] is True
    assert line.send()["response"]["statusCode"] == -1234
    assert line.login("6125550101").send()["success"] is True  # only this line is meant

    line.box("receive", line=LINE, **{"from": ANA}, body="UNSTOP")

    assert receiver.wait_for("optout/change", 2)[1]["optedOut"] is False
    assert line.login().send()["success"] is True


def test_a_stop_may_also_show_only_in_progress(line, receiver):
    line.box("settings", optout_refusal="progress")
    line.hook_up(receiver)
    line.box("receive", line=LINE, **{"from": ANA}, body="STOP")

    assert line.send()["success"] is True
    assert receiver.wait_for("message/progress", 2)[1]["statusCode"] == -1234


def test_stop_inside_a_sentence_is_not_stop(line):
    line.box("receive", line=LINE, **{"from": ANA}, body="I'll stop by at six")

    assert line.send()["success"] is True


def test_a_text_to_a_phone_that_is_off_waits_at_the_carrier(line, receiver):
    line.hook_up(receiver)
    line.box("power", number=ANA, on=False)
    line.send()
    assert [one["statusCode"] for one in receiver.wait_for("message/progress", 2)] == [1, 2]
    assert line.look("state")["waiting"] == 1

    line.box("power", number=ANA, on=True)

    assert receiver.wait_for("message/progress", 3)[2]["statusCode"] == 4


def test_a_pace_spreads_what_leaves_but_not_what_is_accepted(line, receiver):
    line.box("settings", pace_per_second=4)
    line.hook_up(receiver, "progress")
    assert all(line.send(body=str(number))["success"] for number in range(3))

    wait_until(lambda: line.look("ledger")[0]["state"] == "delivered")
    assert line.look("ledger")[2]["state"] == "queued"
    receiver.wait_for("message/progress", 6)
