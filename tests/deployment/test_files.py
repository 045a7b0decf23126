"""docker-compose.yml and the Dockerfile, as far as they can be checked without Docker."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.deployment import files
from texting import conf

SCHEMA = Path(__file__).parent / "compose-spec/compose-spec.json"
OURS = ("migrate", "web", "runner", "worker", "beat", "sandbox")


def test_compose_file_follows_the_compose_specification():
    jsonschema.validate(files.compose(), json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("service", OURS)
def test_our_services_are_one_image_that_can_write_nowhere_and_has_no_privileges(service):
    facts = files.compose()["services"][service]

    assert (facts["image"], facts["read_only"], facts["cap_drop"]) == ("enterprise-texting", True, ["ALL"])
    assert "privileged" not in facts


@pytest.mark.parametrize("service", ["web", "runner", "worker", "beat"])
def test_what_works_waits_until_migrating_has_succeeded_and_comes_back_after_a_crash(service):
    facts = files.compose()["services"][service]

    assert facts["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert facts["restart"] == "unless-stopped"


def test_migrating_happens_once():
    assert files.compose()["services"]["migrate"]["restart"] == "no"


@pytest.mark.parametrize("service", sorted(set(files.compose()["services"]) - {"migrate"}))
def test_every_service_that_stays_has_a_health_check(service):
    assert files.health_command_of(service)


def test_patience_with_a_runner_exceeds_the_longest_post():
    grace = files.seconds(files.compose()["services"]["runner"]["stop_grace_period"])

    assert conf.LEASE_RESERVE.total_seconds() < grace < conf.LEASE.total_seconds()


def test_no_secret_stands_in_the_file():
    services = files.compose()["services"].values()
    given = {name: value for facts in services for name, value in facts.get("environment", {}).items()}

    assert all(value.startswith("${") for name, value in given.items() if name.endswith(("PASSWORD", "AUTH")))
    assert "${POSTGRES_PASSWORD" in given["DATABASE_URL"]
    assert "${REDIS_PASSWORD" in given["REDIS_URL"]


def test_what_compose_fills_in_is_in_the_example():
    wanted = set(re.findall(r"\$\{(\w+):\?", (files.CHECKOUT / "docker-compose.yml").read_text()))

    assert wanted == {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert wanted <= set(files.example_environment())


def test_redis_keeps_what_it_was_told_and_refuses_rather_than_forgets():
    command = " ".join(files.command_of("redis"))

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_every_volume_that_is_used_is_declared_and_none_is_declared_in_vain():
    services = files.compose()["services"].values()
    used = {volume.split(":")[0] for facts in services for volume in facts.get("volumes", [])}

    assert used == set(files.compose()["volumes"])


def test_image_does_not_run_as_root():
    assert int(files.instructions("USER")[-1]) > 0


def test_all_that_is_copied_into_the_image_is_there_and_none_of_it_is_ignored():
    for copied in files.instructions("COPY"):
        source = files.CHECKOUT / copied.split()[0]
        assert source.exists()
        assert not files.is_ignored(source)


@pytest.mark.parametrize("name", [".env", ".git", ".data", "tests"])
def test_what_is_private_stays_out_of_the_image(name):
    assert files.is_ignored(files.CHECKOUT / name)


@pytest.mark.parametrize("service", OURS)
def test_the_program_of_each_command_exists(service):
    assert shutil.which(files.command_of(service)[0], path=files.PATH)


def test_the_example_names_every_setting_that_a_start_insists_on():
    settings = (files.CHECKOUT / "enterprise/settings.py").read_text()
    wanted = set(re.findall(r'required\("(\w+)"\)', settings))

    assert wanted
    assert wanted <= set(files.example_environment())


@pytest.mark.parametrize("file", [".env.example", "README.md"])
def test_every_variable_that_the_settings_read_is_explained(file):
    settings = (files.CHECKOUT / "enterprise/settings.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|required|environ\.get)\("([A-Z_]+)"', settings)) - {"ENTERPRISE_ENV_FILE"}

    assert len(read) > 15
    assert [name for name in sorted(read) if name not in (files.CHECKOUT / file).read_text()] == []
