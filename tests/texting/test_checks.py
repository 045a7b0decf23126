"""What a host has forgotten is said at its start."""

import pytest
from django.apps import apps
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.checks import run_checks

from texting import seam
from texting.checks import host_is_complete, provider_is_reached_encrypted

LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"

IN_THE_CLEAR = [
    "http://api.zipwhip.com", "HTTP://API.ZIPWHIP.COM/v1", "http://localhost.example.com", "http://127.0.0.1.nip.io",
    "http://8.8.8.8:9900", "http://10.0.0.7", "http://134744072", "http://0x8080808", "http://[2001:db8::1]:80",
]  # fmt: skip
SAFE = [
    "https://api.zipwhip.com", "http://localhost:9900", "http://127.0.0.1:9900", "http://127.8.9.10", "http://[::1]:80",
    "http://sandbox:9900",
]  # fmt: skip


class OurOwn(LoginRequiredMiddleware):
    pass


def complaints() -> list[str]:
    return [complaint.id for complaint in host_is_complete(None)]


def test_a_complete_host_hears_nothing():
    assert complaints() == []


def test_a_missing_app_is_named(monkeypatch):
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "django.contrib.humanize")

    assert [complaint.msg for complaint in host_is_complete(None)] == [
        "django.contrib.humanize is not in INSTALLED_APPS."
    ]


def test_missing_middleware_is_named_and_a_class_made_from_it_will_do(settings):
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if path != LOGIN_REQUIRED]
    assert complaints() == ["texting.E002"]

    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.OurOwn"]
    assert complaints() == []


@pytest.mark.parametrize(
    ("name", "value"), [("KEYS", "no key"), ("LOG_SINK", "nowhere.log"), ("LOG_READER", None), ("SPOOL", None)]
)
def test_a_setting_that_is_missing_or_wrong_is_named(settings, name, value):
    changed = {**settings.TEXTING, name: value}
    settings.TEXTING = {key: given for key, given in changed.items() if given is not None}

    (complaint,) = host_is_complete(None)
    assert (complaint.id, f"“{name}”" in complaint.msg) == ("texting.E004", True)


def test_a_host_that_registers_nothing_is_warned(monkeypatch):
    monkeypatch.setattr(seam, "_record_types", {})
    monkeypatch.setattr(seam, "_owner_kinds", {})

    assert complaints() == ["texting.W001", "texting.W002"]


def test_another_database_than_postgresql_is_refused(settings):
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}

    assert complaints() == ["texting.E003"]


@pytest.mark.parametrize(
    ("url", "said"), [*((url, ["texting.E005"]) for url in IN_THE_CLEAR), *((u, []) for u in SAFE)]
)
def test_before_a_deployment_a_provider_reached_in_the_clear_is_refused(settings, url, said):
    settings.TEXTING = {**settings.TEXTING, "PROVIDERS": {"zipwhip": {"url": url, "app_url": url}}}

    complaints = [one for one in run_checks(include_deployment_checks=True) if one.id.startswith("texting.")]
    assert [one.id for one in complaints] == said
    assert complaints == provider_is_reached_encrypted(None)


@pytest.mark.parametrize("providers", [{}, {"zipwhip": {"url": "http://[", "app_url": ""}}])
def test_an_address_that_is_none_is_for_others_to_complain_of(settings, providers):
    settings.TEXTING = {**settings.TEXTING, "PROVIDERS": providers}

    assert provider_is_reached_encrypted(None) == []
