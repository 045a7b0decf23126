"""What the demo firm has logged by hand: calls, e-mails and notes of the past months."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from enterprise.messagelog.models import ActionCode, Message

if TYPE_CHECKING:
    from datetime import datetime

    from enterprise.people.kinds import PersonKind

SEED = 2028
LOGGED_SHARE, MOST_EACH, DAYS_BACK = 0.7, 4, 200
WORDS = {
    "CALL": ("Left a voicemail, will try again tomorrow.", "Spoke on the phone, all is well.", "No answer."),
    "E-MAIL": ("Sent the papers for signing.", "Received the signed papers.", "Sent directions and start time."),
    "NOTE": ("Prefers to be reached after 15:00.", "Asked about the holiday schedule.", "Has a car."),
}


def make_messages(kind: PersonKind, now: datetime, *, skipped: int) -> None:
    """For most of a kind's people who have a rep, but for the first `skipped`, whom a tour finds without a past."""
    rng = random.Random(f"{SEED} {kind.key}")  # noqa: S311 - the same ones every time
    codes = {code.name: code for code in ActionCode.objects.filter(name__in=WORDS)}
    made = []
    for person in kind.model.objects.select_related("service_rep").order_by("pk")[skipped:]:
        if rng.random() >= LOGGED_SHARE or not person.service_rep:
            continue
        for _ in range(rng.randint(1, MOST_EACH)):
            name = rng.choice(list(WORDS))
            made.append(
                Message(
                    record_type=kind.key,
                    record_id=person.pk,
                    action_code=codes[name],
                    author=person.service_rep,
                    author_name=str(person.service_rep),
                    body=rng.choice(WORDS[name]),
                    created_at=now - timedelta(minutes=rng.randint(60, DAYS_BACK * 24 * 60)),
                )
            )
    Message.objects.bulk_create(made)
