from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from enterprise.frame.navigation import find_url, navigation_for
from texting import seam

PEOPLE = ("employees.view_employee", "contacts.view_contact")


@pytest.fixture(autouse=True)
def nothing_waits(monkeypatch):
    monkeypatch.setattr(seam, "_waiting", {})


def request_of(path="/", *permissions):
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(has_perm=lambda wanted: wanted in permissions)
    return request


def labels(entries):
    return [entry.label for entry in entries]


def test_entries_without_an_address_are_left_out():
    found = navigation_for(request_of("/", *PEOPLE, "texting.send"))
    assert labels(found) == ["Employees", "Contacts", "Texts"]
    assert labels(found[2].children) == ["Inbox", "Batches"]


def test_each_entry_is_for_those_who_may_open_it():
    assert labels(navigation_for(request_of())) == []
    assert labels(navigation_for(request_of("/", "contacts.view_contact"))) == ["Contacts"]
    assert labels(navigation_for(request_of("/", *PEOPLE))) == ["Employees", "Contacts"]


def test_administration_is_for_those_who_may():
    assert "Administration" in labels(navigation_for(request_of("/", "texting.manage_lines")))


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/employees/12/", "Employees"), ("/texts/inbox/3/", "Inbox"), ("/texts/", "Texts"), ("/elsewhere/", None)],
)
def test_the_longest_address_is_the_active_one(path, expected):
    found = navigation_for(request_of(path, *PEOPLE, "texting.send"))
    active = [entry.label for entry in [*found, *found[2].children] if entry.active]
    assert active == ([expected] if expected else [])


def test_what_waits_inside_is_summed_outside(monkeypatch):
    monkeypatch.setattr(seam, "_waiting", {"texting:inbox": lambda user: 3})
    [texts] = navigation_for(request_of("/", "texting.send"))
    assert (texts.waiting, texts.children[0].waiting, texts.children[1].waiting) == (3, 3, 0)


def test_a_name_without_an_address_is_empty():
    assert find_url("people:search") == "/find/"
    assert find_url("nobody:home") == ""
