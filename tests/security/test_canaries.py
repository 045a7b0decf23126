"""What was typed or stored turns up on no page of an error and in no history of the Django admin."""

from django.contrib.admin.models import LogEntry
from django.urls import reverse

from tests.enterprise.builders import make_employee

CANARY = {
    "q": "canary-searched",
    "body": "canary in a text",
    "password": "canary typed as a password",
    "number": "612-555-0177",
}


def _error_pages(firm):
    """(status, answer) of each kind of error that a request with canaries in it can meet."""
    riya, draft = firm.client("riya"), firm.draft.get_absolute_url()
    forger = firm.client("riya", enforce_csrf_checks=True)
    search = reverse("people:search")
    yield 400, riya.post(draft, CANARY, headers={"Host": "evil.example"})
    yield 400, riya.post(draft, CANARY | {f"keys{number}": "" for number in range(20_001)})
    yield 403, firm.client("sofia").post(draft, CANARY)
    yield 403, forger.post(draft, CANARY)
    yield 404, firm.client("dan").post(draft, CANARY)
    yield 404, riya.get("/employees/999999/", CANARY)
    yield 404, riya.get(f"/{CANARY['q']}/", CANARY)
    yield 405, riya.post(search, CANARY)
    yield 500, riya.get(search, CANARY)


def test_no_page_of_an_error_repeats_what_was_sent_or_is_stored(firm, monkeypatch):
    monkeypatch.setattr("enterprise.people.search_views.kinds", lambda: 1 / 0)
    stored = ["Hello", "password of the line", "session of the line", "webhook of the line", "5550134", "555-0134"]
    for status, answer in _error_pages(firm):
        assert answer.status_code == status
        assert [told for told in (*CANARY.values(), *stored) if told in answer.content.decode()] == [], status


def test_the_history_of_the_django_admin_holds_no_number_and_no_note(firm):
    person = make_employee(sms="612-555-0101", branch=firm.minneapolis)
    method = person.methods.get()
    posted = {
        "ident": person.ident, "first_name": "Ana", "last_name": "Rivera", "branch": person.branch_id,
        "is_active": "on", "note": "canary in a note",
        "methods-TOTAL_FORMS": 2, "methods-INITIAL_FORMS": 1, "methods-0-id": method.pk,
        "methods-0-person": person.pk, "methods-0-type": "sms", "methods-0-value": "612-555-0199",
        "methods-1-person": person.pk, "methods-1-type": "phone", "methods-1-value": "(651) 555-0108",
    }  # fmt: skip
    address = reverse("admin:employees_employee_change", args=[person.pk])
    assert firm.client("root").post(address, posted).status_code == 302

    entry = LogEntry.objects.get()
    history = f"{entry.object_repr} {entry.change_message} {entry.get_change_message()}"
    assert "Changed" in history
    assert [told for told in ("0101", "0199", "0108", "canary") if told in history] == []
