"""R7, R16, R17: a group side by side over a year, and its attendance."""

import datetime
from decimal import Decimal

from journal.models import AcademicYear, Course, Membership, Period
from tests.reports.groups import (
    ALGEBRA,
    BIOLOGY,
    DRAWING,
    GRAPHICS,
    LAYOUT,
    column,
    course,
    group_of,
    lesson,
    report,
    rows,
    signed,
)


def test_r16_sets_the_stages_of_a_discipline_side_by_side(world, group):
    algebra = group.courses.get(discipline__name=ALGEBRA)
    marks = dict.fromkeys(("Бунин", "Вольф", "Гусев"), "4")
    signed(world, "term", [algebra], {**marks, "Абаев": "5"})
    signed(world, "year", [algebra], {**marks, "Абаев": "5"})
    table = report(world.deputy, "yearly", group=group.pk)
    assert (table.orientation, "75 лет" in table.notes[-1]) == ("landscape", True)
    titles = [f"{ALGEBRA} {title}" for title in ("1 сем.", "экз.–1", "год")]
    assert column(rows(table), *titles, f"{BIOLOGY} зач.–1", f"{DRAWING} 1 сем.") == {
        "Абаев": (5, 5, 5, "зач.", None),
        "Бунин": (4, 4, 4, "зач.", None),
        "Вольф": (4, 3, 4, "незач.", None),
        "Гусев": (4, "неявка", 4, "зач.", None),
        "Дюков": ("осв.", "осв.", "осв.", "зач.", None),
    }


def test_a_group_stands_in_a_past_year_as_it_was_then(world):
    """In the third course now, in the second a year ago, by the name of its pattern.

    R7 of that whole year has the group, though the period asked for has no course of it.
    """
    group = group_of(world, "Абаев")
    group.name_pattern = "{курс}-ТО"
    group.save()
    start = world.year.start.replace(year=world.year.start.year - 1)
    Membership.objects.filter(group=group).update(start=start)
    year = AcademicYear.objects.create(
        name="прошлый год", start=start, end=world.year.start
    )
    first, second = (
        Period.objects.create(
            year=year,
            kind="semester",
            number=number,
            first_day=start + datetime.timedelta(days=days),
            last_day=start + datetime.timedelta(days=days + 99),
        )
        for number, days in ((1, 0), (2, 120))
    )
    past = course(world, group, ALGEBRA, start=start)
    Course.objects.filter(pk=past.pk).update(period=first)
    said = "Группа 2-ТО (ныне 3-ТО), 2 курс"
    for slug in ("results", "yearly", "attestation", "yearly_attendance"):
        table = report(world.deputy, slug, group=group.pk, period=first.pk)
        assert any(line.startswith(said) for line in table.lines)
    table = report(world.deputy, "groups_results", period=first.pk)
    (row,) = table.rows
    assert (row["name"], row["year"]) == ("2-ТО (ныне 3-ТО)", 2)
    table = report(world.deputy, "groups_attendance", period=second.pk, whole_year="on")
    assert [row["name"] for row in table.rows] == ["2-ТО (ныне 3-ТО)"]
    current = report(world.deputy, "results", group=group.pk)
    assert any("Группа 3-ТО, 3 курс" in line for line in current.lines)


def test_r16_shows_a_teacher_the_own_disciplines_of_the_year_alone(world, group):
    """S 6.10; whoever gives one lesson for another has nothing of the year."""
    algebra = group.courses.get(discipline__name=ALGEBRA)
    signed(world, "term", [algebra], {"Абаев": "5"})
    lesson(world, algebra, -1, teacher=world.teacher2.employee)
    for who, own in (
        (world.teacher, {ALGEBRA, BIOLOGY, DRAWING}),
        (world.teacher2, {LAYOUT, GRAPHICS}),
    ):
        table = report(who, "yearly", group=group.pk)
        assert "Только дисциплины, которые вы ведёте" in table.lines
        assert {one.group[0] for one in table.columns if one.group} == own
    assert (
        rows(report(world.teacher, "yearly", group=group.pk))["Абаев"][
            f"{ALGEBRA} 1 сем."
        ]
        == 5
    )


def test_r7_adds_up_what_the_register_of_each_group_shows(world, group):
    """Hours: two days of six students (4 and 2 h), one of five (2 h): 46."""
    found = rows(report(world.deputy, "groups_attendance", group=group.pk))["3-ТО"]
    assert list(found.values())[3:] == [
        5, 46, 4, 2, 2, 2, Decimal("0.8"), 0, Decimal("91.3"),
    ]  # fmt: skip
    month = report(world.deputy, "attendance", group=group.pk, month="2026-10")
    whole = rows(month, month.foot())["Всего"]
    assert (whole["Прове-"], whole["Пропущено часов всего"]) == (46, 4)


def test_r17_counts_days_missed_from_end_to_end(world, group):
    """Вольф missed one of two lessons of the day, Гусев the only one, being ill."""
    found = rows(report(world.curator, "yearly_attendance", group=group.pk))
    head = "1 семестр Пропущено"
    titles = (
        f"{head} дней всего",
        f"{head} дней по болезни",
        f"{head} занятий всего",
        f"{head} занятий по болезни",
        "1 семестр Опоз-",
    )
    assert column(found, *titles) == {
        "Абаев": (0, 0, 0, 0, 0),
        "Бунин": (0, 0, 0, 0, 0),
        "Вольф": (0, 0, 1, 0, 0),
        "Гусев": (1, 1, 1, 1, 0),
        "Дюков": (0, 0, 0, 0, 0),
        "Уваров": (0, 0, 0, 0, 0),
    }
    assert found["Гусев"]["Учебный год Пропущено дней всего"] == 1


def test_a_course_work_beside_an_exam_has_a_column_of_its_own(world, group):
    """In R5 and in R16; the mean of a student and the exam of the course stay."""
    algebra = group.courses.get(discipline__name=ALGEBRA)
    before = rows(report(world.deputy, "attestation", group=group.pk))
    signed(world, "coursework", [algebra], {"Абаев": "5", "Бунин": "2"})
    table = report(world.deputy, "attestation", group=group.pk)
    work, *others = [one for one in table.columns if one.title.startswith(ALGEBRA)][
        ::-1
    ]
    assert (work.group, len(others)) == (("Курсовые работы",), 1)
    place = [one.key for one in table.columns].index(work.key)
    cells = {row[1].split()[0]: row[place] for row in table.rows}
    assert (cells["Абаев"], cells["Бунин"].value, cells["Вольф"]) == (5, 2, None)
    after = rows(table)
    for name, row in before.items():
        assert row["Средний балл"] == after[name]["Средний балл"]
    assert any("Курсовая работа дисциплины" in note for note in table.notes)
    whole = rows(report(world.deputy, "yearly", group=group.pk))
    assert whole["Абаев"][f"{ALGEBRA} кр.–1"] == 5
