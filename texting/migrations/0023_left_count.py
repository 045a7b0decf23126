from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# The batches that had stopped before this was counted.
COUNT = """
UPDATE texting_batch b SET left_count = r.count FROM (
    SELECT batch_id, count(*) FROM texting_recipient WHERE text_id IS NULL AND reason = 'sender_inactive' GROUP BY 1
) r WHERE r.batch_id = b.id
"""


class Migration(migrations.Migration):

    # The index is made while batches come.
    atomic = False

    dependencies = [
        ('texting', '0022_stuck_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='left_count',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='batch',
            index=models.Index(condition=models.Q(('left_count__gt', 0)), fields=['-created_at'], name='batch_left'),
        ),
    ]
