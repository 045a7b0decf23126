"""The pages of administration in a real browser: for everyone, in every look, by keyboard and without scripts."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from enterprise.users.models import User
from enterprise.users.roles import ADMINISTRATOR, ensure_roles
from tests.accessible import RULES, assert_accessible, assert_fits
from tests.administration.rig import url
from tests.chromium import complaints_of
from tests.enterprise.builders import make_branch, make_code, make_user
from texting.models import TextingSettings


@pytest.fixture
def firm(transactional_db):
    """ada, who administers; dan, who does not; a code that texting logs under."""
    ensure_roles()
    code = make_code("TEXT", description="Text conversation")
    TextingSettings.current()
    TextingSettings.objects.update(filed_under={"employee": str(code.pk)})
    dan = make_user("dan", branch=make_branch("St. Paul"), first_name="Dan", last_name="Larsen")
    dan.branches.add(make_branch("Minneapolis"))
    ada = make_user("ada", branch=make_branch("Minneapolis"), role=ADMINISTRATOR, first_name="Ada")
    return {"ada": ada, "dan": dan, "code": code, "branch": make_branch("St. Paul")}


@pytest.fixture
def open_page(browser, server, firm, client, settings):
    """A page in which ada is signed in; the keyword arguments are Playwright's."""
    contexts: list[tuple[BrowserContext, list[str]]] = []
    client.force_login(firm["ada"])

    def open_page(**options) -> Page:
        options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=server.url, **options)
        context.set_default_timeout(5000)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
        page = context.new_page()
        contexts.append((context, complaints_of(page)))
        return page

    yield open_page
    for context, complaints in contexts:
        context.close()
        assert [words for words in complaints if "422" not in words] == []


def assert_good(page, scheme="light"):
    assert_accessible(page, scheme)
    assert_fits(page)


# tests/words/test_every_page.py looks at each page there is; these are its pages in a state of their own.
@pytest.mark.parametrize("width", [1440, 390])
def test_a_list_without_rows_and_ones_own_page_are_for_everyone(open_page, firm, width):
    page = open_page(viewport={"width": width, "height": 900})
    for path in (f"{url('users')}?q=nobody&active=yes", url("edit-user", firm["ada"])):
        page.goto(path)
        for scheme in RULES:
            page.emulate_media(color_scheme=scheme)
            assert_good(page, scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_form_with_errors_says_them_first(open_page, scheme):
    page = open_page(color_scheme=scheme)
    page.goto(url("add-user"))
    page.get_by_role("button", name="Add user").click()

    expect(page.get_by_role("alert")).to_be_focused()
    assert_good(page, scheme)


def test_somebody_is_deactivated_in_a_dialog_by_keyboard(open_page, firm):
    page = open_page()
    page.goto(url("edit-user", firm["dan"]))
    page.get_by_role("link", name="Deactivate").press("Enter")
    dialog = page.get_by_role("dialog", name="Deactivate Dan Larsen?")
    expect(dialog).to_be_visible()
    assert_good(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Deactivate")).to_be_focused()

    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Deactivate").press("Enter")

    expect(page.get_by_role("button", name="Reactivate")).to_be_visible()
    assert not User.objects.get(username="dan").is_active


def test_everything_works_without_scripts(open_page, firm):
    page = open_page(java_script_enabled=False)
    page.goto(url("edit-user", firm["dan"]))
    page.get_by_role("link", name="Deactivate").click()
    page.get_by_role("button", name="Deactivate").click()
    page.goto(url("deactivate-branch", firm["branch"]))
    page.get_by_role("button", name="Deactivate").click()
    page.locator("summary[aria-label='Actions for St. Paul']").click()
    page.get_by_role("menuitem", name="Reactivate").click()
    expect(page.get_by_role("status").filter(has_text="St. Paul is active again.")).to_be_visible()
    page.goto(url("users"))
    page.get_by_label("Status").select_option("no")
    page.get_by_role("button", name="Filter").click()

    expect(page.get_by_role("link", name="Dan Larsen", exact=True)).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
