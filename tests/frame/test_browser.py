"""How the frame behaves in a browser: menus, selection, dialog, messages, and pages that anyone can use."""

import re

import pytest
from playwright.sync_api import expect

from tests.accessible import assert_accessible, assert_fits

from .conftest import watch

PAGES = ["/employees/", "/record/?say=1", "/texts/compose/", "/fails/404/"]


def row(page, number):
    return page.locator("tr[data-key]").nth(number)


def send_text(page):
    page.get_by_role("button", name="Send Text", exact=True).click()
    expect(page.locator("#dialog")).to_be_visible()
    return page.locator("#posted").inner_text()


# --- everyone can use it


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(new_context, complaints, width, scheme):
    page = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    watch(page, complaints)
    for path in PAGES:
        page.goto(path)
        assert_accessible(page, scheme)
        assert_fits(page)
    complaints[:] = [said for said in complaints if "404" not in said]

    page.goto("/form/")
    page.get_by_role("button", name="Save and connect").click()
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    assert_accessible(page, scheme)

    page.goto("/employees/")
    for number in (1, 2):
        row(page, number).locator("[data-select]").check()
    row(page, 2).locator("[data-row-menu]").click()
    assert_accessible(page, scheme)
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_be_visible()
    assert_accessible(page, scheme)
    assert_fits(page)
    assert [said for said in complaints if "422" not in said] == []


# --- menus


def test_a_row_menu_opens_by_right_click_inside_the_window(page):
    page.goto("/employees/")
    row(page, 0).click(button="right", position={"x": 1150, "y": 10})
    menu = page.get_by_role("menu", name="Actions for 1 employee")
    expect(menu).to_be_visible()
    box = menu.bounding_box()
    assert box["x"] + box["width"] <= 1440
    expect(menu.get_by_role("menuitem", name="Send Text")).to_be_focused()


def test_the_keys_move_in_a_menu_and_escape_gives_the_focus_back(page):
    page.goto("/employees/")
    row(page, 0).locator("[data-row-menu]").focus()
    page.keyboard.press("Shift+F10")
    names = ("Send Text", "Log a message", "Open in a new tab")
    first, middle, last = (page.get_by_role("menuitem", name=name) for name in names)
    expect(first).to_be_focused()
    for key, focused in [
        ("ArrowDown", middle),
        ("ArrowDown", last),
        ("ArrowDown", first),
        ("End", last),
        ("Home", first),
        ("o", last),
        ("ArrowUp", middle),
    ]:
        page.keyboard.press(key)
        expect(focused).to_be_focused()
    page.keyboard.press("Escape")
    expect(row(page, 0).locator("[data-row-menu]")).to_be_focused()
    expect(page.get_by_role("menu")).to_have_count(0)


def test_the_menu_key_let_go_over_our_menu_does_not_open_the_browsers(page):
    page.goto("/employees/")
    row(page, 0).locator("[data-row-menu]").focus()
    page.keyboard.press("ContextMenu")
    item = page.get_by_role("menuitem", name="Send Text")
    expect(item).to_be_focused()

    on_windows = "item => item.dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true}))"
    assert item.evaluate(on_windows) is False
    expect(item).to_be_focused()


def test_a_click_elsewhere_closes_the_menu(page):
    page.goto("/employees/")
    row(page, 1).click(button="right")
    page.locator("h1").click()
    expect(page.get_by_role("menu")).to_have_count(0)


def test_shift_and_right_click_is_the_browsers_own(page):
    page.goto("/employees/")
    row(page, 1).click(button="right", modifiers=["Shift"])
    expect(page.get_by_role("menu")).to_have_count(0)


def test_an_actions_menu_opens_by_arrow_and_closes_by_escape(page):
    page.goto("/record/")
    summary = page.locator("summary", has_text="Actions")
    summary.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Log a message")).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.get_by_role("menu")).to_have_count(0)


def test_right_click_on_a_selected_row_keeps_the_selection(page):
    page.goto("/employees/")
    for number in (0, 1, 2):
        row(page, number).locator("[data-select]").check()
    row(page, 1).click(button="right")
    expect(page.get_by_role("menu", name="Actions for 3 employees")).to_be_visible()
    page.keyboard.press("Escape")
    row(page, 5).click(button="right")
    expect(page.get_by_role("menu", name="Actions for 1 employee")).to_be_visible()
    expect(page.locator("tr.sel")).to_have_count(1)


# --- selection


def test_the_selection_survives_paging_sorting_and_reload(page):
    page.goto("/employees/")
    row(page, 0).locator("[data-select]").check()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("15–28 of 47")).to_be_visible()
    row(page, 0).locator("[data-select]").check()
    expect(page.locator("[data-selection-words]")).to_have_text("2 selected, 1 not on this page")
    page.reload()
    expect(page.locator("tr.sel")).to_have_count(1)
    page.go_back()
    expect(page.get_by_text("1–14 of 47")).to_be_visible()
    expect(page.locator("[data-selection-words]")).to_have_text("2 selected, 1 not on this page")
    posted = send_text(page)
    assert posted.count("employee:") == 2


def test_shift_click_takes_the_rows_between(page):
    page.goto("/employees/")
    row(page, 1).locator("[data-select]").click()
    row(page, 4).locator("[data-select]").click(modifiers=["Shift"])
    expect(page.locator("tr.sel")).to_have_count(4)
    assert page.locator("[data-select-page]").evaluate("box => box.indeterminate")


def test_the_box_in_the_head_takes_the_page_and_gives_it_back(page):
    page.goto("/employees/")
    page.get_by_label("Select this page").check()
    expect(page.locator("[data-selection-words]")).to_have_text("All 14 on this page are selected")
    expect(page.get_by_role("button", name="Select all 47 that match")).to_be_visible()
    page.get_by_label("Select this page").uncheck()
    expect(page.locator("[data-selection-none]")).to_be_visible()


def test_all_that_match_posts_the_search_instead_of_the_rows(page):
    page.goto("/employees/?q=a&page=1")
    row(page, 0).locator("[data-select]").check()
    page.get_by_role("button", name="Select all").click()
    expect(page.locator("[data-selection-words]")).to_contain_text("All ")
    expect(page.get_by_role("button", name="Select all")).to_be_hidden()
    posted = send_text(page)
    assert "'all': ['1']" in posted
    assert "'query': ['q=a']" in posted
    assert "keys" not in posted


def test_all_that_match_survive_paging_and_may_leave_one_out(page):
    page.goto("/employees/")
    page.get_by_role("button", name="Select all 47 that match").click()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("15–28 of 47")).to_be_visible()
    row(page, 0).locator("[data-select]").uncheck()
    expect(page.locator("[data-selection-words]")).to_have_text("46 selected: all that match but 1")
    row(page, 1).click(button="right")
    expect(page.get_by_role("menu", name="Actions for 46 employees")).to_be_visible()
    page.keyboard.press("Escape")
    posted = send_text(page)
    assert "'all': ['1']" in posted
    assert posted.count("employee:") == 1


def test_the_rows_do_not_move_when_the_bar_appears(page):
    page.goto("/employees/")
    before = row(page, 3).bounding_box()
    row(page, 3).locator("[data-select]").check()
    expect(page.get_by_role("button", name="Clear")).to_be_visible()
    assert row(page, 3).bounding_box() == before


def test_the_selection_is_forgotten_when_asked(page):
    page.goto("/employees/")
    row(page, 0).locator("[data-select]").check()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("tr.sel")).to_have_count(0)
    page.reload()
    expect(page.locator("tr.sel")).to_have_count(0)


# --- dialog


def test_the_dialog_keeps_the_focus_and_gives_it_back(page):
    page.goto("/record/")
    page.locator("#send").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Send Text")).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#dialog')")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator("#send")).to_be_focused()


def test_a_menu_item_opens_the_dialog_and_the_focus_returns_to_the_row(page):
    page.goto("/employees/")
    row(page, 2).locator("[data-row-menu]").click()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.get_by_role("link", name="Cancel").click()
    expect(row(page, 2).locator("[data-row-menu]")).to_be_focused()


# --- messages


def toasts(page):
    """What is announced: the note is put into a region that was there before."""
    return page.locator("#toasts[role=status]")


def test_a_server_error_is_said_and_nothing_is_swapped(page, complaints):
    page.goto("/record/")
    page.locator("#fail-500").click()
    expect(toasts(page)).to_contain_text("What you typed is still here")
    expect(page.locator("#dialog")).to_be_hidden()
    complaints.clear()


@pytest.mark.parametrize("width", [1440, 390])
def test_an_error_in_a_dialog_is_said_inside_it_once_and_beside_its_buttons(page, complaints, width):
    page.goto("/record/")
    page.locator("#send").click()
    expect(page.locator("#dialog")).to_be_visible()
    page.set_viewport_size({"width": width, "height": 844})
    page.route("**/texts/compose/", lambda route: route.abort())
    for _ in range(3):
        with page.expect_event("requestfailed"):
            page.evaluate("htmx.ajax('POST', '/texts/compose/', '#dialog').catch(() => {})")
        expect(toasts(page)).to_contain_text("did not answer")
    expect(toasts(page).locator(".note")).to_have_count(1)
    assert page.evaluate("document.getElementById('dialog').contains(document.getElementById('toasts'))")
    page.locator("#dialog .modal-footer button").last.click(trial=True, timeout=3000)
    complaints.clear()


@pytest.mark.parametrize(("answer", "words"), [({"status": 500}, "recorded"), (None, "did not answer")])
def test_suggestions_that_do_not_come_are_not_worth_a_message(page, complaints, answer, words):
    page.goto("/record/")
    page.route(re.compile("/suggestions/"), lambda route: route.fulfill(**answer) if answer else route.abort())
    page.evaluate("""() => {
        const main = document.querySelector("main");
        for (const help of ["data-help", ""]) main.insertAdjacentHTML("beforeend", `<input aria-label="Customer${help}"
            name="customer" hx-get="/suggestions/" hx-trigger="input" hx-target="#content" ${help}>`);
        htmx.process(main);
    }""")

    for label, count in (("Customerdata-help", 0), ("Customer", 1)):
        with page.expect_event("requestfinished" if answer else "requestfailed"):
            page.get_by_label(label, exact=True).fill("Ac")
        expect(page.locator("#working.on")).to_have_count(0)
        expect(toasts(page).locator(".note", has_text=words)).to_have_count(count)
    complaints.clear()


def test_an_ended_session_does_not_put_the_sign_in_page_into_this_one(page):
    page.goto("/record/")
    page.locator("#fail-302").click()
    expect(toasts(page)).to_contain_text("signed out")
    expect(page.get_by_role("link", name="Sign in in a new tab")).to_have_attribute("href", "/sign-in/?expired=1")


def test_a_message_leaves_when_it_is_closed(page):
    page.goto("/record/?say=1")
    page.get_by_role("alert").get_by_role("button").click()
    expect(page.get_by_role("alert")).to_have_count(0)


# --- without scripts


def test_without_scripts_ticked_rows_are_sent_and_one_row_alone(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/employees/")
    row(page, 1).locator("[data-select]").check()
    row(page, 2).locator("[data-select]").check()
    page.get_by_role("button", name="Send Text", exact=True).click()
    expect(page.locator("#posted")).to_contain_text("'keys': ['employee:")
    assert page.locator("#posted").inner_text().count("employee:") == 2

    page.goto("/employees/")
    page.get_by_role("button", name="Send Text to").nth(3).click()
    assert page.locator("#posted").inner_text().count("employee:") == 1


def test_without_scripts_the_navigation_and_the_account_menu_open(new_context):
    page = new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto("/employees/")
    expect(page.get_by_role("link", name="Contacts")).to_be_hidden()
    page.get_by_role("link", name="Menu", exact=True).click()
    expect(page.get_by_role("link", name="Contacts")).to_be_visible()
    page.get_by_role("link", name="Close the menu").click()
    expect(page.get_by_role("link", name="Contacts")).to_be_hidden()
    page.locator("summary[aria-label^='Riya Shah']:visible").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")


def test_the_navigation_folds_on_a_small_screen(new_context):
    page = new_context(viewport={"width": 390, "height": 800}).new_page()
    page.goto("/employees/")
    expect(page.get_by_role("link", name="Contacts")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Contacts")).to_be_visible()


def test_on_paper_there_are_no_controls(page):
    page.goto("/record/")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Send Text")).to_be_hidden()
    expect(page.get_by_role("heading", name="Contact methods")).to_be_visible()
