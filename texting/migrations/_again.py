"""Steps of a migration that is not atomic and may break off: begun again, it goes on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations import AddField


class AddFieldOnce(AddField):
    """Nothing when the column is there."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        with schema_editor.connection.cursor() as cursor:
            columns = schema_editor.connection.introspection.get_table_description(cursor, model._meta.db_table)
        if model._meta.get_field(self.name).column not in {column.name for column in columns}:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddIndexAnew(AddIndexConcurrently):
    """Without what one that broke off has left: an index that PostgreSQL keeps up and never uses."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
