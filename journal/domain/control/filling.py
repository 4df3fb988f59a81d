"""Who has filled what, and what is late (E 4.3, S 6.1, U 3.4, K 4.5.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min, Q, QuerySet

from journal.models import Employee, Institution, Lesson, Period, User
from journal.models.people.persons import full_name, short_name
from journal.models.reach.teaching import answering
from journal.models.sqlite import russian_key

NOT_TAKEN = Q(attendance_taken_at__isnull=True)
NO_TOPIC = Q(topic="")
NAMES = ("last_name", "first_name", "middle_name")
GIVERS = [f"teacher__{name}" for name in NAMES]
LED = {Employee.Sex.MALE: "вёл", Employee.Sex.FEMALE: "вела"}


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
    """Lessons that one teacher answers for now; `led` names the others who gave them."""

    teacher: int
    name: str
    lessons: int
    not_taken: int
    no_topic: int
    since: date
    led: str = ""


@dataclass(frozen=True)
class RedList:
    """Teachers with late lessons, the longest list first, and what all have together."""

    worst: list[Late]
    teachers: int
    lessons: int
    since: date | None


def names_of(people: Iterable[int], known: dict[int, str]) -> dict[int, str]:
    """Employees by key, their full names; one query where some are not `known`."""
    if missing := set(people) - known.keys():
        found = Employee.objects.in_bulk(missing)
        return known | {pk: str(one) for pk, one in found.items()}
    return known


def led_by(sex: str, *names: str) -> str:
    """«вела Щукина В. И.»: who gave a lesson that another answers for."""
    return f"{LED.get(sex, 'вёл(а)')} {short_name(*names)}"


def by_teacher(lessons: QuerySet[Lesson]) -> list[Late]:
    """The lessons told by who answers for them now, the longest list first.

    One query, one more where somebody answers who gave none of them.
    """
    rows = (
        lessons.order_by()
        .annotate(answers=answering())
        .values_list("answers", "teacher", "teacher__sex", *GIVERS)
        .annotate(
            lessons=Count("pk"),
            not_taken=Count("pk", filter=NOT_TAKEN),
            no_topic=Count("pk", filter=NO_TOPIC),
            since=Min("date"),
        )
    )
    shares: dict[int, list] = {}
    for row in rows:
        shares.setdefault(row[0], []).append(row)
    known = {row[1]: full_name(*row[3:6]) for own in shares.values() for row in own}
    names = names_of(shares, known)
    found = []
    for teacher, own in shares.items():
        *counts, since = zip(*(row[-4:] for row in own), strict=True)
        led = sorted({led_by(*row[2:6]) for row in own if row[1] != teacher})
        found.append(
            Late(teacher, names[teacher], *map(sum, counts), min(since), ", ".join(led))
        )
    return sorted(
        found, key=lambda one: (-one.lessons, one.since, russian_key(one.name))
    )


def red_list(user: User, today: date, most: int | None = None) -> RedList:
    """Who is late, at most `most` of them; the queries of `by_teacher`, one for the term."""
    late = by_teacher(overdue_lessons(user, today))
    return RedList(
        late[:most],
        len(late),
        sum(one.lessons for one in late),
        min((one.since for one in late), default=None),
    )
