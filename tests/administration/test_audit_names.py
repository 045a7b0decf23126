"""The audit keeps ids; who reads it sees what they are called today."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from enterprise.administration.models import AuditEntry
from enterprise.people.models import ImportRun
from tests.administration.rig import make_line, record, rows_of, url, words_of
from tests.enterprise.builders import make_employee, make_user
from tests.hotlists.builders import make_hotlist
from texting.models import Conversation

pytestmark = pytest.mark.django_db


def test_texting_s_own_subjects_have_the_names_people_know_them_by(as_ada, minneapolis):
    """The audit keeps ids; a line is its number and owner, a text whom it was to, once though on two records."""
    line = make_line(minneapolis)
    removed = make_line(minneapolis, number="+16125550177", state="removed")
    conversation = Conversation.objects.create(
        line=line, number="+16515550108", opened_at=timezone.now(), last_text_at=timezone.now()
    )
    for record_type in ("employee", "contact"):
        conversation.records.create(record_type=record_type, record_id=1, name="Kwame Asante")
    record("line.paused", f"line:{line.pk}", reason="wrong_password")
    record("line.removed", f"line:{removed.pk}")
    record("conversation.dismissed", f"conversation:{conversation.pk}")
    page = words_of(as_ada.get(url("audit")))

    assert "Line (612) 555-0100, Minneapolis" in page
    assert "reason: ZipWhip refused the password" in page
    assert "Line (612) 555-0177, Minneapolis (removed)" in page
    assert "Conversation Kwame Asante, (651) 555-0108" in page


def test_facts_name_whom_they_speak_of_and_lead_there(as_ada, dan, minneapolis):
    person, line = make_employee(), make_line(minneapolis)
    record("conversation.linked", "conversation:9", by=dan, record=f"employee:{person.pk}")
    record("line.owner_changed", f"line:{line.pk}", by=dan, owner_kind="branch", owner_id=minneapolis.pk)
    record("batch.sent", "batch:9", by=dan, line=line.pk, people=3)
    response = as_ada.get(url("audit"))
    page = words_of(response)

    assert f"record: {person}" in page
    assert "owner: Minneapolis" in page
    assert "line: (612) 555-0100, Minneapolis" in page
    assert "people: 3" in page
    assert f'href="{person.get_absolute_url()}"' in response.text


def test_what_is_gone_says_so(as_ada):
    record("line.paused", "line:12")
    record("user.changed", "user:999999", after={"home_branch": 88})
    page = words_of(as_ada.get(url("audit")))

    assert "Line 12 (removed)" in page
    assert "User 999999 (removed)" in page
    assert "home branch: 88 (removed)" in page


def test_a_page_of_many_kinds_costs_no_more_for_more_of_each(as_ada, dan, minneapolis, count_queries):
    def entries(count):
        for _ in range(count):
            line = make_line(minneapolis, number=f"+1612555{AuditEntry.objects.count() + 1000}")
            record("batch.sent", "batch:1", by=dan, line=line.pk)
            record("employee.changed", f"employee:{make_employee().pk}", branch=minneapolis.pk)

    entries(1)
    one = count_queries(lambda: as_ada.get(url("audit")))
    entries(10)

    assert count_queries(lambda: as_ada.get(url("audit"))) == one


def test_a_filter_for_one_subject_says_its_name(as_ada, minneapolis):
    line = make_line(minneapolis)

    page = words_of(as_ada.get(url("audit"), {"subject": f"line:{line.pk}"}))

    assert "About exactly: Line (612) 555-0100, Minneapolis" in page


def test_names_are_looked_up_and_never_kept(as_ada, dan):
    person = make_employee("Ana", "Rivera")
    record("employee.changed", f"employee:{person.pk}", by=dan)
    type(person).objects.filter(pk=person.pk).update(first_name="Anna")

    assert "Employee Anna Rivera" in words_of(as_ada.get(url("audit")))


def test_the_file_has_the_names_of_today_beside_the_ids(as_ada, dan):
    record("user.changed", f"user:{dan.pk}")

    assert rows_of(as_ada.get(url("audit-csv"), {"kind": "user", "actor": "nobody"}))[1][5:7] == [
        f"user:{dan.pk}",
        "Dan Larsen",
    ]


def test_somebody_else_s_private_hotlist_has_neither_name_nor_link(as_ada, riya, minneapolis):
    private = make_hotlist("Difficult ones", owner=riya)
    shared = make_hotlist("Nights", owner=riya, branch=minneapolis)
    for hotlist in (private, shared):
        record("hotlist.shared", f"hotlist:{hotlist.pk}", hotlist=hotlist.pk)
    response = as_ada.get(url("audit"))

    assert "Difficult ones" not in response.text
    assert "Hotlist a private hotlist" in words_of(response)
    assert private.get_absolute_url() not in response.text
    assert f'href="{shared.get_absolute_url()}"' in response.text
    assert "Difficult ones" not in as_ada.get(url("audit-csv")).getvalue().decode()


def test_an_import_leads_whoever_made_it_to_its_page_and_nobody_else(as_ada, ada, dan):
    own, other = (ImportRun.objects.create(uploaded_by=user, file_name=f"{user}.csv") for user in (ada, dan))
    for run in (own, other):
        record("people.imported", f"import:{run.pk}")
    response = as_ada.get(url("audit"))

    assert "Dan Larsen.csv" in words_of(response)
    assert f'href="{reverse("people:import-run", args=[own.pk])}"' in response.text
    assert reverse("people:import-run", args=[other.pk]) not in response.text


def test_a_page_that_needs_a_right_one_has_not_is_no_link(as_user, minneapolis):
    role = Group.objects.create(name="Auditor")
    role.permissions.set(Permission.objects.filter(codename="administer"))
    person, line = make_employee(), make_line(minneapolis)
    record("employee.changed", f"employee:{person.pk}")
    record("line.paused", f"line:{line.pk}")
    response = as_user(make_user("noor", branch=minneapolis, role="Auditor")).get(url("audit"))

    assert "Employee Ana Rivera" in words_of(response)
    assert person.get_absolute_url() not in response.text
    assert reverse("texting:line", args=[line.pk]) not in response.text
