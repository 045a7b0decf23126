"""The commands of docker-compose.yml, started without Docker on a PostgreSQL and a Valkey of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from redis import Redis

from tests.deployment.rig import ANA, LINE, PATIENCE, STAYING, Deployment
from tests.sandbox.rig import wait_until
from tests.texting.conftest import message

SILENT = "from texting.models import *; Conversation.objects.update(last_text_at='2026-01-01T00:00Z')"
# Twice, for the first time much is imported.
ASK = """
import time
from enterprise import wsgi
from kombu.exceptions import OperationalError
from texting.tasks import beat
for _ in range(2):
    begin = time.monotonic()
    try:
        beat.delay()
    except OperationalError:
        pass
    print(time.monotonic() - begin)
"""
# What a frozen PostgreSQL may cost whoever is the first to find out, in seconds; the rest is this machine's.
UNFROZEN = 15
# More than a hanging Redis may cost a page, in seconds.
UNHURT = 0.3


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    deployment = Deployment()
    try:
        deployment.bring_up()
        deployment.open_shop()
        yield deployment
    finally:
        deployment.end()


@pytest.fixture
def ada(deployment):
    return deployment.visitor().sign_in()


def test_what_is_ready_says_so(deployment):
    answer = wait_until(
        lambda: not (ready := deployment.visitor().get("/readyz")).json()["degraded"] and ready, PATIENCE
    )

    assert (answer.status_code, answer.json()["migrations"]) == (200, "ok")


@pytest.mark.parametrize("service", STAYING)
def test_health_check_of_each_service_succeeds(deployment, service):
    wait_until(lambda: deployment.is_healthy(service), PATIENCE)


def test_plain_http_is_sent_to_https_and_the_sign_in_page_is_served(deployment):
    visitor = deployment.visitor()

    assert "Sign in" in visitor.get("/").text
    del visitor.headers["X-Forwarded-Proto"]
    assert visitor.get("/", allow_redirects=False).headers["Location"].startswith("https://")


def test_static_files_have_a_hash_in_their_name_and_are_kept_for_ever(deployment):
    visitor = deployment.visitor()
    address = re.search(r'href="(/static/css/frame\.[0-9a-f]{12}\.css)"', visitor.get("/").text)[1]

    answer = visitor.get(address)
    assert answer.ok
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_text_leaves_is_delivered_and_logged(deployment, ada):
    batch = send_to_ana(deployment, ada)

    wait_until(lambda: "Delivered" in ada.get(batch).text, PATIENCE)
    deployment.manage("shell", "--command", SILENT)
    wait_until(lambda: "Can you work tonight?" in messages_of_ana(ada), PATIENCE)


def test_metrics_are_told_to_who_has_the_token(deployment):
    visitor = deployment.visitor()

    assert visitor.get("/metrics").status_code == 404
    told = visitor.get("/metrics", headers={"Authorization": "Bearer scraper"}).text
    assert 'texting_processes{kind="runner"} 1.0' in told


def test_logs_are_one_json_object_a_line_and_hold_no_number(deployment):
    for service in ("web", "runner", "worker"):
        lines = deployment.log(service).read_text().splitlines()
        assert ANA.removeprefix("+") not in "".join(lines)
        for line in lines:
            assert {"at", "level", "logger", "message"} <= json.loads(line).keys()


@contextmanager
def frozen(redis: Redis) -> Iterator[None]:
    process = redis.info("server")["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@contextmanager
def emptied(redis: Redis) -> Iterator[None]:
    redis.flushall()
    yield
    redis.flushall()


@contextmanager
def with_another_password(redis: Redis) -> Iterator[None]:
    """For all who connect anew, and everyone has to."""
    (password,) = redis.config_get("requirepass").values()
    redis.config_set("requirepass", "nobody knows it")
    redis.client_kill_filter(_type="normal", skipme=True)
    try:
        yield
    finally:
        redis.config_set("requirepass", password)


troubled = pytest.mark.parametrize("trouble", [frozen, emptied, with_another_password])


@troubled
def test_no_page_no_click_and_no_probe_waits_for_redis(deployment, ada, trouble):
    pages = ["/healthz", "/readyz", "/employees/", "/employees/1/", "/texting/batches/", "/texting/inbox/"]
    requests = {page: lambda page=page: ada.get(page).raise_for_status() for page in pages}
    requests["Send Text"] = lambda: send_to_ana(deployment, ada)
    before = {name: seconds_for(request) for name, request in requests.items()}
    slow = set(requests)
    # On a busy machine anything is slow once; what waits for Redis is so each time the trouble begins.
    for _ in range(4):
        with deployment.redis() as redis, trouble(redis):
            slow &= {name for name, request in requests.items() if seconds_for(request) - before[name] >= UNHURT}
        if not slow:
            break
    assert not slow


@troubled
def test_what_a_page_asks_of_a_worker_is_done_or_fails_at_once(deployment, trouble):
    with deployment.redis() as redis, trouble(redis):
        asked = deployment.run("web", ["python", "-c", ASK])

    assert min(map(float, asked.stdout.split())) < UNHURT, asked.stderr


@troubled
def test_texts_leave_while_redis_is_in_trouble_and_are_logged_afterwards(deployment, ada, trouble):
    before = count_of_messages(ada)
    with deployment.redis() as redis, trouble(redis):
        batch = send_to_ana(deployment, ada)
        wait_until(lambda: "Delivered" in ada.get(batch).text, PATIENCE)

    deployment.manage("shell", "--command", SILENT)
    wait_until(lambda: count_of_messages(ada) > before, PATIENCE)


@contextmanager
def frozen_postgres(deployment) -> Iterator[None]:
    """The server and every process of it; its kernel goes on acknowledging what it is sent."""
    server = deployment.postgres_pid()
    children = Path(f"/proc/{server}/task/{server}/children")
    frozen = [server]
    os.kill(server, signal.SIGSTOP)
    try:
        for child in map(int, children.read_text().split()):
            # It may just have ended.
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGSTOP)
                frozen.append(child)
        yield
    finally:
        for process in frozen:
            # One that was ending ends as soon as the server goes on.
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def test_a_frozen_postgres_keeps_no_webhook_and_no_page_waiting_and_nothing_is_lost(deployment, ada):
    hook = deployment.webhook("receive")
    with ThreadPoolExecutor(8) as crowd:
        # Kept connections are the ones that hang, and each thread is to have one.
        list(crowd.map(lambda _: ada.get("/employees/"), range(32)))
        with frozen_postgres(deployment):
            told = list(crowd.map(lambda n: _tell(deployment, hook, said_by_ana(f"Frozen {n}!", n)), range(16)))
            assert {status for status, _ in told} == {503}
            assert max(seconds for _, seconds in told) < UNFROZEN
            assert len(list(deployment.spool.glob("*.json"))) == 16
            assert deployment.visitor().get("/readyz").status_code == 503

    wait_until(lambda: not list(deployment.spool.glob("*.json")), PATIENCE)
    wait_until(lambda: all(f"Frozen {n}!" in ada.get("/employees/1/").text for n in range(16)), PATIENCE)


def _tell(deployment, path: str, event: dict[str, object]) -> tuple[int, float]:
    begin = time.monotonic()
    answer = deployment.visitor().post(path, json=event)
    return answer.status_code, time.monotonic() - begin


def said_by_ana(body: str, provider_id: int) -> dict[str, object]:
    return message(ANA, body, 990_000 + provider_id, line_number=f"+1{LINE}")


# Last in this file: nothing runs afterwards.
@pytest.mark.parametrize("service", STAYING[::-1])
def test_each_service_ends_in_good_order_when_told_to(deployment, service):
    assert deployment.running[service].poll() is None, deployment.log(service).read_text()
    assert deployment.stop(service) == 0


def seconds_for(request: Callable[[], object]) -> float:
    """The slowest of three: what waits for Redis may do so only once, and be quick from then on."""

    def once() -> float:
        begin = time.monotonic()
        request()
        return time.monotonic() - begin

    return max(once() for _ in range(3))


def send_to_ana(deployment, ada) -> str:
    """Send Text as a person without scripts does it; return the address of the batch."""
    draft = ada.submit("/texting/compose/", keys="employee:1")
    line = re.search(r'<option value="(\d+)"', draft.text)[1]
    path = draft.url.removeprefix(deployment.url)
    sent = ada.submit(path, line=line, body="Can you work tonight?", action="review")
    return re.search(r'href="(/texting/batches/\d+/)"', sent.text)[1]


def messages_of_ana(ada) -> str:
    page = ada.get("/employees/1/").text
    return page[page.index('id="messages"') : page.index('id="texts')]


def count_of_messages(ada) -> int:
    return messages_of_ana(ada).count("Can you work tonight?")
