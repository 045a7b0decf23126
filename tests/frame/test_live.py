"""Parts of a page that keep themselves up to date: nothing that somebody is typing is lost by it."""

import pytest
from playwright.sync_api import expect

ROW = '<li id="row-{0}"><form><label>Note {0} <textarea name="note"></textarea></label></form></li>'


@pytest.fixture
def show(page):
    """Let the part of a page say these rows when it asks the next time."""
    said = {}
    page.route("**/part/", lambda route: route.fulfill(body=said["html"], content_type="text/html"))

    def show(*rows):
        inside = "".join(map(ROW.format, rows))
        said["html"] = f'<ul id="part" data-live="/part/" data-live-seconds="0.2">{inside}</ul>'
        return page

    page.goto("/record/")
    show("a", "b", "c")
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", said["html"])
    return show


def rows(page):
    return page.locator("#part > li")


def test_what_is_gone_goes_and_what_is_new_comes(show):
    page = show("b", "d")
    expect(rows(page)).to_have_text(["Note b", "Note d"])


def test_a_form_that_somebody_has_typed_in_stays_with_its_words_and_the_focus(show):
    page = show("a", "b", "c")
    page.get_by_label("Note b").fill("I have called them.")

    show("a", "d")

    expect(rows(page)).to_have_text(["Note a", "Note b", "Note d"], use_inner_text=True)
    expect(page.get_by_label("Note b")).to_have_value("I have called them.")
    expect(page.get_by_label("Note b")).to_be_focused()
    show("d")
    expect(page.get_by_label("Note a")).to_have_count(0)
    expect(page.get_by_label("Note b")).to_have_value("I have called them.")


def test_a_row_that_moves_up_keeps_what_is_typed_and_the_focus(show):
    page = show("a", "b", "c")
    page.get_by_label("Note c").fill("Half a sent")

    show("c", "a", "b")

    expect(rows(page).first).to_contain_text("Note c")
    page.keyboard.type("ence")
    expect(page.get_by_label("Note c")).to_have_value("Half a sentence")
