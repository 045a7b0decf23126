from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # The index is made while webhooks come.
    atomic = False

    dependencies = [
        ('texting', '0021_account_taken'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='webhookevent',
            index=models.Index(condition=models.Q(('state__in', ['malformed', 'quarantined'])), fields=['received_at'], name='webhook_stuck'),
        ),
    ]
