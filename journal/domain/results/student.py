"""What one student has earned and missed, read set by set."""

from datetime import date
from typing import NamedTuple

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Sum

from journal.domain.curriculum.trajectory import (
    absence_is_off,
    is_off,
    tag_of,
)
from journal.domain.spans import covers
from journal.models import (
    Absence,
    AttestationForm,
    Course,
    Exemption,
    Lesson,
    Mark,
    SubgroupMember,
)
from journal.models.prepared import Prepared


class Span(NamedTuple):
    """A student's half-open span in a group."""

    group: int
    name: str
    start: date
    end: date | None

    def covers(self, day: date) -> bool:
        return covers(self.start, self.end, day)

    def meets(self, first: date, last: date) -> bool:
        """Does it hold on some day of first … last, both included?"""
        return self.start <= last and (self.end is None or self.end > first)


def sat_in(spans: list[Span], group: int, day: date) -> bool:
    """Did the student sit in the group on `day`?"""
    return any(span.group == group and span.covers(day) for span in spans)


class StudiedPeriod(NamedTuple):
    """A period in which a student had courses; both dates included."""

    pk: int
    year: str
    kind: str
    number: int
    first_day: date
    last_day: date


class StudiedCourse(NamedTuple):
    """A course of a student's group with the form of its attestation in words."""

    pk: int
    group: int
    discipline: str
    form: str
    period: StudiedPeriod
    exemptions: list["Exempt"]


class Exempt(NamedTuple):
    """A step off the common way; half-open. `hours` and `note` of an individual plan."""

    kind: str
    start: date
    end: date | None
    mark: str = ""
    hours: int | None = None
    note: str = ""

    @property
    def title(self) -> str:
        return Exemption.Kind(self.kind).label

    @property
    def tag(self) -> str:
        return tag_of(self.kind, self.mark)


class Earned(NamedTuple):
    """One mark with the work it stands for."""

    course: int
    date: date
    value: str
    kind: str
    weight: int
    topic: str


class Missed(NamedTuple):
    """One absence or lateness; `hours` are academic, `lesson_hours` the whole lesson."""

    date: date
    number: int | None
    discipline: str
    letter: str
    reason: str
    is_absence: bool
    is_excused: bool
    hours: int
    minutes: int | None
    lesson_hours: int
    is_taken: bool


def own_part(student) -> Q:
    """The condition on lessons: of the whole group, or of the student's subgroup then."""
    members = SubgroupMember.objects.filter(
        Q(end__isnull=True) | Q(end__gt=OuterRef("date")),
        student=student,
        subgroup=OuterRef("subgroup"),
        start__lte=OuterRef("date"),
    )
    return Q(subgroup__isnull=True) | Q(Exists(members))


@Prepared
def _read_courses(student, groups):
    own = FilteredRelation("exemptions", condition=Q(exemptions__student=student))
    return (
        Course.objects.filter(group__in=groups)
        .annotate(own=own)
        .order_by("discipline__name", "pk", "own__start")
        .values_list(
            "pk",
            "group",
            "discipline__name",
            "attestation_form",
            "period",
            "period__year__name",
            "period__kind",
            "period__number",
            "period__first_day",
            "period__last_day",
            "own__kind",
            "own__start",
            "own__end",
            "own__mark",
            "own__hours",
            "own__note",
        )
    )


@Prepared
def _read_marks(student, courses):
    return (
        Mark.objects.filter(student=student, task__lesson__course__in=courses)
        .order_by(
            "task__lesson__date",
            F("task__lesson__number").asc(nulls_last=True),
            "task__number",
        )
        .values_list(
            "task__lesson__course",
            "task__lesson__date",
            "value",
            "task__kind__name",
            "task__kind__weight",
            "task__topic",
        )
    )


@Prepared
def _read_missed_hours(student, courses):
    absences = Absence.objects.filter(
        ~absence_is_off(),
        student=student,
        lesson__course__in=courses,
        reason__counts_as_absence=True,
    )
    return (
        absences.order_by()
        .values("lesson__course")
        .annotate(total=Sum("hours"))
        .values_list("lesson__course", "total")
    )


@Prepared
def _read_absences(student, courses):
    return (
        Absence.objects.filter(
            ~absence_is_off(), student=student, lesson__course__in=courses
        )
        .order_by("-lesson__date", F("lesson__number").desc(nulls_first=True))
        .values_list(
            "lesson__date",
            "lesson__number",
            "lesson__course__discipline__name",
            "reason",
            "reason__name",
            "reason__counts_as_absence",
            "reason__is_excused",
            "hours",
            "minutes",
            "lesson__hours",
            "lesson__attendance_taken_at",
        )
    )


@Prepared
def _read_held(student, courses):
    return (
        Lesson.objects.held()
        .filter(
            own_part(student),
            ~is_off(student, OuterRef("course"), OuterRef("date")),
            course__in=courses,
            attendance_taken_at__isnull=False,
        )
        .order_by()
        .values("course__group", "date")
        .annotate(total=Sum("hours"))
        .values_list("course__group", "date", "total")
    )


def courses_of(student: int, spans: list[Span]) -> list[StudiedCourse]:
    """The courses of all groups of a student over the whole time of study.

    A course belongs where the student sat in its group on some day of its period. One
    query; by discipline.
    """
    if not spans:
        return []
    groups = sorted({span.group for span in spans})
    forms = dict(AttestationForm.choices)
    found: dict[int, StudiedCourse] = {}
    for pk, group, discipline, form, *rest in _read_courses(
        student=student, groups=groups
    ):
        period, step = StudiedPeriod(*rest[:6]), rest[6:]
        if not any(
            span.group == group and span.meets(period.first_day, period.last_day)
            for span in spans
        ):
            continue
        course = found.setdefault(
            pk,
            StudiedCourse(pk, group, discipline, forms.get(form, ""), period, []),
        )
        if step[0]:
            course.exemptions.append(Exempt(*step))
    return list(found.values())


def periods_of(courses: list[StudiedCourse]) -> list[StudiedPeriod]:
    """The periods of these courses, the latest first."""
    periods = {course.period for course in courses}
    return sorted(periods, key=lambda one: (one.first_day, one.number), reverse=True)


def period_at(periods: list[StudiedPeriod], day: date) -> StudiedPeriod | None:
    """The period to open on `day`: going on, else the last begun, else the first."""
    begun = [period for period in periods if period.first_day <= day]
    now = [period for period in begun if day <= period.last_day]
    return next(iter(now or begun or periods[-1:]), None)


def marks_of(student: int, courses: list[int]) -> list[Earned]:
    """The marks of a student on these courses, by date. One query."""
    if not courses:
        return []
    return [Earned(*row) for row in _read_marks(student=student, courses=courses)]


def missed_hours_of(student: int, courses: list[int]) -> dict[int, int]:
    """Course → academic hours missed on it; being late is no absence. One query."""
    if not courses:
        return {}
    return dict(_read_missed_hours(student=student, courses=courses))


def absences_of(student: int, courses: list[int]) -> list[Missed]:
    """Absences and latenesses of a student on these courses, the latest first.

    Those on days of an exemption, a recredit or an individual plan are none.
    """
    if not courses:
        return []
    return [
        Missed(*row[:-1], is_taken=row[-1] is not None)
        for row in _read_absences(student=student, courses=courses)
    ]


def held_hours(
    student: int, courses: list[int], spans: list[Span]
) -> list[tuple[date, int]]:
    """(day, academic hours) of lessons at which the student's presence was noted.

    Lessons of the group and subgroup of that day with attendance taken; without it
    nobody knows who was there (domain §1). Without those of a course on which the
    student was off the common way that day. One query.
    """
    if not courses:
        return []
    return [
        (day, hours)
        for group, day, hours in _read_held(student=student, courses=courses)
        if sat_in(spans, group, day)
    ]
