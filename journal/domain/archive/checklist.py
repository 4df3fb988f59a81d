"""What a period lacks before it is closed, aspect by aspect (F10, J1; S 6.5).

Each point is counted over the whole institution and told by teacher or course, so that
it can be asked for. Closing over gaps is allowed with a reason that history keeps.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from journal.domain.archive.closing import close_period
from journal.domain.contingent.subgroups import left_out
from journal.domain.control.filling import NO_TOPIC, NOT_TAKEN, by_teacher
from journal.domain.control.works import waiting_works
from journal.domain.curriculum.fulfilment import disagreements, read_hours
from journal.domain.lessons.owed import owed_works
from journal.domain.results.official import is_given
from journal.domain.results.scales import RUNNING, STATE
from journal.domain.words import listed
from journal.models import (
    AttestationForm,
    CorrectionRequest,
    Course,
    CourseTeacher,
    Lesson,
    Period,
    PeriodClosing,
    Sheet,
    Task,
    User,
)
from journal.models.words import worded

Aspect = PeriodClosing.Aspect
ATTESTED = [form.value for form in AttestationForm if form != AttestationForm.OTHER]
MOST_REASON = 300
MOST_NAMED = 10


@dataclass(frozen=True)
class Gap:
    """What one teacher or course lacks: how many, or in words; `key` is its row."""

    name: str
    count: int
    key: int
    words: str = ""


@dataclass
class Point:
    """A thing that ought to be complete; `slug` says where it is mended."""

    slug: str
    title: str
    gaps: list[Gap] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(gap.count for gap in self.gaps)


def checklist_of(period: Period, today: date) -> dict[str, list[Point]]:
    """Aspect → its points, those without gaps too; as of the end of `today`.

    A fixed number of queries, however many courses. What lies ahead lacks nothing yet.
    """
    day = min(today, period.last_day)
    courses = Course.objects.filter(period=period)
    return {
        Aspect.LESSONS: [
            Point("taken", "Занятия без отметки присутствия", _lessons(period, day, NOT_TAKEN)),
            Point("topic", "Занятия без темы", _lessons(period, day, NO_TOPIC)),
            Point("hours", "Часы не сходятся", _hours(courses, day)),
        ],
        Aspect.MARKS: [
            Point("owed", "Недостающие отметки за обязательные работы", _owed(period, day)),
            Point("works", "Недостающие отметки за контрольные работы, срок прошёл", _works(period, today)),
            Point("requests", "Запросы на исправление ждут решения", _requests(period)),
        ],
        Aspect.RESULTS: [
            Point("term", "Курсы без подписанных итогов", _without_term(courses)),
            Point("attestation", "Аттестация без подписанной ведомости", _unattested(courses)),
            Point("sheets", "Неподписанные ведомости", _drafts(period)),
            Point("subgroups", worded("Студенты вне подгрупп"), _outside(courses, day)),
        ],
    }  # fmt: skip


def lacking(points: Iterable[Point]) -> str:
    """The points with gaps in one line; "" where everything is there."""
    return "; ".join(
        f"{one.title[0].lower()}{one.title[1:]}: {one.count}"
        for one in points
        if one.gaps
    )


@transaction.atomic
def close_checked(
    by: User, period: Period, aspect: str, reason: str = ""
) -> PeriodClosing:
    """Close an aspect; over gaps, or while the period runs, with a reason alone.

    History names the reason and the gaps. Raises ValidationError that names what is
    missing, or that the period has not begun or is closed already.
    """
    today = timezone.localdate()
    if today < period.first_day:
        raise ValidationError(f"Период начнётся {period.first_day:%d.%m.%Y}.")
    gaps = lacking(checklist_of(period, today).get(aspect, []))
    reason = reason.strip()
    if len(reason) > MOST_REASON:
        raise ValidationError(f"Причина — не длиннее {MOST_REASON} знаков.")
    problems = [f"Заполнено не всё: {gaps}."] if gaps else []
    # What is closed is opened again for days only: nobody is to write in it any more.
    if today <= period.last_day:
        problems.insert(0, f"Период идёт до {period.last_day:%d.%m.%Y}.")
    if problems and not reason:
        words = "Чтобы закрыть так, напишите почему."
        raise ValidationError(" ".join([*problems, words]))
    words = f"{reason} (не заполнено: {gaps})" if gaps else reason
    return close_period(period, aspect, by, words)


def _lessons(period: Period, day: date, condition: Q) -> list[Gap]:
    rows = Lesson.objects.held().filter(condition, course__period=period, date__lte=day)
    return [
        Gap(one.name, one.lessons, one.teacher, one.led) for one in by_teacher(rows)
    ]


def _hours(courses: QuerySet[Course], day: date) -> list[Gap]:
    found = []
    for one in read_hours(courses, day):
        if words := disagreements(one):
            found.append(Gap(_course(one.course), 1, one.course.pk, "; ".join(words)))
    return found


def _course(course: Course) -> str:
    return f"{course.discipline}, {course.group}"


def _by_course(counts: dict[int, int]) -> list[Gap]:
    """Gaps of courses with the names of who teaches them; two queries."""
    courses = Course.objects.select_related("discipline", "group", "period")
    found = courses.in_bulk(counts)
    teachers: dict[int, dict[str, None]] = {}
    spans = CourseTeacher.objects.filter(course__in=found).select_related("employee")
    for span in spans.order_by("start"):
        if span.end is None or span.end > found[span.course_id].period.last_day:
            names = teachers.setdefault(span.course_id, {})
            names[span.employee.short_name] = None
    gaps = [
        Gap(_course(found[pk]), count, pk, ", ".join(teachers.get(pk, ())))
        for pk, count in counts.items()
    ]
    return sorted(gaps, key=lambda gap: (-gap.count, gap.name))


def _owed(period: Period, day: date) -> list[Gap]:
    rows = owed_works(day, group__courses__period=period).values_list("course")
    return _by_course(dict(rows.annotate(number=Count("pk"))))


def _works(period: Period, today: date) -> list[Gap]:
    """Control works whose results are overdue (F2)."""
    tasks = Task.objects.filter(
        kind__is_control=True,
        lesson__is_cancelled=False,
        lesson__course__period=period,
    )
    return [
        Gap(
            f"{one.discipline}, {one.group}, {one.date:%d.%m.%Y}",
            one.missing,
            one.lesson,
            ", ".join(filter(None, (one.teacher_name, one.led))),
        )
        for one in waiting_works(tasks, min(today, period.last_day))
        if one.due < today
    ]


def _requests(period: Period) -> list[Gap]:
    in_period = Q(lesson__course__period=period) | Q(result__sheet__period=period)
    count = CorrectionRequest.objects.filter(
        in_period, state=CorrectionRequest.State.ASKED
    ).count()
    return [Gap("Заместитель директора", count, 0)] if count else []


def _without_term(courses: QuerySet[Course]) -> list[Gap]:
    rows = courses.filter(~is_given(Q(sheet__kind=Sheet.Kind.TERM)))
    return _by_course(dict.fromkeys(rows.order_by().values_list("pk", flat=True), 1))


def _unattested(courses: QuerySet[Course]) -> list[Gap]:
    """Courses with a form of attestation and no signed sheet of it.

    What is attested by the term mark alone has no form.
    """
    special = ~Q(sheet__kind__in=[*RUNNING, *STATE])
    rows = courses.filter(~is_given(special), attestation_form__in=ATTESTED)
    return _by_course(dict.fromkeys(rows.order_by().values_list("pk", flat=True), 1))


def _outside(courses: QuerySet[Course], day: date) -> list[Gap]:
    """Courses in subgroups with students who are in none, so on no sheet of one."""
    parted = courses.filter(subgroups__teachers__isnull=False).order_by().values("pk")
    found = left_out(parted, day)
    known = Course.objects.select_related("discipline", "group").in_bulk(found)
    gaps = [
        Gap(_course(known[pk]), len(names), pk, listed(names, MOST_NAMED))
        for pk, names in found.items()
    ]
    return sorted(gaps, key=lambda gap: (-gap.count, gap.name))


def _drafts(period: Period) -> list[Gap]:
    rows = Sheet.objects.filter(period=period, state=Sheet.State.DRAFT, attempt=1)
    rows = rows.exclude(kind__in=STATE).select_related("group", "teacher")
    return [
        Gap(str(one), 1, one.pk, one.teacher.short_name if one.teacher else "")
        for one in rows.order_by("date", "pk")
    ]
