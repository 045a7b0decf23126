"""texting in an ERP that is not ours: copied into it with its styles and scripts, and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.chromium import complaints_of
from tests.free_ports import free_port
from tests.plugin_services import CHECKOUT, SETTINGS, Services
from tests.sandbox.rig import Api, Process, wait_until

PASSWORD = "a long password"
ANA = "+16125550134"
LINE = "+16125550100"
# Needed on a busy machine only.
PATIENCE_SECONDS = 120
MOVES_WITHIN_MS = 60_000
PEOPLE = """
from crm.models import Customer
Customer.objects.create(full_name="Ana Rivera", mobile="(612) 555-0134")
Customer.objects.create(full_name="Bo Chen", mobile="555-01")
"""
AUDITED = "from crm.models import AuditEntry; print(*AuditEntry.objects.all())"
SILENT = "from texting.models import Conversation; Conversation.objects.update(last_text_at='2026-01-01T00:00Z')"


class Erp:
    """A folder with nothing in it but the example, texting and its look; its processes; its own engines."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="another-erp-"))
        ignore = shutil.ignore_patterns("__pycache__")
        for folder, name in (("texting", "texting"), ("static", "static"), ("tests/example_host/crm", "crm")):
            shutil.copytree(CHECKOUT / folder, self.root / name, ignore=ignore)
        shutil.copy(CHECKOUT / "tests/example_host/manage.py", self.root)
        self._engines = Services()
        self.sandbox = Process("--line", LINE)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SECRET_KEY": "another-erp-" + "x" * 50,
            "TEXTING_KEYS": SETTINGS["TEXTING_KEYS"],
            "TEXTING_SPOOL": str(self.root / "spool"),
            "PUBLIC_URL": self.url,
            "ZIPWHIP_URL": self.sandbox.url,
            **self._engines.read_addresses(),
        }
        self._running: list[subprocess.Popen[bytes]] = []
        self._log = (self.root / "log").open("wb")

    def manage(self, *words: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.root, env=self.environment | more, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str) -> None:
        self._running.append(
            subprocess.Popen(
                [sys.executable, *words], cwd=self.root, env=self.environment, stdout=self._log, stderr=self._log
            )
        )

    def log(self) -> str:
        return (self.root / "log").read_text()

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def end(self) -> None:
        for process in self._running:
            process.terminate()
            process.wait(timeout=60)
        self.sandbox.stop()
        self._engines.stop()
        self._log.close()
        shutil.rmtree(self.root)


@pytest.fixture(scope="module")
def erp() -> Iterator[Erp]:
    erp = Erp()
    try:
        erp.manage("migrate", "--run-syncdb")
        erp.manage(
            "createsuperuser",
            "--noinput",
            "--username=kim",
            "--email=kim@example.com",
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )
        erp.manage("shell", "--command", PEOPLE)
        erp.start("manage.py", "runserver", "--noreload", erp.url.removeprefix("http://"))
        erp.start("manage.py", "texting_runner")
        erp.start("-m", "celery", "-A", "crm", "--quiet", "worker", "--beat", "--pool=threads", "--schedule=beat")
        wait_until(erp.answers, PATIENCE_SECONDS)
        owner = ("--kind=office", "--owner=Main", "--by=kim", "--file-under=SMS")
        erp.manage("connect_line", LINE, *owner, TEXTING_LINE_PASSWORD="opensesame")
        yield erp
    finally:
        erp.end()


@pytest.fixture
def page(erp, browser):
    page = browser.new_context(base_url=erp.url, reduced_motion="reduce").new_page()
    page.set_default_timeout(MOVES_WITHIN_MS)
    complaints = complaints_of(page)
    page.goto("/")
    page.get_by_label("Username").fill("kim")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    yield page
    page.context.close()
    assert complaints == []


def test_nothing_is_forgotten_in_the_settings(erp):
    erp.manage("check", "--fail-level=WARNING")


def test_send_text_from_a_page_of_the_host_to_its_log(erp, page):
    page.get_by_role("link", name="Open Ana Rivera").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Send Text").click()
    dialog = page.get_by_role("dialog", name="Send Text")
    dialog.get_by_role("textbox", name="Message").fill("Can you come in?")
    dialog.get_by_role("button", name="Send to 1").click()
    expect(page.get_by_role("dialog", name="1 message was sent to ZipWhip")).to_be_visible(timeout=MOVES_WITHIN_MS)
    page.goto("/customers/1/")
    expect(page.locator("#texts")).to_contain_text("Delivered", timeout=MOVES_WITHIN_MS)

    Api(erp.sandbox.url).box("receive", **{"line": LINE, "from": ANA, "body": "Yes, at eight"})
    expect(page.locator("#texts")).to_contain_text("Yes, at eight", timeout=MOVES_WITHIN_MS)

    erp.manage("shell", "--command", SILENT)
    wait_until(lambda: page.reload() and "None yet." not in page.content(), PATIENCE_SECONDS)
    expect(page.get_by_role("listitem")).to_contain_text("SMS: kim: Can you come in?")
    assert "batch.sent" in erp.manage("shell", "--command", AUDITED)


def test_who_cannot_be_texted_is_named_without_scripts(erp, page):
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Send Text").click()

    expect(page.get_by_role("heading", name="Send Text")).to_be_visible()
    expect(page.get_by_text("Bo Chen")).to_be_visible()
    expect(page.get_by_text("2 people, 1 cannot be texted")).to_be_visible()


@pytest.mark.parametrize("path", ["inbox", "unmatched", "batches", "lines", "settings", "accounting", "events"])
def test_each_page_of_texting_stands_in_the_host_s_base(page, path):
    page.goto(f"/texting/{path}/")

    expect(page.get_by_role("link", name="Customers").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
