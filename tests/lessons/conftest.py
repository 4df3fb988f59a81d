"""A lesson to write in, and one change written in it."""

import pytest

from journal.domain.lessons import Change, write_cells
from journal.models import Membership, Student


@pytest.fixture
def lesson(world):
    """Today's lesson of the teacher, nothing written in it yet."""
    return world.lesson


@pytest.fixture
def student(world):
    return world.student.student


def one(user, lesson, student, field, new, old="", reason="", confirmed=False):
    change = Change(
        lesson.pk, student.pk if student else None, field, old, new, confirmed
    )
    return write_cells(user, [change], reason)[0]


@pytest.fixture
def make_students(world):
    """So many more students of the group, there for the whole term."""

    def make(count: int) -> list[Student]:
        made = []
        for number in range(count):
            student = Student.objects.create(
                last_name=f"Яковлев{number:02}", first_name="Пётр"
            )
            Membership.objects.create(
                student=student, group=world.group, start=world.period.first_day
            )
            made.append(student)
        return made

    return make
