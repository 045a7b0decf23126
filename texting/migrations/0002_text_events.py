"""Every change of a text's status leaves a row in texting_textevent, whoever makes it, and no such row ever changes.

Statement-level triggers with transition tables: one INSERT a statement, for 1 text or 64.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION texting_note_new_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO texting_textevent (text_id, status, reason, attempt, at)
    SELECT id, status, reason, attempt, clock_timestamp() FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION texting_note_changed_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO texting_textevent (text_id, status, reason, attempt, at)
    SELECT n.id, n.status, n.reason, n.attempt, clock_timestamp()
    FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE n.status <> o.status;
    RETURN NULL;
END $$;

CREATE FUNCTION texting_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER texting_note_new_texts AFTER INSERT ON texting_text
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION texting_note_new_texts();
CREATE TRIGGER texting_note_changed_texts AFTER UPDATE ON texting_text
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION texting_note_changed_texts();
CREATE TRIGGER texting_events_append_only BEFORE UPDATE OR DELETE ON texting_textevent
    FOR EACH STATEMENT EXECUTE FUNCTION texting_append_only();
"""

BACKWARD = """
DROP TRIGGER texting_events_append_only ON texting_textevent;
DROP TRIGGER texting_note_changed_texts ON texting_text;
DROP TRIGGER texting_note_new_texts ON texting_text;
DROP FUNCTION texting_append_only();
DROP FUNCTION texting_note_changed_texts();
DROP FUNCTION texting_note_new_texts();
"""


class Migration(migrations.Migration):
    dependencies = [("texting", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
