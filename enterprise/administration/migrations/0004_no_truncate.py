"""Nor can the audit be emptied as a whole."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER administration_audit_no_truncate BEFORE TRUNCATE ON administration_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION administration_append_only();
"""

BACKWARD = "DROP TRIGGER administration_audit_no_truncate ON administration_auditentry;"


class Migration(migrations.Migration):
    dependencies = [("administration", "0003_audit_origin")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
