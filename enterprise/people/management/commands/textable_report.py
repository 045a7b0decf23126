from __future__ import annotations

from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand

from enterprise.administration import audit
from enterprise.people.report import HEADER, report_rows
from enterprise.spreadsheets import write_csv


class Command(BaseCommand):
    help = "Write a CSV row for every employee and contact: the number their texts go to, or what is wrong with it."

    def handle(self, *args: Any, **options: Any) -> None:
        audit.record(actor_id=None, action="people.exported", subject="report:textable", facts={})
        rows = chain([HEADER], (row.cells for row in report_rows()))
        write_csv(rows, self.stdout)  # type: ignore[arg-type]  # an OutputWrapper writes like a file
