"""One human on two records, between Send Text and the log: one text, one conversation, a message on each record."""

import pytest
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.messagelog.models import Message
from enterprise.people import same_person
from enterprise.people.kinds import get_kind
from tests.administration.rig import words_of
from tests.enterprise.builders import make_code, make_contact, make_employee
from tests.texting.conftest import hear, make_draft, make_line, message, pass_time
from texting import building, conversations, dispatch, recipients
from texting.models import Conversation, Text, TextingSettings
from texting.progress import count_people, progress
from texting.seam import RecordKey
from texting.vocabulary import Reason, TextStatus

pytestmark = pytest.mark.django_db
NUMBER = "+16515550108"
__all__ = ["hear"]


@pytest.fixture
def kwame(ada):
    employee, contact = make_employee("Kwame", "Asante", sms="651 555 0108"), make_contact(office_phone=NUMBER)
    same_person.link(ada, employee, get_kind("employee"), contact)
    return employee, contact


@pytest.fixture
def line(minneapolis):
    code = str(make_code("TEXT").pk)
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"employee": code, "contact": code})
    return make_line(owner_kind="branch", owner_id=minneapolis.pk)


def keys(people):
    return [RecordKey(type(person)._meta.model_name, person.pk) for person in people]


def test_both_records_are_known_to_be_one_human_when_they_are_chosen(riya, kwame):
    verdicts = recipients.resolve(riya, keys(kwame))
    assert {verdict.e164 for verdict in verdicts} == {NUMBER}
    assert len({verdict.human for verdict in verdicts}) == 1


@pytest.fixture
def send_to_both(riya, kwame, line):
    def send_to_both():
        draft = make_draft(riya, *keys(kwame), line=line)
        return dispatch.send_batch(riya, dispatch.Composed(draft, line, "Any work tonight?"))

    return send_to_both


@pytest.fixture
def batch(send_to_both):
    return send_to_both()


def test_a_batch_counts_the_human_once_and_shows_both_records(as_user, riya, kwame, batch):
    page = words_of(as_user(riya).get(batch.get_absolute_url()))

    assert f"Batch {batch.pk} · 1 person" in page
    assert "Recipients 1" in page
    assert "1 queued" in page
    assert "Text this one again" not in page
    assert page.count("The same person on two records: one text.") == 4  # beside the status, too, on small screens
    assert batch.recipients.count() == 2
    for person in kwame:
        assert f'href="{person.get_absolute_url()}"' in as_user(riya).get(batch.get_absolute_url()).text


def test_the_button_that_texts_a_human_again_counts_them_once(as_user, riya, batch):
    Text.objects.update(status=TextStatus.FAILED, reason=Reason.REFUSED)

    assert "Text this one again" in words_of(as_user(riya).get(batch.get_absolute_url()))


def test_the_list_of_batches_counts_the_human_once(as_user, riya, batch):
    page = as_user(riya).get(reverse("texting:batches"))
    assert [row.batch.human_count for row in page.context["rows"]] == [1]
    assert "1 person, today" in words_of(page)


def test_who_is_texted_on_one_record_of_two_is_counted_as_texted(kwame, send_to_both):
    employee, _contact = kwame
    type(employee).objects.filter(pk=employee.pk).update(is_active=False)
    batch = send_to_both()

    assert count_people(batch)[0] == {"queued": 1}
    assert progress(batch).not_texted == 0


def test_in_blocks_the_human_is_counted_once_too(monkeypatch, send_to_both):
    monkeypatch.setattr(building, "BLOCK", 1)
    batch = send_to_both()

    assert (batch.people_count, batch.human_count) == (2, 1)
    assert AuditEntry.objects.get(action="batch.sent").facts["people"] == 1


def test_a_text_from_the_shared_number_is_matched_without_the_tray(kwame, hear):
    hear("receive", **message(NUMBER, "Any work tonight?", 555))
    conversation = Conversation.objects.get()
    assert {record.key for record in conversation.records.all()} == set(keys(kwame))
    assert not Conversation.objects.unmatched().exists()


def test_it_is_logged_once_on_each_record(as_user, riya, kwame, hear):
    hear("receive", **message(NUMBER, "Any work tonight?", 555))
    pass_time(hours=25)
    conversations.close_due()
    assert {(message.record_type, message.record_id) for message in Message.objects.all()} == set(keys(kwame))
    for person in kwame:
        assert "Any work tonight?" in as_user(riya).get(person.get_absolute_url()).text


def test_two_who_share_a_number_and_are_not_linked_wait_in_the_tray(kwame, hear):
    make_employee("Ama", "Asante", cell_phone="651-555-0108")
    hear("receive", **message(NUMBER, "Any work tonight?", 555))
    assert Conversation.objects.unmatched().count() == 1
