from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from enterprise.people.report import report_rows, write_csv


class Command(BaseCommand):
    help = "Write a CSV row for every employee and contact: the number their texts go to, or what is wrong with it."

    def handle(self, *args: Any, **options: Any) -> None:
        write_csv(report_rows(), self.stdout)  # type: ignore[arg-type]  # an OutputWrapper writes like a file
