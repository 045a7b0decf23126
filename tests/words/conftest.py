import pytest
from django.conf import settings as django_settings

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
