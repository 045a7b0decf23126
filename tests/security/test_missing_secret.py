"""A missing secret stops the start, and says so in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "manage.py", "check"],
        [str(PROGRAMS / "celery"), "-A", "enterprise", "worker"],
        [str(PROGRAMS / "celery"), "-A", "enterprise", "beat"],
        [str(PROGRAMS / "gunicorn"), "--config", "python:enterprise.gunicorn"],
    ],
)
def test_the_start_says_what_is_missing_and_nothing_else(command):
    nothing_set = {"PATH": os.environ["PATH"], "ENTERPRISE_ENV_FILE": ""}

    said = subprocess.run(command, cwd=PROJECT, env=nothing_set, capture_output=True, text=True, timeout=60)

    assert said.returncode == 1
    words = "SECRET_KEY is not set: put it into the environment or .env (see .env.example)."
    assert said.stderr.strip().removeprefix("Error: ") == words
