"""R3, R4, R6–R8, R13–R17, R19, R20: each figure worked out by hand."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal.models import Membership, Student
from journal.reports.writers import WRITERS, render
from tests.reports.groups import (
    ALGEBRA,
    BIOLOGY,
    DRAWING,
    GRAPHICS,
    LAYOUT,
    column,
    course,
    day,
    group_of,
    join,
    lesson,
    plain,
    report,
    rows,
    signed,
    student,
)

# Not all tests look at the group, and in its module it stands for all of them.
pytestmark = pytest.mark.usefixtures("standing_group")


def test_r15_is_the_matrix_of_signed_marks(world, group):
    table = report(world.deputy, "results", group=group.pk)
    found = rows(table)
    titles = (ALGEBRA, BIOLOGY, LAYOUT, GRAPHICS, DRAWING, "Средний балл")
    assert column(found, *titles) == {
        "Абаев": (5, "зач.", 5, 5, None, Decimal("5.00")),
        "Бунин": (4, "зач.", 5, 5, None, Decimal("4.67")),
        "Вольф": (3, "незач.", 4, 4, None, Decimal("3.67")),
        "Гусев": ("неявка", "зач.", 3, 3, None, Decimal("3.00")),
        "Дюков": ("осв.", "зач.", 4, 4, None, Decimal("4.00")),
    }
    marks = [f"Отметок «{mark}»" for mark in ("5", "4", "3", "2", "н/а")]
    assert column(found, *marks)["Гусев"] == (0, 0, 2, 0, 1)


def test_r15_rates_stand_under_each_discipline(world, group):
    """Алгебра 5 4 3 н/а: СОУ (100+64+36+7)/4; Вёрстка 5 5 4 3 4: (200+128+36)/5."""
    table = report(world.deputy, "results", group=group.pk)
    foot = rows(table, table.foot())
    assert foot["Успеваемость,"][ALGEBRA] == Decimal("75.00")
    assert foot["Качество,"][ALGEBRA] == Decimal("50.00")
    assert foot["СОУ,"][ALGEBRA] == Decimal("51.75")
    assert foot["Средний"][ALGEBRA] == Decimal("4.00")
    assert foot["Успеваемость,"][BIOLOGY] == Decimal("80.00")
    assert (foot["Качество,"][BIOLOGY], foot["СОУ,"][BIOLOGY]) == (None, None)
    assert foot["СОУ,"][LAYOUT] == foot["СОУ,"][GRAPHICS] == Decimal("72.80")
    # (5 + 4,67 + 3,67 + 3 + 4) / 5 = 4,068
    assert foot["Средний"]["Средний балл"] == Decimal("4.07")
    assert foot["Средний"]["Отметок «4»"] == 5
    assert (
        "абсолютная успеваемость — 60,00 %; качественная — 60,00 %" in table.notes[-1]
    )


def test_a_final_report_says_what_is_not_signed_and_that_the_period_runs(world, group):
    said = " ".join(report(world.deputy, "results", group=group.pk).warnings)
    assert "Итоги не подписаны по 1 из 5 дисциплин: Черчение." in said
    assert "Учебный период идёт до" in said
    lesson(world, group.courses.first(), -1, attendance_taken_at=None, topic="")
    said = " ".join(report(world.deputy, "curator_final", group=group.pk).warnings)
    assert "занятий: 5, без отметки присутствия: 1, без темы: 1" in said


def test_r4_ranks_by_debts_and_then_by_the_mean(world, group):
    found = rows(report(world.deputy, "rating", group=group.pk))
    assert list(found) == ["Абаев", "Бунин", "Дюков", "Вольф", "Гусев"]
    titles = (
        "Место",
        "Аттестация, дисциплин аттестован",
        "Аттестация, дисциплин не аттестован",
        "Средний балл",
        "Пропущено часов всего",
        "Пропущено часов без уваж. причины",
    )
    assert column(found, *titles) == {
        "Абаев": (1, 5, 0, Decimal("5.00"), 0, 0),
        # (4 + 5 + 5 + 3,67) / 4 = 4,4175
        "Бунин": (2, 5, 0, Decimal("4.42"), 0, 0),
        # the «н/а» of too few marks in Черчение is nobody's debt
        "Дюков": (3, 3, 0, Decimal("4.00"), 0, 0),
        "Вольф": (4, 3, 1, Decimal("3.67"), 2, 2),
        "Гусев": (5, 3, 1, Decimal("3.00"), 2, 0),
    }


def test_r6_counts_students_by_category(world, group):
    """Few current marks in Черчение make three «н/а» and nobody failing by themselves."""
    table = report(world.deputy, "groups_results", group=group.pk)
    assert list(rows(table)["3-ТО"].values())[2:] == [
        3, 5, 2, 1, 2, 0, 2, 3, 0,
        Decimal("60.00"), Decimal("60.00"), Decimal("4.02"),
    ]  # fmt: skip


def test_r6_sums_departments_by_their_students(world, group):
    table = report(world.deputy, "groups_results")
    names = [line.values[1] for line in table.body() if line.section is None]
    sections = [line.section for line in table.body() if line.section]
    assert sections == ["Отделение связи", "Отделение экономики"]
    assert names == ["2-ИС", "3-ТО", "Итого", "1-ЭК", "Итого"]


# slug → queries of form and table, whatever the number of students and groups
QUERIES = {
    "preliminary": 13,
    "rating": 11,
    "groups_results": 13,
    "failures": 13,
    "curator_preliminary": 11,
    "results": 10,
    "yearly": 11,
    "groups_attendance": 8,
    "yearly_attendance": 8,
    "curator_final": 10,
    "teacher_preliminary": 19,
    "teacher_final": 18,
    "debts": 7,
    "attestation": 11,
}
# Those that are asked of all groups, or of a teacher over all groups.
OF_MANY = ("groups_results", "groups_attendance", "failures", "teacher_")


@pytest.mark.parametrize("slug", QUERIES)
@pytest.mark.sqlite
def test_a_report_reads_as_much_for_thirty_as_for_one(world, group, slug):
    answers, of_many = {"group": group.pk}, slug.startswith(OF_MANY)
    if of_many:
        answers = {"teacher": world.teacher.employee.pk} if slug[:1] == "t" else {}
    report(world.deputy, slug, **answers)  # what the process remembers is read
    for number in range(30):
        join(group, f"Пятых{number}", world.year.start)
        if of_many:
            more = group_of(world, f"Шестых{number}", name=f"3-Т{number}")
            exam = course(world, more, ALGEBRA, "exam")
            signed(world, "exam", [exam], {f"Шестых{number}": "2"})
        if slug == "debts":
            exam = group.courses.get(discipline__name=ALGEBRA)
            signed(world, "exam", [exam], {f"Пятых{number}": "2"})
        if number not in (0, 29):
            continue
        with CaptureQueriesContext(connection) as queries:
            report(world.deputy, slug, **answers)
        assert len(queries) == QUERIES[slug]


def test_r8_puts_the_worst_discipline_first(world, group):
    table = report(world.deputy, "failures", group=group.pk)
    assert [[plain(value) for value in line.values] for line in table.body()] == [
        [1, ALGEBRA, "Жданов Л. Б.", "3-ТО", 4, 0, 1, Decimal("25.00")],
        [2, BIOLOGY, "Жданов Л. Б.", "3-ТО", 5, 1, 0, Decimal("20.00")],
    ]
    table = report(world.deputy, "failures", group=group.pk, top="10")
    assert len(table.rows) == 2


def test_r14_names_students_with_their_disciplines(world, group):
    Student.objects.filter(last_name="Дюков").update(middle_name="Эльдар оглы")
    table = report(world.curator, "curator_final", group=group.pk)
    found = {
        line.values[0]: tuple(map(plain, line.values[1:]))
        for line in table.body()
        if line.section is None
    }
    assert found["Всего студентов"][0] == 5
    assert found["Отличники"] == (1, Decimal("20.00"), "Абаев Я.")
    assert found["С одной «4»"] == (1, Decimal("20.00"), "Бунин Я. (Алгебра — 4)")
    assert found["Хорошисты"] == (1, Decimal("20.00"), "Дюков Я. Э.")
    assert found["Неуспевающие"] == (
        2,
        Decimal("40.00"),
        "Вольф Я. (Биология — незач.); Гусев Я. (Алгебра — неявка)",
    )
    assert found["Освобождены, перезачтено"][2] == "Дюков Я. Э. (Алгебра — осв.)"
    assert found["Абсолютная успеваемость, %"][0] == Decimal("60.00")
    assert found["Качественная успеваемость, %"][0] == Decimal("60.00")
    assert found["Средний балл"][0] == Decimal("4.07")
    # «5» × 5, «4» × 5, «3» × 3, «н/а» × 1 of 14: (500 + 320 + 108 + 7) / 14
    assert found["СОУ, %"][0] == Decimal("66.79")
    assert found["Без уважительной причины"] == (2, None, "Вольф Я. — 2")
    assert found["В среднем на студента"][0] == Decimal("0.80")


def test_r13_marks_what_comes_of_current_marks(world, group):
    table = report(world.curator, "curator_preliminary", group=group.pk)
    found = {
        line.values[0]: line.values[3] for line in table.body() if not line.section
    }
    assert found["Хорошисты"] == "Бунин Я.; Дюков Я."
    assert found["Неуспевающие"] == (
        "Вольф Я. (Биология — незач.); Гусев Я. (Алгебра — неявка)"
    )
    assert found["Не аттестованы (н/а)"] == (
        "Вольф Я. (Черчение — тек. н/а);"
        " Гусев Я. (Алгебра — неявка, Черчение — тек. н/а);"
        " Дюков Я. (Черчение — тек. н/а)"
    )


def test_r3_gives_averages_and_numbers_of_marks_at_the_end_of_a_month(world, group):
    table = report(world.curator, "preliminary", group=group.pk, month="2026-10")
    head = f"{DRAWING}\nЖданов Л. Б."
    titles = (
        f"{head} балл, тек.",
        f"{head} отметок",
        "Пропущено часов за месяц всего",
        "Пропущено часов за месяц без уваж. причины",
    )
    assert column(rows(table), *titles) == {
        "Абаев": (Decimal("5.00"), 3, 0, 0),
        "Бунин": (Decimal("3.67"), 3, 0, 0),
        "Вольф": ("н/а", None, 2, 2),
        "Гусев": ("н/а", None, 2, 0),
        "Дюков": ("н/а", None, 0, 0),
    }
    foot = rows(table, table.foot())
    assert foot["Успеваемость,"][titles[0]] == Decimal("100.00")
    assert foot["Не"][titles[1]] == 3
    table = report(world.curator, "preliminary", group=group.pk, month="2026-09")
    assert column(rows(table), *titles[:3])["Абаев"] == (None, None, 0)


def test_a_retake_stands_over_the_first_attempt(world, group):
    algebra = group.courses.get(discipline__name=ALGEBRA)
    first = algebra.sheet_parts.get().sheet
    signed(world, "exam", [algebra], {"Гусев": "3"}, retakes=first, attempt=2)
    found = rows(report(world.deputy, "results", group=group.pk))
    assert found["Гусев"][ALGEBRA] == 3


def test_marks_of_record_go_with_whoever_moves(world, group):
    """A term mark signed in the former group stands in the statement of the new one."""
    former = group_of(world, "Яхонтов", name="3-ТС")
    twin = course(world, former, DRAWING)
    signed(world, "term", [twin], {"Яхонтов": "5"}, offset=-4)
    seat = Membership.objects.get(student=student("Яхонтов"))
    seat.end = day(world, -2)
    seat.save()
    Membership.objects.create(
        student=student("Яхонтов"), group=group, start=day(world, -2)
    )
    assert (
        rows(report(world.deputy, "results", group=group.pk))["Яхонтов"][DRAWING] == 5
    )
    assert rows(report(world.deputy, "results", group=former.pk)) == {}


def test_who_left_before_the_count_is_in_no_figure(world, group):
    found = rows(report(world.deputy, "results", group=group.pk))
    assert "Уваров" not in found
    before = report(world.deputy, "results", group=group.pk, day=day(world, -6))
    assert "Уваров" in rows(before)


def test_r20_has_a_line_for_each_course_of_the_teacher(world, group):
    table = report(world.teacher, "teacher_final", group=group.pk)
    found = rows(table)
    assert list(found) == [ALGEBRA, BIOLOGY, DRAWING]
    assert list(found[ALGEBRA].values())[3:] == [
        5, 1, 1, 1, 0, 0, 0, 1, 1,
        Decimal("75.00"), Decimal("50.00"), Decimal("51.75"), Decimal("4.00"), 0, 0,
    ]  # fmt: skip
    assert found[BIOLOGY]["Часы выдано"] == 2
    assert found[DRAWING]["Проценты успевае-"] is None


def test_r19_takes_current_marks_where_nothing_is_signed(world, group):
    found = rows(report(world.teacher, "teacher_preliminary", group=group.pk))
    assert list(found[DRAWING].values())[3:] == [
        5, 1, 1, 0, 0, 0, 0, 3, 0,
        # 5,00 and 3,67: 4,335; three with too few marks are in no percentage
        Decimal("100.00"), Decimal("100.00"), Decimal("82.00"), Decimal("4.34"), 0, 6,
    ]  # fmt: skip


def test_a_teacher_is_offered_no_other_teacher(world, group):
    from journal.reports.registry import get

    own = get("teacher_final").form(world.teacher)
    assert [key for key, _ in own.fields["teacher"].choices] == [
        "",
        str(world.teacher.employee.pk),
    ]
    all_of_them = get("teacher_final").form(world.deputy)
    assert len(all_of_them.fields["teacher"].choices) > 3


GROUP_REPORTS = (
    "preliminary",
    "rating",
    "groups_results",
    "failures",
    "curator_preliminary",
    "curator_final",
    "results",
    "yearly",
    "groups_attendance",
    "yearly_attendance",
)


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("slug", [*GROUP_REPORTS, "attestation"])
@pytest.mark.on_postgresql(format=["html"])
def test_every_report_comes_out_in_every_format(world, group, slug, format):
    assert render(report(world.deputy, slug, group=group.pk), format)


@pytest.mark.parametrize("slug", GROUP_REPORTS)
def test_a_group_without_anything_says_why_its_report_is_empty(world, slug):
    empty = group_of(world, name="3-Я")
    table = report(world.deputy, slug, group=empty.pk)
    assert not [line for line in table.body() if line.section is None] or slug in (
        "curator_final",
    )
    assert "Выберите" in table.empty or "числится" in table.empty or table.empty
