"""May this user text from this line: asked when a text is written, when it is sent, and when it is claimed."""

import pytest
from django.contrib.auth.models import Permission

from tests.texting.conftest import ANA, make_line, pass_time
from texting import claims, dispatch, lines
from texting.models import Batch, Line, Text
from texting.vocabulary import LineState, Reason, TextStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(people):
    return people.add("Ana Rivera", ANA)


def take_permission(rep):
    rep.user_permissions.remove(Permission.objects.get(content_type__app_label="texting", codename="send"))
    return type(rep).objects.get(pk=rep.pk)


def test_who_may_not_text_has_no_lines(rep, people, line):
    assert lines.for_user(rep) == [line]
    assert lines.for_user(take_permission(rep)) == []


def test_who_was_deactivated_has_no_lines(rep, people, line):
    rep.is_active = False

    assert lines.for_user(rep) == []


def test_a_right_taken_while_writing_stops_the_send(rep, send, ana):
    rep = take_permission(rep)

    with pytest.raises(dispatch.LineNotUsable):
        send(ana, user=rep)
    assert not Batch.objects.exists()


def test_a_line_that_went_to_somebody_else_while_writing_stops_the_send(send, ana, line):
    Line.objects.filter(pk=line.pk).update(owner_id=2)

    with pytest.raises(dispatch.LineNotUsable):
        send(ana)
    assert not Batch.objects.exists()


def test_another_desks_line_is_refused_though_the_request_names_it(send, ana):
    with pytest.raises(dispatch.LineNotUsable):
        send(ana, on=make_line(number="+16125550101", owner_id=2))
    assert not Text.objects.exists()


def test_what_is_queued_does_not_leave_once_its_sender_is_deactivated(rep, send, ana):
    send(ana)
    pass_time(minutes=1)
    type(rep).objects.update(is_active=False)

    assert claims.claim(8) == ([], 1)
    text = Text.objects.get()
    assert (text.status, text.reason) == (TextStatus.BLOCKED, Reason.SENDER_INACTIVE)


@pytest.mark.parametrize(
    ("state", "became"),
    [(LineState.PAUSED, TextStatus.QUEUED), (LineState.REMOVED, TextStatus.BLOCKED)],
)
def test_what_is_queued_does_not_leave_from_a_line_out_of_use(send, ana, line, state, became):
    send(ana)
    pass_time(minutes=1)
    reason = "by_hand" if state == LineState.PAUSED else ""
    Line.objects.filter(pk=line.pk).update(state=state, pause_reason=reason)

    assert claims.claim(8)[0] == []
    assert Text.objects.get().status == became
