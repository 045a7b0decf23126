from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('texting', '0016_humans_counted_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='words',
            field=models.TextField(blank=True, db_default='', editable=False),
        ),
    ]
