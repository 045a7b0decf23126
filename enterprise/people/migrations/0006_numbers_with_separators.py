"""Let people who were there before be found by an id or a number with separators, "10-0231", as those saved since."""

import re
import unicodedata

from django.db import migrations, transaction

BLOCK = 2000
# As folding.digit_words was then: what is changed there since changes nothing of what was done.
_PHONE_LIKE = re.compile(r"[\d\s()+./#,;:\-‐‑‒–—−]*\d[\d\s()+./#,;:\-‐‑‒–—−]*")


def add_digits(apps, schema_editor):
    """A block a transaction, so that nobody waits for long; what was done before a break is not done again."""
    for label in ("employees.Employee", "contacts.Contact"):
        people = apps.get_model(label)._base_manager
        last = 0
        while last is not None:
            with transaction.atomic():
                last = _add_to_block(people, last)


def _digit_words(value):
    words = [value] if _PHONE_LIKE.fullmatch(value) else value.split()
    written = [word for word in words if not word.isalnum() and _PHONE_LIKE.fullmatch(word)]
    return [_digits_of(word) for word in written]


def _digits_of(raw):
    return "".join(str(unicodedata.decimal(one)) for one in unicodedata.normalize("NFKC", raw) if one.isdecimal())


def _add_to_block(people, last):
    """Return the last id that was looked at, None after all."""
    block = list(people.filter(pk__gt=last).select_for_update().only("ident", "search").order_by("pk")[:BLOCK])
    changed = []
    for person in block:
        found = person.search.split()
        digits = [each for word in (person.ident, *found) for each in _digit_words(word)]
        if missing := [each for each in dict.fromkeys(digits) if each not in found]:
            person.search = " ".join([person.search, *missing])
            changed.append(person)
    people.bulk_update(changed, ["search"])
    return block[-1].pk if block else None


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("people", "0005_photo"),
        ("contacts", "0004_form_key"),
        ("employees", "0004_form_key"),
    ]

    operations = [migrations.RunPython(add_digits, migrations.RunPython.noop)]
