"""The numbers and words that make the sandbox behave in a certain way. The page and the README list this table."""

import re
from dataclasses import dataclass
from enum import StrEnum

# A real area code with numbers reserved for fiction, so that they are valid for whoever checks: 201-555-0100 to -0199.
# Only the endings below are special; 555-01xx numbers in every other area code are ordinary.
PREFIX = "+120155501"


class Stage(StrEnum):
    BEFORE = "before accepting"  # nothing was sent
    REFUSE = "refused"  # nothing was sent, and the answer says so
    AFTER = "after accepting"  # the text goes out, the answer is lost or damaged
    FATE = "on the way"  # the answer is good; what follows is special


@dataclass(frozen=True)
class Trick:
    name: str
    ending: str
    stage: Stage
    says: str
    code: int | None = None
    times: int | None = None  # for the same text: so many times, then it goes through; None = always

    @property
    def number(self) -> str:
        return PREFIX + self.ending


TRICKS = (
    Trick("delivered", "00", Stage.FATE, "delivered, confirmed (4)", 4),
    Trick("unconfirmed", "01", Stage.FATE, "delivered, not confirmed (0)", 0),
    Trick("receipt", "02", Stage.FATE, "delivered (4), then confirmed by receipt (6)", 6),
    Trick("failed", "03", Stage.FATE, "accepted, then failed (5)", 5),
    Trick("failed-receipt", "04", Stage.FATE, "accepted, then failed by receipt (7)", 7),
    Trick("late-failure", "05", Stage.FATE, "delivered (4), two seconds later failed by receipt (7)", 7),
    Trick("spam", "06", Stage.FATE, "accepted, then stopped by the spam filter (-801)", -801),
    Trick("stop-later", "07", Stage.FATE, "accepted, then refused because of STOP (-1234)", -1234),
    Trick("stuck", "08", Stage.FATE, "accepted, queued (2) and never final"),
    Trick("twice", "09", Stage.FATE, "every event is delivered twice"),
    Trick("disorder", "10", Stage.FATE, "progress (4) before send, and both before the answer"),
    Trick("silent", "11", Stage.FATE, "delivered, but no event is ever sent"),
    Trick("no-carrier", "20", Stage.REFUSE, "refused: carrier can't be determined (-124)", -124),
    Trick("opted-out", "21", Stage.REFUSE, "refused: recipient had texted STOP (-1234)", -1234),
    Trick("internal", "22", Stage.REFUSE, "refused: internal error that may be tried again (-855); twice", -855, 2),
    Trick("internal-final", "23", Stage.REFUSE, "refused: internal error (-704)", -704),
    Trick("refused-bare", "24", Stage.REFUSE, "refused without a code: response is null"),
    Trick("429", "30", Stage.BEFORE, "HTTP 429 with Retry-After: 2; twice, then it goes through", times=2),
    Trick("503-retry-after", "31", Stage.BEFORE, "HTTP 503 with Retry-After: 2; twice, then it goes through", times=2),
    Trick("503", "32", Stage.BEFORE, "HTTP 503 without Retry-After, not accepted"),
    Trick("500-before", "33", Stage.BEFORE, "HTTP 500, not accepted"),
    Trick("hang-before", "34", Stage.BEFORE, "never answers, not accepted"),
    Trick("reset-before", "35", Stage.BEFORE, "connection reset, not accepted"),
    Trick("expired", "36", Stage.BEFORE, "the session is ended, once; after a new login it goes through", times=1),
    Trick("slow", "40", Stage.AFTER, "accepted, answers after 8 seconds"),
    Trick("hang", "41", Stage.AFTER, "accepted, never answers"),
    Trick("reset", "42", Stage.AFTER, "accepted, connection reset"),
    Trick("500", "43", Stage.AFTER, "accepted, HTTP 500"),
    Trick("503-after", "44", Stage.AFTER, "accepted, HTTP 503 without Retry-After"),
    Trick("broken-json", "45", Stage.AFTER, "accepted, the answer is cut in the middle"),
    Trick("no-id", "46", Stage.AFTER, "accepted, the answer holds no message id"),
    Trick("html", "47", Stage.AFTER, "accepted, the answer is a web page"),
)

SENDS = ("message/send", "messaging/send")  # where numbers and words act
BY_NAME = {one.name: one for one in TRICKS}
BY_NUMBER = {one.number: one for one in TRICKS}
WORD = re.compile(r"(?<!\S)#([a-z0-9-]+)")


@dataclass(frozen=True)
class LineTrick:
    name: str
    ending: str
    says: str

    @property
    def number(self) -> str:
        return PREFIX + self.ending


LINE_TRICKS = (
    LineTrick("wrong-password", "80", "login is refused, whatever the password"),
    LineTrick("login-hang", "81", "login never answers"),
    LineTrick("login-500", "82", "login answers HTTP 500"),
    LineTrick("short-session", "83", "each session expires after 3 calls"),
    LineTrick("dead-session", "84", "login works, every other call says the session is invalid"),
    LineTrick("no-webhooks", "85", "login works, webhook/add is refused (-704)"),
    LineTrick("suspended", "86", "login works, every send is refused (-700)"),
    LineTrick("login-401", "87", "login answers HTTP 401 with a web page"),
    LineTrick("login-slow", "88", "login answers after 8 seconds"),
    LineTrick("login-html", "89", "login answers HTTP 200 with a web page"),
)
LINE_BY_NUMBER = {one.number: one for one in LINE_TRICKS}


def find_trick(numbers: list[str], body: str) -> Trick | None:
    """Return the trick of the first magic word in `body`, else of the first magic number; None for ordinary texts."""
    for name in WORD.findall(body.lower()):
        if name in BY_NAME:
            return BY_NAME[name]
    return next((BY_NUMBER[one] for one in numbers if one in BY_NUMBER), None)


def find_line_trick(line: str) -> str:
    """Return the name of what is special about this line, "" for nothing."""
    trick = LINE_BY_NUMBER.get(line)
    return trick.name if trick else ""
