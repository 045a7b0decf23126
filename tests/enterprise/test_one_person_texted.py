"""One human on two records, between Send Text and the log: one text, one conversation, a message on each record."""

import pytest

from enterprise.messagelog.models import Message
from enterprise.people import same_person
from enterprise.people.kinds import get_kind
from tests.enterprise.builders import make_code, make_contact, make_employee
from tests.texting.conftest import hear, make_line, message, pass_time
from texting import conversations, recipients
from texting.models import Conversation, TextingSettings
from texting.seam import RecordKey

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
