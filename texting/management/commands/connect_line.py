from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from texting import lines, seam
from texting.errors import InvalidNumber
from texting.models import Line, TextingSettings
from texting.numbers import format_number, parse_number
from texting.seam import Owner
from texting.vocabulary import LineState

if TYPE_CHECKING:
    from argparse import ArgumentParser

PASSWORD_VARIABLE = "TEXTING_LINE_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = (
        "Connect a line of ZipWhip to its owner, or make sure that one already connected is well. "
        f"The password is read from the environment's {PASSWORD_VARIABLE}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="the line's number, with which it signs in to ZipWhip")
        parser.add_argument("--kind", required=True, help="kind of owner: branch or servicerep")
        parser.add_argument("--owner", required=True, help="the owner's name")
        parser.add_argument("--by", required=True, help="username of the administrator who does this")
        parser.add_argument("--file-under", default="", help="action code for conversations, where none is set yet")

    def handle(self, *_: Any, number: str, kind: str, owner: str, by: str, file_under: str, **_options: Any) -> None:
        line = self._connect(_e164(number), _owner(kind, owner), by)
        if line.state != LineState.CONNECTED:
            raise CommandError(f"{format_number(line.number)} is {line.get_state_display().lower()}: see its page.")
        if file_under:
            _file_under(file_under)
        self.stderr.write(f"{format_number(line.number)} is connected for {owner}.")

    def _connect(self, number: str, owner: Owner, by: str) -> Line:
        user = get_user_model().objects.get_by_natural_key(by)
        credentials = lines.Credentials(owner, number, number.removeprefix("+"), os.environ.get(PASSWORD_VARIABLE, ""))
        try:
            return lines.connect(user, credentials)
        except lines.LineTaken as taken:
            # ZipWhip may call another address than when it was connected.
            lines.finish_connecting(taken.line)
            taken.line.refresh_from_db()
            return taken.line
        except lines.ConnectionFailed as error:
            raise CommandError(error.words) from error


def _e164(number: str) -> str:
    try:
        return parse_number(number)
    except InvalidNumber as error:
        raise CommandError(error.words) from error


def _owner(kind: str, name: str) -> Owner:
    for owner_id, label in seam.get_owner_kind(kind).choices():
        if label == name:
            return Owner(kind, owner_id)
    raise CommandError(f"There is no {kind} called “{name}”.")


def _file_under(label: str) -> None:
    settings = TextingSettings.current()
    for record_type in seam.record_types():
        for choice in record_type.filing_choices():
            if choice.label.partition(" ")[0] == label and not choice.why_not:
                settings.filed_under.setdefault(record_type.key, choice.value)
    settings.save(update_fields=["filed_under"])
