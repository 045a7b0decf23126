import pytest
from django.conf import settings as django_settings
from django.test import Client


@pytest.fixture(autouse=True)
def _plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False
    settings.FRAME_STRICT = True
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**django_settings.STORAGES, "staticfiles": storage}


@pytest.fixture
def as_user():
    """A client in which that user is signed in."""

    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in
