"""The page of the roles: what each lets people do, and who can change that."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from enterprise.users.models import User
from tests.administration.rig import url, words_of

pytestmark = pytest.mark.django_db


def test_each_role_says_what_it_lets_people_do_and_how_many_have_it(as_ada, riya, dan):
    auditors = Group.objects.create(name="Auditors")
    auditors.permissions.set(Permission.objects.filter(codename="import_people"))
    User.objects.filter(pk=dan.pk).update(is_active=False)

    response = as_ada.get(url("roles"))

    page = words_of(response)
    assert "Auditors import people 0" in page
    assert "Front Office edit employees, edit contacts, log messages, send texts 1" in page
    assert f"{url('users')}?role={auditors.pk}&amp;active=yes" in response.content.decode()


def test_it_says_who_can_change_roles(as_ada, as_user):
    assert "whoever runs the server makes one with manage.py createsuperuser" in words_of(as_ada.get(url("roles")))

    root = User.objects.create_superuser("root", first_name="Rosa", last_name="Root")

    page = as_ada.get(url("roles"))
    assert "Making or changing a role takes a superuser: Rosa Root." in words_of(page)
    to_admin = reverse("admin:auth_group_changelist")
    assert to_admin not in page.content.decode()
    assert to_admin in as_user(root).get(url("roles")).content.decode()
