"""What docker-compose.yml describes, as processes: the same commands, files and environment, other addresses."""

from __future__ import annotations

import base64
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import requests
from redis import Redis

from tests.deployment import files
from tests.free_ports import find_free_ports
from tests.plugin_services import Services
from tests.sandbox.rig import wait_until

STAYING = ("sandbox", "web", "runner", "worker", "beat")
# In seconds; all of it is needed on a busy machine only.
PATIENCE = 180
LINE = "6125550100"
ANA = "+16125550134"
PEOPLE = f"employee_id,first_name,last_name,branch,sms\n100231,Ana,Rivera,Minneapolis,{ANA}\n"
PASSWORD = "a long password of ada"
PREPARE = """
from enterprise.messagelog.models import ActionCode
from enterprise.users.models import Branch, User
ActionCode.objects.create(name="TEXT")
User.objects.update(home_branch=Branch.objects.get())
"""


class Deployment:
    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="enterprise-deployment-"))
        self.image = self.root / "app"
        (self.root / "data").mkdir()
        self._engines = Services()
        self._addresses = self._engines.read_addresses()
        self.ports = {name: str(port) for name, port in zip(("8000", "9900"), find_free_ports(2), strict=True)}
        self.url = f"http://127.0.0.1:{self.ports['8000']}"
        self.sandbox_url = f"http://127.0.0.1:{self.ports['9900']}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, service: str) -> dict[str, str]:
        """Only what Compose gives: .env, made from the example, and the addresses of the engines."""
        # Root, as whom tests may run here, gets a page of warnings that the image's user does not.
        root = "ignore:You're running the worker"
        base = {"PATH": files.PATH, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": root}
        if not files.compose()["services"][service]["env_file"]:
            return base
        written = files.example_environment() | {
            "SECRET_KEY": "deployed-" + "x" * 50,
            "TEXTING_KEYS": "2026a:" + base64.b64encode(bytes(range(32))).decode(),
            "PUBLIC_URL": self.url,
            "BEHIND_PROXY": "True",
            "ZIPWHIP_URL": self.sandbox_url,
            "METRICS_TOKEN": "scraper",
        }
        bind = f"--bind 127.0.0.1:{self.ports['8000']}"
        return {
            **base, **written, **self._addresses,
            "TEXTING_SPOOL": str(self.spool), "ENTERPRISE_ENV_FILE": "", "GUNICORN_CMD_ARGS": bind,
        }  # fmt: skip

    def here(self, command: list[str]) -> list[str]:
        """A command of a container, with this machine's addresses and folders."""
        places = {"0.0.0.0": "127.0.0.1", "/data": str(self.root / "data"), **self.ports}  # noqa: S104 - not bound to
        there = re.compile("|".join(rf"(?<!\w){re.escape(place)}\b" for place in places))
        return [there.sub(lambda found: places[found[0]], word) for word in command]

    def run(
        self, service: str, command: list[str] | None = None, **options: object
    ) -> subprocess.CompletedProcess[str]:
        """Run a one-off in a service's surroundings."""
        command = self.here(command or files.command_of(service))
        options = {"cwd": self.image, "env": self.environment(service), "text": True, "timeout": PATIENCE, **options}
        return subprocess.run(command, check=False, capture_output=True, **options)

    def manage(self, *words: str, **more: str) -> None:
        environment = self.environment("web") | more
        done = self.run("web", ["python", "manage.py", *words], env=environment)
        assert done.returncode == 0, done.stderr

    def start(self, service: str) -> None:
        with self.log(service).open("wb") as log:
            self.running[service] = subprocess.Popen(
                self.here(files.command_of(service)),
                cwd=self.image,
                env=self.environment(service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def log(self, service: str) -> Path:
        return self.root / f"{service}.log"

    def is_healthy(self, service: str) -> bool:
        return self.run(service, files.health_command_of(service)).returncode == 0

    def bring_up(self) -> None:
        files.build_image(self.image)
        migrated = self.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        for service in STAYING:
            self.start(service)
        wait_until(lambda: self.is_healthy("web") and self.is_healthy("sandbox"), PATIENCE)

    def open_shop(self) -> None:
        """Make what a firm has before its first text, by the commands an administrator has."""
        (self.root / "people.csv").write_text(PEOPLE)
        self.manage(
            "createsuperuser", "--noinput", "--username=ada", "--email=ada@example.com",
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )  # fmt: skip
        self.manage("import_people", str(self.root / "people.csv"), "--create-missing")
        self.manage("shell", "--command", PREPARE)
        self.manage(
            "connect_line", LINE, "--kind=branch", "--owner=Minneapolis", "--by=ada", "--file-under=TEXT",
            TEXTING_LINE_PASSWORD="opensesame",
        )  # fmt: skip

    def stop(self, service: str) -> int:
        """End a service as Docker does; return its exit code. Raises TimeoutExpired when its patience is over."""
        process = self.running.pop(service)
        process.send_signal(signal.SIGTERM)
        grace = files.compose()["services"][service].get("stop_grace_period", "10s")
        return process.wait(timeout=files.seconds(grace))

    def webhook(self, event: str) -> str:
        """The path that ZipWhip calls, as it was told."""
        told = requests.get(f"{self.sandbox_url}/_sandbox/state", timeout=5).json()["webhooks"]
        return next(urlsplit(hook["url"]).path for hook in told if hook["url"].endswith(f"/{event}"))

    @property
    def spool(self) -> Path:
        return self.root / "data/spool"

    def postgres_pid(self) -> int:
        with closing(psycopg2.connect(self._addresses["DATABASE_URL"])) as connection:
            status = Path(f"/proc/{connection.get_backend_pid()}/status").read_text()
        return int(re.search(r"PPid:\s*(\d+)", status)[1])

    def redis(self) -> Redis:
        return Redis.from_url(self._addresses["REDIS_URL"])

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
        self._engines.stop()
        shutil.rmtree(self.root)

    def visitor(self) -> requests.Session:
        return Visitor(self.url)


class Visitor(requests.Session):
    """A browser behind the proxy that ends TLS: what it sees as https arrives as http with a header."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.headers.update({"X-Forwarded-Proto": "https", "Referer": url.replace("http:", "https:")})
        # One that is kept open may be ended by the server just as it is used again.
        self.headers["Connection"] = "close"

    def request(self, method: str, path: str, **options: object) -> requests.Response:
        return super().request(method, self.url + path, timeout=60, **options)

    def send(self, request: requests.PreparedRequest, **options: object) -> requests.Response:
        request.url = request.url.replace("https:", "http:")
        # By hand, for they are only for https.
        request.headers["Cookie"] = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        return super().send(request, **options)

    def submit(self, path: str, **fields: str) -> requests.Response:
        token = self.cookies.get("__Host-csrftoken", "")
        return self.post(path, data={"csrfmiddlewaretoken": token, **fields})

    def sign_in(self) -> Visitor:
        self.get("/sign-in/")
        assert self.submit("/sign-in/", username="ada", password=PASSWORD).ok
        return self
