"""A closed period, and requests to correct in it."""

import datetime
from types import SimpleNamespace

import pytest

from journal.domain.archive.closing import close_period
from journal.domain.control.requests import ask_cells
from journal.domain.lessons import Change
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.writing import ResultChange, write_results
from journal.models import Absence, CorrectionRequest, Lesson, Mark
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def past_is_past(world):
    """What the cast wrote, it wrote before the first test, not meanwhile."""
    for model in (Mark, Absence, Lesson):
        model.history.update(history_date=NOW - datetime.timedelta(days=60))


@pytest.fixture
def closed(world):
    """The marks of the period are closed by the deputy."""
    close_period(world.period, "marks", world.deputy)
    return world


@pytest.fixture
def asked(closed):
    """`asked(user, student, new, old=…)`: the request for a cell of `lesson_past`."""

    def ask(user, student, new, old="", field="1", reason="Описка"):
        change = Change(closed.lesson_past.pk, student.pk, field, old, new)
        (outcome,) = ask_cells(user, [change], reason)
        assert outcome.code == "asked", outcome
        return CorrectionRequest.objects.latest("pk")

    return ask


def opened(world, kind: str = "term"):
    """A draft of a sheet of the course: all have «4»."""
    sheet = open_sheet(
        world.teacher,
        kind,
        [world.course],
        date=world.today,
        teacher=world.teacher.employee,
    )
    students = [*world.students, world.mover]
    changes = [ResultChange(one.pk, "mark", "", "4") for one in students]
    write_results(world.teacher, sheet.pk, changes)
    return sheet


@pytest.fixture(params=["term"])
def signed(request, world):
    """A signed sheet of the course, of term marks or another kind."""
    sheet = opened(world, request.param)
    sign_sheet(world.teacher, sheet.pk)
    results = {one.student_id: one for one in sheet.results.all()}
    return SimpleNamespace(
        sheet=sheet, result=results[world.students[0].pk], results=results
    )


def cell(world, student, field="1", old="5", new="4", lesson=None):
    return Change((lesson or world.lesson_past).pk, student.pk, field, old, new)


def code_of(user, change, reason="Описка"):
    return ask_cells(user, [change], reason)[0].code
