import argparse
import os
import sys

from enterprise.local import chromium, demo, engines, ports, run, throwaway
from enterprise.local.errors import LocalError
from enterprise.local.places import CHECKOUT, PYTHON, DataFolder

# Files of tests side by side, each worker with databases of its own.
MOST_AT_ONCE = 4


def start_services() -> int:
    started = engines.ensure_running(DataFolder.from_environment(), ports.from_environment())
    for name, value in started.addresses.items():
        sys.stdout.write(f"{name}={value}\n")
    return 0


def stop_all() -> int:
    data = DataFolder.from_environment()
    stopped = [*(["`make run`"] if run.stop_run(data) else []), *engines.stop(data)]
    sys.stderr.write(f"Stopped: {', '.join(stopped)}.\n" if stopped else "Nothing was running.\n")
    return 0


def run_tests(arguments: list[str]) -> int:
    """Become pytest, with a browser; the plugin in tests/ starts the databases. All of them run side by side."""
    os.environ["CHROMIUM"] = chromium.find_or_install()
    os.chdir(CHECKOUT)
    # One more than there are processors, for tests wait much: for pages, for the beat, for what is frozen to thaw.
    workers = str(min((os.cpu_count() or 1) + 1, MOST_AT_ONCE))
    # In the order of tests/conftest.py.
    arguments = arguments or ["--numprocesses", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    os.execv(PYTHON, [PYTHON, "-m", "pytest", *arguments])  # noqa: S606 - no shell is the point


COMMANDS = {
    "run": run.run_everything,
    "services": start_services,
    "stop": stop_all,
    "throwaway": throwaway.serve,
    "demo": demo.present,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m enterprise.local")
    parser.add_argument("command", choices=[*COMMANDS, "test"])
    options, arguments = parser.parse_known_args()
    try:
        if options.command == "test":
            return run_tests(arguments)
        if arguments:
            parser.error(f"{options.command} takes no arguments")
        return COMMANDS[options.command]()
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except PermissionError as error:
        sys.stderr.write(
            f"{error.filename or 'Something needed'} belongs to another user: take ownership of it, or name another"
            " data folder with ENTERPRISE_DATA.\n"
        )
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
