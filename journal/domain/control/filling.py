"""Who has filled what, and what is late (E 4.3, S 6.1, U 3.4, K 4.5.1)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min, Q, QuerySet

from journal.models import Institution, Lesson, Period, User
from journal.models.people.persons import full_name

NOT_TAKEN = Q(attendance_taken_at__isnull=True)
NO_TOPIC = Q(topic="")


def overdue_until(today: date, rules: Institution) -> date:
    """The last day whose lessons ought to be filled before `today` began.

    The rule is the institution's: on the day of the lesson (E 4.3, K 4.5.1), the past
    week by Monday (S 6.1), or within seven days. Today's lessons are late by none of
    them; what one lacks is asked for once it is over (`timetable.stage_of`).
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
    """Teachers with late lessons, the longest list first, and what all have together."""

    worst: list[Late]
    teachers: int
    lessons: int
    since: date | None


def red_list(user: User, today: date, most: int | None = None) -> RedList:
    """Who is late, at most `most` of them; two queries."""
    late = overdue_lessons(user, today).order_by()
    counted = late.aggregate(
        teachers=Count("teacher", distinct=True),
        lessons=Count("pk"),
        since=Min("date"),
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
