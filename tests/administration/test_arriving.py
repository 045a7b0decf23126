"""Where one arrives who may not see employees: at something one may open, and never in a circle."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from tests.administration.rig import words_of
from tests.enterprise.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def allowed(as_user):
    """A client of somebody with one role of these rights."""

    def client(*rights):
        role = Group.objects.create(name="Own role")
        role.permissions.set(Permission.objects.filter(codename__in=[right.partition(".")[2] for right in rights]))
        return as_user(make_user("ines", role="Own role"))

    return client


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ("people.import_people", "administration:index"),
        ("texting.manage_lines", "administration:index"),
        ("contacts.view_contact", "contacts:list"),
        ("hotlists.view_hotlist", "hotlists:list"),
        ("texting.send", "texting:inbox"),
    ],
)
def test_one_arrives_at_the_first_page_one_may_open(allowed, right, expected):
    client = allowed(right)

    answer = client.get("/", follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == reverse(expected)


def test_without_a_role_it_is_said_whom_to_ask_and_one_can_sign_out(as_user):
    page = as_user(make_user("noor", role="")).get("/")

    assert page.status_code == 200
    assert "Ask an administrator to give you one" in words_of(page)
    assert f'action="{reverse("users:sign-out")}"' in page.content.decode()
    assert reverse("employees:list") not in page.content.decode()


def test_who_signs_in_without_a_role_arrives_there_too(client):
    noor = make_user("noor", role="")
    noor.set_password("a long password")
    noor.save()

    page = client.post(reverse("users:sign-in"), {"username": "noor", "password": "a long password"}, follow=True)

    assert (page.status_code, page.request["PATH_INFO"]) == (200, "/")


def test_a_page_that_is_refused_can_be_left_by_signing_out(as_user):
    page = as_user(make_user("noor", role="")).get(reverse("employees:list"))

    assert page.status_code == 403
    assert f'action="{reverse("users:sign-out")}"' in page.content.decode()
