"""Lines of the weekly timetable from a flat table, a wide sheet or an aSc file."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils import timezone

from journal.domain.timetable.clashes import Slot, clashes_with, slot_of, slots
from journal.exchange.mapping import Row
from journal.exchange.reading import Workbook
from journal.exchange.reading.text import as_text
from journal.exchange.records import records
from journal.exchange.rights import reached
from journal.exchange.timetable import values as cells
from journal.exchange.timetable.asking import AsksNames
from journal.exchange.timetable.names import by_discipline, by_name, teachers
from journal.exchange.timetable.wide import is_wide, lay_flat
from journal.models import (
    Course,
    CourseTeacher,
    Discipline,
    Employee,
    Group,
    Room,
    Subgroup,
    TimetableEntry,
)

CELL = re.compile(r"(?:[A-Z]{1,3}|строка )(\d+)")
KEPT = ("subgroup", "teacher", "room", "weekday", "number", "parity", "stream")
READ: Mapping[str, Callable[[str], object]] = {
    "weekday": cells.weekday,
    "number": cells.number,
    "subgroup": cells.part,
}


class TimetableImporter(AsksNames):
    """A row is a line; it is known by course, part, teacher, hour, weeks, first day.

    Names that the journal does not know are asked once each. `create` leaves such rows
    out unasked. In a flat table a row that cannot be taken stands in the way; of a wide
    sheet or an aSc file it is left out and listed with its cell.
    """

    slug = "timetable"
    title = "Расписание недели"
    model = TimetableEntry
    columns = {
        name: (name,)
        for name in (
            *("group", "subgroup", "discipline", "teacher", "room", "weekday"),
            *("number", "parity", "start", "end", "stream"),
        )
    }
    besides = ("place", "problem")
    reads_also = (".xml",)
    asks_start = "Действует с"
    asks_attach = (
        "Два занятия одно над другим: верхнее — числитель, нижнее — знаменатель"
    )
    stores = (
        records(
            TimetableEntry,
            *("weekday", "number", "parity", "start", "end", "stream"),
            objects=("course", "subgroup", "teacher", "room"),
        ),
    )

    @classmethod
    def opened(cls, workbook: Workbook) -> Workbook:
        """A wide sheet laid flat; what is flat already stays."""
        return lay_flat(workbook) if is_wide(workbook) else workbook

    def rows(self, workbook: Workbook) -> list[Row]:
        """Rows that came from a cell bear its number; those not understood no errors."""
        found = super().rows(workbook)
        for row in found:
            said = as_text(row.values.get("place"))
            if match := CELL.match(said):
                self.lenient = True
                row.number = int(match[1])
            if row.values.get("problem"):
                row.errors.clear()
        return found

    # Names

    def prepare(self, rows: Sequence[Row]) -> None:
        self.start = self.options.start or timezone.localdate()
        begins = [row.values.get("start") for row in rows]
        first = min([self.start, *(day for day in begins if isinstance(day, date))])
        self.courses: dict[tuple, list[Course]] = defaultdict(list)
        mine = reached(self.by, Course, "view_course") if self.by else Course.objects
        for course in mine.filter(period__last_day__gte=first).select_related(
            "group", "discipline", "period__year"
        ):
            self.courses[course.group_id, course.discipline_id].append(course)
        for courses in self.courses.values():
            courses.sort(
                key=lambda one: (one.period.last_day, -one.period.first_day.toordinal())
            )
        known = {one.pk: one for courses in self.courses.values() for one in courses}
        self.parts = {
            (part.course_id, part.number): part
            for part in Subgroup.objects.filter(course__in=known)
        }
        self.load: dict[tuple, set[int]] = defaultdict(set)
        for row in CourseTeacher.objects.on(self.start).filter(course__in=known):
            self.load[row.course_id, row.subgroup_id].add(row.employee_id)
        self._names(rows, known.values())
        self._lines(known)

    def _names(self, rows: Sequence[Row], courses) -> None:
        groups = Group.objects.filter(closed_on=None).order_by("name")
        taught = {course.discipline_id for course in courses}
        disciplines = Discipline.objects.order_by("name")
        staff = Employee.objects.filter(dismissed_on=None)
        self.names = {
            "group": by_name("group", "Группы", groups, "name"),
            "discipline": by_discipline(disciplines, taught),
            "teacher": teachers(staff.order_by("last_name", "first_name")),
            "room": by_name(
                "room", "Аудитории", Room.objects.order_by("number"), "number"
            ),
        }
        self.staff = {one.pk: one for one in self.names["teacher"].rows}
        usable = [row for row in rows if not row.values.get("problem")]
        for key, names in self.names.items():
            self.ask_names(
                names, [(as_text(row.values.get(key)), row) for row in usable]
            )

    # Lines

    def _lines(self, courses) -> None:
        ahead = TimetableEntry.objects.filter(course__in=courses)
        self.known = {
            _key(one): one
            for one in ahead.select_related(
                "course__period", "subgroup", "teacher", "room"
            )
        }
        self.taken: dict[int, list[Slot]] = defaultdict(list)
        for slot in slots(TimetableEntry.objects.all()):
            self.taken[slot.weekday].append(slot)
        self.first: dict[tuple, Row] = {}

    lenient = False

    def trouble(self, row: Row, key: str, reason: str) -> None:
        """An obstacle of a flat table; of a sheet laid flat, a cell left out."""
        if not self.lenient:
            self.error(row, key, reason)
            return
        self.refused = True
        place = as_text(row.values.get("place"))
        self.note("left_out", row.sheet, row.number, place, reason)

    def name_of(self, row: Row) -> str:
        said = (
            row.values.get(key) for key in ("weekday", "number", "group", "discipline")
        )
        return ", ".join(filter(None, map(as_text, said)))

    def take(self, row: Row) -> None:
        if problem := as_text(row.values.get("problem")):
            self.lenient = True
            self.trouble(row, "", problem)
            return
        entry = self._entry(row)
        if entry is None or self.refused:
            self.refused = True
            return
        key = _key(entry)
        if key in self.first:
            self.outcome.repeats += 1
            self.verb = "left out"
            return
        match = self.known.get(key)
        if match is not None and self._runs(row, match, entry):
            return
        if self._meets(row, entry, match):
            return
        wanted = {
            name: getattr(entry, name) for name in ("course", *KEPT, "start", "end")
        }
        if match is not None:
            wanted["start"] = match.start
        shown = {"room": str(entry.room or "")}
        if self.record(TimetableEntry, row, match, wanted, shown=shown):
            self.first[key] = row

    def _runs(self, row: Row, match: TimetableEntry, entry: TimetableEntry) -> bool:
        """A line in force keeps its room and stream: its lessons were held by them."""
        if match.start >= timezone.localdate() or (
            (match.room_id, match.stream) == (entry.room_id, entry.stream)
        ):
            return False
        reason = (
            "строка уже действует, аудиторию и поток меняют с выбранного дня: в сетке "
            "недели или строкой с новой датой начала."
        )
        self.trouble(row, "room", reason)
        return True

    def _entry(self, row: Row) -> TimetableEntry | None:
        """The line that a row means, unsaved; None where something is amiss."""
        found = {key: self._named(row, key) for key in ("group", "discipline", "room")}
        teacher = self._named(row, "teacher")
        if self.refused:
            return None
        said = {}
        for key, read in (*READ.items(), ("parity", self._parity)):
            try:
                said[key] = read(as_text(row.values.get(key)))
            except ValueError as error:
                self.trouble(row, key, str(error))
        if self.refused:
            return None
        course = self._course(row, found)
        part = course and self._part(row, course, said.pop("subgroup"))
        if self.refused or course is None:
            return None
        teacher = teacher or self._by_load(row, course, part)
        if teacher is None:
            return None
        start = row.values.get("start") or self.start
        entry = TimetableEntry(
            course=course,
            subgroup=part,
            teacher=teacher,
            room=found["room"],
            start=max(start, course.period.first_day),
            end=row.values.get("end"),
            stream=as_text(row.values.get("stream")),
            **said,
        )
        if entry.end and entry.end <= entry.start:
            self.trouble(row, "end", "дата окончания должна быть позже начала.")
            return None
        return entry

    def _parity(self, said: str) -> int:
        if said in (cells.UPPER_ROW, cells.LOWER_ROW):
            if not self.options.attach:
                raise ValueError(
                    "в клетке два занятия, одно над другим: неясно, на каких неделях. Если "
                    "верхнее — числитель, отметьте это в настройках загрузки."
                )
            return 1 if said == cells.UPPER_ROW else 2
        return cells.parity(said)

    def _named(self, row: Row, key: str):
        said = as_text(row.values.get(key))
        if not said or said in self.names[key].without:
            return None
        if found := self.names[key].found.get(said):
            return found
        # The question stands in the way; with an answer to skip the row is told.
        if self.options.create or said in self.names[key].found:
            reason = f"«{said[:80]}»: имени нет в журнале, строка не загружается."
            place = as_text(row.values.get("place"))
            self.note("left_out", row.sheet, row.number, place, reason)
        self.refused = True
        return None

    def _course(self, row: Row, found: Mapping) -> Course | None:
        group, discipline = found["group"], found["discipline"]
        start = row.values.get("start") or self.start
        for course in self.courses.get((group.pk, discipline.pk), ()):
            if start <= course.period.last_day:
                return course
        reason = (
            f"у группы {group} с {start:%d.%m.%Y} нет курса «{discipline}». Создайте его "
            "из учебного плана или в разделе «Журнал»."
        )
        self.trouble(row, "discipline", reason)
        return None

    def _part(self, row: Row, course: Course, number: int | None) -> Subgroup | None:
        if number is None:
            return None
        part = self.parts.get((course.pk, number))
        if part is None:
            reason = (
                f"у курса «{course}» нет подгруппы {number}. Сначала разделите группу."
            )
            self.trouble(row, "subgroup", reason)
        return part

    def _by_load(self, row: Row, course: Course, part: Subgroup | None):
        """Whom the load names, where the row names nobody and there is but one."""
        named = self.load.get((course.pk, part and part.pk), set())
        if len(named) == 1:
            return self.staff.get(next(iter(named)))
        self.trouble(
            row, "teacher", "не назван преподаватель, и в нагрузке он не один."
        )
        return None

    def _meets(self, row: Row, entry: TimetableEntry, match) -> bool:
        """What the database would refuse, in words, before it is asked."""
        slot = self._slot(entry)
        if slot.start >= slot.end:
            self.trouble(row, "start", "строка не действует ни в один день периода.")
            return True
        others = [
            one
            for one in self.taken[entry.weekday]
            if match is None or one.pk != match.pk
        ]
        clashes = clashes_with(slot, others)
        if clashes:
            self.trouble(row, "", clashes[0].words)
            return True
        if match is not None:
            self.taken[entry.weekday].remove(
                next(one for one in self.taken[entry.weekday] if one.pk == match.pk)
            )
        self.taken[entry.weekday].append(slot)
        return False

    def _slot(self, entry: TimetableEntry) -> Slot:
        return slot_of(entry, entry.course, entry.subgroup, entry.room)


def _key(entry: TimetableEntry) -> tuple:
    start: date = max(entry.start, entry.course.period.first_day)
    return (
        *(entry.course_id, entry.subgroup_id, entry.teacher_id, entry.weekday),
        *(entry.number, entry.parity, start),
    )
