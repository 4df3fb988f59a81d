"""A sheet of the teacher's course, nothing on it yet."""

import pytest

from journal.domain.results.making import due_sheet, make_sheet
from journal.domain.results.sheets import open_sheet
from journal.domain.results.writing import ResultChange, write_results


@pytest.fixture
def sheet(world):
    return open_sheet(
        world.teacher,
        "term",
        [world.course],
        date=world.today,
        teacher=world.teacher.employee,
    )


@pytest.fixture
def wrote():
    """`wrote(user, sheet, student, new)`: the answer to one value written."""

    def one(user, sheet, student, new, field="mark", old="", reason=""):
        change = ResultChange(student.pk, field, old, new)
        return write_results(user, sheet.pk, [change], reason)[0]

    return one


@pytest.fixture
def exam(world):
    """The exam sheet of the teacher's course, made from the list of what is due."""
    due = due_sheet(
        world.teacher, world.period, f"course-{world.course.pk}-exam", world.group.pk
    )
    return make_sheet(world.teacher, due)
