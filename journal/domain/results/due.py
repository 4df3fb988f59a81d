"""Who has given the marks of a period, and when: measured against the day due (S 6.5).

And how long families waited: a mark is theirs to see once it is signed, within so many
hours after it was known (U 7.3, S 13.2).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from journal.domain.results.official import is_given
from journal.domain.results.scales import RUNNING
from journal.domain.results.sheets import SIGNING
from journal.domain.results.term import due_of
from journal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Institution,
    Membership,
    PeriodClosing,
    Result,
    Sheet,
    SheetPart,
    User,
)

# A sheet of these kinds is the mark of its period: none is due beside it.
AS_GOOD = (
    Sheet.Kind.CREDIT,
    Sheet.Kind.DIFF_CREDIT,
    Sheet.Kind.COMPLEX_CREDIT,
    Sheet.Kind.COURSEWORK,
    Sheet.Kind.PRACTICE,
)
AHEAD = timedelta(days=7)


def owed(courses: QuerySet[Course], until: date, rules: Institution) -> QuerySet:
    """Those of the courses whose marks are due by `until` and not signed yet.

    Of the academic year of that day; not of closed periods and groups.
    """
    closed = PeriodClosing.objects.in_force().filter(
        period=OuterRef("period"), aspect=PeriodClosing.Aspect.RESULTS
    )
    return courses.filter(
        ~is_given(Q(sheet__kind__in=(Sheet.Kind.TERM, *AS_GOOD))),
        ~Exists(closed),
        period__last_day__lte=until + timedelta(days=rules.term_marks_days),
        period__year__in=AcademicYear.objects.on(until).order_by().values("pk"),
        group__closed_on__isnull=True,
    )


def held_by(user, day: date) -> QuerySet[Course]:
    """The courses that a person teaches on `day`."""
    held = CourseTeacher.objects.on(day).filter(employee__user=user)
    return Course.objects.filter(pk__in=held.order_by().values("course"))


def late_sheets(user: User, day: date, days: int) -> QuerySet[Sheet]:
    """Sheets of attestations that ought to be signed by `day` and are not, oldest first.

    Families see results within so many days of the attestation (U 7.3): whoever is late
    with the signature keeps them waiting.
    """
    return (
        Sheet.objects.visible_to(user, "sign")
        .filter(
            ~Q(kind__in=RUNNING),
            state=Sheet.State.DRAFT,
            date__lt=day - timedelta(days=days),
        )
        .select_related("group", "teacher")
        .order_by("date", "pk")
    )


@dataclass
class TermDue:
    """The marks of a period of one course; `late` in whole days.

    `waited` are the hours from the last mark to the signature, or to now; None where
    no mark is there. `by_attestation`: a credit or a practice gave the marks.
    """

    course: Course
    due: date
    members: int
    filled: int = 0
    signed_at: datetime | None = None
    late: int = 0
    waited: int | None = None
    by_attestation: bool = False
    teachers: list[str] = field(default_factory=list)


def read_due(courses: QuerySet[Course], day: date, rules: Institution) -> list[TermDue]:
    """When the marks of these courses were given, as of the end of `day`.

    By group and discipline; five queries.
    """
    courses = list(
        courses.select_related("group", "discipline", "period__year").order_by(
            "group__course_year", "group__name", "discipline__name", "pk"
        )
    )
    keys = [one.pk for one in courses]
    members = dict(
        Membership.objects.on(day)
        .filter(group__in={one.group_id for one in courses})
        .order_by()
        .values_list("group")
        .annotate(Count("student", distinct=True))
    )
    teachers: dict[int, list[str]] = {}
    held = CourseTeacher.objects.on(day).filter(course__in=keys)
    for one in held.select_related("employee").order_by("subgroup__number", "pk"):
        teachers.setdefault(one.course_id, []).append(one.employee.short_name)
    sheets = _sheets(keys, day)
    found = []
    for course in courses:
        line = TermDue(
            course, due_of(course.period, rules), members.get(course.group_id, 0)
        )
        line.teachers = list(dict.fromkeys(teachers.get(course.pk, [])))
        _measure(line, sheets.get(course.pk), day)
        found.append(line)
    return found


def _sheets(courses: list[int], day: date) -> dict[int, tuple]:
    """Course → (kind, signed at, marks, last mark at); what is signed stands first."""
    parts = (
        SheetPart.objects.filter(
            course__in=courses, sheet__kind__in=(Sheet.Kind.TERM, *AS_GOOD)
        )
        .exclude(sheet__state=Sheet.State.ANNULLED)
        .annotate(
            marks=Count(
                "sheet__results",
                filter=~Q(sheet__results__mark="") | ~Q(sheet__results__status=""),
            )
        )
        .order_by("sheet__signed_at", "sheet")
        .values_list("course", "sheet", "sheet__kind", "sheet__signed_at", "marks")
    )
    rows = [row for row in parts if row[2] == Sheet.Kind.TERM or row[3]]
    past = Result.history.filter(
        ~Q(history_change_reason=SIGNING) | Q(history_change_reason__isnull=True),
        ~Q(mark=""),
        sheet__in=[row[1] for row in rows],
    )
    last = dict(past.order_by().values_list("sheet").annotate(Max("history_date")))
    found: dict[int, tuple] = {}
    for course, sheet, kind, signed_at, marks in rows:
        if signed_at and timezone.localtime(signed_at).date() > day:
            signed_at = None
        known = found.get(course)
        if known is None or (signed_at and not known[1]):
            found[course] = (kind, signed_at, marks, last.get(sheet))
    return found


def _measure(line: TermDue, sheet: tuple | None, day: date) -> None:
    done = day
    if sheet:
        kind, line.signed_at, line.filled, last = sheet
        line.by_attestation = kind != Sheet.Kind.TERM
        if last:
            until = line.signed_at or timezone.now()
            line.waited = max(int((until - last).total_seconds() // 3600), 0)
        if line.signed_at:
            line.members = line.filled  # whom it was signed for
            done = timezone.localtime(line.signed_at).date()
    line.late = max((done - line.due).days, 0)
