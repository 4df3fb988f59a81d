"""A group for statements, made line by line so that its figures can be worked out."""

import datetime

from django.db.models import Max
from django.utils import timezone

from journal.models import (
    Absence,
    Course,
    CourseTeacher,
    Discipline,
    Group,
    Lesson,
    Mark,
    Membership,
    Result,
    Sheet,
    SheetPart,
    Student,
    Task,
)
from journal.reports.registry import get

ALGEBRA, BIOLOGY, LAYOUT, GRAPHICS, DRAWING = (
    "Алгебра",
    "Биология",
    "Вёрстка",
    "Графика",
    "Черчение",
)


def day(world, offset: int) -> datetime.date:
    return world.today + datetime.timedelta(days=offset)


def group_of(world, *last_names: str, name="3-ТО") -> Group:
    """A group whose members sit in it since the year began."""
    group = Group.objects.create(
        name=name,
        course_year=3,
        specialty=world.specialty,
        department=world.department,
        curator=world.curator.employee,
    )
    for last_name in last_names:
        join(group, last_name, world.year.start)
    return group


def join(group, last_name, start, end=None) -> Student:
    student = Student.objects.create(last_name=last_name, first_name="Яков")
    Membership.objects.create(student=student, group=group, start=start, end=end)
    return student


def student(last_name: str) -> Student:
    return Student.objects.get(last_name=last_name)


def course(world, group, name, form="", teacher="teacher", **span) -> Course:
    discipline, _ = Discipline.objects.get_or_create(name=name)
    made = Course.objects.create(
        group=group, period=world.period, discipline=discipline, attestation_form=form
    )
    teach(world, made, teacher, **span)
    return made


def teach(world, course, teacher, start=None, end=None):
    CourseTeacher.objects.create(
        course=course,
        employee=world.people[teacher].employee,
        start=start or world.year.start,
        end=end,
    )


def lesson(world, course, offset: int, **fields) -> Lesson:
    """A lesson at an hour of its own: those of one day do not stand in each other's way."""
    hours = Lesson.objects.filter(date=day(world, offset), number__isnull=False)
    employee = course.teachers.first().employee
    defaults = {
        "number": (hours.aggregate(last=Max("number"))["last"] or 0) + 1,
        "planned_teacher": employee,
        "teacher": employee,
        "topic": "Тема",
        "attendance_taken_at": timezone.now(),
    }
    return Lesson.objects.create(
        course=course, date=day(world, offset), **{**defaults, **fields}
    )


def work(lesson, kind, **marks: str) -> Task:
    """A work of a lesson with the marks of students, by their last names."""
    task = Task.objects.create(lesson=lesson, number=1, kind=kind)
    for last_name, value in marks.items():
        Mark.objects.create(task=task, student=student(last_name), value=value)
    return task


def absent(lesson, last_name: str, letter: str, hours: int = 2) -> Absence:
    return Absence.objects.create(
        lesson=lesson, student=student(last_name), reason_id=letter, hours=hours
    )


def report(user, slug: str, **answers):
    """The table of a report for a person who answered so; all else by default."""
    form = get(slug).form(user)
    assert form.answer({name: str(value) for name, value in answers.items()})
    assert form.is_valid(), form.errors
    return get(slug).build(form.params())


def plain(value):
    return getattr(value, "value", value)


def rows(table, lines=None) -> dict:
    """First word of the name → values by the first line of the column's title."""
    titles = [
        " ".join([*column.group, column.title.split("\n")[0]])
        for column in table.columns
    ]
    return {
        line.values[table.name_column].split(" ")[0]: dict(
            zip(titles, map(plain, line.values), strict=True)
        )
        for line in (lines or table.body())
        if line.section is None
    }


def signed(world, kind, courses, marks, offset=0, **fields) -> Sheet:
    """A signed sheet: last name → mark, or status of whoever has none."""
    first = courses[0]
    sheet = Sheet.objects.create(
        kind=kind,
        group=first.group,
        period=courses[-1].period,
        date=day(world, offset),
        number=f"{Sheet.objects.count() + 1}",
        **fields,
    )
    for one in courses:
        SheetPart.objects.create(sheet=sheet, course=one, hours=one.hours)
    for last_name, value in marks.items():
        name = "status" if value in Result.Status.values else "mark"
        Result.objects.create(sheet=sheet, student=student(last_name), **{name: value})
    sheet.state, sheet.signed_at = Sheet.State.SIGNED, timezone.now()
    sheet.save()
    return sheet


def column(found: dict, *titles: str) -> dict:
    return {name: tuple(row[title] for title in titles) for name, row in found.items()}
