"""Canaries through the main job: what must stay inside turns up in no log, no broker, no audit and no history."""

from __future__ import annotations

import re
import threading
import time

import psycopg2
import pytest
import redis
import requests

from tests.browser.conftest import PASSWORD, System
from tests.enterprise.posted import as_posted
from texting.secrets import Keyring

LINE = "+16125550147"
LINE_PASSWORD = "canary-of-the-line"
BODY, ANSWER = "canary in a text", "canary in an answer"
TYPED = "canary typed as a password"
NOTE, NUMBERS = "canary in a note", ("(651) 555-0177", "(651) 555-0178")


class Person:
    """Somebody at the pages, without a browser."""

    def __init__(self, system: System, username: str, password: str = PASSWORD) -> None:
        self.url, self.http = system.url, requests.Session()
        self.signed_in = self.post("/sign-in/", username=username, password=password)

    def look(self, path: str) -> requests.Response:
        answer = self.http.get(self.url + path, timeout=20)
        answer.raise_for_status()
        return answer

    def get(self, path: str) -> str:
        return self.look(path).text

    def post(self, path: str, **typed: str) -> requests.Response:
        token = re.search(
            r'name="csrf-?(?:middleware)?-?token" (?:value|content)="([^"]+)"',
            self.get("/" if path != "/sign-in/" else path),
        )
        typed = {"csrfmiddlewaretoken": token[1], **typed}
        return self.http.post(self.url + path, data=typed, headers={"Referer": self.url}, timeout=20)


def until(ask, seconds=30):
    end = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < end
        time.sleep(0.3)
    return found


@pytest.fixture(scope="module")
def told(system: System) -> dict[str, str]:
    """Do the main job with canaries; return all that was written anywhere but where it belongs, by place."""
    heard: list[str] = []
    broker, watched = (redis.Redis.from_url(system.environment["REDIS_URL"]) for _ in range(2))
    with watched.monitor() as monitor:
        threading.Thread(target=_listen, args=(monitor, heard), daemon=True).start()
        _do_the_main_job(system)
        time.sleep(6)  # scheduled tasks come by at least every five seconds
    broker_holds = [str(broker.dump(key)) for key in broker.scan_iter()]
    # What the stand-in for ZipWhip says is no word of ours.
    output = [line for line in system.output.read_text().splitlines() if not re.match(r"\S* *sandbox", line)]
    told = {"output": "\n".join(output), "broker": "\n".join([*heard, *broker_holds])}
    with psycopg2.connect(system.environment["DATABASE_URL"]) as database, database.cursor() as cursor:
        for table in ("administration_auditentry", "django_admin_log", "axes_accessattempt", "axes_accesslog"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608 - the names above
            told[table] = "\n".join(row for (row,) in cursor)
    return told


def _listen(monitor, heard: list[str]) -> None:
    try:
        for command in monitor.listen():
            heard.append(command["command"])
    except (redis.ConnectionError, OSError, ValueError, AttributeError):
        return


def _do_the_main_job(system: System) -> None:
    Person(system, "riya", TYPED)
    ada = Person(system, "ada")
    branch = re.search(r'<option value="(\d+)"[^>]*>Minneapolis', ada.get("/texting/lines/add/"))[1]
    typed = {"account_type": "branch", "owner_branch": branch, "username": LINE, "password": LINE_PASSWORD}
    ada.post("/texting/lines/add/", **typed)
    riya = Person(system, "riya")
    record = re.search(r'/employees/(\d+)/"[^>]*>Kwame Asante<', riya.get("/employees/?q=Kwame+Asante"))[1]
    draft = riya.post("/texting/compose/", keys=f"employee:{record}").url.removeprefix(system.url)
    line = re.search(r'<option value="(\d+)"[^>]*>[^<]*555-0147|name="line"[^>]*value="(\d+)"', riya.get(draft))
    riya.post(draft, action="send", body=BODY, line=next(filter(None, line.groups())))
    until(lambda: "elivered" in riya.get(f"/employees/{record}/"))
    answer = {"line": LINE, "from": "+16515550108", "body": ANSWER}
    requests.post(f"{system.sandbox_url}/_sandbox/receive", json=answer, timeout=10).raise_for_status()
    until(lambda: ANSWER in riya.get(f"/employees/{record}/"))
    _add_and_change_in_the_admin(ada)


def _add_and_change_in_the_admin(ada: Person) -> None:
    """Somebody of whom no other test knows."""
    path = "/django-admin/employees/employee/add/"
    page = ada.look(path)
    branch = re.search(r'<option value="(\d+)"[^>]*>Minneapolis', page.text)[1]
    person = {"ident": "900177", "first_name": "Uma", "last_name": "Unknown", "branch": branch, "note": NOTE}
    method = {"methods-TOTAL_FORMS": "1", "methods-0-type": "sms", "methods-0-value": NUMBERS[0]}
    added = ada.post(path, **as_posted(page, **person, **method, _addanother=None, _save=None))
    assert added.url.endswith("/change/")
    changed = as_posted(added, **{"methods-0-value": NUMBERS[1]}, _addanother=None, _continue=None)
    assert ada.post(added.url.removeprefix(ada.url), **changed).url.endswith("/employees/employee/")


def _secrets_of_the_line(system: System) -> dict[str, str]:
    keys = Keyring.from_setting(system.environment["TEXTING_KEYS"])
    with psycopg2.connect(system.environment["DATABASE_URL"]) as database, database.cursor() as cursor:
        cursor.execute("SELECT id, session_token, webhook_token FROM texting_line WHERE number = %s", [LINE])
        ((pk, session, webhook),) = cursor.fetchall()
    tokens = {"session": session, "webhook": webhook}
    return {name: keys.decrypt(token, bound_to=f"texting_line:{pk}:{name}").reveal() for name, token in tokens.items()}


def test_no_canary_is_told_anywhere(system, told):
    canaries = {
        **_secrets_of_the_line(system),
        "the line's password": LINE_PASSWORD,
        "a wrong password": TYPED,
        "a password": PASSWORD,
        "a text": BODY,
        "an answer": ANSWER,
        "a number": "6515550108",
        "a note": NOTE,
        "a number in the Django admin": "555-0177",
        "another": "555-0178",
        "these as they are kept": "651555017",
    }
    assert len(canaries["session"]) > 20
    assert len(canaries["webhook"]) > 20
    found = [(name, place) for name, canary in canaries.items() for place, words in told.items() if canary in words]

    # The demo's own password is printed at the start, for whoever tries the product out.
    assert found == [("a password", "output")]


def test_the_places_were_really_looked_at(told):
    assert "texting." in told["broker"]
    assert "batch.sent" in told["administration_auditentry"]
    assert "user.sign_in_failed" in told["administration_auditentry"]
    assert "added" in told["django_admin_log"]
    assert "changed" in told["django_admin_log"]
    assert "sign-in" in told["axes_accessattempt"] + told["axes_accesslog"]
