"""Parts of a page that keep themselves up to date: nothing that somebody is typing is lost by it."""

import pytest
from playwright.sync_api import expect

ROW = """<li id="row-{0}"><form><input type="hidden" name="csrfmiddlewaretoken" value="{1}">
<label>Note {0} <textarea name="note"></textarea></label></form></li>"""


@pytest.fixture
def show(page):
    """Let the part of a page say these rows when it asks the next time; the token is another one each time."""
    said = {"token": 0}

    def answer(route):
        said["token"] += 1
        route.fulfill(body=said["html"].replace("TOKEN", f"token-{said['token']}"), content_type="text/html")

    page.route("**/part/", answer)

    def show(*rows):
        inside = "".join(ROW.format(row, "TOKEN") for row in rows)
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


def watch(page):
    """Count in the window what is put in anew of the rows that were there, and the answers that were news."""
    page.evaluate("""() => {
        window.moved = []; window.news = 0;
        const there = new Set(document.querySelectorAll("#part > li"));
        new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((node) => {
            if (there.has(node)) window.moved.push(node.id);
        }))).observe(document.getElementById("part"), { childList: true });
        document.addEventListener("live:after", () => { window.news += 1; });
    }""")


def test_when_the_first_row_goes_the_others_stay_where_they_are(show):
    page = show("a", "b", "c")
    expect(rows(page)).to_have_count(3)
    watch(page)

    show("b", "c")

    expect(rows(page)).to_have_count(2)
    assert page.evaluate("moved") == []


def test_an_answer_that_differs_in_its_token_alone_is_no_news_but_its_token_is_taken(show):
    page = show("a")
    expect(rows(page)).to_have_count(1)
    token = page.locator("#part [name=csrfmiddlewaretoken]")
    before = token.input_value()
    watch(page)

    expect(token).not_to_have_value(before)

    assert page.evaluate("news") == 0


def test_nothing_is_asked_in_the_name_of_somebody_else(show):
    page = show("a")
    expect(rows(page)).to_have_count(1)
    page.context.add_cookies([{"name": "signed-in-as", "value": "0", "url": page.url}])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    show("a", "b")

    expect(page.get_by_role("status").filter(has_text="not kept up to date any more")).to_be_visible()
    expect(rows(page)).to_have_text(["Note a"])
    assert asked == []
