import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.stand_in import StandIn


@pytest.fixture
def project() -> Iterator[StandIn]:
    # Not tmp_path: its parents are closed to the user that PostgreSQL runs as under root.
    root = Path(tempfile.mkdtemp(prefix="stand-in-"))
    root.chmod(0o711)
    project = StandIn(root)
    yield project
    project.call("stop")
    project.kill_leftovers()
    shutil.rmtree(root)
