"""`make audit`: dangerous code by bandit, known holes in the locked dependencies by pip-audit.

Fails on a finding that nobody has given a reason for, and on a known hole. Where the advisories cannot be reached it
says that they were not asked, and never that all is well.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from enterprise.local.places import CHECKOUT

CODE = ("enterprise", "texting")
# Importing subprocess is no finding; each call of it is one (B603 to B607).
NOT_ASKED = "B404"
LOCK = "requirements-dev.txt"
SECONDS = 180


def main() -> int:
    is_code_fine = scan_code()
    return 0 if scan_dependencies() and is_code_fine else 1


def scan_code() -> bool:
    command = ["bandit", "--quiet", "--recursive", *CODE, "--format", "json", "--skip", NOT_ASKED]
    report = json.loads(_run(command).stdout)
    unexplained = [found for found in report["results"] if not _has_reason(found)]
    for found in [*unexplained, *report["errors"]]:
        where = f"{found['filename']}:{found.get('line_number', 0)}"
        sys.stdout.write(f"{where}: {found.get('test_id', '')} {found.get('issue_text') or found.get('reason')}\n")
    if not unexplained and not report["errors"]:
        sys.stdout.write(
            f"bandit: nothing in {report['metrics']['_totals']['loc']:,} lines without a reason beside it.\n"
        )
    return not unexplained and not report["errors"]


def _has_reason(found: dict[str, Any]) -> bool:
    """Whether the statement has a reason for ruff, whose S603 is bandit's B603: "noqa: S603 - our own command line"."""
    lines = Path(CHECKOUT, found["filename"]).read_text().splitlines()
    first, last = min(found["line_range"]), max(found["line_range"])
    reason = re.compile(rf"# noqa: S{found['test_id'][1:]} - \w")
    # The comment stands on the line where the statement or its string ends.
    return any(reason.search(line) for line in lines[first - 1 : last + 1])


def scan_dependencies() -> bool:
    command = [
        "pip-audit",
        "--format",
        "json",
        "--progress-spinner",
        "off",
        "--disable-pip",
        "--require-hashes",
        "-r",
        LOCK,
    ]
    try:
        answer = _run(command)
    except subprocess.TimeoutExpired:
        return _say_not_run(f"no answer within {SECONDS} seconds")
    try:
        asked: list[dict[str, Any]] = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _say_not_run(answer.stderr.strip().splitlines()[-1] if answer.stderr.strip() else "no answer")
    return judge(asked)


def judge(asked: list[dict[str, Any]]) -> bool:
    """Say what pip-audit found; False for a known hole."""
    known = [one for one in asked if "skip_reason" not in one]
    if not known:
        return _say_not_run("the package index here knows no advisories")
    for one in known:
        for hole in one["vulns"]:
            fixed = ", ".join(hole["fix_versions"]) or "no version yet"
            sys.stdout.write(f"{one['name']} {one['version']}: {hole['id']}, mended in {fixed}\n")
    not_asked = f", {len(asked) - len(known)} unknown to the index" if len(known) < len(asked) else ""
    count = sum(len(one["vulns"]) for one in known)
    sys.stdout.write(f"pip-audit: {count} known holes in {len(known)} dependencies{not_asked}.\n")
    return not count


def _say_not_run(why: str) -> bool:
    sys.stdout.write(f"pip-audit: NOT RUN: {why}. Nothing is known about holes in the dependencies.\n")
    return True


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).parent / command[0])
    return subprocess.run(  # noqa: S603 - our own command line
        [program, *command[1:]], capture_output=True, text=True, check=False, cwd=CHECKOUT, timeout=SECONDS
    )


if __name__ == "__main__":
    sys.exit(main())
