import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from enterprise.assignments.models import Assignment, State
from enterprise.contacts.models import Contact, Customer
from enterprise.employees.models import Employee
from enterprise.messagelog.models import ActionCode
from enterprise.people.demo_data import PASSWORD
from enterprise.users.models import Branch, User
from tests.enterprise.builders import make_branch
from texting.seam import match_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEBUG = True
    call_command("load_demo")


def test_it_is_refused_outside_of_development():
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("load_demo")
    assert not Branch.objects.exists()


def test_it_leaves_a_database_with_branches_alone(settings):
    settings.DEBUG = True
    make_branch()
    call_command("load_demo")
    assert (Branch.objects.count(), User.objects.count()) == (1, 0)


@pytest.mark.usefixtures("demo")
def test_the_firm_is_complete_and_loading_it_again_changes_nothing(capsys):
    call_command("load_demo")
    assert "riya" in capsys.readouterr().out
    assert (Branch.objects.count(), User.objects.count()) == (4, 7)
    assert (Employee.objects.count(), Contact.objects.count(), Customer.objects.count()) == (300, 80, 20)
    assert {code.name for code in ActionCode.objects.all() if not code.why_not("employee")} >= {"TEXT", "CALL", "NOTE"}


@pytest.mark.usefixtures("demo")
def test_the_people_of_the_demo_can_sign_in_with_their_roles(rf):
    riya = authenticate(rf.get("/"), username="riya", password=PASSWORD)
    assert riya.has_perm("texting.send")
    sofia = User.objects.get(username="sofia")
    assert (sofia.has_perm("employees.change_employee"), sofia.has_perm("texting.send")) == (True, False)
    assert User.objects.get(username="ada").sees_every_branch


@pytest.mark.usefixtures("demo")
def test_it_shows_what_texting_has_to_deal_with():
    problems = {person.number_for_texts.problem for person in Employee.objects.with_methods()}
    assert {"", "missing", "malformed"} <= problems
    assert Employee.objects.filter(is_active=False).exists()
    assert Employee.objects.filter(do_not_text=True).exists()
    assert {candidate.name for candidate in match_number("+16125550134")} == {"Ana Rivera", "Luis Rivera"}
    one, other = match_number("+16515550108")
    assert (one.same_person_as, other.same_person_as) == ({other.key}, {one.key})


@pytest.mark.usefixtures("demo")
def test_every_number_is_from_the_range_reserved_for_fiction():
    numbers = [
        method.e164
        for model in (Employee, Contact)
        for person in model.objects.with_methods()
        for method in person.methods.all()
    ]
    assert all(number[5:8] == "555" and number[8:10] == "01" for number in numbers if number)


@pytest.mark.usefixtures("demo")
def test_people_are_assigned_and_some_of_it_ends_soon():
    assert 100 < Assignment.objects.current().count() < 200
    assert Assignment.objects.ending_soon().exists()
    assert {one.state for one in Assignment.objects.with_today()} == set(State)


@pytest.mark.usefixtures("demo")
def test_most_people_have_messages_and_the_known_ones_none():
    assert Employee.objects.exclude(last_message_at=None).count() > 150
    assert Contact.objects.exclude(last_message_at=None).exists()
    assert Employee.objects.get(first_name="Ana", last_name="Rivera").last_message_at is None
