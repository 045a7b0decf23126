"""Give a test run its own PostgreSQL and Valkey, unless the environment names some.

Loaded before pytest-django reads the settings. `.env` is never read: tests are the same for everyone.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
SETTINGS = {
    "ENTERPRISE_ENV_FILE": "",
    "DEBUG": "False",
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "TEXTING_KEYS": "test:" + base64.b64encode(bytes(range(32))).decode(),
    "PUBLIC_URL": "http://testserver",
    "ZIPWHIP_URL": "http://127.0.0.1:1",
    "ZIPWHIP_APP_URL": "http://127.0.0.1:1",
}


class Services:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "enterprise.local", "throwaway"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
            # Ctrl-C is for the tests alone: they still need the database to finish.
            start_new_session=True,
        )

    def read_addresses(self) -> dict[str, str]:
        line = self._process.stdout.readline()
        if not line:
            raise pytest.UsageError("The tests have no PostgreSQL and Valkey: see the message above.")
        return json.loads(line)

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


# Around the others, since pytest-django's own first step is to import the settings.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    os.environ.update(SETTINGS, TEXTING_SPOOL=tempfile.mkdtemp(prefix="spool-"))
    early_config.add_cleanup(lambda: shutil.rmtree(os.environ["TEXTING_SPOOL"], ignore_errors=True))
    if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        services = Services()
        early_config.add_cleanup(services.stop)
        for name, value in services.read_addresses().items():
            os.environ.setdefault(name, value)
    # Tests side by side share the servers: pytest-django names a database for each, and this a Valkey's.
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("/")[0] + "/" + worker.removeprefix("gw")
    return (yield)
