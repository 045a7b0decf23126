"""What the administration knows of why somebody may not text."""

import pytest
from django.urls import reverse

from enterprise.administration.access import Access
from enterprise.users.models import User
from enterprise.users.roles import ADMINISTRATOR
from enterprise.users.textable import BranchOwners
from tests.enterprise.builders import make_branch, make_user
from texting.vocabulary import Tone

pytestmark = pytest.mark.django_db


def branch_of(user):
    return next(finding for finding in Access().findings(user) if finding.key == "branch")


def homeless(username, **facts):
    user = make_user(username, **facts)
    User.objects.filter(pk=user.pk).update(home_branch=None)
    return User.objects.get(pk=user.pk)


def test_an_administrator_at_home_nowhere_has_every_branchs_line(ada):
    user = homeless("bea", role=ADMINISTRATOR)

    assert branch_of(user).tone == Tone.OK
    assert branch_of(user).words == "No home branch: every branch’s line is theirs to send from."
    assert BranchOwners().owners_for(user)


@pytest.mark.parametrize("role", [ADMINISTRATOR, "Front Office"])
def test_of_who_was_granted_branches_these_are_named(ada, role):
    user = homeless("bea", role=role)
    user.branches.set([make_branch("Duluth"), make_branch("St Paul")])

    assert (branch_of(user).tone, branch_of(user).words) == (Tone.OK, "No home branch. Granted: Duluth, St Paul.")


def test_without_any_branch_there_is_nobody_to_text(ada):
    user = homeless("bea")

    assert branch_of(user).tone == Tone.BAD
    assert branch_of(user).url == reverse("administration:edit-user", args=[user.pk])
