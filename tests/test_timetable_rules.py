"""The weekly timetable: what cannot stand together, in the database and in words."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from journal.domain.timetable.clashes import all_clashes, clashes_of, crowds, slots
from journal.models import Lesson, Subgroup, TimetableEntry
from journal.models.guards import GUARDS, RULES, rule_of

DAY = datetime.timedelta(days=1)


@pytest.fixture
def week(world):
    """An empty timetable; `week(course, weekday, number, …)` is an unsaved line."""
    Lesson.objects.update(entry=None)
    TimetableEntry.objects.all().delete()

    def line(course, weekday=1, number=3, teacher="teacher", **fields):
        return TimetableEntry(
            course=getattr(world, course),
            teacher=world.people[teacher].employee,
            weekday=weekday,
            number=number,
            **{"start": world.period.first_day, **fields},
        )

    return line


def refused(entry) -> str | None:
    """The words of the refusal, by the database and by the function, or None."""
    told = clashes_of(entry)
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        assert told
        return rule_of(error)
    assert told == []
    return None


TEACHER, ROOM, GROUP = (
    RULES[f"entry_{who}_free"] for who in ("teacher", "room", "group")
)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"course": "course_elsewhere"}, TEACHER),
        ({"course": "course_elsewhere", "teacher": "teacher2", "room": "room"}, ROOM),
        ({"course": "course2", "teacher": "teacher2"}, GROUP),
        ({"course": "course2", "teacher": "teacher2", "parity": 2}, GROUP),
        ({"course": "course2", "teacher": "master", "number": None}, GROUP),
        ({"course": "course_elsewhere", "number": None}, TEACHER),
        (
            {
                "course": "course_elsewhere",
                "teacher": "master",
                "number": None,
                "room": "room",
            },
            ROOM,
        ),
        ({"course": "course2", "stream": "поток", "teacher": "teacher2"}, GROUP),
        ({"course": "course_elsewhere", "weekday": 2}, None),
        ({"course": "course_elsewhere", "number": 4}, None),
        ({"course": "course_elsewhere", "teacher": "teacher2", "room": "room2"}, None),
    ],
)
def test_what_meets_is_refused(world, week, fields, words):
    week("course", room=world.room, stream="поток").save()
    if "room" in fields:
        fields = {**fields, "room": getattr(world, fields["room"])}
    assert refused(week(**fields)) == words


def test_odd_and_even_weeks_stand_in_one_cell(week):
    week("course", parity=1).save()
    assert refused(week("course2", parity=2)) is None
    assert refused(week("handed_over", parity=1, teacher="master")) == GROUP


def test_one_line_may_begin_on_the_day_another_ends(world, week):
    week("course", end=world.today).save()
    assert refused(week("course2", start=world.today - DAY, teacher="master")) == (
        GROUP
    )
    assert refused(week("course2", start=world.today)) is None


def test_lines_of_periods_that_do_not_meet_are_no_obstacle(world, week):
    week("course").save()
    world.course_elsewhere.period = world.next_period
    world.course_elsewhere.save()
    assert refused(week("course_elsewhere")) is None


def test_a_stream_is_one_lesson(world, week):
    week("course", room=world.room, stream="поток").save()
    together = week("course_elsewhere", room=world.room, stream="поток")
    assert refused(together) is None


def test_subgroups_sit_side_by_side_but_not_beside_the_whole_group(world, week):
    first, second = (
        Subgroup.objects.create(course=world.course2, number=number)
        for number in (1, 2)
    )
    week("course2", subgroup=first, teacher="teacher2").save()
    assert refused(week("course2", subgroup=second, teacher="master")) is None
    assert refused(week("course", teacher="teacher")) == GROUP
    other = Subgroup.objects.create(course=world.course, number=2)
    assert refused(week("course", subgroup=other)) == GROUP


def test_a_whole_day_lesson_meets_every_lesson_of_that_day(world):
    """Of lessons too: practice and a lesson at a bell are in two places."""
    lesson = Lesson.objects.get(course=world.course, date=world.today)
    whole = Lesson(
        course=world.practice,
        date=lesson.date,
        planned_teacher=world.master.employee,
        teacher=world.master.employee,
    )
    with pytest.raises(IntegrityError, match="lesson_group_free"), transaction.atomic():
        whole.save()
    Lesson.objects.filter(course=world.course_elsewhere).update(is_cancelled=True)
    whole.course, whole.teacher = world.course_elsewhere, lesson.teacher
    with (
        pytest.raises(IntegrityError, match="lesson_teacher_free"),
        transaction.atomic(),
    ):
        whole.save()


def test_a_refusal_names_who_where_and_what(world, week):
    week("course", room=world.room).save()
    (clash,) = clashes_of(week("course_elsewhere"))
    assert clash.words == (
        "Преподаватель Жданов Л. Б. уже ведёт занятие: группа 2-ИС, Математика "
        f"(понедельник, 3-е занятие, с {world.period.first_day:%d.%m.%Y})."
    )


def test_lines_that_met_later_are_found_for_the_whole_college(world, week):
    week("course").save()
    world.course_elsewhere.period = world.next_period
    world.course_elsewhere.save()
    week("course_elsewhere", end=None).save()
    assert all_clashes(world.today) == []
    world.next_period.first_day = world.period.last_day - 7 * DAY
    world.next_period.save()
    (clash,) = all_clashes(world.today)
    assert (clash.kind, clash.since) == ("teacher", world.next_period.first_day)
    assert all_clashes(world.period.last_day + DAY) == []


@pytest.mark.parametrize("count", [1, 30])
def test_the_search_asks_once(world, week, django_assert_num_queries, count):
    for place in range(count):
        week("course", 1 + place % 6, 1 + place // 6).save()
    with django_assert_num_queries(1):
        assert all_clashes(world.today) == []


def test_a_room_too_small_is_warned_of(world, week):
    world.room.capacity = 6
    world.room.save()
    week("course", room=world.room, stream="поток").save()
    week("course_elsewhere", room=world.room, stream="поток").save()
    found = slots(TimetableEntry.objects.all())
    one, other = crowds(found, world.today)
    assert one.people == other.people > 6
    assert "мест 6" in one.words
    world.room.capacity = one.people
    world.room.save()
    assert crowds(slots(TimetableEntry.objects.all()), world.today) == []


def test_every_guard_has_its_words():
    assert set(GUARDS) == set(RULES)
