"""Customers that are made by typing their names."""

import re
import threading

import pytest
from django.db import connection, transaction

from enterprise.contacts.forms import SUGGESTIONS
from enterprise.contacts.models import Contact, Customer
from tests.enterprise.builders import make_contact
from tests.enterprise.posted import as_posted


@pytest.mark.django_db(transaction=True)
def test_a_new_customer_typed_by_two_people_at_once_is_one():
    named = []

    def type_it():
        named.append(Customer.named("ZEBRA works"))
        connection.close()

    with transaction.atomic():
        made = Customer.objects.create(name="Zebra Works")
        other = threading.Thread(target=type_it)
        other.start()
        other.join(timeout=0.5)
        assert not named
    other.join(timeout=20)
    assert named == [made]


@pytest.mark.django_db
def test_renaming_costs_the_same_for_one_contact_and_for_many(count_queries):
    contact = make_contact(customer="Acme Foods", sms="612-555-0134")
    one = count_queries(contact.customer.save)
    for number in range(5):
        make_contact(f"Kwame {number}", customer="Acme Foods")
    customer = Customer.objects.get()
    customer.name = "Zenith"
    assert count_queries(customer.save) == one
    assert Contact.objects.search("zenith").count() == 6
    assert Contact.objects.search("zenith 0134").get() == contact


@pytest.fixture
def many(db):
    Customer.objects.bulk_create(Customer(name=f"Beta {number:04}") for number in range(SUGGESTIONS))
    return Customer.objects.bulk_create(Customer(name=name) for name in ("Zebra Works", "The Zebra"))


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"customer": "zebra"}, ["Zebra Works", "The Zebra"]),
        ({"customer_name": "BETA 0007"}, ["Beta 0007"]),
        ({"customer": "%"}, []),
        ({"customer": "a\x00"}, None),
        ({}, None),
    ],
)
def test_every_customer_is_suggested_to_who_types_a_part_of_the_name(as_user, riya, asked, names):
    page = as_user(riya).get("/contacts/customers/", asked)
    found = re.findall('value="([^"]+)"', page.text)
    assert found == names if names is not None else len(found) == SUGGESTIONS


@pytest.mark.parametrize("address", ["/contacts/", "/employees/", "/contacts/add/"])
def test_a_page_asks_for_suggestions_only_where_it_cannot_hold_all(as_user, riya, many, address):
    client = as_user(riya)
    asking = client.get(address).text.partition('hx-get="/contacts/customers/"')[2].partition(">")[0]
    assert "data-help" in asking
    Customer.objects.filter(pk__in=[each.pk for each in many]).delete()
    page = client.get(address).text
    assert page.count('<option value="Beta') == SUGGESTIONS
    assert "hx-get" not in page.partition('list="customers"')[0].rpartition("<input")[2]


def test_who_may_see_neither_employees_nor_contacts_sees_no_customers(as_user, riya, many):
    riya.groups.clear()
    assert as_user(riya).get("/contacts/customers/").status_code == 403


@pytest.mark.usefixtures("many")
def test_without_scripts_a_customer_that_is_not_suggested_is_chosen_by_typing_the_name(as_user, riya):
    contact = make_contact(branch=riya.home_branch)
    client, page = as_user(riya), f"{contact.get_absolute_url()}edit/"
    client.post(page, as_posted(client.get(page), customer_name="zebra works"))
    contact.refresh_from_db()
    assert contact.customer.name == "Zebra Works"
    assert [row.record for row in client.get("/contacts/?customer=zebra+w").context["table"].rows] == [contact]
