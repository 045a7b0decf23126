import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.local.stand_in import StandIn


@contextmanager
def made_project() -> Iterator[StandIn]:
    # Not tmp_path: its parents are closed to the user that PostgreSQL runs as under root.
    root = Path(tempfile.mkdtemp(prefix="stand-in-"))
    root.chmod(0o711)
    project = StandIn(root)
    yield project
    project.end_everything()
    shutil.rmtree(root)


@pytest.fixture
def new_project() -> Iterator[StandIn]:
    """As on a fresh clone."""
    with made_project() as project:
        yield project


@pytest.fixture(scope="session")
def used_project() -> Iterator[StandIn]:
    with made_project() as project:
        # In place of the real one, which takes long to start, twice; a new project has it.
        (project.root / "celery.py").write_text("import time\ntime.sleep(1000)\n")
        project.call("services")
        yield project


@pytest.fixture
def project(used_project: StandIn) -> Iterator[StandIn]:
    """As after an earlier start: with a database, which takes longer to make than most of what is tested."""
    used_project.end_everything()
    (used_project.root / ".env").unlink(missing_ok=True)
    yield used_project
    used_project.end_everything()
