"""Message action codes: who gets in, adding, editing, and what the code that texting files under must stay."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from enterprise.administration.models import AuditEntry
from enterprise.messagelog.models import ActionCode
from tests.administration.rig import said, url, words_of
from tests.enterprise.builders import make_code
from texting import seam
from texting.models import TextingSettings

pytestmark = pytest.mark.django_db

PAGES = ["codes", "add-code", "edit-code"]
TYPED = {"name": "CALL", "description": "Phone call", "for_employees": "on", "for_contacts": "on", "is_active": "on"}


@pytest.fixture
def code():
    return make_code("TEXT", description="Texts")


@pytest.fixture
def used(code):
    """Conversations with employees are logged under it."""
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"employee": str(code.pk)})
    return code


def address(name, code):
    return url(name, code if name == "edit-code" else None)


def save(client, code, **values):
    typed = {**TYPED, "name": code.name, "description": code.description, **values}
    return client.post(url("edit-code", code), {name: value for name, value in typed.items() if value})


# --- who may


@pytest.mark.parametrize("name", PAGES)
def test_anonymous_signs_in_first(client, code, name):
    assert client.get(address(name, code)).url.startswith(reverse("users:sign-in"))


@pytest.mark.parametrize("name", PAGES)
def test_front_office_has_no_business_here(as_user, riya, code, name):
    assert as_user(riya).get(address(name, code)).status_code == 403


@pytest.mark.parametrize("name", ["add-code", "edit-code"])
def test_front_office_changes_nothing(as_user, riya, code, name):
    assert as_user(riya).post(address(name, code), TYPED).status_code == 403
    assert [code.name for code in ActionCode.objects.all()] == ["TEXT"]


def test_nothing_deletes_a_code(as_ada, code):
    assert as_ada.delete(url("edit-code", code)).status_code == 405
    assert "elete" not in words_of(as_ada.get(url("edit-code", code)))


# --- the list


def test_the_list_says_what_each_is_for(as_ada, used):
    make_code("OLD", is_active=False, for_contacts=False)
    make_code("DNR", deactivates=True)

    page = words_of(as_ada.get(url("codes")))

    assert "Texts Both — Logs employees Active" in page
    assert "Both Deactivates the record — Active" in page
    assert "Employees — — Inactive" in page
    assert page.index("DNR") < page.index("OLD")


def test_a_longer_list_takes_no_more_queries(as_ada, used, count_queries):
    before = count_queries(lambda: as_ada.get(url("codes")))
    for number in range(12):
        make_code(f"C{number}")

    assert count_queries(lambda: as_ada.get(url("codes"))) == before


def test_without_a_code_the_page_says_what_that_means(as_ada):
    assert "Without one, no conversation can be logged." in words_of(as_ada.get(url("codes")))


# --- adding and editing


def test_a_code_is_added_and_audited(as_ada, ada):
    response = as_ada.post(url("add-code"), {**TYPED, "for_contacts": ""})

    code = ActionCode.objects.get()
    entry = AuditEntry.objects.get()
    assert response.url == url("codes")
    assert said(response) == ["Added CALL."]
    assert (code.for_employees, code.for_contacts, code.is_active, code.deactivates) == (True, False, True, False)
    assert (entry.actor, entry.action, entry.subject) == (ada, "action_code.added", f"action_code:{code.pk}")
    assert entry.facts["after"] == {
        "for_employees": True,
        "for_contacts": False,
        "deactivates": False,
        "is_active": True,
    }


def test_a_code_nobody_texts_under_is_changed_at_will(as_ada, code):
    response = save(as_ada, code, name="TXT", for_contacts="", deactivates="on", is_active="")

    code.refresh_from_db()
    assert said(response) == ["Saved TXT."]
    assert (code.name, code.for_contacts, code.deactivates, code.is_active) == ("TXT", False, True, False)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject) == ("action_code.changed", f"action_code:{code.pk}")


def test_saving_what_was_there_is_no_change(as_ada, code):
    assert said(save(as_ada, code)) == ["Nothing was changed."]
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "Enter a short name, such as CALL."),
        ({"name": "ELEVEN CHAR"}, "at most 10 characters (it has 11)"),
        ({"name": "text"}, "There is a code TEXT already."),
        ({"description": "x" * 121}, "at most 120 characters"),
        ({"for_employees": "", "for_contacts": ""}, "Tick employees, contacts or both."),
    ],
)
def test_what_cannot_be_saved_is_said_beside_the_field_and_above(as_ada, code, values, words):
    typed = {name: value for name, value in {**TYPED, **values}.items() if value}

    response = as_ada.post(url("add-code"), typed)

    assert response.status_code == 422
    assert words_of(response).count(words) == 2
    assert ActionCode.objects.count() == 1


def test_an_inactive_code_of_the_same_name_is_to_be_used_again(as_ada):
    make_code("CALL", is_active=False)

    assert "it is inactive: make it active instead" in words_of(as_ada.post(url("add-code"), TYPED))


# --- the code that texting files under


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"is_active": ""}, "are logged under this code, so it must stay active."),
        ({"for_employees": ""}, "are logged under this code, so it must apply to employees."),
        ({"deactivates": "on"}, "are logged under this code, so it must deactivate nobody."),
    ],
)
def test_the_code_of_texting_stays_usable(as_ada, used, values, words):
    response = save(as_ada, used, **values)

    used.refresh_from_db()
    assert response.status_code == 422
    assert words_of(response).count(f"Conversations with employees {words}") == 2
    assert used.why_not("employee") == ""


def test_a_code_that_logs_both_kinds_says_so_in_one_sentence(as_ada, used):
    TextingSettings.objects.update(filed_under={"employee": str(used.pk), "contact": str(used.pk)})

    page = words_of(save(as_ada, used, is_active=""))

    assert page.count("employees and contacts are logged under this code, so it must stay active.") == 2


def test_what_texting_does_not_need_can_be_changed(as_ada, used):
    save(as_ada, used, name="SMS", for_contacts="", description="A conversation")

    used.refresh_from_db()
    assert (used.name, used.for_contacts) == ("SMS", False)


def test_the_form_says_so_before_anybody_tries(as_ada, used):
    page = as_ada.get(url("edit-code", used))

    assert "so it must stay active, apply to employees and deactivate nobody" in words_of(page)
    assert reverse("texting:settings") in page.content.decode()


def test_another_code_in_the_settings_frees_it(as_ada, used):
    TextingSettings.objects.update(filed_under={"employee": str(make_code("OTHER").pk)})

    assert said(save(as_ada, used, is_active="")) == ["Saved TEXT."]


def test_the_rule_is_the_models_so_it_holds_in_the_django_admin(used):
    used.is_active = False

    with pytest.raises(ValidationError, match="must stay active"):
        used.full_clean()


def test_texting_says_what_it_files_under(used):
    assert seam.used_filing_choices() == {"employee": str(used.pk)}
