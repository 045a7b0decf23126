"""What a mutant is, and whether it still fits the code."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutant:
    """`old` occurs once in `file` and becomes `new`; then `test` of `tests` must fail, and for what it looks at itself.

    Both paths are from the checkout. `test` may name one of its parameters: "test_x[one]".
    """

    name: str
    file: str
    old: str
    new: str
    tests: str
    test: str

    @property
    def seen_by(self) -> str:
        return f"{self.tests}::{self.test}"

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.file

    def break_in(self, code: str) -> str:
        return code.replace(self.old, self.new)


def problems(mutant: Mutant) -> list[str]:
    """Why a mutant is out of date: its test is gone, what it breaks has changed, or what comes of that cannot run."""
    found = [] if _has_test(mutant) else [f"{mutant.name}: there is no {mutant.seen_by}"]
    path = CHECKOUT / mutant.file
    if not path.exists():
        return [*found, f"{mutant.name}: there is no {mutant.file}"]
    code = path.read_text()
    if (count := code.count(mutant.old)) != 1:
        return [*found, f"{mutant.name}: what is to be broken is {count} times in {mutant.file}"]
    if errors := _errors(mutant.break_in(code)):
        found.append(f"{mutant.name}: {mutant.file} cannot run any more: {errors}")
    return found


def _has_test(mutant: Mutant) -> bool:
    path = CHECKOUT / mutant.tests
    if not path.exists():
        return False
    name = mutant.test.partition("[")[0]
    return any(isinstance(item, ast.FunctionDef) and item.name == name for item in ast.parse(path.read_text()).body)


def _errors(code: str) -> str:
    """What makes any code of a file fail, whoever looks: it is no Python, or uses names that nobody defines."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--select", "E9,F821,F822,F823"]
    run = subprocess.run(
        [*command, "--output-format", "concise", "-"], input=code, capture_output=True, text=True, check=False
    )
    return run.stdout + run.stderr
