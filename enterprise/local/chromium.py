"""Find a Chromium for the browser tests, or install one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from enterprise.local.errors import LocalError
from enterprise.local.places import PYTHON

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PROGRAM = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find_or_install() -> str:
    """Return the path of a Chromium that starts. Raises LocalError when there is none and none can be installed."""
    if named := os.environ.get("CHROMIUM"):
        if _starts(named):
            return named
        raise LocalError(f"CHROMIUM={named} does not start: correct it, or unset it to have one found.")
    if found := _find():
        return found
    for install in (_install_with_apt, _install_with_playwright):
        install()
        if found := _find():
            return found
    raise LocalError(
        "The browser tests need Chromium and it could not be installed: install the package `chromium`,"
        " or name a Chromium or Chrome with CHROMIUM=/path/to/it."
    )


def _find() -> str | None:
    return next((program for program in _candidates() if program and _starts(program)), None)


def _candidates() -> Iterator[str | None]:
    yield from map(shutil.which, PROGRAMS)
    yield MAC_PROGRAM
    # Last, because it takes a second to be asked.
    yield _playwright_program()


def _starts(program: str) -> bool:
    """Say whether it is a real browser: on Ubuntu the name is a stub that only tells how to install one."""
    try:
        result = subprocess.run(  # noqa: S603 - the user's own browser
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def _playwright_program() -> str:
    # Here, because no other command should wait for this import.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _install_with_apt() -> None:
    # Ubuntu's package only points to a snap, which doesn't run in a container.
    if _may_use_apt() and not _is_ubuntu():
        _try(["apt-get", "update"])
        install = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
        _try(["env", "DEBIAN_FRONTEND=noninteractive", *install])


def _install_with_playwright() -> None:
    with_libraries = ["--with-deps"] if _may_use_apt() else []
    _try([PYTHON, "-m", "playwright", "install", *with_libraries, "chromium"])


def _may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _is_ubuntu() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text().splitlines()


def _try(command: Sequence[str]) -> None:
    """Run a command with its output on stderr; whether it worked is seen by looking for the browser again."""
    with suppress(OSError):
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)  # noqa: S603 - our own
