"""How much an absence takes: what is typed, stored and shown; documents and ticks."""

from datetime import timedelta

import pytest
from django.db import connection

from journal.domain.lessons import TAKEN, Change, write_cells
from journal.domain.lessons.amounts import Amount, absence_value, read_absence
from journal.domain.lessons.book import Reason
from journal.domain.lessons.past import past_of_cell
from journal.domain.lessons.spread import read_spread
from journal.models import Absence, Excuse, Mark, Task
from tests.lessons.conftest import one

LOCK = connection.vendor == "postgresql"  # SQLite locks without a query
REASONS = {
    "н": Reason("н", "без уважительной причины", True),
    "б": Reason("б", "по болезни", True, is_excused=True),
    "о": Reason("о", "опоздание", False),
}


@pytest.mark.parametrize(
    ("text", "whole", "amount", "shown"),
    [
        ("н", 2, Amount("н", 2, None), "н"),
        ("н1", 2, Amount("н", 1, None), "н1"),
        ("н2", 2, Amount("н", 2, None), "н"),
        ("б1", 1, Amount("б", 1, None), "б"),
        ("н11", 12, Amount("н", 11, None), "н11"),
        ("о", 2, Amount("о", 0, None), "о"),
        ("о1", 2, Amount("о", 0, 1), "о1"),
        ("о90", 2, Amount("о", 0, 90), "о90"),
    ],
)
def test_a_number_after_the_letter_is_hours_or_minutes(text, whole, amount, shown):
    assert read_absence(text, REASONS, whole) == amount
    assert absence_value(*amount, whole) == shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("н3", "академических часов: 2"),
        ("о91", "от 1 до 90 минут"),
        ("н0", "Допустимо: н ("),
        ("о00", "Допустимо: н ("),
        ("о100", "Допустимо: н ("),
        ("н-1", "Допустимо: н ("),
        ("н1.5", "Допустимо: н ("),
        ("н１", "Допустимо: н ("),
        ("15", "Допустимо: н ("),
        ("я1", "Допустимо: н ("),
        (" н", "Допустимо: н ("),
        ("н1\n", "Допустимо: н ("),
    ],
)
def test_a_wrong_amount_is_refused_naming_the_bounds(text, words):
    with pytest.raises(ValueError, match=r"Допустимо|академических|минут") as caught:
        read_absence(text, REASONS, 2)
    assert words in str(caught.value)


def test_half_a_pair_is_compared_stored_and_told_in_the_past(world, lesson, student):
    assert one(world.teacher, lesson, student, "absence", "н").value == "н"
    assert one(world.teacher, lesson, student, "absence", "н1", old="о").value == "н"
    assert one(world.teacher, lesson, student, "absence", "н1", old="н").status == 200
    row = Absence.objects.get(lesson=lesson, student=student)
    assert (row.reason_id, row.hours, row.minutes) == ("н", 1, None)
    one(world.teacher, lesson, student, "absence", "о15", old="н1")
    row.refresh_from_db()
    assert (row.reason_id, row.hours, row.minutes) == ("о", 0, 15)
    steps = [(step.old, step.new) for step in past_of_cell(lesson.pk, student.pk)]
    assert steps == [("н1", "о15"), ("н", "н1"), ("", "н")]
    record = row.history.latest()
    assert (record.minutes, record.history_user) == (15, world.teacher)


def test_the_spread_shows_the_amount_and_counts_the_hours(world, lesson, student):
    one(world.teacher, lesson, student, "absence", "н1")
    page = read_spread(world.teacher, world.course)
    line = next(line for line in page.lines if line.student == student.pk)
    assert line.absences[lesson.pk].value == "н1"
    assert page.missed(line) == 1


def excuse(world, student, first=-3, days=7, reason="б", **fields):
    return Excuse.objects.create(
        student=student,
        reason_id=reason,
        document="справка № 12",
        start=world.today + timedelta(days=first),
        end=world.today + timedelta(days=first + days),
        by=world.curator,
        **fields,
    )


def test_a_noted_absence_takes_the_reason_of_the_document(world, lesson, student):
    paper = excuse(world, student)
    outcome = one(world.teacher, lesson, student, "absence", "н1")
    assert (outcome.status, outcome.value) == (200, "б1")
    assert "справка № 12" in outcome.message
    row = Absence.objects.get(lesson=lesson, student=student)
    assert (row.reason_id, row.hours, row.excuse) == ("б", 1, paper)
    # A retry finds its own value, whatever the document made of it.
    assert one(world.teacher, lesson, student, "absence", "н1").value == "б1"
    assert row.history.count() == 1


@pytest.mark.parametrize(
    ("typed", "kept"), [("о5", ("о", None)), ("у", ("у", None)), ("б", ("б", True))]
)
def test_a_lateness_and_another_good_reason_stay(world, lesson, student, typed, kept):
    paper = excuse(world, student)
    assert one(world.teacher, lesson, student, "absence", typed).value == typed
    row = Absence.objects.get(lesson=lesson, student=student)
    assert (row.reason_id, row.excuse) == (kept[0], kept[1] and paper)


def test_a_document_of_other_days_or_withdrawn_gives_nothing(world, lesson, student):
    excuse(world, student, first=-3, days=3)  # its end is the first day out
    excuse(world, student, withdrawn_at=world.lesson_past.attendance_taken_at)
    assert one(world.teacher, lesson, student, "absence", "н").value == "н"


def test_taking_attendance_notes_whom_a_document_excuses_and_undo_takes_it_back(
    world, lesson, student
):
    paper = excuse(world, student)
    marked, noted = world.students[1:3]
    for other in (marked, noted):
        excuse(world, other)
    one(world.teacher, lesson, marked, "1", "4")
    one(world.teacher, lesson, noted, "absence", "о5")
    excuse(world, world.stranger.student)  # of another group
    outcome = one(world.teacher, lesson, None, TAKEN, "1")
    assert outcome.also == {student.pk: "б"}
    row = Absence.objects.get(lesson=lesson, excuse=paper)
    assert (row.student, row.reason_id, row.hours) == (student, "б", 2)
    back = one(world.teacher, lesson, None, TAKEN, "", old="1")
    assert back.also == {student.pk: ""}
    assert list(Absence.objects.filter(lesson=lesson).values_list("student")) == [
        (noted.pk,)
    ]
    assert Absence.history.filter(id=row.pk, history_type="-").exists()


def test_undo_leaves_what_people_noted_or_changed(world, lesson, student):
    excuse(world, student)
    excuse(world, world.students[1])
    one(world.teacher, lesson, world.students[1], "absence", "н")
    one(world.teacher, lesson, None, TAKEN, "1")
    one(world.curator, lesson, student, "absence", "у", old="б")
    one(world.teacher, lesson, None, TAKEN, "", old="1")
    rows = Absence.objects.filter(lesson=lesson).order_by("reason")
    assert [row.reason_id for row in rows] == ["б", "у"]


@pytest.mark.parametrize("count", [1, 30])
def test_absences_and_ticks_cost_as_many_queries_for_one_as_for_thirty(
    world, lesson, django_assert_num_queries, count, make_students
):
    students = make_students(count)
    for student in students:
        excuse(world, student)
    changes = [Change(lesson.pk, one.pk, "absence", "", "н") for one in students]
    one(world.teacher, world.lesson_past, students[0], "absence", "н")  # what is kept
    with django_assert_num_queries(8 + LOCK):
        write_cells(world.teacher, changes)
    with django_assert_num_queries(7 + LOCK):
        write_cells(world.teacher, [Change(lesson.pk, None, TAKEN, "", "1")])


def test_a_plain_mark_asks_nothing_of_documents(
    world, lesson, student, django_assert_num_queries
):
    Task.objects.create(lesson=lesson, number=1, kind=world.answer)
    one(world.teacher, world.lesson_past, student, "1", "4", old="5")
    with django_assert_num_queries(7 + LOCK):
        write_cells(world.teacher, [Change(lesson.pk, student.pk, "1", "", "5")])
    assert Mark.objects.filter(task__lesson=lesson).count() == 1
