"""Queries whose SQL is built once give what the queryset gives."""

import datetime

import pytest
from django.db.models import Count, Value

from journal.models import Bell, Lesson
from journal.models.prepared import MOST_KNOWN, Prepared


def counted(build):
    """The same builder, and the list of its calls."""
    calls = []

    def builder(**values):
        calls.append(values)
        return build(**values)

    return builder, calls


def lessons(courses, first, last):
    return (
        Lesson.objects.filter(course__in=courses, date__range=(first, last))
        .annotate(sign=Value("%s?"))
        .order_by("pk")
        .values_list("pk", "date", "is_cancelled", "attendance_taken_at", "sign")
    )


def test_the_rows_are_those_of_the_queryset(world):
    read = Prepared(lessons)
    for first, last in ((-30, 0), (-2, 5), (0, 0)):
        span = {
            "first": world.today + datetime.timedelta(days=first),
            "last": world.today + datetime.timedelta(days=last),
        }
        for courses in ([world.course], [world.course2, world.course]):
            values = {"courses": [course.pk for course in courses], **span}
            assert read(**values) == list(lessons(**values)) != []


def test_types_come_back_as_the_model_has_them(world):
    read = Prepared(
        lambda schedule: (
            Bell.objects.filter(schedule=schedule)
            .order_by("number")
            .values_list("starts_at", "ends_at")
        )
    )
    schedule = Bell.objects.first().schedule_id
    assert read(schedule=schedule)[0] == (datetime.time(9), datetime.time(10, 30))
    counts = Prepared(
        lambda courses: (
            Lesson.objects.filter(course__in=courses)
            .order_by()
            .values("date")
            .annotate(number=Count("pk"))
            .values_list("date", "number")
        )
    )
    assert dict(counts(courses=[world.course.pk]))[world.today] == 1


def test_the_sql_is_built_once_for_each_length_of_a_list(world):
    builder, calls = counted(lessons)
    read = Prepared(builder)
    day = {"first": world.today, "last": world.today}
    for courses in ([1], [2], [world.course.pk], [1, 2], [3, world.course.pk]):
        read(courses=courses, **day)
    assert len(calls) == 2
    assert [row[0] for row in read(courses=[3, world.course.pk], **day)] == [
        world.lesson.pk
    ]


def test_what_the_sql_depends_on_besides_is_named(world):
    today = []
    read = Prepared(
        lambda course: Lesson.objects.filter(course=course, date=today[-1]).values_list(
            "pk"
        )
    )
    found = []
    for lesson in (world.lesson, world.lesson_past):
        today.append(lesson.date)
        found += read(lesson.date, course=world.course.pk)
    assert found == [(world.lesson.pk,), (world.lesson_past.pk,)]


def test_a_value_that_the_builder_drops_is_an_error(world):
    read = Prepared(lambda course, first: Lesson.objects.filter(course=course))
    with pytest.raises(ValueError, match="values unused"):
        read(course=world.course.pk, first=world.today)


def test_the_memory_of_texts_is_bounded(world):
    read = Prepared(lambda course: Lesson.objects.filter(course=course).values_list())
    for variant in range(MOST_KNOWN + 5):
        read.known[variant, ("course", None, int)] = ("", [], [])
    read("new", course=world.course.pk)
    assert len(read.known) == 1


def test_a_date_may_follow_a_long_list(world):
    read = Prepared(
        lambda keys, day: (
            Lesson.objects.filter(pk__in=keys, date=day).order_by().values_list("pk")
        )
    )
    keys = [*range(10_000, 10_400), world.lesson.pk]
    assert read(keys=keys, day=world.lesson.date) == [(world.lesson.pk,)]
