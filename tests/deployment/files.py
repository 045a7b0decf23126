"""The Dockerfile, docker-compose.yml and .env.example, read as Docker reads them."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
# What an image has and a machine of ours need not: its programs lie beside the interpreter.
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class Instruction(NamedTuple):
    name: str
    words: str


def dockerfile() -> list[Instruction]:
    text = (CHECKOUT / "Dockerfile").read_text()
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    return [Instruction(*line.split(None, 1)) for line in lines]


def instructions(name: str) -> list[str]:
    return [instruction.words for instruction in dockerfile() if instruction.name == name]


def compose() -> dict:
    return yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())


def command_of(service: str) -> list[str]:
    """What runs in a service: its own command, else the image's."""
    return compose()["services"][service].get("command") or json.loads(instructions("CMD")[0])


def health_command_of(service: str) -> list[str]:
    kind, *words = compose()["services"][service]["healthcheck"]["test"]
    # Compose writes $$ for a $ of the shell's.
    return words if kind == "CMD" else ["/bin/sh", "-c", words[0].replace("$$", "$")]


def seconds(duration: str) -> int:
    return int(re.fullmatch(r"(\d+)s", duration)[1])


def example_environment() -> dict[str, str]:
    lines = (CHECKOUT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def is_ignored(path: Path) -> bool:
    """Whether .dockerignore keeps a path of the checkout out of the image."""
    patterns = [line for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line[:1] not in ("", "#")]
    whole = str(path.relative_to(CHECKOUT))
    return any(
        path.name == pattern[3:] if pattern.startswith("**/") else fnmatch.fnmatch(whole, pattern)
        for pattern in patterns
    )


def build_image(root: Path) -> None:
    """Do what the Dockerfile does to the files of its working directory; installing is not repeated."""
    root.mkdir()
    for copied in instructions("COPY"):
        source, target = (Path(word) for word in copied.split())
        if (CHECKOUT / source).is_dir():
            shutil.copytree(CHECKOUT / source, root / target, ignore=_ignored)
        else:
            shutil.copy(CHECKOUT / source, root / target)
    for command in instructions("RUN"):
        if "manage.py" in command:
            environment = {"PATH": PATH, "HOME": "/nonexistent", "ENTERPRISE_ENV_FILE": ""}
            subprocess.run(["/bin/sh", "-c", command], cwd=root, env=environment, check=True, capture_output=True)


def _ignored(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if is_ignored(Path(folder) / name)}
