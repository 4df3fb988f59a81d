"""What makes a curriculum of the demonstration whole: weeks, complex credits, ГИА."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from journal.domain.curriculum.overview import is_physical
from journal.domain.demo.pouring import saved, saved_all
from journal.models import (
    AttestationForm,
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Discipline,
    Institution,
    PlanHours,
    PlanItem,
    PlanWeeks,
)

FINAL_WEEKS = 6
WINTER, SUMMER = 2, 9  # weeks of vacations
MOST_CREDITS = 10
CREDITS = (AttestationForm.CREDIT, AttestationForm.DIFF_CREDIT)


def complete(plan: Curriculum, hours: list[PlanHours], at: datetime) -> None:
    """Whole weeks in every semester, credits taken together, the last weeks for ГИА."""
    week = Institution.current().week_hours
    last = max(one.semester for one in hours)
    session = _row(
        plan, "ПА", "Промежуточная аттестация", PlanItem.Kind.MODULE, 900, at
    )
    name = "Государственная итоговая аттестация"
    final = _row(plan, "ГИА", name, PlanItem.Kind.FINAL, 901, at)
    taken, practice = Counter(), Counter()
    for one in hours:
        taken[one.semester] += one.total
        practice[one.semester] += one.practice
    more, weeks = [], []
    for semester in range(1, last + 1):
        count = -(-taken[semester] // week)
        if left := count * week - taken[semester]:
            more.append(_attestation(session, semester, left))
        at_work = practice[semester] // week
        weeks.append(
            PlanWeeks(
                curriculum=plan,
                semester=semester,
                theory=count - at_work,
                study_practice=at_work,
                final=FINAL_WEEKS if semester == last else 0,
                vacation=WINTER if semester % 2 else 0 if semester == last else SUMMER,
            )
        )
    more.append(_attestation(final, last, FINAL_WEEKS * week))
    saved_all(more, at)
    saved_all(weeks, at)
    _together(plan, hours, at)


def unfinished(hours: list[PlanHours], at: datetime) -> None:
    """A draft that still has something to be mended: hours cut, a form not chosen."""
    longest = max(hours, key=lambda one: (one.theory, -one.semester))
    longest.theory -= 8
    longest.total -= 8
    bare = [one for one in hours if one.item_id == hours[-1].item_id]
    for one in bare:
        one.form = ""
    for row in {id(one): one for one in (longest, *bare)}.values():
        saved(row, at + timedelta(hours=2))


def _row(plan, index: str, name: str, kind: str, place: int, at: datetime) -> PlanItem:
    discipline = Discipline.objects.filter(name=name).first()
    if discipline is None:
        discipline = Discipline(name=name)
        saved(discipline, at)
    row = PlanItem(
        curriculum=plan,
        discipline=discipline,
        index=index,
        raw_index=index,
        kind=kind,
        position=place,
    )
    saved(row, at)
    return row


def _attestation(item: PlanItem, semester: int, hours: int) -> PlanHours:
    return PlanHours(item=item, semester=semester, attestation=hours, total=hours)


def _together(plan: Curriculum, hours: list[PlanHours], at: datetime) -> None:
    """Credits of a year beyond the most are taken three at once (КДЗ)."""
    of_year: dict[int, list[PlanHours]] = defaultdict(list)
    for one in hours:
        if one.form in CREDITS and not is_physical(one.item.discipline.name):
            of_year[(one.semester + 1) // 2].append(one)
    for credits in of_year.values():
        left = len(credits)
        alike: dict[tuple, list[PlanHours]] = defaultdict(list)
        for one in sorted(credits, key=lambda one: one.item.position):
            alike[one.semester, one.form].append(one)
        for (semester, form), rows in alike.items():
            while left > MOST_CREDITS and len(rows) > 1:
                three, rows = rows[:3], rows[3:]
                left -= len(three) - 1
                _complex(plan, semester, form, [one.item for one in three], at)


def _complex(plan, semester: int, form: str, items: list[PlanItem], at) -> None:
    indexes = ", ".join(item.index for item in items)
    name = f"Комплексный зачёт: {indexes}"
    made = ComplexForm(curriculum=plan, name=name, semester=semester, form=form)
    saved(made, at)
    saved_all([ComplexFormPart(complex_form=made, item=item) for item in items], at)
