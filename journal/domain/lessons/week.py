"""A group's week as a matrix: students × lessons, with what was missed (F3)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from journal.domain.curriculum.trajectory import absence_is_off
from journal.domain.lessons.amounts import absence_value
from journal.domain.lessons.asking import said
from journal.domain.lessons.presence import Document, documents_of
from journal.domain.spans import Spans, any_covers
from journal.models import Absence, Group, Lesson, Membership, SubgroupMember, User
from journal.models.people.persons import full_name
from journal.models.reach import rights_q
from journal.models.sqlite import russian_key


class WeekLesson(NamedTuple):
    """A column of the week."""

    lesson: int
    date: date
    number: int | None
    hours: int
    discipline: str
    subgroup: int | None
    part: int | None
    is_taken: bool
    is_cancelled: bool
    may_note: bool


class Note(NamedTuple):
    """An absence as its cell says it; `hours` 0 of a lateness and off the common way."""

    value: str
    hours: int
    is_excused: bool


@dataclass
class WeekLine:
    """A student: where there, what is noted by lesson, the documents of these days."""

    student: int
    name: str
    spans: Spans
    parts: dict[int, Spans] = field(default_factory=lambda: defaultdict(list))
    notes: dict[int, Note] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)

    def sits_in(self, column: WeekLesson) -> bool:
        return any_covers(self.spans, column.date) and (
            column.subgroup is None
            or any_covers(self.parts.get(column.subgroup, ()), column.date)
        )

    @property
    def missed(self) -> int:
        """Academic hours missed in the week."""
        return sum(note.hours for note in self.notes.values())

    @property
    def excused(self) -> int:
        return sum(note.hours for note in self.notes.values() if note.is_excused)


@dataclass
class GroupWeek:
    monday: date
    columns: list[WeekLesson]
    lines: list[WeekLine]


def read_group_week(user: User, group: Group, monday: date) -> GroupWeek:
    """Monday to Sunday of a group as `user` sees it; five queries, four without parts."""
    sunday = monday + timedelta(days=6)
    columns = _columns(user, group, monday, sunday)
    lines = _lines(group, monday, sunday)
    if lines and columns:
        _read_parts(columns, lines)
        _read_notes(columns, lines)
        for student, documents in documents_of(list(lines), monday, sunday).items():
            lines[student].documents = documents
    found = sorted(lines.values(), key=lambda line: russian_key(line.name))
    return GroupWeek(monday, list(columns.values()), found)


def _columns(user, group, first, last) -> dict[int, WeekLesson]:
    mine = rights_q(user, Lesson.reach, "change_absence") & Q(
        date__lte=timezone.localdate(), is_cancelled=False
    )
    rows = (
        Lesson.objects.filter(rights_q(user, Lesson.reach, "view_absence"))
        .filter(course__group=group, date__range=(first, last))
        .order_by("date", F("number").asc(nulls_last=True), "subgroup__number", "pk")
        .values_list(
            "pk",
            "date",
            "number",
            "hours",
            "course__discipline__name",
            "subgroup",
            "subgroup__number",
            said(Q(attendance_taken_at__isnull=False)),
            "is_cancelled",
            said(mine),
        )
    )
    return {row[0]: WeekLesson(*row) for row in rows}


def _lines(group, first, last) -> dict[int, WeekLine]:
    rows = Membership.objects.overlapping(first, last + timedelta(days=1))
    lines: dict[int, WeekLine] = {}
    for pk, start, end, *names in (
        rows.filter(group=group)
        .order_by("start")
        .values_list(
            "student",
            "start",
            "end",
            "student__last_name",
            "student__first_name",
            "student__middle_name",
        )
    ):
        line = lines.setdefault(pk, WeekLine(pk, full_name(*names), []))
        line.spans.append((start, end))
    return lines


def _read_parts(columns, lines) -> None:
    parts = {one.subgroup for one in columns.values()} - {None}
    if not parts:
        return
    rows = SubgroupMember.objects.filter(subgroup__in=parts)
    for student, part, start, end in rows.values_list(
        "student", "subgroup", "start", "end"
    ):
        if student in lines:
            lines[student].parts[part].append((start, end))


def _read_notes(columns, lines) -> None:
    rows = Absence.objects.filter(lesson__in=list(columns)).annotate(
        is_off=absence_is_off()
    )
    for student, lesson, code, hours, minutes, excused, is_off in rows.values_list(
        "student",
        "lesson",
        "reason",
        "hours",
        "minutes",
        "reason__is_excused",
        "is_off",
    ):
        if student not in lines:
            continue
        value = absence_value(code, hours, minutes, columns[lesson].hours)
        lines[student].notes[lesson] = Note(value, 0 if is_off else hours, excused)
