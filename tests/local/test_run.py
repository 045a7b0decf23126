import os
import signal
import socket
import urllib.request

import pytest

from tests.local.stand_in import StandIn, wait_for

NAMES = ("sandbox", "migrate", "demo", "web", "runner", "worker", "beat")


def test_everything_comes_up_and_a_stop_signal_leaves_nothing(project: StandIn):
    web = f"http://127.0.0.1:{project.environment['WEB_PORT']}"
    run = project.run_in_background()
    wait_for(lambda: "Ctrl-C stops everything." in project.output() or run.poll() is not None)

    assert "Sign in as anna" in project.output()
    assert f"Enterprise:       {web}\n" in project.output()
    assert f"runner   | PUBLIC_URL is {web}\n" in project.output()
    with urllib.request.urlopen(web) as answer:
        assert answer.read() == b"hello"
    assert "already running in another terminal" in project.call("run").stderr

    run.send_signal(signal.SIGINT)

    assert run.wait(timeout=30) == 0, project.output()
    assert project.processes() == {}
    assert project.output().endswith("Everything is stopped; the data is kept for the next time.\n")


def test_when_one_program_ends_it_is_named_and_the_rest_is_stopped(project: StandIn):
    run = project.run_in_background(RUNNER_LIVES="0.3")

    assert run.wait(timeout=30) == 1
    assert "runner ended with code 3, so everything else is stopped" in project.output()
    assert project.processes() == {}


def test_services_that_ran_before_stay_and_stop_ends_all(project: StandIn):
    project.call("services")
    services = project.processes()
    run = project.run_in_background()
    wait_for(lambda: "Ctrl-C stops everything." in project.output() or run.poll() is not None)

    # Closing the terminal.
    run.send_signal(signal.SIGHUP)
    assert run.wait(timeout=30) == 0, project.output()

    assert project.processes() == services
    assert "PostgreSQL, Valkey" in project.call("stop").stderr
    assert project.processes() == {}


@pytest.mark.skipif(not os.path.exists("/proc"), reason="Only Linux ends a process with its parent")
def test_a_killed_run_takes_its_programs_along_and_the_next_one_starts(project: StandIn):
    run = project.run_in_background()
    wait_for(lambda: "Ctrl-C stops everything." in project.output() or run.poll() is not None)

    run.kill()
    run.wait()

    wait_for(lambda: not any("gunicorn" in line or "celery" in line for line in project.processes().values()))
    again = project.run_in_background()
    wait_for(lambda: "Ctrl-C stops everything." in project.output() or again.poll() is not None)
    assert project.call("stop").stderr == "Stopped: `make run`, PostgreSQL, Valkey.\n"
    assert again.wait(timeout=30) == 0
    assert project.processes() == {}


@pytest.mark.parametrize("variable", ["WEB_PORT", "SANDBOX_PORT"])
def test_a_busy_port_stops_the_run_before_anything_is_started(project: StandIn, variable: str):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(project.environment[variable])))
        other.listen()

        result = project.call("run")

    assert result.returncode == 1
    assert f"choose another port with {variable}" in result.stderr
    assert project.processes() == {}
