"""May this user text from this line: asked when a text is written, when it is sent, and when it is claimed."""

import pytest
from django.contrib.auth.models import Group, Permission

from enterprise.users.models import User
from tests.texting.conftest import ANA, BO, make_draft, make_line, pass_time
from texting import building, claims, decisions, dispatch, lines, rights
from texting.models import Batch, Line, Text
from texting.vocabulary import LineState, PauseReason, Reason, TextStatus

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


def test_another_desks_line_is_refused_before_many_are_gone_through(rep, people, ana, settings):
    line = make_line(owner_id=2)
    draft = make_draft(rep, ana, people.add("Bo Chen", BO), line=line)
    settings.TEXTING = {**settings.TEXTING, "LARGE_SELECTION": 1}

    with pytest.raises(dispatch.LineNotUsable):
        dispatch.send_batch(rep, dispatch.Composed(draft, line, "Can you work tonight?"))
    assert not Batch.objects.exists()


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


# --- Rights taken away after Send: no claim asks for them, so what waits is gone through again and again


@pytest.fixture
def role(rep):
    """A role that is all by which the rep may text."""
    role = Group.objects.create(name="Night desk")
    send_permission = Permission.objects.get(content_type__app_label="texting", codename="send")
    role.permissions.add(send_permission)
    rep.groups.add(role)
    rep.user_permissions.clear()
    return role


def with_right(username):
    user = User.objects.create_user(username)
    user.user_permissions.add(Permission.objects.get(content_type__app_label="texting", codename="send"))
    return user


def test_a_role_that_loses_texting_stops_what_is_queued_and_hands_it_over(rep, role, send, people, ana):
    dan = with_right("dan")
    send(ana, user=User.objects.get(pk=rep.pk))
    send(people.add("Bo Chen", BO), user=dan)
    assert rights.stop_forbidden() == 0
    role.permissions.clear()

    assert rights.stop_forbidden() == 1

    assert Text.objects.get(number=BO).status == TextStatus.QUEUED
    stopped = Text.objects.get(number=ANA)
    assert (stopped.status, stopped.reason) == (TextStatus.BLOCKED, Reason.SENDER_INACTIVE)
    assert list(decisions.waiting_for(dan)) == [stopped]


def test_who_is_taken_out_of_a_role_has_no_text_leave(rep, role, send, ana):
    send(ana, user=User.objects.get(pk=rep.pk))
    rep.groups.remove(role)

    assert rights.stop_forbidden() == 1


def test_what_waits_on_a_line_that_went_to_somebody_else_is_stopped_there_only(send, people, ana, line):
    other = make_line(number="+16125550101")
    send(ana)
    send(people.add("Bo Chen", BO), on=other)
    Line.objects.filter(pk=line.pk).update(owner_id=2)

    assert rights.stop_forbidden() == 1
    assert Text.objects.get(number=BO).status == TextStatus.QUEUED


def test_what_waits_on_a_paused_line_is_stopped_as_well(rep, send, ana, line):
    send(ana)
    Line.objects.update(state=LineState.PAUSED, pause_reason=PauseReason.BY_HAND)
    assert rights.stop_forbidden() == 0
    take_permission(rep)

    assert rights.stop_forbidden() == 1


def test_many_are_stopped_in_blocks(rep, send, people, monkeypatch):
    monkeypatch.setattr(building, "BLOCK", 2)
    send(*[people.add(f"Person {i}", f"+1612555{i:04}") for i in range(100, 105)])
    take_permission(rep)

    assert rights.stop_forbidden() == 5
