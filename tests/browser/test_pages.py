"""Pages in states of their own, in every look, for everyone; the main job by keyboard alone, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from tests.accessible import assert_accessible, assert_fits
from tests.browser.conftest import PASSWORD
from tests.chromium import complaints_of

WIDTHS = (1440, 390)
MOVES_WITHIN_MS = 20_000
LINE = "+16125550100"


@dataclass
class Visitor:
    """One browser window, signed in once, and what its console complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def visit(browser: Browser, system) -> Iterator[Callable[[str], Visitor]]:
    """The window of a user of the demo firm; "" is nobody."""
    visitors: dict[str, Visitor] = {}

    def visit(username: str) -> Visitor:
        if username not in visitors:
            page = browser.new_context(base_url=system.url, reduced_motion="reduce").new_page()
            page.set_default_timeout(10_000)
            if username:
                sign_in(page, username)
            visitors[username] = Visitor(page, complaints_of(page))
        return visitors[username]

    yield visit
    for visitor in visitors.values():
        visitor.page.context.close()


def sign_in(page: Page, username: str) -> None:
    page.goto("/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Employees").first.wait_for(state="attached")


def record_of(page: Page, name: str) -> str:
    page.goto(f"/employees/?q={name}")
    return page.get_by_role("link", name=name, exact=True).first.get_attribute("href")


def write(system, number: str, body: str) -> None:
    """Answer from a handset."""
    text = {"line": LINE, "from": number, "body": body}
    requests.post(f"{system.sandbox_url}/_sandbox/receive", json=text, timeout=10).raise_for_status()


@pytest.fixture(scope="module")
def conversation(visit, system) -> str:
    """The record of somebody who was texted with two who cannot be, and answered."""
    page = visit("riya").page
    page.set_viewport_size({"width": 1440, "height": 900})
    for name in ("Carl Diaz", "Dee Evans", "Maximiliana Konstantinopoulos-Wojciechowska"):
        record = record_of(page, name)
        page.locator("tr[data-key] [data-select]").first.check()
    page.get_by_role("button", name="Send Text", exact=True).click()
    dialog = page.get_by_role("dialog", name="Send Text")
    dialog.get_by_role("textbox", name="Message").fill("Can you work tonight?")
    dialog.get_by_role("button", name=re.compile("^Send to 1")).click()
    page.get_by_role("dialog", name="These 2 records").get_by_role("button", name=re.compile("^Send to 1")).click()
    expect(page.get_by_role("dialog", name="1 message was sent")).to_be_visible(timeout=MOVES_WITHIN_MS)
    write(system, "+17635550126", "Yes. What time?")
    page.goto(record)
    expect(page.get_by_role("log")).to_contain_text("What time?", timeout=MOVES_WITHIN_MS)
    return record


# --- everyone can use it


def open_the_dialog(page: Page) -> None:
    page.goto("/employees/?q=Ev")
    page.get_by_role("checkbox", name="Select this page").check()
    page.get_by_role("button", name="Send Text", exact=True).click()
    expect(page.get_by_role("dialog", name="Send Text")).to_be_visible()


def open_an_error_in_the_dialog(page: Page) -> None:
    open_the_dialog(page)
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_focused()


def open_who_is_left_out(page: Page) -> None:
    open_the_dialog(page)
    page.get_by_role("dialog").get_by_role("textbox", name="Message").fill("To nobody yet")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_role("dialog", name="will not be texted")).to_be_visible()


def open_a_record(page: Page) -> None:
    page.goto("/employees/")
    page.locator("tbody").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Contact methods")).to_be_visible()


def open_the_row_menu(page: Page) -> None:
    page.goto("/employees/?q=Rivera")
    page.locator("[data-row-menu]").first.click()
    expect(page.get_by_role("menu")).to_be_visible()


def sign_in_wrongly(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")


def submit_nothing(path: str, button: str) -> Callable[[Page], None]:
    def submit(page: Page) -> None:
        page.goto(path)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("alert").first).to_be_visible()

    return submit


def import_a_bad_file(page: Page) -> None:
    page.goto("/people/import/")
    rows = "employee_id,first_name,last_name,branch\n900001,Ana,Rivera,Nowhere\n900002,Bo,Chen,Minneapolis\n"
    page.get_by_label("CSV file").set_input_files({"name": "bad.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("alert")).to_contain_text("1 bad line")


def open_the_latest_batch(page: Page) -> None:
    page.goto("/texting/batches/")
    page.get_by_role("link", name="Can you work tonight?").first.click()
    expect(page.get_by_role("heading", name="Can you work tonight?")).to_be_visible()


def open_one_person_on_two_records(page: Page) -> None:
    page.goto(record_of(page, "Kwame Asante") + "same-person/")
    expect(page.get_by_role("heading", name="One person, two records")).to_be_visible()


def import_a_good_file(page: Page) -> None:
    page.goto("/people/import/")
    rows = "employee_id,first_name,last_name,branch\n900002,Bo,Chen,Minneapolis\n"
    page.get_by_label("CSV file").set_input_files({"name": "good.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("button", name="Import employees")).to_be_visible()


def open_what_was_sent(page: Page) -> None:
    page.goto("/employees/?q=Kwame Asante")
    # Who was chosen on another page stays so.
    if page.get_by_role("button", name="Clear", exact=True).is_visible():
        page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("checkbox", name="Select this page").check()
    page.get_by_role("button", name="Send Text", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox", name="Message").fill("You start at six.")
    page.get_by_role("dialog").get_by_role("button", name="Send to 1").click()
    expect(page.get_by_role("dialog", name="1 message was sent")).to_be_visible(timeout=MOVES_WITHIN_MS)


def open_a_refused_reply(page: Page) -> None:
    page.goto("/employees/?q=Konstantinopoulos")
    page.locator("tr[data-key] a[href]").first.click()
    page.locator("#reply").fill("Hi {nobody}")
    page.get_by_role("button", name="Reply").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing to fill in")


def text_as_a_page(page: Page, *keys: str) -> None:
    """As the cell-phone icon of a hotlist does where scripts don't run."""
    page.goto("/hotlists/")
    page.evaluate(
        """keys => {
          const form = Object.assign(document.createElement("form"), { method: "post", action: "/texting/compose/" });
          form.append(document.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
          const field = value => Object.assign(document.createElement("input"), { name: "keys", value });
          form.append(...keys.map(field));
          document.body.append(form);
          form.submit();
        }""",
        keys,
    )


def text_nobody(page: Page) -> None:
    text_as_a_page(page)
    expect(page.get_by_role("heading", name="Nobody is selected")).to_be_visible()


def open_what_was_sent_already(page: Page) -> None:
    page.goto("/employees/?q=Kwame Asante")
    text_as_a_page(page, page.locator("tr[data-key]").first.get_attribute("data-key"))
    page.get_by_role("textbox", name="Message").fill("You start at seven.")
    draft = page.url
    page.get_by_role("button", name="Send to 1").click()
    page.wait_for_url("**/sent/")
    page.goto(draft)


def sign_in_until_locked_out(page: Page) -> None:
    for _ in range(5):
        page.goto("/sign-in/")
        page.get_by_label("Username").fill("who forgot it")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
    expect(page.get_by_label("Password")).to_have_count(0)


# What tests/words/test_every_page.py does not come to: what one does there first, and how the demo firm fills lists.
PAGES: dict[str, tuple[str, str | Callable[[Page], None]]] = {
    "sign in": ("", "/sign-in/"),
    "sign in, refused": ("", sign_in_wrongly),
    "employees": ("riya", "/employees/"),
    "employees, filtered": ("riya", "/employees/?q=Diaz&active=true"),
    "employees, none": ("riya", "/employees/?q=zzzz"),
    "employees of every branch": ("ada", "/employees/?branch=1&q=Diaz"),
    "row menu": ("riya", open_the_row_menu),
    "contacts": ("riya", "/contacts/?q=Diaz"),
    "one person on two records": ("riya", open_one_person_on_two_records),
    "record without texting": ("sofia", open_a_record),
    "add employee, refused": ("riya", submit_nothing("/employees/add/", "Add employee")),
    "search everything": ("riya", "/people/search/?q=Diaz"),
    "search everything, none": ("riya", "/people/search/?q=zzzz"),
    "import, bad": ("ada", import_a_bad_file),
    "Send Text": ("riya", open_the_dialog),
    "Send Text, refused": ("riya", open_an_error_in_the_dialog),
    "Send Text, who is left out": ("riya", open_who_is_left_out),
    "inbox": ("riya", "/texting/inbox/"),
    "unmatched": ("riya", "/texting/unmatched/"),
    "batches": ("riya", "/texting/batches/"),
    "batches, none": ("luc", "/texting/batches/"),
    "batch": ("riya", open_the_latest_batch),
    "add credentials, refused": ("ada", submit_nothing("/texting/lines/add/", "Save")),
    "news not taken in, none": ("ada", "/texting/events/"),
    "why can’t I text": ("sofia", "/texting/why/"),
    "to decide": ("riya", "/texting/undecided/"),
    "forbidden": ("riya", "/texting/lines/"),
    "import, good": ("ada", import_a_good_file),
    "Send Text, sent": ("riya", open_what_was_sent),
    "reply refused": ("riya", open_a_refused_reply),
    "Send Text, nobody": ("riya", text_nobody),
    "Send Text, sent already": ("riya", open_what_was_sent_already),
    "locked out": ("", sign_in_until_locked_out),
}


@pytest.mark.parametrize("name", [*PAGES, "record"])
def test_axe_finds_nothing_in_any_look_and_nothing_scrolls_sideways(name, visit, conversation):
    username, where = PAGES.get(name, ("riya", conversation))
    visitor = visit(username)
    page = visitor.page
    visitor.complaints.clear()
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(where) if isinstance(where, str) else where(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
        assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, "dark")
    # A window of 1440 px at 200 % zoom.
    page.set_viewport_size({"width": 720, "height": 450})
    assert_fits(page)
    # The browser calls an answer of 422 (a form with errors) or 403 a failure; nothing else may be said.
    assert [said for said in visitor.complaints if not any(code in said for code in ("422", "403", "429"))] == []


# --- the main job by keyboard alone


def go_to(page: Page, goal: Locator, key: str = "Tab", limit: int = 60) -> None:
    for _ in range(limit):
        if goal.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{limit} times {key} do not lead to {goal}")


def find_by_keyboard(page: Page, name: str) -> None:
    """Search, and tick the first who is found."""
    search = page.locator("main").get_by_role("searchbox")
    go_to(page, search)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    go_to(page, page.locator("tr[data-key] [data-select]").first)
    page.keyboard.press("Space")


def test_the_main_job_by_keyboard_alone(open_as):
    page = open_as("riya")
    find_by_keyboard(page, "Carl Diaz")
    find_by_keyboard(page, "Kwame Asante")
    box = page.locator("tr[data-key] [data-select]").first

    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menu", name="Actions for 2 employees")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Send Text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-row-menu]").first).to_be_focused()
    page.keyboard.press("Shift+F10")
    page.keyboard.press("Enter")

    message = page.get_by_role("dialog", name="Send Text").get_by_role("textbox", name="Message")
    expect(message).to_be_focused()
    page.keyboard.type("Kept when I close")
    page.keyboard.press("Escape")
    expect(page.get_by_role("status").filter(has_text="Kept as a draft.")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[data-key]') !== null")

    page.keyboard.press("Shift+F10")
    page.keyboard.press("Enter")
    expect(message).to_be_focused()
    page.keyboard.type("By keyboard alone")
    go_to(page, page.get_by_role("dialog").get_by_role("button", name="Send to 1"))
    page.keyboard.press("Enter")
    send = page.get_by_role("dialog", name="This record will not be texted").get_by_role("button", name="Send to 1")
    expect(send).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="1 message was sent")).to_be_visible(timeout=MOVES_WITHIN_MS)
    expect(page.get_by_role("button", name="Continue working")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(box).not_to_be_checked()
    assert page.evaluate("document.activeElement !== document.body")


# --- news come while somebody works


def test_who_went_to_add_a_number_and_comes_back_is_checked_again_and_what_is_typed_stays(open_as):
    page = open_as("riya")
    page.goto("/employees/?q=Valeria Adams")
    page.locator("tr[data-key]").first.click(button="right")
    page.get_by_role("menuitem", name="Send Text").click()
    dialog = page.get_by_role("dialog", name="Send Text")
    with page.context.expect_page() as form:
        dialog.get_by_role("link", name="Add a number").click()
    form.value.close()
    message = dialog.get_by_role("textbox", name="Message")
    message.press_sequentially("Typed meanwhile")

    with page.expect_response(lambda answer: "action=check" in (answer.request.post_data or "")):
        page.evaluate("dispatchEvent(new Event('focus'))")

    expect(dialog.locator(".bad")).to_contain_text("Valeria Adams")
    expect(message).to_have_value("Typed meanwhile")
    expect(message).to_be_focused()


def test_a_text_that_comes_leaves_the_reply_box_where_it_is(visit, conversation, system):
    page = visit("riya").page
    page.set_viewport_size({"width": 1440, "height": 1200})
    page.goto(conversation)
    reply = page.get_by_role("textbox", name="Reply to")
    reply.click()
    page.keyboard.type("I am just writ")
    page.evaluate("window.first = document.querySelector('#bubbles').firstElementChild")
    before = reply.bounding_box()

    write(system, "+17635550126", "One more thing, and it is a long one:\nwhere do I park?\nIs it gate 4?\nOr gate 5?")
    expect(page.get_by_role("log")).to_contain_text("where do I park?", timeout=MOVES_WITHIN_MS)

    expect(reply).to_be_focused()
    expect(reply).to_have_value("I am just writ")
    assert reply.bounding_box()["y"] == pytest.approx(before["y"], abs=1)
    assert page.evaluate("window.first.isConnected")
    at_end = "log => log.scrollHeight - log.scrollTop - log.clientHeight < 2"
    assert page.get_by_role("log").evaluate(at_end)


# --- without scripts


def test_the_main_job_without_scripts(open_as):
    page = open_as("riya", java_script_enabled=False)
    page.goto("/employees/?q=an&per_page=100")
    for name in ("Kwame Asante", "Dee Evans"):
        page.get_by_role("row", name=name).get_by_role("checkbox").check()
    page.get_by_role("button", name="Send Text", exact=True).click()

    expect(page.get_by_role("heading", name="Send Text")).to_be_visible()
    page.get_by_role("textbox", name="Message").fill("Without scripts")
    page.get_by_role("button", name="Send to 1").click()
    expect(page.get_by_role("heading", name="This record will not be texted")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Without scripts")
    page.get_by_role("button", name="Send to 1").click()
    page.get_by_role("button", name="Send to 1").click()

    expect(page.get_by_role("heading", name=re.compile("^1 message"))).to_be_visible()
    page.get_by_role("button", name="Continue working").click()
    expect(page).to_have_url(re.compile(r"/employees/\?q=an"))
    page.goto("/texting/batches/")
    page.get_by_role("link", name="Without scripts").click()
    expect(page.get_by_role("row", name="Dee Evans")).to_contain_text("Not texted")
