"""Run inside a place: builds the college, adds the bench group, tells what is there.

    python -m tests.bench.fill build STUDENTS TERMS
    python -m tests.bench.fill facts

`facts` prints JSON; a bench group is made anew when its today is past.
"""

import json
import math
import random
import sys
from datetime import date, timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count, Max  # noqa: E402
from django.utils import timezone  # noqa: E402

from journal.domain.demo import build  # noqa: E402
from journal.domain.demo.names import person  # noqa: E402
from journal.domain.demo.pouring import Pour  # noqa: E402
from journal.domain.people import give_role  # noqa: E402
from journal.models import (  # noqa: E402
    Absence,
    Course,
    CourseTeacher,
    Discipline,
    Employee,
    Group,
    Lesson,
    LessonKind,
    Mark,
    Membership,
    Period,
    Student,
    Task,
    User,
    WorkKind,
)

STUDENTS, LESSONS, AHEAD = 25, 60, 15
TYPED = 30  # students of the group in whose column a browser types
MARKED, ABSENT = 0.40, 0.08  # of all 25 × 60 cells
READERS = 8  # students whose diaries are open at once


def build_college(students: int, terms: int):
    built = build(students=students, terms=terms)
    rows = built.rows["mark"] + built.rows["absence"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    else:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"отметок и отсутствий {rows}, {built.seconds:.0f} с")


# The bench group


def lesson_days(period: Period, today: date) -> list[date]:
    """45 lessons up to today, today's the last of them, and 15 ahead."""

    def spread_over(first: date, last: date, count: int) -> list[date]:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        days = [day for day in days if day.isoweekday() < 7 or day == today] or [first]
        a_day = math.ceil(count / len(days))
        return [day for day in days for _ in range(a_day)][-count:]

    last = max(period.last_day, today + timedelta(days=7))
    past = spread_over(period.first_day, today, LESSONS - AHEAD)
    ahead = spread_over(today + timedelta(days=1), last, AHEAD)
    return past + ahead


def current_period(today: date) -> Period:
    periods = Period.objects.filter(first_day__lte=today)
    return periods.order_by("-first_day").first()


def make_group(today: date, name: str, size: int) -> Course:
    dice = random.Random(7)
    period = current_period(today)
    group = Group.objects.create(name=name, course_year=1)
    user = User.objects.create(
        username=name, password="!", acknowledged_at=timezone.now()
    )
    give_role(user, "teacher")
    employee = Employee.objects.create(
        last_name="Замеров", first_name="Лев", middle_name="Ильич", user=user
    )
    discipline = Discipline.objects.order_by("pk").first()
    course = Course.objects.create(
        group=group,
        period=period,
        discipline=discipline,
        hours=2 * LESSONS,
        attestation_form="exam",
    )
    CourseTeacher.objects.create(
        course=course, employee=employee, start=period.first_day, hours=2 * LESSONS
    )
    students = [
        Student.objects.create(**person(dice, nth=place)) for place in range(size)
    ]
    for student in students:
        Membership.objects.create(student=student, group=group, start=period.year.start)
    _fill_lessons(course, employee, students, today, dice)
    return course


def _fill_lessons(course, employee, students, today, dice):
    kinds = list(WorkKind.objects.order_by("position")[:4])
    lesson_kind = LessonKind.objects.order_by("pk").first()
    pour, now = Pour(Lesson, Task, Mark, Absence), timezone.now()
    past = LESSONS - AHEAD - 1
    marked, absent = (share * LESSONS / past for share in (MARKED, ABSENT))
    taken: dict[date, int] = {}
    for place, day in enumerate(lesson_days(course.period, today)):
        taken[day] = taken.get(day, 0) + 1
        lesson = Lesson(
            course=course,
            date=day,
            number=taken[day],
            planned_teacher=employee,
            teacher=employee,
            kind=lesson_kind,
        )
        if place < past:
            lesson.topic = f"Тема занятия {place + 1}: свойства и применение"
            lesson.homework = f"§ {place + 1}, упражнения 1–5"
            lesson.attendance_taken_at = lesson.filled_at = now
            lesson.attendance_taken_by = employee
        pour.add(lesson, now, employee.user_id)
        if place >= past:
            continue
        task = Task(lesson=lesson, number=1, kind=dice.choice(kinds))
        pour.add(task, now, employee.user_id)
        for student in students:
            if dice.random() < absent:
                absence = Absence(
                    lesson=lesson, student=student, reason_id="н", hours=2
                )
                pour.add(absence, now, employee.user_id)
            elif dice.random() < marked / (1 - absent):
                mark = Mark(task=task, student=student, value=dice.choice("55444332"))
                pour.add(mark, now, employee.user_id)
    pour.flush()


# What there is


def signed_in(user: User) -> str:
    """The key of a session such as sign-in with both factors leaves behind."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session.save()
    return session.session_key


def bench_facts(course: Course, today: date) -> dict:
    lessons = list(course.lessons.filter(date__lte=today).order_by("date", "number"))
    recent = [one for one in lessons[:-1] if (today - one.date).days <= 7]
    students = list(
        Membership.objects.filter(group=course.group).values_list("student", flat=True)
    )
    taken = set(
        Mark.objects.filter(task__lesson__in=recent).values_list(
            "task__lesson", "student"
        )
    ) | set(Absence.objects.filter(lesson__in=recent).values_list("lesson", "student"))
    free = [
        (lesson.pk, student)
        for lesson in recent
        for student in students
        if (lesson.pk, student) not in taken
    ]
    tasks = Task.objects.filter(lesson__in=recent, number=1)
    task, _ = Task.objects.get_or_create(
        lesson=lessons[-1], number=1, defaults={"kind": WorkKind.objects.first()}
    )
    return {
        "course": course.pk,
        "group": course.group_id,
        "period": [str(course.period.first_day), str(course.period.last_day)],
        "students": students,
        "today": lessons[-1].pk,
        "today_task": task.pk,
        "tasks": dict(tasks.values_list("lesson", "pk")),
        "free": free,
    }


def reading_facts() -> dict:
    """The group with most marks in the last lived term, and its students."""
    built = Mark.objects.exclude(task__lesson__course__group__name__startswith="ЗМ-")
    newest = built.aggregate(Max("task__lesson__course__period__first_day"))
    (first_day,) = newest.values()
    period = Period.objects.get(first_day=first_day)
    marks = built.filter(task__lesson__course__period=period)
    by_group = marks.values_list("task__lesson__course__group").annotate(n=Count("pk"))
    group = Group.objects.get(
        pk=by_group.order_by("-n", "task__lesson__course__group")[0][0]
    )
    day = marks.aggregate(Max("task__lesson__date"))["task__lesson__date__max"]
    members = Membership.objects.on(day).filter(group=group)
    readers = []
    for student in Student.objects.filter(memberships__in=members)[:READERS]:
        if student.user is None:
            student.user = User.objects.create(
                username=f"reader{student.pk}",
                password="!",
                acknowledged_at=timezone.now(),
            )
            give_role(student.user, "student")
            student.save()
        readers.append((student.pk, signed_in(student.user)))
    monday = day - timedelta(days=day.weekday())
    year, week, _ = monday.isocalendar()
    return {
        "group": group.pk,
        "period": period.pk,
        "day": str(day),
        "monday": str(monday),
        "week": f"{year}-W{week:02}",
        "readers": readers,
        "curator": group.curator_id,
    }


def bench_course(today: date, name: str, size: int) -> Course:
    course = Course.objects.filter(group__name=name).first()
    if course is None:
        with transaction.atomic():
            course = make_group(today, name, size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return course


def facts() -> dict:
    today = timezone.localdate()
    course = bench_course(today, f"ЗМ-{today:%y%m%d}", STUDENTS)
    typed = bench_course(today, f"ЗМ-{today:%y%m%d}-{TYPED}", TYPED)
    reading = reading_facts()
    teacher = course.teachers.get().employee
    curator = Employee.objects.get(pk=reading["curator"])
    deputy = User.objects.get(username="deputy")
    users = {"teacher": teacher.user, "curator": curator.user, "deputy": deputy}
    users["typist"] = typed.teachers.get().employee.user
    return {
        "vendor": connection.vendor,
        "day": str(today),
        "cookie": settings.SESSION_COOKIE_NAME,
        "sessions": {name: signed_in(user) for name, user in users.items()},
        "users": {name: user.pk for name, user in users.items()},
        "employees": {"teacher": teacher.pk, "curator": curator.pk},
        "bench": bench_facts(course, today),
        "typed": {
            "course": typed.pk,
            "students": TYPED,
            "lesson": typed.lessons.filter(date=today).last().pk,
        },
        "reading": reading,
        "rows": {
            model._meta.model_name: model.objects.count()
            for model in (Mark, Absence, Lesson, Student)
        },
    }


if __name__ == "__main__":
    if sys.argv[1] == "build":
        build_college(int(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps(facts()))
