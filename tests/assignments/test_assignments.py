import pytest
from django.db import IntegrityError

from enterprise.assignments.models import Assignment, State, today_at
from enterprise.employees.models import Employee
from tests.assignments.builders import make_assignment
from tests.enterprise.builders import make_branch, make_employee

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [
        (0, None, State.RUNNING),
        (-9, 0, State.RUNNING),
        (0, 0, State.RUNNING),
        (1, None, State.UPCOMING),
        (-9, -1, State.ENDED),
    ],
)
def test_an_assignment_runs_from_its_first_to_its_last_day(begins, ends, state):
    made = make_assignment(make_employee(), begins=begins, ends=ends)
    assert Assignment.objects.with_today().get().state is state
    assert list(Assignment.objects.current()) == ([made] if state is State.RUNNING else [])


def test_the_day_is_the_branchs_own():
    """Kiritimati is a day ahead of Pago Pago at any moment."""
    ahead = make_employee("Ahead", branch=make_branch("Line", time_zone="Pacific/Kiritimati"))
    behind = make_employee("Behind", branch=make_branch("Samoa", time_zone="Pacific/Pago_Pago"))
    assert today_at(ahead.branch) > today_at(behind.branch)
    for employee in (ahead, behind):
        Assignment.objects.create(
            employee=employee, customer=make_assignment(employee, ends=-9).customer, starts_on=today_at(ahead.branch)
        )
    assert [one.employee.first_name for one in Assignment.objects.current()] == ["Ahead"]


@pytest.mark.parametrize(("ends", "is_soon"), [(None, False), (0, True), (7, True), (8, False), (-1, False)])
def test_it_ends_soon_in_its_last_seven_days(ends, is_soon):
    make_assignment(make_employee(), ends=ends)
    assert Assignment.objects.ending_soon().exists() is is_soon
    assert Assignment.objects.with_today().get().ends_soon is is_soon


def test_the_database_refuses_one_that_ends_before_it_begins():
    with pytest.raises(IntegrityError, match="assignment_ends_after_it_starts"):
        make_assignment(make_employee(), begins=0, ends=-1)


def test_the_database_refuses_the_same_one_twice():
    ana = make_employee()
    make_assignment(ana, shift="nights")
    with pytest.raises(IntegrityError, match="assignment_once"):
        make_assignment(ana, shift="nights")


def test_the_words_name_the_customer_and_the_shift():
    assert make_assignment(make_employee(), "Acme Foods", shift="nights").words == "Acme Foods, nights"
    assert make_assignment(make_employee(), "Acme Foods").words == "Acme Foods"


def test_what_runs_comes_with_many_employees_in_one_query(django_assert_num_queries):
    from enterprise.assignments.models import current_assignments

    for name in ("Ana", "Bo", "Cy"):
        make_assignment(make_employee(name), ends=-1 if name == "Cy" else None)
    with django_assert_num_queries(2):
        people = list(Employee.objects.prefetch_related(current_assignments()))
        found = {person.first_name: [one.words for one in person.current_assignments] for person in people}
    assert found == {"Ana": ["Acme Foods"], "Bo": ["Acme Foods"], "Cy": []}
