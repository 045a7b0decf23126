from unittest import mock

from django.contrib.auth import user_logged_in
from django.test import Client


def client_of(user) -> Client:
    """A client in which `user` is signed in; nobody did sign in, so the audit tells of nothing."""
    client = Client()
    with mock.patch.object(user_logged_in, "send"):
        client.force_login(user)
    return client
