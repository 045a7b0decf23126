"""A real Chromium on the reference pages; a console error or a blocked resource fails the test."""

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import BrowserContext, Page

from tests.chromium import PLAIN_HTTP


@pytest.fixture(autouse=True)
def _reference_pages(settings):
    settings.ROOT_URLCONF = "tests.frame.reference"
    settings.FRAME_STRICT = True
    settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    for name, value in PLAIN_HTTP.items():
        setattr(settings, name, value)


@pytest.fixture
def riya(transactional_db, django_user_model):
    return django_user_model.objects.create_superuser("rshah", password="x", first_name="Riya", last_name="Shah")


@pytest.fixture
def new_context(browser, server, riya, client):
    """Open a browser context in which riya is signed in; the keyword arguments are Playwright's."""
    contexts: list[BrowserContext] = []
    client.force_login(riya)

    def open_context(**options) -> BrowserContext:
        options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=server.url, **options)
        context.set_default_timeout(5000)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}
        context.add_cookies([session])
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console had to say, unless a test expects it and empties the list."""
    return []


@pytest.fixture
def page(new_context, complaints) -> Iterator[Page]:
    page = new_context().new_page()
    watch(page, complaints)
    yield page
    assert complaints == []


def watch(page: Page, complaints: list[str]) -> None:
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
