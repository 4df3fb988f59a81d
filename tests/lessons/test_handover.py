"""A course that changes hands goes over whole: whose its lessons of before are."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from journal.domain.control.strangers import written_by_others
from journal.domain.lessons.book import places_to_write
from journal.domain.lessons.homework import (
    Assignment,
    Verdict,
    assign,
    hand_in,
    judge,
    to_check,
)
from journal.domain.lessons.makeup import Closing, Scope, close_debts, read_debts
from journal.models import Absence, CourseTeacher, Lesson, Makeup, Subgroup
from journal.models.reach import kept_lessons
from journal.models.reach.teaching import answering
from tests import cast
from tests.conftest import NOW
from tests.lessons.conftest import one

A, B, C = "teacher", "teacher2", "master"
SINCE = NOW - datetime.timedelta(days=14)
OPEN = [(B, -40, -7, 0), (A, -7, None, 0)]


@pytest.mark.parametrize(
    ("spans", "given", "writer"),
    [
        # spans: who, from, to, part
        # given: day, teacher, part, planned teacher, in place of another course's
        (OPEN, (-14, B, 0), A),
        (OPEN, (-2, A, 0), A),
        # A substitute's until the window ends, then of whoever holds what it is of.
        (OPEN, (-2, C, 0, A), C),
        (OPEN, (-2, B, 0, A), B),
        (OPEN, (-8, C, 0, B), A),
        (OPEN, (-8, B, 0, A), A),
        ([(B, -40, None, 0)], (-14, A, 0, B), B),
        ([(A, -40, None, 1), (B, -40, None, 0)], (-14, C, 0, B), B),
        ([], (-14, C, 0, B), B),
        ([(B, -40, None, 1), (C, -40, None, 2)], (-14, C, 1, B), C),
        ([(B, -40, None, 1), (C, -40, -9, 2)], (-14, C, 1, B), B),
        ([(A, -40, None, 0)], (-2, C, 0, B, True), C),
        ([(A, -40, None, 0)], (-14, C, 0, B, True), A),
        ([(A, -40, None, 0)], (-14, A, 0, B, True), A),
        ([(C, -40, -9, 0), (A, -9, None, 0)], (-14, C, 0, B, True), A),
        # What the former teacher held after all is theirs as a substitute's.
        (OPEN, (-7, B, 0), B),
        ([(B, -40, -12, 0), (A, -12, None, 0)], (-10, B, 0), A),
        # Not before its day; by way of a third; back again.
        ([(B, -40, 2, 0), (A, 2, None, 0)], (-14, B, 0), B),
        ([(C, -40, -20, 0), (B, -20, -7, 0), (A, -7, None, 0)], (-25, C, 0), A),
        ([(B, -40, -20, 0), (A, -20, -7, 0), (B, -7, None, 0)], (-25, B, 0), B),
        ([(B, -40, -20, 0), (A, -20, -7, 0), (B, -7, None, 0)], (-14, A, 0), B),
        ([(B, -40, -7, 0)], (-14, B, 0), B),
        # Of each part its own: one given away, the lectures kept, a load of both.
        ([(B, -40, -7, 1), (A, -7, None, 1), (C, -40, None, 2)], (-14, B, 1), A),
        ([(B, -40, -7, 1), (A, -7, None, 1), (C, -40, None, 2)], (-14, C, 2), C),
        ([(B, -40, None, 0), (B, -40, -7, 1), (A, -7, None, 1)], (-14, B, 1), A),
        ([(B, -40, None, 0), (B, -40, -7, 1), (A, -7, None, 1)], (-14, B, 0), B),
        (OPEN, (-14, B, 2), A),
    ],
)
def test_a_lesson_is_of_one_teacher_whatever_asks(world, spans, given, writer):
    course, people = world.handed_over, world.people
    course.teachers.all().delete()
    parts = [None, *(Subgroup.objects.create(course=course, number=n) for n in (1, 2))]
    for who, start, end, part in spans:
        CourseTeacher.objects.create(
            course=course,
            subgroup=parts[part],
            employee=people[who].employee,
            start=cast.day(world, start),
            end=None if end is None else cast.day(world, end),
        )
    day, teacher, part, *other = given
    planned, in_place = [*other, teacher][0], len(other) > 1
    lesson = cast.lesson(world, course, day, 6, planned)
    lesson.teacher, lesson.subgroup = people[teacher].employee, parts[part]
    lesson.planned_course = world.course if in_place else None
    lesson.save()
    asked = Lesson.objects.annotate(answers=answering()).get(pk=lesson.pk)
    assert asked.answers == people[writer].employee.pk
    for name in (A, B, C):
        user, is_own = people[name], name == writer
        assert lesson.is_editable_by(user) is is_own, name
        found = places_to_write(user, [lesson.pk])
        assert bool(found and found[0].may_mark) is is_own
        kept = Lesson.objects.filter(pk__in=kept_lessons(user))
        assert kept.contains(lesson) is is_own
        seen = Lesson.objects.visible_to(user).filter(pk=lesson.pk).exists()
        assert seen or name not in {writer, teacher, planned}


def test_works_and_debts_of_before_are_the_present_teachers(world, client_of):
    lesson, student = world.lesson_handed_over, world.student.student
    now, former = world.teacher, world.teacher2
    homework = assign(lesson, Assignment(is_collected=True, kind=world.answer))
    hand_in(world.student, homework, "Ответ")
    Absence.objects.create(lesson=lesson, student=student, reason_id="н", hours=2)
    assert list(to_check(now)) == [homework] and not to_check(former)

    page = reverse("admin:journal_homework_works", args=[homework.pk])
    assert client_of(former).get(page).status_code == 200
    assert client_of(former).post(page, {}).status_code == 403
    with pytest.raises(PermissionDenied):
        judge(former, homework, student, Verdict("full"))
    assert judge(now, homework, student, Verdict("full"))
    assert homework.submissions.get().checked_by == now.employee

    scope = {"course": world.handed_over.pk, "student": student.pk}
    assert read_debts(Scope(world.today, former, **scope)) == []
    (debt,) = read_debts(Scope(world.today, now, **scope))
    made = Closing("made", world.today, "4")
    with pytest.raises(PermissionDenied):
        close_debts(former, [debt], {debt.key}, made, world.today)
    assert close_debts(now, [debt], {debt.key}, made, world.today) == 1
    assert Makeup.objects.get().teacher == now.employee


def test_what_the_present_teacher_writes_is_no_writing_in_anothers_journal(world):
    student, lesson = world.students[0], world.lesson_handed_over
    assert one(world.teacher, lesson, student, "1", "4", reason="Долг").status == 200
    assert lesson.tasks.get().marks.get().history.get().history_user == world.teacher
    for user in (world.teacher, world.teacher2):
        assert written_by_others(user, SINCE) == []
    world.teacher_elsewhere.is_superuser = True
    world.teacher_elsewhere.save()
    one(world.teacher_elsewhere, lesson, student, "1", "5", "4", reason="x")
    assert [one.count for one in written_by_others(world.teacher, SINCE)] == [1]
    assert written_by_others(world.teacher2, SINCE) == []
