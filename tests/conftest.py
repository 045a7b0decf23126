"""The cast: riya of Minneapolis, dan of St. Paul, who must see none of Minneapolis, and ada, who sees all."""

import logging
import os
import re
from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.utils import timezone, translation
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests import redis_in_web
from tests.chromium import PLAIN_HTTP, launched
from texting.logs import JsonFormatter

# The secrets, the words of texts and the numbers that fixtures use: passwords of lines and people, session keys,
# webhook secrets; numbers as they are stored, as lines are called and as people type them.
CANARIES = re.compile(
    r"\b(?:password|session|webhook) of line \d|correct horse|a long password|TheSecretOfTheLine"
    r"|Can you work tonight"
    r"|(?:612|651)\)?[ .-]?555[ .-]?\d{4}"
)
# What a line of our own never says, though it would be masked: the mask is for what others quote, a traceback for one.
# No exceptions: a provider's words lose what has a digit before they are told (zipwhip/answers.py).
OURS = ("texting", "enterprise")
FULL_NUMBER = re.compile(r"\+\d{10,15}|(?<!\d)1?\(?(?:612|651)\)?[ .-]?555[ .-]?\d{4}(?!\d)")


# They start a whole system: one worker runs them, one after another, so that one system works at a time. That takes
# longest, so it begins first.
WITH_A_SYSTEM = ("tests/chaos/test_small_set.py", "tests/browser/")
# Files of minutes, not for the end, where one worker would be left alone with them.
LONG = ("tests/deployment/", "tests/example_host/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    first = [item for item in items if item.nodeid.startswith(WITH_A_SYSTEM)]
    long = [item for item in items if item.nodeid.startswith(LONG)]
    rest = [item for item in items if not item.nodeid.startswith(WITH_A_SYSTEM + LONG)]
    half = len(rest) // 2
    items[:] = [*first, *rest[:half], *long, *rest[half:]]


class ByFile(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "with a system" if nodeid.startswith(WITH_A_SYSTEM) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


class Canaries(logging.Handler):
    """Reads what is logged, as production writes it, and remembers which test let something out.

    What we say ourselves it reads before it is masked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.heard_count = 0
        self.found: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.heard_count += 1
        said = record.getMessage() if record.name.partition(".")[0] in OURS else ""
        if canary := CANARIES.search(self.format(record)) or FULL_NUMBER.search(said):
            test = os.environ.get("PYTEST_CURRENT_TEST", "")
            self.found.add(f"{canary[0]!r} logged by {record.name} in {test}")


@pytest.fixture(scope="session", autouse=True)
def canaries() -> Iterator[Canaries]:
    """Whatever the suite does, no secret and no text is logged."""
    heard = Canaries()
    yield heard
    logging.getLogger().removeHandler(heard)
    assert not heard.found


@pytest.fixture(autouse=True)
def canaries_hear(canaries: Canaries) -> None:
    """Each test anew, for what sets up Django or Celery in this process takes the handlers of others away.

    The first, for the mask of the console changes a record for those who come after it.
    """
    handlers = logging.getLogger().handlers
    if handlers[:1] != [canaries]:
        logging.getLogger().removeHandler(canaries)
        handlers.insert(0, canaries)


@pytest.fixture(autouse=True)
def own_language() -> None:
    """In what language the page before was read, and in whose time, is not how the next test reads."""
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(scope="session", autouse=True)
def asked_redis() -> Iterator[list[str]]:
    """Whatever page the suite opens and whatever it posts, no request waits for Redis, for none asks it."""
    with redis_in_web.noting() as asked:
        yield asked
    assert not asked


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """To hash one as production does takes a third of a second; the systems that tests start as processes do so."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all: Playwright runs once in a process."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(django_db_setup) -> Iterator[LiveServer]:
    """Serves the test's own database; middleware reads its settings when a server starts, so they hold from here on."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(**PLAIN_HTTP, STORAGES={**settings.STORAGES, "staticfiles": plain}):
        server = LiveServer("localhost")
        yield server
        server.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit may be cleaned up after by TRUNCATE, which the audit and the events of texts forbid."""
    from django.db import connection

    from tests import emptied

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE administration_auditentry DISABLE TRIGGER administration_audit_no_truncate")
        cursor.execute("ALTER TABLE texting_textevent DISABLE TRIGGER texting_events_no_truncate")
        filled = emptied.what_is_filled()
    with emptied.quickly(filled):
        yield


@pytest.fixture
def minneapolis(db):
    from tests.enterprise.builders import make_branch

    return make_branch("Minneapolis")


@pytest.fixture
def st_paul(db):
    from tests.enterprise.builders import make_branch

    return make_branch("St. Paul")


@pytest.fixture
def riya(minneapolis):
    from tests.enterprise.builders import make_user

    return make_user("riya", branch=minneapolis, first_name="Riya", last_name="Shah")


@pytest.fixture
def dan(st_paul):
    from tests.enterprise.builders import make_user

    return make_user("dan", branch=st_paul, first_name="Dan", last_name="Larsen")


@pytest.fixture
def ada(minneapolis):
    from enterprise.users.roles import ADMINISTRATOR
    from tests.enterprise.builders import make_user

    return make_user("ada", branch=minneapolis, role=ADMINISTRATOR, first_name="Ada", last_name="Bergström")
