"""The judge sees: of each kind of violation one is planted in a small clean firm, and found; without it nothing is."""

from __future__ import annotations

import base64
import json

import pytest
import redis

from enterprise.employees.models import Employee
from enterprise.messagelog.models import Message
from tests.chaos import oracle, rest
from tests.chaos.promises import Sent
from tests.chaos.small_firm import ANA, BO, SECOND, START, START_MS, SmallFirm, fill, log
from texting.models import Batch, Conversation, Line, OptOut, Text, WebhookEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_arrives(monkeypatch):
    monkeypatch.setattr(rest, "LONGEST_SECONDS", 0.1)


@pytest.fixture
def firm(tmp_path):
    firm = SmallFirm(tmp_path)
    fill(firm)
    yield firm
    redis.Redis.from_url(firm.environment["REDIS_URL"]).delete("celery")


def violations(firm, heard=("chaos-body-in-1",)):
    return oracle.judge(firm, heard=[*heard], acknowledged=firm.acknowledged)


def judge(firm):
    return {violation.invariant.partition(" ")[0] for violation in violations(firm)}


def texted():
    return Text.objects.get(number=ANA, direction="out")


def test_a_clean_firm_has_no_violation(firm):
    assert violations(firm) == []


def accepted_twice(firm):
    firm.post(ANA, "chaos-body-1", at=10, id="12")


def still_queued(firm):
    Text.objects.filter(pk=texted().pk).update(status="queued", provider_id=None)
    firm.entries = firm.entries[1:]


def still_looked_for(firm):
    Text.objects.filter(pk=texted().pk).update(
        status="unconfirmed", reason="no_answer", provider_id=None, next_look_at=START
    )


def event_given_up(firm):
    line = Line.objects.get()
    WebhookEvent.objects.create(
        line=line, event="receive", body=b"{}", state="quarantined", next_try_at=START, received_at=START
    )


def batch_half_made(firm):
    Batch.objects.update(is_pending=True)


def left_in_the_spool(firm):
    (firm.folder / "spool").mkdir()
    (firm.folder / "spool" / "1.json").write_text("{}")


def conversation_open(firm):
    Conversation.objects.update(closed_at=None, logged_at=None)


def sent_but_not_accepted(firm):
    firm.entries = firm.entries[1:]


def sent_as_another(firm):
    Text.objects.filter(pk=texted().pk).update(provider_id="99")


def accepted_but_blocked(firm):
    Text.objects.filter(pk=texted().pk).update(status="canceled", provider_id=None)


def accepted_without_a_row(firm):
    firm.post("+16515560009", "chaos-body-2", at=10, id="12")


def stop_forgotten(firm):
    OptOut.objects.all().delete()


def posted_after_a_stop_that_was_taken(firm):
    firm.post(BO, "chaos-body-1", at=3.5, accepted=False, id=None, fate="hang-before")


def posted_after_a_stop_that_was_listed(firm):
    firm.entries = [one for one in firm.entries if one["kind"] != "stop"]
    firm.word("stop", at=0, moments="written listed")
    firm.post(BO, "chaos-body-1", at=30, accepted=False, id=None, fate="503")


def posted_too_late(firm):
    Text.objects.filter(pk=texted().pk).update(expires_at=START - 3 * SECOND)


def posted_before_due(firm):
    Text.objects.filter(pk=texted().pk).update(due_at=START + 2 * SECOND)


def twenty_times_too_fast(firm):
    for n in range(20):
        firm.post(ANA, f"chaos-body-1 {n}", at=10 + n / 20, accepted=False, id=None, fate="503")


def twice_too_fast_at_a_quick_pace(firm):
    firm.paces.append((START_MS, 0.05))
    for n in range(60):
        firm.post(ANA, f"chaos-body-1 {n}", at=10 + n / 40, accepted=False, id=None, fate="503")


def heard_twice(firm):
    answer = Text.objects.get(number=ANA, direction="in")
    log_in_another_conversation(
        Text.objects.create(
            line=answer.line, number=ANA, body=answer.body, direction="in", origin="received", status="received"
        )
    )


def log_in_another_conversation(text):
    """On Ana's record; a text that is in no conversation yet belongs to that one."""
    another = Conversation.objects.create(
        line=text.line, number=ANA, opened_at=START, last_text_at=START, closed_at=START, logged_at=START
    )
    ana = Employee.objects.get(first_name="Ana")
    another.records.create(record_type="employee", record_id=ana.pk, name="Ana")
    Text.objects.filter(pk=text.pk, conversation=None).update(conversation=another)
    log(another, ana, [text], Message.objects.first().action_code)


def never_logged(firm):
    answer = Text.objects.get(number=ANA, direction="in")
    Text.objects.create(
        line=answer.line, number=ANA, body="chaos-body-in-2", direction="in", origin="received", status="received",
        conversation=answer.conversation,
    )  # fmt: skip


def logged_twice(firm):
    log_in_another_conversation(Text.objects.get(number=ANA, direction="in"))


def in_no_conversation(firm):
    line = Line.objects.get()
    Text.objects.create(line=line, number=ANA, body="hi", direction="in", origin="received", status="received")


def on_no_record(firm):
    """Of somebody whom we know, and nowhere logged."""
    line = Line.objects.get()
    lost = Conversation.objects.create(line=line, number=ANA, opened_at=START, last_text_at=START, closed_at=START)
    Text.objects.create(
        line=line, number=ANA, body="hi", direction="in", origin="received", status="received", conversation=lost
    )


def number_in_our_log(firm):
    (firm.folder / "log").write_text("could not send to 6515560000")


def body_in_the_log_of_postgres(firm):
    (firm.data.logs / "postgres.log").write_text("STATEMENT: INSERT ... 'chaos-body-1'")


def session_key_in_a_task(firm):
    task = base64.b64encode(json.dumps([["key-of-a-session"], {}, {}]).encode())
    redis.Redis.from_url(firm.environment["REDIS_URL"]).lpush("celery", json.dumps({"body": task.decode()}))


def secret_in_a_file_of_valkey(firm):
    (firm.data.valkey / "appendonlydir").mkdir(parents=True)
    (firm.data.valkey / "appendonlydir" / "1.incr.aof").write_text("SET x secret-in-an-address")


def one_without_result(firm):
    Batch.objects.update(people_count=3)


def held_up_without_cause(firm):
    (firm.folder / "log").write_text("the runners' last sign of life is of yesterday")


def died_by_itself(firm):
    firm.deaths.append("worker ended by itself with 1")


def batch_gone(firm):
    """As a kill of PostgreSQL does when it answers a commit before that is on the disk: nothing of it is left."""
    firm.acknowledged.append(Sent("chaos-body-gone", 1, START_MS))


def one_of_the_chosen_gone_with_the_count(firm):
    firm.acknowledged[0] = firm.acknowledged[0]._replace(people_count=3)


def failed_though_asked_to_wait(firm):
    Text.objects.filter(pk=texted().pk).update(status="failed", reason="refused", provider_id=None)
    firm.entries = [one for one in firm.entries if one["kind"] != "text"]
    firm.post(ANA, "chaos-body-1", at=1, accepted=False, id=None, fate="429")


@pytest.mark.parametrize(
    ("plant", "invariant"),
    [
        (accepted_twice, "I1"),
        (still_queued, "I2"),
        (still_looked_for, "I2"),
        (event_given_up, "I2"),
        (batch_half_made, "I2"),
        (left_in_the_spool, "I2"),
        (conversation_open, "I2"),
        (sent_but_not_accepted, "I3"),
        (accepted_but_blocked, "I4"),
        (accepted_without_a_row, "I4"),
        (stop_forgotten, "I5"),
        (posted_after_a_stop_that_was_taken, "I5"),
        (posted_after_a_stop_that_was_listed, "I5"),
        (posted_too_late, "I6"),
        (posted_before_due, "I6"),
        (twenty_times_too_fast, "I7"),
        (twice_too_fast_at_a_quick_pace, "I7"),
        (heard_twice, "I8"),
        (never_logged, "I9"),
        (logged_twice, "I9"),
        (in_no_conversation, "I9"),
        (on_no_record, "I9"),
        (number_in_our_log, "I10"),
        (body_in_the_log_of_postgres, "I10"),
        (session_key_in_a_task, "I10"),
        (secret_in_a_file_of_valkey, "I10"),
        (one_without_result, "I11"),
        (held_up_without_cause, "I12"),
        (died_by_itself, "I13"),
        (batch_gone, "I14"),
        (one_of_the_chosen_gone_with_the_count, "I14"),
        (failed_though_asked_to_wait, "I15"),
    ],
)
def test_what_is_planted_is_found_and_nothing_else(firm, plant, invariant):
    plant(firm)

    assert judge(firm) == {invariant}


def test_what_is_sent_as_another_text_is_neither_accepted_nor_known(firm):
    sent_as_another(firm)

    assert judge(firm) == {"I3"}


def test_what_was_refused_may_be_called_failed(firm):
    failed_though_asked_to_wait(firm)
    firm.post(ANA, "chaos-body-1", at=3, accepted=False, id=None, fate="refused -704")

    assert judge(firm) == set()


def test_an_answer_that_never_came_in_is_missed(firm):
    assert [one.what for one in violations(firm, ["never heard"])] == ["never heard 0 times"]
    assert len(oracle.not_yet_in(firm, ["never heard"])) == 1


@pytest.mark.parametrize("at", [2.9, 20.5])
def test_what_was_in_flight_or_came_after_a_start_may_go(firm, at):
    """A POST that began before, or one to whom texts were welcome again."""
    firm.word("start", at=20)
    firm.post(BO, "chaos-body-1", at=at, accepted=False, id=None, fate="503")

    assert judge(firm) == set()


def test_a_stop_after_a_start_counts_anew_and_one_told_late_does_not(firm):
    firm.word("start", at=20)
    firm.word("stop", at=30)
    firm.post(BO, "chaos-body-1", at=29, accepted=False, id=None, fate="503")
    firm.entries += [{**one, "at_ms": START_MS + 21_000} for one in firm.entries if one["id"] == "stop0"][1:]
    assert judge(firm) == set()

    firm.post(BO, "chaos-body-1", at=34, accepted=False, id=None, fate="503")
    assert judge(firm) == {"I5"}


@pytest.mark.parametrize(("at", "found"), [(1.9, set()), (-5, {"I6"}), (2.1, {"I6"})])
def test_a_text_made_anew_where_the_database_was_set_back_may_have_left_before(firm, at, found):
    posted_before_due(firm)
    firm.restores.append(START_MS + int(at * 1000))

    assert judge(firm) == found


@pytest.mark.parametrize(("at", "found"), [(-1, {"I14"}), (0, set()), (2000, set()), (2001, {"I14"})])
def test_what_was_acknowledged_after_a_copy_is_gone_where_it_was_put_back(firm, at, found):
    firm.acknowledged.append(Sent("chaos-body-gone", 1, START_MS + at))
    firm.forgotten.append((START_MS, START_MS + 2000))

    assert judge(firm) == found


def test_the_line_s_own_work_keeps_a_text_from_being_late(firm):
    Line.objects.update(worked=60 * SECOND)
    Text.objects.filter(pk=texted().pk).update(expires_at=START - 30 * SECOND)

    assert judge(firm) == set()


def test_what_the_line_worked_after_a_post_does_not_excuse_it(firm):
    Line.objects.update(worked=60 * SECOND)
    Text.objects.filter(pk=texted().pk).update(expires_at=START - 30 * SECOND)
    for n in range(50):
        firm.post(ANA, f"chaos-body-1 {n}", at=10 + n, accepted=False, id=None, fate="503")

    assert judge(firm) == {"I6"}


def test_posts_that_bunch_up_within_the_slack_are_at_the_pace(firm):
    for n in range(30):
        late = 2.5 if n % 7 == 0 else 0.1
        firm.post(ANA, f"chaos-body-1 {n}", at=10 + n + late, accepted=False, id=None, fate="503")

    assert judge(firm) == set()


def test_a_pace_counts_while_it_is_in_force(firm):
    """What was claimed at the quick pace may be POSTed after it; what is claimed later may not."""
    firm.paces += [(START_MS + 10_000, 0.05), (START_MS + 12_000, 1.0)]
    for n in range(42):
        firm.post(ANA, f"chaos-body-1 {n}", at=10 + n / 20, accepted=False, id=None, fate="503")
    assert judge(firm) == set()

    for n in range(20):
        firm.post(ANA, f"chaos-body-2 {n}", at=16 + n / 20, accepted=False, id=None, fate="503")
    assert judge(firm) == {"I7"}
