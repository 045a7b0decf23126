"""The page in a real Chromium; a console error, or anything its policy blocks, fails the test."""

import pytest
from playwright.sync_api import expect

from tests.accessible import assert_accessible
from tests.sandbox.rig import ANA, BO, LINE, wait_until


@pytest.fixture
def opened(browser, line):
    """Open the page, with two phones on it, in a window of one's choice."""
    complaints, pages = [], []

    def open_page(width=1440, **more):
        page = browser.new_page(viewport={"width": width, "height": 900}, **more)
        pages.append(page)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(line.url)
        return page

    for number in (ANA, BO):
        line.send(to=number)
    wait_until(lambda: all(one["state"] == "delivered" for one in line.look("ledger")))
    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def test_what_is_typed_stays_while_texts_come_and_go(opened, line):
    page = opened()
    ana, bo = page.get_by_label("Write as (612) 555-0134"), page.get_by_label("Write as (651) 555-0117")
    bo.fill("half a word")
    ana.fill("I can")
    ana.press("Enter")
    expect(page.get_by_label("Texts on (612) 555-0134")).to_contain_text("I can")
    for number in range(4):
        line.send(to=f"763555013{number}", body="Hi")
    line.send(to=BO, body="Still there?")
    expect(page.get_by_label("Texts on (651) 555-0117")).to_contain_text("Still there?")

    assert (ana.input_value(), bo.input_value()) == ("", "half a word")
    assert [one["body"] for one in line.call("message/list")["response"] if one["type"] == "MO"] == ["I can"]


def test_a_quick_answer_leaves_what_is_typed(opened):
    page = opened()
    ana = page.get_by_label("Write as (612) 555-0134")
    ana.fill("not yet")

    page.get_by_role("button", name="Send YES as (612) 555-0134").click()

    expect(page.get_by_label("Texts on (612) 555-0134")).to_contain_text("YES")
    assert ana.input_value() == "not yet"


def test_switching_a_phone_off_closes_its_keys_and_keeps_the_focus(opened):
    page = opened()
    power = page.get_by_role("switch", name="Phone (612) 555-0134 is on")

    power.click()

    expect(power).to_have_attribute("aria-checked", "false")
    expect(power).to_be_focused()
    expect(page.get_by_label("Write as (612) 555-0134")).to_be_disabled()


def test_enter_sends_the_words_without_scripts_too(opened):
    page = opened(java_script_enabled=False)
    ana = page.get_by_label("Write as (612) 555-0134")
    ana.fill("No script here")

    ana.press("Enter")

    expect(page.get_by_label("Texts on (612) 555-0134")).to_contain_text("No script here")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(opened, line, width, scheme):
    line.box("receive", line=LINE, **{"from": ANA}, body="STOP")
    line.box("power", number=BO, on=False)
    page = opened(width, color_scheme=scheme)
    page.get_by_text("Numbers and words that make trouble").click()
    page.get_by_text("2 of 2 handsets").click()

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert_accessible(page)
