"""Real gradebooks of teachers, taken in by a confirmed mapping."""

import datetime
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from journal.exchange.options import Options
from journal.exchange.reading import Refusal, read_workbook
from journal.exchange.registry import IMPORTERS
from journal.exchange.undo import undo
from journal.models import (
    Absence,
    Course,
    CourseTeacher,
    Discipline,
    Group,
    Mark,
    Membership,
    Student,
)
from tests import cast
from tests.imports import said, take

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "rosters"
real = pytest.mark.skipif(
    not DATA.is_dir(), reason="рядом с проектом нет ../shared/data с настоящими файлами"
)


def real_course(world, name, students, days):
    """A group of a real file's names, a course, a lesson on each of its days."""
    group = Group.objects.create(name="ИСИП-101", specialty=world.specialty)
    for said_ in students:
        last, first, *middle = said_.replace(".", " ").split()
        one = Student.objects.create(
            last_name=last, first_name=first, middle_name=" ".join(middle)
        )
        Membership.objects.create(student=one, group=group, start=world.year.start)
    course = Course.objects.create(
        group=group,
        period=world.period,
        discipline=Discipline.objects.create(name=name),
    )
    CourseTeacher.objects.create(
        course=course, employee=world.teacher.employee, start=world.year.start
    )
    for place in range(days):
        cast.lesson(world, course, -40 + place, 7, "teacher", topic=f"Тема {place + 1}")
    return course


def read(name):
    path = DATA / name
    return read_workbook(path.read_bytes(), path.name)


@real
def test_a_real_journal_of_thirty_days_goes_in_by_a_confirmed_mapping(world):
    """05: marks and «н» on thirty days that are no lessons here, so each is asked."""
    workbook = read("05_journal_college_isip101.xlsx")
    flat = IMPORTERS["marks"].opened(workbook).sheets[0].rows[1:]
    names = list(dict.fromkeys(row[0] for row in flat))
    heads = list(dict.fromkeys(row[1] for row in flat))
    course = real_course(world, "Основы безопасности", names, len(heads))
    given = {"given": {"course": str(course.pk)}}
    seen = IMPORTERS["marks"](world.teacher, Options(**given)).collect(workbook)
    assert len(seen.questions) == len(heads) >= 28
    lessons = course.lessons.order_by("date")
    answers = {
        (one.sheet, one.row): str(lesson.pk)
        for one, lesson in zip(seen.questions, lessons, strict=True)
    }
    data = (DATA / "05_journal_college_isip101.xlsx").read_bytes()
    found = take("marks", data, world.teacher, answers=answers, **given)
    assert not found.obstacles, said(found.obstacles)
    assert found.added == len(flat) and found.batch is not None
    marks = Mark.objects.filter(task__lesson__course=course).count()
    away = Absence.objects.filter(lesson__course=course).count()
    assert (marks, away) == (
        sum(row[3] != "н" for row in flat),
        sum(row[3] == "н" for row in flat),
    )
    assert len(undo(found.batch, world.teacher).deleted) == len(flat)
    assert not Mark.objects.filter(task__lesson__course=course).exists()


TEN = "1=2 2=2 3=2 4=3 5=3 6=4 7=4 8=5 9=5 +=з -=skip"


@real
def test_a_ten_point_journal_goes_in_once_its_owner_says_what_its_values_mean(world):
    """11: dates as numbers («6.1» is the sixth of October), marks of ten points, «+», «-»."""
    name = "11_journal_dates_as_floats.xlsx"
    rows = IMPORTERS["marks"].opened(read(name)).sheets[0].rows[1:]
    assert {row[2] for row in rows} >= {"1.09", "6.1", "27.1", "3.11"}
    names = list(dict.fromkeys(row[0] for row in rows))
    course = real_course(world, "Астрономия", names, 0)
    for day in ((9, 1), (9, 8), (9, 15), (9, 22), (9, 29), (10, 6), (10, 13)):
        offset = (datetime.date(2026, *day) - world.today).days
        cast.lesson(world, course, offset, 7, "teacher")
    given = {"given": {"course": str(course.pk)}}
    seen = IMPORTERS["marks"](world.teacher, Options(**given)).collect(read(name))
    days, values = [], {}
    for one in seen.questions:
        if one.kind == "значение":
            values[one.title.split("»")[0].split("«")[1]] = (one.sheet, one.row)
        else:
            days.append((one.sheet, one.row))
    meanings = dict(pair.split("=") for pair in TEN.split())
    assert (len(days), values.keys()) == (3, meanings.keys())  # three are to come
    answers = dict.fromkeys(days, "skip")
    answers |= {values[said]: meaning for said, meaning in meanings.items()}
    data = (DATA / name).read_bytes()
    found = take("marks", data, world.teacher, answers=answers, **given)
    assert found.batch, said(found.obstacles)
    taken = [row for row in rows if row[2] not in ("20.1", "27.1", "3.11")]
    marks = Mark.objects.filter(task__lesson__course=course)
    assert Counter(marks.values_list("value", flat=True)) == Counter(
        meanings[row[3]] for row in taken if row[3] != "-"
    )


@real
def test_the_template_of_a_college_goes_in_once_it_is_filled(world):
    """04: names under «ФИО», days above; a sheet of marks, others beside it empty."""
    import openpyxl

    file = openpyxl.load_workbook(DATA / "04_journal_college_template.xlsx")
    sheet = file["ПАРЫ"]
    names = [row[1].value for row in sheet.iter_rows(min_row=5) if row[1].value]
    course = real_course(world, "Астрономия", names, 4)
    for place, lesson in enumerate(course.lessons.order_by("date")):
        column = 4 + place
        sheet.cell(3, column).value = lesson.date
        for row in range(len(names)):
            sheet.cell(5 + row, column).value = (5, "н", 4, None)[(row + place) % 4]
    data = BytesIO()
    file.save(data)
    given = {"given": {"course": str(course.pk)}}
    found = take("marks", data.getvalue(), world.teacher, **given)
    assert found.batch, said(found.obstacles)
    assert found.added == sum(
        (r + p) % 4 != 3 for r in range(len(names)) for p in range(4)
    )
    again = take("marks", data.getvalue(), world.teacher, **given)
    assert (again.added, again.skipped) == (0, found.added)


@real
@pytest.mark.parametrize("name", ["04_journal_college_template.xlsx"])
def test_an_empty_template_has_nothing_to_load(name):
    with pytest.raises(Refusal, match="нет ни одной отметки"):
        IMPORTERS["marks"].opened(read(name))


@real
def test_the_real_gradebook_that_became_dates_is_refused_with_its_cells():
    with pytest.raises(Refusal, match="Лист1!C2"):
        IMPORTERS["marks"].opened(read("08_gradebook_numbers_became_dates.xlsx"))
