"""Sheets of changes of a day («Замены»): what was planned, and what will be.

A row names a lesson by day, group and number. What it says is taken only where it is
certain; every other row is left out and listed with its reason.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.db.models.functions import Coalesce

from journal.domain.timetable.changes import CANCELLED, VERB, is_held
from journal.domain.timetable.day import read_lessons
from journal.domain.timetable.taken import Taken, sitting_of
from journal.exchange.importer import Importer
from journal.exchange.lookups import ByName
from journal.exchange.mapping import Row
from journal.exchange.reading.text import as_text
from journal.exchange.records import records
from journal.exchange.rights import reached
from journal.exchange.timetable import values as cells
from journal.exchange.timetable.names import teachers, without_index
from journal.models import Course, Employee, Group, Institution, Lesson, Room, Subgroup

NOTHING = re.compile(r"^[\s\-–—_.]*$")
PART = re.compile(r"([12])\s*п\s*/?\s*г\.?", re.IGNORECASE)
DASHES = re.compile(r"[-–—_]{2,}")
COLUMNS = (
    *("date", "number", "group", "planned_discipline", "planned_teacher"),
    *("discipline", "teacher", "room"),
)


class LeftOutError(Exception):
    """Why a row is not taken, in Russian."""


class ChangesImporter(Importer):
    """A row changes one lesson, cancels it («------»), or adds one where none was."""

    slug = "changes"
    title = "Замены на день"
    model = Lesson
    columns = {name: (name,) for name in COLUMNS}
    asks_start = "День, если в таблице его нет"
    stores = (
        records(
            Lesson,
            *("date", "number", "hours", "is_cancelled", "cancel_reason"),
            objects=(
                *("course", "subgroup", "teacher", "planned_teacher"),
                *("room", "planned_course", "planned_room"),
            ),
        ),
    )

    @classmethod
    def permission(cls) -> str:
        return f"{VERB}_lesson"

    def name_of(self, row: Row) -> str:
        said = (row.values.get(key) for key in ("date", "number", "group"))
        return ", ".join(filter(None, map(as_text, said)))

    def prepare(self, rows: Sequence[Row]) -> None:
        days = {day for row in rows if (day := self._day(row))}
        self.groups = ByName(Group.objects.filter(closed_on=None), "name")
        self.rooms = ByName(Room.objects.all(), "number")
        staff = Employee.objects.filter(dismissed_on=None)
        self.teachers = teachers(staff.order_by("last_name", "first_name"))
        self.courses: dict[int, list[Course]] = defaultdict(list)
        first, last = min(days, default=date.max), max(days, default=date.min)
        courses = Course.objects.filter(
            period__first_day__lte=last, period__last_day__gte=first
        )
        for course in courses.select_related("discipline", "period", "group"):
            self.courses[course.group_id].append(course)
        self.parts = {
            (part.course_id, part.number): part
            for part in Subgroup.objects.filter(course__in=courses)
        }
        self._lessons(days)
        self.hours = Institution.current().lesson_hours

    def _lessons(self, days: set[date]) -> None:
        """Lessons by the places that the timetable gave them."""
        mine = reached(self.by, Lesson, self.permission()).filter(
            Q(date__in=days) | Q(planned_date__in=days)
        )
        found = list(
            read_lessons(mine.annotate(meant=Coalesce("planned_date", "date")))
        )
        self.there: dict[tuple, list[Lesson]] = defaultdict(list)
        for lesson in found:
            number = lesson.planned_number if lesson.planned_date else lesson.number
            self.there[lesson.meant, lesson.course.group_id, number].append(lesson)
        self.done: set[int] = set()
        self.places: dict[tuple, Row] = {}

    def _day(self, row: Row) -> date | None:
        return row.values.get("date") or self.options.start

    def take(self, row: Row) -> None:
        try:
            self._change(row)
        except LeftOutError as error:
            self.refused = True
            self.note("left_out", row.sheet, row.number, "", str(error))

    def _change(self, row: Row) -> None:
        day = self._day(row)
        if day is None:
            raise LeftOutError("не сказано, на какой день: укажите день загрузки.")
        group = self._only(self.groups.find(self._text(row, "group")), row, "group")
        try:
            number = cells.number(self._text(row, "number"))
        except ValueError as error:
            raise LeftOutError(str(error)) from error
        if _is_nothing(self._text(row, "planned_discipline")):
            self._extra(row, day, group, number)
            return
        lesson = self._lesson(row, day, group, number)
        if lesson.pk in self.done:
            raise LeftOutError("об этом занятии уже сказано в строке выше.")
        if is_held(lesson):
            raise LeftOutError("занятие уже проведено: оно не меняется.")
        self._put(row, lesson, self._wanted(row, lesson))

    # The lesson that is meant

    def _lesson(self, row: Row, day: date, group: Group, number: int) -> Lesson:
        there = self.there.get((day, group.pk, number), [])
        if not there:
            raise LeftOutError(
                f"у группы {group} {day:%d.%m.%Y} нет занятия № {number} по расписанию."
            )
        said, part = self._part(self._text(row, "planned_discipline"))
        found = [one for one in there if self._is_named(said, _meant(one))]
        if not found:
            names = ", ".join(f"«{_meant(one).discipline}»" for one in there)
            raise LeftOutError(f"по расписанию там не «{said[:60]}», а {names}.")
        if part:
            found = [
                one for one in found if one.subgroup_id and one.subgroup.number == part
            ]
        if len(found) > 1:
            found = self._by_teacher(row, found)
        if len(found) != 1:
            raise LeftOutError(
                "подходят несколько подгрупп: назовите «1 п/г» или «2 п/г»."
            )
        if found[0].stream:
            raise LeftOutError(
                "занятие потока меняют на странице «Замены», сразу у всех."
            )
        return found[0]

    def _by_teacher(self, row: Row, lessons: list[Lesson]) -> list[Lesson]:
        said = self._text(row, "planned_teacher")
        known = {one.pk for one in self.teachers.find(said)} if said else set()
        return [one for one in lessons if one.planned_teacher_id in known]

    def _part(self, said: str) -> tuple[str, int | None]:
        """The discipline and the part of the group that a cell names; one of them."""
        pieces = PART.split(said)
        if len(pieces) == 1:
            return said.strip(), None
        if not _is_nothing(pieces[0]):
            raise LeftOutError(f"«{said[:60]}»: непонятно, о какой подгруппе речь.")
        named = [
            (DASHES.sub("", text).strip(), int(number))
            for number, text in zip(pieces[1::2], pieces[2::2], strict=True)
            if not _is_nothing(text)
        ]
        if len(named) != 1:
            raise LeftOutError(
                f"«{said[:60]}»: в клетке две подгруппы, разделите строку."
            )
        return named[0]

    def _is_named(self, said: str, course: Course) -> bool:
        discipline = course.discipline
        known = ByName([discipline], "name", "short_name")
        return bool(known.find(said) or known.find(without_index(said)))

    # What becomes of it

    def _wanted(self, row: Row, lesson: Lesson) -> dict:
        said = self._text(row, "discipline")
        if _is_nothing(said) and _is_nothing(self._text(row, "teacher")):
            self._unwritten(lesson)
            return {"is_cancelled": True, "cancel_reason": CANCELLED}
        wanted: dict = {"is_cancelled": False, "cancel_reason": ""}
        name, _ = self._part(said)
        if not _is_nothing(name) and not self._is_named(name, lesson.course):
            self._unwritten(lesson)
            course = self._course(name, lesson.course.group_id, lesson.date)
            number = lesson.subgroup.number if lesson.subgroup_id else None
            wanted["course"] = course
            wanted["subgroup"] = self.parts.get((course.pk, number))
            back = lesson.planned_course_id == course.pk
            wanted["planned_course"] = None if back else _meant(lesson)
        if teacher := self._teacher(row):
            wanted["teacher"] = teacher
        if (room := self._room(row)) and room.pk != lesson.room_id:
            meant = lesson.planned_room or lesson.room
            wanted["room"] = room
            wanted["planned_room"] = None if meant and meant.pk == room.pk else meant
        return wanted

    def _unwritten(self, lesson: Lesson) -> None:
        if lesson.topic:
            raise LeftOutError(
                "в занятии уже записана тема: отмените его на странице «Замены»."
            )

    def _course(self, said: str, group: int, day: date) -> Course:
        there = [
            one
            for one in self.courses[group]
            if one.period.first_day <= day <= one.period.last_day
        ]
        found = [one for one in there if self._is_named(said, one)]
        if len(found) != 1:
            raise LeftOutError(
                f"«{said[:60]}»: у группы нет такого курса в этом периоде."
            )
        return found[0]

    def _teacher(self, row: Row) -> Employee | None:
        said = self._text(row, "teacher")
        if _is_nothing(said):
            return None
        return self._only(self.teachers.find(said.strip(" ,;")), row, "teacher")

    def _room(self, row: Row) -> Room | None:
        said = self._text(row, "room")
        if _is_nothing(said):
            return None
        return self._only(self.rooms.find(said), row, "room")

    def _only(self, found: Sequence, row: Row, key: str):
        if len(found) == 1:
            return found[0]
        said = self._text(row, key)[:60]
        why = "подходят несколько" if found else "такого имени в журнале нет"
        raise LeftOutError(f"«{said}»: {why}.")

    def _extra(self, row: Row, day: date, group: Group, number: int) -> None:
        """A lesson where the timetable has none."""
        name, part = self._part(self._text(row, "discipline"))
        if _is_nothing(name):
            raise LeftOutError("ни по расписанию, ни по замене занятия нет.")
        course = self._course(name, group.pk, day)
        teacher = self._teacher(row)
        if teacher is None:
            raise LeftOutError("не сказано, кто ведёт дополнительное занятие.")
        same = [
            one
            for one in self.there.get((day, group.pk, number), ())
            if one.entry_id is None and one.course_id == course.pk
        ]
        if same:
            return
        lesson = Lesson(
            course=course,
            subgroup=self.parts.get((course.pk, part)),
            date=day,
            number=number,
            hours=self.hours,
            teacher=teacher,
            planned_teacher=teacher,
            room=self._room(row),
        )
        self._put(row, None, {}, lesson)

    def _put(
        self, row: Row, lesson: Lesson | None, wanted: dict, fresh: Lesson | None = None
    ) -> None:
        after = fresh or _after(lesson, wanted)
        if not after.is_cancelled:
            own = {lesson.pk} if lesson else set()
            taken = Taken({after.date}, own | self.done)
            told = taken.problems(sitting_of(after), after.date, after.number)
            if told:
                raise LeftOutError(" ".join(told))
            self._among_rows(row, after)
        if fresh:
            names = ("course", "subgroup", "date", "number", "hours", "teacher")
            names += ("planned_teacher", "room")
            wanted = {name: getattr(fresh, name) for name in names}
        self.record(Lesson, row, lesson, wanted)
        if lesson:
            self.done.add(lesson.pk)

    def _among_rows(self, row: Row, after: Lesson) -> None:
        """Two rows of the file must not send one teacher, or two lessons, to one place."""
        at = (after.date, after.number)
        for kind, key in (("teacher", after.teacher_id), ("room", after.room_id)):
            first = self.places.setdefault((kind, key, *at), row) if key else row
            if first is not row:
                what = "преподаватель" if kind == "teacher" else "кабинет"
                raise LeftOutError(
                    f"этот {what} на этот час назван в строке {first.number}."
                )

    @staticmethod
    def _text(row: Row, key: str) -> str:
        return as_text(row.values.get(key)).strip()


def _is_nothing(said: str) -> bool:
    return bool(NOTHING.match(said))


def _meant(lesson: Lesson) -> Course:
    """The course that the timetable names."""
    return lesson.planned_course or lesson.course


def _after(lesson: Lesson, wanted: dict) -> Lesson:
    """The lesson as it would be, unsaved."""
    names = ("course", "subgroup", "teacher", "room", "is_cancelled")
    values = {name: wanted.get(name, getattr(lesson, name)) for name in names}
    return Lesson(
        pk=lesson.pk,
        date=lesson.date,
        number=lesson.number,
        stream=lesson.stream,
        **values,
    )
