"""Control works: when their results were in, and who waits for them (F4; S 4)."""

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from journal.domain.control.works import measured_works, overdue_works, unmarked_works
from journal.models import Absence, CourseTeacher, Mark, Membership, Student, Task
from journal.reports.registry import get


@pytest.fixture
def work(world):
    """A control work of two days ago; the third student was absent."""
    world.test.is_control = True
    world.test.save()
    return Task.objects.create(
        lesson=world.lesson_past, number=2, kind=world.test, topic="Пределы"
    )


def present(work):
    """Whoever was on the roster and there."""
    absent = Absence.objects.filter(lesson=work.lesson).values("student")
    held = Membership.objects.on(work.lesson.date).filter(
        group=work.lesson.course.group
    )
    return Student.objects.filter(memberships__in=held).exclude(pk__in=absent)


def give(work, students, days=0):
    """Marks as first written so many days after the lesson."""
    at = datetime.combine(work.lesson.date + timedelta(days=days), time(15))
    for student in students:
        mark = Mark(task=work, student=student, value="4")
        mark._history_date = timezone.make_aware(at)
        mark.save()


def only(found, work):
    return next(one for one in found if one.task == work.pk)


def test_a_work_without_marks_waits_and_is_late_after_its_day(world, work):
    there = set(present(work))
    found = only(unmarked_works(world.teacher, world.today), work)
    assert found.missing == len(there) > 1
    assert found.due == work.lesson.date + timedelta(days=1)
    for day, is_late in ((found.due, False), (found.due + timedelta(days=1), True)):
        late = [one.task for one in overdue_works(world.deputy, day)]
        assert (work.pk in late) is is_late


def test_marks_of_all_who_were_there_end_the_wait_the_absent_hold_up_nobody(
    world, work
):
    give(work, list(present(work))[1:])
    assert only(unmarked_works(world.teacher, world.today), work).missing == 1
    give(work, list(present(work))[:1])
    tasks = [one.task for one in unmarked_works(world.teacher, world.today)]
    assert work.pk not in tasks


@pytest.mark.parametrize(("days", "late"), [(0, 0), (1, 0), (2, 1)])
def test_a_work_is_in_time_by_the_day_its_last_mark_was_first_written(
    world, work, days, late
):
    there = list(present(work))
    give(work, there[1:])
    give(work, there[:1], days)
    Mark.objects.filter(task=work).first().save()  # a correction is no delay
    found = only(measured_works(world.deputy, work.lesson.date, world.today), work)
    assert (found.present, found.marked) == (len(there), len(there))
    assert found.finished == work.lesson.date + timedelta(days=days)
    assert found.late(world.today) == late


def test_a_taken_back_mark_counts_for_nothing(world, work):
    there = list(present(work))
    give(work, there)
    Mark.objects.filter(task=work).first().delete()
    found = only(measured_works(world.deputy, work.lesson.date, world.today), work)
    assert (found.marked, found.finished) == (len(there) - 1, None)


def test_a_stranger_sees_no_work_of_others(world, work):
    assert unmarked_works(world.teacher2, world.today) == []
    assert measured_works(world.student, work.lesson.date, world.today)[0].task
    assert not overdue_works(world.hr, world.today)


def test_the_start_page_names_the_work_to_its_teacher_and_to_the_deputy(
    world, work, client_of
):
    url = reverse("admin:journal_lesson_change", args=[work.lesson_id])
    for user in (world.teacher, world.deputy):
        page = client_of(user).get(reverse("admin:index")).content.decode()
        assert "без отметки" in page.lower() and url in page


def test_the_report_says_what_is_late(world, work):
    report = get("control_works")
    form = report.form(world.deputy)
    assert form.answer({})
    assert form.is_valid(), form.errors
    table = report.build(form.params())
    assert [row.cells[2] for row in table.rows] == [str(world.course.discipline)] * 2
    assert "не внесены, срок прошёл: 2" in table.notes[0]


def test_who_answers_for_a_work_now_is_named_and_who_gave_it_beside(world, work):
    """The course is the second teacher's since yesterday."""
    now, former = world.teacher2.employee, world.teacher.employee
    yesterday = world.today - timedelta(days=1)
    loads = CourseTeacher.objects.filter(course=work.lesson.course)
    loads.update(end=yesterday)
    CourseTeacher.objects.create(
        course=work.lesson.course, employee=now, start=yesterday
    )
    former.sex = "f"
    former.save()
    found = only(unmarked_works(world.deputy, world.today), work)
    assert (found.teacher, found.teacher_name) == (now.pk, str(now))
    assert found.led == f"вела {former.short_name}"
    form = get("control_works").form(world.deputy)
    assert form.answer({}) and form.is_valid()
    rows = get("control_works").build(form.params()).rows
    assert f"{now}, вела {former.short_name}" in [row.cells[3] for row in rows]


def test_waiting_works_cost_as_many_queries_for_one_as_for_five(world, work):
    unmarked_works(world.deputy, world.today)  # settings and roles are known by now
    counts = []
    for numbers in ((), (3, 4, 5, 6)):
        for number in numbers:
            Task.objects.create(lesson=work.lesson, number=number, kind=world.test)
        with CaptureQueriesContext(connection) as asked:
            unmarked_works(world.deputy, world.today)
        counts.append(len(asked))
    assert counts == [4, 4]  # the term, who lacks a mark, the works
