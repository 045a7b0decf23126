from pathlib import Path

import pytest

from enterprise.local import chromium
from enterprise.local.errors import LocalError


def make_program(folder: Path, name: str, code: int) -> str:
    program = folder / name
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without browser and package manager; returns the only folder where programs are looked for."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "MAC_PROGRAM", None)
    monkeypatch.setattr(chromium, "_playwright_program", lambda: None)
    monkeypatch.setattr(chromium, "_install_with_playwright", lambda: None)
    return tmp_path


def test_a_browser_on_the_path_is_used(bare_machine: Path):
    expected = make_program(bare_machine, "google-chrome", 0)

    assert chromium.find_or_install() == expected


def test_the_name_of_a_browser_that_does_not_start_is_passed_over(bare_machine: Path):
    make_program(bare_machine, "chromium-browser", 1)

    with pytest.raises(LocalError, match="install the package `chromium`"):
        chromium.find_or_install()


def test_a_browser_named_by_the_environment_that_does_not_start_is_said(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CHROMIUM", str(bare_machine / "missing"))

    with pytest.raises(LocalError, match="does not start"):
        chromium.find_or_install()
