from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enterprise.people.demo import is_empty, make_demo
from enterprise.people.demo_data import ADMINISTRATOR_NAME, LINE_BRANCH, LINE_NUMBER, PASSWORD, USERS
from enterprise.users.models import User

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Fill an empty database with the demo firm, and say how to sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", action="store_true", help="only say how to sign in")

    def handle(self, *args: Any, show: bool, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo has passwords that everybody knows: it is loaded only where DEBUG is True.")
        if not show and is_empty():
            make_demo(timezone.now())
        if not show:
            self._connect_line()
        self._say_how_to_sign_in()

    def _connect_line(self) -> None:
        """Connect the demo firm's line to the sandbox; again each time, for the sandbox may call another address."""
        if not User.objects.filter(username=ADMINISTRATOR_NAME).exists():
            return
        os.environ.setdefault("TEXTING_LINE_PASSWORD", PASSWORD)
        try:
            call_command(
                "connect_line",
                LINE_NUMBER,
                kind="branch",
                owner=LINE_BRANCH,
                by=ADMINISTRATOR_NAME,
                file_under="TEXT",
                stderr=self.stderr,
            )
        except CommandError as error:
            self.stderr.write(f"The demo firm’s line is not connected: {error}")

    def _say_how_to_sign_in(self) -> None:
        there = set(
            User.objects.filter(username__in=[user.username for user in USERS]).values_list("username", flat=True)
        )
        if not there:
            self.stdout.write("The demo firm is not in this database; it has people of its own.")
            return
        self.stdout.write(f"Sign in with the password “{PASSWORD}” as:")
        for user in USERS:
            if user.username in there:
                self.stdout.write(
                    f"  {user.username:<6} {user.first_name} {user.last_name}, {user.branch}: {user.role}"
                )
