"""Steps of the history as corrections: which are asked for, what each one says."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import TruncDate
from django.utils import timezone

from journal.domain.control.quiet import is_quiet, quiet_q
from journal.models import (
    Absence,
    CourseTeacher,
    Institution,
    Mark,
    PeriodClosing,
    Result,
)

UNKNOWN = "неизвестно"
CHANGED, LATE, QUIET, CLOSED = "changed", "late", "quiet", "closed"
MARKS, ABSENCES, RESULTS, LESSONS = "marks", "absences", "results", "lessons"
WITH, WITHOUT = "with", "without"
# Who a mark, an absence or a result belongs to: who gives the lesson, or was to.
OWNERS = {
    Mark: ("task__lesson__teacher__user", "task__lesson__planned_teacher__user"),
    Absence: ("lesson__teacher__user", "lesson__planned_teacher__user"),
    Result: ("sheet__teacher__user",),
}


@dataclass(frozen=True)
class Asked:
    """Which corrections: both days included; a key narrows, None does not.

    `by` is the user who corrected. `kind` is "" for all of them, or CHANGED (no new
    entries), LATE (after the day of the lesson, or of the signing), QUIET (in the quiet
    hours of the institution), CLOSED (the period had been closed). `what` is MARKS,
    ABSENCES, RESULTS or LESSONS (topic and presence), `reason` WITH or WITHOUT one;
    `value` is a mark, a letter or a status that stood before or stands after.
    """

    first: date
    last: date
    group: int | None = None
    course: int | None = None
    student: int | None = None
    by: int | None = None
    kind: str = ""
    what: str = ""
    reason: str = ""
    value: str = ""
    period: int | None = None


@dataclass(frozen=True)
class Correction:
    """One step of the history; empty `old` or `new`: nothing stood there.

    `date`, `group` and `discipline` are those of the lesson, or of the sheet; `user` is
    a key, None for the system itself. Presence and topics are of no single student.
    """

    at: datetime
    user: int | None
    student: str
    date: date
    group: str
    discipline: str
    what: str
    old: str
    new: str
    reason: str
    is_closed: bool

    @property
    def days(self) -> int:
        """How many days after the lesson."""
        return (timezone.localdate(self.at) - self.date).days

    @property
    def is_quiet(self) -> bool:
        return is_quiet(timezone.localtime(self.at), Institution.current())


def closed(period: str, aspect: str) -> Exists:
    """Had the period been closed when the step was taken?"""
    closings = PeriodClosing.objects.filter(
        period=OuterRef(period), aspect=aspect, closed_at__lte=OuterRef("history_date")
    )
    return Exists(closings)


def before(model, name: str) -> Subquery:
    """The value of a field in the step before."""
    steps = model.history.filter(
        id=OuterRef("id"), history_id__lt=OuterRef("history_id")
    )
    return Subquery(steps.order_by("-history_id").values(name)[:1])


def strange_q(model) -> Q:
    """Steps in the journal of others (safety A45).

    Of marks whoever neither gives the lesson nor was to, nor held the course that day in
    a former teacher's place; of absences and results, which others write too by their
    roles, an account with all rights alone.
    """
    own = Q()
    for path in OWNERS[model]:
        own |= Q(**{path: F("history_user")})
    # Of a work that was deleted the way to its lesson is lost.
    place = OWNERS[model][0].partition("__teacher")[0]
    known = Q(**{f"{place}__isnull": False})
    if model is not Result:
        own |= Q(Exists(_holders(place)))
    strange = known & ~own
    return strange if model is Mark else strange & Q(history_user__is_superuser=True)


def _holders(lesson: str) -> QuerySet:
    """Whoever took the step, as the teacher of the lesson's course on that day."""
    at = ExpressionWrapper(OuterRef("history_date"), DateTimeField())
    part = OuterRef(f"{lesson}__subgroup")
    return CourseTeacher.objects.on(TruncDate(at)).filter(
        Q(subgroup__isnull=True) | Q(subgroup=part),
        course=OuterRef(f"{lesson}__course"),
        employee__user=OuterRef("history_user"),
    )


def time_of(asked: Asked) -> Q:
    zone = timezone.get_current_timezone()
    after = asked.last + timedelta(days=1)
    return Q(
        history_date__gte=datetime.combine(asked.first, time(), zone),
        history_date__lt=datetime.combine(after, time(), zone),
    )


def narrowed(rows: QuerySet, asked: Asked, after: Q) -> QuerySet:
    """Steps of the asked time, hand and kind; `after` says what is after the day."""
    rows = rows.filter(time_of(asked))
    if asked.by is not None:
        rows = rows.filter(history_user=asked.by)
    unexplained = Q(history_change_reason__isnull=True) | Q(history_change_reason="")
    if asked.reason:
        rows = rows.filter(~unexplained if asked.reason == WITH else unexplained)
    if asked.kind == CHANGED:
        return rows.exclude(history_type="+")
    if asked.kind == LATE:
        return rows.filter(after)
    if asked.kind == CLOSED:
        return rows.filter(is_closed=True)
    if asked.kind == QUIET:
        return rows.filter(quiet_q(Institution.current()))
    return rows


def with_value(rows: QuerySet, asked: Asked, *names: str) -> QuerySet:
    """Of the asked value, as it stood before or stands after."""
    if not asked.value:
        return rows
    found = Q()
    for name in names:
        found |= Q(**{f"old_{name}": asked.value})
        found |= Q(**{name: asked.value})
    return rows.filter(found)


def asked_place(asked: Asked, course: str) -> Q:
    found = Q()
    if asked.group is not None:
        found &= Q(**{f"{course}__group": asked.group})
    if asked.course is not None:
        found &= Q(**{course: asked.course})
    if asked.period is not None:
        found &= Q(**{f"{course}__period": asked.period})
    return found
