"""Every page there is, in a browser: for everyone, in every look, at every width; a new one comes in by itself."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page

from tests.accessible import RULES, assert_accessible, assert_fits
from tests.chromium import complaints_of
from tests.signed_in import client_of
from tests.words.addresses import PAGES, address
from tests.words.world import World

# 720 is 1440 at 200 % zoom.
WIDTHS = (1440, 720, 390)


@pytest.fixture
def world(transactional_db):
    return World()


@pytest.fixture
def page(browser, server, world):
    context = browser.new_context(base_url=server.url, reduced_motion="reduce")
    session = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": session, "value": client_of(world.ada).cookies[session].value, "url": server.url}])
    page = context.new_page()
    yield page
    context.close()


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
            page.goto(path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert_fits(page)
            for scheme in RULES:
                page.emulate_media(color_scheme=scheme)
                assert_accessible(page, scheme)
    assert complaints == []
