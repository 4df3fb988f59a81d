"""Sheets of changes of a day («Замены»): what was planned, and what will be.

A row names a lesson by day, group and number. What it says is taken only where it is
certain; every other row is left out and listed with its reason. All rows are read before
the first is taken: two of them may exchange teachers, rooms or hours.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q
from django.db.models.functions import Coalesce

from journal.domain.timetable.changes import CANCELLED, VERB, is_held
from journal.domain.timetable.day import read_lessons
from journal.exchange.lookups import ByName
from journal.exchange.mapping import ColumnMapping, Row
from journal.exchange.reading.text import as_text
from journal.exchange.records import records
from journal.exchange.rights import reached
from journal.exchange.tables import FoundTable
from journal.exchange.timetable import values as cells
from journal.exchange.timetable.asking import AsksNames
from journal.exchange.timetable.heads import columns_of_changes, day_in
from journal.exchange.timetable.names import (
    Names,
    by_discipline,
    by_name,
    index_of,
    names_two,
    teachers,
    without_index,
)
from journal.exchange.timetable.saying import is_nothing, one_name, part_of
from journal.exchange.timetable.settling import (
    LeftOutError,
    Plan,
    joint_name,
    settle,
)
from journal.models import (
    Course,
    Discipline,
    Employee,
    Group,
    Institution,
    Lesson,
    Room,
    Subgroup,
)

COLUMNS = (
    *("date", "number", "group", "planned_discipline", "planned_teacher"),
    *("discipline", "teacher", "room"),
)


class ChangesImporter(AsksNames):
    """A row changes one lesson, cancels it («------»), or adds one where none was.

    Names that the journal does not know are asked once each.
    """

    slug = "changes"
    title = "Замены на день"
    model = Lesson
    columns = {name: (name,) for name in COLUMNS}
    asks_start = "День, если в таблице его нет"
    without_room = "оставить аудиторию по расписанию"
    stores = (
        records(
            Lesson,
            *("date", "number", "hours", "is_cancelled", "cancel_reason", "stream"),
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

    def mapping(self, found: FoundTable, unused: set[str]) -> ColumnMapping:
        """Columns whose headers do not tell them apart are known by where they stand."""
        return columns_of_changes(found, super().mapping(found, unused), self.fields())

    def complete(self, found: FoundTable, rows: list[Row]) -> None:
        """Rows without a day are of the one that stands above the table."""
        day = day_in(found.context.titles)
        waiting = [row for row in rows if day and not row.values.get("date")]
        for row in waiting:
            row.values["date"] = day
        if waiting:
            words = f"день взят из строки над таблицей: {day:%d.%m.%Y}"
            self.note("repairs", found.name, None, "", words)

    # All rows before the first is taken

    def prepare(self, rows: Sequence[Row]) -> None:
        days = {day for row in rows if (day := self._day(row))}
        self._courses(days)
        self._lessons(days)
        self._names(rows)
        self.hours = Institution.current().lesson_hours
        self.done: set[int] = set()
        self.plans: dict[int, Plan] = {}
        self.reasons: dict[int, str] = {}
        for row in rows:
            try:
                if plan := self._plan(row):
                    self.plans[id(row)] = plan
            except LeftOutError as error:
                self.reasons[id(row)] = str(error)
        self.reasons |= settle(self.plans)

    def _courses(self, days: set[date]) -> None:
        self.courses: dict[int, list[Course]] = defaultdict(list)
        first, last = min(days, default=date.max), max(days, default=date.min)
        courses = Course.objects.filter(
            period__first_day__lte=last, period__last_day__gte=first
        ).select_related("discipline", "period", "group", "plan_item")
        for course in courses:
            self.courses[course.group_id].append(course)
        self.parts = {
            (part.course_id, part.number): part
            for part in Subgroup.objects.filter(course__in=courses)
        }

    def _lessons(self, days: set[date]) -> None:
        """Lessons by the places that the timetable gave them."""
        mine = reached(self.by, Lesson, self.permission()).filter(
            Q(date__in=days) | Q(planned_date__in=days)
        )
        rows = mine.annotate(meant=Coalesce("planned_date", "date"))
        self.there: dict[tuple, list[Lesson]] = defaultdict(list)
        for lesson in read_lessons(rows):
            number = lesson.planned_number if lesson.planned_date else lesson.number
            self.there[lesson.meant, lesson.course.group_id, number].append(lesson)

    def _names(self, rows: Sequence[Row]) -> None:
        groups = Group.objects.filter(closed_on=None).order_by("name")
        staff = Employee.objects.filter(dismissed_on=None)
        taught = {one.discipline_id for own in self.courses.values() for one in own}
        self.names: dict[str, Names] = {
            "group": by_name("group", "Группы", groups, "name"),
            "teacher": teachers(staff.order_by("last_name", "first_name")),
            "room": by_name(
                "room", "Аудитории", Room.objects.order_by("number"), "number"
            ),
            "discipline": by_discipline(Discipline.objects.order_by("name"), taught),
        }
        for key in ("group", "teacher", "room"):
            said = [(self._text(row, key), row) for row in rows]
            if key == "teacher":
                said = [(one_name(name), row) for name, row in said]
            places = [(name, row) for name, row in said if not is_nothing(name)]
            self.ask_names(self.names[key], places)
        self.ask_names(self.names["discipline"], self._said_disciplines(rows))

    def _said_disciplines(self, rows: Sequence[Row]) -> Iterable[tuple[str, Row]]:
        """Names that no course of the row's group has, each with those it might mean."""
        near: dict[str, set[Discipline]] = {}
        said = []
        for row in rows:
            group = self.names["group"].found.get(self._text(row, "group"))
            for key in ("planned_discipline", "discipline") if group else ():
                try:
                    name, _ = part_of(self._text(row, key))
                except LeftOutError:
                    continue
                courses = self.courses[group.pk]
                certain = any(self._is_named(name, one) for one in courses)
                if certain or is_nothing(name) or names_two(name):
                    continue
                name = _asked_as(name, group)
                said.append((name, row))
                near.setdefault(name, set()).update(one.discipline for one in courses)
        for name, known in near.items():
            ordered = sorted(known, key=lambda one: one.name)
            self.names["discipline"].near[name] = ordered
        return said

    def _day(self, row: Row) -> date | None:
        return row.values.get("date") or self.options.start

    def take(self, row: Row) -> None:
        reason = self.reasons.get(id(row))
        if reason is not None:
            self.refused = True
            # A question that nobody has answered stands in the way by itself.
            if reason:
                self.note("left_out", row.sheet, row.number, "", reason)
        elif plan := self.plans.get(id(row)):
            self.record(Lesson, row, plan.lesson, plan.wanted)

    def _plan(self, row: Row) -> Plan | None:
        """What a row makes of a lesson; None where that is so already."""
        day = self._day(row)
        if day is None:
            raise LeftOutError("не сказано, на какой день: укажите день загрузки.")
        group = self._named(row, "group", self._text(row, "group"))
        try:
            number = cells.number(self._text(row, "number"))
        except ValueError as error:
            raise LeftOutError(str(error)) from error
        if is_nothing(self._text(row, "planned_discipline")):
            return self._extra(row, day, group, number)
        lesson = self._lesson(row, day, group, number)
        if lesson.pk in self.done:
            raise LeftOutError("об этом занятии уже сказано в строке выше.")
        if is_held(lesson):
            raise LeftOutError("занятие уже проведено: оно не меняется.")
        plan = Plan(row, lesson, self._wanted(row, lesson))
        self.done.add(lesson.pk)
        return plan

    # The lesson that is meant

    def _lesson(self, row: Row, day: date, group: Group, number: int) -> Lesson:
        there = self.there.get((day, group.pk, number), [])
        if not there:
            raise LeftOutError(
                f"у группы {group} {day:%d.%m.%Y} нет занятия № {number} по расписанию."
            )
        said, part = part_of(self._text(row, "planned_discipline"))
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
        if found[0].stream not in ("", joint_name(found[0])):
            raise LeftOutError(
                "занятие потока меняют на странице «Замены», сразу у всех."
            )
        return found[0]

    def _by_teacher(self, row: Row, lessons: list[Lesson]) -> list[Lesson]:
        said = self._text(row, "planned_teacher")
        found = self.names["teacher"].find(said) if said else ()
        known = {one.pk for one in found}
        return [one for one in lessons if one.planned_teacher_id in known]

    def _is_named(self, said: str, course: Course) -> bool:
        """By its name, by its index in the group's plan, or as somebody confirmed."""
        discipline = course.discipline
        known = ByName([discipline], "name", "short_name")
        if known.find(said) or known.find(without_index(said)):
            return True
        item = course.plan_item
        if item and item.index and index_of(said) == index_of(item.index):
            return True
        confirmed = self.names["discipline"].found
        return confirmed.get(_asked_as(said, course.group)) == discipline

    # What becomes of it

    def _wanted(self, row: Row, lesson: Lesson) -> dict:
        said = self._text(row, "discipline")
        if is_nothing(said) and is_nothing(self._text(row, "teacher")):
            self._unwritten(lesson)
            return {"is_cancelled": True, "cancel_reason": CANCELLED}
        wanted: dict = {"is_cancelled": False, "cancel_reason": ""}
        name, _ = part_of(said)
        if not is_nothing(name) and not self._is_named(name, lesson.course):
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
        if is_nothing(said):
            return None
        if not one_name(said):
            raise LeftOutError(
                f"«{said[:60]}»: в клетке несколько преподавателей, разделите строку."
            )
        return self._named(row, "teacher", one_name(said))

    def _room(self, row: Row) -> Room | None:
        said = self._text(row, "room")
        if is_nothing(said) or said in self.names["room"].without:
            return None
        return self._named(row, "room", said)

    def _named(self, row: Row, key: str, said: str):
        """The row of the journal that a name means."""
        names = self.names[key]
        if found := names.found.get(said):
            return found
        if said in names.offered and said not in names.found:
            if not self.options.create:
                raise LeftOutError("")
            several = bool(names.find(said))
            why = "подходят несколько" if several else "такого имени в журнале нет"
        else:
            why = "имя отмечено как то, что не загружается" if said else "не названо"
        raise LeftOutError(f"«{said[:60]}»: {why}.")

    def _extra(
        self, row: Row, day: date, group: Group, number: int | None
    ) -> Plan | None:
        """A lesson where the timetable has none."""
        name, part = part_of(self._text(row, "discipline"))
        if is_nothing(name):
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
            return None
        wanted = {
            "course": course,
            "subgroup": self.parts.get((course.pk, part)),
            "date": day,
            "number": number,
            "hours": self.hours,
            "teacher": teacher,
            "planned_teacher": teacher,
            "room": self._room(row),
        }
        return Plan(row, None, wanted)

    @staticmethod
    def _text(row: Row, key: str) -> str:
        return as_text(row.values.get(key)).strip()


def _asked_as(said: str, group: Group) -> str:
    """An index alone means another discipline in every group."""
    return f"{said}, группа {group}" if index_of(said) else said


def _meant(lesson: Lesson) -> Course:
    """The course that the timetable names."""
    return lesson.planned_course or lesson.course
