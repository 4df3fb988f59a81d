"""Required works without a mark: who owes them, where that is seen (F1, F5)."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from admin_customizations.admin.lessons.grid import grid_html
from journal.domain.lessons.owed import owed_by, owed_numbers, owed_works
from journal.domain.lessons.spread import read_spread
from journal.models import (
    Absence,
    Exemption,
    Makeup,
    Mark,
    Subgroup,
    SubgroupMember,
    Task,
)
from journal.pages.diary.reading import read_cells


@pytest.fixture
def work(world):
    """A required work of the lesson before last; nobody has a mark for it yet."""
    return Task.objects.create(
        lesson=world.lesson_past,
        number=2,
        kind=world.test,
        topic="Пределы",
        is_required=True,
    )


def owing(world, work):
    rows = owed_works(world.today, Task.objects.filter(pk=work.pk))
    return set(rows.values_list("student", flat=True))


def on_roster(world):
    return {one.pk for one in world.students} | {world.mover.pk}


@pytest.mark.parametrize(
    ("required", "marks", "made_up", "ahead", "cancelled", "tag", "sits", "owed"),
    [
        ({1}, {}, set(), 0, False, "", True, [1]),
        ({1, 3}, {1: "2"}, set(), 0, False, "", True, [3]),
        ({2}, {1: "5"}, set(), 0, False, "", True, [2]),
        ({1}, {}, {1}, 0, False, "", True, []),
        ({1}, {}, set(), 1, False, "", True, []),
        ({1}, {}, set(), 0, True, "", True, []),
        ({1}, {}, set(), 0, False, "осв.", True, []),
        ({1}, {}, set(), 0, False, "", False, []),
        (set(), {}, set(), 0, False, "", True, []),
    ],
)
def test_what_one_student_owes_of_one_lesson(
    required, marks, made_up, ahead, cancelled, tag, sits, owed
):
    today = date(2026, 11, 20)
    column = SimpleNamespace(
        lesson=7, date=today + timedelta(ahead), is_cancelled=cancelled
    )
    column.required = required
    line = SimpleNamespace(
        marks={7: marks},
        made_up={7: made_up},
        sits_in=lambda column: sits,
        tag=lambda day: tag,
    )
    assert owed_numbers(line, column, today) == owed


def test_everybody_of_the_roster_owes_a_required_work_the_absent_too(world, work):
    first = world.students[0]
    Absence.objects.create(lesson=work.lesson, student=first, reason_id="н", hours=2)
    assert owing(world, work) == on_roster(world)
    Mark.objects.create(task=work, student=first, value="2")
    assert owing(world, work) == on_roster(world) - {first.pk}


def test_a_makeup_ends_what_is_owed_and_an_exemption_asks_for_nothing(world, work):
    first, second, third, *_ = world.students
    Makeup.objects.create(
        lesson=work.lesson,
        task=work,
        student=first,
        outcome="waived",
        date=world.today,
        note="по решению",
    )
    Exemption.objects.create(
        student=second,
        course=world.course,
        kind="exempt",
        start=world.year.start,
        document="приказ",
    )
    assert owing(world, work) == on_roster(world) - {first.pk, second.pk}
    assert not owed_by(second.pk, world.today, pk=work.pk).exists()
    assert not owed_by(first.pk, world.today, pk=work.pk).exists()
    assert owed_by(third.pk, world.today, pk=work.pk).get() == work


def test_only_the_subgroup_owes_its_work(world, work):
    part = Subgroup.objects.create(course=world.course, number=1)
    work.lesson.subgroup = part
    work.lesson.save()
    inside = world.students[0]
    SubgroupMember.objects.create(subgroup=part, student=inside, start=world.year.start)
    assert owing(world, work) == {inside.pk}
    assert owed_by(inside.pk, world.today, pk=work.pk).exists()
    assert not owed_by(world.students[1].pk, world.today, pk=work.pk).exists()


def test_the_page_the_query_and_the_diary_say_the_same(world, work):
    first, second, *_ = world.students
    Mark.objects.create(task=work, student=first, value="4")
    page = read_spread(world.teacher, world.course)
    owed = {line.student for line in page.lines if page.owed(line, world.today)}
    assert owed == owing(world, work) == on_roster(world) - {first.pk}
    shown = {
        student: [
            (cell.number, cell.value)
            for cell in read_cells(student, [work.lesson_id])[work.lesson_id]
        ]
        for student in (first.pk, second.pk)
    }
    assert shown == {first.pk: [(1, "5"), (2, "4")], second.pk: [(1, "3"), (2, "•")]}


def test_the_grid_shows_the_sign_and_counts_it_in_the_line(world, work):
    page = read_spread(world.teacher, world.course)
    html = str(grid_html(page, world.today, "/0/"))
    assert 'data-r="2"' in html
    row = next(
        one for one in html.split("<tr") if f"data-s={world.students[1].pk}>" in one
    )
    assert "<td>3 •" in row
    assert row.endswith("<td class=av>1")
    early = str(grid_html(page, work.lesson.date - timedelta(days=1), "/0/"))
    assert "•" not in early and 'data-r="2"' not in early
