"""The cast: riya of Minneapolis, dan of St. Paul, who must see none of Minneapolis, and ada, who sees all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import launched


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all: Playwright runs once in a process."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit are cleaned up after by TRUNCATE, which the audit forbids."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE administration_auditentry DISABLE TRIGGER administration_audit_no_truncate")


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
