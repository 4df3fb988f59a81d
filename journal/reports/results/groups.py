"""Results of many groups at once: R6, R8."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count, groupby
from typing import Any

from django import forms

from journal.domain.contingent.groups import stand_as_on
from journal.domain.results.figures import (
    Figures,
    SubjectFailures,
    failures_of,
    figures_of,
)
from journal.domain.results.group import KNOWN, Statement
from journal.models import Department, Group, Institution
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import WHOLE, PlainSelect, RowField, groups_for
from journal.reports.registry import OF_GROUP, OFFICE, report
from journal.reports.results.signs import (
    BASES,
    ResultsForm,
    chosen_courses,
    counting,
    period_title,
    read_chosen,
    warnings,
)
from journal.reports.table import Cell, Column, Row, Section, Table

NO_DEPARTMENT = "Вне отделений"
TOPS = {"": "Все", "10": "10 худших", "20": "20 худших"}


class GroupsForm(ResultsForm):
    """Asks for a period, and for a department or a group where not for all."""

    group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        required=False,
        everything=worded_lazily("Все группы", "Все классы"),
    )
    department = RowField(
        "отделение",
        label="Отделение",
        required=False,
        everything="Все отделения",
    )
    field_order = ("period", "whole_year", "day", "department", "group", "closed")

    def prepare(self) -> None:
        super().prepare()
        seen = Group.objects.filter(groups_for(self.user, self.right, WHOLE))
        rows = Department.objects.filter(pk__in=seen.order_by().values("department"))
        self.fields["department"].offer(rows.values_list("pk", "name"))


class FailuresForm(GroupsForm):
    top = forms.ChoiceField(
        label="Показать",
        choices=list(TOPS.items()),
        widget=PlainSelect,
        required=False,
        error_messages={"invalid_choice": "Выберите из списка."},
    )


def read_groups(params: dict[str, Any]) -> tuple[Statement, dict[int, Group]]:
    """The statement of all groups asked for, and these groups."""
    courses = chosen_courses(params)
    if params["department"]:
        courses = courses.filter(group__department=params["department"])
    found = read_chosen(params, courses, KNOWN)
    rows = Group.objects.select_related("department", "specialty")
    groups = rows.in_bulk({one.group for one in found.courses})
    stand_as_on(groups.values(), min(params["day"], params["period"].last_day))
    return found, groups


def head_of_many(params: dict[str, Any], groups: Iterable[Group]) -> list[str]:
    """The lines over a report on many groups; one alone is named."""
    groups = list(groups)
    lines = [period_title(params)]
    if params["department"]:
        name = str(Department.objects.get(pk=params["department"]))
        lines.append(frame.department_line(name))
    if len(groups) == 1:
        lines.append(frame.group_name(groups[0]))
    lines.append(f"По состоянию на {params['day']:%d.%m.%Y}")
    return lines


def with_subtotals(
    groups: Iterable[Group], cells: Callable[[list[Group], str], dict[str, Any]]
) -> list[dict[str, Any] | Row | Section]:
    """A row a group, by course and name; of several departments each with its sum.

    `cells` gives the row of some groups together under a name.
    """
    rows: list[dict[str, Any] | Row | Section] = []
    parts, number = _by_department(groups), count(1)
    for name, ones in parts:
        if len(parts) > 1:
            rows.append(Section(name))
        for group in ones:
            place = {"n": next(number), "year": group.course_year}
            rows.append(cells([group], str(group)) | place)
        if len(parts) > 1:
            rows.append(Row(cells(ones, "Итого"), "bold"))
    return rows


def _by_department(groups: Iterable[Group]) -> list[tuple[str, list[Group]]]:
    """Departments by name with their groups by course and name."""

    def place(group: Group) -> tuple:
        name = str(group.department or "")
        return not name, russian_key(name), group.course_year, russian_key(group.name)

    ordered = sorted(groups, key=place)
    named = groupby(ordered, lambda one: str(one.department or NO_DEPARTMENT))
    return [(name, list(ones)) for name, ones in named]


@report(
    "groups_results",
    worded_lazily("Успеваемость групп"),
    number="R6",
    area="results",
    roles=OF_GROUP,
    form=GroupsForm,
    short=worded_lazily("Успеваемость групп"),
    is_personal=False,
    description=worded_lazily(
        "Предварительные итоги по группам и отделениям: сколько студентов на «5», на"
        " «4» и «5», с «3», неуспевающих и не аттестованных, проценты и средний балл."
    ),
)
def groups_results(params: dict[str, Any]) -> Table:
    """R6 (U 5.3): groups by department with subtotals counted from their students."""
    rules = Institution.current()
    found, groups = read_groups(params)
    lines = {key: [one for one in found.lines if one.group == key] for key in groups}

    def cells(ones: list[Group], name: str) -> dict[str, Any]:
        whole = figures_of(line for group in ones for line in lines[group.pk])
        return _figures(whole, name)

    rows = with_subtotals(groups.values(), cells)
    return Table(
        worded("Успеваемость групп (предварительные итоги)"),
        _columns(),
        rows=rows,
        totals=[_figures(figures_of(found.lines), "Всего")] if len(groups) > 1 else (),
        lines=[*head_of_many(params, groups.values()), BASES[KNOWN]],
        warnings=warnings(found, params, KNOWN),
        notes=[ABOUT, counting(found, KNOWN)] if rows else (),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=NOBODY,
    )


NOBODY = worded_lazily(
    "В этом периоде у доступных вам групп нет дисциплин. Выберите другой период или"
    " другую группу.",
    "В этом периоде у доступных вам классов нет предметов. Выберите другой период или"
    " другой класс.",
)
ABOUT = worded_lazily(
    "Аттестован студент, у которого есть отметки и нет «н/а»; неуспевающий — с «2»,"
    " «незач.» или «н/а» в ведомости хотя бы по одной дисциплине; с «н/а» — и те, у"
    " кого пока мало текущих отметок; нет сведений — нет ни одной отметки «5»–«2»."
    " Абсолютная успеваемость — доля студентов без долгов, качественная — доля"
    " студентов только с «4» и «5»; итоги отделений считаются по студентам.",
    "Аттестован ученик, у которого есть отметки и нет «н/а»; неуспевающий — с «2»,"
    " «незач.» или «н/а» в ведомости хотя бы по одному предмету; с «н/а» — и те, у"
    " кого пока мало текущих отметок; нет сведений — нет ни одной отметки «5»–«2»."
    " Абсолютная успеваемость — доля учеников без долгов, качественная — доля учеников"
    " только с «4» и «5»; итоги отделений считаются по ученикам.",
)
STUDENTS = (worded_lazily("Студентов"),)
RATES = ("Успеваемость, %",)


def _columns() -> list[Column]:
    return [
        Column("n", "№", kind="number"),
        Column("name", worded("Группа"), row_header=True),
        Column("year", worded("Курс", "Параллель"), kind="number"),
        Column("students", "всего", STUDENTS, kind="number"),
        Column("certified", "аттесто-\nваны", STUDENTS, kind="number"),
        Column("excellent", "на «5»", STUDENTS, kind="number"),
        Column("well", "на «4» и «5»", STUDENTS, kind="number"),
        Column("threes", "с «3»", STUDENTS, kind="number"),
        Column("failing", "неуспе-\nвающие", STUDENTS, kind="number"),
        Column("uncertified", "с «н/а»", STUDENTS, kind="number"),
        Column("unknown", "нет сведений", STUDENTS, kind="number"),
        Column("success", "абсо-\nлютная", RATES, kind="number", decimals=2),
        Column("quality", "каче-\nственная", RATES, kind="number", decimals=2),
        Column("mean", "Средний балл", kind="number", decimals=2),
    ]


def _figures(one: Figures, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "students": one.students,
        "certified": one.certified,
        "excellent": one.excellent,
        "well": one.well,
        "threes": one.threes,
        "failing": Cell(one.failing, "bad") if one.failing else 0,
        "uncertified": one.uncertified,
        "unknown": one.unknown,
        "success": one.rates.success,
        "quality": one.rates.quality,
        "mean": one.mean,
    }


@report(
    "failures",
    worded_lazily("Неуспеваемость по дисциплинам"),
    number="R8",
    area="results",
    roles=OFFICE,
    form=FailuresForm,
    short=worded_lazily("Неуспеваемость по дисциплинам"),
    is_personal=False,
    description=worded_lazily(
        "Дисциплины с наибольшими показателями неуспеваемости: сколько «2», «н/а» и"
        " незачётов, в каких группах и у кого.",
        "Предметы с наибольшими показателями неуспеваемости: сколько «2», «н/а» и"
        " незачётов, в каких классах и у кого.",
    ),
)
def failures(params: dict[str, Any]) -> Table:
    """R8 (U 5.3): disciplines in which somebody fails, the highest share first."""
    rules = Institution.current()
    found, groups = read_groups(params)
    failing = failures_of(found)
    top = int(params["top"] or len(failing))
    return Table(
        worded("Неуспеваемость по дисциплинам"),
        FAILURES,
        rows=[
            _failure(number, one, groups) for number, one in enumerate(failing[:top], 1)
        ],
        lines=[
            *head_of_many(params, groups.values()),
            BASES[KNOWN],
            *([f"Показаны {top} из {len(failing)}"] if top < len(failing) else []),
        ],
        warnings=warnings(found, params, KNOWN),
        notes=[
            worded(
                "% неуспеваемости — доля «2», «незач.» и «н/а» в ведомости среди"
                " студентов, учтённых по дисциплине; студент считается в каждой своей"
                " дисциплине.",
                "% неуспеваемости — доля «2», «незач.» и «н/а» в ведомости среди"
                " учеников, учтённых по предмету; ученик считается в каждом своём"
                " предмете.",
            ),
            counting(found, KNOWN),
        ]
        if failing
        else (),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=worded(
            "Неуспевающих нет ни по одной дисциплине.",
            "Неуспевающих нет ни по одному предмету.",
        )
        if found.courses
        else NOBODY,
    )


FAILURES = (
    Column("n", "№", kind="number"),
    Column("discipline", worded_lazily("Дисциплина"), row_header=True),
    Column("teachers", worded_lazily("Преподаватель")),
    Column(
        "groups",
        worded_lazily("Группы с неуспе-\nвающими", "Классы с неуспе-\nвающими"),
    ),
    Column("counted", worded_lazily("Студентов учтено"), kind="number"),
    Column("failed", "«2», незачёт", kind="number"),
    Column("uncertified", "«н/а»", kind="number"),
    Column("share", "% неуспе-\nваемости", kind="percent", decimals=2),
)


def _failure(number: int, one: SubjectFailures, groups: dict[int, Group]) -> list[Any]:
    names = sorted((str(groups[key]) for key in one.groups), key=russian_key)
    return [
        number,
        one.discipline,
        ", ".join(sorted(one.teachers, key=russian_key)),
        ", ".join(names),
        one.counted,
        one.failed,
        one.uncertified,
        one.share,
    ]
