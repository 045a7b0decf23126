"""Fixtures over real sockets; nothing here needs Django or a database."""

from collections.abc import Iterator

import pytest

from tests.sandbox.rig import DEFAULTS, FAST, Api, Process, Receiver


@pytest.fixture(scope="session")
def process() -> Iterator[Process]:
    running = Process()
    yield running
    running.stop()


@pytest.fixture
def api(process: Process) -> Api:
    """A client without a session, before a sandbox that has forgotten everything."""
    client = Api(process.url)
    client.box("reset", all=True)
    client.box("settings", **DEFAULTS, **FAST)
    return client


@pytest.fixture
def line(api: Api) -> Api:
    return api.login()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()
