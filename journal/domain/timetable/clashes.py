"""Lines of the weekly timetable that cannot stand together, and what to be warned of.

The rules are those of the guards in the database (`journal.models.guards`), said so that
a person can act; here they are also asked of a whole college at once, for lines that
met only later: a period was moved, a group changed, a subgroup renumbered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from journal.models import (
    Course,
    Membership,
    Room,
    Subgroup,
    SubgroupMember,
    TimetableEntry,
)
from journal.models.people.persons import short_name
from journal.models.timetable import Weekday
from journal.models.words import worded

DAY = timedelta(days=1)
FIELDS = (
    *("pk", "course", "subgroup", "subgroup__number", "subgroup__name"),
    *("course__discipline__name", "course__discipline__short_name"),
    *("course__group", "course__group__name", "teacher", "teacher__last_name"),
    *("teacher__first_name", "teacher__middle_name", "room", "room__number"),
    *("room__capacity", "weekday", "number", "parity", "stream", "start", "end"),
    *("course__period__first_day", "course__period__last_day"),
)


@dataclass(frozen=True)
class Slot:
    """A line of the timetable with its words; `start` and `end` are in the period."""

    pk: int | None
    course: int
    subgroup: int | None
    part: int | None
    part_name: str
    discipline: str
    short: str
    group: int
    group_name: str
    teacher: int
    teacher_name: str
    room: int | None
    room_number: str
    capacity: int | None
    weekday: int
    number: int | None
    parity: int
    stream: str
    start: date
    end: date

    def at(self, weekday: int, number: int | None) -> "Slot":
        return replace(self, weekday=weekday, number=number)

    @property
    def words(self) -> str:
        part = f", {self.part_name or f'{self.part} подгруппа'}" if self.part else ""
        return f"{worded('группа')} {self.group_name}, {self.discipline}{part}"

    @property
    def hour(self) -> str:
        """«понедельник, 3-е занятие, числитель»"""
        number = f"{self.number}-е занятие" if self.number else "весь день"
        parity = {0: "", 1: ", числитель", 2: ", знаменатель"}[self.parity]
        return f"{Weekday(self.weekday).label}, {number}{parity}"


def slots(entries: QuerySet[TimetableEntry]) -> list[Slot]:
    """The lines that are taught on any day at all; one query."""
    return [
        slot
        for row in entries.order_by("weekday", "number", "pk").values_list(*FIELDS)
        if (slot := _slot(*row)).start < slot.end
    ]


def _slot(pk, course, subgroup, part, part_name, discipline, short, *rest) -> Slot:
    group, group_name, teacher, last, first, middle, room, room_number, *rest = rest
    capacity, weekday, number, parity, stream, start, end, opens, closes = rest
    name = short_name(last, first, middle)
    start, end = max(start, opens), min(end or date.max, closes + DAY)
    return Slot(
        *(pk, course, subgroup, part, part_name or "", discipline, short or discipline),
        *(group, group_name, teacher, name, room, room_number or "", capacity),
        *(weekday, number, parity, stream, start, end),
    )


def slot_of(entry: TimetableEntry, *known) -> Slot:
    """The slot of an entry that need not be saved.

    `known`: its course with discipline, group and period, its subgroup and room, where
    they are at hand; otherwise they are read.
    """
    if known:
        course, part, room = known
    else:
        course = Course.objects.select_related("discipline", "group", "period").get(
            pk=entry.course_id
        )
        part = Subgroup.objects.filter(pk=entry.subgroup_id).first()
        room = Room.objects.filter(pk=entry.room_id).first()
    teacher, period = entry.teacher, course.period
    return Slot(
        pk=entry.pk,
        course=course.pk,
        subgroup=entry.subgroup_id,
        part=part and part.number,
        part_name=part.name if part else "",
        discipline=course.discipline.name,
        short=course.discipline.short_name or course.discipline.name,
        group=course.group_id,
        group_name=course.group.name,
        teacher=teacher.pk,
        teacher_name=teacher.short_name,
        room=entry.room_id,
        room_number=room.number if room else "",
        capacity=room.capacity if room else None,
        weekday=entry.weekday,
        number=entry.number,
        parity=entry.parity,
        stream=entry.stream,
        start=max(entry.start, period.first_day),
        end=min(entry.end or date.max, period.last_day + DAY),
    )


class Clash(NamedTuple):
    """Two lines at one hour with one teacher, room or group (`kind`)."""

    kind: str
    one: Slot
    other: Slot

    @property
    def who(self) -> str:
        one = self.one
        return {
            "teacher": f"{worded('преподаватель')} {one.teacher_name}",
            "room": f"аудитория {one.room_number}",
            "group": f"{worded('группа')} {one.group_name}",
        }[self.kind]

    @property
    def since(self) -> date:
        return max(self.one.start, self.other.start)

    @property
    def words(self) -> str:
        """What stands in the way of `one`."""
        does = {
            "teacher": "уже ведёт занятие",
            "room": "уже занята",
            "group": "уже на занятии",
        }[self.kind]
        who = f"{self.who[:1].upper()}{self.who[1:]} {does}: {self.other.words}"
        return f"{who} ({self.other.hour}, с {self.since:%d.%m.%Y})."


def meets(one: Slot, other: Slot) -> str | None:
    """What the two lines cannot share: "teacher", "room", "group" or None."""
    if not _at_one_hour(one, other):
        return None
    together = one.stream and one.stream == other.stream
    if one.teacher == other.teacher and not together:
        return "teacher"
    beside = None not in (one.part, other.part) and one.part != other.part
    if one.group == other.group and not beside:
        return "group"
    if one.room and one.room == other.room and not together:
        return "room"
    return None


def _at_one_hour(one: Slot, other: Slot) -> bool:
    return (
        one.weekday == other.weekday
        and (None in (one.number, other.number) or one.number == other.number)
        and (0 in (one.parity, other.parity) or one.parity == other.parity)
        and max(one.start, other.start) < min(one.end, other.end)
    )


def clashes_with(slot: Slot, others: Iterable[Slot]) -> list[Clash]:
    """What stands in the way of one line (which itself may be among the others)."""
    return [
        Clash(kind, slot, other)
        for other in others
        if (slot.pk is None or other.pk != slot.pk) and (kind := meets(slot, other))
    ]


def clashes_of(entry: TimetableEntry, besides: Iterable[int] = ()) -> list[Clash]:
    """What the database would refuse this line for; `besides` are keys left aside."""
    slot = slot_of(entry)
    near = TimetableEntry.objects.filter(weekday=entry.weekday).filter(
        Q(teacher=entry.teacher_id)
        | Q(course__group=slot.group)
        | Q(room=entry.room_id, room__isnull=False)
    )
    return clashes_with(slot, slots(near.exclude(pk__in=besides)))


def all_clashes(
    since: date, among: QuerySet[TimetableEntry] | None = None
) -> list[Clash]:
    """Every two lines of the college that meet on some day from `since` on."""
    among = TimetableEntry.objects.all() if among is None else among
    ahead = among.filter(
        Q(end=None) | Q(end__gt=since), course__period__last_day__gte=since
    )
    buckets: dict[tuple, list[Slot]] = {}
    for slot in slots(ahead):
        slot = replace(slot, start=max(slot.start, since))
        for place in _places(slot):
            buckets.setdefault(place, []).append(slot)
    found: dict[tuple, Clash] = {}
    for bucket in buckets.values():
        for one, other in combinations(bucket, 2):
            if kind := meets(one, other):
                found[one.pk, other.pk] = Clash(kind, one, other)
    return sorted(
        found.values(),
        key=lambda clash: (clash.one.weekday, clash.one.number or 0, clash.who),
    )


def _places(slot: Slot) -> Iterator[tuple]:
    yield "teacher", slot.teacher, slot.weekday
    yield "group", slot.group, slot.weekday
    if slot.room:
        yield "room", slot.room, slot.weekday


class Crowd(NamedTuple):
    """More people than places."""

    slot: Slot
    people: int

    @property
    def words(self) -> str:
        slot = self.slot
        return (
            f"Аудитория {slot.room_number}: мест {slot.capacity}, "
            f"а человек {self.people} ({slot.words})."
        )


def crowds(found: Iterable[Slot], on: date) -> list[Crowd]:
    """Lines in rooms that have fewer places than people come; a stream comes whole.

    A subgroup that nobody was put into yet is not counted.
    """
    found = list(found)
    groups, parts = _sizes(found, on)
    streams: dict[tuple, set] = {}
    for slot in found:
        streams.setdefault(_sitting(slot), set()).add((slot.group, slot.subgroup))
    crowded = []
    for slot in found:
        people = sum(
            parts.get(part, 0) if part else groups.get(group, 0)
            for group, part in streams[_sitting(slot)]
        )
        if slot.capacity and people > slot.capacity:
            crowded.append(Crowd(slot, people))
    return crowded


def _sitting(slot: Slot) -> tuple:
    """What sits in one room at one hour as one."""
    alone = slot.stream or slot.pk or id(slot)
    return slot.room, slot.weekday, slot.number, slot.parity, alone


def _sizes(found: list[Slot], on: date) -> tuple[dict[int, int], dict[int, int]]:
    def counted(rows, field, keys):
        rows = rows.on(on).filter(**{f"{field}__in": keys}).order_by()
        return dict(rows.values_list(field).annotate(Count("pk")))

    groups = counted(Membership.objects, "group", {one.group for one in found})
    keys = {one.subgroup for one in found if one.subgroup}
    return groups, counted(SubgroupMember.objects, "subgroup", keys) if keys else {}
