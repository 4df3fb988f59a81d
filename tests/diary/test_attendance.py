"""Attendance: hours missed by reason and month, lateness apart."""

import pytest
from django.utils import timezone

from journal.models import Absence, Subgroup
from tests import cast
from tests.diary.conftest import crowd

pytestmark = pytest.mark.on_postgresql(
    "test_a_lesson_without_attendance_taken_is_not_counted",
    "test_cancelled_lessons_and_other_subgroups_are_not_counted",
    "test_lessons_before_the_transfer_count_in_the_old_group_alone",
)


def absent(world, lesson, letter, hours):
    return Absence.objects.create(
        lesson=lesson, student=world.students[0], reason_id=letter, hours=hours
    )


def table_row(page, month: str) -> list[str]:
    cells = page.text.partition(f'<th scope="row">{month}</th>')[2].partition("</tr>")
    return [cell.partition(">")[2] for cell in cells[0].split("</td>")[:-1]]


@pytest.fixture
def missed(world):
    """Of 8 hours noted in October (2 of them on days gone by) 3 are missed."""
    for name in ("lesson", "lesson2", "lesson_substituted"):
        lesson = getattr(world, name)
        lesson.attendance_taken_at = timezone.now()
        lesson.save()
    absent(world, world.lesson_past, "о", 0)
    absent(world, world.lesson2_past, "б", 1)
    absent(world, world.lesson_substituted, "н", 2)


def figures(page) -> str:
    return page.text.partition("<dl")[2].partition("</dl>")[0].replace("\u00a0", " ")


def test_hours_missed_by_month_and_reason(world, read, missed):
    page = read(world.student, "/diary/attendance/")
    row = [cell.replace("\u00a0", " ") for cell in table_row(page, "Октябрь 2026")]
    # October: two lessons on the 12th, one on the 13th, two today; 2 hours each.
    assert row == ["70,0 %", "3 из 10", "2", "1"]
    assert table_row(page, "Сентябрь 2026")[1] == "0 из 4"


def test_the_whole_period_in_figures(world, read, missed):
    found = figures(read(world.student, "/diary/attendance/"))
    assert "78,6 %" in found  # 1 − 3/14
    assert "3 часа из 14" in found
    assert "<dt>Без уважительной причины</dt><dd>2 часа</dd>" in found
    assert "<dt>Опозданий</dt><dd>1</dd>" in found


def test_absences_and_latenesses_are_two_lists(world, read, missed):
    text = read(world.student, "/diary/attendance/").text.replace("\u00a0", " ")
    away, late = text.partition("<h2>Пропуски")[2].split("<h2>Опоздания")
    assert "13.10.2026, 2-е занятие: без уважительной причины, 2 часа" in away
    assert "12.10.2026, 2-е занятие: по болезни, 1 час" in away
    assert away.index("13.10.2026") < away.index("12.10.2026")  # the latest first
    assert "12.10.2026, 1-е занятие: опоздание" in late and "опоздание" not in away


def test_a_lesson_without_attendance_taken_is_not_counted(world, read):
    found = figures(read(world.student, "/diary/attendance/"))
    assert "0 часов из 8" in found  # four lessons of the cast have it taken
    absent(world, world.lesson_unfilled, "н", 2)  # who was absent there is known
    assert "2 часа из 10" in figures(read(world.student, "/diary/attendance/"))


def test_cancelled_lessons_and_other_subgroups_are_not_counted(world, read):
    part = Subgroup.objects.create(course=world.course, number=1)
    for fields in ({"subgroup": part}, {"is_cancelled": True}):
        cast.lesson(
            world,
            world.course,
            -3,
            5,
            "teacher",
            attendance_taken_at=timezone.now(),
            **fields,
        )
    assert "из 8" in figures(read(world.student, "/diary/attendance/"))


def test_lessons_before_the_transfer_count_in_the_old_group_alone(world, read):
    world.mover.user = cast.account("mover", "student")
    world.mover.save()
    noted = {"attendance_taken_at": timezone.now()}
    cast.lesson(world, world.course_elsewhere, -24, 3, "teacher_elsewhere", **noted)
    cast.lesson(world, world.course_elsewhere, -20, 3, "teacher_elsewhere", **noted)
    cast.lesson(world, world.course, -24, 4, "teacher", **noted)
    found = figures(read(world.mover.user, "/diary/attendance/"))
    # Old group: the lesson before the move. New: the 12th, twice, and two weeks ago.
    assert "0 часов из 8" in found


def test_where_nothing_was_noted_the_page_says_so(world, read):
    for lesson in (
        world.lesson_past,
        world.lesson_old,
        world.lesson2_past,
        world.lesson_handed_over,
    ):
        lesson.attendance_taken_at = None
        lesson.save()
    page = read(world.student, "/diary/attendance/")
    assert "Посещаемость ещё не отмечали" in page.text


@pytest.mark.parametrize(("days", "a_day"), [(0, 0), (1, 1), (6, 5)])
@pytest.mark.parametrize("name", ["student", "parent"])
def test_attendance_takes_seven_queries_however_much(world, read, days, a_day, name):
    if days:
        crowd(world, days, a_day)
    page = read(world.people[name], "/diary/attendance/", warm=True)
    assert f"из {8 + 2 * days * a_day}" in figures(page)
    assert page.queries == 7, "\n".join(page.sql)
