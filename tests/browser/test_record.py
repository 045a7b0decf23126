"""The record page in a browser: a message logged by hand, with scripts and without, and a photo."""

from __future__ import annotations

import base64

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD

# A red dot.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)


def open_record(page: Page, name: str) -> None:
    page.goto(f"/employees/?q={name}")
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    # A link is its page until the scripts have run, and its dialog from then on.
    page.wait_for_load_state()


def end_session(page: Page) -> None:
    kept = [cookie for cookie in page.context.cookies() if "session" not in cookie["name"]]
    page.context.clear_cookies()
    page.context.add_cookies(kept)


def sign_in(page: Page) -> None:
    page.get_by_label("Username").fill("mei")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation").first).to_be_visible()


def test_a_call_is_logged_from_the_record_and_the_focus_comes_back(open_as):
    page = open_as("mei")
    open_record(page, "Carl Diaz")
    page.get_by_role("link", name="Log a message").press("Enter")
    dialog = page.get_by_role("dialog", name="Log a message on Carl Diaz")
    dialog.get_by_label("Action code").select_option(label="CALL – Phone call")
    dialog.get_by_label("Note").fill("Left a voicemail.")
    dialog.get_by_role("button", name="Log it").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#log")).to_contain_text("Left a voicemail.")
    expect(page.locator("#message-count")).to_have_text("1")
    expect(page.get_by_role("link", name="Log a message")).to_be_focused()


def test_a_note_outlives_escape_until_it_is_logged(open_as):
    page = open_as("mei")
    open_record(page, "Dee Evans")
    opener = page.get_by_role("link", name="Log a message")
    note = page.get_by_role("dialog").get_by_label("Note")
    opener.click()
    note.fill("A long story.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("status").filter(has_text="What you wrote is kept")).to_be_visible()

    page.reload()
    opener.click()
    expect(note).to_have_value("A long story.")
    page.get_by_label("Action code").select_option(label="NOTE – Note")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("#log")).to_contain_text("A long story.")

    opener.click()
    expect(note).to_have_value("")


def test_a_note_outlives_an_ended_session_in_the_dialog(open_as):
    page = open_as("mei")
    open_record(page, "Luis Rivera")
    page.get_by_role("link", name="Log a message").first.click()
    dialog = page.get_by_role("dialog")
    note = dialog.get_by_label("Note")
    note.fill("Asked for the day shift.")
    end_session(page)
    page.get_by_role("button", name="Log it").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("status").filter(has_text="What you wrote is kept")).to_be_visible()

    sign_in(opened.value)
    page.get_by_role("link", name="Log a message").first.click()
    expect(note).to_have_value("Asked for the day shift.")
    dialog.get_by_label("Action code").select_option(label="NOTE – Note")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("#log")).to_contain_text("Asked for the day shift.")


def test_after_a_new_sign_in_the_same_form_can_be_sent(open_as):
    page = open_as("mei")
    open_record(page, "Luis Rivera")
    page.get_by_role("link", name="Log a message").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Action code").select_option(label="NOTE – Note")
    dialog.get_by_label("Note").fill("Has a forklift licence.")
    end_session(page)
    page.get_by_role("button", name="Log it").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("#log")).to_contain_text("Has a forklift licence.")


def test_a_note_on_a_page_of_its_own_outlives_an_ended_session_until_it_is_logged(open_as):
    page = open_as("mei")
    open_record(page, "Dee Evans")
    address = page.get_by_role("link", name="Log a message").first.get_attribute("href")
    page.goto(address)
    page.get_by_label("Action code").select_option(label="NOTE – Note")
    page.get_by_label("Note").fill("Moved to Saint Paul.")
    end_session(page)
    page.get_by_role("button", name="Log it").click()
    sign_in(page)

    expect(page.get_by_label("Note")).to_have_value("Moved to Saint Paul.")
    page.get_by_label("Action code").select_option(label="NOTE – Note")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("#log")).to_contain_text("Moved to Saint Paul.")
    # The page it leads to forgets it, as its scripts run.
    page.wait_for_load_state()
    page.goto(address)
    expect(page.get_by_label("Note")).to_have_value("")


def test_a_call_is_logged_without_scripts(open_as):
    page = open_as("mei", java_script_enabled=False)
    open_record(page, "Luis Rivera")
    page.get_by_role("link", name="Log a message").first.click()
    page.get_by_label("Action code").select_option(label="NOTE – Note")
    page.get_by_label("Note").fill("Prefers nights.")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("#log")).to_contain_text("Prefers nights.")


def test_a_photo_is_chosen_and_shown_on_the_record_and_in_the_search(open_as):
    page = open_as("mei")
    open_record(page, "Dee Evans")
    page.get_by_role("link", name="Add a photo").click()
    page.get_by_label("Picture").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": PICTURE})
    page.get_by_role("button", name="Save photo").click()
    expect(page.get_by_role("link", name="Change the photo")).to_be_visible()
    assert page.locator(".photo img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 256
    page.goto("/employees/?q=Dee Evans")
    assert page.locator("tbody img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
