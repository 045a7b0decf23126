"""A new firm: an empty database, one superuser, and the way from there to the first text."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHECKOUT
from tests.chromium import complaints_of
from tests.free_ports import find_free_ports

PASSWORD = "a very long password 42"
OWN_NUMBER = "(612) 555-0177"
FIRST_WORDS = ["Add a branch", "Add a service rep", "Bring people in", "Add a message action code"]


@pytest.fixture(scope="module")
def empty_firm() -> Iterator[str]:
    """Web, runner and sandbox on a database that has seen nothing but migrations and `createsuperuser`."""
    web, sandbox = find_free_ports(2)
    address = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DEBUG": "True",
        "DATABASE_URL": urlunsplit(address._replace(path="/first_steps")),
        "PUBLIC_URL": f"http://127.0.0.1:{web}",
        "ZIPWHIP_URL": f"http://127.0.0.1:{sandbox}",
        "ZIPWHIP_APP_URL": f"http://127.0.0.1:{sandbox}",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    _sql(address, "DROP DATABASE IF EXISTS first_steps", "CREATE DATABASE first_steps")
    python = [sys.executable]
    for command in ["migrate -v0", "createsuperuser --noinput --username olga --email olga@example.com"]:
        subprocess.run([*python, "manage.py", *command.split()], cwd=CHECKOUT, env=environment, check=True)
    programs = [
        subprocess.Popen([*python, *command], cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL)
        for command in (
            ["-m", "texting.sandbox", "--port", str(sandbox)],
            [
                "-m",
                "gunicorn",
                "enterprise.wsgi",
                "--bind",
                f"127.0.0.1:{web}",
                "--threads",
                "4",
                "--no-control-socket",
            ],
            ["manage.py", "texting_runner"],
        )
    ]
    try:
        _wait(f"http://127.0.0.1:{web}/healthz")
        _wait(f"http://127.0.0.1:{sandbox}/_sandbox/state")
        yield f"http://127.0.0.1:{web}"
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(20)
        _sql(address, "DROP DATABASE first_steps WITH (FORCE)")


def _sql(address, *statements: str) -> None:
    with closing(psycopg2.connect(urlunsplit(address))) as connection:
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)


def _wait(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture
def page(browser, empty_firm) -> Iterator[Page]:
    page = browser.new_context(base_url=empty_firm, reduced_motion="reduce").new_page()
    page.set_default_timeout(15_000)
    complaints = complaints_of(page)
    yield page
    page.context.close()
    assert complaints == []


def done(page: Page) -> list[str]:
    """The titles of the steps that are ticked, read anew."""
    page.get_by_role("link", name="First steps").click()
    items = page.locator("main ol > li").filter(has_text="Done:")
    return [item.locator(".fw-medium").inner_text() for item in items.all()]


def test_a_superuser_alone_comes_from_an_empty_database_to_the_first_text(page):
    page.goto("/")
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    assert done(page) == []

    page.get_by_role("link", name="Add branch").click()
    page.get_by_label("Name").fill("Minneapolis")
    page.locator("main form[method=post] button[type=submit]").first.click()
    assert done(page) == FIRST_WORDS[:1]

    page.get_by_role("link", name="Add user").click()
    page.get_by_label("First name").fill("Riya")
    page.get_by_label("Username").fill("riya")
    page.get_by_role("checkbox", name="Front Office").first.check()
    page.get_by_label("Home branch").select_option(label="Minneapolis")
    page.get_by_role("button", name="Add user").click()
    assert done(page) == FIRST_WORDS[:2]

    page.get_by_role("link", name="Add an employee").click()
    page.get_by_label("First name").fill("Ana")
    page.get_by_label("Branch").select_option(label="Minneapolis")
    page.locator("main form[method=post] button[type=submit]").first.click()
    assert done(page) == FIRST_WORDS[:3]

    page.get_by_role("link", name="Add code").click()
    page.get_by_label("Name").fill("TEXT")
    page.locator("main form[method=post] button[type=submit]").first.click()
    assert done(page) == FIRST_WORDS

    page.locator("main").get_by_role("link", name="Texting settings").click()
    for select in page.get_by_label("are logged under").all():
        select.select_option(index=1)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="First steps").click()
    page.get_by_role("link", name="Add credentials").click()
    page.get_by_label("Account type").select_option(label="Branch")
    page.locator("[name=owner_branch]").select_option(label="Minneapolis")
    page.get_by_label("Username").fill("6125550100")
    page.get_by_label("Password").fill("any")
    page.locator("main form[data-credentials] button[type=submit]").click()
    expect(page.get_by_text("6 of 6 webhooks are registered")).to_be_visible()
    assert len(done(page)) == 6

    page.get_by_role("link", name="Send a test text").click()
    page.get_by_label("Your own cell phone number").fill(OWN_NUMBER)
    page.get_by_role("button", name="Send a test text").click()
    expect(page.locator("#test-live")).to_contain_text("Delivered", timeout=30_000)
    page.get_by_role("link", name="Open your record").click()
    expect(page.locator("#texts")).to_contain_text("This is a test text from Enterprise.")

    page.goto("/administration/first-steps/")
    expect(page.get_by_text("Everything is set up: your firm can text.")).to_be_visible()
    expect(page.get_by_role("link", name="First steps")).to_have_count(0)
