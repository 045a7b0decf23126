import os
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from tests.local.stand_in import StandIn, wait_for

linux = pytest.mark.skipif(not os.path.exists("/proc"), reason="The kernel has to tell, and Linux does")


def wait_until_up(project: StandIn, run: subprocess.Popen[str]) -> None:
    wait_for(lambda: "Ctrl-C stops everything." in project.output() or run.poll() is not None)
    assert run.poll() is None, project.output()


def ended(project: StandIn, run: subprocess.Popen[str]) -> int:
    """Wait for the end; when there is none, say what was going on."""
    try:
        return run.wait(timeout=90)
    except subprocess.TimeoutExpired:
        pytest.fail(f"It does not end:\n{project.output()}\nStill there: {project.processes()}")


def test_everything_comes_up_and_a_stop_signal_leaves_nothing(new_project: StandIn):
    web = f"http://127.0.0.1:{new_project.environment['WEB_PORT']}"
    run = new_project.run_in_background()
    wait_until_up(new_project, run)

    assert "Sign in as anna" in new_project.output()
    assert f"Enterprise:       {web}\n" in new_project.output()
    assert f" runner  | PUBLIC_URL is {web}\n" in new_project.output()
    with urllib.request.urlopen(web) as answer:
        assert answer.read() == b"hello"
    assert "already running in another terminal" in new_project.call("run").stderr

    run.send_signal(signal.SIGINT)

    assert ended(new_project, run) == 0, new_project.output()
    assert new_project.processes() == {}
    assert new_project.output().endswith("Everything is stopped; the data is kept for the next time.\n")


def test_when_one_program_ends_it_is_named_and_the_rest_is_stopped(project: StandIn):
    run = project.run_in_background(RUNNER_LIVES="0.3")

    assert ended(project, run) == 1
    assert "runner stopped (rc=3)" in project.output()
    assert project.processes() == {}


@pytest.mark.parametrize("step", ["migrate", "load_demo"])
def test_a_failing_step_is_shown_and_the_rest_is_stopped(project: StandIn, step: str):
    run = project.run_in_background(FAILING=step)

    assert ended(project, run) == 1
    assert "there is no such firm" in project.output()
    assert project.processes() == {}


def test_a_stop_signal_while_the_programs_are_being_started_leaves_nothing(project: StandIn):
    run = project.run_in_background()
    wait_for(lambda: "started (pid=" in project.output())

    run.send_signal(signal.SIGTERM)

    assert ended(project, run) == 0, project.output()
    assert project.processes() == {}


def test_services_that_ran_before_stay_and_stop_ends_all(project: StandIn):
    project.call("services")
    services = project.processes()
    run = project.run_in_background()
    wait_until_up(project, run)

    # Closing the terminal.
    run.send_signal(signal.SIGHUP)
    assert ended(project, run) == 0, project.output()

    assert project.processes() == services
    assert "PostgreSQL, Valkey" in project.call("stop").stderr
    assert project.processes() == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@linux
def test_a_signal_to_make_alone_stops_everything(project: StandIn, number: signal.Signals):
    make = project.run_in_background(by_make=True)
    wait_until_up(project, make)

    make.send_signal(number)

    assert ended(project, make) != 0
    wait_for(lambda: not project.processes())


@linux
@linux
def test_a_parent_that_is_no_make_may_block_signals_as_it_likes(project: StandIn):
    run = project.run_in_background(MAKELEVEL="1")
    wait_until_up(project, run)

    # As Python does for a moment whenever it starts a process.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        time.sleep(1)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGHUP})

    assert run.poll() is None, project.output()


def test_a_killed_run_takes_its_programs_along_and_the_next_one_starts(project: StandIn):
    run = project.run_in_background()
    wait_until_up(project, run)

    run.kill()
    run.wait()

    wait_for(lambda: not any("gunicorn" in line or "celery" in line for line in project.processes().values()))
    again = project.run_in_background()
    wait_until_up(project, again)
    assert project.call("stop").stderr == "Stopped: `make run`, PostgreSQL, Valkey.\n"
    assert again.wait(timeout=90) == 0
    assert project.processes() == {}


@pytest.mark.parametrize("variable", ["WEB_PORT", "SANDBOX_PORT"])
def test_a_busy_port_stops_the_run_before_anything_is_started(new_project: StandIn, variable: str):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(new_project.environment[variable])))
        other.listen()

        result = new_project.call("run")

    assert result.returncode == 1
    assert f"choose another port with {variable}" in result.stderr
    assert new_project.processes() == {}
