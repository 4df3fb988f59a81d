"""R7, R16, R17: a group side by side over a year, and its attendance."""

import datetime
from decimal import Decimal

import pytest

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
    plain,
    report,
    rows,
    signed,
)

# Not all tests look at the group, and in its module it stands for all of them.
pytestmark = pytest.mark.usefixtures("standing_group")


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
    group = group_of(world, "Абаев", name="3-ТК")
    group.name_pattern = "{курс}-ТК"
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
    said = "Группа 2-ТК (ныне 3-ТК), 2 курс"
    for slug in ("results", "yearly", "attestation", "yearly_attendance"):
        table = report(world.deputy, slug, group=group.pk, period=first.pk)
        assert any(line.startswith(said) for line in table.lines)
    table = report(world.deputy, "groups_results", period=first.pk)
    (row,) = table.rows
    assert (row["name"], row["year"]) == ("2-ТК (ныне 3-ТК)", 2)
    table = report(world.deputy, "groups_attendance", period=second.pk, whole_year="on")
    assert [row["name"] for row in table.rows] == ["2-ТК (ныне 3-ТК)"]
    current = report(world.deputy, "results", group=group.pk)
    assert any("Группа 3-ТК, 3 курс" in line for line in current.lines)


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
    """In R5, R15 and R16; its «2» makes Бунин, with «4» «5» «5», failing in every report."""
    algebra = group.courses.get(discipline__name=ALGEBRA)
    signed(world, "coursework", [algebra], {"Абаев": "5", "Бунин": "2"})
    table = report(world.deputy, "attestation", group=group.pk)
    own = rows(table)
    assert column(own, f"Курсовые работы {ALGEBRA}", f"Экзамены {ALGEBRA}") == {
        "Абаев": (5, 5),
        "Бунин": (2, 4),
        "Вольф": (None, 3),
        "Гусев": (None, "неявка"),
        "Дюков": (None, "осв."),
    }
    # (4 + 5 + 5 + 2 + 3,67 of Черчение) / 5 = 3,934
    assert own["Бунин"]["Средний балл"] == Decimal("3.93")
    foot = rows(table, table.foot())
    assert foot["Успеваемость,"][f"Экзамены {ALGEBRA}"] == Decimal("75.00")
    assert foot["Успеваемость,"][f"Курсовые работы {ALGEBRA}"] == Decimal("50.00")
    assert any("Курсовая работа дисциплины" in note for note in table.notes)
    assert "без «2», «незач.» и «н/а» 2 (40,00 %)" in table.notes[-1]
    title = f"{ALGEBRA} (курсовая работа)"
    table = report(world.deputy, "results", group=group.pk)
    assert rows(table)["Бунин"][title] == 2
    # (4 + 5 + 5 + 2) / 4
    assert rows(table)["Бунин"]["Средний балл"] == Decimal("4.00")
    assert "абсолютная успеваемость — 40,00 %" in table.notes[-1]
    assert "по 1 из 5 дисциплин: Черчение." in table.warnings[0]
    found = rows(report(world.deputy, "groups_results", group=group.pk))["3-ТО"]
    assert (found["Студентов неуспе-"], found["Успеваемость, % абсо-"]) == (3, 40)
    table = report(world.curator, "curator_final", group=group.pk)
    said = {line.values[0]: line.values[3] for line in table.body() if not line.section}
    assert said["Неуспевающие"].startswith(f"Бунин Я. ({title} — 2); Вольф")
    assert said["С одной «4»"] == ""
    place = rows(report(world.deputy, "rating", group=group.pk))["Бунин"]
    assert place["Аттестация, дисциплин не аттестован"] == 1
    table = report(world.deputy, "failures", group=group.pk)
    worst = [plain(value) for value in next(iter(table.body())).values]
    assert worst == [1, title, "Жданов Л. Б.", "3-ТО", 2, 1, 0, Decimal("50.00")]
    employee = world.teacher.employee.pk
    table = report(world.deputy, "teacher_final", teacher=employee, group=group.pk)
    [line] = [one.values for one in table.body() if title in one.values]
    assert [plain(line[place]) for place in (4, 7, -2)] == [1, 1, None]
    whole = rows(report(world.deputy, "yearly", group=group.pk))
    assert whole["Абаев"][f"{ALGEBRA} кр.–1"] == 5
