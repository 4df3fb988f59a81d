"""Writing a past: many rows at once, each with its history at its own time.

Marks, absences and lessons of a demonstration run into the million. They are written as
the tables stand, their history rows beside them, by `executemany` on SQLite and by COPY
on PostgreSQL: a fraction of what the bulk helpers take. Triggers and constraints of the
database hold as ever. Nothing but the demonstration and the bench writes so.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import Max

HISTORY = ("history_date", "history_change_reason", "history_type", "history_user_id")


def saved(row: models.Model, at: datetime, by=None) -> models.Model:
    """Save one row, its history dated `at` in the name of `by`."""
    row._history_date, row._history_user = at, by
    row.save()
    return row


def saved_all(rows: Iterable[models.Model], at: datetime, by=None) -> list:
    """Save rows of one model, their history dated `at` in the name of `by`."""
    rows = list(rows)
    if rows:
        pour = Pour(type(rows[0]))
        for row in rows:
            pour.add(row, at, by and by.pk)
        pour.flush()
    return rows


class Table:
    """One model's table, or that of its history, and the rows that wait for it."""

    def __init__(self, model: type[models.Model], names: list[str]):
        self.model, self.rows = model, []
        self.columns = {field.attname: field for field in model._meta.concrete_fields}
        self.fields = [self.columns[name] for name in names]
        # Only dates and times look different in a database.
        self.dated = [
            (place, field)
            for place, field in enumerate(self.fields)
            if isinstance(field, models.DateField)
        ]

    def write(self) -> None:
        rows, self.rows = self.rows, []
        if not rows:
            return
        for place, field in self.dated:
            known: dict = {}  # a lesson's time stands in every row written in it
            for row in rows:
                value = row[place]
                if value not in known:
                    known[value] = field.get_db_prep_save(value, connection)
                row[place] = known[value]
        quote = connection.ops.quote_name
        table = quote(self.model._meta.db_table)
        columns = ", ".join(quote(field.column) for field in self.fields)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                places = ", ".join(["%s"] * len(self.fields))
                # Names of our own tables and columns; the values are bound.
                words = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608
                cursor.executemany(words, rows)


class Pour:
    """Rows of several models with their history, written by `flush` in this order."""

    def __init__(self, *kinds: type[models.Model]):
        self.tables: dict[type, tuple[Table, Table, list[str]]] = {}
        self.waiting: dict[type, list] = {model: [] for model in kinds}
        self.written: dict[str, int] = {}
        self.next: dict[type, int] = {}
        for model in kinds:
            names = [field.attname for field in model._meta.concrete_fields]
            past = model.history.model
            self.tables[model] = (
                Table(model, names),
                Table(past, [*names, *HISTORY]),
                names,
            )
            self.next[model] = (model.objects.aggregate(Max("pk"))["pk__max"] or 0) + 1

    def add(self, row: models.Model, at: datetime, by: int | None = None) -> None:
        """A new row, as it is now in history, as it will be at `flush` in its table."""
        model = type(row)
        row.pk, row._state.adding = self.next[model], False
        self.next[model] += 1
        self.waiting[model].append(row)
        self._remember(row, "+", at, by, None)

    def change(
        self, row: models.Model, at: datetime, by: int | None = None, reason: str = ""
    ) -> None:
        """The row changed: its new state in history, at `at`, by the user id `by`."""
        self._remember(row, "~", at, by, reason or None)

    def _remember(self, row, kind: str, at: datetime, by: int | None, reason) -> None:
        _, past, names = self.tables[type(row)]
        values = row.__dict__
        past.rows.append([*[values[name] for name in names], at, reason, kind, by])

    def flush(self) -> None:
        """Write what waits, in one transaction.

        No savepoint: under one SQLite needs the longer for each row of a table with
        triggers, the more was written before.
        """
        with transaction.atomic(savepoint=False):
            for model, (table, past, names) in self.tables.items():
                for row in self.waiting[model]:
                    values = row.__dict__
                    table.rows.append([values[name] for name in names])
                for one in (table, past):
                    label = one.model._meta.model_name
                    self.written[label] = self.written.get(label, 0) + len(one.rows)
                    one.write()
                self.waiting[model] = []
            reset = connection.ops.sequence_reset_sql(no_style(), list(self.tables))
            with connection.cursor() as cursor:
                for words in reset:
                    cursor.execute(words)
                if connection.vendor == "postgresql":
                    # The guards' queries were planned for tables still empty.
                    for table, _, _ in self.tables.values():
                        name = connection.ops.quote_name(table.model._meta.db_table)
                        cursor.execute(f"ANALYZE {name}")
