import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.assignments.models import Assignment
from enterprise.contacts.models import Customer
from tests.assignments.builders import day, make_assignment
from tests.enterprise.builders import make_contact, make_customer, make_employee

pytestmark = pytest.mark.django_db
PAGES = ["add", "edit", "end", "delete"]


@pytest.fixture
def ana(minneapolis):
    return make_employee("Ana", "Rivera", branch=minneapolis, job_title="Welder")


@pytest.fixture
def nights(ana):
    return make_assignment(ana, "Acme Foods", shift="nights", begins=-3)


def address(page, assignment):
    return reverse(f"assignments:{page}", args=[assignment.employee_id, *([] if page == "add" else [assignment.pk])])


def values(employee, **other):
    begins, ends = other.pop("begins", 0), other.pop("ends", None)
    return {
        "customer_name": "Acme Foods",
        "starts_on": day(employee, begins).isoformat(),
        "ends_on": day(employee, ends).isoformat() if ends is not None else "",
        **other,
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_sign_in(client, nights, page):
    assert client.get(address(page, nights)).url.startswith(reverse("users:sign-in"))
    assert client.post(address(page, nights)).url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("page", PAGES)
def test_those_of_another_branch_find_nothing(as_user, dan, nights, page):
    assert as_user(dan).get(address(page, nights)).status_code == 404
    assert as_user(dan).post(address(page, nights)).status_code == 404
    assert Assignment.objects.get() == nights


@pytest.mark.parametrize("page", PAGES)
def test_who_may_only_look_at_assignments_may_not_change_them(as_user, riya, nights, page):
    riya.groups.clear()
    riya.user_permissions.set(Permission.objects.filter(codename__in=["view_employee", "view_assignment"]))
    assert as_user(riya).get(address(page, nights)).status_code == 403
    assert as_user(riya).post(address(page, nights)).status_code == 403


@pytest.mark.parametrize("page", ["edit", "end", "delete"])
def test_an_assignment_is_found_only_on_its_own_employee(as_user, riya, nights, minneapolis, page):
    other = make_employee("Bo", branch=minneapolis)
    assert as_user(riya).get(reverse(f"assignments:{page}", args=[other.pk, nights.pk])).status_code == 404


def test_adding_one_shows_it_on_the_record_and_in_the_audit(as_user, riya, ana):
    make_customer("Acme Foods")
    client = as_user(riya)
    added = client.post(
        reverse("assignments:add", args=[ana.pk]), values(ana, customer_name="acme foods", shift="nights")
    )
    assert (added.status_code, added.url) == (303, f"{ana.get_absolute_url()}#assignments")
    assert "Assigned: Acme Foods, nights" in client.get(ana.get_absolute_url()).text
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("assignment.added", riya)
    assert entry.facts["employee"] == ana.pk
    assert Customer.objects.count() == 1


def test_a_new_name_makes_a_new_customer(as_user, riya, ana):
    as_user(riya).post(reverse("assignments:add", args=[ana.pk]), values(ana, customer_name="Zenith"))
    assert Assignment.objects.get().customer.name == "Zenith"


def test_the_same_again_is_refused_so_that_a_double_click_adds_one(as_user, riya, ana):
    client = as_user(riya)
    page = reverse("assignments:add", args=[ana.pk])
    client.post(page, values(ana))
    again = client.post(page, values(ana))
    assert again.status_code == 422
    assert "There is this assignment already." in again.text
    assert Assignment.objects.count() == 1


def test_an_end_before_the_beginning_is_refused_beside_the_field(as_user, riya, ana):
    refused = as_user(riya).post(reverse("assignments:add", args=[ana.pk]), values(ana, begins=0, ends=-1))
    assert refused.status_code == 422
    assert refused.context["form"].errors["ends_on"] == ["An assignment cannot end before it begins."]
    assert not Assignment.objects.exists()
    assert not Customer.objects.exists()


def test_editing_says_what_changed_in_the_audit(as_user, riya, ana, nights):
    as_user(riya).post(address("edit", nights), values(ana, begins=-3, shift="days"))
    nights.refresh_from_db()
    assert nights.shift == "days"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject) == ("assignment.changed", f"assignment:{nights.pk}")
    assert entry.facts == {"employee": ana.pk, "before": {"shift": "nights"}, "after": {"shift": "days"}}


def test_ending_suggests_today_and_keeps_it_until_then(as_user, riya, ana, nights):
    client = as_user(riya)
    assert f'value="{day(ana, 0).isoformat()}"' in client.get(address("end", nights)).text
    client.post(address("end", nights), {"ends_on": day(ana, -1).isoformat()})
    assert not Assignment.objects.current().exists()
    page = client.get(ana.get_absolute_url()).text
    assert "Assigned: Acme Foods" not in page
    assert "Acme Foods, nights" in page


@pytest.mark.parametrize("ends_on", ["", "yesterday", "0000-00-00", "2026-13-01"])
def test_ending_needs_a_day(as_user, riya, nights, ends_on):
    assert as_user(riya).post(address("end", nights), {"ends_on": ends_on}).status_code == 422
    nights.refresh_from_db()
    assert nights.ends_on is None


def test_deleting_asks_first_and_leaves_an_audit_entry(as_user, riya, ana, nights):
    client = as_user(riya)
    assert "Delete an assignment of Ana Rivera?" in client.get(address("delete", nights)).text
    assert Assignment.objects.exists()
    assert client.post(address("delete", nights)).status_code == 303
    assert not Assignment.objects.exists()
    assert AuditEntry.objects.get().action == "assignment.deleted"


def test_the_record_costs_the_same_for_one_and_for_many(as_user, riya, ana, nights, count_queries):
    client = as_user(riya)
    one = count_queries(lambda: client.get(ana.get_absolute_url()))
    for number in range(9):
        make_assignment(ana, f"Customer {number}")
    assert count_queries(lambda: client.get(ana.get_absolute_url())) == one


def test_a_contact_shows_who_of_the_readers_branches_works_at_the_customer(as_user, ada, riya, ana, nights, st_paul):
    make_assignment(make_employee("Hidden", branch=st_paul), "Acme Foods")
    make_assignment(make_employee("Gone", branch=ana.branch), "Acme Foods", ends=-1)
    contact = make_contact(customer="Acme Foods", branch=ana.branch)
    seen = as_user(riya).get(contact.get_absolute_url()).text
    assert "Assigned to Acme Foods" in seen
    assert "Ana Rivera" in seen
    assert "Hidden" not in seen
    assert "Gone" not in seen
    assert "Hidden" in as_user(ada).get(contact.get_absolute_url()).text


def test_who_may_not_see_assignments_sees_none_on_the_record(as_user, riya, ana, nights):
    riya.groups.clear()
    riya.user_permissions.set(Permission.objects.filter(codename="view_employee"))
    page = as_user(riya).get(ana.get_absolute_url())
    assert page.status_code == 200
    assert "Acme Foods" not in page.text


@pytest.mark.parametrize("page", ["add", "end"])
def test_a_year_that_is_a_slip_is_refused(as_user, riya, ana, nights, page):
    posted = values(ana) | {"starts_on": "0026-11-22", "ends_on": "0026-11-22"}
    answer = as_user(riya).post(address(page, nights), posted)
    assert answer.status_code == 422
    assert "check the year" in answer.text
    assert Assignment.objects.get() == nights
