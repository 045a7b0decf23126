"""An assignment that somebody changes while another has its form open."""

import pytest

from enterprise.administration.models import AuditEntry
from enterprise.assignments.models import Assignment
from tests.assignments.builders import day, make_assignment
from tests.enterprise.builders import make_customer, make_employee
from tests.enterprise.posted import as_posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def nights(minneapolis):
    return make_assignment(make_employee(branch=minneapolis), "Acme Foods", shift="nights", begins=-3)


def form_of(assignment, page):
    return f"{assignment.employee.get_absolute_url()}assignments/{assignment.pk}/{page}/"


def stored(assignment, **values):
    Assignment.objects.filter(pk=assignment.pk).update(**values)


def test_what_another_changed_meanwhile_stays(as_user, riya, nights):
    client = as_user(riya)
    posted = as_posted(client.get(form_of(nights, "edit")), job_title="Welder")
    stored(nights, shift="days", ends_on=day(nights.employee, 5), customer=make_customer("Beta"))
    assert client.post(form_of(nights, "edit"), posted).status_code == 303
    nights.refresh_from_db()
    assert (nights.shift, nights.customer.name, nights.job_title) == ("days", "Beta", "Welder")
    assert nights.ends_on == day(nights.employee, 5)
    assert not AuditEntry.objects.exists()  # job titles are no facts of the audit


def test_a_customer_renamed_meanwhile_is_not_made_anew(as_user, riya, nights):
    client = as_user(riya)
    posted = as_posted(client.get(form_of(nights, "edit")), job_title="Welder")
    nights.customer.name = "Acme Foods Inc."
    nights.customer.save()
    client.post(form_of(nights, "edit"), posted)
    nights.refresh_from_db()
    assert nights.customer.name == "Acme Foods Inc."


def test_a_last_day_that_two_entered_is_asked_about(as_user, riya, nights):
    client = as_user(riya)
    posted = as_posted(client.get(form_of(nights, "end")))
    assert posted["ends_on"] == day(nights.employee, 0).isoformat()
    stored(nights, ends_on=day(nights.employee, 5))
    page = client.post(form_of(nights, "end"), posted)
    nights.refresh_from_db()
    assert (page.status_code, nights.ends_on) == (422, day(nights.employee, 5))
    assert f"somebody changed this to “{day(nights.employee, 5):%-d %b %Y}”" in page.text
    assert client.post(form_of(nights, "end"), as_posted(page)).status_code == 303
    nights.refresh_from_db()
    assert nights.ends_on == day(nights.employee, 0)


def test_the_other_day_is_written_as_its_reader_writes_days(as_user, riya, nights):
    client = as_user(riya)
    posted = as_posted(client.get(form_of(nights, "end")))
    stored(nights, ends_on="2030-08-03")
    page = client.post(form_of(nights, "end"), posted, headers={"accept-language": "fr"})
    assert "3 août 2030" in page.text
