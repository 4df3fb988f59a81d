"""R33: the programme, planned against given, in academic hours (E 6.3, K 2.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from journal.domain.curriculum.fulfilment import (
    CourseHours,
    Given,
    disagreements,
    read_hours,
)
from journal.domain.curriculum.teaching import Taught, by_teacher
from journal.models import (
    Course,
    CourseTeacher,
    Department,
    Employee,
    Institution,
    Subgroup,
)
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import PeriodForm, PlainSelect, RowField
from journal.reports.registry import OF_JOURNAL, report
from journal.reports.table import Cell, Column, Row, Section, Table

GROUPS, TEACHERS = "groups", "teachers"
BY = {GROUPS: worded_lazily("По группам"), TEACHERS: worded_lazily("По преподавателям")}
FIGURES = ("plan", "laid", "held", "unfilled", "owed")


class FulfilmentForm(PeriodForm):
    group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        required=False,
        everything=worded_lazily("Все группы", "Все классы"),
    )
    department = RowField(
        "отделение", label="Отделение", required=False, everything="Все отделения"
    )
    teacher = RowField(
        worded_lazily("преподавателя"),
        label=worded_lazily("Преподаватель"),
        required=False,
        everything="Все",
    )
    by = forms.ChoiceField(
        label="Строки",
        choices=list(BY.items()),
        initial=GROUPS,
        widget=PlainSelect,
        error_messages={"invalid_choice": "Выберите из списка."},
    )

    def prepare(self) -> None:
        super().prepare()
        self.fields["department"].offer(Department.objects.values_list("pk", "name"))
        loads = CourseTeacher.objects.visible_to(self.user).order_by()
        people = Employee.objects.filter(pk__in=loads.values("employee"))
        self.fields["teacher"].offer((one.pk, one.short_name) for one in people)


@report(
    "fulfilment",
    "Выполнение учебной программы",
    number="R33",
    area="curriculum",
    roles=(*OF_JOURNAL, "dispatcher"),
    form=FulfilmentForm,
    short="Выполнение программы",
    is_personal=False,
    description=worded_lazily(
        "План и факт часов по каждому курсу: разложено, проведено, осталось, кто кого"
        " замещал. По группам или по преподавателям, на любой день."
    ),
)
def fulfilment(params: dict[str, Any]) -> Table:
    """R33: planned, laid out, held and owed hours of courses as of a day."""
    rules = Institution.current()
    found = _found(params)
    people = _people(found)
    is_by_teacher = params["by"] == TEACHERS
    if is_by_teacher:
        columns, rows, totals = _teachers(found, people, params["teacher"])
    else:
        columns, rows, totals = _groups(found, people, rules)
    wrong = sum(bool(disagreements(one)) for one in found)
    return Table(
        "Выполнение учебной программы (план и факт часов)",
        columns,
        rows=rows,
        totals=totals if found else (),
        lines=_lines(params),
        warnings=[f"Часы не сходятся у курсов: {wrong}. Откройте «Сверку часов»."]
        if wrong
        else (),
        notes=[
            "Проведено — занятия по этот день, в которых отмечено присутствие или"
            " записана тема; отменённые не считаются. Осталось = план − проведено."
            " Часы засчитываются тому, кто провёл занятие."
        ],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty="Курсов по этим условиям нет. Снимите ограничения или выберите другой"
        " период.",
    )


def _found(params: dict[str, Any]) -> list[CourseHours]:
    courses = Course.objects.visible_to(params["user"]).filter(
        period=params["period"].pk
    )
    if params["group"]:
        courses = courses.filter(group=params["group"])
    if params["department"]:
        courses = courses.filter(group__department=params["department"])
    if params["teacher"]:
        own = CourseTeacher.objects.filter(employee=params["teacher"]).order_by()
        given = Course.objects.filter(lessons__teacher=params["teacher"]).order_by()
        keys = own.values("course").union(given.values("pk"))
        courses = courses.filter(pk__in=list(keys.values_list("course", flat=True)))
    found = read_hours(courses, params["day"])
    found.sort(
        key=lambda one: (
            one.course.group.course_year,
            russian_key(one.course.group.name),
            russian_key(one.course.discipline.name),
            one.course.pk,
        )
    )
    return found


def _people(found: list[CourseHours]) -> dict[int, Employee]:
    keys = {load.employee_id for one in found for load in one.loads}
    for one in found:
        for row in one.lessons:
            keys |= {row["planned"], row["teacher"]}
    return Employee.objects.in_bulk(keys)


def _lines(params: dict[str, Any]) -> list[str]:
    group = params["group"]
    lines = [str(params["period"])]
    if group:
        lines += [*frame.group_lines(group), frame.group_name(group)]
    if params["department"]:
        lines.append(str(Department.objects.get(pk=params["department"])))
    if params["teacher"]:
        teacher = Employee.objects.get(pk=params["teacher"])
        lines.append(f"{worded('Преподаватель')}: {teacher.full_name}")
    lines.append(f"по состоянию на {params['day']:%d.%m.%Y}")
    return lines


HOURS = (
    Column("plan", "План", group=("Часов",), kind="hours"),
    Column("laid", "Разложено", group=("Часов",), kind="hours"),
    Column("held", "Проведено", group=("Часов",), kind="hours"),
    Column("unfilled", "Не записано", group=("Часов",), kind="hours"),
    Column("owed", "Осталось", group=("Часов",), kind="hours"),
    Column("percent", "Выполнено, %", kind="percent", decimals=1),
)


def _groups(found, people, rules: Institution) -> tuple[list, list, list]:
    columns = [
        Column("discipline", worded("Дисциплина"), row_header=True, width=34),
        Column("part", "Часть"),
        Column("teacher", worded("Преподаватель"), width=20),
        *HOURS,
        Column("substitutes", "Замещали, часов", width=22),
    ]
    rows: list[Row | Section] = []
    group, sums, everything = None, [], []
    for one in found:
        if one.course.group != group:
            rows += (
                _sum(sums, worded("Всего по группе", "Всего по классу"))
                if group
                else []
            )
            group, sums = one.course.group, []
            rows.append(Section(frame.group_name(group)))
        for part, given in one.units:
            figures = _figures(one, part, given)
            sums.append(figures)
            everything.append(figures)
            rows.append(_course(one, part, given, figures, people))
    rows += _sum(sums, worded("Всего по группе", "Всего по классу")) if group else []
    return columns, rows, _sum(everything, "Всего")


def _figures(one: CourseHours, part: Subgroup | None, given: Given) -> dict[str, int]:
    plan = one.planned(part)
    return {
        "plan": plan,
        "laid": given.laid,
        "held": given.held,
        "unfilled": given.unfilled,
        "owed": plan - given.held,
    }


def _percent(figures: dict[str, int]) -> float | None:
    return 100 * figures["held"] / figures["plan"] if figures["plan"] else None


def _course(one: CourseHours, part, given: Given, figures, people) -> Row:
    key = part.pk if part else None
    names = [
        load.employee.short_name + (f" (по {load.end:%d.%m})" if load.end else "")
        for load in one.loads
        if load.subgroup_id == key
    ]
    return Row(
        {
            "discipline": one.course.discipline.name,
            "part": str(part) if part else worded("вся группа", "весь класс"),
            "teacher": ", ".join(names) or Cell("не назначен", "bad"),
            **figures,
            "unfilled": figures["unfilled"] or None,
            "percent": _percent(figures),
            "substitutes": ", ".join(
                f"{people[teacher].short_name} {hours}"
                for teacher, hours in given.substitutes.items()
            )
            or None,
        },
        "bad" if figures["owed"] < 0 else "",
    )


def _sum(rows: Iterable[dict[str, int]], name: str) -> list[Row]:
    rows = list(rows)
    total = {key: sum(row[key] for row in rows) for key in FIGURES}
    cells = {"discipline": name, **total, "percent": _percent(total)}
    return [Row(cells, "bold")]


def _teachers(found, people, only: int | None) -> tuple[list, list, list]:
    columns = [
        Column("discipline", worded("Дисциплина"), row_header=True, width=34),
        Column("group", worded("Группа")),
        Column("part", "Часть"),
        Column("load", "Нагрузка", group=("Часов",), kind="hours"),
        Column("gave", "Провёл(а)", group=("Часов",), kind="hours"),
        Column("instead", "из них замещая", group=("Часов",), kind="hours"),
        Column("by_others", "Провели другие", group=("Часов",), kind="hours"),
        Column("owed", "Осталось", group=("Часов",), kind="hours"),
    ]
    rows: list[Row | Section] = []
    everything: list[Taught] = []
    taught = by_teacher(found)
    for key in sorted(taught, key=lambda one: russian_key(people[one].full_name)):
        if only and key != only:
            continue
        rows.append(Section(people[key].full_name))
        rows += [_taught(one) for one in taught[key]]
        rows += _taught_sum(taught[key], worded("Всего у преподавателя"))
        everything += taught[key]
    return columns, rows, _taught_sum(everything, "Всего")


def _taught(one: Taught) -> Row:
    parts = {part.pk: str(part) for part in one.hours.parts}
    return Row(
        {
            "discipline": one.hours.course.discipline.name,
            "group": one.hours.course.group.name,
            "part": parts.get(one.part, worded("вся группа", "весь класс")),
            "load": one.load or None,
            "gave": one.gave,
            "instead": one.instead or None,
            "by_others": one.by_others or None,
            "owed": one.owed if one.load else None,
        }
    )


def _taught_sum(rows: list[Taught], name: str) -> list[Row]:
    names = ("load", "gave", "instead", "by_others")
    total = {key: sum(getattr(one, key) for one in rows) for key in names}
    owed = sum(one.owed for one in rows if one.load)
    return [Row({"discipline": name, **total, "owed": owed}, "bold")]
