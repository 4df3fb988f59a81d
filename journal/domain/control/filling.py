"""Who has filled what, and what is late (E 4.3, S 6.1, U 3.4, K 4.5.1).

And who looked at personal data (K 3.5).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from journal.models import DataAccess, Institution, Lesson, Period, Student, User
from journal.models.people.persons import full_name

NOT_TAKEN = Q(attendance_taken_at__isnull=True)
NO_TOPIC = Q(topic="")


def overdue_until(today: date, rules: Institution) -> date:
    """The last day whose lessons ought to be filled before `today` began.

    The rule is the institution's: on the day of the lesson (E 4.3, K 4.5.1), the past
    week by Monday (S 6.1), or within seven days.
    """
    due = Institution.FillingDue
    if rules.filling_due == due.DAY:
        return today - timedelta(days=1)
    if rules.filling_due == due.WEEK:
        return today - timedelta(days=8)
    last_sunday = today - timedelta(days=today.isoweekday())
    return last_sunday - timedelta(days=7) if today.isoweekday() == 1 else last_sunday


def term_start(today: date) -> date:
    """The first day of the period that `today` lies in, or of the last one before it."""
    period = Period.objects.filter(first_day__lte=today).order_by("-first_day").first()
    return period.first_day if period else today


def overdue_lessons(user: User, today: date) -> QuerySet[Lesson]:
    """Visible lessons of this term that are late: no attendance, or no topic."""
    until = overdue_until(today, Institution.current())
    return (
        Lesson.objects.visible_to(user)
        .held()
        .filter(NOT_TAKEN | NO_TOPIC, date__gte=term_start(today), date__lte=until)
    )


@dataclass(frozen=True)
class Late:
    """One line of the red list."""

    teacher: int
    name: str
    lessons: int
    not_taken: int
    no_topic: int
    since: date


@dataclass(frozen=True)
class RedList:
    """Teachers with late lessons, the longest list first, and how many there are."""

    worst: list[Late]
    teachers: int
    lessons: int


def red_list(user: User, today: date, most: int | None = None) -> RedList:
    """Who is late, at most `most` of them; two queries."""
    late = overdue_lessons(user, today).order_by()
    counted = late.aggregate(
        teachers=Count("teacher", distinct=True), lessons=Count("pk")
    )
    names = ("teacher__last_name", "teacher__first_name", "teacher__middle_name")
    rows = (
        late.values_list("teacher", *names)
        .annotate(
            lessons=Count("pk"),
            not_taken=Count("pk", filter=NOT_TAKEN),
            no_topic=Count("pk", filter=NO_TOPIC),
            since=Min("date"),
        )
        .order_by("-lessons", "since", *names)
    )
    worst = [Late(row[0], full_name(*row[1:4]), *row[4:]) for row in rows[:most]]
    return RedList(worst, **counted)


# The same card opened again within this time is the same look.
SAME_LOOK = timedelta(minutes=1)
LONGEST_SUBJECT = 200


def note_access(
    by: User,
    kind: str,
    subject: str,
    student: Student | None = None,
    count: int = 1,
    address: str | None = None,
) -> None:
    """Write down that `by` met personal data (K 3.5, 152-ФЗ art. 19).

    `kind` is a `DataAccess.Kind`, `subject` says in words what was looked at, `student`
    is the one person where it was one, `count` says how many records were shown. The
    same card opened by the same person within a minute is one line; everything else is
    one line a time. Raises what the database raises: no file may leave unnoted.
    """
    subject = subject[:LONGEST_SUBJECT]
    now = timezone.now()
    if kind == DataAccess.Kind.OPENED and (
        DataAccess.objects.filter(
            by=by, at__gt=now - SAME_LOOK, kind=kind, subject=subject, student=student
        ).exists()
    ):
        return
    DataAccess.objects.create(
        at=now,
        by=by,
        kind=kind,
        subject=subject,
        student=student,
        count=count,
        address=address,
    )
