"""How rows of a curriculum are stored, and what of it undoing must leave alone."""

from collections.abc import Iterable, Iterator

from django.db.models import Model

from journal.exchange.fields.curricula import WEEKS
from journal.exchange.records import records
from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Cycle,
    Discipline,
    PlanHours,
    PlanItem,
    PlanWeeks,
    Specialty,
)
from journal.models.curriculum.programmes import HoursKind

HOURS = ("total", *HoursKind.values, "practical_training")
STANDS = "учебный план утверждён и больше не меняется"
# Models of a plan → the way to its state.
STATE_OF = {
    Curriculum: "state",
    PlanItem: "curriculum__state",
    PlanHours: "item__curriculum__state",
    PlanWeeks: "curriculum__state",
    ComplexForm: "curriculum__state",
    ComplexFormPart: "complex_form__curriculum__state",
}


class ItemRecords(
    records(
        PlanItem, "index", "kind", "position", objects=("discipline", "cycle", "parent")
    )
):
    """Rows of plans; modules are stored before their children."""

    def in_order(self) -> Iterator[list[PlanItem]]:
        left = list(self.create_instances)
        while left:
            wave = [row for row in left if row.parent is None or row.parent.pk]
            yield wave
            left = [row for row in left if row.pk is None]


STORES = (  # in the order of writing
    records(Specialty),
    records(Cycle),
    records(Discipline),
    records(Curriculum),
    ItemRecords,
    records(PlanHours, *HOURS, "form"),
    records(PlanWeeks, *(name for name, _ in WEEKS.values())),
    records(ComplexForm, "form"),
    records(ComplexFormPart),
)


def standing(rows: Iterable[Model]) -> dict[tuple[str, int], str]:
    """What belongs to a plan that was approved since: (model, key) → why it stays."""
    keys: dict[type[Model], list[int]] = {}
    for row in rows:
        if type(row) in STATE_OF:
            keys.setdefault(type(row), []).append(row.pk)
    found = {}
    for model, pks in keys.items():
        approved = model.objects.filter(pk__in=pks).exclude(
            **{STATE_OF[model]: Curriculum.State.DRAFT}
        )
        for pk in approved.order_by().values_list("pk", flat=True):
            found[model._meta.model_name, pk] = STANDS
    return found
