"""A substitute has the lesson substituted and no other, until its window ends (A5)."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from admin_customizations.start import substitutions_ahead
from journal.domain.lessons import Change, write_cells
from journal.domain.lessons.homework import (
    Assignment,
    Verdict,
    assign,
    hand_in,
    judge,
    to_check,
)
from journal.domain.lessons.spread import read_spread
from journal.domain.timetable.changes import (
    Wish,
    cancel_lesson,
    change_lesson,
    restore_lesson,
)
from journal.models import Lesson

pytestmark = pytest.mark.on_postgresql(
    "test_the_substitute_opens_fills_and_marks_that_lesson",
    "test_the_spread_has_just_the_one_column",
    "test_another_window_counts_from_the_next_question_on",
    "test_the_substitute_sees_it_on_the_start_page_at_once",
)


@pytest.fixture
def lesson(world):
    """Today's lesson of physics, given to the master an hour before."""
    wish = Wish(teacher=world.master.employee)
    change_lesson(world.dispatcher, world.lesson2, wish, "Болезнь")
    world.lesson2.refresh_from_db()
    return world.lesson2


def at(lesson):
    return reverse("admin:journal_lesson_change", args=[lesson.pk])


def write(world, lesson, user="master", value="5", reason="", old=""):
    change = Change(lesson.pk, world.students[0].pk, "1", old, value)
    return write_cells(world.people[user], [change], reason)[0].status


def test_before_the_substitution_there_is_no_lesson(world, client_of):
    assert client_of(world.master).get(at(world.lesson2)).status_code == 404
    assert write(world, world.lesson2) == 404


def test_the_substitute_opens_fills_and_marks_that_lesson(world, lesson, client_of):
    page = client_of(world.master).get(at(lesson)).content.decode()
    assert "Цветков Ю. Ф. вместо Щукина В. И." in page
    assert "Все присутствуют" in page
    assert lesson.is_editable_by(world.master)
    assert write(world, lesson) == 200


def test_the_neighbour_lesson_is_not_there(world, lesson, client_of):
    for other in (world.lesson2_past, world.lesson, world.lesson_elsewhere):
        assert client_of(world.master).get(at(other)).status_code == 404
        assert write(world, other) == 404


def test_the_spread_has_just_the_one_column(world, lesson):
    spread = read_spread(world.master, world.course2)
    assert [(one.lesson, one.is_editable) for one in spread.columns] == [
        (lesson.pk, True)
    ]
    assert not any(line.marks for line in spread.lines)


def test_who_is_named_by_the_timetable_reads_and_does_not_write(world, lesson):
    assert Lesson.objects.visible_to(world.teacher2).filter(pk=lesson.pk).exists()
    assert not lesson.is_editable_by(world.teacher2)
    assert write(world, lesson, "teacher2") == 403


def test_only_who_sat_there_that_day_gets_a_mark(world, lesson):
    change = Change(lesson.pk, world.students2[0].pk, "1", "", "5")
    assert write_cells(world.master, [change])[0].status in (400, 404)


def test_after_the_entry_window_the_substitute_only_reads_and_the_teacher_writes(
    world, lesson
):
    homework = assign(lesson, Assignment(is_collected=True, kind=world.answer))
    student = world.student.student
    hand_in(world.student, homework, "Ответ")
    last = lesson.date + timedelta(days=world.institution.entry_days)
    with time_machine.travel(last):
        assert lesson.is_editable_by(world.master)
        assert write(world, lesson) == 200
        assert write(world, lesson, "teacher2", "4", "Ошибка", "5") == 403
    with time_machine.travel(last + timedelta(days=1)):
        assert not lesson.is_editable_by(world.master)
        assert write(world, lesson, value="4", reason="Ошибка") == 403
        assert Lesson.objects.visible_to(world.master).filter(pk=lesson.pk).exists()
        with pytest.raises(PermissionDenied):
            judge(world.master, homework, student, Verdict("full"))
        assert not to_check(world.master)
        # Somebody answers for it still: whose lesson it is by the timetable.
        assert list(to_check(world.teacher2)) == [homework]
        assert write(world, lesson, "teacher2", "4", "Ошибка", "5") == 200
        assert judge(world.teacher2, homework, student, Verdict("full"))
        assert write(world, lesson, "teacher", "3", "Ошибка", "4") in (403, 404)


def test_ones_own_lessons_have_no_such_end(world):
    with time_machine.travel(world.today + timedelta(days=60)):
        assert world.lesson_past.is_editable_by(world.teacher)
        assert world.lesson2_past.is_editable_by(world.teacher2)


def test_another_window_counts_from_the_next_question_on(world, lesson):
    later = lesson.date + timedelta(days=10)
    with time_machine.travel(later):
        assert not lesson.is_editable_by(world.master)
        world.institution.entry_days = 10
        world.institution.save()
        assert lesson.is_editable_by(world.master)
        assert write(world, lesson, reason="Поздно") == 200


def test_a_substitution_taken_back_takes_the_lesson_away(world, lesson, client_of):
    restore_lesson(world.dispatcher, lesson)
    assert client_of(world.master).get(at(lesson)).status_code == 404
    assert write(world, lesson) == 404
    assert write(world, lesson, "teacher2") == 200


def test_the_substitute_sees_it_on_the_start_page_at_once(world, lesson, client_of):
    page = client_of(world.master).get(reverse("admin:index")).content.decode()
    assert at(lesson) in page
    assert "замена: вместо Щукина В. И." in page
    page = client_of(world.teacher2).get(reverse("admin:index")).content.decode()
    assert "ведёт Цветков Ю. Ф." in page


def test_a_substitution_ahead_stands_on_the_start_page_of_both(world, week, client_of):
    wish = Wish(teacher=world.teacher2.employee)
    change_lesson(world.dispatcher, week.first, wish, "Болезнь")
    for person, words in (
        (world.teacher2, "замена: вместо"),
        (world.teacher, "замена: ведёт"),
    ):
        page = client_of(person).get(reverse("admin:index")).content.decode()
        ahead = page[page.index("Замены впереди") :]
        assert reverse("admin:journal_lesson_change", args=[week.first.pk]) in ahead
        assert words in ahead
    other = client_of(world.master).get(reverse("admin:index")).content.decode()
    assert "Замены впереди" not in other


def test_a_substitution_taken_back_or_cancelled_is_ahead_of_nobody(world, week):
    wish = Wish(teacher=world.teacher2.employee)
    change_lesson(world.dispatcher, week.first, wish)
    assert len(substitutions_ahead(world.teacher2, world.today)) == 1
    cancel_lesson(world.dispatcher, week.first, "Карантин")
    assert substitutions_ahead(world.teacher2, world.today) == []
    restore_lesson(world.dispatcher, week.first)
    assert substitutions_ahead(world.teacher, world.today) == []
