"""Sheets of the timetable: changes of a day (E2), schedules of sessions (E3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from journal.domain.timetable import parity_of
from journal.domain.timetable.changes import CHANGED
from journal.domain.timetable.day import read_lessons
from journal.domain.timetable.session import with_people
from journal.domain.words import WEEKDAYS
from journal.models import (
    AcademicYear,
    Employee,
    ExamEvent,
    Group,
    Institution,
    Lesson,
)
from journal.models.reach import employee_key
from journal.models.sqlite import russian_key
from journal.models.words import worded_lazily

from .questions import DayField, RowField
from .registry import OF_STUDY, TEACHING, ReportForm, report
from .table import Cell, Column, Section, Table

NOTHING = "------"
MOST_DAYS = 366


class SpanForm(ReportForm):
    """From a day to a day, both in; names of the questions are the form's own."""

    names = ("", "")

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        first, last = (answers.get(name) for name in self.names)
        if first and last and not 0 <= (last - first).days < MOST_DAYS:
            self.add_error(
                self.names[1],
                "Последний день — не раньше первого и не позже чем через год.",
            )
        return answers


class ChangesForm(SpanForm):
    names = ("changes_from", "changes_to")

    changes_from = DayField(label="С даты")
    changes_to = DayField(label="По дату включительно")

    def prepare(self) -> None:
        today = timezone.localdate()
        for name in self.names:
            self.fields[name].initial = today


CHANGES = (
    Column("number", "№ занятия", kind="number", width=9),
    Column("group", worded_lazily("Группа"), width=16, row_header=True),
    Column(
        "planned_discipline", worded_lazily("дисциплина"), ("По расписанию",), width=30
    ),
    Column(
        "planned_teacher", worded_lazily("преподаватель"), ("По расписанию",), width=20
    ),
    Column("discipline", worded_lazily("дисциплина"), ("По замене",), width=30),
    Column("teacher", worded_lazily("преподаватель"), ("По замене",), width=20),
    Column("room", "Кабинет", width=10),
    Column("note", "Примечание", width=24),
)


@report(
    "changes_of_day",
    "Замены",
    number="E2",
    area="timetable",
    roles=("admin", "director", "deputy", "studyunit", "department", "dispatcher"),
    form=ChangesForm,
    short="Лист замен",
    is_personal=False,
    description="Лист замен на день или несколько дней: что по расписанию и что будет.",
)
def changes_of_day(params: dict[str, Any]) -> Table:
    first, last = params["changes_from"], params["changes_to"]
    week = Q(date__range=(first, last)) | Q(planned_date__range=(first, last))
    lessons = Lesson.objects.visible_to(params["user"]).filter(CHANGED, week)
    rows = []
    for lesson in read_lessons(lessons):
        rows += _sides(lesson, first, last)
    rows.sort(key=_place)
    shown: list[Any] = []
    years = list(AcademicYear.objects.order_by("start"))
    for place, (day, cells) in enumerate(rows):
        if place == 0 or rows[place - 1][0] != day:
            shown.append(Section(_heading(day, years)))
        shown.append(cells)
    return Table(
        "Замены в расписании",
        CHANGES,
        shown,
        lines=[_span(first, last)],
        notes=[f"{NOTHING} — занятия нет."] if shown else [],
        signatures=[("Диспетчер", "")],
        orientation="landscape",
        empty="Изменений в эти дни нет: занятия идут по расписанию.",
    )


def _place(row: tuple[date, list[Any]]) -> tuple:
    """By day, group and number; parts of a group beside each other."""
    number, group, *_ = row[1]
    name = group.removesuffix(" п/г")
    whole = name if name == group else name.rpartition(" ")[0]
    return row[0], russian_key(whole), number or 0, name


def _span(first: date, last: date) -> str:
    if first == last:
        return f"на {first:%d.%m.%Y}, {WEEKDAYS[first.weekday()]}"
    return f"с {first:%d.%m.%Y} по {last:%d.%m.%Y}"


def _heading(day: date, years: list[AcademicYear]) -> str:
    begun = [year for year in years if year.start <= day]
    words = f"{day:%d.%m.%Y}, {WEEKDAYS[day.weekday()]}"
    if not begun:
        return words
    return f"{words}, {parity_of(day, begun[-1]).value} неделя"


def _sides(lesson: Lesson, first: date, last: date) -> list[tuple[date, list[Any]]]:
    """The lines that a change needs: a move stands on both of its days."""
    part = f" {lesson.subgroup.number} п/г" if lesson.subgroup_id else ""
    group = f"{lesson.course.group}{part}"
    was = [
        str((lesson.planned_course or lesson.course).discipline),
        lesson.planned_teacher.short_name,
    ]
    now = [str(lesson.course.discipline), lesson.teacher.short_name]
    room = str(lesson.room or "")
    nothing = [NOTHING, NOTHING]
    if lesson.entry_id is None:
        was = nothing
    if lesson.is_cancelled:
        now, room = nothing, ""
    note = lesson.cancel_reason if lesson.is_cancelled else ""
    there = lesson.planned_date
    if there and not lesson.is_cancelled:
        gone = f"на {lesson.date:%d.%m}" + _hour(lesson.number)
        came = f"с {there:%d.%m}" + _hour(lesson.planned_number)
        sides = [
            (there, [lesson.planned_number, group, *was, *nothing, "", gone]),
            (lesson.date, [lesson.number, group, *nothing, *now, room, came]),
        ]
    else:
        number = lesson.planned_number if there else lesson.number
        day = there or lesson.date
        sides = [(day, [number, group, *was, *now, room, note])]
    return [side for side in sides if first <= side[0] <= last]


def _hour(number: int | None) -> str:
    return f", {number}-е занятие" if number else ""


class SessionForm(SpanForm):
    names = ("exams_from", "exams_to")

    exams_from = DayField(label="С даты")
    exams_to = DayField(label="По дату включительно")
    exam_group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        required=False,
        everything=worded_lazily("Все группы", "Все классы"),
    )
    exam_teacher = RowField(
        worded_lazily("преподавателя"),
        label=worded_lazily("Преподаватель"),
        required=False,
        everything=worded_lazily("Все преподаватели"),
    )

    def prepare(self) -> None:
        today = timezone.localdate()
        self.fields["exams_from"].initial = today - timedelta(days=30)
        self.fields["exams_to"].initial = today + timedelta(days=240)
        groups = Group.objects.visible_to(self.user).filter(closed_on__isnull=True)
        self.fields["exam_group"].offer((one.pk, one.name) for one in groups)
        events = ExamEvent.objects.visible_to(self.user).order_by()
        people = Employee.objects.filter(
            Q(pk__in=events.values("teacher")) | Q(exam_commissions__event__in=events)
        ).distinct()
        self.fields["exam_teacher"].offer((one.pk, one.short_name) for one in people)


SESSION = (
    Column("date", "Дата", kind="date", width=11),
    Column("weekday", "День", width=13),
    Column("time", "Время", width=12),
    Column("group", worded_lazily("Группа"), width=12),
    Column("kind", "Что", width=24),
    Column(
        "name",
        worded_lazily("Дисциплина, модуль", "Предмет"),
        width=36,
        row_header=True,
    ),
    Column("room", "Кабинет", width=9),
    Column("teacher", "Экзаменатор", width=20),
    Column("commission", "Комиссия", width=34),
)


@report(
    "session_schedule",
    "Расписание сессии и ГИА",
    number="E3",
    area="timetable",
    roles=(*OF_STUDY, "dispatcher", "curator", *TEACHING),
    form=SessionForm,
    short="Расписание сессии",
    is_personal=False,
    description=worded_lazily(
        "Консультации, экзамены, пересдачи и ГИА по датам: группы, преподавателя или"
        " всех.",
        "Консультации, экзамены, пересдачи и ГИА по датам: класса, учителя или всех.",
    ),
)
def session_schedule(params: dict[str, Any]) -> Table:
    first, last = params["exams_from"], params["exams_to"]
    sits = ExamEvent.objects.filter(members__employee=employee_key(params["user"]))
    events = ExamEvent.objects.visible_to(params["user"]) | ExamEvent.objects.filter(
        pk__in=sits.values("pk")
    )
    events = events.filter(date__range=(first, last))
    if group := params.get("exam_group"):
        events = events.filter(group=group)
    if teacher := params.get("exam_teacher"):
        sat = ExamEvent.objects.filter(members__employee=teacher).values("pk")
        events = events.filter(Q(teacher=teacher) | Q(pk__in=sat))
    rules = Institution.current()
    return Table(
        "Расписание сессии и ГИА",
        SESSION,
        [_event(event) for event in with_people(events)],
        lines=[_span(first, last)],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty="В эти дни ни консультаций, ни экзаменов не назначено.",
    )


def _event(event: ExamEvent) -> list[Any]:
    name = event.title or (str(event.course.discipline) if event.course_id else "")
    kind = event.get_kind_display()
    return [
        event.date,
        WEEKDAYS[event.date.weekday()],
        f"{event.starts_at:%H:%M}–{event.ends_at:%H:%M}",
        str(event.group),
        Cell(kind, "muted") if event.kind == event.Kind.CONSULTATION else kind,
        name + (f" ({event.note})" if event.note else ""),
        str(event.room or ""),
        event.teacher.short_name if event.teacher_id else "",
        "; ".join(
            f"{one.employee.short_name} ({one.get_post_display()})"
            for one in event.members.all()
        ),
    ]
