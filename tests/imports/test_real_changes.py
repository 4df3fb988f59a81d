"""Sheets of changes of real offices (people in them are invented), in a college that has
the groups, people, disciplines and lessons which they name.

They carry no licence and are read from beside the project; without them: skipped.
"""

import datetime
from collections import Counter
from pathlib import Path

import pytest

from journal.exchange.lookups import squeezed
from journal.exchange.options import Options
from journal.exchange.reading import read_workbook
from journal.exchange.reading.text import as_text
from journal.exchange.registry import IMPORTERS
from journal.exchange.timetable.names import names_two, said_name, without_index
from journal.exchange.timetable.saying import is_nothing, one_name, part_of
from journal.exchange.timetable.settling import LeftOutError
from journal.exchange.undo import undo
from journal.models import (
    AcademicYear,
    Course,
    Discipline,
    Employee,
    Group,
    ImportBatch,
    Lesson,
    Period,
    Room,
    Subgroup,
)
from tests.imports import counts, said

DATA = Path(__file__).resolve().parents[3] / "shared/data/timetables"
# The college calls by another name than the sheet does; somebody confirms the pairs.
MEANT = {
    ("дисциплины", "основы ТИ"): "Основы теории информации",
    ("преподаватели", "Цаплина К.И."): "Цаплина-Журавлёва К.И.",
}
REASONS = {
    "persons": "в клетке несколько преподавателей",
    "busy": "Преподаватель в это время занят",
    "room": "Аудитория в это время занята",
    "no_lesson": "нет занятия №",
    "no_course": "у группы нет такого курса",
}


class College:
    """What a sheet names, made of what the importer says is unknown."""

    def __init__(self, world, name: str, day: datetime.date):
        file = DATA / name
        if not file.exists():
            pytest.skip("рядом с проектом нет ../shared/data с настоящими файлами")
        self.world, self.name, self.data = world, name, file.read_bytes()
        self.day = day
        first = day - datetime.timedelta(days=30)
        year = AcademicYear.objects.create(
            name="год замен", start=first, end=world.today
        )
        self.period = Period.objects.create(
            year=year,
            kind="semester",
            number=1,
            first_day=first,
            last_day=first + datetime.timedelta(days=120),
        )
        for kind, names in self.unknown().items():
            for one in names:
                self._make(kind, one)
        self._lay_out()

    def importer(self, **options):
        options = {"start": self.day} | options
        return IMPORTERS["changes"](self.world.dispatcher, Options(**options))

    def workbook(self):
        return read_workbook(self.data, self.name)

    def unknown(self, **options) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for question in (
            self.importer(**options).collect(self.workbook()).open_questions
        ):
            found.setdefault(question.kind, []).append(question.title)
        return found

    def _make(self, kind: str, name: str) -> None:
        if kind == "группы":
            known = {
                squeezed(one) for one in Group.objects.values_list("name", flat=True)
            }
            if squeezed(name) not in known:
                Group.objects.create(name=name)
        elif kind == "аудитории":
            Room.objects.get_or_create(number=name)
        else:
            last, first, middle = said_name(MEANT.get((kind, name), name))
            Employee.objects.get_or_create(
                last_name=last, first_name=f"{first[0]}ван", middle_name=middle
            )

    def _lay_out(self) -> None:
        """The lessons that the timetable must have had, as far as they go together."""
        self.rows = {row.number: row for row in self.importer().rows(self.workbook())}
        self.groups = {squeezed(one.name): one for one in Group.objects.all()}
        self.staff = {
            (one.last_name, one.first_name[0]): one for one in Employee.objects.all()
        }
        self.courses: dict[tuple, Course] = {}
        taken = set()
        for row in self.rows.values():
            group = self.groups[squeezed(self.text(row, "group"))]
            for key in ("planned_discipline", "discipline"):
                course = self.course(group, self.text(row, key))
                if key == "discipline" or course is None:
                    continue
                _, part = part_of(self.text(row, key))
                teacher = self.teacher(row, "planned_teacher") or self._somebody(group)
                where = (self.day_of(row), int(self.text(row, "number")))
                places = {(teacher.pk, *where), (group.name, *where)}
                if places & taken:
                    continue
                taken |= places
                Lesson.objects.create(
                    course=course,
                    subgroup=part and self._part(course, part),
                    date=where[0],
                    number=where[1],
                    teacher=teacher,
                    planned_teacher=teacher,
                )

    def day_of(self, row) -> datetime.date:
        return row.values.get("date") or self.day

    @staticmethod
    def text(row, key: str) -> str:
        return as_text(row.values.get(key)).strip()

    def course(self, group: Group, cell: str) -> Course | None:
        """The course that a cell names; None where it names none, or two."""
        try:
            name, _ = part_of(cell)
        except LeftOutError:
            return None
        if is_nothing(name) or names_two(name):
            return None
        name = without_index(name)
        key = (group.pk, squeezed(name))
        if key not in self.courses:
            known = {squeezed(one.name): one for one in Discipline.objects.all()}
            name = MEANT.get(("дисциплины", name), name)
            discipline = known.get(squeezed(name)) or Discipline.objects.create(
                name=name
            )
            self.courses[key], _ = Course.objects.get_or_create(
                group=group, period=self.period, discipline=discipline
            )
        return self.courses[key]

    def teacher(self, row, key: str) -> Employee | None:
        name = one_name(self.text(row, key))
        if is_nothing(name):
            return None
        last, first, _ = said_name(MEANT.get(("преподаватели", name), name))
        return self.staff.get((last, first[0]))

    def _somebody(self, group: Group) -> Employee:
        return Employee.objects.get_or_create(last_name="Некто", first_name=group.name)[
            0
        ]

    def _part(self, course: Course, number: int) -> Subgroup:
        return Subgroup.objects.get_or_create(course=course, number=number)[0]


def confirmed(college: College) -> dict[tuple[str, str], str]:
    """Everything that is asked, answered by the pairs of `MEANT`."""
    return {
        (kind, name): MEANT.get((kind, without_index(name)), "")
        for kind, names in college.unknown().items()
        for name in names
    }


def carried_out(college: College, number: int) -> None:
    """The lesson of a row is as the row says, read anew and by another hand."""
    row = college.rows[number]
    group = college.groups[squeezed(college.text(row, "group"))]
    where = {"date": college.day_of(row), "number": int(college.text(row, "number"))}
    there = Lesson.objects.filter(course__group=group, **where)
    name, teacher = college.text(row, "discipline"), college.teacher(row, "teacher")
    if is_nothing(name) and is_nothing(college.text(row, "teacher")):
        assert there.get(is_cancelled=True).cancel_reason, number
        return
    lesson = there.get(is_cancelled=False)
    course = college.course(group, name) or college.course(
        group, college.text(row, "planned_discipline")
    )
    assert lesson.course == course, number
    assert teacher is None or lesson.teacher == teacher, number
    if not is_nothing(room := college.text(row, "room")):
        assert lesson.room.number == room, number
    assert lesson.history.latest().history_user == college.world.dispatcher


def check(college: College, meant: set, added: int, changed: int, **told: int) -> None:
    """So many rows are carried out, so many listed by reason; again nothing changes.

    `meant` are the names that differ from the sheet's and had to be confirmed.
    """
    before = list(Lesson.objects.order_by("pk").values())
    names = confirmed(college)
    assert {known for known in names.values() if known} == meant
    outcome = college.importer(names=names).load(college.workbook())
    assert outcome.is_stored, said(outcome.obstacles)
    for entry in outcome.entries:
        carried_out(college, entry.row)
    reasons = Counter(
        next((k for k, words in REASONS.items() if words in note.reason), note.reason)
        for note in outcome.left_out
    )
    assert (outcome.added, outcome.changed, outcome.skipped, reasons) == (
        added,
        changed,
        0,
        told,
    )
    rows = {entry.row for entry in outcome.entries}
    listed = {note.row for note in outcome.left_out}
    assert rows | listed == set(college.rows) and not rows & listed
    again = college.importer(names=names).load(college.workbook())
    assert counts(again)[:2] == (0, 0)
    assert not undo(ImportBatch.objects.get(), college.world.dispatcher).kept
    assert list(Lesson.objects.order_by("pk").values()) == before


@pytest.mark.sqlite
def test_492_changes_of_a_college_are_carried_out_or_told(world):
    name = "zameny_college_2022_pseudonymised.csv"
    college = College(world, name, datetime.date(2022, 10, 28))
    told = {"persons": 28, "busy": 47, "room": 3, "no_lesson": 35, "no_course": 5}
    check(college, set(MEANT.values()), 35, 339, **told)


def test_the_sheet_of_a_day_says_its_day_and_columns_by_itself(world):
    college = College(world, "24_substitutions.xlsx", datetime.date(2024, 3, 4))
    check(college, set(), 0, 4)
