from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from texting import doctor
from texting.vocabulary import Tone

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from django.contrib.auth.models import AbstractUser

    from texting.seam_help import Finding

_MARKS = {Tone.OK: "ok   ", Tone.WARN: "look ", Tone.BAD: "WRONG"}


class Command(BaseCommand):
    help = "Say whether everything is there that texting needs, and what to do where not; exit code 1 if it is not."
    # It looks for itself, and says what is wrong instead of stopping there.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="for programs")
        parser.add_argument("--user", default="", help="say what this user needs in order to text")

    def handle(self, *, as_json: bool, user: str, **_options: object) -> None:
        found = doctor.examine(_find(user) if user else None)
        self.stdout.write(_as_json(found) if as_json else "\n".join(map(_as_words, found)))
        wrong_count = sum(finding.tone == Tone.BAD for finding in found)
        if wrong_count:
            raise CommandError(f"{wrong_count} of {len(found)} are wrong.", returncode=1)


def _find(username: str) -> AbstractUser:
    model = get_user_model()
    try:
        user: AbstractUser = model._default_manager.get_by_natural_key(username)
    except model.DoesNotExist as error:
        raise CommandError(f"There is no user {username}.", returncode=2) from error
    return user


def _as_words(finding: Finding) -> str:
    first = f"{_MARKS[finding.tone]}  {finding.title}: {finding.words}"
    return f"{first}\n       -> {finding.fix}" if finding.fix else first


def _as_json(found: list[Finding]) -> str:
    shown = ["key", "title", "tone", "words", "fix"]
    rows = [{name: value for name, value in dataclasses.asdict(one).items() if name in shown} for one in found]
    return json.dumps({"is_well": all(one.tone != Tone.BAD for one in found), "findings": rows}, ensure_ascii=False)
