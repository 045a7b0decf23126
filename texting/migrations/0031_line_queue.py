from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from texting.migrations._again import AddIndexAnew


class Migration(migrations.Migration):

    # The index is made while texts come and go; a runner of before goes on with either.
    atomic = False

    dependencies = [
        ('texting', '0030_wrong_links'),
    ]

    operations = [
        AddIndexAnew(
            model_name='text',
            index=models.Index(condition=models.Q(('status__range', ('queued', 'queued'))), fields=['line', 'priority', 'turn', 'id'], name='text_line_queue'),
        ),
        RemoveIndexConcurrently(model_name='text', name='text_queue'),
    ]
