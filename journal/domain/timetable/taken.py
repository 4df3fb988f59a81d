"""Who and what is taken on a day, lessons and exams together, in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from journal.domain.timetable.conflicts import Occupant
from journal.domain.timetable.days import bells_on
from journal.models import Employee, ExamEvent, ExamMember, Lesson
from journal.models.words import worded

ALL_DAY = 0
Place = tuple[str, int, date, int]


@dataclass(frozen=True)
class Sitting:
    """What asks for a place: group, its part, stream, teacher, room."""

    group: int
    part: int | None
    stream: str
    teacher: int
    room: int | None


def sitting_of(lesson: Lesson) -> Sitting:
    """The lesson as one that asks for a place; course and subgroup are read."""
    return Sitting(
        lesson.course.group_id,
        lesson.subgroup.number if lesson.subgroup_id else None,
        lesson.stream,
        lesson.teacher_id,
        lesson.room_id,
    )


def works_on(one: Employee, day: date) -> bool:
    """Is the person employed that day? Unknown ends are open."""
    return (one.hired_on is None or one.hired_on <= day) and (
        one.dismissed_on is None or day < one.dismissed_on
    )


class Taken:
    """Places of teachers, rooms and groups on some days; lessons `but` hold none.

    Unlike the guards of the database it knows that a day of practice takes the whole
    day, and that an exam takes the numbers whose bells it meets: what is said here
    before, the guards may still let through. Three queries, and the bells of each day
    that has an exam.
    """

    def __init__(
        self, days: Iterable[date], but: Iterable[int] = (), exams: bool = True
    ):
        self.places: dict[Place, list[Occupant]] = {}
        days, but = set(days), set(but)
        self._read_lessons(days, but)
        if exams:
            self._read_exams(days)

    def _read_lessons(self, days: set[date], but: set[int]) -> None:
        rows = Lesson.objects.held().filter(date__in=days).order_by("pk")
        for (
            pk,
            day,
            number,
            teacher,
            room,
            group,
            *words,
            part,
            stream,
        ) in rows.values_list(
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
            if pk in but:
                continue
            who = Sitting(group, part, stream, teacher, room)
            self.hold(who, day, number, worded("группа {}, {}").format(*words), pk)

    def _read_exams(self, days: set[date]) -> None:
        events = list(
            ExamEvent.objects.filter(date__in=days).select_related(
                "group", "course__discipline"
            )
        )
        members = ExamMember.objects.filter(event__in=events) if events else ()
        commission: dict[int, list[int]] = {}
        for member in members:
            commission.setdefault(member.event_id, []).append(member.employee_id)
        bells = {day: bells_on(day) for day in {event.date for event in events}}
        for event in events:
            numbers = [
                number
                for number, (start, end) in bells[event.date].items()
                if start < event.ends_at and event.starts_at < end
            ]
            words = f"{event.get_kind_display()}, {worded('группа')} {event.group}"
            occupant = Occupant(words, "", None)
            people = {event.teacher_id, *commission.get(event.pk, ())}
            places = [("teacher", key) for key in people]
            places += [("room", event.room_id), ("group", event.group_id)]
            for kind, key in places:
                for number in numbers:
                    self._put(kind, key, event.date, number, occupant)

    def hold(
        self, who: Sitting, day: date, number: int | None, words: str, pk: int = 0
    ) -> None:
        """Let another lesson hold its places from now on; `words` name it."""
        occupant = Occupant(words, who.stream, who.part, pk)
        places = (("teacher", who.teacher), ("room", who.room), ("group", who.group))
        for kind, key in places:
            self._put(kind, key, day, number or ALL_DAY, occupant)

    def _put(self, kind, key, day, number, occupant) -> None:
        if key:
            self.places.setdefault((kind, key, day, number), []).append(occupant)

    def why_not(
        self,
        kind: str,
        key: int | None,
        day: date,
        number: int | None,
        who: Sitting,
        but: Collection[int] = (),
    ) -> str:
        """In words, what holds a teacher, room or group then; "" where it is free.

        Lessons `but` are going away from there.
        """
        own = Occupant("", who.stream, who.part)
        if number is None:
            found = [
                one
                for (kind_, key_, day_, _), held in self.places.items()
                if (kind_, key_, day_) == (kind, key, day)
                for one in held
            ]
        else:
            found = [
                *self.places.get((kind, key, day, number), ()),
                *self.places.get((kind, key, day, ALL_DAY), ()),
            ]
        for other in found:
            if other.pk and other.pk in but:
                continue
            together = bool(own.stream and own.stream == other.stream)
            apart = together or (kind == "group" and own.sits_beside(other))
            if not apart:
                return other.words
        return ""

    def problems(
        self,
        who: Sitting,
        day: date,
        number: int | None,
        but: Collection[int] = (),
    ) -> list[str]:
        """Everything that stands in the way of a lesson there, in Russian sentences."""
        told = (
            ("teacher", who.teacher, worded("Преподаватель в это время занят: {}.")),
            ("room", who.room, "Аудитория в это время занята: {}."),
            (
                "group",
                who.group,
                worded(
                    "У группы в это время другое занятие: {}.",
                    "У класса в это время другое занятие: {}.",
                ),
            ),
        )
        return [
            sentence.format(words)
            for kind, key, sentence in told
            if key and (words := self.why_not(kind, key, day, number, who, but))
        ]
