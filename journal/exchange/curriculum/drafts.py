"""A draft of a curriculum while a file goes into it, and what names its rows."""

import re
from dataclasses import dataclass, field

from journal.exchange.curriculum.heads import ABOUT
from journal.exchange.lookups import LATIN_TO_CYRILLIC, squeezed
from journal.exchange.mapping import Row
from journal.exchange.reading.text import as_text
from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Cycle,
    PlanHours,
    PlanItem,
    PlanWeeks,
)

Kind = PlanItem.Kind
USUAL = re.compile(r"[А-ЯЁ]{1,6}([. ]?\d{1,2}(\.\d{1,2}){0,2}(\.[А-ЯЁ]{1,3})?)?")
# The beginning of an index → the kind of its row, where the table does not say it.
BY_INDEX = (
    (re.compile(r"МДК"), Kind.COURSE),
    (re.compile(r"УП\.?\d"), Kind.STUDY_PRACTICE),
    (re.compile(r"(ПП\.?\d|ПДП)"), Kind.WORK_PRACTICE),
    (re.compile(r"ПМ\.?\s?\d+\.?\s?[А-ЯЁ(]"), Kind.MODULE_EXAM),
    (re.compile(r"ПМ\.?\s?\d+$"), Kind.MODULE),
    (re.compile(r"ГИА"), Kind.FINAL),
)


@dataclass
class Draft:
    """One plan of the file: what it holds already, and what the file says of it."""

    plan: Curriculum
    items: dict[str, PlanItem] = field(default_factory=dict)
    hours: dict[tuple[int, int], PlanHours] = field(default_factory=dict)
    weeks: dict[int, PlanWeeks] = field(default_factory=dict)
    forms: dict[tuple[int, str], ComplexForm] = field(default_factory=dict)
    parts: set[tuple[int, int]] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)  # of rows seen, by key
    seen: dict[tuple[str, int], Row] = field(default_factory=dict)
    said_forms: dict[tuple[int, str], str] = field(default_factory=dict)
    cycle: Cycle | None = None  # of an old table: the heading above the row


def read_draft(plan: Curriculum) -> Draft:
    """What stands in a plan, in a few queries."""
    draft = Draft(plan)
    if plan.pk is None:
        return draft
    rows = plan.items.select_related("discipline", "cycle", "parent")
    for item in rows:
        draft.items[key_of(item.index, item.discipline.name)] = item
    for hours in PlanHours.objects.filter(item__curriculum=plan):
        draft.hours[hours.item_id, hours.semester] = hours
    draft.weeks = {weeks.semester: weeks for weeks in plan.weeks.all()}
    for form in plan.complex_forms.all():
        draft.forms[form.semester, form.name] = form
    parts = ComplexFormPart.objects.filter(complex_form__curriculum=plan)
    draft.parts = set(parts.order_by().values_list("complex_form", "item"))
    return draft


def normal_index(said: str) -> str:
    """« ПM.01» with a Latin M → «ПМ.01»; letters of an index are Russian."""
    return " ".join(said.translate(LATIN_TO_CYRILLIC).split())


def key_of(index: str, name: str) -> str:
    """What a row of a plan is known by."""
    return index.casefold() or f"({squeezed(name)})"


def kind_of(row: Row, index: str, known: str | None = None) -> str:
    """What the row says, else what is known of it, else what its index tells."""
    said = row.values.get("kind") or known
    upper = index.upper()
    found = next((kind for sign, kind in BY_INDEX if sign.match(upper)), None)
    return said or found or Kind.DISCIPLINE


def module_of(row: Row, index: str) -> str:
    """The index of the module that the row belongs to, by its column or its own index."""
    if "parent" in row.values:
        return normal_index(as_text(row.values["parent"]))
    match = re.match(r"(?:МДК|УП|ПП)\.?\s?(\d{1,2})\b", index.upper())
    return f"ПМ.{match[1]}" if match else ""


def about(row: Row) -> tuple[str, ...]:
    """What the row says of the plan that it belongs to."""
    return tuple(as_text(row.values.get(key)) for key in ABOUT)
