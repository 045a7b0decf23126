"""The audit log as a page and as a file."""

import ast
import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from enterprise.administration import audit
from enterprise.administration.audit_words import ACTIONS
from enterprise.administration.models import AuditEntry
from enterprise.spreadsheets import plain_cell, write_csv
from tests.administration.rig import make_line, record, rows_of, url, words_of
from tests.enterprise.builders import make_employee, make_user
from texting.vocabulary import Decision

pytestmark = pytest.mark.django_db


def shown(client, **query):
    """The actions on the page, as words."""
    return [row.action for row in client.get(url("audit"), query).context["page"].rows]


# --- for administrators alone


@pytest.mark.parametrize("name", ["audit", "audit-csv"])
def test_it_is_for_administrators_alone(client, as_user, riya, as_ada, name):
    assert client.get(url(name)).url == f"/sign-in/?next={url(name)}"
    assert as_user(riya).get(url(name)).status_code == 403
    assert as_ada.get(url(name)).status_code == 200


# --- in words


def test_an_entry_says_who_did_what_to_whom_and_what_changed(as_ada, ada, dan, minneapolis, st_paul):
    record(
        "user.changed",
        f"user:{dan.pk}",
        by=ada,
        before={"home_branch": minneapolis.pk, "roles": [2]},
        after={"home_branch": st_paul.pk, "roles": [2]},
    )
    page = words_of(as_ada.get(url("audit")))

    assert "Ada Bergström Changed a user" in page
    assert "User Dan Larsen home branch: Minneapolis → St. Paul" in page
    assert "roles" not in page
    assert "Times are those of America/Chicago" in page


def test_what_nobody_signed_in_did_and_codes_without_words_are_shown_too(as_ada):
    record("user.sign_in_failed", "user:unknown")
    record("thing.new", "thing:1")

    assert shown(as_ada) == ["thing.new", "Failed to sign in"]
    assert "Nobody Failed to sign in User a name nobody has" in words_of(as_ada.get(url("audit")))


def test_the_subject_leads_to_its_page(as_ada, dan, minneapolis):
    person = make_employee()
    record("user.changed", f"user:{dan.pk}")
    record("employee.deactivated", f"employee:{person.pk}")
    line = make_line(minneapolis)
    record("line.paused", f"line:{line.pk}")
    record("user.changed", "user:999999")
    page = as_ada.get(url("audit")).text

    for href in (url("edit-user", dan), person.get_absolute_url(), f"/texting/lines/{line.pk}/state/"):
        assert f'href="{href}"' in page
    assert "/users/999999/" not in page


def test_every_code_that_is_recorded_has_words():
    """A new one is given its words in enterprise/administration/audit_words.py."""
    missing = {code for path in _sources() for code in _codes_in(path) if code not in ACTIONS}

    assert missing == set()


def _sources():
    root = Path(__file__).resolve().parents[2]
    return [path for folder in ("enterprise", "texting") for path in (root / folder).rglob("*.py")]


def test_every_decision_about_an_unclear_text_has_words():
    """Their codes are put together of two parts."""
    assert {f"text.{decision.value}" for decision in Decision} <= set(ACTIONS)


def _codes_in(path):
    """What is given as `action=`, or to a function whose name ends with "record", and looks like a code."""
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        given = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
        given += call.args if name.endswith("record") else []
        for part in (part for one in given for part in ast.walk(one) if isinstance(part, ast.Constant)):
            if isinstance(part.value, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", part.value):
                yield part.value


# --- narrowed


@pytest.fixture
def history(ada, dan):
    record("batch.sent", "batch:7", by=dan, days_ago=3)
    record("line.paused", "line:1", days_ago=2)
    record("line.removed", "line:2", by=ada, days_ago=1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Removed a line", "Paused a line", "Sent a batch of texts"]),
        ({"actor": "nobody"}, ["Paused a line"]),
        ({"action": "line.removed"}, ["Removed a line"]),
        ({"kind": "line"}, ["Removed a line", "Paused a line"]),
        ({"subject": "line:1"}, ["Paused a line"]),
        ({"kind": "line", "actor": "nobody"}, ["Paused a line"]),
        ({"kind": "spaceship"}, []),
        ({"since": "yesterday-ish"}, []),
        ({"until": "9999-12-31"}, ["Removed a line", "Paused a line", "Sent a batch of texts"]),
        ({"after": "0"}, ["Removed a line", "Paused a line", "Sent a batch of texts"]),
        ({"after": "9" * 30}, ["Removed a line", "Paused a line", "Sent a batch of texts"]),
    ],
)
def test_it_is_narrowed_by_who_what_about_and_when(as_ada, history, query, found):
    assert shown(as_ada, **query) == found


def test_it_is_narrowed_to_days_of_the_readers_own_zone(as_ada, history):
    day = timezone.localdate() - timedelta(days=2)

    assert shown(as_ada, since=day, until=day) == ["Paused a line"]


def test_who_is_chosen_by_name(as_ada, history, dan):
    page = as_ada.get(url("audit"), {"actor": dan.pk})

    assert [row.action for row in page.context["page"].rows] == ["Sent a batch of texts"]
    assert "Who: Dan Larsen (dan)" in words_of(page)


def test_nothing_found_and_nothing_yet_say_different_things(as_ada):
    assert "Nothing yet" in words_of(as_ada.get(url("audit")))
    assert "Nothing matches" in words_of(as_ada.get(url("audit"), {"kind": "line"}))


# --- page by page


def test_pages_follow_each_other_without_gap_or_repetition(as_ada):
    for number in range(120):
        audit.record(actor_id=None, action="batch.sent", subject=f"batch:{number}", facts={})
    seen, after = [], ""
    while after is not None:
        page = as_ada.get(url("audit"), {"after": after}).context["page"]
        seen += [row.subject for row in page.rows]
        after = page.older

    assert seen == [f"{number} (removed)" for number in reversed(range(120))]


def test_a_page_costs_the_same_for_one_entry_and_for_fifty(as_ada, count_queries):
    def entries(count):
        for number in range(count):
            user = make_user(f"user{AuditEntry.objects.count()}")
            audit.record(actor_id=user.pk, action="user.changed", subject=f"user:{user.pk}", facts={"n": number})

    entries(1)
    one = count_queries(lambda: as_ada.get(url("audit")))
    entries(49)

    assert count_queries(lambda: as_ada.get(url("audit"))) == one


# --- as a file


def test_the_file_holds_what_the_filters_find(as_ada, history, dan):
    header, row = rows_of(as_ada.get(url("audit-csv"), {"actor": dan.pk}))

    assert header[2:] == ["username", "action", "words", "subject", "subject name", "facts", "ip"]
    assert row[2:] == ["dan", "batch.sent", "Sent a batch of texts", "batch:7", "", "{}", ""]


def test_the_download_is_recorded_itself(as_ada, ada):
    as_ada.get(url("audit-csv"), {"kind": "line"})

    (entry,) = AuditEntry.objects.filter(action="audit.exported")
    assert (entry.actor, entry.facts, entry.ip) == (ada, {"kind": "line"}, "127.0.0.1")


def test_a_filter_nobody_can_read_downloads_nothing(as_ada, history):
    assert len(rows_of(as_ada.get(url("audit-csv"), {"kind": "spaceship"}))) == 1


def test_no_username_becomes_a_formula(as_ada):
    record(by=make_user("=1+1"))

    assert rows_of(as_ada.get(url("audit-csv"), {"kind": "batch"}))[1][2] == "'=1+1"


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", ' "=1', " =1", "\u200b=1", "\ufeff=1", "＝1+1", "＋1", "－1",
     "＠A", "﹦1", "\u00a0@A", "\x00=1", "\u202e=1"],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_is_text(cell):
    assert plain_cell(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", "Ana", "Ana=Bo", "0612", "'quoted", "é", "{}", " ", "Ana; Bo-Li, Cy", ";", '"a", "b"']
)
def test_what_is_no_formula_stays_as_it_is(cell):
    assert plain_cell(cell) == cell


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Ana;=1+1", "Ana;'=1+1"),
        ('Ana; "=1+1', "Ana;' \"=1+1"),
        ("Ana\t@SUM(A1)", "Ana\t'@SUM(A1)"),
        ("Ana\r\n=1", "Ana\r\n'=1"),
        ("=1;=2,-3", "'=1;'=2,'-3"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_what_a_spreadsheet_of_another_country_would_run_is_text_too(cell, written):
    assert plain_cell(cell) == written


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "typed", ["=1", "Ana;=1+1", 'Ana;"=1+1', 'Ana";"=1+1', "Ana\t=1", "Ana, =1", "Ana\n=1", "Ana\r+1", ';";;-1']
)
def test_no_cell_is_a_formula_whatever_separates_the_cells(separator, typed):
    out = io.StringIO()
    write_csv([("employee", typed, typed, "6,5"), ("employee", typed, typed, "6,5")], out)

    read = io.StringIO(out.getvalue(), newline=None)
    cells = [cell for row in csv.reader(read, delimiter=separator) for cell in row]
    assert [cell for cell in cells if cell.strip(' "')[:1] in {"=", "+", "-", "@"}] == []
