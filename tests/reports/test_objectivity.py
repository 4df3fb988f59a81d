"""R34 and the days of term marks: each figure worked out by hand."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from journal.domain.results.due import owed, read_due
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.writing import ResultChange, write_results
from journal.models import (
    Course,
    Exemption,
    Institution,
    Lesson,
    Membership,
    Result,
    Sheet,
    SheetPart,
)
from tests.reports.groups import (
    course,
    day,
    group_of,
    join,
    lesson,
    report,
    rows,
    student,
    work,
)


def sheet(world, courses, kind, teacher="teacher", notes=(), **marks):
    """A signed sheet of today with the marks of students, by their last names."""
    user = world.people[teacher]
    made = open_sheet(
        world.deputy, kind, courses, date=world.today, teacher=user.employee
    )
    changes = [
        ResultChange(student(name).pk, "mark", "", value)
        for name, value in marks.items()
    ]
    changes += [ResultChange(student(name).pk, "note", "", "опрос") for name in notes]
    answers = write_results(world.deputy, made.pk, changes)
    assert {one.status for one in answers} == {200}
    sign_sheet(world.deputy, made.pk)
    return made


@pytest.fixture
def group(world):
    """Four students, marks of weight 1, three needed.

    Алгебра (exam, teacher): Ежов 4 4 5 = 4,33 → 4, term 5, exam 4. Ёлкин 3 3 3 = 3,00
    → 3, term 4 with a reason, exam 4. Жуков 5 5 5 = 5,00 → 5, term 4 without one, exam
    5. Зинин 3 3 2 = 2,67 → 3, term 3, exam 2. Биология (no form, teacher2): Ежов 4 4 4
    = 4,00, term 4; Ёлкин one mark, «н/а», term 3 unexplained; the others «н/а».
    """
    group = group_of(world, "Ежов", "Ёлкин", "Жуков", "Зинин")
    algebra = course(world, group, "Алгебра", "exam")
    biology = course(world, group, "Биология", teacher="teacher2")
    for offset, marks in zip(
        (-10, -9, -8), ("4 3 5 3", "4 3 5 3", "5 3 5 2"), strict=True
    ):
        values = dict(
            zip(("Ежов", "Ёлкин", "Жуков", "Зинин"), marks.split(), strict=True)
        )
        work(lesson(world, algebra, offset), world.answer, **values)
    for offset, names in ((-7, ("Ежов", "Ёлкин")), (-6, ("Ежов",)), (-5, ("Ежов",))):
        values = dict.fromkeys(names, "4")
        work(lesson(world, biology, offset), world.answer, **values)
    sheet(
        world,
        [algebra],
        "term",
        notes=("Ёлкин",),
        Ежов="5",
        Ёлкин="4",
        Жуков="4",
        Зинин="3",
    )
    sheet(world, [algebra], "exam", Ежов="4", Ёлкин="4", Жуков="5", Зинин="2")
    sheet(
        world,
        [biology],
        "term",
        "teacher2",
        Ежов="4",
        Ёлкин="3",
        Жуков="н/а",
        Зинин="н/а",
    )
    return group


def seen(table, *titles):
    found = {}
    for line in table.body():
        values = dict(zip([one.key for one in table.columns], line.values, strict=True))
        found[values["name"]] = [
            getattr(values[title], "value", values[title]) for title in titles
        ]
    return found


def test_current_marks_against_term_marks_by_teacher(world, group):
    """Жданов: 4 compared; averages 4,33 3,00 5,00 2,67 → 3,75; terms 5 4 4 3 → 4,00;
    raised Ежов and Ёлкин, lowered Жуков; Жуков is 1,00 away without a reason.
    Щукина: Ежов alone compared; Ёлкин's 3 in place of «н/а» is not explained."""
    table = report(world.deputy, "objectivity", group=group.pk)
    titles = ("compared", "average", "term", "difference", "raised", "raised_share")
    assert seen(table, *titles, "lowered", "lowered_share", "unexplained") == {
        "Жданов Л. Б.": [
            4,
            Decimal("3.75"),
            Decimal("4.00"),
            Decimal("0.25"),
            2,
            Decimal("50.0"),
            1,
            Decimal("25.0"),
            1,
        ],
        "Щукина В. И.": [
            1,
            Decimal("4.00"),
            Decimal("4.00"),
            Decimal("0.00"),
            0,
            Decimal("0.0"),
            0,
            Decimal("0.0"),
            1,
        ],
    }


def test_term_marks_against_the_exam(world, group):
    """Алгебра: Ежов 5 above his 4, Ёлкин even, Жуков 4 below his 5, Зинин 3 above 2."""
    table = report(world.deputy, "objectivity", group=group.pk, by="courses")
    titles = ("examined", "above", "above_share", "below", "below_share")
    assert seen(table, *titles) == {
        "3-ТО, Алгебра": [4, 2, Decimal("50.0"), 1, Decimal("25.0")],
        "3-ТО, Биология": [0, 0, None, 0, None],
    }


def test_the_totals_are_of_students_and_not_of_means(world, group):
    """Five compared: averages 19,00 / 5 = 3,80, terms 20 / 5 = 4,00."""
    table = report(world.deputy, "objectivity", group=group.pk, by="groups")
    assert seen(table, "compared", "average", "term", "raised") == {
        "3-ТО": [5, Decimal("3.80"), Decimal("4.00"), 2]
    }
    assert table.totals[0]["difference"] == Decimal("0.20")


def test_differences_stand_with_their_reasons(world, group):
    table = report(world.deputy, "objectivity", group=group.pk, by="students")
    titles = ("discipline", "proposed", "term", "exam", "note")
    found = [
        dict(zip([one.key for one in table.columns], line.values, strict=True))
        for line in table.body()
    ]
    assert [
        [one["name"].split()[0], *(getattr(one[t], "value", one[t]) for t in titles)]
        for one in found
    ] == [
        ["Ежов", "Алгебра", "4", "5", "4", ""],
        ["Ёлкин", "Алгебра", "3", "4", "4", "опрос"],
        ["Жуков", "Алгебра", "5", "4", "5", "не объяснено"],
        ["Зинин", "Алгебра", "3", "3", "2", ""],
        ["Ёлкин", "Биология", "н/а", "3", "", "не объяснено"],
    ]


def test_whoever_is_off_the_common_way_or_came_from_another_group_is_explained(world):
    """Ежов is exempt, Ёлкин's recredited 5 stands, Жуков has three fives of his former
    group and none here: nobody's mark asks for a reason, nobody's is compared."""
    group, former = group_of(world, "Ежов", "Ёлкин"), group_of(world, name="3-БУ")
    algebra, before = (course(world, one, "Алгебра") for one in (group, former))
    moved = day(world, -7)
    join(former, "Жуков", world.year.start, moved)
    Membership.objects.create(student=student("Жуков"), group=group, start=moved)
    for offset in (-10, -9, -8):
        work(lesson(world, before, offset), world.answer, Жуков="5")
    for name, kind, mark in (("Ежов", "exempt", ""), ("Ёлкин", "recredit", "5")):
        Exemption.objects.create(
            student=student(name),
            course=algebra,
            kind=kind,
            mark=mark,
            start=world.year.start,
            document="№ 1",
        )
    sheet(world, [algebra], "term", Ежов="осв", Ёлкин="5", Жуков="5")
    table = report(world.deputy, "objectivity", group=group.pk)
    assert seen(table, "compared", "unexplained") == {"Жданов Л. Б.": [0, 0]}


def test_before_the_day_of_the_sheets_there_is_nothing(world, group):
    table = report(world.deputy, "objectivity", group=group.pk, day=day(world, -1))
    assert [*table.body()] == [] and "страниц" in table.empty


def test_a_substitute_sees_the_results_of_no_course(world, group):
    """`teacher2` holds Биология alone; one lesson of Алгебра given for another is none."""
    algebra = Course.objects.get(group=group, discipline__name="Алгебра")
    one = Lesson.objects.filter(course=algebra).first()
    one.teacher = world.teacher2.employee
    one.save()
    table = report(world.teacher2, "objectivity", group=group.pk, by="courses")
    assert [*seen(table)] == ["3-ТО, Биология"]


@pytest.mark.parametrize("students", [1, 30])
def test_objectivity_takes_as_many_queries_for_1_as_for_30(world, students):
    names = [f"Студент{number:02}" for number in range(students)]
    group = group_of(world, *names)
    made = course(world, group, "Алгебра")
    work(lesson(world, made, -3), world.answer, **dict.fromkeys(names, "4"))
    sheet(world, [made], "term", **dict.fromkeys(names, "4"))
    for slug, price in (("objectivity", 11), ("term_due", 9)):
        report(world.deputy, slug, group=group.pk)
        with CaptureQueriesContext(connection) as queries:
            report(world.deputy, slug, group=group.pk)
        assert len(queries) == price, [one["sql"][:90] for one in queries]


def write(world, courses, kind, **marks):
    """A sheet of this moment's day, begun and not signed."""
    sheet = open_sheet(
        world.deputy,
        kind,
        courses,
        date=timezone.localdate(),
        teacher=world.teacher.employee,
    )
    for name, value in marks.items():
        one = ResultChange(student(name).pk, "mark", "", value)
        assert write_results(world.deputy, sheet.pk, [one])[0].status == 200
    return sheet


def test_days_and_hours_are_measured(world):
    """Due on 28.12 (the period ends on 30.12): Алгебра signed that day, 30 hours after its last mark;
    Биология has one mark of two on 31.12 and is 3 days late; Ботаника has a credit."""
    group = group_of(world, "Ежов", "Ёлкин")
    algebra = course(world, group, "Алгебра")
    biology = course(world, group, "Биология", teacher="teacher2")
    botany = course(world, group, "Ботаника", "credit")
    rules = Institution.objects.get()
    due = datetime.datetime(2026, 12, 28, 18, tzinfo=timezone.get_current_timezone())

    with time_machine.travel(due - datetime.timedelta(hours=30), tick=False):
        first = write(world, [algebra], "term", Ежов="5", Ёлкин="4")
    with time_machine.travel(due, tick=False):
        sign_sheet(world.deputy, first.pk)
        credit = write(world, [botany], "credit", Ежов="з", Ёлкин="з")
        sign_sheet(world.deputy, credit.pk)
    last = due + datetime.timedelta(days=3)
    courses = Course.objects.filter(group=group)
    with time_machine.travel(last, tick=False):
        write(world, [biology], "term", Ежов="5")
        found = {
            str(one.course.discipline): one
            for one in read_due(courses, last.date(), rules)
        }
        assert {
            name: (one.late, one.filled, one.members, one.waited, one.by_attestation)
            for name, one in found.items()
        } == {
            "Алгебра": (0, 2, 2, 30, False),
            "Биология": (3, 1, 2, 0, False),
            "Ботаника": (0, 2, 2, 0, True),
        }
        table = report(world.deputy, "term_due", group=group.pk)
        assert table.lines[-1].endswith(
            "Курсов 3, не выставлено 1, с опозданием 1, семьи ждали дольше 24 ч: 1"
        )
        assert rows(table)["Биология"]["Опоздание, дн."] == 3
        assert [str(one.discipline) for one in owed(courses, last.date(), rules)] == [
            "Биология"
        ]
    assert not owed(courses, due.date() - datetime.timedelta(days=1), rules)
    assert Sheet.objects.count() == 3 == SheetPart.objects.count()
    assert Result.objects.count() == 5
