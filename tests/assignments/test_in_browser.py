"""Choosing a customer in a browser, among more than a page holds."""

from playwright.sync_api import expect

from enterprise.assignments.models import Assignment
from enterprise.contacts.forms import SUGGESTIONS
from enterprise.contacts.models import Customer
from tests.enterprise.builders import make_employee
from tests.hotlists.test_browser import assert_usable, open_page, rep  # noqa: F401 - the same for these pages


def test_a_customer_beyond_those_on_the_page_is_suggested_while_it_is_typed(open_page, rep):  # noqa: F811
    Customer.objects.bulk_create(Customer(name=f"Beta {number:04}") for number in range(SUGGESTIONS))
    Customer.objects.create(name="Zebra Works")
    employee = make_employee(branch=rep.home_branch)
    page = open_page(f"{employee.get_absolute_url()}assignments/add/")
    zebra = page.locator("#customers option[value='Zebra Works']")
    expect(zebra).to_have_count(0)
    page.get_by_label("Customer").press_sequentially("zeb")
    expect(zebra).to_have_count(1)
    expect(page.locator("#customers option")).to_have_count(1)
    expect(page.get_by_label("Customer")).to_be_focused()
    assert_usable(page)
    page.get_by_label("Customer").fill("Zebra Works")
    page.get_by_role("button", name="Add assignment").click()
    page.wait_for_url(f"**{employee.get_absolute_url()}#assignments")
    assert Assignment.objects.get().customer.name == "Zebra Works"
    assert page.complaints == []
