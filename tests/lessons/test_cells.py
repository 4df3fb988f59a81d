"""Writing cells: what is stored, what is refused, and who can follow it afterwards."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from journal.domain.lessons import TAKEN, Change, write_cells
from journal.domain.lessons.past import past_of_cell
from journal.models import (
    Absence,
    Institution,
    Mark,
    Membership,
    PeriodClosing,
    Task,
)
from tests.lessons.conftest import one


def test_a_teacher_writes_a_mark_and_its_history_says_who(world, lesson, student):
    outcome = one(world.teacher, lesson, student, "1", "5")
    assert outcome.status == 200
    mark = Mark.objects.get(task__lesson=lesson, student=student)
    assert mark.value == "5"
    record = mark.history.get()
    assert (record.history_type, record.value) == ("+", "5")
    assert record.history_user == world.teacher


def test_a_cell_holds_one_absence_and_several_marks(world, lesson, student):
    one(world.teacher, lesson, student, "1", "4")
    one(world.teacher, lesson, student, "2", "5")
    one(world.teacher, lesson, student, "absence", "о")
    assert list(
        Mark.objects.filter(student=student, task__lesson=lesson)
        .order_by("task__number")
        .values_list("task__number", "value")
    ) == [(1, "4"), (2, "5")]
    assert Absence.objects.get(lesson=lesson, student=student).hours == 0


def test_an_absence_counts_the_hours_of_the_lesson(world, lesson, student):
    one(world.teacher, lesson, student, "absence", "н")
    assert Absence.objects.get(lesson=lesson, student=student).hours == lesson.hours


def test_a_correction_is_followed_from_what_to_what_and_why(world, lesson, student):
    one(world.teacher, lesson, student, "1", "3")
    one(world.teacher, lesson, student, "1", "4", old="3", reason="описка")
    one(world.teacher, lesson, student, "1", "", old="4", reason="не тот студент")
    steps = [
        (entry.old, entry.new, entry.reason)
        for entry in past_of_cell(lesson.pk, student.pk)
    ]
    assert steps[:3] == [
        ("4", "", "не тот студент"),
        ("3", "4", "описка"),
        ("", "3", ""),
    ]
    assert not Mark.objects.filter(task__lesson=lesson, student=student).exists()


def test_a_retry_that_finds_its_own_value_is_saved_once(world, lesson, student):
    assert one(world.teacher, lesson, student, "1", "5").status == 200
    assert one(world.teacher, lesson, student, "1", "5").status == 200
    mark = Mark.objects.get(task__lesson=lesson, student=student)
    assert mark.history.count() == 1


def test_a_stale_value_conflicts_and_both_are_named(world, lesson, student):
    one(world.teacher, lesson, student, "1", "5")
    outcome = one(world.teacher, lesson, student, "1", "3", old="4")
    assert (outcome.status, outcome.value) == (409, "5")
    assert "«5»" in outcome.message
    assert "«4»" in outcome.message
    assert Mark.objects.get(task__lesson=lesson, student=student).value == "5"


@pytest.mark.parametrize(
    "value",
    [
        "7",
        "-3",
        "55",
        "abc",
        "=1+1",
        "99999",
        "2,5",
        "5+",
        " 5",
        "٥",
        "З",
        "5\n",
        "1",
        "0",
    ],
)
def test_nonsense_is_refused_naming_the_allowed_marks(world, lesson, student, value):
    outcome = one(world.teacher, lesson, student, "1", value)
    assert outcome.status == 400
    assert "5, 4, 3, 2" in outcome.message
    assert not Mark.objects.filter(task__lesson=lesson).exists()


@pytest.mark.parametrize("value", ["7", "-3", "55", "=1+1", "2,5", "З"])
def test_the_database_refuses_what_is_no_mark(world, lesson, student, value):
    task = Task.objects.filter(lesson=lesson).first() or Task.objects.create(
        lesson=lesson, number=1, kind_id=Task.objects.first().kind_id
    )
    with pytest.raises(Exception) as caught, transaction.atomic():
        Mark.objects.create(task=task, student=student, value=value)
    assert caught.type.__name__ in ("IntegrityError", "DataError")


@pytest.mark.parametrize("value", ["я", "нн", "5", "-"])
def test_an_unknown_absence_is_refused_naming_the_letters(
    world, lesson, student, value
):
    outcome = one(world.teacher, lesson, student, "absence", value)
    assert outcome.status == 400
    assert "н (" in outcome.message


@pytest.mark.parametrize("field", ["0", "7", "-1", "x", ""])
def test_an_unknown_work_is_refused(world, lesson, student, field):
    assert one(world.teacher, lesson, student, field, "5").status == 400


def test_a_student_not_in_the_group_on_that_day_is_refused_with_the_dates(
    world, lesson
):
    member = Membership.objects.filter(
        group=world.group2, student=world.stranger.student
    ).get()
    outcome = one(world.teacher, lesson, member.student, "1", "5")
    assert outcome.status == 400
    assert f"{lesson.date:%d.%m.%Y}" in outcome.message


def test_who_transferred_is_refused_in_lessons_before_with_the_day_of_arrival(world):
    mover = world.mover
    came = Membership.objects.get(group=world.group, student=mover).start
    early = world.lesson_old
    assert early.date < came
    outcome = one(world.teacher, early, mover, "1", "5", reason="долг")
    assert outcome.status == 400
    assert f"{came:%d.%m.%Y}" in outcome.message
    assert mover.last_name in outcome.message
    late = world.lesson_elsewhere_past
    outcome = one(world.teacher_elsewhere, late, mover, "1", "5", reason="долг")
    last = came - timedelta(days=1)
    assert f"по {last:%d.%m.%Y})" in outcome.message


def test_a_visible_lesson_of_somebody_else_is_403(world, student):
    handed = world.lesson_handed_over
    outcome = one(world.teacher2, handed, student, "1", "5", reason="x")
    assert (outcome.status, outcome.code) == (403, "foreign")


def test_an_invisible_lesson_is_404_with_no_word_about_it(world, student):
    elsewhere = world.lesson_elsewhere
    outcome = one(world.teacher, elsewhere, student, "1", "5")
    assert outcome.status == 404
    assert str(elsewhere.course.group) not in outcome.message


def test_a_curator_notes_absences_but_sets_no_marks(world, lesson, student):
    assert one(world.curator, lesson, student, "absence", "б").status == 200
    assert one(world.curator, lesson, student, "1", "5").status == 403


@pytest.mark.parametrize("who", ["office", "director", "deputy", "department_head"])
def test_administration_sees_the_lesson_and_writes_nothing(world, lesson, student, who):
    outcome = one(world.people[who], lesson, student, "1", "5")
    assert outcome.status == 403


@pytest.mark.parametrize("who", ["student", "parent", "stranger", "nobody", "hr"])
def test_others_write_nothing(world, lesson, student, who):
    outcome = one(world.people[who], lesson, student, "1", "5")
    assert outcome.status in (403, 404)
    assert not Mark.objects.filter(task__lesson=lesson).exists()


def test_a_lesson_ahead_is_refused(world, student):
    ahead = world.lesson_future
    outcome = one(world.teacher, ahead, student, "1", "5")
    assert (outcome.status, outcome.code) == (400, "early")


def test_a_cancelled_lesson_is_refused(world, lesson, student):
    lesson.is_cancelled = True
    lesson.save()
    assert one(world.teacher, lesson, student, "1", "5").code == "cancelled"


def test_after_the_entry_window_a_reason_is_asked_for(world, student):
    rules = Institution.current()
    old = world.lesson_old
    assert (world.today - old.date).days > rules.entry_days
    assert one(world.teacher, old, student, "2", "5").code == "reason"
    assert one(world.teacher, old, student, "2", "5", reason="  ").code == "reason"
    assert one(world.teacher, old, student, "2", "5", reason="пересдал").status == 200


def close(world, lesson):
    return PeriodClosing.objects.create(
        period=lesson.course.period, aspect=PeriodClosing.Aspect.MARKS
    )


def test_a_closed_period_refuses(world, lesson, student):
    close(world, lesson)
    outcome = one(world.teacher, lesson, student, "1", "5", reason="очень надо")
    assert (outcome.status, outcome.code) == (403, "closed")


def test_a_period_reopened_for_a_time_takes_marks_again(world, lesson, student):
    closing = close(world, lesson)
    # The database guards by its own clock, which no test moves.
    closing.reopened_until = timezone.now() + timedelta(days=36500)
    closing.save()
    assert one(world.teacher, lesson, student, "1", "5", reason="суд").status == 200
    closing.reopened_until = timezone.now() - timedelta(days=3650)
    closing.save()
    outcome = one(world.teacher, lesson, student, "1", "4", old="5", reason="суд")
    assert outcome.code == "closed"


def test_the_database_itself_refuses_a_closed_period(world, lesson, student):
    one(world.teacher, lesson, student, "1", "5")
    mark = Mark.objects.get(task__lesson=lesson, student=student)
    close(world, lesson)
    mark.value = "4"
    with pytest.raises(IntegrityError, match="mark_period_open"), transaction.atomic():
        mark.save()
    with pytest.raises(IntegrityError, match="mark_period_open"), transaction.atomic():
        mark.delete()


def test_a_mark_for_an_absent_student_is_asked_twice(world, lesson, student):
    one(world.teacher, lesson, student, "absence", "н")
    assert one(world.teacher, lesson, student, "1", "5").code == "absent"
    assert one(world.teacher, lesson, student, "1", "5", confirmed=True).status == 200


def test_a_late_student_is_marked_without_a_question(world, lesson, student):
    one(world.teacher, lesson, student, "absence", "о")
    assert one(world.teacher, lesson, student, "1", "5").status == 200


def test_an_institution_may_refuse_marks_for_absent_students(world, lesson, student):
    rules = Institution.objects.get()
    rules.mark_on_absent = Institution.MarkOnAbsent.REFUSE
    rules.save()
    one(world.teacher, lesson, student, "absence", "н")
    outcome = one(world.teacher, lesson, student, "1", "5", confirmed=True)
    assert outcome.code == "absent_refused"
    one(world.teacher, lesson, student, "absence", "", old="н")
    one(world.teacher, lesson, student, "1", "5")
    assert one(world.teacher, lesson, student, "absence", "н").code == "absent_refused"
    assert one(world.teacher, lesson, student, "absence", "о").status == 200


def test_attendance_is_taken_and_undone_without_touching_what_is_entered(
    world, lesson, student
):
    one(world.teacher, lesson, student, "absence", "б")
    assert one(world.teacher, lesson, None, TAKEN, "1").status == 200
    lesson.refresh_from_db()
    assert lesson.attendance_taken_at is not None
    assert lesson.attendance_taken_by == world.teacher.employee
    assert one(world.teacher, lesson, None, TAKEN, "", old="1").status == 200
    lesson.refresh_from_db()
    assert lesson.attendance_taken_at is None
    assert Absence.objects.get(lesson=lesson, student=student).reason_id == "б"


def test_one_absence_typed_does_not_take_attendance(world, lesson, student):
    one(world.teacher, lesson, student, "absence", "н")
    lesson.refresh_from_db()
    assert lesson.attendance_taken_at is None


def test_a_batch_stores_the_good_and_answers_for_each(world, lesson, student):
    other = (
        Membership.objects.on(world.today)
        .filter(group=world.group)
        .exclude(student=student)
        .first()
        .student
    )
    outcomes = write_cells(
        world.teacher,
        [
            Change(lesson.pk, student.pk, "1", "", "5"),
            Change(lesson.pk, other.pk, "1", "", "7"),
            Change(lesson.pk, other.pk, "absence", "", "н"),
        ],
    )
    assert [outcome.status for outcome in outcomes] == [200, 400, 200]
    assert Mark.objects.filter(task__lesson=lesson).count() == 1
    assert Absence.objects.filter(lesson=lesson).count() == 1


def test_typed_and_taken_back_in_one_batch_leaves_nothing(world, lesson, student):
    outcomes = write_cells(
        world.teacher,
        [
            Change(lesson.pk, student.pk, "1", "", "5"),
            Change(lesson.pk, student.pk, "1", "5", ""),
        ],
    )
    assert [outcome.status for outcome in outcomes] == [200, 200]
    assert not Mark.objects.filter(task__lesson=lesson).exists()


@pytest.mark.parametrize(
    ("field", "old", "new"), [("1", "4", "5"), ("absence", "н", "б")]
)
def test_a_batch_may_empty_a_cell_and_write_it_anew(
    world, lesson, student, field, old, new
):
    write_cells(world.teacher, [Change(lesson.pk, student.pk, field, "", old)])
    steps = [(old, ""), ("", new)]
    changes = [Change(lesson.pk, student.pk, field, *step) for step in steps]
    outcomes = write_cells(world.teacher, changes)
    assert [outcome.status for outcome in outcomes] == [200, 200]
    past = past_of_cell(lesson.pk, student.pk)
    assert [one.new for one in past if one.field == field] == [new, "", old]


def test_a_batch_is_bounded(world, lesson, student):
    with pytest.raises(ValueError, match="не больше"):
        write_cells(world.teacher, [Change(lesson.pk, student.pk, "1", "", "5")] * 501)
