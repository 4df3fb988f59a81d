"""Rows of one model on their way into the database: compared, checked, written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, Model, UniqueConstraint
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from journal.domain.timetable.writing import make_way
from journal.models import Lesson

BATCH = 500
CHUNK = 5000  # keys in one query
MATCH, FRESH = "(row found)", "(begins with)"


class ChangedMeanwhileError(Exception):
    """A row was changed by somebody else since it was read."""


@dataclass(frozen=True)
class Taken:
    """What became of one row: `verb` added, changed, skipped or refused.

    `changes` by field name: [old, new]. `errors` by field name, "" for the row itself.
    """

    verb: str
    instance: Model
    changes: Mapping[str, list]
    errors: Mapping[str, list[str]]


class Records(ModelResource):
    """Rows of one model, collected by `take` and stored by `write`.

    Values come converted and foreign rows found, so a field takes what it is given; a
    value that is absent says nothing about the row.
    """

    class Meta:
        use_bulk = True
        clean_model_instances = True
        # import-export would copy each row twice; `before` is all that is compared.
        skip_diff = True
        store_instance = True

    def __init__(self) -> None:
        super().__init__()
        self.model: type[Model] = self._meta.model
        self.changes: dict[int, dict[str, list]] = {}
        self.before: dict[str, object] = {}
        self.import_fields = super().get_import_fields()

    # How import-export takes one row

    def get_instance(self, instance_loader, row):
        return row[MATCH]

    def init_instance(self, row=None):
        return self.model()

    def import_instance(self, instance, row, **kwargs):
        super().import_instance(instance, row, **kwargs)
        if instance.pk is None:
            for name, value in row[FRESH].items():
                if name not in row:
                    setattr(instance, name, value)

    def get_import_fields(self):
        return self.import_fields

    def after_init_instance(self, instance, new, row, **kwargs):
        self.before = {} if new else self._said(instance)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        """An unchanged row leaves no false history."""
        if instance.pk is None or import_validation_errors:
            return False
        return self._said(instance) == self.before

    def _said(self, instance: Model) -> dict[str, object]:
        return {f.column_name: f.get_value(instance) for f in self.import_fields}

    def validate_instance(
        self, instance, import_validation_errors=None, validate_unique=True
    ):
        """Fields and `clean`; what asks the database is asked for all rows at once."""
        errors = dict(import_validation_errors or {})
        foreign = {f.name for f in self.model._meta.fields if isinstance(f, ForeignKey)}
        try:
            instance.clean_fields(exclude=foreign | set(errors))
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        try:
            instance.clean()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def take(self, match: Model | None, values: Mapping, fresh: Mapping) -> Taken:
        """Collect one row; `fresh` completes a new one and is not compared.

        Foreign rows stand among `values` by their key.
        """
        if match is not None and self._stands(match, values):
            return Taken("skipped", match, {}, {})
        row = {MATCH: match, FRESH: fresh, **values}
        result = self.import_row(row, None, row_number=0, dry_run=True)
        if result.errors:  # a fault of the program, not of the file
            raise result.errors[0].error
        if result.validation_error:
            found = result.validation_error.message_dict
            errors = {"" if name == "__all__" else name: m for name, m in found.items()}
            return Taken("refused", match or self.model(), {}, errors)
        instance = result.instance
        if result.is_skip():
            return Taken("skipped", instance, {}, {})
        if result.is_new():
            return Taken("added", instance, {}, {})
        said = self._said(instance)
        changes = {
            name: [old, said[name]]
            for name, old in self.before.items()
            if old != said[name]
        }
        self.changes[instance.pk] = changes
        return Taken("changed", instance, changes, {})

    def _stands(self, match: Model, values: Mapping) -> bool:
        return all(
            getattr(match, field.attribute) == values[field.column_name]
            for field in self.import_fields
            if field.column_name in values
        )

    # The whole set

    def in_order(self) -> Iterator[list[Model]]:
        """The new rows as they can be stored: what others refer to goes first."""
        if self.create_instances:
            yield self.create_instances

    def clashes(self) -> Iterator[tuple[Model, tuple[str, ...], str]]:
        """(instance, fields, message) of rows that break a rule of uniqueness."""
        for names, message in self._unique_sets():
            attnames = [self.model._meta.get_field(name).attname for name in names]
            owners: dict[tuple, Model] = {}
            for instance in (*self.update_instances, *self.create_instances):
                key = tuple(getattr(instance, name) for name in attnames)
                if None in key:
                    continue
                if key in owners:
                    yield instance, names, message
                owners.setdefault(key, instance)
            moved = {instance.pk for instance in self.update_instances}
            for key, pk in self._stored(attnames, owners):
                if pk not in moved and key in owners:
                    yield owners[key], names, message

    def _unique_sets(self) -> Iterator[tuple[tuple[str, ...], str]]:
        for field in self.model._meta.fields:
            if field.unique and not field.primary_key:
                yield (field.name,), "Такое значение уже есть."
        for rule in self.model._meta.constraints:
            if isinstance(rule, UniqueConstraint) and rule.condition is None:
                yield tuple(rule.fields), str(rule.get_violation_error_message())

    def _stored(self, attnames, owners) -> Iterator[tuple[tuple, int]]:
        first = sorted({key[0] for key in owners})
        for start in range(0, len(first), CHUNK):
            chunk = {f"{attnames[0]}__in": first[start : start + CHUNK]}
            rows = self.model._base_manager.filter(**chunk)
            for *key, pk in rows.values_list(*attnames, "pk"):
                yield tuple(key), pk

    def write(self, by, reason: str) -> list[dict]:
        """Store what was taken, with history; call inside a transaction.

        Returns what undoing needs: model, key, the old and new values of changed
        fields. Raises ChangedMeanwhileError, and IntegrityError where the database
        refuses.
        """
        if not hasattr(self.model, "history"):
            # A list without a past (cycles) is not taken back either.
            for row in (*self.create_instances, *self.update_instances):
                row.save()
            return []
        author = {"default_user": by, "default_change_reason": reason}
        name = self.model._meta.model_name
        fields = sorted({field for known in self.changes.values() for field in known})
        if fields:
            self._still_as_read(fields)
            fields = room_made(self.update_instances, fields)
        for rows in self.in_order():
            bulk_create_with_history(rows, self.model, batch_size=BATCH, **author)
        if fields:
            bulk_update_with_history(
                self.update_instances, self.model, fields, batch_size=BATCH, **author
            )
        added = [
            {"model": name, "pk": row.pk, "changes": None}
            for row in self.create_instances
        ]
        return added + [
            {"model": name, "pk": row.pk, "changes": _by_key(self.changes[row.pk])}
            for row in self.update_instances
        ]

    def _still_as_read(self, fields: list[str]) -> None:
        attnames = [self.model._meta.get_field(name).attname for name in fields]
        known = {row.pk: row for row in self.update_instances}
        rows = self.model._base_manager.select_for_update().filter(pk__in=known)
        for pk, *stored in rows.values_list("pk", *attnames):
            for name, attname, value in zip(fields, attnames, stored, strict=True):
                changes = _by_key(self.changes[pk])
                read = changes.get(name, [getattr(known[pk], attname)])[0]
                if read != value:
                    raise ChangedMeanwhileError(str(known[pk]))


def room_made(rows: Sequence[Model], fields: list[str]) -> list[str]:
    """Let lessons exchange places: the fields to write after this, in one go."""
    if not rows or type(rows[0]) is not Lesson:
        return fields
    return [*fields, *(name for name in make_way(rows) if name not in fields)]


def delete(rows: Sequence[Model], by, reason: str) -> None:
    """Delete rows of one model that nothing refers to, with history, in a few queries.

    Raises IntegrityError where something does refer to them.
    """
    model = type(rows[0])
    past = model.history.model
    moment = timezone.now()
    told = [
        past(
            history_type="-",
            history_date=moment,
            history_user=by,
            history_change_reason=reason,
            **{one.attname: getattr(row, one.attname) for one in past.tracked_fields},
        )
        for row in rows
    ]
    past.objects.bulk_create(told, batch_size=BATCH)
    pks = [row.pk for row in rows]
    for start in range(0, len(pks), BATCH):
        gone = model._base_manager.filter(pk__in=pks[start : start + BATCH])
        # The signals of `delete` would write the history row by row.
        gone._raw_delete(gone.db)


def _by_key(changes: Mapping[str, list]) -> dict[str, list]:
    return {
        name: [getattr(value, "pk", value) for value in pair]
        for name, pair in changes.items()
    }


def records(
    model: type[Model], *names: str, objects: tuple[str, ...] = ()
) -> type[Records]:
    """The Records of a model whose named fields an importer may write.

    Foreign rows are given by key; `objects` as they are, which may be new themselves.
    """
    fields = {
        name: Field(model._meta.get_field(name).attname, name, Widget())
        for name in names
    } | {name: Field(name, name, Widget()) for name in objects}
    options = type("Meta", (Records.Meta,), {"model": model, "fields": tuple(fields)})
    return type(f"{model.__name__}Records", (Records,), {"Meta": options, **fields})
