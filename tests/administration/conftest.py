import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.signed_in import client_of


@pytest.fixture(autouse=True)
def _plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False
    settings.FRAME_STRICT = True
    files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**django_settings.STORAGES, "staticfiles": files}


@pytest.fixture
def as_user():
    """A client in which that user is signed in."""

    return client_of


@pytest.fixture
def as_ada(as_user, ada):
    return as_user(ada)


@pytest.fixture
def count_queries():
    """How many queries a call makes, after one that warms the caches."""

    def count(call):
        call()
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count
