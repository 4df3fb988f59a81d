"""Who and what is taken at an hour, asked for a whole laying out at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from journal.models import Lesson
from journal.models.words import worded


@dataclass(frozen=True)
class Occupant:
    """A lesson that holds a place: in words, its stream, its part of the group, its key."""

    words: str
    stream: str
    part: int | None
    pk: int = 0

    def sits_beside(self, other: "Occupant") -> bool:
        """Subgroups of different numbers sit side by side."""
        return None not in (self.part, other.part) and self.part != other.part


ANY = "any"  # instead of a number: at whatever hour of the day


class Busy:
    """Places taken at (date, number) by teachers, rooms and groups.

    The rules are those of the guards in the database (`journal.models.guards`), said so
    that a person can act. `lessons` are to be placed; they hold nothing yet.
    """

    def __init__(self, lessons: Iterable[Lesson]):
        lessons = list(lessons)
        self.places: dict[tuple, list[Occupant]] = {}
        held = Lesson.objects.held().filter(
            date__in={lesson.date for lesson in lessons}
        )
        mine = {lesson.pk for lesson in lessons}
        for (
            pk,
            date,
            number,
            teacher,
            room,
            group,
            *words,
            part,
            stream,
        ) in held.order_by("pk").values_list(
            "pk",
            "date",
            "number",
            "teacher",
            "room",
            "course__group",
            "course__group__name",
            "course__discipline__name",
            "subgroup__number",
            "stream",
        ):
            if pk not in mine:
                occupant = Occupant(_words(*words), stream, part)
                self._put(_places(date, number, teacher, room, group), occupant)

    def take(self, lesson: Lesson) -> str:
        """Take the places of a lesson, or say in Russian why they cannot be taken.

        The lesson needs its `entry` with `subgroup`, and its course with `group` and
        `discipline`. A lesson without a number takes the whole day.
        """
        course = lesson.course
        occupant = Occupant(
            _words(course.group.name, course.discipline.name),
            lesson.stream,
            _part(lesson),
        )
        places = list(
            _places(
                lesson.date,
                lesson.number,
                lesson.teacher_id,
                lesson.room_id,
                course.group_id,
            )
        )
        for place in places:
            for other in self._at(place):
                if self._meet(place[0], occupant, other):
                    return _reason(place[0], lesson, other)
        self._put(places, occupant)
        return ""

    def _put(self, places: Iterable[tuple], occupant: Occupant) -> None:
        for kind, date, number, who in places:
            for at in (number, ANY):
                self.places.setdefault((kind, date, at, who), []).append(occupant)

    def _at(self, place: tuple) -> Iterator[Occupant]:
        """Who is at a place at that hour, or the whole day."""
        kind, date, number, who = place
        for at in (ANY,) if number is None else (number, None):
            yield from self.places.get((kind, date, at, who), ())

    @staticmethod
    def _meet(kind: str, one: Occupant, other: Occupant) -> bool:
        if kind == "group":
            return not one.sits_beside(other)
        return not (one.stream and one.stream == other.stream)


def _part(lesson: Lesson) -> int | None:
    """The number of its part of the group, which a moved lesson keeps when its line
    has got another."""
    if lesson.subgroup_id is None:
        return None
    part = lesson.entry.subgroup
    if part is None or part.pk != lesson.subgroup_id:
        part = lesson.subgroup
    return part.number


def _places(date, number, teacher, room, group) -> Iterator[tuple]:
    yield "teacher", date, number, teacher
    if room:
        yield "room", date, number, room
    yield "group", date, number, group


def _words(group: str, discipline: str) -> str:
    return f"{worded('группа')} {group}, {discipline}"


def _reason(kind: str, lesson: Lesson, other: Occupant) -> str:
    if kind == "teacher":
        who = (
            f"{worded('Преподаватель')} {lesson.teacher.short_name} в это время ведёт"
            " другое"
        )
        return f"{who} занятие: {other.words}."
    if kind == "room":
        return f"Аудитория {lesson.entry.room} в это время занята: {other.words}."
    group = lesson.course.group.name
    return (
        f"У {worded('группы', 'класса')} {group} в это время другое занятие:"
        f" {other.words}."
    )
