"""Exemption, recredit, individual plan: what they ask for, and what they leave uncounted."""

import contextlib
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from journal.domain.lessons.attendance import read_register
from journal.domain.lessons.spread import read_spread
from journal.domain.results import (
    absences_of,
    held_hours,
    missed_hours_of,
    read_statement,
    studied,
)
from journal.domain.results.student import Span
from journal.models import Absence, Course, Exemption, Institution, Mark

DAY = timedelta(days=1)


def step(world, kind: str, student=None, **fields) -> Exemption:
    """A step of the third student, who missed the lesson of two days ago, on the course."""
    return Exemption.objects.create(
        **{
            "student": student or world.students[2],
            "course": world.course,
            "kind": kind,
            "document": "Справка",
            "start": world.today - 40 * DAY,
            "mark": "5" if kind == "recredit" else "",
            "hours": 10 if kind == "individual" else None,
            **fields,
        }
    )


@contextlib.contextmanager
def refused_by(rule: str):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        yield


def refused(exemption) -> dict:
    with pytest.raises(ValidationError) as error:
        exemption.full_clean()
    return error.value.message_dict


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("recredit", {"mark": ""}, {"mark"}),
        ("recredit", {"mark": "2"}, {"mark"}),
        ("exempt", {"mark": "5"}, {"mark"}),
        ("exempt", {"hours": 5}, {"hours"}),
        ("individual", {"hours": None, "note": ""}, {"hours", "note"}),
        ("individual", {"note": "Отчёты", "mark": "4"}, {"mark"}),
        ("exempt", {"document": ""}, {"document"}),
    ],
)
def test_each_kind_asks_for_its_own(world, kind, fields, wrong):
    row = Exemption(
        student=world.students[2],
        course=world.course,
        kind=kind,
        start=world.today,
        **{
            "document": "Справка",
            "hours": 10 if kind == "individual" else None,
            **fields,
        },
    )
    assert refused(row).keys() == wrong


def test_a_credit_may_be_written_short(world):
    row = Exemption(
        student=world.students[2],
        course=world.course,
        kind="recredit",
        document="Справка",
        start=world.today,
        mark="зач.",
    )
    row.full_clean()
    assert row.mark == "зачёт"


def test_the_database_wants_the_mark_and_no_two_at_once(world):
    with refused_by("exemption_recredit_whole"):
        step(world, "recredit", mark="")
    first = step(world, "exempt", end=world.today)
    step(world, "recredit", start=world.today)
    step(world, "exempt", course=world.course2)
    with refused_by("exemption_no_overlap"):
        step(world, "individual", start=world.today - DAY)
    with refused_by("exemption_no_overlap"):
        first.end = None
        first.save()


def test_the_form_says_what_the_database_refuses(world, client_of):
    step(world, "exempt")
    at = reverse("admin:journal_exemption_add")
    data = {
        "student": world.students[2].pk,
        "course": world.course.pk,
        "kind": "recredit",
        "document": "Диплом",
        "start": str(world.today),
        "mark": "5",
        "note": "",
    }
    html = client_of(world.deputy).post(at, data).content.decode()
    assert "уже есть освобождение" in html
    html = client_of(world.deputy).post(at, {**data, "mark": ""}).content.decode()
    assert "Укажите перезачтённую отметку" in html
    assert Exemption.objects.count() == 1


# Counting


def statement(world):
    courses = Course.objects.filter(pk=world.course.pk)
    rules = Institution.current()
    found = read_statement(courses, world.today, rules)
    return {line.pk: line for line in found.lines}


@pytest.mark.parametrize(
    ("kind", "mark", "shown", "is_off"),
    [
        ("exempt", "", "осв.", True),
        ("recredit", "4", "п4", True),
        ("recredit", "зачёт", "пз", True),
        ("individual", "", "н/а", False),
    ],
)
def test_the_statement_shows_the_step_and_misses_no_hours(
    world, kind, mark, shown, is_off
):
    student = world.students[2]
    assert statement(world)[student.pk].missed == 2
    step(world, kind, mark=mark)
    line = statement(world)[student.pk]
    own = line.standings[world.course.pk]
    assert (own.mark, own.is_off) == (shown, is_off)
    assert (line.missed, line.unexcused) == (0, 0)


def test_an_individual_plan_leaves_the_marks_as_they_are(world):
    student = world.students[0]
    Institution.objects.update(marks_needed=2)
    Institution.objects.get().save()
    before = statement(world)[student.pk].standings
    step(world, "individual", student=student)
    assert statement(world)[student.pk].standings == before
    assert before[world.course.pk].mark == "4"


@pytest.mark.parametrize("kind", ["exempt", "recredit", "individual"])
def test_attendance_counts_no_lesson_off_the_way(world, kind):
    student = world.students[2]
    span = (world.today - 40 * DAY, world.today)

    def total():
        register = read_register(world.deputy, world.group, *span)
        return {line.pk: line.total() for line in register.lines}

    before = total()
    step(world, kind, start=world.today - 3 * DAY)
    after = total()
    assert (before[student.pk].missed, after[student.pk].missed) == (2, 0)
    # The lesson of two days ago; the one of thirty days ago was before the step.
    assert before[student.pk].held - after[student.pk].held == 2
    other = world.students[0].pk
    assert before[other] == after[other]


def test_an_absence_before_the_step_counts(world):
    student = world.students[2]
    step(world, "exempt", start=world.today)
    assert statement(world)[student.pk].missed == 2
    assert missed_hours_of(student.pk, [world.course.pk]) == {world.course.pk: 2}


def test_the_diary_counts_the_same_way(world):
    student, courses = world.students[2].pk, [world.course.pk]
    spans = [Span(world.group.pk, "2-ИС", world.year.start, None)]
    held = sum(hours for _, hours in held_hours(student, courses, spans))
    assert len(absences_of(student, courses)) == 1
    step(world, "individual", start=world.today - 3 * DAY)
    assert absences_of(student, courses) == []
    assert missed_hours_of(student, courses) == {}
    assert held - sum(hours for _, hours in held_hours(student, courses, spans)) == 2


def test_the_spread_tags_the_student_and_misses_nothing(world, client_of):
    student = world.students[2]
    step(world, "recredit", start=world.today - 10 * DAY)
    step(world, "exempt", start=world.today - 40 * DAY, end=world.today - 10 * DAY)
    page = read_spread(world.teacher, world.course)
    line = next(line for line in page.lines if line.student == student.pk)
    assert len(line.spans) == 1 and len(line.steps) == 2
    assert line.tag(world.today) == "п5"
    assert line.tag(world.today - 20 * DAY) == "осв."
    assert page.missed(line) == 0
    client = client_of(world.teacher)
    html = client.get(reverse("admin:journal_course_spread", args=[world.course.pk]))
    assert "<i>п5</i>" in html.content.decode()
    old = reverse("admin:journal_lesson_change", args=[world.lesson_old.pk])
    assert "<i>осв.</i>" in client.get(old).content.decode()


def test_the_certificate_of_study_has_the_mark_brought_along(world):
    spans = [Span(world.group.pk, "2-ИС", world.year.start, None)]
    step(world, "recredit", mark="4")
    found = studied(world.students[2].pk, spans, world.today, Institution.current())
    assert {one.result for one in found if one.discipline == "Математика"} == {
        "4 (хорошо), перезачтено"
    }


def test_the_student_reads_the_individual_plan(world, client_of):
    step(
        world,
        "individual",
        student=world.students[0],
        hours=24,
        note="Отчёты к первому числу",
    )
    html = client_of(world.student).get("/diary/marks/").content.decode()
    assert "инд." in html and "Индивидуальный план с" in html
    assert "Самостоятельно 24\N{NO-BREAK SPACE}часа. Отчёты к первому числу" in html
    assert "Справка" not in html


def test_marks_and_absences_of_the_cast_are_what_these_tests_count(world):
    assert Mark.objects.filter(student=world.students[2]).count() == 1
    assert Absence.objects.filter(student=world.students[2]).count() == 1
