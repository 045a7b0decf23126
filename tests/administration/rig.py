"""What the tests of the administration share."""

import csv
import io
import re
from datetime import timedelta

from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from enterprise.administration.models import AuditEntry
from texting.models import Line
from texting.vocabulary import LineState


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def words_of(response):
    """What a page says, tags and all the white space aside."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("&#x27;", "'").split())


def url(name, row=None):
    return reverse(f"administration:{name}", args=[row.pk] if row else [])


def role(name):
    return Group.objects.get(name=name).pk


def typed_user(user=None, **values):
    """What the form of `user` posts, `values` apart; what is None is left out."""
    facts = {
        "first_name": user.first_name if user else "Mei",
        "last_name": user.last_name if user else "Wong",
        "username": user.username if user else "mwong",
        "email": user.email if user else "",
        "home_branch": (user.home_branch_id or "") if user else "",
        "branches": list(user.branches.values_list("pk", flat=True)) if user else [],
        "time_zone": user.time_zone if user else "",
        "groups": list(user.groups.values_list("pk", flat=True)) if user else [],
        **({} if user else {"password": ""}),
    }
    return {name: value for name, value in {**facts, **values}.items() if value is not None}


def listed(response):
    """The names in a list of users."""
    return re.findall(r'<a class="name" href="[^"]+" title="([^"]+)"', response.content.decode())


def fail_to_sign_in(client, username, *, times=5):
    for _ in range(times):
        response = client.post(reverse("users:sign-in"), {"username": username, "password": "wrong"})
    return response


def record(action="batch.sent", subject="batch:7", *, by=None, days_ago=0, **facts):
    at = timezone.now() - timedelta(days=days_ago)
    AuditEntry.objects.create(at=at, actor=by, action=action, subject=subject, facts=facts)


def rows_of(response):
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def make_line(branch, **facts):
    usual = {"number": "+16125550100", "owner_kind": "branch", "username": "x", "state": LineState.CONNECTED}
    return Line.objects.create(**{**usual, "owner_id": branch.pk, **facts})
