"""What one administrator changes while another has the form open is neither undone nor overwritten unasked."""

import pytest
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.users.models import Branch
from enterprise.users.roles import ADMINISTRATOR, FRONT_OFFICE
from tests.administration.rig import role, url
from tests.enterprise.builders import make_branch, make_code
from tests.enterprise.posted import as_posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(dan):
    dan.groups.set([role(FRONT_OFFICE), role(ADMINISTRATOR)])
    return dan


def names(many):
    return sorted(str(each) for each in many.all())


def test_a_role_taken_away_meanwhile_is_not_given_back(as_ada, mei):
    page = url("edit-user", mei)
    posted = as_posted(as_ada.get(page), first_name="Mei")
    mei.groups.set([role(FRONT_OFFICE)])
    assert as_ada.post(page, posted).status_code == 302
    mei.refresh_from_db()
    assert (mei.first_name, names(mei.groups)) == ("Mei", [FRONT_OFFICE])
    assert AuditEntry.objects.get().facts == {"after": {}, "before": {}, "fields": ["first_name"]}


def test_branches_granted_meanwhile_stay_though_none_were_ticked(as_ada, mei, minneapolis):
    page = url("edit-user", mei)
    posted = as_posted(as_ada.get(page), email="mei@example.com")
    mei.branches.set([minneapolis])
    mei.time_zone = "America/Denver"
    mei.save(update_fields=["time_zone"])
    as_ada.post(page, posted)
    mei.refresh_from_db()
    assert (mei.email, mei.time_zone, names(mei.branches)) == ("mei@example.com", "America/Denver", ["Minneapolis"])


def test_roles_that_two_changed_are_asked_about_by_name(as_ada, mei):
    page = url("edit-user", mei)
    posted = as_posted(as_ada.get(page), groups=[])
    mei.groups.set([role(FRONT_OFFICE)])
    refused = as_ada.post(page, posted)
    assert refused.status_code == 422
    assert f"somebody changed this to “{FRONT_OFFICE}”" in refused.text
    assert names(mei.groups) == [FRONT_OFFICE]
    assert as_ada.post(page, as_posted(refused)).status_code == 302
    assert names(mei.groups) == []


def test_a_time_zone_is_named_as_the_drop_down_names_it(as_ada, minneapolis):
    page = reverse("administration:edit-branch", args=[minneapolis.pk])
    posted = as_posted(as_ada.get(page), time_zone="America/Denver")
    Branch.objects.filter(pk=minneapolis.pk).update(time_zone="America/Phoenix")
    refused = as_ada.post(page, posted)
    assert "to “Mountain, no daylight saving (Phoenix)”" in refused.text
    minneapolis.refresh_from_db()
    assert minneapolis.time_zone == "America/Phoenix"


def test_a_branch_renamed_meanwhile_keeps_its_new_name(as_ada):
    north = make_branch("North")
    page = reverse("administration:edit-branch", args=[north.pk])
    posted = as_posted(as_ada.get(page), time_zone="America/Denver")
    Branch.objects.filter(pk=north.pk).update(name="Far North")
    assert as_ada.post(page, posted).status_code == 302
    north.refresh_from_db()
    assert (north.name, north.time_zone) == ("Far North", "America/Denver")


def test_a_code_made_inactive_meanwhile_stays_so(as_ada):
    code = make_code("CALL")
    page = reverse("administration:edit-code", args=[code.pk])
    posted = as_posted(as_ada.get(page), description="A call")
    type(code).objects.filter(pk=code.pk).update(is_active=False)
    assert as_ada.post(page, posted).status_code == 302
    code.refresh_from_db()
    assert (code.description, code.is_active) == ("A call", False)
