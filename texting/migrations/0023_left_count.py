from django.db import migrations, models

from texting.migrations._again import AddFieldOnce, AddIndexAnew

# The batches that had stopped before this was counted; what was left longer ago, nobody waits to decide about.
COUNT = """
UPDATE texting_batch b SET left_count = r.count FROM (
    SELECT batch_id, count(*) FROM texting_recipient WHERE text_id IS NULL AND reason = 'sender_inactive' GROUP BY 1
) r WHERE r.batch_id = b.id AND b.created_at > now() - interval '30 days'
"""


class Migration(migrations.Migration):

    # The index is made while batches come.
    atomic = False

    dependencies = [
        ('texting', '0022_stuck_events'),
    ]

    operations = [
        AddFieldOnce(
            model_name='batch',
            name='left_count',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        AddIndexAnew(
            model_name='batch',
            index=models.Index(condition=models.Q(('left_count__gt', 0)), fields=['-created_at'], name='batch_left'),
        ),
    ]
