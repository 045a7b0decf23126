"""The whole system, as `make run` starts it, in a data folder of its own; and a browser to use it with."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from enterprise.local.keys import read_env
from tests.chromium import complaints_of
from tests.free_ports import find_free_ports

CHECKOUT = Path(__file__).resolve().parents[2]
PASSWORD = "welcome to the demo"
STARTED = "Ctrl-C stops everything."


@dataclass
class System:
    """`output`: what all its processes write. `environment`: the file of settings they run with."""

    url: str
    sandbox_url: str
    output: Path
    environment: dict[str, str]


@pytest.fixture(scope="package")
def system() -> Iterator[System]:
    folder = Path(tempfile.mkdtemp(prefix="enterprise-"))
    names = ("WEB_PORT", "SANDBOX_PORT", "POSTGRES_PORT", "VALKEY_PORT")
    ports = {name: str(port) for name, port in zip(names, find_free_ports(len(names)), strict=True)}
    ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TEXTING_KEYS", "DEBUG", "PUBLIC_URL", "ZIPWHIP_URL")
    clean = {name: value for name, value in os.environ.items() if name not in (*ours, "ZIPWHIP_APP_URL")}
    places = {"ENTERPRISE_DATA": str(folder / "data"), "ENTERPRISE_ENV_FILE": str(folder / "env")}
    output = folder / "output"
    with output.open("w") as log:
        run = subprocess.Popen(
            [sys.executable, "-m", "enterprise.local", "run"],
            cwd=CHECKOUT,
            env={**clean, **ports, **places},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_started(run, output)
        web, sandbox = (f"http://127.0.0.1:{ports[name]}" for name in ("WEB_PORT", "SANDBOX_PORT"))
        yield System(web, sandbox, output, read_env(folder / "env"))
    finally:
        run.send_signal(signal.SIGINT)
        run.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_started(run: subprocess.Popen[bytes], output: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while STARTED not in output.read_text():
        assert run.poll() is None, output.read_text()
        assert time.monotonic() < end, output.read_text()
        time.sleep(0.2)


@pytest.fixture
def open_as(browser, system):
    """Open a page signed in as a user of the demo firm; at the end, its console must be clean."""
    opened: list[tuple[Page, list[str]]] = []

    def open_as(username: str, **options) -> Page:
        options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        page = browser.new_context(base_url=system.url, **options).new_page()
        page.set_default_timeout(10_000)
        opened.append((page, complaints_of(page)))
        page.goto("/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Employees").first.wait_for()
        return page

    yield open_as
    for page, complaints in opened:
        page.context.close()
        assert complaints == []
