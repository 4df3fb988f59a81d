"""A whole schema made at once."""

from django.db.migrations.operations.base import Operation


class MakeSchema(Operation):
    """Create all tables of a new database in their last shape.

    Django draws its picture of all models anew after each of two hundred steps, which
    takes twenty seconds before a new journal opens. Here the steps only tell the state;
    the tables are made from where it ends, keys, constraints and indexes included.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, steps: list[Operation]):
        self.steps = steps

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # drawn once, when the last step is known
        for step in self.steps:
            step.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for model in to_state.apps.get_app_config(app_label).get_models():
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for model in from_state.apps.get_app_config(app_label).get_models():
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)

    def describe(self):
        return "Make the whole schema"
