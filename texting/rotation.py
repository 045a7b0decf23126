"""Encrypt every stored secret with the first key again, while the system runs.

A secret is written only where it still is what was read: a login that is quicker has written with the first key
itself. Stopped in the middle, what is done is done, and the next run finds the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from texting import conf
from texting.models import Line
from texting.secrets import CannotDecrypt, key_id_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 100


@dataclass
class Rotated:
    """Of one batch of lines, or of all: `unreadable` names lines whose secret no key opens, by id and field."""

    line_count: int = 0
    written_count: int = 0
    current_count: int = 0
    unreadable: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Rotated) -> None:
        self.line_count += other.line_count
        self.written_count += other.written_count
        self.current_count += other.current_count
        self.unreadable += other.unreadable


def rotate() -> Iterator[Rotated]:
    """Go through all lines, the removed ones too, in batches by primary key; yield what each batch did."""
    last_id = 0
    while lines := list(Line.objects.filter(pk__gt=last_id).order_by("pk")[:BATCH]):
        done = Rotated(line_count=len(lines))
        for line in lines:
            for name in line.stored_secrets:
                _rotate_secret(line, name, done)
        last_id = lines[-1].pk
        yield done


def _rotate_secret(line: Line, name: str, done: Rotated) -> None:
    """Each in a statement of its own, so that a kill loses nothing and no row is locked for long."""
    old = line.token(name)
    try:
        if key_id_of(old) == conf.keyring().key_ids[0]:
            done.current_count += 1
            return
        line.set_secret(name, line.reveal(name).reveal())
    except CannotDecrypt:
        done.unreadable.append((line.pk, name))
        return
    column = f"{name}_token"
    if Line.objects.filter(pk=line.pk, **{column: old}).update(**{column: line.token(name)}):
        done.written_count += 1
    else:
        done.current_count += 1
