"""Run the mutants in a copy of the checkout, against one PostgreSQL and Valkey; 0 when the tests saw all of them.

python -m tests.mutants ["part of a name"]

First everything is looked through, and the named tests must pass on the code as it is: else "seen" would say nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from tests.mutants.mutants import CHECKOUT, MUTANTS, Mutant, problems

COPIED = ("enterprise", "texting", "templates", "tests", "static", "pyproject.toml", "manage.py")
LONGEST_SECONDS = 600
# For the tests of all mutants, one after another.
LONGEST_SECONDS_UNBROKEN = 3600


def main() -> int:
    wanted = [mutant for mutant in MUTANTS if not sys.argv[1:] or sys.argv[1] in mutant.name]
    if found := [problem for mutant in wanted for problem in problems(mutant)]:
        print("\n".join(found))
        return 2
    with _services() as addresses, _copy_of_checkout() as copy:
        environment = {**os.environ, **addresses, "PYTHONPATH": str(copy)}
        database = _Database(addresses["DATABASE_URL"])
        named = sorted({path for mutant in wanted for path in mutant.tests})
        if failure := _first_failure(copy, environment, named, longest=LONGEST_SECONDS_UNBROKEN):
            print(f"nothing is broken yet, but this fails: {failure}")
            return 2
        database.keep()
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        unseen = []
        for mutant in wanted:
            database.restore()
            if not _is_seen(mutant, copy, environment):
                unseen.append(mutant.name)
    print(f"{len(wanted) - len(unseen)} of {len(wanted)} mutants seen")
    return int(bool(unseen))


def _is_seen(mutant: Mutant, copy: Path, environment: dict[str, str]) -> bool:
    started = time.monotonic()
    file = copy / "texting" / mutant.file
    file.write_text(mutant.break_in(file.read_text()))
    try:
        failure = _first_failure(copy, environment, mutant.tests)
    finally:
        shutil.copy2(CHECKOUT / "texting" / mutant.file, file)
    seen = "seen  " if failure else "UNSEEN"
    print(f"{seen} {time.monotonic() - started:5.1f} s  {mutant.name}  {failure}".rstrip(), flush=True)
    return bool(failure)


def _first_failure(
    copy: Path, environment: dict[str, str], tests: Sequence[str], *, longest: int = LONGEST_SECONDS
) -> str:
    """The first test that fails; "" when all pass."""
    paths = [f"tests/texting/{name}" for name in tests]
    options = ["-q", "-x", "-rfE", "--tb=no", "-p", "no:cacheprovider", "--reuse-db"]
    command = [sys.executable, "-m", "pytest", *options, *paths]
    try:
        run = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=longest
        )
    except subprocess.TimeoutExpired:
        return "(the tests came to no end)"
    if run.returncode == 0:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (?:\S+/)?(\S+)", run.stdout, re.MULTILINE)
    if run.returncode != 1 or not found:
        raise SystemExit(f"the tests did not run:\n{run.stdout[-3000:]}{run.stderr[-2000:]}")
    return found[1]


class _Database:
    """The tests' database once migrated: copied for each mutant, for migrating takes longer than most tests."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._name = "test_" + address.rpartition("/")[2]

    def keep(self) -> None:
        self._copy(self._name, "migrated")

    def restore(self) -> None:
        self._copy("migrated", self._name)

    def _copy(self, source: str, target: str) -> None:
        with closing(psycopg2.connect(self._address)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {target} TEMPLATE {source}")


@contextmanager
def _services() -> Iterator[dict[str, str]]:
    services = subprocess.Popen(
        [sys.executable, "-m", "enterprise.local", "throwaway"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield json.loads(services.stdout.readline())
    finally:
        services.stdin.close()
        services.wait(60)


@contextmanager
def _copy_of_checkout() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        for name in COPIED:
            source = CHECKOUT / name
            if source.is_dir():
                shutil.copytree(source, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, Path(folder, name))
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
