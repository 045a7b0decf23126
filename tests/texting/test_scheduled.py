"""Texts that somebody scheduled in ZipWhip's own app: shown until they leave, logged only if they left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from tests.texting.conftest import ANA, STRANGER, message, pass_time
from texting import conversations, decisions, intake, scheduled
from texting.models import Conversation, Text, TextingSettings
from texting.providers.base import DeliveryNews, ProviderText
from texting.seam import RecordKey
from texting.vocabulary import Direction, Origin, Reason, TextStatus

pytestmark = pytest.mark.django_db
LATER, LATER_STILL = "2126-11-22T14:02:00Z", "2126-11-23T14:02:00Z"
PAST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def plain_http(settings, people, provider, log):
    settings.SECURE_SSL_REDIRECT = False
    people.add("Ana Rivera", ANA)
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"person": "TEXT"})


@pytest.fixture
def schedule(line, hear):
    def schedule(at=LATER, body="See you tomorrow", **facts):
        hear("send", **message(ANA, body, 600, kind="ZO", scheduledDate=at, **{"statusCode": 1, **facts}))
        return Text.objects.get(provider_id="600")

    return schedule


def come_due():
    Text.objects.update(scheduled_at=PAST, next_look_at=PAST)


def told(**facts):
    facts = {"at": PAST, "scheduled_at": None, **facts}
    return ProviderText("600", Direction.OUT, ANA, "+16125550100", "See you tomorrow", **facts)


def now_of(text) -> tuple[str, str]:
    text.refresh_from_db()
    return text.status, text.reason


def test_it_is_known_at_once_and_in_no_conversation(schedule):
    text = schedule()

    assert (text.status, text.origin, text.conversation) == (TextStatus.SCHEDULED, Origin.PROVIDER_APP, None)
    assert not Conversation.objects.exists()


def test_the_record_says_when_it_leaves(client, rep, schedule):
    schedule()
    client.force_login(rep)

    panel = client.get(reverse("texting:record-texts", args=["person", 1])).content.decode()

    assert "See you tomorrow" in panel
    assert "Scheduled in ZipWhip for" in panel


def test_a_record_that_only_shares_the_number_does_not_show_it(client, rep, schedule, people, send):
    people.add("Luis Rivera", ANA)
    schedule()
    client.force_login(rep)

    assert "See you tomorrow" not in client.get(reverse("texting:record-texts", args=["person", 2])).content.decode()


def test_it_joins_the_conversation_when_it_is_told_that_it_left(schedule, hear):
    text = schedule()
    come_due()

    hear("send", **message(ANA, "See you tomorrow", 600, kind="ZO", scheduledDate="2026-11-22T15:00:00Z", statusCode=2))

    assert now_of(text) == (TextStatus.SENT, "")
    assert text.conversation == Conversation.objects.get()
    assert [record.name for record in text.conversation.records.all()] == ["Ana Rivera"]


def test_news_of_its_delivery_prove_that_it_left(schedule, hear):
    text = schedule()

    hear("progress", **message(ANA, "See you tomorrow", 600, kind="ZO", statusCode=4))

    assert now_of(text) == (TextStatus.DELIVERED, "")
    assert text.conversation


def test_being_in_process_before_its_time_is_no_proof(schedule, hear):
    text = schedule()

    hear("progress", **message(ANA, "See you tomorrow", 600, kind="ZO", statusCode=1))

    assert now_of(text) == (TextStatus.SCHEDULED, "")


def test_one_deleted_before_its_time_never_counts_as_sent(schedule, hear, log):
    text = schedule()
    hear("delete", **message(ANA, "See you tomorrow", 600, kind="ZO"))
    come_due()
    scheduled.look_after()
    pass_time(hours=25)
    conversations.close_due()

    assert now_of(text) == (TextStatus.CANCELED, Reason.DELETED_IN_APP)
    assert not log.messages


def test_one_whose_deletion_is_told_of_first_is_deleted(schedule, hear):
    hear("delete", **message(ANA, "See you tomorrow", 600, kind="ZO"))
    text = schedule()
    assert now_of(text) == (TextStatus.SCHEDULED, "")

    pass_time(minutes=1)
    intake.take_in()

    assert now_of(text) == (TextStatus.CANCELED, Reason.DELETED_IN_APP)


def test_one_that_is_put_off_has_its_new_time(schedule):
    schedule()
    text = schedule(at=LATER_STILL, body="See you on Monday")

    assert (text.scheduled_at.day, text.body, Text.objects.count()) == (23, "See you on Monday", 1)


def test_news_that_come_twice_or_late_do_not_bring_it_back(schedule, hear):
    text = schedule()
    hear("delete", **message(ANA, "See you tomorrow", 600, kind="ZO"))
    schedule(at=LATER_STILL)

    assert now_of(text) == (TextStatus.CANCELED, Reason.DELETED_IN_APP)


def test_a_silent_provider_is_asked_when_the_time_has_come(schedule, provider):
    text = schedule()
    come_due()
    provider.known["600"] = told(delivery=DeliveryNews(TextStatus.DELIVERED, 3))

    assert scheduled.look_after() == 1
    assert now_of(text) == (TextStatus.DELIVERED, "")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (told(is_deleted=True), (TextStatus.CANCELED, Reason.DELETED_IN_APP)),
        (told(scheduled_at=datetime(2126, 1, 1, tzinfo=UTC)), (TextStatus.SCHEDULED, "")),
        (None, (TextStatus.UNCONFIRMED, Reason.GONE)),
    ],
    ids=["deleted", "put off", "unknown to the provider"],
)
def test_what_the_provider_says_decides(schedule, provider, answer, expected):
    text = schedule()
    come_due()
    provider.known["600"] = answer

    scheduled.look_after()

    assert now_of(text) == expected


def test_a_provider_that_does_not_answer_is_asked_again_later(schedule, provider):
    text = schedule()
    come_due()
    provider.silent = True

    scheduled.look_after()

    assert now_of(text) == (TextStatus.SCHEDULED, "")
    assert scheduled.look_after() == 0


def test_one_scheduled_before_ours_was_written_is_not_its_echo(send, line, hear, provider):
    send(RecordKey("person", 1), body="See you tomorrow")
    ours = Text.objects.get()
    Text.objects.update(
        status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER, attempt="0" * 32, sending_until=None, left_at=PAST
    )

    earlier = {"dateCreated": "2026-01-01T10:00:00Z", "scheduledDate": "2026-01-02T10:00:00Z"}
    hear("send", **message(ANA, "See you tomorrow", 600, kind="ZO", **earlier))

    assert now_of(ours)[0] == TextStatus.UNCONFIRMED
    assert Text.objects.get(provider_id="600").origin == Origin.PROVIDER_APP


def test_one_scheduled_to_a_stranger_waits_too(line, hear):
    hear("send", **message(STRANGER, "Hello", 601, kind="ZO", scheduledDate=LATER))
    intake.take_in()

    assert Text.objects.get().status == TextStatus.SCHEDULED


def test_when_nobody_could_be_asked_for_days_a_person_decides(schedule, provider):
    text = schedule()
    come_due()
    Text.objects.update(look_count=scheduled.MOST_LOOKS)
    provider.silent = True

    scheduled.look_after()

    assert now_of(text) == (TextStatus.UNCONFIRMED, Reason.NO_ANSWER)
    assert decisions.waiting().get() == text
