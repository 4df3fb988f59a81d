"""Circles and class hours of the year, with a plan that is held for the most part."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from journal.domain.demo.families import Cohort
from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.staff import Staff
from journal.models import (
    AcademicYear,
    Activity,
    ActivityMember,
    ActivityPresence,
    ActivitySession,
)

DAY = timedelta(days=1)
HOURS = (
    "Правила внутреннего распорядка",
    "День профессионально-технического образования",
    "Безопасность в сети",
    "Итоги первого месяца",
    "День народного единства",
    "Здоровый образ жизни",
    "Подготовка к сессии",
    "Новый год в колледже",
)
ROBOTS = (
    "Знакомство с контроллером",
    "Датчики и их показания",
    "Движение по линии",
    "Объезд препятствий",
    "Сборка манипулятора",
    "Соревнование команд",
)


def create_activities(
    home: Cohort, cohorts: list[Cohort], staff: Staff, year: AcademicYear, today: date
) -> None:
    """Class hours of the curator's group, and a circle of students of several groups."""
    rng = Random(14)
    at = timezone.make_aware(datetime.combine(year.start, time(10)))
    by = staff.user("deputy_uvr")
    hours = Activity(
        name=f"Классные часы, {home.group}",
        kind=Activity.Kind.CLASS_HOURS,
        year=year,
        group=home.group,
        leader=home.group.curator,
        hours=len(HOURS),
        schedule="Каждый второй понедельник, 15:30",
    )
    circle = Activity(
        name="Робототехника",
        kind=Activity.Kind.CIRCLE,
        year=year,
        leader=staff.by["teacher"],
        hours=2 * len(ROBOTS),
        schedule="Среда, 16:00",
    )
    for one in (hours, circle):
        saved(one, at, by)
    members = [
        student for cohort in cohorts for student in sorted(cohort.on(today))[:3]
    ]
    rows = [
        ActivityMember(activity=circle, student_id=student, start=year.start + 10 * DAY)
        for student in members
    ]
    saved_all(rows, at, by)
    _plan(hours, HOURS, 1, home.on(today), _next(year.start, 0), today, rng)
    _plan(circle, ROBOTS, 2, members, _next(year.start + 14 * DAY, 2), today, rng)


def _next(day: date, weekday: int) -> date:
    """The first day from `day` on that is a `weekday` (0 is Monday)."""
    return day + (weekday - day.weekday()) % 7 * DAY


def _plan(activity, topics, hours, students, first: date, today: date, rng) -> None:
    """A session a fortnight; the last that is due waits to be written."""
    user = activity.leader.user
    days = [first + 14 * place * DAY for place in range(len(topics))]
    due = [day for day in days if day < today]
    for number, (topic, day) in enumerate(zip(topics, days, strict=True), 1):
        at = timezone.make_aware(datetime.combine(min(day, today - DAY), time(17)))
        is_held = day < today and day != due[-1]
        session = ActivitySession(
            activity=activity,
            number=number,
            topic=topic,
            hours=hours,
            planned_on=day,
            held_on=day if is_held else None,
        )
        saved(session, at, user)
        if is_held:
            came = [one for one in students if rng.random() < 0.85]
            saved_all(
                [ActivityPresence(session=session, student_id=one) for one in came],
                at,
                user,
            )
