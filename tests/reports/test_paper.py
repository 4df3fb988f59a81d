"""R36, the journal on paper: left and right pages in turn."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from journal.reports.lessons import spread
from journal.reports.writers import WRITERS, ReportTooLargeError, render
from tests.reports import printed
from tests.reports.groups import (
    BIOLOGY,
    DRAWING,
    absent,
    course,
    day,
    group_of,
    lesson,
    plain,
    report,
    rows,
    work,
)

# Not all tests look at the group, and in its module it stands for all of them.
pytestmark = pytest.mark.usefixtures("standing_group")


def drawing(group):
    return group.courses.get(discipline__name=DRAWING)


def test_the_left_page_has_marks_and_absences_by_date(world, group):
    one = lesson(world, drawing(group), -1, hours=1)
    absent(one, "Гусев", "о", hours=0)
    work(one, world.test, Гусев="4")
    left = report(
        world.deputy, "journal_paper", group=group.pk, course=drawing(group).pk
    )
    assert left.title == f"{DRAWING}: посещаемость и отметки, 04.10–13.10.2026"
    assert left.lines[-1] == "Преподаватель: Жданов Л. Б."
    found = rows(left)
    dates = [f"Дата занятия {one}" for one in ("04.10", "06.10", "11.10", "13.10")]
    assert {name: [row[one] for one in dates] for name, row in found.items()} == {
        "Абаев": ["5", "5", "5", None],
        "Бунин": ["4", "4", "3", None],
        "Вольф": ["н", None, None, None],
        "Гусев": [None, "б", None, "о, 4"],
        "Дюков": [None, None, None, None],
        "Уваров": [None, None, "–", "–"],
    }
    assert left.rows[-1]["name"] == "Уваров Яков (по 08.10)"
    assert [found["Вольф"][one] for one in ("Средний балл", "Пропущено часов")] == [
        None,
        2,
    ]


def test_the_right_page_has_date_topic_hours_and_homework(world, group):
    lesson(world, drawing(group), -1, hours=1, topic="Шрифты", homework="§ 5")
    left = report(
        world.deputy, "journal_paper", group=group.pk, course=drawing(group).pk
    )
    (right,) = left.parts
    assert right.title == f"{DRAWING}: содержание занятий, 04.10–13.10.2026"
    last = [line.values for line in right.body()][-1]
    assert last == [4, day(world, -1), 1, "", "Шрифты", "§ 5", "Жданов Л. Б."]
    assert next(right.foot()).values[2] == 7
    assert left.signatures == () and right.signatures


def test_long_courses_go_over_several_spreads(world, group, monkeypatch):
    monkeypatch.setattr(spread, "ON_PAGE", 2)
    table = report(
        world.deputy, "journal_paper", group=group.pk, course=drawing(group).pk
    )
    assert [len(one.columns) for one in table.sheets] == [4, 7, 5, 7]
    assert [one.title.split(", ")[-1] for one in table.sheets] == [
        "04.10–06.10.2026",
        "04.10–06.10.2026",
        "11.10–11.10.2026",
        "11.10–11.10.2026",
    ]
    assert [row[0] for row in table.parts[2].rows] == [1]


def test_a_whole_group_has_the_pages_of_each_discipline(world, group):
    table = report(world.deputy, "journal_paper", group=group.pk)
    titles = [one.title.split(":")[0] for one in table.sheets]
    assert titles == [
        name
        for name in ("Алгебра", BIOLOGY, "Вёрстка", "Графика", DRAWING)
        for _ in range(2)
    ]
    text = printed(table)
    assert text.count("\f") == len(table.sheets)
    book = load_workbook(io.BytesIO(render(table, "xlsx")))
    assert len(book.sheetnames) == len(table.sheets)
    assert render(table, "html").count("<section") == len(table.sheets)


def test_a_teacher_prints_the_own_pages_alone(world, group):
    table = report(world.teacher2, "journal_paper", group=group.pk)
    titles = {one.title.split(":")[0] for one in table.sheets}
    assert titles == {"Вёрстка", "Графика"}


def test_lessons_after_the_day_and_cancelled_ones_are_left_out(world, group):
    lesson(world, drawing(group), -2, is_cancelled=True)
    table = report(
        world.deputy,
        "journal_paper",
        group=group.pk,
        course=drawing(group).pk,
        day=day(world, -8),
    )
    assert [plain(row[1]) for row in table.parts[0].rows] == [
        day(world, -10),
        day(world, -8),
    ]


def test_a_group_without_disciplines_says_what_to_do(world):
    table = report(world.deputy, "journal_paper", group=group_of(world, name="3-Я").pk)
    assert "нет дисциплин" in table.empty and not table.parts


def test_the_paper_is_bounded(world, group, monkeypatch):
    table = report(world.deputy, "journal_paper", group=group.pk)
    writer = WRITERS["pdf"]._replace(cells=table.size[1] - 1)
    monkeypatch.setitem(WRITERS, "pdf", writer)
    with pytest.raises(ReportTooLargeError, match="слишком велик"):
        render(table, "pdf")


@pytest.mark.parametrize("whole", [False, True])
def test_the_paper_costs_the_same_for_any_number_of_lessons(world, group, whole):
    answers = {"group": group.pk, "course": "" if whole else drawing(group).pk}
    report(world.deputy, "journal_paper", **answers)
    for more in (1, 30):
        for number in range(more):
            one = (
                course(world, group, f"Предмет {more}.{number}")
                if whole
                else drawing(group)
            )
            lesson(world, one, -12 - number)
        # what is remembered depends on how many courses there are
        report(world.deputy, "journal_paper", **answers)
        with CaptureQueriesContext(connection) as queries:
            report(world.deputy, "journal_paper", **answers)
        assert len(queries) == 12
