"""Run each mutant in a copy of the checkout, against one PostgreSQL and Valkey; 0 when the tests saw all of them.

python -m tests.mutants ["part of a name"]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.mutants import MUTANTS, Mutant

CHECKOUT = Path(__file__).resolve().parents[2]
COPIED = ("enterprise", "texting", "templates", "tests", "static", "pyproject.toml", "manage.py")


def main() -> int:
    wanted = [mutant for mutant in MUTANTS if not sys.argv[1:] or sys.argv[1] in mutant.name]
    services = subprocess.Popen(
        [sys.executable, "-m", "enterprise.local", "throwaway"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    addresses = json.loads(services.stdout.readline())
    unseen = []
    try:
        for mutant in wanted:
            started = time.monotonic()
            seen = _is_seen(mutant, addresses)
            print(f"{'seen  ' if seen else 'UNSEEN'} {time.monotonic() - started:5.1f} s  {mutant.name}")
            if not seen:
                unseen.append(mutant)
    finally:
        services.stdin.close()
        services.wait(60)
    print(f"{len(wanted) - len(unseen)} of {len(wanted)} mutants seen")
    return int(bool(unseen))


def _is_seen(mutant: Mutant, addresses: dict[str, str]) -> bool:
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = CHECKOUT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
            elif source.exists():
                shutil.copy(source, copy / name)
        _break(copy / "texting" / mutant.file, mutant)
        tests = [path for name in mutant.tests if (path := copy / "tests" / "texting" / name).exists()]
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *map(str, tests)]
        run = subprocess.run(
            command,
            cwd=copy,
            env={**os.environ, **addresses, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode not in (0, 1):
        raise SystemExit(f"{mutant.name}: the tests did not run:\n{run.stdout[-3000:]}{run.stderr[-2000:]}")
    return run.returncode == 1


def _break(path: Path, mutant: Mutant) -> None:
    code = path.read_text()
    if code.count(mutant.old) != 1:
        raise SystemExit(f"{mutant.name}: {path.name} has changed; what is to be broken is not there once.")
    path.write_text(code.replace(mutant.old, mutant.new))


if __name__ == "__main__":
    sys.exit(main())
