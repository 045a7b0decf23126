"""A migration that is not atomic and broke off is begun again, and goes on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tests.texting.conftest import ANA, BO
from texting.models import Batch
from texting.vocabulary import Reason

pytestmark = pytest.mark.django_db(transaction=True)


def indexes() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
        return cursor.fetchall()


def apply(number) -> None:
    loader = MigrationLoader(connection)
    migration = loader.get_migration_by_prefix("texting", number)
    state = loader.project_state((migration.app_label, migration.name), at_end=False)
    with connection.schema_editor(atomic=False) as editor:
        migration.apply(state, editor)


@pytest.mark.parametrize("number", ["0018", "0019", "0022", "0023", "0031"])
def test_a_migration_that_did_everything_but_say_so_changes_nothing(number):
    before = indexes()

    apply(number)

    assert indexes() == before


def test_what_leavers_left_long_ago_does_not_become_a_decision_to_take(people, send):
    old, new = send(people.add("Ana Rivera", ANA)), send(people.add("Bo Chen", BO))
    for batch in (old, new):
        batch.recipients.update(text=None, reason=Reason.SENDER_INACTIVE)
    Batch.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))

    apply("0023")

    assert dict(Batch.objects.values_list("pk", "left_count")) == {old.pk: 0, new.pk: 1}
