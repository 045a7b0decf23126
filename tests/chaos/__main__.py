"""`make chaos`: run after run, each with a seed of its own; what is done is kept, so that it goes on after a stop.

python -m tests.chaos --seeds 1-20 --results chaos.jsonl
python -m tests.chaos --seeds 7 --only "POST answered"
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import django

from tests.chaos import campaign
from tests.chaos.firm import Firm
from tests.chaos.nemesis import FAULTS


def main() -> int:
    arguments = _arguments()
    done = _read(arguments.results)
    faults = [fault for fault in FAULTS if not arguments.only or arguments.only in (fault.name, fault.group)]
    for seed in arguments.seeds:
        if seed in done:
            continue
        print(f"seed {seed}: {len(faults)} faults")
        firm = Firm()
        try:
            firm.start()
            result = campaign.run(firm, faults, seed=seed)
        except BaseException:
            print(f"what all processes wrote is in {firm.folder / 'log'}")
            for name in list(firm.processes):
                firm.kill(name)
            firm.stop_engines()
            raise
        for violation in result.violations:
            print(f"  VIOLATION {violation.invariant}: {violation.what}")
        if result.violations:
            (kept := Path(f"chaos-{seed}.log")).write_bytes((firm.folder / "log").read_bytes())
            print(f"  what all processes wrote is in {kept}")
        firm.stop()
        done[seed] = asdict(result)
        with arguments.results.open("a") as file:
            file.write(json.dumps(done[seed]) + "\n")
    _report(done)
    return int(any(result["violations"] for result in done.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--seeds", type=_seeds, default=_seeds("1-10"), help="7 or 1-20; each takes some minutes")
    parser.add_argument("--only", help="a fault or a group of faults")
    parser.add_argument(
        "--results", type=Path, default=Path("chaos.jsonl"), help="what is done; seeds in it are skipped"
    )
    return parser.parse_args()


def _seeds(words: str) -> range:
    first, _, last = words.partition("-")
    return range(int(first), int(last or first) + 1)


def _read(path: Path) -> dict[int, dict]:
    lines = path.read_text().splitlines() if path.exists() else []
    return {result["seed"]: result for result in map(json.loads, lines)}


def _report(done: dict[int, dict]) -> None:
    faults: Counter[str] = Counter()
    for result in done.values():
        faults.update(result["faults"])
    texts = sum(result["texts"] for result in done.values())
    accepted = sum(result["accepted"] for result in done.values())
    violations = sum(len(result["violations"]) for result in done.values())
    print(f"\nPython {platform.python_version()}, Django {django.__version__}, {platform.machine()}")
    print(f"seeds {min(done)} to {max(done)}: {texts:,} people texted, {accepted:,} texts accepted")
    print(f"{violations} violations; faults:")
    for group, count in faults.most_common():
        print(f"  {count:>5}  {group}")


if __name__ == "__main__":
    sys.exit(main())
