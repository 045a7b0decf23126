"""Conversations as a recruiter sees them: badges that move, pictures, texts scheduled in ZipWhip, unknown numbers."""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.accessible import assert_accessible, assert_fits

LINE = "+16125550100"
SAMPLES = Path(__file__).resolve().parents[2] / "texting" / "sandbox" / "static"
# The badges are asked for every 15 seconds.
MOVES_WITHIN_MS = 25_000


@pytest.fixture
def zipwhip(system):
    def zipwhip(call: str, **wish):
        answer = requests.post(f"{system.sandbox_url}/_sandbox/{call}", json={"line": LINE, **wish}, timeout=10)
        answer.raise_for_status()
        return answer.json()

    return zipwhip


def write(zipwhip, number: str, body: str, *names: str) -> None:
    kinds = {".jpg": "image/jpeg", ".png": "image/png", ".pdf": "application/pdf"}
    files = [
        {
            "name": name,
            "mime_type": kinds[Path(name).suffix],
            "base64": base64.b64encode((SAMPLES / name).read_bytes()).decode(),
        }
        for name in names
    ]
    zipwhip("receive", **{"from": number}, body=body, attachments=files)


def open_record(page, name: str) -> None:
    page.goto(f"/employees/?q={name}")
    page.get_by_role("link", name=name, exact=True).first.click()


def test_an_answer_moves_the_badge_in_every_window_until_somebody_has_seen_it(open_as, zipwhip):
    first, second = open_as("riya"), open_as("riya")
    inbox = second.get_by_role("link", name=re.compile("^Inbox"))
    expect(inbox).to_have_text("Inbox")

    write(zipwhip, "+16125550192", "Any work tonight?")

    expect(inbox).to_contain_text("1", timeout=MOVES_WITHIN_MS)
    expect(second).to_have_title(re.compile(r"^\(1\) "))
    expect(second.locator("#unread-said")).to_have_text("1 conversation has an unread answer.")
    open_record(first, "Ana Ortiz")
    expect(first.get_by_role("link", name=re.compile("^Inbox"))).to_have_text("Inbox")
    expect(inbox).to_have_text("Inbox", timeout=MOVES_WITHIN_MS)
    expect(second).to_have_title(re.compile("^Employees"))


def test_a_picture_from_a_handset_is_shown_and_what_only_calls_itself_one_is_not(open_as, zipwhip):
    page = open_as("riya")
    write(zipwhip, "+16125550192", "Here is my card", "photo.jpg", "trap.png")
    open_record(page, "Ana Ortiz")

    picture = page.get_by_role("img", name="Picture: photo.jpg, 12 KB")
    expect(picture).to_be_visible(timeout=MOVES_WITHIN_MS)
    assert picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth > one.naturalHeight; }")
    expect(page.get_by_role("img", name="Picture: trap.png")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download trap.png, 1 KB").click()
    assert download.value.suggested_filename == "trap.png"


def test_what_is_scheduled_in_zipwhip_is_shown_until_it_is_deleted_there(open_as, zipwhip):
    page = open_as("riya")
    write(zipwhip, "+16125550192", "When do I start?")
    later = int((time.time() + 3600) * 1000)
    scheduled = zipwhip("app-send", to="+16125550192", body="See you at six", scheduled_ms=later)
    open_record(page, "Ana Ortiz")

    bubble = page.locator("#bubbles > div", has_text="See you at six")
    expect(bubble).to_contain_text("Scheduled in ZipWhip for", timeout=MOVES_WITHIN_MS)
    zipwhip("app-delete", id=scheduled["id"])
    expect(bubble).to_have_count(0, timeout=MOVES_WITHIN_MS)


def test_an_unknown_number_becomes_an_employee_with_its_texts(open_as, zipwhip):
    page = open_as("riya")
    write(zipwhip, "+16125550199", "Are you still hiring?")
    tray = page.get_by_role("link", name=re.compile("^Unmatched"))
    expect(tray).to_contain_text("1", timeout=MOVES_WITHIN_MS)
    tray.click()

    page.get_by_role("link", name="Add as employee").click()
    expect(page.get_by_label("Number or address").first).to_have_value("(612) 555-0199")
    page.get_by_label("First name").fill("Stan")
    page.get_by_label("Last name").fill("Novak")
    page.get_by_role("button", name="Add employee").click()

    expect(page.get_by_role("heading", name="Stan Novak")).to_be_visible()
    expect(page.locator("#bubbles")).to_contain_text("Are you still hiring?")


def test_who_is_looked_for_is_found_where_the_eye_goes_and_a_wrong_choice_is_remembered(open_as, zipwhip):
    page = open_as("riya")
    write(zipwhip, "+14155550177", "Ana here, my new phone")
    tray = page.get_by_role("link", name=re.compile("^Unmatched"))
    expect(tray).to_contain_text("1", timeout=MOVES_WITHIN_MS)
    tray.click()
    page.get_by_role("searchbox", name="No record you can see has this number").fill("ri")
    page.get_by_role("button", name="Find").click()

    expect(page.locator("#found")).to_be_focused()
    expect(page.locator("#found-title")).to_be_in_viewport()
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, "dark")
    assert_fits(page)

    page.get_by_role("button", name=re.compile("Link Ana Rivera")).click()
    expect(page.get_by_role("status").filter(has_text="Add the number to the record too")).to_be_visible()
    page.goto("/texting/inbox/?q=5550177")
    page.get_by_role("link", name=re.compile("Ana here")).click()
    page.get_by_role("button", name="Not this person").click()
    expect(page.get_by_role("heading", name="Whose texts are these?")).to_be_visible()
