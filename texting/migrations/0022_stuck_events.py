from django.db import migrations, models

from texting.migrations._again import AddIndexAnew


class Migration(migrations.Migration):

    # The index is made while webhooks come.
    atomic = False

    dependencies = [
        ('texting', '0021_account_taken'),
    ]

    operations = [
        AddIndexAnew(
            model_name='webhookevent',
            index=models.Index(condition=models.Q(('state__in', ['malformed', 'quarantined'])), fields=['received_at'], name='webhook_stuck'),
        ),
    ]
