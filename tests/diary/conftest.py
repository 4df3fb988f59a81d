"""What the tests of the diary need beside the cast."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from journal.models import Absence, Lesson, Mark, Task
from journal.pages import pace
from tests import cast

WEEK = "2026-W42"  # of the cast's today, Wednesday 14 October


@pytest.fixture(autouse=True)
def fresh_pace():
    """Pages that one test turned are not counted against the next."""
    pace._turned.clear()


@pytest.fixture
def read(world, client_of):
    """`read(user, address)`: the answer with its text and the queries it took."""

    def answer(user, address, warm=False):
        client = client_of(user)
        if warm:
            client.get(address)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        return SimpleNamespace(
            status=response.status_code,
            text=response.content.decode(),
            size=len(response.content),
            queries=len(queries),
            sql=[query["sql"] for query in queries],
            response=response,
        )

    return answer


def crowd(world, days: int, a_day: int):
    """A week three weeks ahead: so many lessons with homework, marks and an absence."""
    monday = cast.day(world, 19)
    student = world.students[0]
    made = []
    for place in range(days):
        for number in range(1, a_day + 1):
            lesson = Lesson.objects.create(
                course=world.course,
                date=cast.day(world, 19 + place),
                number=number,
                room=world.room,
                planned_teacher=world.teacher.employee,
                teacher=world.teacher.employee,
                kind=world.practical,
                topic="Применение производной к исследованию функций, построение",
                homework="Учебник, § 12–14, упражнения 5, 8, 11; конспект лекции",
                attendance_taken_at=timezone.now(),
            )
            task = Task.objects.create(
                lesson=lesson, number=1, kind=world.test, topic="Входной контроль"
            )
            Mark.objects.create(task=task, student=student, value="4")
            made.append(lesson)
    Absence.objects.create(lesson=made[0], student=student, reason_id="б", hours=1)
    return f"{monday.isocalendar().year}-W{monday.isocalendar().week:02}"
