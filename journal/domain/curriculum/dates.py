"""On which days the lines of a thematic plan fall: computed, stored nowhere.

Lines go through the lessons of a course in their order, those given at the lessons that
gave them. A lesson that is cancelled, moved or added shifts the rest by itself.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import F
from django.utils import timezone

from journal.models import Course, Lesson, LessonTopic, PlannedLesson


class Fall(NamedTuple):
    """A line falls on a lesson; `part` is the number of a subgroup, 0 the whole group."""

    lesson: int
    date: date
    part: int
    is_given: bool


class Slot(NamedTuple):
    """A lesson that takes place, as the walk sees it."""

    pk: int
    date: date
    number: int | None
    hours: int
    part: int
    is_free: bool


@dataclass
class Walk:
    """Where the lines of a plan fall in one course, by key of the line.

    `lacking` are academic hours of lines for which no lesson is left, `spare` hours of
    lessons for which no line is; of several subgroups the greater.
    """

    falls: dict[int, list[Fall]] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    lacking: int = 0
    spare: int = 0

    def words(self, line: int) -> str:
        """«12.09, 19.09»; «12.09 (1 п/г), 13.09 (2 п/г)» where subgroups differ."""
        days: dict[date, set[int]] = {}
        for fall in self.falls.get(line, ()):
            days.setdefault(fall.date, set()).add(fall.part)
        parts = {part for found in days.values() for part in found}
        return ", ".join(
            f"{day:%d.%m}"
            if found == parts or 0 in found
            else f"{day:%d.%m} ({', '.join(map(str, sorted(found)))} п/г)"
            for day, found in sorted(days.items())
        )


def walk(course: Course, lines: list[PlannedLesson], today: date | None = None) -> Walk:
    """Put the lines on the lessons of `course`, in their order. Two queries.

    A lesson with a topic of its own and no line is passed over; one of the past that
    nobody has filled yet still waits for its line.
    """
    return walks({course.pk: lines}, today)[course.pk]


def walks(
    lines: dict[int, list[PlannedLesson]], today: date | None = None
) -> dict[int, Walk]:
    """`walk` of many courses at once, by their keys: two queries for all."""
    slots = _slots(list(lines), today or timezone.localdate())
    links = defaultdict(list)
    rows = LessonTopic.objects.filter(
        lesson__course__in=list(lines), lesson__is_cancelled=False
    ).order_by("pk")
    for lesson, line, hours in rows.values_list("lesson", "planned_lesson", "hours"):
        links[lesson].append((line, hours))
    return {
        course: _walked(slots.get(course, []), own, links)
        for course, own in lines.items()
    }


def _walked(slots: list[Slot], lines: list[PlannedLesson], links) -> Walk:
    found = Walk(slots=slots)
    for part in sorted({slot.part for slot in slots} - {0}) or [0]:
        own = [slot for slot in slots if slot.part in (0, part)]
        _walk_part(found, own, links, lines)
    for line in found.falls:
        unique = {(fall.lesson, fall.part): fall for fall in found.falls[line]}
        found.falls[line] = sorted(unique.values(), key=lambda fall: fall.date)
    return found


def _slots(courses: list[int], today: date) -> dict[int, list[Slot]]:
    """Course → its lessons that take place, in order."""
    found = defaultdict(list)
    rows = (
        Lesson.objects.held()
        .filter(course__in=courses)
        .order_by("date", F("number").asc(nulls_last=True), "pk")
        .values_list(
            "course", "pk", "date", "number", "hours", "subgroup__number", "topic"
        )
    )
    for course, pk, day, number, hours, part, topic in rows:
        is_free = day >= today or not topic
        found[course].append(Slot(pk, day, number, hours, part or 0, is_free))
    return found


def _walk_part(found: Walk, slots: list[Slot], links, lines) -> None:
    left = {line.pk: line.hours for line in lines}
    for slot in slots:
        for line, hours in links.get(slot.pk, ()):
            if line in left:
                left[line] -= hours
                fall = Fall(slot.pk, slot.date, slot.part, True)
                found.falls.setdefault(line, []).append(fall)
    waiting = [line.pk for line in lines if left[line.pk] > 0]
    free = [slot for slot in slots if slot.pk not in links and slot.is_free]
    spare = 0
    for slot in free:
        room = slot.hours
        while room > 0 and waiting:
            line = waiting[0]
            fall = Fall(slot.pk, slot.date, slot.part, False)
            found.falls.setdefault(line, []).append(fall)
            taken = min(room, left[line])
            room, left[line] = room - taken, left[line] - taken
            if left[line] <= 0:
                waiting.pop(0)
        spare += room
    found.spare = max(found.spare, spare)
    found.lacking = max(found.lacking, sum(left[line] for line in waiting))
