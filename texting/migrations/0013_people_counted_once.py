from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("texting", "0012_decisions")]

    operations = [
        migrations.AddField("draftrecipient", "human", models.CharField(max_length=40, default=""), preserve_default=False),
        migrations.RunSQL("UPDATE texting_draftrecipient SET human = record_type || ':' || record_id", migrations.RunSQL.noop),
    ]
