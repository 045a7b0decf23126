"""Find a Chromium for the browser tests, or install one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from enterprise.local.errors import LocalError
from enterprise.local.places import PYTHON

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PROGRAM = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PLAYWRIGHT_PATH = (
    "from playwright.sync_api import sync_playwright as p\nwith p() as session: print(session.chromium.executable_path)"
)


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
    on_path = (shutil.which(program) for program in PROGRAMS)
    for candidate in (*on_path, MAC_PROGRAM, _playwright_program()):
        if candidate and _starts(candidate):
            return candidate
    return None


def _starts(program: str) -> bool:
    """Say whether it is a real browser: on Ubuntu the name is a stub that only tells how to install one."""
    try:
        result = subprocess.run(  # noqa: S603 - the user's own browser
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def _playwright_program() -> str | None:
    result = subprocess.run(  # noqa: S603 - our own command line
        [PYTHON, "-c", PLAYWRIGHT_PATH], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    path = result.stdout.strip()
    return path if path and Path(path).exists() else None


def _install_with_apt() -> None:
    # Ubuntu's package only points to a snap, which doesn't run in a container.
    if not shutil.which("apt-get") or _is_ubuntu() or (root := _as_root()) is None:
        return
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    _try([*root, *environment, "apt-get", "update"])
    _try([*root, *environment, "apt-get", "install", "--yes", "--no-install-recommends", "chromium"])


def _install_with_playwright() -> None:
    with_libraries = ["--with-deps"] if shutil.which("apt-get") and _as_root() is not None else []
    _try([PYTHON, "-m", "playwright", "install", *with_libraries, "chromium"])


def _is_ubuntu() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text().splitlines()


def _as_root() -> list[str] | None:
    """Return what to put before a command to run it as root; None when that needs a person."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _try(["sudo", "--non-interactive", "true"]):
        return ["sudo", "--non-interactive"]
    return None


def _try(command: Sequence[str]) -> bool:
    """Run a command with its output on stderr, and say whether it worked."""
    try:
        result = subprocess.run(  # noqa: S603 - our own command lines
            command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
        )
    except OSError:
        return False
    return result.returncode == 0
