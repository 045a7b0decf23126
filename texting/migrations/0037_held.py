import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("texting", "0036_paused_when_left"),
    ]

    operations = [
        migrations.AddField(
            model_name="line",
            name="held",
            field=models.DurationField(db_default=datetime.timedelta(0)),
        ),
        migrations.AddField(
            model_name="line",
            name="held_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="text",
            name="line_held",
            field=models.DurationField(db_default=datetime.timedelta(0)),
        ),
    ]
