"""A term of forty groups laid out, its clashes, its grid: `python -m` in a place."""

import contextlib
import json
import time
from datetime import date, timedelta

from tests.bench.places import Place

GROUPS, LESSONS_A_WEEK = 40, 18  # of two hours each: 36 hours a week
ROUNDS = 60
LIMITS = {"laid": 10.0, "again": 10.0, "clashes": 2.0, "grid_p95": 0.1}  # seconds


def measure_timetable(place: Place) -> dict:
    """Seconds of laying out, of doing it again, of the search, of the grid at p95."""
    copy = place.beside("timetable")
    place._copy_to(copy)
    try:
        *_, line = copy.python("-m", "tests.bench.timetable").splitlines()
        with contextlib.closing(copy.connect()) as base:
            sql = "SELECT count(*) FROM journal_lesson WHERE entry_id IS NOT NULL"
            (lessons,) = base.execute(sql).fetchone()
    finally:
        copy.drop()
    row = json.loads(line)
    if row["skipped"] or lessons < row["lessons"]:
        raise RuntimeError("timetable: lessons that were laid out are not there")
    passed = all(row[name] <= limit for name, limit in LIMITS.items())
    return {"database": place.vendor, **row, "limits": LIMITS, "passed": passed}


def _start(today: date) -> date:
    """The first of September of a year that nobody has planned yet."""
    return date(today.year + 3, 9, 1)


def build(start: date):
    """The period with forty groups, their courses, teachers and lines."""
    from simple_history.utils import bulk_create_with_history

    from journal.models import AcademicYear, Period, TimetableEntry

    year = AcademicYear.objects.create(
        name="год замера", start=start, end=start + timedelta(days=300)
    )
    period = Period.objects.create(
        year=year,
        kind="semester",
        number=1,
        first_day=start,
        last_day=start + timedelta(days=136),
    )
    lines = [
        line for number in range(GROUPS) for line in lines_of(number, period, start)
    ]
    bulk_create_with_history(lines, TimetableEntry)
    return period


def lines_of(number: int, period, start: date):
    """The week of one group, unsaved; every group has a teacher and a room."""
    from journal.models import (
        Course,
        Discipline,
        Employee,
        Group,
        Room,
        TimetableEntry,
    )

    group = Group.objects.create(name=f"Замер-{number}", course_year=1)
    teacher = Employee.objects.create(last_name=f"Замеров{number}", first_name="Олег")
    room = Room.objects.create(number=f"замер {number}", capacity=30)
    for place in range(LESSONS_A_WEEK):
        discipline, _ = Discipline.objects.get_or_create(name=f"Замер {place // 2}")
        course, _ = Course.objects.get_or_create(
            group=group, period=period, discipline=discipline, defaults={"hours": 72}
        )
        yield TimetableEntry(
            course=course,
            teacher=teacher,
            room=room,
            weekday=1 + place % 6,
            number=1 + place // 6,
            start=start,
        )


def timed(action):
    started = time.perf_counter()
    found = action()
    return found, round(time.perf_counter() - started, 3)


def main():
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from journal.domain.timetable import lay_out
    from journal.domain.timetable.clashes import all_clashes
    from journal.models import Course, User

    start = _start(date.today())
    period = build(start)
    done, laid = timed(lambda: lay_out(period))
    kept, again = timed(lambda: lay_out(period))
    found, searched = timed(lambda: all_clashes(start))
    client = Client(
        headers={"host": settings.ALLOWED_HOSTS[0].lstrip("*.") or "localhost"}
    )
    client.force_login(User.objects.get(username="dispatcher"))
    groups = Course.objects.filter(period=period).order_by("group")
    keys = list(groups.values_list("group", flat=True).distinct())
    at = reverse("admin:journal_timetableentry_week", query={"day": start})
    times = []
    for number in range(ROUNDS + 3):
        address = f"{at}&group={keys[number % len(keys)]}"
        answer, seconds = timed(
            lambda address=address: client.get(address, secure=True)
        )
        if answer.status_code != 200:
            raise RuntimeError(f"grid: {answer.status_code}")
        times.append(seconds)
    times = sorted(times[3:])
    row = {
        "groups": GROUPS,
        "lines": GROUPS * LESSONS_A_WEEK,
        "lessons": len(done.created),
        "skipped": len(done.skipped),
        "kept": len(kept.kept),
        "laid": laid,
        "again": again,
        "clashes": searched,
        "clashing": len(found),
        "grid_p95": times[int(len(times) * 0.95)],
    }
    print(json.dumps(row))


if __name__ == "__main__":
    main()
