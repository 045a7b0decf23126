"""Nor can the events of texts be emptied as a whole."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER texting_events_no_truncate BEFORE TRUNCATE ON texting_textevent
    FOR EACH STATEMENT EXECUTE FUNCTION texting_append_only();
"""

BACKWARD = "DROP TRIGGER texting_events_no_truncate ON texting_textevent;"


class Migration(migrations.Migration):
    dependencies = [("texting", "0026_words_of_reasons")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
