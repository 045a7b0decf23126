import os
import re
import socket
import stat

import psycopg2
import pytest
import redis

from tests.free_ports import free_port
from tests.local.stand_in import StandIn


def addresses(output: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in output.splitlines())


def test_services_prints_the_two_addresses_and_nothing_else(project: StandIn):
    result = project.call("services")

    assert re.fullmatch(r"DATABASE_URL=postgres://\S+\nREDIS_URL=redis://\S+\n", result.stdout), result
    found = addresses(result.stdout)
    with psycopg2.connect(found["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION pg_trgm")
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SELECT lower('ÉÑ'), 'Ñandú' ILIKE 'ñ%'")
        assert cursor.fetchone() == ("éñ", True)
    connection.close()
    settings = redis.Redis.from_url(found["REDIS_URL"]).config_get()
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["appendonly"] == "yes"


def test_a_statement_that_fails_leaves_no_number_in_postgresqls_log(project: StandIn):
    connection = psycopg2.connect(addresses(project.call("services").stdout)["DATABASE_URL"])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE held (number text UNIQUE); INSERT INTO held VALUES ('+16125550134')")
        with pytest.raises(psycopg2.errors.UniqueViolation):
            cursor.execute("INSERT INTO held VALUES ('+16125550134')")
    connection.close()

    (log,) = project.data.rglob("postgres.log")
    told = log.read_text()
    assert "duplicate key" in told
    assert "6125550134" not in told


def test_services_started_twice_are_the_same_ones(project: StandIn):
    first = project.call("services")
    running = project.processes().keys()

    second = project.call("services")

    assert second.stdout == first.stdout
    assert project.processes().keys() == running


def test_stop_leaves_nothing_running_and_the_data_is_kept(project: StandIn):
    with psycopg2.connect(addresses(project.call("services").stdout)["DATABASE_URL"]) as connection:
        connection.cursor().execute("CREATE TABLE kept (id int)")
    connection.close()

    assert project.call("stop").stderr == "Stopped: PostgreSQL, Valkey.\n"
    assert project.processes() == {}
    assert project.call("stop").stderr == "Nothing was running.\n"

    with psycopg2.connect(addresses(project.call("services").stdout)["DATABASE_URL"]) as connection:
        connection.cursor().execute("SELECT * FROM kept")
    connection.close()


@pytest.mark.parametrize("variable", ["POSTGRES_PORT", "VALKEY_PORT"])
def test_a_busy_port_is_named_with_the_variable_that_changes_it(new_project: StandIn, variable: str):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(new_project.environment[variable])))
        other.listen()

        result = new_project.call("services")

    assert result.returncode == 1
    assert f"Port {new_project.environment[variable]}" in result.stderr
    assert f"choose another port with {variable}" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert new_project.processes() == {}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "POSTGRES_PORT must be a port from 1 to 65535, not 'abc'."),
        ("70000", "POSTGRES_PORT must be a port from 1 to 65535, not '70000'."),
        ("8000", "POSTGRES_PORT and WEB_PORT are both 8000; each needs its own port."),
    ],
)
def test_a_port_that_can_not_be_is_refused(new_project: StandIn, value: str, message: str):
    result = new_project.call("services", POSTGRES_PORT=value, WEB_PORT="8000")

    assert result.stderr == message + "\n"


def test_another_port_for_running_services_is_refused(project: StandIn):
    project.call("services")

    result = project.call("services", VALKEY_PORT=str(free_port()))

    assert "run `make stop` first" in result.stderr


def test_half_a_database_folder_is_made_again(new_project: StandIn):
    interrupted = new_project.data / "postgres.making-123456/data/base"
    interrupted.mkdir(parents=True)
    damaged = new_project.data / "postgres/base"
    damaged.mkdir(parents=True)

    result = new_project.call("services")

    assert len(addresses(result.stdout)) == len(result.stdout.splitlines()) == 2, result.stderr
    assert not interrupted.exists()
    # Nothing a person might miss is deleted.
    assert [path.name for path in new_project.data.glob("postgres.broken-*/*")] == ["base"]


def test_services_come_up_again_after_a_crash_although_their_process_ids_are_taken(project: StandIn):
    first = project.call("services")
    project.kill_leftovers()
    # As after a restart of the machine: the process id in the file belongs to somebody else by now.
    pid_file = project.data / "postgres/postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    assert project.call("services").stdout == first.stdout


def test_data_of_another_postgresql_is_left_alone(new_project: StandIn):
    new_project.data.joinpath("postgres").mkdir(parents=True)
    new_project.data.joinpath("postgres/PG_VERSION").write_text("17\n")

    result = new_project.call("services")

    assert "was made by PostgreSQL 17 and this is 18" in result.stderr
    assert new_project.data.joinpath("postgres/PG_VERSION").read_text() == "17\n"


def test_the_first_start_writes_an_env_file_that_only_its_owner_can_read(project: StandIn):
    output = project.call("services").stdout
    env = project.root / ".env"

    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    lines = env.read_text().splitlines()
    assert set(output.splitlines()) <= set(lines)
    assert "DEBUG=True" in lines
    assert any(re.fullmatch(r"TEXTING_KEYS=2026a:[A-Za-z0-9+/]{43}=", line) for line in lines)


def test_what_a_person_wrote_into_the_env_file_stays(project: StandIn):
    env = project.root / ".env"
    env.write_text("DATABASE_URL=postgres://me@127.0.0.1:5432/mine\n")

    project.call("services")

    assert env.read_text() == "DATABASE_URL=postgres://me@127.0.0.1:5432/mine\n"


def test_new_data_changes_only_the_addresses_in_the_env_file(project: StandIn):
    project.call("services")
    env = project.root / ".env"
    before = env.read_text().splitlines()
    project.call("stop")
    project.data.rename(project.root / "moved-away")

    after = project.call("services").stdout.splitlines()

    assert env.read_text().splitlines() == [
        {"DATABASE_URL": after[0], "REDIS_URL": after[1]}.get(line.split("=")[0], line) for line in before
    ]
