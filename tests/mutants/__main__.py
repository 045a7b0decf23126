"""Run the mutants in a copy of the checkout, against one PostgreSQL and Valkey; 0 when the tests saw all of them.

python -m tests.mutants ["part of a name"]

First everything is looked through, and the named tests must pass on the code as it is: else "seen" would say nothing.
Only the test named beside a mutant counts, and only what it finds itself: a failure in the code, whose message anything
may have caused, is not one.
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
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from tests.mutants.mutant import CHECKOUT, Mutant, problems
from tests.mutants.mutants import MUTANTS

COPIED = ("enterprise", "texting", "templates", "tests", "static", "pyproject.toml", "manage.py")
LONGEST_SECONDS = 120
# For the tests of all mutants, one after another.
LONGEST_SECONDS_UNBROKEN = 1800


def main() -> int:
    wanted = [mutant for mutant in MUTANTS if not sys.argv[1:] or sys.argv[1] in mutant.name]
    if not wanted:
        print(f"no mutant’s name holds “{sys.argv[1]}”")
        return 2
    if found := [problem for mutant in wanted for problem in problems(mutant)]:
        print("\n".join(found))
        return 2
    with _services() as addresses, _copy_of_checkout() as copy:
        # Compiled once, by the first run, for that takes longer than most tests; what is broken is compiled anew.
        compiled = {"PYTHONPYCACHEPREFIX": str(copy / ".compiled"), "PYTHONDONTWRITEBYTECODE": ""}
        environment = {**os.environ, **addresses, **compiled, "PYTHONPATH": str(copy)}
        database = _Database(addresses["DATABASE_URL"])
        named = list(dict.fromkeys(mutant.seen_by for mutant in wanted))
        if failures := _run(copy, environment, named, longest=LONGEST_SECONDS_UNBROKEN):
            print(f"nothing is broken yet, but this fails:\n{failures}")
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
    file = copy / mutant.file
    # With its time, by which Python knows what it has compiled.
    whole = file.rename(file.with_suffix(".whole"))
    file.write_text(mutant.break_in(whole.read_text()))
    anew = ["--create-db"] if mutant.is_migration else []
    try:
        told = _run(copy, environment, [*anew, mutant.seen_by])
    finally:
        whole.replace(file)
    # Where the exception was raised, of one test and not while it was made ready.
    is_seen = "FAILED " in told and bool(re.search(rf"^{re.escape(str(copy / 'tests'))}/\S+:\d+: ", told, re.MULTILINE))
    seen = "seen  " if is_seen else "UNSEEN"
    print(f"{seen} {time.monotonic() - started:5.1f} s  {mutant.name} | {mutant.test}", flush=True)
    if not is_seen:
        print(told or "the test passes")
    return is_seen


def _run(copy: Path, environment: dict[str, str], what: list[str], *, longest: int = LONGEST_SECONDS) -> str:
    """What pytest tells of the first test that fails; "" when all pass."""
    # Hypothesis, which none of them uses, takes a second to load.
    options = ["-q", "-x", "-rfE", "--tb=line", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--reuse-db"]
    command = [sys.executable, "-m", "pytest", *options, *what]
    try:
        run = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=longest
        )
    except subprocess.TimeoutExpired:
        return f"the tests came to no end in {longest} s"
    return "" if run.returncode == 0 else f"{run.stdout[-3000:]}{run.stderr[-2000:]}"


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
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [source])
            if not cursor.rowcount:  # no test has asked for it
                return
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
