"""An audit entry never changes and never goes."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION administration_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER administration_audit_append_only BEFORE UPDATE OR DELETE ON administration_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION administration_append_only();
"""

BACKWARD = """
DROP TRIGGER administration_audit_append_only ON administration_auditentry;
DROP FUNCTION administration_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("administration", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
