import pytest
from django.urls import reverse

from enterprise.employees.models import Employee
from enterprise.messagelog.models import ActionCode
from tests.enterprise.builders import make_code, make_contact, make_employee

pytestmark = pytest.mark.django_db

MODELS = [
    "users_user", "users_branch", "people_importrun", "employees_employee", "contacts_contact", "contacts_customer",
    "messagelog_actioncode", "messagelog_message",
]  # fmt: skip


@pytest.fixture
def superuser(ada):
    ada.is_staff = ada.is_superuser = True
    ada.save()
    return ada


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_and_can_be_searched(as_user, superuser, model):
    make_employee()
    make_contact()
    assert as_user(superuser).get(reverse(f"admin:{model}_changelist"), {"q": "ana"}).status_code == 200


def test_a_rep_has_no_admin(as_user, riya):
    assert as_user(riya).get(reverse("admin:employees_employee_changelist")).status_code == 302


def test_nobody_is_deleted(as_user, superuser):
    person = make_employee()
    address = reverse("admin:employees_employee_delete", args=[person.pk])
    assert as_user(superuser).post(address, {"post": "yes"}).status_code == 403
    assert Employee.objects.filter(pk=person.pk).exists()


def test_no_action_code_is_deleted(as_user, superuser):
    code = make_code()
    address = reverse("admin:messagelog_actioncode_delete", args=[code.pk])
    assert as_user(superuser).post(address, {"post": "yes"}).status_code == 403
    assert ActionCode.objects.filter(pk=code.pk).exists()


def test_a_number_changed_in_the_admin_is_found(as_user, superuser):
    person = make_employee(sms="612-555-0101")
    method = person.methods.get()
    posted = {
        "ident": person.ident, "first_name": "Ana", "last_name": "Rivera", "branch": person.branch_id,
        "is_active": "on",
        "methods-TOTAL_FORMS": 1, "methods-INITIAL_FORMS": 1, "methods-0-id": method.pk, "methods-0-person": person.pk,
        "methods-0-type": "sms", "methods-0-value": "612-555-0199",
    }  # fmt: skip
    response = as_user(superuser).post(reverse("admin:employees_employee_change", args=[person.pk]), posted)
    assert response.status_code == 302
    assert Employee.objects.search("0199").get() == person
