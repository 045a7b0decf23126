"""A sandbox behind texting's own client, and owners of lines of two kinds."""

import pytest
from django.contrib.auth.models import Permission

from enterprise.users.models import User
from tests.free_ports import free_port
from tests.sandbox.rig import DEFAULTS, FAST, Api, Process
from texting import lines, seam

NUMBER = "+16125550100"
PASSWORD = "correct horse 42"


class Owners:
    def __init__(self, key, label, names):
        self.key, self.label, self._names = key, label, names
        self.gone = set()

    def choices(self):
        return [(owner_id, name) for owner_id, name in self._names.items() if owner_id not in self.gone]

    def names(self, ids):
        return {owner_id: self._names[owner_id] for owner_id in ids if owner_id in self._names}

    def owners_for(self, user):
        return []


@pytest.fixture(scope="session")
def sandbox():
    running = Process("--line", f"{NUMBER}:{PASSWORD}")
    yield running
    running.stop()


@pytest.fixture
def zipwhip(sandbox, settings, people):
    """ZipWhip with one line whose password is checked; any other line takes every password."""
    box = Api(sandbox.url)
    box.box("reset", all=True)
    box.box("settings", **DEFAULTS, **FAST)
    box.box("lines", line=NUMBER, password=PASSWORD)
    use(settings, sandbox.url)
    return box


@pytest.fixture
def nowhere(settings, people):
    """No ZipWhip at all."""
    use(settings, f"http://127.0.0.1:{free_port()}")


def use(settings, url):
    urls = {"zipwhip": {"url": url, "app_url": "https://app.example.com"}}
    settings.TEXTING = {**settings.TEXTING, "PROVIDERS": urls}


@pytest.fixture
def owners(people, monkeypatch):
    kinds = {
        "servicerep": Owners("servicerep", "ServiceRep", {7: "Dan Larsen", 8: "Mei Chen"}),
        "branch": Owners("branch", "Branch", {1: "Minneapolis", 2: "St. Paul"}),
    }
    monkeypatch.setattr(seam, "_owner_kinds", kinds)
    return kinds


@pytest.fixture
def ada(db):
    ada = User.objects.create_user("ada", password="a long password", first_name="Ada", last_name="Berg")
    grant(ada, "manage_lines", "change_textingsettings")
    return ada


def grant(user, *codenames):
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="texting", codename__in=codenames))


def credentials(number=NUMBER, password=PASSWORD, owner=("branch", 1), username=""):
    return lines.Credentials(seam.Owner(*owner), number, username or number.removeprefix("+"), password)
