"""Every text is in exactly one logged message per record, or where it waits; what is not is found and mended."""

from __future__ import annotations

import contextlib
import html
import re
from datetime import timedelta
from itertools import count

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from tests.texting import host
from tests.texting.conftest import ANA, BO, LINE_NUMBER, pass_time
from texting import accounting, claims, conversations, inbound
from texting.accounting import Amiss, Place
from texting.models import Conversation, ConversationRecord, Line, Text
from texting.providers.base import ProviderText
from texting.views import accounting as accounting_page
from texting.vocabulary import Direction, TextStatus

pytestmark = pytest.mark.django_db
EVER = timedelta(days=3650)
ids = count(5000)


def come_in(line, number, body="YES"):
    told = ProviderText(str(next(ids)), Direction.IN, number, LINE_NUMBER, body, timezone.now())
    return inbound.receive(line, told)


def make_due():
    """One transaction is one moment: what was made during it was not due at its beginning."""
    hour = timedelta(hours=1)
    Text.objects.filter(status="queued").update(due_at=F("due_at") - hour)
    Line.objects.update(next_free_at=F("next_free_at") - hour)


def leave(outcome=TextStatus.SENT, reason=None):
    """Claim one text and record what came of it."""
    make_due()
    with transaction.atomic():
        claimed, _ = claims.claim(1)
        claims.record(
            [
                claims.Outcome(
                    claim.text_id,
                    claim.attempt,
                    outcome,
                    reason,
                    provider_id=str(next(ids)) if outcome == TextStatus.SENT else None,
                )
                for claim in claimed
            ]
        )


def places():
    return {place.value: number for place, number in accounting.count_places(EVER).items() if number}


def amiss():
    return [finding.amiss for finding in accounting.findings(EVER)]


@pytest.fixture
def ana(people):
    return people.add("Ana Rivera", ANA)


@pytest.fixture
def logged(ana, line):
    """A conversation with Ana that is logged."""
    come_in(line, ANA)
    pass_time(hours=25)
    conversations.close_due()
    return Conversation.objects.get()


def test_the_places_add_up_to_all_texts(people, line, send, ana):
    come_in(line, "+16125550190")
    come_in(line, ANA)
    pass_time(hours=25)
    conversations.close_due()
    send(ana, people.add("Bo Chen", BO))
    leave()
    Text.objects.filter(status="queued").update(status="canceled")
    come_in(line, BO)

    assert places() == {"logged": 1, "unmatched": 1, "open": 2, "never_left": 1}
    assert sum(accounting.count_places(EVER).values()) == Text.objects.count()
    assert amiss() == []


def test_a_text_scheduled_in_the_app_is_where_it_waits(line, ana):
    later = timezone.now() + timedelta(hours=3)
    told = ProviderText(
        str(next(ids)), Direction.OUT, ANA, LINE_NUMBER, "Tomorrow?", timezone.now(), scheduled_at=later
    )
    inbound.note_scheduled(line, told)

    assert (amiss(), places()) == ([], {"waiting": 1})


def test_a_conversation_on_its_way_into_the_log_is_not_amiss_until_a_quarter_of_an_hour_later(line, ana):
    come_in(line, ANA)
    pass_time(hours=24, minutes=5)
    assert amiss() == []
    pass_time(minutes=20)
    assert amiss() == [Amiss.OVERDUE]


def test_a_text_in_no_conversation_is_found_and_given_one_with_its_people(send, ana):
    send(ana)
    leave()
    Text.objects.update(conversation=None)
    assert (amiss(), places()) == ([Amiss.STRAY], {"nowhere": 1})

    found = list(accounting.findings(EVER))
    assert accounting.mend(found) == found

    assert (amiss(), places()) == ([], {"open": 1})
    assert Text.objects.get().conversation.records.get().key == ana


def test_a_message_that_the_log_lost_is_written_again(logged, log, ana):
    log.messages.clear()
    assert amiss() == [Amiss.MISSING]

    accounting.mend(list(accounting.findings(EVER)))

    assert (amiss(), log.bodies(ana)) == ([], [["YES"]])


def test_a_record_that_a_closed_conversation_was_not_logged_on_gets_its_message(logged, log, people):
    luis = people.add("Luis Rivera", ANA)
    conversations.add_records(logged.pk, [(luis, "Luis Rivera")])
    assert amiss() == [Amiss.UNLOGGED]

    accounting.mend(list(accounting.findings(EVER)))

    assert (amiss(), log.bodies(luis)) == ([], [["YES"]])


def test_a_text_that_its_message_lacks_is_logged_in_one_that_follows_and_nothing_is_rewritten(logged, log, ana):
    late = come_in(logged.line, ANA, "and bring boots")
    Text.objects.filter(pk=late.pk).update(conversation=logged)
    Conversation.objects.exclude(pk=logged.pk).delete()
    assert amiss() == [Amiss.INCOMPLETE]

    accounting.mend(list(accounting.findings(EVER)))
    pass_time(hours=25)
    conversations.close_due()

    assert (amiss(), log.bodies(ana)) == ([], [["YES"], ["and bring boots"]])
    assert Text.objects.get(pk=late.pk).conversation.follows_id == logged.pk


def test_a_message_with_a_text_of_another_conversation_is_found(logged, people, line):
    people.add("Bo Chen", BO)
    come_in(line, BO)
    other = Conversation.objects.get(number=BO)
    Text.objects.filter(conversation=logged).update(conversation=other)

    assert amiss() == [Amiss.FOREIGN]


def test_a_record_that_is_gone_is_accounted_for(line, ana, log):
    log.vanished.add(ana)
    come_in(line, ANA)
    pass_time(hours=25)
    conversations.close_due()

    assert (amiss(), places()) == ([], {"vanished": 1})


def test_what_cannot_be_mended_stays_and_says_why(line, ana, log):
    log.failing.add(ANA)
    come_in(line, ANA)
    pass_time(hours=25)
    conversations.close_due()

    found = list(accounting.findings(EVER))
    assert [(finding.amiss, finding.words) for finding in found] == [(Amiss.OVERDUE, "no action code")]
    assert accounting.mend(found) == []
    assert amiss() == [Amiss.OVERDUE]


def test_a_finding_is_one_however_many_texts_it_is_about(client, administrator, logged, ana):
    for body in ("and bring boots", "and gloves", "and a hat"):
        late = come_in(logged.line, ANA, body)
        Text.objects.filter(pk=late.pk).update(conversation=logged)
        Conversation.objects.exclude(pk=logged.pk).delete()
    client.force_login(administrator)

    page = client.post(reverse("texting:accounting"), follow=True, secure=True).content.decode()

    assert "1 thing was seen to." in page
    assert "could not be seen to" not in page
    assert host.audited[-1]["facts"] == {"found": 1, "mended": 1}


def test_two_records_of_one_conversation_are_two_findings_and_why_the_log_refuses_them_is_kept(
    client, administrator, logged, log, people
):
    luis = people.add("Luis Rivera", ANA)
    conversations.add_records(logged.pk, [(luis, "Luis Rivera")])
    log.messages.clear()
    log.failing.add(ANA)
    client.force_login(administrator)

    page = client.post(reverse("texting:accounting"), follow=True, secure=True).content.decode()
    assert "2 things could not be seen to" in page
    assert page.count("no action code") == 2

    log.failing.clear()
    page = client.post(reverse("texting:accounting"), follow=True, secure=True).content.decode()
    assert ("2 things were seen to." in page, "could not be seen to" in page) == (True, False)


def test_a_conversation_with_a_text_on_its_way_is_not_closed_by_hand(line, ana, send):
    come_in(line, ANA)
    pass_time(hours=25)
    send(ana)
    make_due()
    claims.claim(1)

    assert accounting.mend(list(accounting.findings(EVER))) == []


def test_the_log_is_asked_once_for_a_block(line, people, monkeypatch):
    def queries(people_count):
        for _ in range(people_count):
            number = f"+1612555{next(ids) % 1000 + 1000:04d}"
            people.add("Somebody", number)
            come_in(line, number)
        pass_time(hours=25)
        conversations.close_due()
        with CountQueries() as counted:
            assert amiss() == []
        return counted.count

    assert queries(2) == queries(10)


class CountQueries(contextlib.AbstractContextManager):
    count = 0

    def __enter__(self):
        self._wrapper = connection.execute_wrapper(self._note)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *facts):
        self._wrapper.__exit__(*facts)

    def _note(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)


def test_the_command_ends_with_an_error_until_it_has_mended_what_is_amiss(logged, log, capsys):
    log.messages.clear()
    with pytest.raises(CommandError, match="1 findings"):
        call_command("reconcile_log")

    call_command("reconcile_log", "--mend")

    assert "Every text is accounted for." in capsys.readouterr().out


@pytest.fixture
def administrator(rep):
    rep.user_permissions.add(Permission.objects.get(codename="manage_lines"))
    return rep


def test_the_page_shows_what_is_amiss_and_closes_and_logs_it(client, administrator, logged, log):
    log.messages.clear()
    client.force_login(administrator)
    url = reverse("texting:accounting")

    assert "Not every text is accounted for" in client.get(url, secure=True).content.decode()
    page = client.post(url, follow=True, secure=True).content.decode()

    assert "Every text is accounted for" in page
    assert "1 thing was seen to." in page
    assert host.audited[-1]["action"] == "log.reconciled"


def test_the_page_names_the_number_and_the_line_of_a_text_in_no_conversation(client, administrator, logged):
    Text.objects.update(conversation=None)
    client.force_login(administrator)

    page = client.get(reverse("texting:accounting"), secure=True)

    assert page.context["rows"][0]["about"] in Text.objects.all()
    assert "(612) 555-0134" in page.content.decode()


def test_only_who_manages_lines_may_see_the_account(client, rep):
    client.force_login(rep)
    assert client.get(reverse("texting:accounting"), secure=True).status_code == 403


def test_a_vanished_and_a_missing_record_of_one_conversation_are_told_apart(logged, log, people):
    bo = people.add("Bo Chen", ANA)
    conversations.add_records(logged.pk, [(bo, "Bo Chen")])
    ConversationRecord.objects.filter(record_id=bo.record_id).update(vanished_at=Now())

    assert amiss() == []
    assert places() == {Place.LOGGED.value: 1}


def test_closed_conversations_are_compared_in_blocks_each_once(people, line, log, monkeypatch):
    monkeypatch.setattr(accounting, "BLOCK", 2)
    for n in range(101, 106):
        people.add(f"Person {n}", f"+1612555{n:04}")
        come_in(line, f"+1612555{n:04}")
    pass_time(hours=25)
    conversations.close_due()
    log.messages.clear()

    assert amiss() == [Amiss.MISSING] * 5


def test_a_long_history_is_compared_part_by_part_and_nothing_is_left_out(
    client, administrator, people, line, log, monkeypatch
):
    monkeypatch.setattr(accounting, "BLOCK", 1)
    monkeypatch.setattr(accounting_page, "LONGEST_LOOK_SECONDS", 0)
    for n in range(3):
        people.add(f"Person {n}", f"+1612555{n + 130:04}")
        come_in(line, f"+1612555{n + 130:04}")
    pass_time(hours=25)
    conversations.close_due()
    log.messages.clear()
    client.force_login(administrator)
    address, seen = f"{reverse('texting:accounting')}?days=7", []

    while address:
        page = client.get(address, secure=True).content.decode()
        seen += re.findall(r"Person \d", page)
        go_on = re.search(r'href="([^"]*after=[1-9]\d*)"', page)
        address = reverse("texting:accounting") + html.unescape(go_on[1]) if go_on else ""

    assert seen == ["Person 0", "Person 1", "Person 2"]
