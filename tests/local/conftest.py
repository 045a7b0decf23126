import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.local.stand_in import StandIn


@contextmanager
def make_project() -> Iterator[StandIn]:
    # Not tmp_path: its parents are closed to the user that PostgreSQL runs as under root.
    root = Path(tempfile.mkdtemp(prefix="stand-in-"))
    root.chmod(0o711)
    project = StandIn(root)
    yield project
    if project.processes():
        project.call("stop")
    project.kill_leftovers()
    shutil.rmtree(root)


@pytest.fixture
def new_project() -> Iterator[StandIn]:
    """As on a fresh clone."""
    with make_project() as project:
        yield project


@pytest.fixture(scope="session")
def used_data() -> Iterator[Path]:
    with make_project() as project:
        project.call("services")
        project.call("stop")
        yield project.data


@pytest.fixture
def project(used_data: Path) -> Iterator[StandIn]:
    """As after an earlier start, because making a database takes longer than most of what is tested."""
    with make_project() as project:
        # With its owners, of whom PostgreSQL's may be another user.
        subprocess.run(["cp", "-a", used_data, project.data], check=True)
        yield project
