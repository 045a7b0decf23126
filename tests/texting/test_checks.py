"""What a host has forgotten is said at its start."""

import pytest
from django.apps import apps
from django.contrib.auth.middleware import LoginRequiredMiddleware

from texting import seam
from texting.checks import host_is_complete

LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"


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
