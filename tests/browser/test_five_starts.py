"""Every place a text starts: the same dialog, verdicts and result; by mouse, by keyboard and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from tests.enterprise.builders import make_branch, make_contact, make_employee, make_user
from tests.hotlists.builders import make_hotlist
from texting.models import Line, Recipient, Text
from texting.vocabulary import LineState

BODY = "Can you work tonight?"
ANA = "Ana Rivera SMS (612) 555-0134"
VERDICTS = {
    "one": [ANA],
    "many": [
        "Carl Diaz No phone number Add a number",
        "Dee Evans SMS 555-01 has 5 of 10 digits Use Cell Phone (612) 555-0178",
        ANA,
    ],
}
RESULTS = {
    "one": [("Ana Rivera", "")],
    "many": [("Ana Rivera", ""), ("Carl Diaz", "no_number"), ("Dee Evans", "invalid_number")],
}


@pytest.fixture
def rep(transactional_db, server):
    """Riya, whose branch has a line and, of either kind, three people, on a hotlist too."""
    branch = make_branch()
    rep = make_user("riya", branch=branch, first_name="Riya", last_name="Shah")
    Line.objects.create(
        number="+16125550100", owner_kind="branch", owner_id=branch.pk, state=LineState.CONNECTED, pace=timedelta(0)
    )
    for make, kind in ((make_employee, "employee"), (make_contact, "contact")):
        people = [
            make("Ana", "Rivera", sms="612-555-0134"),
            make("Carl", "Diaz"),
            make("Dee", "Evans", sms="555-01", cell_phone="612-555-0178"),
        ]
        make_hotlist(f"Night {kind}s", *people, owner=rep, record_type=kind)
    return rep


@pytest.fixture
def open_page(browser, server, rep):
    contexts = []
    client = Client()
    client.force_login(rep)

    def open_page(way: str) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": 1440, "height": 900},
            reduced_motion="reduce",
            java_script_enabled=way != "without scripts",
        )
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


# --- the starts: each goes to its page, chooses, and opens Send Text in one of the three ways


def press(page: Page, control: Locator, way: str) -> None:
    if way == "keyboard":
        control.focus()
        page.keyboard.press("Enter")
    else:
        control.click()


def start_on_record(kind: str) -> Callable[[Page, str], None]:
    def start(page: Page, way: str) -> None:
        page.goto(f"/{kind}s/?q=Rivera")
        page.locator("tbody").get_by_role("link", name="Ana Rivera").click()
        actions = page.locator("header summary", has_text="Actions")
        press(page, actions, way)
        item = page.locator(".menu [role=menuitem]", has_text="Send Text")
        if way == "keyboard":
            expect(item).to_be_focused()
            page.keyboard.press("Enter")
        else:
            item.click()

    return start


def start_in_search(kind: str, names: list[str]) -> Callable[[Page, str], None]:
    def start(page: Page, way: str) -> None:
        page.goto(f"/{kind}s/")
        if len(names) > 1 or way == "without scripts":
            for name in names:
                page.get_by_role("checkbox", name=f"Select {name}").check()
        row = page.get_by_role("row", name=names[0])
        if way == "without scripts":
            page.get_by_role("button", name="Send Text", exact=True).click()
        elif way == "keyboard":
            row.locator("[data-row-menu]").focus()
            page.keyboard.press("Shift+F10")
            expect(page.get_by_role("menuitem", name="Send Text")).to_be_focused()
            page.keyboard.press("Enter")
        else:
            row.click(button="right")
            page.get_by_role("menuitem", name="Send Text").click()

    return start


def start_on_hotlists(page: Page, way: str) -> None:
    page.goto("/hotlists/")
    press(page, page.get_by_role("button", name="Text Night employees"), way)


def start_on_a_hotlist(page: Page, way: str) -> None:
    page.goto("/hotlists/")
    page.get_by_role("link", name="Night contacts").click()
    press(page, page.get_by_role("button", name="Text this hotlist"), way)


def start_in_a_row_of_a_hotlist(page: Page, way: str) -> None:
    page.goto("/hotlists/")
    page.get_by_role("link", name="Night employees").click()
    press(page, page.get_by_role("button", name="Text Ana Rivera"), way)


EVERYBODY = ["Carl Diaz", "Dee Evans", "Ana Rivera"]
STARTS: dict[str, tuple[str, Callable[[Page, str], None]]] = {
    "employee record": ("one", start_on_record("employee")),
    "contact record": ("one", start_on_record("contact")),
    "employee search, one": ("one", start_in_search("employee", ["Ana Rivera"])),
    "employee search, many": ("many", start_in_search("employee", EVERYBODY)),
    "contact search, one": ("one", start_in_search("contact", ["Ana Rivera"])),
    "contact search, many": ("many", start_in_search("contact", EVERYBODY)),
    "hotlists": ("many", start_on_hotlists),
    "a hotlist": ("many", start_on_a_hotlist),
    "a hotlist's row": ("one", start_in_a_row_of_a_hotlist),
}


@pytest.mark.parametrize("way", ["mouse", "keyboard", "without scripts"])
@pytest.mark.parametrize("name", STARTS)
def test_every_start_leads_to_the_same_dialog_the_same_verdicts_and_the_same_texts(open_page, name, way):
    who, start = STARTS[name]
    page = open_page(way)

    start(page, way)
    shown = page.get_by_role("list", name="Recipients").get_by_role("listitem")
    expect(shown).to_have_count(len(VERDICTS[who]))
    assert [" ".join(row.inner_text().split()) for row in shown.all()] == VERDICTS[who]

    page.get_by_role("textbox", name="Message").fill(BODY)
    press(page, page.get_by_role("button", name="Send to 1"), way)
    if who == "many":
        expect(page.get_by_role("heading", name="These 2 records will not be texted")).to_be_visible()
        press(page, page.get_by_role("button", name="Send to 1"), way)

    expect(page.get_by_role("heading", name=re.compile("1 message is queued"))).to_be_visible()
    assert list(Text.objects.values_list("number", "body")) == [("+16125550134", BODY)]
    assert sorted(Recipient.objects.values_list("name", "reason")) == RESULTS[who]
