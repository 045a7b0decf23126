"""What people do meanwhile: a rep sends through the web pages, people answer from their handsets."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import requests

from tests.chaos.firm import LINES, PASSWORD, PEOPLE, REPS, number_of
from tests.chaos.promises import Sent

if TYPE_CHECKING:
    from tests.chaos.firm import Firm

# Words that make the sandbox do what providers do on a bad day; none needs more than seconds.
TROUBLE = (
    "#429", "#503-retry-after", "#503", "#500-before", "#hang-before", "#reset-before", "#expired", "#hang", "#reset",
    "#500", "#503-after", "#broken-json", "#no-id", "#html", "#refused-bare", "#internal", "#internal-final",
    "#no-carrier", "#failed", "#failed-receipt", "#late-failure", "#spam", "#twice", "#disorder", "#silent", "#receipt",
)  # fmt: skip


@dataclass
class Workload:
    """`crowd` is to how many people a rep sends at once. Each rep has a line of their own.

    `acknowledged` is what a page told a rep is sent, `heard` the marks of what people wrote.
    `timings` are the pages asked for and their seconds; `unanswered_count` is of requests without any answer,
    `given_up_count` of what somebody wanted to do and did not get done.
    """

    firm: Firm
    random: random.Random
    crowd: int
    heard: list[str] = field(default_factory=list)
    acknowledged: list[Sent] = field(default_factory=list)
    sent_count: int = 0
    timings: list[tuple[str, float]] = field(default_factory=list)
    unanswered_count: int = 0
    given_up_count: int = 0

    def beside(self) -> Workload:
        """Others at the same firm, whose choices do not disturb ours."""
        rng = random.Random(self.random.random())  # noqa: S311 - repeats a run, guards nothing
        others = Workload(self.firm, rng, self.crowd, self.heard, self.acknowledged)
        # The database may be gone when they begin.
        others._people, others._line_ids = self._people, self._line_ids
        return others

    @property
    def lines(self) -> tuple[str, ...]:
        return LINES

    @property
    def numbers(self) -> list[str]:
        return list(dict.fromkeys(f"+{number_of(n)}" for n in range(PEOPLE)))

    def send(self, people_count: int, *, trouble: str = "", patience: float = 40, rep: int | None = None) -> str:
        """Send Text to so many people, pressing on until a page says what became of it; return the words.

        Each text has a mark of its own, for the number stands beside the words. `rep` None is any of them.
        """
        mark = f"chaos-body-{self.random.getrandbits(48):012x} {trouble}".strip()
        keys = [f"employee:{pk}" for pk in self.random.sample(self._people, people_count)]
        at = self.random.randrange(len(REPS)) if rep is None else rep
        draft = self._until_answered(REPS[at], lambda session: _draft_of(session, self.firm, keys), patience)
        line = self._line_ids[at]
        self._until_answered(REPS[at], lambda session: _press_send(session, self.firm, draft, mark, line), patience)
        self.acknowledged.append(Sent(mark, people_count, time.time_ns() // 1_000_000))
        self.sent_count += people_count
        return mark

    def answer(self, count: int) -> None:
        """People write to a line; the sandbox keeps trying to tell us, as ZipWhip would."""
        for _ in range(count):
            mark = f"chaos-body-in-{self.random.getrandbits(48):012x}"
            self._write(self.random.choice(self.numbers), mark)
            self.heard.append(mark)

    def opt_out(self, number: str) -> None:
        self._write(number, "STOP")

    def opt_in(self, number: str) -> None:
        self._write(number, "START")

    def _write(self, number: str, body: str) -> None:
        self.firm.sandbox("receive", line=self.random.choice(LINES), **{"from": number}, body=body)

    @cached_property
    def _people(self) -> list[int]:
        return [pk for (pk,) in self.firm.query("SELECT id FROM employees_employee ORDER BY id")]

    @cached_property
    def _line_ids(self) -> list[int]:
        return [self.firm.query("SELECT id FROM texting_line WHERE number = %s", [line])[0][0] for line in LINES]

    def _until_answered(self, rep: str, step, patience: float):
        """A lost answer is asked for again: nothing may come of that but the same."""
        end = time.monotonic() + patience
        while True:
            try:
                with requests.Session() as session:
                    session.hooks["response"] = [self._note]
                    _sign_in(session, self.firm, rep)
                    return step(session)
            except (requests.RequestException, Unavailable) as error:
                self.unanswered_count += isinstance(error, requests.RequestException)
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def _note(self, response: requests.Response, **_: object) -> None:
        self.timings.append(
            (f"{response.request.method} {response.request.path_url}", response.elapsed.total_seconds())
        )


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


def _sign_in(session: requests.Session, firm: Firm, rep: str) -> None:
    _get(session, firm, "/sign-in/")
    page = _post(session, firm, "/sign-in/", username=rep, password=PASSWORD)
    if "/sign-in/" in page.url:
        raise Unavailable("not signed in")


def _draft_of(session: requests.Session, firm: Firm, keys: list[str]) -> str:
    page = _post(session, firm, "/texting/compose/", keys=keys)
    return re.sub(r"^https?://[^/]+", "", page.url)


def _press_send(session: requests.Session, firm: Firm, draft: str, body: str, line: int) -> None:
    page = _get(session, firm, draft)
    if 'name="body"' not in page.text and "/sent/" not in page.url:
        raise Unavailable("the people are still being checked")
    answer = _post(session, firm, draft, body=body, line=line, action="send")
    assert "/sent/" in answer.url or "sent already" in answer.text, answer.text[-800:]
