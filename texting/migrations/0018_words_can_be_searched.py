import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models import Max

from texting.migrations._again import AddIndexAnew

BLOCK = 5_000
FILL = """
UPDATE texting_conversation c SET words = coalesce((
    SELECT upper(string_agg(t.body, E'\\n' ORDER BY t.id)) FROM texting_text t WHERE t.conversation_id = c.id
), '')
WHERE c.id > %s AND c.id <= %s AND c.closed_at IS NOT NULL AND c.words = ''
"""


def fill(apps, schema_editor):
    """What closed before, in blocks that each lock little; whoever is interrupted begins again."""
    last = apps.get_model("texting", "Conversation").objects.aggregate(last=Max("pk"))["last"] or 0
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, last, BLOCK):
            cursor.execute(FILL, [start, start + BLOCK])


class Migration(migrations.Migration):

    # The index is made while texts come and go.
    atomic = False

    dependencies = [
        ('texting', '0017_words_of_conversations'),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexAnew(
            model_name='conversation',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('closed_at__isnull', False)), fields=['words'], name='conversation_words', opclasses=['gin_trgm_ops']),
        ),
        migrations.RunSQL("ANALYZE texting_conversation", migrations.RunSQL.noop),
    ]
