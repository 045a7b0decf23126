"""What somebody changes while another has the edit form open is neither undone nor overwritten unasked."""

import pytest

from enterprise.administration.models import AuditEntry
from tests.enterprise.builders import make_branch, make_contact, make_customer, make_employee, make_method
from tests.enterprise.posted import as_posted

pytestmark = pytest.mark.django_db


def edit_url(person):
    return f"{person.get_absolute_url()}edit/"


def test_a_do_not_text_set_meanwhile_stays_though_the_open_form_has_it_unticked(as_user, riya):
    person = make_employee()
    client = as_user(riya)
    posted = as_posted(client.get(edit_url(person)), note="Prefers nights")
    type(person).objects.filter(pk=person.pk).update(do_not_text=True)
    assert client.post(edit_url(person), posted).status_code == 302
    person.refresh_from_db()
    assert (person.do_not_text, person.note) == (True, "Prefers nights")
    assert AuditEntry.objects.get().facts == {"fields": ["note"]}


def test_unticking_what_one_saw_ticked_is_a_change(as_user, riya):
    person = make_employee(do_not_text=True)
    client = as_user(riya)
    posted = as_posted(client.get(edit_url(person)), do_not_text=None)
    client.post(edit_url(person), posted)
    person.refresh_from_db()
    assert not person.do_not_text


def test_what_two_people_changed_is_asked_about_and_then_overwritten_knowingly(as_user, riya):
    person = make_employee(note="Welder")
    client = as_user(riya)
    posted = as_posted(client.get(edit_url(person)), note="Only nights")
    type(person).objects.filter(pk=person.pk).update(note="Only <days>")
    page = client.post(edit_url(person), posted)
    person.refresh_from_db()
    assert (page.status_code, person.note) == (422, "Only <days>")
    assert "somebody changed this to “Only &lt;days&gt;”" in page.text
    assert client.post(edit_url(person), as_posted(page)).status_code == 302
    person.refresh_from_db()
    assert person.note == "Only nights"


def test_a_branch_is_named_and_a_field_emptied_meanwhile_is_said(as_user, ada, minneapolis, st_paul):
    person = make_contact(branch=minneapolis, note="Welder")
    client, north = as_user(ada), make_branch("North")
    posted = as_posted(client.get(edit_url(person)), branch=st_paul.pk, note="Nights", customer_name="Zebra Works")
    type(person).objects.filter(pk=person.pk).update(branch=north, note="", customer=make_customer("Beta"))
    page = client.post(edit_url(person), posted)
    for words in ("to “North”", "to “Beta”", "Somebody emptied this"):
        assert words in page.text


def test_a_note_with_line_ends_of_another_kind_was_not_changed_meanwhile(as_user, riya):
    person = make_employee(note="one\ntwo ")
    client = as_user(riya)
    posted = as_posted(client.get(edit_url(person))) | {"initial-note": "one\r\ntwo ", "note": "one\r\nthree"}
    assert client.post(edit_url(person), posted).status_code == 302


@pytest.mark.parametrize("page", ["edit/", "methods/"])
def test_a_number_corrected_meanwhile_stays(as_user, riya, page):
    person = make_employee(sms="612-555-01", email="ana@example.com")
    client, address = as_user(riya), edit_url(person)
    posted = as_posted(client.get(address), **{"methods-1-value": "ana@example.org"})
    person.methods.filter(type="sms").update(value="612-555-0134")
    assert client.post(f"{person.get_absolute_url()}{page}", posted).status_code == 302
    assert set(person.methods.values_list("value", flat=True)) == {"612-555-0134", "ana@example.org"}


def test_a_row_added_meanwhile_stays(as_user, riya):
    person = make_employee(sms="612-555-0101")
    client = as_user(riya)
    posted = as_posted(client.get(edit_url(person)), **{"methods-1-type": "email", "methods-1-value": "a@b.example"})
    make_method(person, "cell_phone", "612-555-0134")
    assert client.post(edit_url(person), posted).status_code == 302
    assert set(person.methods.values_list("type", flat=True)) == {"sms", "cell_phone", "email"}


def test_a_row_removed_meanwhile_is_said_in_words(as_user, riya):
    person = make_employee(sms="612-555-0101")
    client = as_user(riya)
    posted = as_posted(client.get(edit_url(person)), **{"methods-0-value": "612-555-0134"})
    person.methods.get().delete()
    page = client.post(edit_url(person), posted)
    assert page.status_code == 422
    assert "removed since you opened the page" in page.text


@pytest.mark.parametrize(("added", "stays"), [("email", True), ("sms", False)])
def test_a_primary_mark_set_meanwhile_is_cleared_only_for_another_of_its_type(as_user, riya, added, stays):
    person = make_employee(sms="612-555-0101")
    client = as_user(riya)
    posted = as_posted(client.get(edit_url(person)), **{"methods-0-is_primary": "on"})
    method = make_method(person, added, "612-555-0134", is_primary=True)
    assert client.post(edit_url(person), posted).status_code == 302
    method.refresh_from_db()
    assert method.is_primary == stays
    assert person.methods.get(value="612-555-0101").is_primary
