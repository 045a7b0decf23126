import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('texting', '0020_webhooks_lead_here'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountTaken',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('finding_count', models.IntegerField()),
                ('taken_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='accounttaken',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='account_taken_once'),
        ),
    ]
