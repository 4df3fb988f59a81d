"""A lesson to write in, and one change written in it."""

import pytest

from journal.domain.lessons import Change, write_cells


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
