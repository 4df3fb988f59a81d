"""Whatever is done to the timetable, nobody is in two places and the past stands still."""

import contextlib
import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from journal.domain.timetable import editing, lay_out
from journal.models import Lesson, Subgroup, TimetableEntry

DAY = datetime.timedelta(days=1)
COURSES = ("course", "course2", "handed_over", "practice", "course_elsewhere")
TEACHERS = ("teacher", "teacher2", "master", "teacher_elsewhere")
NUMBERS = (1, 3, None)

any_course = st.sampled_from(COURSES)
days_ahead = st.integers(-3, 20)
places = st.fixed_dictionaries(
    {
        "weekday": st.sampled_from((3, 4)),  # the day of the cast, and the next
        "number": st.sampled_from(NUMBERS),
        "parity": st.sampled_from((0, 0, 1, 2)),
        "teacher": st.sampled_from(TEACHERS),
        "room": st.sampled_from(("room", "room2", None)),
        "part": st.sampled_from((None, None, 1, 2)),
        "stream": st.sampled_from(("", "", "П")),
    }
)
which = st.integers(0, 30)
edits = st.one_of(
    st.tuples(st.just("place"), any_course, places, days_ahead, st.booleans()),
    st.tuples(st.just("raw"), any_course, places, days_ahead, st.booleans()),
    st.tuples(st.just("change"), which, places, days_ahead, st.sets(
        st.sampled_from(("weekday", "number", "parity", "teacher", "room", "stream",
                         "part", "end")))),
    st.tuples(st.just("remove"), which, days_ahead),
    st.tuples(st.just("lay out")),
    st.tuples(st.just("substitute"), which, st.sampled_from(TEACHERS)),
    st.tuples(st.just("shift"), which, days_ahead, st.sampled_from(NUMBERS)),
)  # fmt: skip


HERE = {
    "weekday": 3,
    "number": 1,
    "parity": 0,
    "teacher": "teacher",
    "room": "room",
    "part": None,
    "stream": "",
}
# A lesson that was moved keeps its part of the group when its line is of the whole one.
MOVED_APART = [
    ("change", 0, {**HERE, "part": 2}, 9, {"part"}),
    ("place", "course", HERE, 0, False),
    ("lay out",),
    ("shift", 21, 0, 1),
    ("place", "course", HERE, 0, False),
    ("change", 14, {**HERE, "teacher": "teacher2"}, 0, {"teacher", "part"}),
]


class Office:
    """A dispatcher who does what the edits say; refusals are no matter."""

    def __init__(self, world):
        self.world = world
        self.parts = {
            (name, number): Subgroup.objects.create(
                course=getattr(world, name), number=number
            )
            for name in COURSES
            for number in (1, 2)
        }

    def do(self, edit):
        kind, *rest = edit
        with (
            contextlib.suppress(ValidationError, IntegrityError),
            transaction.atomic(),
        ):
            getattr(self, kind.replace(" ", "_"))(*rest)

    def day(self, offset):
        return self.world.today + offset * DAY

    def fields(self, course, said):
        world = self.world
        return {
            "weekday": said["weekday"],
            "number": said["number"],
            "parity": said["parity"],
            "teacher": world.people[said["teacher"]].employee,
            "room": said["room"] and getattr(world, said["room"]),
            "subgroup": self.parts.get((course, said["part"])),
            "stream": said["stream"],
        }

    def line(self, course, said, offset, ends):
        return TimetableEntry(
            course=getattr(self.world, course),
            start=self.day(offset),
            end=self.day(offset + 9) if ends else None,
            **self.fields(course, said),
        )

    def place(self, course, said, offset, ends):
        editing.place(self.line(course, said, offset, ends))

    def raw(self, course, said, offset, ends):
        self.line(course, said, offset, ends).save()

    def entry(self, which):
        rows = TimetableEntry.objects.order_by("pk").select_related(
            "course__period", "course__group", "teacher", "room"
        )
        return rows[which % len(rows)]

    def change(self, which, said, offset, names):
        entry = self.entry(which)
        course = next(
            name for name in COURSES if getattr(self.world, name) == entry.course
        )
        wanted = self.fields(course, said)
        wanted["part"], wanted["end"] = wanted.pop("subgroup"), self.day(offset + 9)
        values = {name: wanted[name] for name in names}
        if "part" in values:
            values["subgroup"] = values.pop("part")
        editing.change(entry, self.day(offset), **values)

    def remove(self, which, offset):
        editing.remove(self.entry(which), self.day(offset))

    def lay_out(self):
        lay_out(self.world.period)

    def lesson(self, which):
        ahead = Lesson.objects.filter(date__gt=self.world.today).order_by("date", "pk")
        return ahead[which % ahead.count()]

    def substitute(self, which, teacher):
        lesson = self.lesson(which)
        lesson.teacher = self.world.people[teacher].employee
        lesson.save()

    def shift(self, which, offset, number):
        lesson = self.lesson(which)
        lesson.planned_date = lesson.planned_date or lesson.date
        lesson.planned_number = lesson.planned_number or lesson.number
        lesson.date, lesson.number = self.day(max(offset, 1)), number
        lesson.save()


def hours(number):
    return range(1, 9) if number is None else (number,)


def occupied(day, row, part):
    """(who or what, day, hour) that a lesson or a line takes."""
    for hour in hours(row.number):
        yield "teacher", row.teacher_id, day, hour
        if row.room_id:
            yield "room", row.room_id, day, hour
        for half in (1, 2) if part is None else (part,):
            yield "group", row.course.group_id, half, day, hour


def nobody_twice(rows):
    """Each place holds one lesson, or lessons of one stream."""
    taken = {}
    for day, row in rows:
        part = row.subgroup.number if row.subgroup_id else None
        for place in occupied(day, row, part):
            alone = place[0] == "group" or not row.stream
            what = ("alone", row.pk) if alone else ("stream", row.stream)
            assert taken.setdefault(place, what) == what, (place, row)


def lines_by_day(world):
    """Every line on every day of two fortnights; odd weeks are those of September 1."""
    lines = list(TimetableEntry.objects.select_related("course__period", "subgroup"))
    for offset in range(-7, 28):
        day = world.today + offset * DAY
        monday = day - day.weekday() * DAY
        first = world.year.start - world.year.start.weekday() * DAY
        parity = 2 if (monday - first).days // 7 % 2 else 1
        for line in lines:
            period = line.course.period
            if (
                line.weekday == day.isoweekday()
                and line.parity in (0, parity)
                and max(line.start, period.first_day) <= day <= period.last_day
                and (line.end is None or day < line.end)
            ):
                yield day, line


def held(world):
    """Lessons of the days before, and of today those that have begun."""
    rows = Lesson.objects.filter(date__lte=world.today).values_list(
        "pk", "date", "number", "course", "subgroup", "teacher", "room", "is_cancelled"
    )
    return {row for row in rows if row[1] < world.today or row[2] == 1}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(sequence=MOVED_APART)
@given(sequence=st.lists(edits, min_size=1, max_size=9))
def test_nobody_is_in_two_places_and_no_held_lesson_moves(world, sequence):
    with transaction.atomic():
        office = Office(world)
        for course in COURSES:
            getattr(world, course).teachers.all().delete()  # the lines name teachers
        for edit in sequence:
            before = held(world)
            office.do(edit)
            after = held(world)
            made = {row[0] for row in after} - {row[0] for row in before}
            assert {row for row in after if row[0] not in made} == before
            nobody_twice(lines_by_day(world))
            lessons = Lesson.objects.held().select_related("course", "subgroup")
            nobody_twice((lesson.date, lesson) for lesson in lessons)
        transaction.set_rollback(True)
