"""A teacher's report on a period, preliminary and final: R19, R20."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from journal.domain.contingent.groups import stand_as_on
from journal.domain.curriculum.fulfilment import CourseHours, read_hours
from journal.domain.results import mean, rates
from journal.domain.results.averages import FAIL, NOT_CERTIFIED, PASS
from journal.domain.results.group import KNOWN, SIGNED, Statement, TaughtCourse
from journal.models import Course, CourseTeacher, Employee, Group, Institution
from journal.models.reach import employee_key
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily
from journal.reports.questions import WHOLE, RowField, groups_for
from journal.reports.registry import OFFICE, TEACHING, report
from journal.reports.results.signs import (
    BASES,
    RIGHT,
    ResultsForm,
    counting,
    period_title,
    read_chosen,
    warnings,
)
from journal.reports.table import Cell, Column, Row, Table
from journal.roles import Anchor


class TeacherForm(ResultsForm):
    """Asks for a teacher: oneself, and whoever teaches the groups that one sees whole."""

    anchors = (*WHOLE, Anchor.COURSE)

    teacher = RowField(
        worded_lazily("преподавателя"), label=worded_lazily("Преподаватель")
    )
    group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        required=False,
        everything=worded_lazily("Все группы", "Все классы"),
    )
    field_order = ("teacher", "period", "whole_year", "day", "group", "closed")

    def prepare(self) -> None:
        super().prepare()
        self.own = employee_key(self.user)
        seen = Group.objects.filter(groups_for(self.user, RIGHT, WHOLE))
        held = CourseTeacher.objects.filter(course__group__in=seen.order_by())
        people = Employee.objects.filter(
            Q(pk=self.own) | Q(pk__in=held.order_by().values("employee"))
        )
        rows = [(one.pk, one.full_name) for one in people]
        rows.sort(key=lambda row: russian_key(row[1]))
        field = self.fields["teacher"]
        field.offer(rows)
        teaches = CourseTeacher.objects.filter(employee=self.own).exists()
        field.initial = self.own if teaches else field.only()

    def clean_teacher(self) -> Employee:
        return Employee.objects.get(pk=self.cleaned_data["teacher"])


@report(
    "teacher_preliminary",
    worded_lazily("Предварительный отчёт преподавателя за учебный период"),
    number="R19",
    area="results",
    roles=(*OFFICE, *TEACHING),
    form=TeacherForm,
    short=worded_lazily("Предварительный отчёт преподавателя"),
    is_personal=False,
    description="По каждому курсу: сколько «5», «4», «3», «2», проценты, СОУ, часы по"
    " плану и выданные; где ведомости нет, по текущим отметкам.",
)
def teacher_preliminary(params: dict[str, Any]) -> Table:
    """R19 (S 6.10)."""
    title = worded("Предварительный отчёт преподавателя за учебный период")
    return _report(params, KNOWN, title)


@report(
    "teacher_final",
    worded_lazily("Отчёт преподавателя за учебный период"),
    number="R20",
    area="results",
    roles=(*OFFICE, *TEACHING),
    form=TeacherForm,
    short=worded_lazily("Отчёт преподавателя"),
    is_personal=False,
    description="По каждому курсу: сколько «5», «4», «3», «2» в подписанных ведомостях,"
    " проценты, СОУ, часы по плану и выданные.",
)
def teacher_final(params: dict[str, Any]) -> Table:
    """R20 (S 6.10): signed results alone."""
    return _report(params, SIGNED, worded("Отчёт преподавателя за учебный период"))


def _courses(params: dict[str, Any]) -> QuerySet[Course]:
    """The teacher's courses of the period: own ones, or of groups that one sees whole."""
    period, teacher, user = params["period"], params["teacher"], params["user"]
    held = CourseTeacher.objects.filter(
        employee=teacher, start__lte=min(params["day"], period.last_day)
    )
    courses = Course.objects.filter(pk__in=held.order_by().values("course"))
    if params["whole_year"]:
        courses = courses.filter(
            pk__in=Course.objects.filter(
                period__year__periods=period.pk, period__first_day__lte=params["day"]
            )
            .order_by()
            .values("pk")
        )
    else:
        courses = courses.filter(period=period.pk)
    if teacher.pk != employee_key(user):
        seen = Group.objects.filter(groups_for(user, RIGHT, WHOLE))
        courses = courses.filter(group__in=seen.order_by().values("pk"))
    if params["group"]:
        courses = courses.filter(group=params["group"])
    return courses


def _report(params: dict[str, Any], basis: str, title: str) -> Table:
    rules, teacher = Institution.current(), params["teacher"]
    courses = _courses(params)
    hours = {one.course.pk: one for one in read_hours(courses, params["day"])}
    groups = {one.course.group.pk: one.course.group for one in hours.values()}
    stand_as_on(groups.values(), min(params["day"], params["period"].last_day))
    found = read_chosen(params, courses, basis)
    ordered = sorted(
        found.courses,
        key=lambda one: (
            russian_key(str(groups[one.group])),
            russian_key(one.discipline),
        ),
    )
    members: dict[int, list] = {}
    for line in found.lines:
        members.setdefault(line.group, []).append(line)
    rows = [
        _row(number, one, str(groups[one.group]), members.get(one.group, ()), hours)
        for number, one in enumerate(ordered, 1)
    ]
    return Table(
        title,
        COLUMNS,
        rows=rows,
        totals=[_total(found, rows)] if len(rows) > 1 else (),
        lines=[
            f"{worded('Преподаватель')}: {teacher.full_name}",
            f"{period_title(params)} · по состоянию на {params['day']:%d.%m.%Y}",
            BASES[basis],
        ],
        warnings=warnings(found, params, basis),
        notes=[ABOUT, counting(found, basis)] if rows else (),
        signatures=[
            (rules.signatory_post, rules.signatory_name),
            (worded("Преподаватель"), teacher.short_name),
        ],
        orientation="landscape",
        empty=(
            f"У {worded('преподавателя')} {teacher.short_name} в этом периоде нет"
            " курсов, доступных"
            f" вам. Выберите другой период или {worded('преподавателя')}."
        ),
    )


ABOUT = worded_lazily(
    "Часы — академические: по плану курса за период, выданные — занятия с отмеченным"
    " присутствием или темой по дату отчёта; у курса с подгруппами — наименьшие из"
    " выданных подгруппам. Средний балл — среднее результатов студентов."
)
MARKS = ("Результаты",)
SHARES = ("Проценты",)
HOURS = ("Часы",)
SIGNS_OF = {
    "5": "5",
    "4": "4",
    "3": "3",
    "2": "2",
    PASS: "зач.",
    FAIL: "незач.",
    NOT_CERTIFIED: "н/а",
}
COLUMNS = (
    Column("n", "№", kind="number"),
    Column("group", worded_lazily("Группа")),
    Column("name", worded_lazily("Дисциплина"), row_header=True),
    Column("students", worded_lazily("Студентов"), vertical=True, kind="number"),
    *(
        Column(f"m-{key}", title, MARKS, kind="number")
        for key, title in SIGNS_OF.items()
    ),
    Column("off", "осв.", MARKS, kind="number"),
    Column("success", "успевае-\nмость", SHARES, kind="number", decimals=2),
    Column("quality", "качество", SHARES, kind="number", decimals=2),
    Column("sou", "СОУ", SHARES, kind="number", decimals=2),
    Column("mean", "Средний балл", kind="number", decimals=2),
    Column("plan", "план", HOURS, kind="hours"),
    Column("held", "выдано", HOURS, kind="hours"),
)


def _row(
    number: int, course: TaughtCourse, group: str, lines, hours: dict[int, CourseHours]
) -> dict[str, Any]:
    column = [line.standings[course.pk] for line in lines]
    own = {"n": number, "group": group, "name": course.title, "students": len(column)}
    if course.is_work:
        return own | _figures(column) | {"plan": None, "held": None}
    parts = [
        one
        for one in hours.values()
        if one.course.group_id == course.group
        and one.course.discipline_id == course.subject
    ]
    held = sum(min(one.each("held")) for one in parts)
    return own | _figures(column) | {"plan": course.hours, "held": held}


def _figures(column: Iterable) -> dict[str, Any]:
    column = list(column)
    figures = rates(one.mark for one in column if one.is_counted)
    count = Counter(one.mark for one in column)
    values: dict[str, Any] = {f"m-{key}": count[key] for key in SIGNS_OF}
    for key in ("2", FAIL, NOT_CERTIFIED):
        if count[key]:
            values[f"m-{key}"] = Cell(count[key], "bad")
    return values | {
        "off": sum(one.is_off for one in column),
        "success": figures.success,
        "quality": figures.quality,
        "sou": figures.sou,
        "mean": mean([one.number for one in column if one.number is not None]),
    }


def _total(found: Statement, rows: list[dict[str, Any]]) -> Row:
    """All rows together: a student counts in each of them."""
    column = [
        one
        for line in found.lines
        for one in (line.standings.get(course.pk) for course in found.courses)
        if one is not None
    ]
    sums = {
        key: sum(row[key] or 0 for row in rows) for key in ("students", "plan", "held")
    }
    return Row({"name": "Всего", **_figures(column), **sums}, "bold")
