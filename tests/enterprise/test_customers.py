"""Customers that are made by typing their names."""

import threading

import pytest
from django.db import connection, transaction

from enterprise.contacts.models import Customer


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
