"""Generated secrets, and the `.env` that lets `manage.py` be called by hand."""

import base64
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from enterprise.local.errors import LocalError

# Only files that begin so are ever changed: what a person wrote stays as it is.
MARK = "# Written by the first `make run`; yours to edit."


@dataclass(frozen=True)
class Keys:
    postgres_password: str
    valkey_password: str
    secret_key: str
    texting_keys: str


def load(path: Path) -> Keys:
    """Return the secrets of this data folder, made on the first call."""
    try:
        return Keys(**json.loads(path.read_text()))
    except FileNotFoundError:
        keys = generate()
        write_private(path, json.dumps(asdict(keys), indent=2) + "\n")
        return keys
    except (ValueError, TypeError) as error:
        raise LocalError(f"{path} is damaged: restore it, or delete its folder to start with new data.") from error


def generate() -> Keys:
    return Keys(
        postgres_password=secrets.token_urlsafe(24),
        valkey_password=secrets.token_urlsafe(24),
        secret_key=secrets.token_urlsafe(50),
        texting_keys="2026a:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    )


def write_env(path: Path, keys: Keys, services: dict[str, str]) -> None:
    """Write `.env` if there is none; in one of ours, replace the service addresses that have an old password."""
    if path.exists():
        _refresh(path, services)
        return
    values = {
        "DEBUG": "True",
        "SECRET_KEY": keys.secret_key,
        "TEXTING_KEYS": keys.texting_keys,
        **services,
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "ZIPWHIP_URL": "http://127.0.0.1:9900",
        "ZIPWHIP_APP_URL": "http://127.0.0.1:9900",
    }
    write_private(path, "\n".join([MARK, *(f"{name}={value}" for name, value in values.items())]) + "\n")


def _refresh(path: Path, services: dict[str, str]) -> None:
    before = path.read_text()
    if not before.startswith(MARK):
        return
    after = before
    for name, value in services.items():
        # Generated addresses hold no backslash, which sub() would read as a reference.
        after = re.sub(rf"(?m)^{name}=\S+@127\.0\.0\.1:\d+/\S*$", f"{name}={value}", after)
    if after != before:
        write_private(path, after)


def read_env(path: Path | None) -> dict[str, str]:
    if path is None or not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
