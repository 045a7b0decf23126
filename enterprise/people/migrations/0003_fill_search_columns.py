"""Fill what searches ask of people who were there before: their place, and what is wrong with their number."""

from django.db import migrations

from enterprise.people.folding import place_text
from enterprise.people.methods import choose_number

BLOCK = 2000


def fill(apps, schema_editor):
    for label in ("employees.Employee", "contacts.Contact"):
        people = apps.get_model(label)._base_manager
        block = []
        for person in people.prefetch_related("methods").order_by("pk").iterator(chunk_size=BLOCK):
            person.place = place_text(person.city, person.state, person.zip)[:200]
            person.number_problem = choose_number(sorted(person.methods.all(), key=lambda method: method.pk)).problem
            block.append(person)
            if len(block) == BLOCK:
                people.bulk_update(block, ["place", "number_problem"])
                block = []
        people.bulk_update(block, ["place", "number_problem"])


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_import_preview"),
        ("contacts", "0002_search_columns"),
        ("employees", "0002_search_columns"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
