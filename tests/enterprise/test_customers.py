"""Customers that are made by typing their names."""

import threading

import pytest
from django.db import connection, transaction

from enterprise.contacts.models import Contact, Customer
from tests.enterprise.builders import make_contact


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
