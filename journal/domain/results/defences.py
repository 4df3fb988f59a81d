"""How theses were defended: figures of the chair's report (F8, R9; U 5.3)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from journal.domain.results.averages import NUMERIC, average, percent_of, rates
from journal.models import (
    AcademicYear,
    Diploma,
    Membership,
    Result,
    Sheet,
    StudyForm,
    Thesis,
)

FORMS = dict(StudyForm.choices)
NO_SPECIALTY = "Без специальности"


@dataclass
class Defences:
    """Figures of one specialty and form of study.

    `marks` are those of the signed sheets of the defence, the last one of each student;
    the average is plain, quality the share of 5 and 4 among those who defended.
    """

    specialty: str
    form: str
    theses: int = 0
    admitted: int = 0
    marks: Counter = field(default_factory=Counter)
    origins: Counter = field(default_factory=Counter)
    for_use: int = 0
    for_print: int = 0
    honours: int = 0

    @property
    def defended(self) -> int:
        return sum(self.marks[mark] for mark in NUMERIC)

    def share(self, mark: str) -> Decimal | None:
        """Per cent of those who defended, to two decimals; None where nobody did."""
        return percent_of(self.marks[mark], self.defended)

    @property
    def average(self) -> Decimal | None:
        return average((mark, count) for mark, count in self.marks.items())

    @property
    def quality(self) -> Decimal | None:
        return rates(self.marks.elements()).quality

    def add(self, other: "Defences") -> None:
        """Count another line in, for the totals."""
        for name in ("theses", "admitted", "for_use", "for_print", "honours"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.marks += other.marks
        self.origins += other.origins


def read_defences(theses, year: AcademicYear, day: date) -> list[Defences]:
    """Figures of these (visible) theses of a year, by specialty and form of study.

    Marks are those of sheets up to `day`, diplomas those issued by then. The form is that of the student's last membership of the group. Four queries.
    """
    rows = list(
        theses.filter(year=year).select_related("group__specialty").order_by("pk")
    )
    students = [one.student_id for one in rows]
    spans = Membership.objects.filter(student__in=students).order_by("start")
    forms = dict(spans.values_list("student", "form"))
    marks = dict(
        Result.objects.filter(
            student__in=students,
            sheet__kind=Sheet.Kind.DEFENCE,
            sheet__state=Sheet.State.SIGNED,
            sheet__period__year=year,
            sheet__date__lte=day,
        )
        .exclude(mark="")
        .order_by("sheet__attempt", "sheet__date", "sheet")
        .values_list("student", "mark")
    )
    honours = set(
        Diploma.objects.filter(
            Q(issued_on__isnull=True) | Q(issued_on__lte=day),
            student__in=students,
            kind=Diploma.Kind.HONOURS,
        ).values_list("student", flat=True)
    )
    found: dict[tuple[str, str], Defences] = {}
    for one in rows:
        specialty = str(one.group.specialty or NO_SPECIALTY)
        form = FORMS.get(forms.get(one.student_id, ""), "")
        line = found.setdefault((specialty, form), Defences(specialty, form))
        _count(line, one, marks.get(one.student_id, ""), one.student_id in honours)
    return [found[key] for key in sorted(found)]


def _count(line: Defences, thesis: Thesis, mark: str, has_honours: bool) -> None:
    line.theses += 1
    line.admitted += thesis.is_admitted
    line.origins[thesis.origin] += 1
    line.for_use += thesis.is_for_use
    line.for_print += thesis.is_for_print
    line.honours += has_honours
    if mark:
        line.marks[mark] += 1


def with_defence(theses: QuerySet[Thesis]) -> QuerySet[Thesis]:
    """Theses with the mark of their `defence` and how many the supervisor has `led`.

    The mark is that of the last signed sheet of the year, None before; `led` counts the
    theses of the same supervisor and year.
    """
    marks = (
        Result.objects.filter(
            student=OuterRef("student"),
            sheet__period__year=OuterRef("year"),
            sheet__kind=Sheet.Kind.DEFENCE,
            sheet__state=Sheet.State.SIGNED,
        )
        .exclude(mark="")
        .order_by("-sheet__attempt", "-sheet__date", "-sheet")
    )
    led = (
        Thesis.objects.filter(supervisor=OuterRef("supervisor"), year=OuterRef("year"))
        .order_by()
        .values("supervisor")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return theses.annotate(
        defence=Subquery(marks.values("mark")[:1]), led=Subquery(led)
    )
