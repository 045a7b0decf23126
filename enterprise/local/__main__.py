import argparse
import sys
from collections.abc import Callable

from enterprise.local import engines, ports, throwaway
from enterprise.local.errors import LocalError
from enterprise.local.places import DataFolder


def start_services() -> int:
    started = engines.ensure_running(DataFolder.from_environment(), ports.from_environment())
    for name, value in started.addresses.items():
        sys.stdout.write(f"{name}={value}\n")
    return 0


def stop_all() -> int:
    stopped = engines.stop(DataFolder.from_environment())
    sys.stderr.write(f"Stopped: {', '.join(stopped)}.\n" if stopped else "Nothing was running.\n")
    return 0


COMMANDS: dict[str, Callable[[], int]] = {
    "services": start_services,
    "stop": stop_all,
    "throwaway": throwaway.serve,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m enterprise.local")
    parser.add_argument("command", choices=COMMANDS)
    command = COMMANDS[parser.parse_args().command]
    try:
        return command()
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
