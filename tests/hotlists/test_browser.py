"""Hotlists in a browser: chosen by hand, texted in the dialog, and used by everybody."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from enterprise.messagelog.models import Message
from tests.accessible import RULES, assert_accessible, assert_fits
from tests.chromium import complaints_of
from tests.enterprise.builders import make_branch, make_code, make_contact, make_employee, make_user
from tests.hotlists.builders import ids_on, make_hotlist


@pytest.fixture
def rep(transactional_db, settings):
    return make_user("rep", branch=make_branch(), first_name="Riya", last_name="Shah")


@pytest.fixture
def crew(rep):
    people = [make_employee(name, job_title="Forklift Operator", sms="612-555-0134") for name in ("Ana", "Bo", "Cy")]
    make_employee("Stranger", job_title="Cook", sms="612-555-0150")
    return make_hotlist("Nights", *people, owner=rep, branch=rep.home_branch)


@pytest.fixture
def open_page(browser, server, rep):
    contexts = []
    client = Client()
    client.force_login(rep)

    def open_page(path, **options):
        options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=server.url, **options)
        context.set_default_timeout(5000)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints_of(page)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def assert_usable(page):
    for scheme in RULES:
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page, scheme)
    assert_fits(page)


def people_in(dialog):
    expect(dialog).to_be_visible()
    return dialog.get_by_role("list", name="Recipients").inner_text()


# tests/words/test_every_page.py looks at each page there is.
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_nothing_is_cut_off_while_people_are_added(open_page, crew, width):
    page = open_page("/employees/?q=forklift", viewport={"width": width, "height": 900})
    page.locator("[data-select]").first.check()
    assert_usable(page)
    page.get_by_role("button", name="Add to hotlist").click()
    expect(page.get_by_role("dialog", name="Add 1 employee to a hotlist")).to_be_visible()
    assert_usable(page)
    assert page.complaints == []


@pytest.mark.parametrize("path", ["/hotlists/", "of the hotlist"])
def test_the_cell_phone_icon_opens_the_dialog_with_all_members(open_page, crew, path):
    page = open_page(path if path == "/hotlists/" else crew.get_absolute_url())
    page.get_by_role("button", name=re.compile("^Text (Nights|this hotlist)$")).click()
    named = people_in(page.get_by_role("dialog", name="Send Text"))
    assert [name in named for name in ("Ana", "Bo", "Cy", "Stranger")] == [True, True, True, False]


def test_all_selected_on_a_hotlist_are_its_people_also_after_sorting(open_page, crew):
    page = open_page(crew.get_absolute_url())
    page.get_by_role("link", name="Id", exact=True).click()
    expect(page.locator("th[aria-sort]")).to_have_text("Id")
    page.get_by_role("button", name="Select all 3").click()
    page.get_by_role("button", name="Send Text", exact=True).click()
    assert "Stranger" not in people_in(page.get_by_role("dialog", name="Send Text"))


def test_people_are_added_from_a_search_by_keyboard_and_one_stays_there(open_page, crew):
    page = open_page("/employees/?q=stranger")
    page.locator("[data-row-menu]").focus()
    page.keyboard.press("Shift+F10")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Add 1 employee to a hotlist")
    dialog.get_by_label("Hotlist", exact=True).select_option("Nights")
    dialog.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.locator("#toasts")).to_contain_text("1 was added to “Nights”.")
    expect(dialog).to_have_count(0)
    assert page.url.endswith("/employees/?q=stranger")
    assert len(ids_on(crew)) == 4


def test_a_message_is_logged_from_a_row_and_one_stays_there(open_page, crew):
    make_code("CALL")
    page = open_page(crew.get_absolute_url())
    page.locator("[data-row-menu]").first.click()
    page.get_by_role("menuitem", name="Log a message").click()
    dialog = page.get_by_role("dialog", name="Log a message on Ana")
    dialog.get_by_label("Action code").select_option("CALL")
    dialog.get_by_label("Note").fill("Left a voicemail.")
    dialog.get_by_role("button", name="Log it").click()
    expect(page.locator("#toasts")).to_contain_text("CALL was logged.")
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-row-menu]").first).to_be_focused()
    assert page.url.endswith(crew.get_absolute_url())
    assert Message.objects.get().body == "Left a voicemail."

    page.get_by_role("button", name="Select all 3").click()
    page.locator("[data-row-menu]").first.click()
    expect(page.get_by_role("menuitem", name="Log a message")).to_have_count(0)


def test_a_record_is_added_from_its_actions(open_page, rep):
    kwame = make_contact()
    page = open_page(f"/contacts/{kwame.pk}/")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Add to hotlist").click()
    dialog = page.get_by_role("dialog", name="Add 1 contact to a hotlist")
    dialog.get_by_label("New hotlist").fill("Managers")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("1 was added to “Managers”.")
    assert ids_on(rep.hotlists.get()) == {kwame.pk}


def test_removed_people_are_no_longer_selected(open_page, crew):
    page = open_page(crew.get_absolute_url())
    page.locator("tr[data-key]").first.click(button="right")
    page.get_by_role("menuitem", name="Remove from this hotlist").click()
    expect(page.locator("#notes")).to_contain_text("1 was removed from “Nights”.")
    expect(page.locator("[data-selection-bar]")).to_contain_text("Nobody selected")
    assert len(ids_on(crew)) == 2


def test_without_scripts_people_are_added_texted_and_removed(open_page, crew):
    page = open_page("/employees/?q=stranger", java_script_enabled=False)
    page.get_by_role("checkbox", name="Select Stranger").check()
    page.get_by_role("button", name="Add to hotlist").click()
    page.get_by_label("Hotlist", exact=True).select_option("Nights")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#notes")).to_contain_text("1 was added to “Nights”.")

    page.get_by_role("checkbox", name="Select Stranger").check()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#notes")).to_contain_text("1 was removed")
    page.get_by_role("button", name="Text this hotlist").click()
    assert "3 people" in page.get_by_role("main").inner_text()


@pytest.mark.parametrize(("address", "button"), [("/employees/", "Filter"), ("", "Find")])
def test_what_is_found_keeps_the_order_and_rows_chosen_meanwhile(open_page, crew, address, button):
    page = open_page(address or crew.get_absolute_url())
    page.get_by_role("link", name="Name", exact=True).click()
    page.wait_for_url("**sort=-name*")
    page.get_by_label("Rows on a page").select_option("50")
    page.wait_for_url("**per_page=50*")
    expect(page.locator("#order input[name=per_page]")).to_have_value("50")

    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**q=*")

    assert "sort=-name" in page.url
    assert "per_page=50" in page.url
    assert page.complaints == []
