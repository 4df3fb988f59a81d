"""Curricula as the flat table: a row of the plan × semester; it comes back unchanged."""

from collections import defaultdict
from collections.abc import Iterable

from journal.domain.curriculum.overview import number
from journal.exchange.curriculum.storing import HOURS
from journal.exchange.fields.curricula import ABOUT, CURRICULUM, KINDS, WEEKS
from journal.models import ComplexFormPart, Curriculum, PlanHours, PlanItem, PlanWeeks
from journal.models.words import heading

Page = tuple[str, list[str], list[list]]  # name of the sheet, headings, rows

KEYS = (
    *("cycle", "cycle_name", "index", "name", "kind", "parent", "semester"),
    *HOURS,
    *("form", "complex_form"),
    *(known.key for known in ABOUT),
)
TITLES = {known.key: known.title for known in CURRICULUM}
FORM_WORDS = {
    "exam": "Экзамен",
    "diff_credit": "Дифференцированный зачёт",
    "credit": "Зачёт",
    "other": "Другая форма контроля",
    "coursework": "Курсовая работа",
    "module_exam": "Экзамен по модулю",
}


def titles() -> list[str]:
    return [heading(TITLES[key]) for key in KEYS]


def pages(plans: Iterable[Curriculum]) -> list[Page]:
    """A sheet for each plan, in a few queries for all of them."""
    plans = list(plans)
    items: dict[int, list[PlanItem]] = defaultdict(list)
    found = PlanItem.objects.filter(curriculum__in=plans)
    for item in found.select_related(
        "discipline", "cycle", "parent__discipline"
    ).order_by("position", "pk"):
        items[item.curriculum_id].append(item)
    hours: dict[int, list[PlanHours]] = defaultdict(list)
    known = PlanHours.objects.filter(item__curriculum__in=plans)
    for one in known.order_by("semester"):
        hours[one.item_id].append(one)
    parts = ComplexFormPart.objects.filter(complex_form__curriculum__in=plans)
    names = {
        (item, semester): name
        for item, semester, name in parts.order_by().values_list(
            "item", "complex_form__semester", "complex_form__name"
        )
    }
    weeks: dict[int, list[PlanWeeks]] = defaultdict(list)
    for one in PlanWeeks.objects.filter(curriculum__in=plans).order_by("semester"):
        weeks[one.curriculum_id].append(one)
    return [
        (plan.name, titles(), list(_rows(plan, items[plan.pk], hours, names, weeks)))
        for plan in plans
    ]


def _rows(plan, items, hours, names, weeks) -> Iterable[list]:
    head = about(plan)
    budget = _weeks(weeks[plan.pk])
    for row, item in enumerate(items):
        lines = hours[item.pk] or [None]
        for place, one in enumerate(lines):
            said = {
                **head,
                **(budget if row == place == 0 else {}),
                **_item(item),
                **(_hours(one) if one else {}),
            }
            if one:
                said["complex_form"] = names.get((item.pk, one.semester))
            yield [said.get(key) for key in KEYS]


def about(plan: Curriculum) -> dict[str, object]:
    """What names a plan, by the keys of its columns."""
    return {
        "specialty": str(plan.specialty) if plan.specialty else None,
        "admission_year": plan.admission_year,
        "study_form": plan.get_form_display(),
        "base": plan.get_base_display(),
        "plan": plan.name,
    }


def _item(item: PlanItem) -> dict[str, object]:
    cycle, parent = item.cycle, item.parent
    return {
        "cycle": cycle and cycle.code,
        "cycle_name": cycle and cycle.name,
        "index": item.index,
        "name": item.discipline.name,
        "kind": KINDS[item.kind][0],
        "parent": parent and (parent.index or parent.discipline.name),
    }


def _hours(one: PlanHours) -> dict[str, object]:
    said = {name: getattr(one, name) for name in HOURS}
    form = FORM_WORDS.get(one.form, "")
    return {**said, "semester": one.semester, "form": form}


def _weeks(weeks: list[PlanWeeks]) -> dict[str, str]:
    """«17 / 24 / 12»: what stands in no semester before the last is 0."""
    by_semester = {one.semester: one for one in weeks}
    found = {}
    for key, (name, _) in WEEKS.items():
        said = [
            number(getattr(by_semester[n], name)) if n in by_semester else "0"
            for n in range(1, max(by_semester, default=0) + 1)
        ]
        if any(part != "0" for part in said):
            found[key] = " / ".join(said)
    return found
