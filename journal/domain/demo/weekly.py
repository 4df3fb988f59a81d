"""The weekly timetable of a term: nobody is in two places."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from journal.domain.demo.calendars import Practice
from journal.domain.demo.college import PRACTICE, House
from journal.domain.demo.staff import Staff
from journal.domain.demo.teaching import Part, Study
from journal.domain.demo.times import Term
from journal.domain.timetable.drafts import due_days
from journal.models import TimetableEntry

EVERY, ODD, EVEN = TimetableEntry.Parity.values
DAYS = range(1, 7)
DAY = timedelta(days=1)


@dataclass
class Need:
    """One lesson a week of a course, or of the courses of a stream."""

    studies: list[Study]
    parity: int = EVERY

    def people(self) -> Iterator[tuple[str, int]]:
        """Groups and teachers who must be free."""
        for study in self.studies:
            yield "group", study.course.group_id
            if study.successor:
                yield "teacher", study.successor.pk
            for part in study.parts:
                yield "teacher", part.teacher.pk


class Week:
    """Who is busy when; lessons are put one by one where they disturb least."""

    def __init__(self, house: House, numbers: int):
        self.house, self.numbers = house, range(1, numbers + 1)
        self.busy: set[tuple] = set()
        # Lessons of a group on a weekday: (number, whose).
        self.days: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.placed: list[tuple[Need, int, int | None]] = []
        self.dropped: list[Need] = []

    def is_free(self, need: Need, weekday: int, number: int) -> bool:
        return not any(
            (*who, weekday, number, parity) in self.busy
            for who in need.people()
            for parity in _parities(need)
        )

    def put(self, need: Need, weekday: int, number: int) -> None:
        self.placed.append((need, weekday, number))
        self._occupy(need, weekday, number)

    def put_day(self, need: Need, first: int) -> None:
        """A whole day of practice, on weekday `first` or the next one free."""
        for step in range(len(DAYS)):
            weekday = (first - 1 + step) % len(DAYS) + 1
            if all(self.is_free(need, weekday, number) for number in self.numbers):
                self.placed.append((need, weekday, None))
                for number in self.numbers:
                    self._occupy(need, weekday, number)
                return
        self.dropped.append(need)

    def put_best(self, need: Need) -> None:
        free = [
            (self._cost(need, weekday, number), weekday, number)
            for weekday in DAYS
            for number in self.numbers
            if self.is_free(need, weekday, number)
        ]
        if free:
            self.put(need, *min(free)[1:])
        else:
            self.dropped.append(need)

    def _occupy(self, need: Need, weekday: int, number: int) -> None:
        for who in need.people():
            for parity in _parities(need):
                self.busy.add((*who, weekday, number, parity))
        for study in need.studies:
            day = self.days.setdefault((study.course.group_id, weekday), [])
            day.append((number, id(study)))

    def _cost(self, need: Need, weekday: int, number: int) -> int:
        """Few lessons a day, no gaps, no subject twice a day."""
        cost = 0
        for study in need.studies:
            day = self.days.get((study.course.group_id, weekday), ())
            gap = min((abs(number - other) for other, _ in day), default=number)
            twice = sum(one == id(study) for _, one in day)
            more = max(len(day) + 1 - self.house.lessons_a_day, 0)
            cost += 2 * gap + 8 * twice + 2 * len(day) + 20 * more
        return cost


def _parities(need: Need) -> tuple[int, ...]:
    return (ODD, EVEN) if need.parity == EVERY else (need.parity,)


def create_week(
    studies: list[Study], house: House, numbers: int, today: int, staff: Staff
) -> Week:
    """Place all lessons of a term. On weekday `today` the teacher who signs in has a
    lesson at every bell, and the master practice; 0 for a term of the past."""
    week = Week(house, numbers)
    needs = _needs(studies)
    for need in needs["day"]:
        week.put_day(need, today or 1)
    rest = needs["lesson"]
    if today:
        _fill_day(week, rest, today, staff.by["teacher"].pk)
    rest.sort(key=lambda need: (-len(list(need.people())), -_load(need, staff)))
    for need in rest:
        week.put_best(need)
    return week


def _load(need: Need, staff: Staff) -> float:
    return max(staff.load.get(pk, 0) for who, pk in need.people() if who == "teacher")


def _needs(studies: list[Study]) -> dict[str, list[Need]]:
    streams: dict[str, list[Study]] = {}
    days, lessons, halves = [], [], 0
    for study in studies:
        if study.weekly == PRACTICE:
            days.append(Need([study]))
            continue
        together = [study]
        if study.stream:
            together = streams.setdefault(study.stream, [])
            together.append(study)
            if len(together) == 1:
                continue
        lessons += [Need(together) for _ in range(int(study.weekly))]
        if study.weekly % 1:
            halves += 1
            lessons.append(Need(together, (EVEN, ODD)[halves % 2]))
    return {"day": days, "lesson": lessons}


def _fill_day(week: Week, needs: list[Need], weekday: int, teacher: int) -> None:
    """A lesson of one teacher with a whole group at every bell of a day."""
    own = [
        need
        for need in needs
        if len(need.studies) == 1
        and need.parity == EVERY
        and [part.teacher.pk for part in need.studies[0].parts] == [teacher]
    ]
    for number in week.numbers:
        free = [need for need in own if week.is_free(need, weekday, number)]
        if not free:
            continue
        best = min(free, key=lambda need: week._cost(need, weekday, number))
        week.put(best, weekday, number)
        own.remove(best)
        needs.remove(best)


@dataclass
class Line:
    """A line of the timetable to be, of a part of a study."""

    study: Study
    part: Part
    entry: TimetableEntry

    def again(self, **fields) -> "Line":
        """The same with other days."""
        names = ("course", "teacher", "room", "weekday", "number", "parity", "stream")
        known = {name: getattr(self.entry, name) for name in names}
        return Line(self.study, self.part, TimetableEntry(**(known | fields)))

    def write(self) -> TimetableEntry:
        """The line once its course and subgroup are saved."""
        self.entry.course, self.entry.subgroup = self.study.course, self.part.subgroup
        return self.entry


def lines_of(
    week: Week, term: Term, staff: Staff, practice: Practice | None
) -> list[Line]:
    """The lines of the timetable; every teacher teaches in the own room.

    In the weeks of practice its groups practise every day.
    """
    lines = []
    for need, weekday, number in week.placed:
        for study in need.studies:
            for part in study.parts:
                entry = TimetableEntry(
                    course=study.course,
                    teacher=part.teacher,
                    room=staff.rooms[part.teacher.pk],
                    weekday=weekday,
                    number=number,
                    parity=need.parity,
                    stream=study.stream,
                    start=term.first,
                )
                lines.append(Line(study, part, entry))
    if practice:
        lines += _whole_weeks(lines, practice)
    return lines


def _whole_weeks(lines: list[Line], practice: Practice) -> list[Line]:
    """The days of the weeks of practice; the usual lines stop before and go on after."""
    found = []
    for line in lines:
        entry = line.entry
        if line.study.level not in practice.levels:
            continue
        if entry.number:
            entry.end = practice.first
            after = {"start": practice.last + DAY, "end": None}
            found.append(line.again(**after))
            continue
        for weekday in DAYS:
            if weekday != entry.weekday:
                span = {"start": practice.first, "end": practice.last + DAY}
                found.append(line.again(weekday=weekday, **span))
    return found


def settle(lines: list[Line], term: Term) -> list[Line]:
    """Give the studies of one plan as many lessons as the poorest of them has.

    The lessons above that at the end of the term fall away: their lines end there. A
    line of which nothing is left falls away too.
    """
    units = _units(lines, term)
    counts: dict[tuple, int] = {}
    for study, days in units:
        counts[study.place] = min(counts.get(study.place, len(days)), len(days))
    ends: dict[int, date] = {}
    for study, days in units:
        study.count = counts[study.place]
        if study.taken_over:
            study.before = sum(day < study.taken_over for day, *_ in days)
        for day, _, line in days[study.count :]:
            ends[id(line)] = min(ends.get(id(line), day), day)
    kept = []
    for line in lines:
        line.entry.end = ends.get(id(line), line.entry.end)
        if line.entry.end is None or line.entry.start < line.entry.end:
            kept.append(line)
    return kept


def _units(lines: list[Line], term: Term) -> list[tuple[Study, list]]:
    """Whoever is taught apart, with their lessons (day, number, line) in order."""
    by_entry = {id(line.entry): line for line in lines}
    days: dict[tuple[int, int], list] = {}
    studies: dict[tuple[int, int], Study] = {}
    for line in lines:
        key = id(line.study), line.part.teacher.pk
        studies[key], days[key] = line.study, []
    entries = [line.entry for line in lines]
    for entry, day in due_days(entries, term.first, term.last + DAY):
        line = by_entry[id(entry)]
        found = days[id(line.study), line.part.teacher.pk]
        found.append((day, entry.number or 0, line))
    for found in days.values():
        found.sort(key=lambda one: one[:2])
    return [(study, days[key]) for key, study in studies.items()]
