"""What has been played: each run a line of a file, none ever replaced, so that nothing turns a red seed green.

A run is known by its seed, its code, what was played and how many people were texted at once.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADS = (
    *("seed", "code", "played", "people at once", "faults", "kills"),
    *("people texted", "texts accepted", "violations", "seconds"),
)


class Results:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.runs: list[dict[str, Any]] = [json.loads(line) for line in _lines(path)]

    def add(self, run: dict[str, Any]) -> None:
        self.runs.append(run)
        with self._path.open("a") as file:
            file.write(json.dumps(run) + "\n")

    def is_done(self, *, seed: int, code: str, only: str, crowd: int) -> bool:
        """Whether the very same was played whole, and no run of it found anything.

        A part is never a seed done; nor is what was played with code that no commit holds.
        """
        same = [run for run in self.runs if _key(run) == (seed, code, only, crowd)]
        is_known = bool(code) and not code.endswith("+")
        return is_known and not only and bool(same) and not any(run["violations"] for run in same)

    def is_clean(self, code: str) -> bool:
        """Whether no run of this code found anything, whatever it played: one that found something stays."""
        return not any(run["violations"] for run in self.runs if run["code"] == code)

    def table(self) -> Iterator[str]:
        """For the README."""
        yield f"| {' | '.join(HEADS)} |"
        yield "|---" * len(HEADS) + "|"
        for run in sorted(self.runs, key=lambda run: run["seed"]):
            counts = [sum(run["faults"].values()), *(run[key] for key in ("kills", "texts", "accepted"))]
            what = [run["seed"], run["code"], run.get("only") or "all", run.get("crowd", "?")]
            cells = [*what, *counts, len(run["violations"]), round(run["seconds"])]
            yield f"| {' | '.join(map(str, cells))} |"

    def groups(self) -> str:
        """How often each group of faults was played."""
        counts: Counter[str] = Counter()
        for run in self.runs:
            counts.update(run["faults"])
        return ", ".join(f"{group} {count}" for group, count in counts.most_common())


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _key(run: dict[str, Any]) -> tuple[int, str, str, int | None]:
    return run["seed"], run["code"], run.get("only", ""), run.get("crowd")
