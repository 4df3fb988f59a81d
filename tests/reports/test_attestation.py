"""R5, the statement of a group: each figure worked out by hand."""

from decimal import Decimal

import pytest

from journal.domain.results.sheets import open_sheet
from journal.domain.results.writing import roster_of
from journal.models import (
    Absence,
    Course,
    Exemption,
    Institution,
    Lesson,
    Mark,
    Membership,
    Period,
)
from journal.models.words import spoken_here
from journal.reports.registry import get
from journal.reports.results.statement import FORMS
from tests.conftest import standing
from tests.reports.groups import (
    absent,
    course,
    day,
    group_of,
    join,
    lesson,
    plain,
    report,
    rows,
    student,
    teach,
    work,
)
from tests.results.signing import signed

# Not all tests look at the group, and in its module it stands for all of them.
pytestmark = pytest.mark.usefixtures("standing_group")

ALGEBRA = "Экзамены Алгебра, тек."
VALUES = "Экзамены Валеология, тек."
BIOLOGY = "Зачёты Биология, тек."
DRAWING = "Без формы аттестации Черчение, тек."


def build_group(world):
    """Four students, four courses; answers weigh 1, tests 3.

    Алгебра, exam: Ежов 5·1 + 4·3 + 3·1 = 20, weights 5: 4,00. Ёлкин 2·1 + 2·3 + 3·1
    = 11 of 5: 2,20. Жуков has two marks of the three needed. Зинин is exempt.
    Валеология, exam: Ежов 5 5 5: 5,00; Ёлкин 3 3 4: 3,33; Жуков 4 5 5: 4,67; Зинин
    2 2 2: 2,00. Биология, credit: Ежов з з з, Ёлкин х х з, Жуков з з х, Зинин nothing.
    Черчение, no form: nobody has a mark yet.
    """
    group = group_of(world, "Зинин", "Жуков", "Ёлкин", "Ежов")
    join(group, "Беглов", world.year.start, day(world, -5))
    algebra = course(world, group, "Алгебра", "exam")
    values = course(world, group, "Валеология", "exam", teacher="teacher2")
    biology = course(world, group, "Биология", "credit")
    course(world, group, "Черчение")
    answer, test = world.answer, world.test
    first = lesson(world, algebra, -10)
    work(first, answer, Ежов="5", Ёлкин="2", Жуков="5")
    work(lesson(world, algebra, -8), test, Ежов="4", Ёлкин="2", Жуков="5", Беглов="2")
    work(lesson(world, algebra, -6), answer, Ежов="3", Ёлкин="3")
    absent(first, "Ежов", "н")
    absent(lesson(world, values, -10), "Ежов", "б")
    absent(lesson(world, values, -9), "Ёлкин", "о", hours=0)
    for offset, marks in (
        (-8, {"Ежов": "5", "Ёлкин": "3", "Жуков": "4", "Зинин": "2"}),
        (-7, {"Ежов": "5", "Ёлкин": "3", "Жуков": "5", "Зинин": "2"}),
        (-6, {"Ежов": "5", "Ёлкин": "4", "Жуков": "5", "Зинин": "2"}),
    ):
        work(lesson(world, values, offset), answer, **marks)
    for offset, marks in (
        (-4, {"Ежов": "з", "Ёлкин": "х", "Жуков": "з"}),
        (-3, {"Ежов": "з", "Ёлкин": "х", "Жуков": "з"}),
        (-2, {"Ежов": "з", "Ёлкин": "з", "Жуков": "х"}),
    ):
        work(lesson(world, biology, offset), answer, **marks)
    Exemption.objects.create(
        student=student("Зинин"),
        course=algebra,
        kind="exempt",
        document="справка",
        start=day(world, -20),
    )
    return group


standing_group = standing(build_group)


@pytest.fixture
def group(standing_group, today, db):
    return standing_group()


def test_cells_are_weighted_averages_by_hand(world, group):
    found = rows(report(world.deputy, "attestation", group=group.pk))
    assert {
        name: [row[title] for title in (ALGEBRA, VALUES, BIOLOGY, DRAWING)]
        for name, row in found.items()
    } == {
        "Ежов": [Decimal("4.00"), Decimal("5.00"), "зач.", None],
        "Ёлкин": [Decimal("2.20"), Decimal("3.33"), "незач.", None],
        "Жуков": ["н/а", Decimal("4.67"), "зач.", None],
        "Зинин": ["осв.", Decimal("2.00"), "н/а", None],
    }


def test_the_mean_of_a_student_counts_each_discipline_alike(world, group):
    """Ежов (4,00 + 5,00) / 2; Ёлкин (2,20 + 3,33) / 2 = 2,765, half up."""
    found = rows(report(world.deputy, "attestation", group=group.pk))
    means = {name: str(row["Средний балл"]) for name, row in found.items()}
    assert means == {"Ежов": "4.50", "Ёлкин": "2.77", "Жуков": "4.67", "Зинин": "2.00"}


def test_hours_missed_leave_out_who_came_late(world, group):
    found = rows(report(world.deputy, "attestation", group=group.pk))
    missed = {
        name: (
            row["Пропущено часов всего"],
            row["Пропущено часов без уваж. причины"],
        )
        for name, row in found.items()
    }
    assert missed == {"Ежов": (4, 2), "Ёлкин": (0, 0), "Жуков": (0, 0), "Зинин": (0, 0)}


def test_figures_of_disciplines_follow_the_formulas(world, group):
    """Suggested marks, thresholds 2,5 3,5 4,5; N leaves out the exempt, and the «н/а»
    of those who have too few marks so far.

    Алгебра: 4, 2, н/а; N = 2. Успеваемость 1/2, качество 1/2, СОУ (64 + 16) / 2.
    Валеология: 5, 3, 5, 2; N = 4. 3/4, 2/4, (100 + 36 + 100 + 16) / 4 = 63.
    Биология: зач., незач., зач., н/а; N = 3; a credit counts to успеваемость: 2/3.
    Means: (4,00 + 2,20) / 2; (5,00 + 3,33 + 4,67 + 2,00) / 4; of the group
    (4,50 + 2,77 + 4,67 + 2,00) / 4 = 3,485.
    """
    table = report(world.deputy, "attestation", group=group.pk)
    found = rows(table, table.foot())
    columns = (ALGEBRA, VALUES, BIOLOGY, DRAWING, "Средний балл")
    figures = {
        name: [row[title] and str(row[title]) for title in columns]
        for name, row in found.items()
    }
    assert figures == {
        "Средний": ["3.10", "3.75", None, None, "3.49"],
        "Успеваемость,": ["50.00", "75.00", "66.67", None, None],
        "Качество,": ["50.00", "50.00", None, None, None],
        "СОУ,": ["40.00", "63.00", None, None, None],
    }
    assert found["Средний"]["Пропущено часов всего"] == 4
    assert found["Средний"]["Пропущено часов без уваж. причины"] == 2


def test_the_group_passes_where_nobody_fails_anything(world, group):
    """Ежов: 4, 5, зач.; Жуков: 5, зач. Ёлкин and Зинин have a «2»: two of four."""
    notes = report(world.deputy, "attestation", group=group.pk).notes
    assert notes[-1] == (
        "По группе: с отметками студентов 4; без «2», «незач.» и «н/а» 2 (50,00 %),"
        " только с «4», «5» и «зач.» 2 (50,00 %)."
    )


def test_disciplines_stand_under_their_forms_in_order(world, group):
    for name, form in (
        ("Якутский язык", "diff_credit"),
        ("Ботаника", "other"),
        ("Проект", "coursework"),
        ("Модуль", "module_exam"),
        ("Ёмкости", "exam"),
    ):
        course(world, group, name, form)
    table = report(world.deputy, "attestation", group=group.pk)
    columns = [
        (*column.group, column.title.split(",")[0])
        for column in table.columns
        if column.group and column.group[0] in FORMS.values()
    ]
    assert columns == [
        ("Экзамены", "Алгебра"),
        ("Экзамены", "Валеология"),
        ("Экзамены", "Ёмкости"),
        ("Дифф. зачёты", "Якутский язык"),
        ("Зачёты", "Биология"),
        ("Др. формы контроля", "Ботаника"),
        ("Курсовые работы", "Проект"),
        ("Квалиф. экзамены по ПМ", "Модуль"),
        ("Без формы аттестации", "Черчение"),
    ]
    assert table.columns[2].title == "Алгебра, тек.\nЖданов Л. Б."


def test_students_are_those_of_the_day_and_yo_follows_ye(world, group):
    names = [*rows(report(world.deputy, "attestation", group=group.pk))]
    assert names == ["Ежов", "Ёлкин", "Жуков", "Зинин"]
    earlier = report(world.deputy, "attestation", group=group.pk, day=day(world, -6))
    assert [*rows(earlier)] == ["Беглов", "Ежов", "Ёлкин", "Жуков", "Зинин"]


def test_marks_after_the_day_are_not_in_it(world, group):
    """As of −8: Ежов has two marks in Алгебра, one in Валеология: «н/а» and «н/а»."""
    table = report(world.deputy, "attestation", group=group.pk, day=day(world, -8))
    row = rows(table)["Ежов"]
    assert (row[ALGEBRA], row[VALUES], row[BIOLOGY]) == ("н/а", "н/а", None)


def test_the_teacher_of_the_day_stands_under_the_discipline(world, group):
    algebra = group.courses.get(discipline__name="Алгебра")
    algebra.teachers.update(end=day(world, -3))
    teach(world, algebra, "teacher2", start=day(world, -3))
    title = report(world.deputy, "attestation", group=group.pk).columns[2].title
    assert title == "Алгебра, тек.\nЩукина В. И."
    before = report(world.deputy, "attestation", group=group.pk, day=day(world, -4))
    assert before.columns[2].title == "Алгебра, тек.\nЖданов Л. Б."


def test_settings_of_the_institution_decide(world, group):
    """Two marks needed: Жуков has 5·1 + 5·3 of 4 = 5,00. From 4,4 on it is a «5»."""
    rules = Institution.objects.get()
    rules.marks_needed, rules.threshold_5 = 2, Decimal("4.00")
    rules.save()
    table = report(world.deputy, "attestation", group=group.pk)
    assert rows(table)["Жуков"][ALGEBRA] == Decimal("5.00")
    # Ежов 4,00 → 5, Ёлкин 2, Жуков 5: (100 + 16 + 100) / 3.
    assert rows(table, table.foot())["СОУ,"][ALGEBRA] == Decimal("72.00")
    assert (
        "отметок меньше 2" in " ".join(table.notes)
        and "от 4 принят за «5»" in table.notes[1]
    )


def test_a_recredit_stands_apart_from_an_exemption(world, group):
    Exemption.objects.update(kind="recredit", mark="4")
    table = report(world.deputy, "attestation", group=group.pk)
    assert rows(table)["Зинин"][ALGEBRA] == "п4"
    Exemption.objects.update(mark="зачёт")
    row = rows(report(world.deputy, "attestation", group=group.pk))["Зинин"]
    assert row[ALGEBRA] == "пз"
    Exemption.objects.update(end=day(world, 0))
    row = rows(report(world.deputy, "attestation", group=group.pk))["Зинин"]
    assert row[ALGEBRA] == "н/а"


def test_failing_is_marked_and_freed_is_muted(world, group):
    table = report(world.deputy, "attestation", group=group.pk)
    styles = {
        plain(value): value.style
        for line in table.body()
        for value in line.values
        if hasattr(value, "style")
    }
    assert styles == {
        Decimal("2.20"): "bad",
        Decimal("2.00"): "bad",
        "незач.": "bad",
        "осв.": "muted",
    }


def test_the_frame_names_issuer_period_group_day_and_signatures(world, group):
    rules = Institution.objects.get()
    rules.founder, rules.signatory_name = "Министерство", "Седова О. Ю."
    rules.save()
    form = get("attestation").form(world.deputy)
    assert form.answer({"group": str(group.pk)}) and form.is_valid()
    table = get("attestation").make(form)
    assert table.issuer == ["Министерство", "Колледж связи и экономики"]
    assert table.lines == [
        f"Учебный период: {world.period}",
        "Отделение связи · Специальность: 09.02.07 Информационные системы",
        "Группа 3-ТО, 3 курс · по состоянию на 14.10.2026",
    ]
    assert table.signatures == [
        ("Заместитель директора по учебной работе", "Седова О. Ю."),
        ("Куратор", "Ёлкина А. С."),
    ]


def test_a_school_has_classes_and_class_teachers(world, group):
    rules = Institution.objects.get()
    rules.kind = "school"
    rules.save()
    with spoken_here():
        table = report(world.deputy, "attestation", group=group.pk)
    assert table.lines[-1] == "Класс 3-ТО · по состоянию на 14.10.2026"
    assert table.signatures[1][0] == "Классный руководитель"


def test_it_says_how_much_of_the_journal_is_missing(world, group):
    assert report(world.deputy, "attestation", group=group.pk).warnings == []
    algebra = group.courses.get(discipline__name="Алгебра")
    lesson(world, algebra, -1, attendance_taken_at=None)
    lesson(world, algebra, 0, attendance_taken_at=None, topic="")
    lesson(world, algebra, -1, topic="", is_cancelled=True)
    lesson(world, algebra, 1, attendance_taken_at=None, topic="")
    taken = Lesson.objects.held().filter(course__group=group, date__lte=world.today)
    assert taken.count() == 13
    assert report(world.deputy, "attestation", group=group.pk).warnings == [
        "Журнал заполнен не полностью. По 14.10.2026 включительно занятий: 13,"
        " без отметки присутствия: 2, без темы: 1."
    ]


def test_a_past_period_has_its_own_people_and_the_retakes_after_it(world, group):
    """A sheet of the session, and a retake, are signed once the lessons are over."""
    last = day(world, -7)
    values = Course.objects.get(group=group, discipline__name="Валеология")
    Period.objects.filter(pk=world.period.pk).update(last_day=last)

    def seen(on):
        asked = {"group": group.pk, "period": world.period.pk, "day": on}
        return report(world.deputy, "attestation", **asked)

    before = rows(seen(last))
    told = {"date": day(world, -2), "teacher": world.teacher2.employee}
    sheet = open_sheet(world.teacher2, "exam", [values], **told)
    signed(world.teacher2, sheet, " ".join(["3"] * len(roster_of(sheet))))
    assert rows(seen(last)) == before
    table = seen(world.today)
    assert "по состоянию на 14.10.2026" in table.lines[-1]
    after = rows(table)
    assert after.keys() == before.keys() and "Беглов" in after
    assert before["Ежов"][VALUES] == "н/а"
    assert after["Ежов"][VALUES.removesuffix(", тек.")] == 3


def test_an_empty_statement_says_why(world):
    empty = group_of(world, name="4-ТО")
    table = report(world.deputy, "attestation", group=empty.pk)
    assert table.rows == () and "нет дисциплин" in table.empty
    course(world, empty, "Алгебра")
    table = report(world.deputy, "attestation", group=empty.pk)
    assert list(table.body()) == [] and "никто не числится" in table.empty


# Who sees what


def test_a_teacher_sees_the_own_columns_alone(world, group):
    table = report(world.teacher2, "attestation", group=group.pk)
    row = rows(table)["Ежов"]
    assert VALUES in row and ALGEBRA not in row
    assert row["Пропущено часов всего"] == 2  # of the own discipline
    assert "Только дисциплины, которые вы ведёте" in table.lines


def test_a_teacher_sees_a_course_on_the_days_it_was_held(world, group):
    algebra = group.courses.get(discipline__name="Алгебра")
    algebra.teachers.update(end=day(world, -3))
    teach(world, algebra, "teacher2", start=day(world, -3))
    assert (
        ALGEBRA
        not in rows(report(world.teacher, "attestation", group=group.pk))["Ежов"]
    )
    before = day(world, -4)
    table = report(world.teacher, "attestation", group=group.pk, day=before)
    assert ALGEBRA in rows(table)["Ежов"]


def test_a_substitute_sees_no_column_of_the_course(world, group):
    values = group.courses.get(discipline__name="Валеология")
    lesson(world, values, -1, teacher=world.teacher.employee)
    row = rows(report(world.teacher, "attestation", group=group.pk))["Ежов"]
    assert ALGEBRA in row and VALUES not in row


@pytest.mark.parametrize("who", ["curator", "department_head", "studyunit", "director"])
def test_the_own_group_is_seen_whole(world, group, who):
    table = report(world.people[who], "attestation", group=group.pk)
    assert {ALGEBRA, VALUES, BIOLOGY, DRAWING} <= rows(table)["Ежов"].keys()
    assert len(table.lines) == 3


def test_the_past_of_a_mover_stays_in_the_old_group(world, group):
    """What Ежов earned here is no matter of the group that he moves to."""
    Membership.objects.filter(student=student("Ежов")).update(end=world.today)
    other = group_of(world, name="4-ТО")
    Membership.objects.create(student=student("Ежов"), group=other, start=world.today)
    course(world, other, "Алгебра", "exam")
    row = rows(report(world.deputy, "attestation", group=other.pk))["Ежов"]
    assert (row[ALGEBRA], row["Пропущено часов всего"]) == (None, 0)
    assert Mark.objects.filter(student=student("Ежов")).count() == 9
    assert Absence.objects.filter(student=student("Ежов")).count() == 2
