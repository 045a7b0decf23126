from django.db import migrations, models

from texting.migrations._again import AddFieldOnce, AddIndexAnew


class Migration(migrations.Migration):

    # The index is made while texts come and go.
    atomic = False

    dependencies = [
        ('texting', '0018_words_can_be_searched'),
    ]

    operations = [
        AddFieldOnce(
            model_name='webhookevent',
            name='failure_count',
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        AddIndexAnew(
            model_name='conversation',
            index=models.Index(condition=models.Q(('dismissed_at__isnull', True), ('logged_at__isnull', True)), fields=['line'], name='conversation_unlogged'),
        ),
    ]
