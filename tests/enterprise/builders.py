"""Rows for tests, with defaults: `make_employee(sms="(612) 555-0134")`."""

from django.contrib.auth.models import Group

from enterprise.contacts.models import Contact, ContactContactMethod, Customer
from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.messagelog.models import ActionCode
from enterprise.users.models import Branch, User
from enterprise.users.roles import FRONT_OFFICE


def make_branch(name="Minneapolis", **values):
    return Branch.objects.get_or_create(name=name, defaults=values)[0]


def make_user(username="someone", *, branch=None, role=FRONT_OFFICE, **values):
    user = User.objects.create(username=username, home_branch=branch or make_branch(), **values)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_employee(first_name="Ana", last_name="Rivera", *, branch=None, email="", **values):
    """Phone numbers by type: sms="612-555-0134", cell_phone=…"""
    return _make(Employee, EmployeeContactMethod, first_name, last_name, branch, email, values)


def make_contact(first_name="Kwame", last_name="Asante", *, branch=None, email="", customer="Acme Foods", **values):
    values["customer"] = make_customer(customer)
    return _make(Contact, ContactContactMethod, first_name, last_name, branch, email, values)


def make_customer(name="Acme Foods"):
    return Customer.objects.get_or_create(name=name)[0]


def make_method(person, method_type, value, *, is_primary=False):
    method = type(person).methods.rel.related_model(person=person, type=method_type, value=value, is_primary=is_primary)
    method.save()
    return method


def make_code(name="TEXT", **values):
    return ActionCode.objects.create(name=name, **values)


def _make(model, method_model, first_name, last_name, branch, email, values):
    types = ("sms", "cell_phone", "phone", "office_phone", "home_phone")
    methods = {name: values.pop(name) for name in types if name in values} | ({"email": email} if email else {})
    person = model(first_name=first_name, last_name=last_name, branch=branch or make_branch(), **values)
    person.save()
    for method_type, value in methods.items():
        method_model(person=person, type=method_type, value=value).save()
    return person
