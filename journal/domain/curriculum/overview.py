"""A curriculum as one table: its tree with sums, its weeks, and what is wrong with it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from journal.domain.curriculum.hours import compared, given_hours
from journal.models import (
    AttestationForm,
    ComplexFormPart,
    Course,
    Curriculum,
    HoursKind,
    Institution,
    PlanHours,
    PlanItem,
    PlanWeeks,
)
from journal.models.words import worded

Kind = PlanItem.Kind
TOTAL, TRAINING = "total", "practical_training"
HOURS = (TOTAL, *HoursKind.values, TRAINING)
WEEKS = (
    *("theory", "study_practice", "work_practice", "diploma_practice"),
    *("attestation", "final"),
)
EXAMS = (AttestationForm.EXAM, AttestationForm.MODULE_EXAM)
CREDITS = (AttestationForm.CREDIT, AttestationForm.DIFF_CREDIT)
LEAST_SEMESTERS = 2
MOST_PLANS = 30  # thematic plans whose hours are compared on one page


@dataclass
class Line:
    """A row of the table: an item, or the sum of a cycle (`item` None) or of all.

    `cells` are semester → hours of an item; `sums` semester → column → hours in it and
    in what stands under it.
    """

    title: str
    item: PlanItem | None = None
    depth: int = 0
    cells: dict[int, PlanHours] = field(default_factory=dict)
    sums: dict[int, Counter] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def is_sum(self) -> bool:
        """Nobody types in a row that sums up others."""
        return self.item is None or self.has_children

    has_children: bool = False

    def in_all(self, column: str) -> int:
        return sum(kinds[column] for kinds in self.sums.values())

    def add(self, semester: int, kinds: Counter) -> None:
        self.sums[semester] += kinds


@dataclass
class Overview:
    """What the page of a plan shows; `complex_forms` (item, semester) → name."""

    plan: Curriculum
    lines: list[Line]
    total: Line
    weeks: dict[int, PlanWeeks]
    complex_forms: dict[tuple[int, int], str]
    semesters: int
    warnings: list[str] = field(default_factory=list)


def read_overview(plan: Curriculum) -> Overview:
    """A plan with its sums and warnings, in a few queries."""
    items = list(
        plan.items.select_related("discipline", "cycle").order_by("position", "pk")
    )
    cells: dict[int, dict[int, PlanHours]] = defaultdict(dict)
    for one in PlanHours.objects.filter(item__curriculum=plan):
        cells[one.item_id][one.semester] = one
    weeks = {one.semester: one for one in plan.weeks.all()}
    parts = ComplexFormPart.objects.filter(complex_form__curriculum=plan)
    complex_forms = {
        (item, semester): name
        for item, semester, name in parts.order_by().values_list(
            "item", "complex_form__semester", "complex_form__name"
        )
    }
    total = Line("Всего")
    lines = list(_lines(items, cells, total))
    held = max((max(by) for by in cells.values() if by), default=0)
    semesters = max(LEAST_SEMESTERS, held, max(weeks, default=0))
    semesters += semesters % 2  # whole years
    found = Overview(plan, lines, total, weeks, complex_forms, semesters)
    found.warnings = [
        *_of_weeks(found),
        *_of_years(found),
        *_of_items(found),
        *_of_topics(found),
    ]
    return found


def _lines(items: list[PlanItem], cells, total: Line) -> Iterator[Line]:
    """Cycles in the order of their first rows; modules before what they hold."""
    children: dict[int | None, list[PlanItem]] = defaultdict(list)
    known = {item.pk for item in items}
    for item in items:
        children[item.parent_id if item.parent_id in known else None].append(item)
    by_cycle: dict[int | None, list[PlanItem]] = defaultdict(list)
    for item in children[None]:
        by_cycle[item.cycle_id].append(item)
    for cycle, members in by_cycle.items():
        head = members[0].cycle
        above = [total]
        if cycle is not None or len(by_cycle) > 1:
            title = f"{head.code} {head.name}" if head else "Без цикла"
            above.append(Line(title))
            yield above[-1]
        for item in members:
            yield from _branch(item, children, cells, above, 0)


def _branch(item, children, cells, above: list[Line], depth: int) -> Iterator[Line]:
    line = Line(item.discipline.name, item, depth)
    line.has_children = bool(children[item.pk])
    line.cells = cells.get(item.pk, {})
    yield line
    for semester, one in line.cells.items():
        kinds = Counter({name: getattr(one, name) for name in HOURS})
        for upper in (line, *above):
            upper.add(semester, kinds)
    for child in children[item.pk]:
        yield from _branch(child, children, cells, [*above, line], depth + 1)


def week_count(weeks: PlanWeeks) -> Decimal:
    """Weeks of a semester in which there is something to do: all but vacations."""
    return sum((getattr(weeks, name) for name in WEEKS), Decimal(0))


def number(value: Decimal | int) -> str:
    """«10,5», «17»."""
    if value % 1:
        return f"{value:f}".rstrip("0").replace(".", ",")
    return str(int(value))


def _of_weeks(found: Overview) -> Iterator[str]:
    """Hours of a semester against its weeks × hours of a week."""
    norm = Institution.current().week_hours
    for semester in range(1, found.semesters + 1):
        hours = found.total.sums[semester][TOTAL] if semester in found.total.sums else 0
        weeks = found.weeks.get(semester)
        if weeks is None:
            if hours:
                yield f"{semester} семестр: недели в бюджете времени не указаны."
            continue
        count = week_count(weeks)
        limit = count * norm
        if hours != limit:
            off = hours - limit
            more = f"лишних {number(off)}" if off > 0 else f"не хватает {number(-off)}"
            yield (
                f"{semester} семестр: {hours} ч, а по неделям {number(count)} × {norm} = "
                f"{number(limit)} ч ({more} ч)."
            )


def _of_years(found: Overview) -> Iterator[str]:
    """Exams and credits of a year; a complex form is one, физкультура none."""
    rules = Institution.current()
    exams: dict[int, set] = defaultdict(set)
    credits: dict[int, set] = defaultdict(set)
    for line in found.lines:
        for semester, one in line.cells.items():
            year = (semester + 1) // 2
            complex_form = found.complex_forms.get((line.item.pk, semester))
            event = (semester, complex_form or line.item.pk)
            if one.form in EXAMS:
                exams[year].add(event)
            elif one.form in CREDITS and not is_physical(line.title):
                credits[year].add(event)
    for words, events, most in (
        ("экзаменов", exams, rules.exams_a_year),
        ("зачётов", credits, rules.credits_a_year),
    ):
        for year in sorted(events):
            if len(events[year]) > most:
                level = f"{year} {worded('курс', 'класс')}"
                yield f"{level}: {words} {len(events[year])}, а можно {most} в год."


def is_physical(name: str) -> bool:
    return "физическая культура" in name.casefold() or "физкультур" in name.casefold()


def _of_items(found: Overview) -> Iterator[str]:
    for line in found.lines:
        item = line.item
        if item is None:
            continue
        for semester, one in sorted(line.cells.items()):
            kinds = one.contact + one.self_study
            if one.total != kinds:
                yield (
                    f"{item}, {semester} семестр: всего {one.total} ч, а по видам вместе "
                    f"{kinds} ч."
                )
        if line.has_children or item.kind == Kind.MODULE:
            continue
        if not line.in_all(TOTAL):
            yield f"{item}: часов нет."
        elif item.kind != Kind.FINAL and not any(
            one.form for one in line.cells.values()
        ):
            yield f"{item}: нет ни одной формы контроля."


def _of_topics(found: Overview) -> Iterator[str]:
    """Thematic plans of courses whose hours are not those of the curriculum (S 6.6)."""
    courses = (
        Course.objects.filter(
            plan_item__curriculum=found.plan, thematic_plan__isnull=False
        )
        .select_related("group", "discipline", "thematic_plan")
        .prefetch_related("thematic_plan__lessons__kind")
        .order_by("thematic_plan__name", "group__name")[:MOST_PLANS]
    )
    cells = {line.item.pk: line.cells for line in found.lines if line.item}
    for course in courses:
        hours = cells[course.plan_item_id].get(course.semester)
        needed = {"total": course.hours}
        if hours is not None:
            needed = {kind.value: getattr(hours, kind.value) for kind in HoursKind}
        given = given_hours(course.thematic_plan.lessons.all())
        for words in compared(course, needed, given).words():
            yield f"КТП «{course.thematic_plan}». {words}"
