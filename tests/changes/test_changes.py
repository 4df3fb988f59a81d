"""Changes of one day: what they write, what they refuse, and how they are taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from journal.domain.lessons import Change, write_cells
from journal.domain.timetable import lay_out
from journal.domain.timetable.changes import (
    CANCELLED,
    Wish,
    add_lesson,
    cancel_lesson,
    change_lesson,
    change_many,
    restore_lesson,
)
from journal.domain.timetable.day import (
    Staff,
    changes_of,
    rooms_for,
    slots_for,
    teachers_for,
)
from journal.domain.timetable.taken import Taken
from journal.models import (
    ExamEvent,
    ExamMember,
    Lesson,
    LessonTopic,
    PeriodClosing,
    Subgroup,
    Task,
    TimetableEntry,
)

PLANNED = ("planned_date", "planned_number", "planned_room", "planned_course")


def change(world, lesson, reason="", **wish):
    change_lesson(world.dispatcher, lesson, Wish(**wish), reason)
    lesson.refresh_from_db()
    return lesson


def refusal(world, lesson, **wish):
    before = Lesson.objects.filter(pk=lesson.pk).values().get()
    with pytest.raises(ValidationError) as refused:
        change_lesson(world.dispatcher, lesson, Wish(**wish))
    assert Lesson.objects.filter(pk=lesson.pk).values().get() == before
    return " ".join(refused.value.messages)


# What a change writes


def test_a_substitution_keeps_both_names_and_the_reason(world, week):
    lesson = change(world, week.first, "Болезнь", teacher=world.master.employee)
    assert lesson.teacher == world.master.employee
    assert lesson.planned_teacher == world.teacher.employee
    last = lesson.history.latest()
    assert last.history_change_reason == "Болезнь"
    assert last.history_user == world.dispatcher
    assert changes_of(lesson) == ["замена: Цветков Ю. Ф. вместо Жданов Л. Б."]


def test_a_move_keeps_the_place_that_the_timetable_meant(world, week):
    lesson = change(world, week.first, day=week.tuesday, number=3)
    assert (lesson.date, lesson.number) == (week.tuesday, 3)
    assert (lesson.planned_date, lesson.planned_number) == (week.monday, 1)
    lesson = change(world, lesson, day=week.tuesday, number=4)
    assert (lesson.planned_date, lesson.planned_number) == (week.monday, 1)
    assert changes_of(lesson) == [f"перенесено с {week.monday:%d.%m}, 1-е занятие"]
    lesson = change(world, lesson, day=week.monday, number=1)
    assert (lesson.planned_date, lesson.planned_number) == (None, None)
    assert changes_of(lesson) == []


def test_another_room_and_back(world, week):
    lesson = change(world, week.second, room=world.room2)
    assert (lesson.room, lesson.planned_room) == (world.room2, world.room)
    assert changes_of(lesson) == ["кабинет 202 вместо 101"]
    lesson = change(world, lesson, room=world.room)
    assert (lesson.room, lesson.planned_room) == (world.room, None)


def test_another_subject_is_taught_by_its_own_teacher(world, week):
    lesson = change(
        world, week.first, course=world.practice, teacher=world.master.employee
    )
    assert (lesson.course, lesson.planned_course) == (world.practice, world.course)
    assert lesson.planned_teacher == world.teacher.employee
    assert changes_of(lesson)[0] == "вместо дисциплины «Математика»"


def test_a_lesson_written_beforehand_loses_its_topic_with_its_subject(world, week):
    lesson = week.first
    lesson.topic, lesson.filled_at = "Пределы", timezone.now()
    lesson.save()
    LessonTopic.objects.create(lesson=lesson, planned_lesson=world.planned[1], hours=2)
    moved = change(world, lesson, day=week.tuesday, number=1)
    assert (moved.topic, moved.topics.count()) == ("Пределы", 1)
    cancel_lesson(world.dispatcher, lesson, "Карантин")
    lesson.refresh_from_db()
    assert (lesson.topic, lesson.topics.count()) == ("", 0)
    assert lesson.history.filter(topic="Пределы").exists()


def test_cancelled_and_back_by_the_timetable(world, week):
    lesson = change(
        world,
        week.first,
        teacher=world.master.employee,
        day=week.tuesday,
        number=3,
        room=world.room2,
    )
    cancel_lesson(world.dispatcher, lesson)
    lesson.refresh_from_db()
    assert (lesson.is_cancelled, lesson.cancel_reason) == (True, CANCELLED)
    restore_lesson(world.dispatcher, lesson)
    lesson.refresh_from_db()
    assert not lesson.is_cancelled
    assert lesson.cancel_reason == ""
    assert lesson.teacher == lesson.planned_teacher == world.teacher.employee
    assert (lesson.date, lesson.number) == (week.monday, 1)
    assert lesson.room == world.room
    assert [getattr(lesson, name) for name in PLANNED] == [None] * 4
    assert changes_of(lesson) == []


def test_a_subject_goes_back_with_its_part_of_the_group_and_its_stream(world, week):
    part = Subgroup.objects.create(course=world.course, number=1)
    TimetableEntry.objects.filter(pk=week.first.entry_id).update(subgroup=part)
    Lesson.objects.filter(pk=week.first.pk).update(subgroup=part)
    lesson = change(
        world, week.first, course=world.practice, teacher=world.master.employee
    )
    assert lesson.subgroup is None
    restore_lesson(world.dispatcher, lesson)
    lesson.refresh_from_db()
    assert (lesson.course, lesson.subgroup) == (world.course, part)


def test_an_extra_lesson_is_outside_the_timetable(world, week):
    lesson = add_lesson(
        world.dispatcher,
        world.practice,
        week.monday,
        3,
        world.master.employee,
        world.room,
        reason="Взамен отменённого",
    )
    assert lesson.entry is None
    assert lesson.hours == world.institution.lesson_hours
    assert lesson.history.get().history_change_reason == "Взамен отменённого"
    with pytest.raises(ValidationError, match="У группы"):
        add_lesson(
            world.dispatcher, world.practice, week.monday, 2, world.master.employee
        )


def test_a_stream_changes_as_one(world, week):
    stream = {"stream": "поток", "number": 4}
    lessons = [
        Lesson.objects.create(
            course=course,
            date=week.monday,
            planned_teacher=world.teacher.employee,
            teacher=world.teacher.employee,
            room=world.room,
            **stream,
        )
        for course in (world.course, world.course_elsewhere)
    ]
    done = change_lesson(
        world.dispatcher, lessons[0], Wish(teacher=world.master.employee)
    )
    assert {one.pk for one in done} == {one.pk for one in lessons}
    assert change(world, lessons[0], day=week.tuesday, number=1).number == 1
    assert Lesson.objects.get(pk=lessons[1].pk).date == week.tuesday


def test_the_laying_out_lets_changes_be(world, week):
    lesson = change(world, week.second, teacher=world.master.employee, room=world.room2)
    end = week.monday + timedelta(days=1)
    lay_out([lesson.entry], week.monday, end, by=world.dispatcher)
    lesson.refresh_from_db()
    assert (lesson.teacher, lesson.room) == (world.master.employee, world.room2)


# What it refuses


def test_what_is_not_free_is_said_before_the_database_must(world, week):
    assert "Преподаватель в это время занят: группа 2-ИС, Физика" in refusal(
        world,
        week.elsewhere,
        teacher=world.teacher2.employee,
        day=week.monday,
        number=2,
    )
    assert "Аудитория в это время занята: группа 1-ЭК" in refusal(
        world, week.first, room=world.room2
    )
    assert "У группы в это время другое занятие" in refusal(
        world, week.second, day=week.monday, number=1, room=world.room2
    )


def test_the_guards_have_the_last_word(world, week, monkeypatch):
    monkeypatch.setattr(Taken, "problems", lambda *args: [])
    words = refusal(world, week.first, room=world.room2)
    assert words == "Аудитория в это время занята."


def test_an_exam_takes_its_hours(world, week):
    event = ExamEvent.objects.create(
        group=world.group2,
        title="Экзамен",
        kind="exam",
        date=week.monday,
        starts_at="12:00",
        ends_at="14:00",
        room=world.room2,
        teacher=world.teacher_elsewhere.employee,
    )
    ExamMember.objects.create(event=event, employee=world.master.employee)
    taken = "экзамен, группа 1-ЭК"
    assert taken in refusal(world, week.elsewhere, day=week.monday, number=3)
    assert taken in refusal(
        world, week.first, day=week.monday, number=3, teacher=world.master.employee
    )
    assert change(world, week.first, day=week.monday, number=3).number == 3


@pytest.mark.parametrize("what", ["attendance", "absence", "mark"])
def test_a_lesson_held_does_not_change(world, what):
    lesson = world.lesson_unfilled
    if what == "attendance":
        write_cells(world.teacher, [Change(lesson.pk, None, "taken", "", "1")])
    else:
        field, value = {"absence": ("absence", "н"), "mark": ("1", "5")}[what]
        student = world.students[0].pk
        write_cells(world.teacher, [Change(lesson.pk, student, field, "", value)])
    lesson.refresh_from_db()
    for wish in (
        {"teacher": world.master.employee},
        {"day": world.today, "number": 3},
        {"room": world.room2},
    ):
        assert "уже проведено" in refusal(world, lesson, **wish)
    with pytest.raises(ValidationError, match="уже проведено"):
        cancel_lesson(world.dispatcher, lesson)
    with pytest.raises(ValidationError, match="уже проведено"):
        restore_lesson(world.dispatcher, lesson)


def test_a_lesson_with_works_keeps_its_subject(world, week):
    Task.objects.create(lesson=week.first, number=1, kind=world.answer)
    assert "работы" in refusal(world, week.first, course=world.practice)


def test_a_subject_of_another_group_and_a_day_outside_the_term_are_refused(world, week):
    assert "той же группы" in refusal(world, week.first, course=world.course_elsewhere)
    after = world.period.last_day + timedelta(days=1)
    assert "вне учебного периода" in refusal(world, week.first, day=after, number=1)


def test_in_a_closed_period_nothing_changes(world, week):
    PeriodClosing.objects.create(
        period=world.period, aspect="lessons", closed_by=world.deputy
    )
    assert "Период закрыт" in refusal(world, week.second, room=world.room2)


def test_only_who_substitutes_changes_lessons(world, week):
    for name in ("deputy_uvr", "teacher", "studyunit", "secretary"):
        with pytest.raises(PermissionDenied):
            cancel_lesson(world.people[name], week.first)
        with pytest.raises(PermissionDenied):
            add_lesson(
                world.people[name],
                world.course,
                week.tuesday,
                1,
                world.teacher.employee,
            )
    cancel_lesson(world.office, week.first)


def test_many_lessons_change_together_or_not_at_all(world, week):
    answers = [(week.first, world.master.employee), (week.second, None)]
    assert change_many(world.dispatcher, answers, "Болезнь") == (1, 1)
    week.second.refresh_from_db()
    assert week.second.cancel_reason == "Болезнь"
    answers = [
        (week.elsewhere, world.teacher2.employee),
        (week.first, world.teacher_elsewhere.employee),
    ]
    with pytest.raises(ValidationError) as refused:
        change_many(world.dispatcher, [answers[1], answers[0]])
    assert "Математика" in refused.value.messages[0]
    week.first.refresh_from_db()
    assert week.first.teacher == world.master.employee


# What is proposed


def test_free_teachers_of_the_discipline_stand_first(world, week):
    world.course2.teachers.create(
        employee=world.master.employee, start=world.year.start, hours=1
    )
    taken = Taken({week.monday}, {week.second.pk})
    choices = teachers_for(week.second, taken, Staff(world.year.pk))
    assert [(one.name, one.near, bool(one.busy)) for one in choices[:2]] == [
        ("Щукина В. И.", "по расписанию", False),
        ("Цветков Ю. Ф.", "та же дисциплина", False),
    ]
    busy = teachers_for(week.elsewhere, Taken({week.monday}), Staff(world.year.pk))
    assert [one.name for one in busy if one.busy] == ["Хромов О. И.", "Жданов Л. Б."]


def test_who_is_dismissed_is_not_proposed(world, week):
    master = world.master.employee
    master.dismissed_on = week.monday
    master.save()
    taken = Taken({week.monday}, {week.first.pk})
    names = [one.name for one in teachers_for(week.first, taken, Staff(world.year.pk))]
    assert "Цветков Ю. Ф." not in names


def test_rooms_that_are_taken_say_by_whom(world, week):
    world.room.capacity = 3
    world.room.save()
    rooms = rooms_for(week.first, Taken({week.monday}, {week.first.pk}), seats=6)
    assert [(one.name, one.near, one.busy) for one in rooms] == [
        ("101", "мест 3, нужно 6", ""),
        ("202", "", "группа 1-ЭК, Экономика организации"),
    ]


def test_places_to_move_to_know_group_teacher_and_room(world, week):
    days = slots_for(week.first, week.monday)
    day, is_taught, slots = days[0]
    assert (day, is_taught) == (week.monday, True)
    assert [(one.number, bool(one.problem), one.is_own) for one in slots] == [
        (1, False, True),
        (2, True, False),
        (3, False, False),
        (4, False, False),
    ]
    assert not days[6][1]  # Sunday


def test_a_day_is_asked_in_as_many_queries_whatever_it_holds(
    world, week, django_assert_num_queries
):
    with django_assert_num_queries(2):
        Taken({week.monday, week.tuesday})
    for number in range(5, 10):
        for course, teacher in (
            (world.course, world.teacher),
            (world.course_elsewhere, world.teacher_elsewhere),
        ):
            Lesson.objects.create(
                course=course,
                date=week.tuesday,
                number=number,
                planned_teacher=teacher.employee,
                teacher=teacher.employee,
            )
    with django_assert_num_queries(2):
        Taken({week.monday, week.tuesday})


def test_who_has_left_is_given_no_lesson(world, week):
    master = world.master.employee
    master.dismissed_on = week.monday
    master.save()
    with pytest.raises(ValidationError, match="не работает в учреждении"):
        change_lesson(world.dispatcher, week.second, Wish(teacher=master))
    with pytest.raises(ValidationError, match="не работает в учреждении"):
        add_lesson(world.dispatcher, world.practice, week.monday, 5, master)
    week.second.refresh_from_db()
    assert week.second.teacher == world.teacher2.employee
