"""The main job from end to end, on the system as `make run` starts it, by a person's means alone.

People chosen in a search, one of them without a number; the text on the handset; the answer on the record; one logged
message after the idle window, on both records of a shared number; a second line for a service rep.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

BODY = "Forklift shift tonight 22:00-06:00 at Acme Foods. Can you work it?"
# A closed conversation is looked for every 15 seconds; with an idle window of a minute that is at most 75.
LOGGED_WITHIN_MS = 110_000
MOVES_WITHIN_MS = 20_000


@pytest.fixture(scope="module")
def seen() -> dict[str, str]:
    """What one step saw and a later one needs."""
    return {}


def choose(page: Page, query: str) -> None:
    """Search, and tick the one found."""
    page.goto(f"/employees/?q={query}")
    page.locator("tr[data-key]").first.get_by_role("checkbox").check()


def number_in(text: str) -> str:
    return re.search(r"\(\d{3}\) \d{3}-\d{4}", text)[0]


def test_three_people_by_right_click_and_the_one_without_a_number_is_named(open_as, seen):
    page = open_as("riya")
    choose(page, "Kwame Asante")
    choose(page, "Valeria Adams")
    page.goto("/employees/?q=Tariq Abdi")
    row = page.locator("tr[data-key]").first
    seen["name"], seen["number"] = "Tariq Abdi", number_in(row.inner_text())
    seen["record"] = row.get_by_role("link").first.get_attribute("href")
    row.get_by_role("checkbox").check()

    row.click(button="right")
    page.get_by_role("menuitem", name="Send Text").click()
    dialog = page.get_by_role("dialog", name="Send Text")
    expect(dialog.locator(".bad")).to_contain_text("No phone number")
    dialog.get_by_role("textbox", name="Message").fill(BODY)
    dialog.get_by_role("button", name=re.compile("^Send to 2")).click()

    named = page.get_by_role("dialog", name="This record will not be texted")
    expect(named).to_contain_text("Valeria Adams")
    expect(named).to_contain_text("Nothing has left yet")
    named.get_by_role("button", name=re.compile("^Send to 2")).click()

    done = page.get_by_role("dialog", name="2 messages were sent to ZipWhip")
    expect(done).to_be_visible(timeout=MOVES_WITHIN_MS)
    seen["batch"] = done.get_by_role("link", name="See delivery").get_attribute("href")
    done.get_by_role("button", name="Continue working").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Nobody selected")).to_be_visible()


def test_the_statuses_become_delivered_while_one_watches(open_as, seen):
    page = open_as("riya")
    page.goto(seen["batch"])

    expect(page.get_by_role("status").filter(has_text="delivered")).to_contain_text(
        "2 delivered", timeout=MOVES_WITHIN_MS
    )
    expect(page.get_by_role("row", name="Valeria Adams")).to_contain_text("Not texted")


def test_the_answer_from_the_handset_appears_on_the_record(open_as, browser, system, seen):
    page = open_as("riya")
    page.goto(seen["record"])
    conversation = page.get_by_role("log", name=f"Conversation with {seen['name']}")
    expect(conversation).to_contain_text(BODY)

    phone = browser.new_context().new_page()
    phone.goto(system.sandbox_url)
    handset = phone.get_by_role("region", name=f"Handset {seen['number']}")
    expect(handset).to_contain_text(BODY)
    handset.get_by_role("textbox").fill("YES. What time should I be there?")
    handset.get_by_role("button", name=f"Send as {seen['number']}").click()
    expect(handset).to_contain_text("What time should I be there?")
    phone.context.close()

    expect(conversation).to_contain_text("YES. What time should I be there?", timeout=MOVES_WITHIN_MS)
    page.get_by_role("textbox", name="Reply to").fill("22:00 at dock 4.")
    page.get_by_role("button", name="Reply").click()
    expect(conversation).to_contain_text("22:00 at dock 4.")
    expect(conversation).to_contain_text("Delivered", timeout=MOVES_WITHIN_MS)


def test_a_second_line_for_a_rep_and_their_texts_leave_from_it(open_as):
    page = open_as("ada")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="External services").click()
    page.get_by_role("link", name="ZipWhip").click()
    page.get_by_role("link", name="Add credentials").or_(page.get_by_role("button", name="Add credentials")).click()
    page.get_by_label("Account type").select_option(label="ServiceRep")
    page.get_by_label("Service rep").select_option(label="Mei Chen (mei)")
    page.get_by_label("Username").fill("(612) 555-0141")
    page.get_by_label("Password").fill("opensesame")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="(612) 555-0141")).to_contain_text("Connected", timeout=MOVES_WITHIN_MS)

    rep = open_as("mei")
    rep.goto("/employees/?q=Kwame Asante")
    rep.locator("tr[data-key]").first.get_by_role("link").first.click()
    rep.wait_for_load_state()
    rep.get_by_text("Actions", exact=True).click()
    rep.get_by_role("menuitem", name="Send Text").click()
    dialog = rep.get_by_role("dialog", name="Send Text")
    expect(dialog.get_by_label("From")).to_contain_text("(612) 555-0141")
    dialog.get_by_role("textbox", name="Message").fill("From my own line")
    dialog.get_by_role("button", name=re.compile("^Send to 1")).click()
    done = rep.get_by_role("dialog", name="1 message was sent to ZipWhip")
    expect(done).to_be_visible(timeout=MOVES_WITHIN_MS)
    done.get_by_role("link", name="See delivery").click()
    expect(rep.get_by_text("(612) 555-0141").first).to_be_visible()


def test_after_the_idle_window_it_is_one_message_on_both_records_of_a_shared_number(open_as, seen):
    rep = open_as("riya")
    choose(rep, "Ana Rivera")
    choose(rep, "Luis Rivera")
    rep.locator("tr[data-key]").first.click(button="right")
    rep.get_by_role("menuitem", name="Send Text").click()
    dialog = rep.get_by_role("dialog", name="Send Text")
    expect(dialog).to_contain_text("same number as Luis Rivera: one text")
    dialog.get_by_role("textbox", name="Message").fill("One text for two")
    dialog.get_by_role("button", name=re.compile("^Send to 2")).click()
    expect(rep.get_by_role("dialog", name="1 message was sent to ZipWhip")).to_be_visible(timeout=MOVES_WITHIN_MS)

    admin = open_as("ada")
    set_idle_window(admin, "1", "minutes")

    rep.goto(seen["record"])
    wait_for_message(rep)
    logged = rep.get_by_role("region", name="Messages")
    expect(logged).to_contain_text("TEXT")
    expect(logged).to_contain_text("3 texts")
    for name in ("Ana Rivera", "Luis Rivera"):
        rep.goto(f"/employees/?q={name}")
        rep.locator("tr[data-key]").first.get_by_role("link").first.click()
        wait_for_message(rep)
        expect(rep.get_by_role("region", name="Messages")).to_contain_text("1 text")
    # The system is shared: other tests want their conversations to stay open.
    set_idle_window(admin, "24", "hours")


def set_idle_window(page: Page, amount: str, unit: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="Texting settings").click()
    page.get_by_label("Log a conversation after").fill(amount)
    page.get_by_label("Unit").select_option(label=unit)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_be_visible()


def wait_for_message(page: Page) -> None:
    """Reload, as a person would, until the conversation is logged."""
    for _ in range(LOGGED_WITHIN_MS // 3000):
        if page.get_by_role("region", name="Messages").get_by_text("TEXT", exact=True).count():
            return
        page.wait_for_timeout(3000)
        page.reload()
    raise AssertionError("the conversation was not logged in time")
