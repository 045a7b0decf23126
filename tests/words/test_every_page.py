"""Every page there is, in a browser: for everyone, in every look, at every width; a new one comes in by itself."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.db.models import F
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from enterprise.users.models import User
from tests.accessible import RULES, assert_accessible, assert_fits
from tests.chromium import complaints_of
from tests.signed_in import client_of
from tests.words.addresses import PAGES, address
from tests.words.world import World
from texting.models import Batch

# 720 is 1440 at 200 % zoom.
WIDTHS = (1440, 720, 390)


@pytest.fixture
def world(transactional_db):
    return World()


@pytest.fixture
def page(browser, server, world):
    context = browser.new_context(base_url=server.url, reduced_motion="reduce")
    page = context.new_page()
    let_in(page, server, world.ada)
    yield page
    context.close()


def let_in(page: Page, server: LiveServer, user: User) -> None:
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client_of(user).cookies[name].value, "url": server.url}])


def look_at(page: Page, path: str) -> None:
    page.goto(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
    for scheme in RULES:
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page, scheme)


def is_shown(page: Page, path: str) -> bool:
    """Whether there is a page to look at: some addresses only take a form, others answer with a part of a page."""
    response = page.request.get(path)
    assert response.status < 500, path
    return response.ok and response.text().lstrip().startswith("<!doctype html>")


def test_axe_finds_nothing_on_any_page_in_any_look_and_nothing_scrolls_sideways(page, world):
    complaints = complaints_of(page)
    for name, arguments in PAGES:
        path = address(name, arguments, world)
        if is_shown(page, path):
            look_at(page, path)
    assert complaints == []


def test_nor_while_many_are_checked_or_put_into_the_queue(page, world, settings):
    settings.TEXTING = {**settings.TEXTING, "LARGE_SELECTION": 2}
    Batch.objects.update(done_count=F("people_count") - 3)
    look_at(page, world.draft.get_absolute_url())
    expect(page.get_by_role("heading", name="Checking who can be texted")).to_be_visible()
    look_at(page, world.batch.get_absolute_url())
    expect(page.get_by_role("progressbar")).to_be_visible()


def test_nor_on_what_somebody_without_a_role_is_shown(page, server, world):
    let_in(page, server, world.rep)
    look_at(page, "/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
