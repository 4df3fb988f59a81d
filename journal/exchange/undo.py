"""Taking an import back: what it added goes, what it changed gets its old values.

What somebody has changed since, or what other records stand on, stays and is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import DO_NOTHING, Model
from django.utils import timezone
from simple_history.models import HistoricalChanges
from simple_history.utils import bulk_update_with_history

from journal.exchange.importer import one_at_a_time
from journal.exchange.records import (
    BATCH,
    CHUNK,
    ChangedMeanwhileError,
    room_made,
)
from journal.exchange.registry import IMPORTERS
from journal.exchange.rights import may, reached
from journal.models import ImportBatch, User

CHANGED = "изменено после загрузки"
FOREIGN = "эту запись вы не ведёте"
# A part stays where its whole stays: nobody wants a student without the group.
PART_OF = {
    "membership": "student",
    "personalfile": "student",
    "socialcard": "student",
    "benefit": "student",
    "guardianship": "guardian",
    "plannedlesson": "plan",
    "planitem": "curriculum",
    "planweeks": "curriculum",
    "complexform": "curriculum",
    "planhours": "item",
    "complexformpart": "complex_form",
}
WHOLES = {
    "student": "student",
    "guardian": "guardian",
    "plan": "thematicplan",
    "curriculum": "curriculum",
    "item": "planitem",
    "complex_form": "complexform",
}
# Parts that have rights of their own.
CARDS = ("personalfile", "socialcard", "benefit")

Key = tuple[str, int]  # model name, key


@dataclass
class Undoing:
    """What undoing does: `deleted` and `restored` rows, and why others stay."""

    deleted: list[Model] = field(default_factory=list)
    restored: list[tuple[Model, dict]] = field(default_factory=list)
    kept: dict[Key, str] = field(default_factory=dict)
    rows: dict[Key, Model] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.deleted and not self.restored

    @property
    def stays(self) -> list[tuple[str, str]]:
        """(what stays, why), for a person to read."""
        return [(str(self.rows[key]), why) for key, why in self.kept.items()]


def may_see(by: User | None, batch: ImportBatch) -> bool:
    if by is None or batch.by_id == by.pk:
        return True
    return ImportBatch.objects.visible_to(by).filter(pk=batch.pk).exists()


def may_undo(by: User | None, batch: ImportBatch) -> bool:
    """Whoever loaded it, or sees all batches, with the permission to import."""
    importer = IMPORTERS.get(batch.importer)
    if importer is None or not batch.trace or not may(by, importer.permission()):
        return False
    return may_see(by, batch)


def undo(batch: ImportBatch, by: User | None) -> Undoing:
    """Take a batch back in one transaction, with history.

    What stays remains on the batch, to be undone once nothing holds it. Raises
    ChangedMeanwhileError where somebody wrote at the same moment; nothing is undone.
    """
    try:
        with transaction.atomic():
            one_at_a_time()
            return _undo(batch, by)
    except IntegrityError as error:
        raise ChangedMeanwhileError(str(batch)) from error


def _undo(batch: ImportBatch, by: User | None) -> Undoing:
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    undoing = plan_undo(batch, by)
    if not undoing.is_empty:
        _carry_out(undoing, batch, by)
        batch.trace = [line for line in batch.trace if _key(line) in undoing.kept]
        batch.undone_at, batch.undone_by = timezone.now(), by
        batch.save(update_fields=["trace", "undone_at", "undone_by"])
    return undoing


def _key(line: dict) -> Key:
    return line["model"], line["pk"]


def plan_undo(batch: ImportBatch, by: User | None) -> Undoing:
    """What undoing would do now; changes nothing."""
    undoing = Undoing(rows=_load(batch))
    importer = IMPORTERS[batch.importer]
    mine = set(
        reached(by, importer.model, importer.permission()).values_list("pk", flat=True)
    )
    main = importer.model._meta.model_name
    staying = importer.staying(undoing.rows.values())
    added = {}
    for line in batch.trace:
        key = _key(line)
        if key not in undoing.rows:  # gone already
            continue
        owner = _owner(undoing.rows[key], main)
        if (owner is not None and owner not in mine) or (
            key[0] in CARDS and not may(by, f"change_{key[0]}")
        ):
            undoing.kept[key] = FOREIGN
        elif key in staying:
            undoing.kept[key] = staying[key]
        elif line["changes"] is None:
            added[key] = undoing.rows[key]
        elif old := _old_values(undoing.rows[key], line["changes"]):
            undoing.restored.append((undoing.rows[key], old))
        else:
            undoing.kept[key] = CHANGED
    undoing.kept |= _changed_since(added)
    _keep_what_is_held(undoing, added)
    gone = [row for key, row in added.items() if key not in undoing.kept]
    undoing.deleted = gone[::-1]
    return undoing


def _owner(row: Model, main: str) -> int | None:
    """Key of the importer's own row that this one is, or is a part of."""
    name = row._meta.model_name
    if name == main:
        return row.pk
    if name in PART_OF and WHOLES[PART_OF[name]] == main:
        return getattr(row, f"{PART_OF[name]}_id")
    return None


def _load(batch: ImportBatch) -> dict[Key, Model]:
    """The rows of the batch that are still there."""
    keys: dict[str, list[int]] = {}
    for line in batch.trace:
        keys.setdefault(line["model"], []).append(line["pk"])
    found = {}
    for name, pks in keys.items():
        manager = apps.get_model("journal", name)._base_manager
        for start in range(0, len(pks), CHUNK):
            for pk, row in manager.in_bulk(pks[start : start + CHUNK]).items():
                found[name, pk] = row
    return found


def _old_values(row: Model, changes: Mapping[str, list]) -> dict[str, object] | None:
    """Attribute → old value; None where a field was changed since."""
    old = {}
    for name, (before, after) in changes.items():
        known = row._meta.get_field(name)
        target = known.target_field if known.remote_field else known
        if getattr(row, known.attname) != target.to_python(after):
            return None
        old[known.attname] = target.to_python(before)
    return old


def _changed_since(added: Mapping[Key, Model]) -> dict[Key, str]:
    """The rows that differ from how they were when they were added."""
    by_model: dict[str, dict[int, Model]] = {}
    for (name, pk), row in added.items():
        by_model.setdefault(name, {})[pk] = row
    found = {}
    for name, rows in by_model.items():
        past = apps.get_model("journal", name).history
        attnames = [one.attname for one in past.model.tracked_fields]
        pks = sorted(rows)
        for start in range(0, len(pks), CHUNK):
            begun = past.filter(history_type="+", id__in=pks[start : start + CHUNK])
            for pk, *values in begun.values_list("id", *attnames):
                if values != [getattr(rows[pk], attname) for attname in attnames]:
                    found[name, pk] = CHANGED
    return found


def _keep_what_is_held(undoing: Undoing, added: Mapping[Key, Model]) -> None:
    """Keep rows that something else refers to, and the parts of what is kept."""
    let_go = {  # references that restoring takes away
        (*_of(row), attname) for row, old in undoing.restored for attname in old
    }
    references = _references(added)
    parts = {
        key: (PART_OF[key[0]], getattr(row, f"{PART_OF[key[0]]}_id"))
        for key, row in added.items()
        if key[0] in PART_OF
    }
    before = -1
    while len(undoing.kept) > before:
        before = len(undoing.kept)
        for target, source, words in references:
            going = source[:2] in added and source[:2] not in undoing.kept
            if target not in undoing.kept and not going and source not in let_go:
                undoing.kept[target] = f"на запись ссылаются: {words}"
        for key, (field_name, pk) in parts.items():
            if (WHOLES[field_name], pk) in undoing.kept:
                undoing.kept.setdefault(
                    key, "остаётся вместе с записью, частью которой является"
                )


def _of(row: Model) -> Key:
    return row._meta.model_name, row.pk


def _references(added: Mapping[Key, Model]) -> list[tuple[Key, tuple, str]]:
    """(added row, (model, key, attribute) that refers to it, what that is)."""
    found = []
    names = {name for name, _ in added}
    for name in names:
        pks = sorted(pk for model, pk in added if model == name)
        for relation in apps.get_model("journal", name)._meta.get_fields(
            include_hidden=True
        ):
            if not relation.auto_created or relation.concrete or relation.many_to_many:
                continue
            model = relation.related_model
            # A log names its rows and holds none of them.
            if issubclass(model, HistoricalChanges) or relation.on_delete is DO_NOTHING:
                continue
            attname = relation.field.attname
            # Of a million marks it is enough to know whose they are.
            inside = (
                model._meta.model_name in names or model._meta.model_name == "course"
            )
            columns = (attname, "pk") if inside else (attname,)
            for start in range(0, len(pks), CHUNK):
                rows = model._base_manager.order_by().filter(
                    **{f"{attname}__in": pks[start : start + CHUNK]}
                )
                for target, *source in rows.values_list(*columns).distinct():
                    words = str(model._meta.verbose_name_plural)
                    where = (model._meta.model_name, *(source or [0]), attname)
                    found.append(((name, target), where, words))
    return found


def _carry_out(undoing: Undoing, batch: ImportBatch, by: User | None) -> None:
    reason = f"Отмена загрузки «{batch.file_name[:150]}»"
    restored: dict[type[Model], list[tuple[Model, dict]]] = {}
    for row, old in undoing.restored:
        restored.setdefault(type(row), []).append((row, old))
    for model, rows in restored.items():
        for row, old in rows:
            for attname, value in old.items():
                setattr(row, attname, value)
        attnames = {attname for _, old in rows for attname in old}
        fields = [f.name for f in model._meta.fields if f.attname in attnames]
        going = [row for row in undoing.deleted if type(row) is model]
        fields = room_made([*(row for row, _ in rows), *going], fields)
        bulk_update_with_history(
            [row for row, _ in rows],
            model,
            fields,
            batch_size=BATCH,
            default_user=by,
            default_change_reason=reason,
        )
    gone: dict[type[Model], list[Model]] = {}
    for row in undoing.deleted:
        gone.setdefault(type(row), []).append(row)
    for rows in gone.values():
        IMPORTERS[batch.importer].take_back(rows, by, reason)
