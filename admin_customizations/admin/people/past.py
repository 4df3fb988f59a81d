"""What was changed on a part of a card, in words."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import BooleanField
from django.utils.text import capfirst
from simple_history.models import ModelChange

from admin_customizations.toolkit.history import WordedChanges

MOST = 200
DONE = {"+": "внесено", "~": "изменено", "-": "удалено"}


@dataclass
class Step:
    """One saving of one row: `fields` as (title, old, new), in words."""

    at: datetime
    by: str
    done: str
    row: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)


def past_of(inlines, person) -> list[Step]:
    """The last savings of rows of these parts about `person`, the latest first."""
    found = []
    for inline in inlines:
        owner = inline.fk_name or person._meta.model_name
        found += _steps(inline.model, owner, person)
    return sorted(found, key=lambda step: step.at, reverse=True)[:MOST]


def _steps(model, owner: str, person) -> list[Step]:
    records = list(
        model.history.filter(**{owner: person.pk})
        .select_related("history_user")
        .order_by("history_date", "history_id")[:MOST]
    )
    fields = [one for one in model._meta.fields if one.name not in ("id", owner)]
    before: dict[int, dict] = {}
    found = []
    for record in records:
        values = {one.name: getattr(record, one.name, None) for one in fields}
        old = before.get(record.id, {})
        before[record.id] = values
        step = Step(
            record.history_date,
            str(record.history_user or "журнал"),
            DONE[record.history_type],
            capfirst(model._meta.verbose_name),
        )
        if record.history_type != "-":
            step.fields = list(_differences(model, record, fields, old, values))
        if step.fields or record.history_type != "~":
            found.append(step)
    return found


def _differences(model, record, fields, old: dict, new: dict):
    words = WordedChanges(model, record)
    for one in fields:
        was, now = old.get(one.name), new[one.name]
        if was == now or not (was or now):
            continue
        if isinstance(one, BooleanField):
            was = bool(was)
        change = ModelChange(one.name, was, now)
        yield (
            capfirst(str(one.verbose_name)),
            str(words.prepare_delta_change_value(change, was) or "не указано"),
            str(words.prepare_delta_change_value(change, now) or "не указано"),
        )
