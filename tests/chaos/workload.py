"""What people do meanwhile: a rep sends through the web pages, people answer from their handsets."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests

from tests.chaos.firm import FIRST_NUMBER, LINE, PASSWORD, PEOPLE

if TYPE_CHECKING:
    from tests.chaos.firm import Firm

TRIES = 60
# Words that make the sandbox do what providers do on a bad day; none needs more than seconds.
TROUBLE = (
    "#429", "#503-retry-after", "#503", "#500-before", "#hang-before", "#reset-before", "#expired", "#hang", "#reset",
    "#500", "#503-after", "#broken-json", "#no-id", "#html", "#refused-bare", "#internal", "#internal-final",
    "#no-carrier", "#failed", "#failed-receipt", "#late-failure", "#spam", "#twice", "#disorder", "#silent", "#receipt",
)  # fmt: skip


@dataclass
class Workload:
    """`crowd` is to how many people a rep sends at once."""

    firm: Firm
    random: random.Random
    crowd: int
    heard: list[str] = field(default_factory=list)
    sent_count: int = 0

    def send(self, people_count: int, *, trouble: str = "", patience: float = 40) -> None:
        """Send Text to so many people, pressing on until a page says what became of it, as a person would.

        Each text has a mark of its own, for the number stands beside the words.
        """
        mark = f"chaos-body-{self.random.getrandbits(48):012x} {trouble}".strip()
        keys = [f"employee:{pk}" for pk in self.random.sample(self._people(), people_count)]
        draft = self._until_answered(lambda session: _draft_of(session, self.firm, keys), patience)
        self._until_answered(lambda session: _press_send(session, self.firm, draft, mark), patience)
        self.sent_count += people_count

    def answer(self, count: int) -> None:
        """People write to the line; the sandbox keeps trying to tell us, as ZipWhip would."""
        for _ in range(count):
            mark = f"chaos-body-in-{self.random.getrandbits(48):012x}"
            number = f"+{FIRST_NUMBER + self.random.randrange(PEOPLE)}"
            self.firm.sandbox("receive", line=LINE, **{"from": number}, body=mark)
            self.heard.append(mark)

    def opt_out(self, number: str) -> None:
        self.firm.sandbox("receive", line=LINE, **{"from": number}, body="STOP")

    def _people(self) -> list[int]:
        return [pk for (pk,) in self.firm.query("SELECT id FROM employees_employee ORDER BY id")]

    def _until_answered(self, step, patience: float):
        """A lost answer is asked for again: nothing may come of that but the same."""
        end = time.monotonic() + patience
        while True:
            try:
                with requests.Session() as session:
                    _sign_in(session, self.firm)
                    return step(session)
            except (requests.RequestException, Unavailable):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)


class Unavailable(Exception):
    """The web answered, but with an error of its own: to be asked again."""


def _get(session: requests.Session, firm: Firm, path: str) -> requests.Response:
    return _checked(session.get(firm.url(path), timeout=8))


def _post(session: requests.Session, firm: Firm, path: str, **fields: object) -> requests.Response:
    token = session.cookies.get("csrftoken") or session.cookies.get("__Host-csrftoken") or ""
    data = {"csrfmiddlewaretoken": token, **fields}
    return _checked(session.post(firm.url(path), data=data, timeout=8, headers={"Referer": firm.url(path)}))


def _checked(response: requests.Response) -> requests.Response:
    if response.status_code >= 500:
        raise Unavailable(response.status_code)
    assert response.status_code < 400, (response.status_code, response.text[-500:])
    return response


def _sign_in(session: requests.Session, firm: Firm) -> None:
    _get(session, firm, "/sign-in/")
    page = _post(session, firm, "/sign-in/", username="riya", password=PASSWORD)
    if "/sign-in/" in page.url:
        raise Unavailable("not signed in")


def _draft_of(session: requests.Session, firm: Firm, keys: list[str]) -> str:
    page = _post(session, firm, "/texting/compose/", keys=keys)
    return re.sub(r"^https?://[^/]+", "", page.url)


def _press_send(session: requests.Session, firm: Firm, draft: str, body: str) -> None:
    page = _get(session, firm, draft)
    if 'name="body"' not in page.text and "/sent/" not in page.url:
        raise Unavailable("the people are still being checked")
    line = re.search(r'name="line"[^>]*value="(\d+)"|<option value="(\d+)" selected', page.text)
    fields = {"body": body, "line": line[1] or line[2] if line else "1", "action": "send"}
    answer = _post(session, firm, draft, **fields)
    assert "/sent/" in answer.url or "sent already" in answer.text, answer.text[-800:]
