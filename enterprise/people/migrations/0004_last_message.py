"""`last_message_at` of a person is when the last message was logged on the record, whoever writes to the log and how.

Statement-level triggers with transition tables: one UPDATE a statement and kind, for 1 message or 500. The people are
locked in the order of their ids, so that two who log at once wait for each other instead of locking each other out.
"""

from django.db import migrations

KINDS = {"employee": "employees_employee", "contact": "contacts_contact"}
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}
FUNCTION = """
CREATE FUNCTION people_keep_last_message() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text := TG_ARGV[0];
    people text := TG_ARGV[1];
    ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        ids := ARRAY(SELECT DISTINCT record_id FROM new_rows WHERE record_type = kind);
    ELSIF TG_OP = 'DELETE' THEN
        ids := ARRAY(SELECT DISTINCT record_id FROM old_rows WHERE record_type = kind);
    ELSE
        ids := ARRAY(SELECT record_id FROM old_rows WHERE record_type = kind
                     UNION SELECT record_id FROM new_rows WHERE record_type = kind);
    END IF;
    IF cardinality(ids) > 0 THEN
        EXECUTE format('SELECT 1 FROM %I WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE', people) USING ids;
        EXECUTE format(
            'UPDATE %I person SET last_message_at = ('
            '    SELECT max(created_at) FROM messagelog_message WHERE record_type = $2 AND record_id = person.id'
            ') WHERE id = ANY ($1)', people) USING ids, kind;
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER {people}_last_message_{event} AFTER {event} ON messagelog_message
    {referencing} FOR EACH STATEMENT EXECUTE FUNCTION people_keep_last_message('{kind}', '{people}');
"""
# No index holds the column, so that an update changes the row alone, where its page has room for another version.
FILL = """
ALTER TABLE {people} SET (fillfactor = 85);
UPDATE {people} person SET last_message_at = (
    SELECT max(created_at) FROM messagelog_message WHERE record_type = '{kind}' AND record_id = person.id
);
"""
FORWARD = [FUNCTION]
for kind, people in KINDS.items():
    FORWARD += [TRIGGER.format(kind=kind, people=people, event=event, referencing=EVENTS[event]) for event in EVENTS]
    FORWARD.append(FILL.format(kind=kind, people=people))
BACKWARD = """
DROP FUNCTION people_keep_last_message() CASCADE;
ALTER TABLE employees_employee RESET (fillfactor);
ALTER TABLE contacts_contact RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_fill_search_columns"),
        ("contacts", "0002_search_columns"),
        ("employees", "0002_search_columns"),
        ("messagelog", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
