"""Where things are: the checkout, the data folder, the interpreter."""

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from enterprise.local.errors import LocalError

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable


@dataclass(frozen=True)
class DataFolder:
    root: Path

    @classmethod
    def from_environment(cls) -> "DataFolder":
        return cls(Path(os.environ.get("ENTERPRISE_DATA") or CHECKOUT / ".data").resolve())

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def run_lock(self) -> Path:
        return self.root / "run.lock"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    def create(self) -> None:
        # Others may pass through, because PostgreSQL runs as another user under root; what is secret has its own mode.
        for folder in (self.root, self.logs):
            folder.mkdir(mode=0o711, parents=True, exist_ok=True)


def env_file() -> Path | None:
    """Return the file that settings read; None when the environment alone counts."""
    named = os.environ.get("ENTERPRISE_ENV_FILE")
    if named is None:
        return CHECKOUT / ".env"
    return Path(named) if named else None


def find_in_package(package: str, pattern: str) -> Path:
    """Return the one file of an installed package that matches; the package is not imported.

    The packages that bring the servers also bring their own idea of how long a server lives; only their programs are
    used.
    """
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for found in Path(folder).glob(pattern):
            return found
    raise LocalError(f"{package} is not installed for this machine: `make run` installs it into .venv.")
