"""Forecasts of a group, and of groups, departments and specialties (F12; U 2.8, U 7.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django import forms

from journal.domain.results.attending import Attending, read_attending, together
from journal.domain.results.forecast import MARKS, Forecast
from journal.domain.results.foreseeing import group_outlooks
from journal.domain.results.outlook import Expected, Outlook, expected
from journal.models import Course, Group, Institution, Student
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import WHOLE, PeriodForm, PlainSelect
from journal.reports.registry import OF_GROUP, report
from journal.reports.results.groups import GroupsForm, head_of_many
from journal.reports.results.signs import RIGHT, chosen_courses
from journal.reports.table import Cell, Column, Row, Section, Table

BY = {"department": "по отделениям", "specialty": "по специальностям"}
WIDTH = 1.2816  # 80 % of a normal curve lie within so many deviations
ABOUT = worded_lazily(
    "Прогноз — сумма вероятностей по каждому студенту и дисциплине, а не число"
    " округлённых отметок: «0,4» в столбце «2» значит четыре случая из десяти таких."
    " Дисциплины, где отметок ещё мало, не учтены.",
    "Прогноз — сумма вероятностей по каждому ученику и предмету, а не число"
    " округлённых отметок: «0,4» в столбце «2» значит четыре случая из десяти таких."
    " Предметы, где отметок ещё мало, не учтены.",
)
WHY_EMPTY = worded_lazily(
    "Прогнозировать нечего: в этом периоде ещё нет отметок или никто не числится."
    " Выберите другой период или группу."
)


@dataclass
class Part:
    """One group: what is told of its students on their courses, and their attendance."""

    group: Group
    told: list[Forecast] = field(default_factory=list)
    at_risk: set[int] = field(default_factory=set)
    early: int = 0
    attending: list[Attending] = field(default_factory=list)


class ForecastForm(GroupsForm):
    """Asks for a period that goes on, for groups, and how to sum them up."""

    by = forms.ChoiceField(
        label="Итоги",
        choices=list(BY.items()),
        widget=PlainSelect,
        required=False,
        error_messages={"invalid_choice": "Выберите из списка."},
    )


@report(
    "forecast",
    "Прогноз успеваемости и посещаемости",
    number="F12",
    area="results",
    roles=OF_GROUP,
    form=ForecastForm,
    short=worded_lazily("Прогноз по группам"),
    is_personal=False,
    description=worded_lazily(
        "Каких отметок ждать к концу периода по группам, отделениям или"
        " специальностям, кто под угрозой «2», какой будет посещаемость."
    ),
)
def forecast_of_groups(params: dict[str, Any]) -> Table:
    """Groups with subtotals by department or specialty: chances summed, not marks."""
    rules = Institution.current()
    parts = _read_parts(params, rules)
    rows: list[Any] = []
    sections = _sections(parts, params["by"] or "department")
    for name, ones in sections:
        if len(sections) > 1:
            rows.append(Section(name))
        rows += [_row([one], str(one.group)) for one in ones]
        if len(sections) > 1:
            rows.append(Row(_row(ones, "Итого"), "bold"))
    told = any(one.told for one in parts)
    return Table(
        "Прогноз успеваемости и посещаемости",
        _columns(),
        rows=rows if told else (),
        totals=[_row(parts, "Всего")] if told and len(parts) > 1 else (),
        lines=head_of_many(params, [one.group for one in parts]),
        notes=[ABOUT, RANGE] if told else (),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=WHY_EMPTY,
    )


RANGE = "В скобках — границы, в которых показатель окажется с вероятностью 80 %."


def _read_parts(params: dict[str, Any], rules: Institution) -> list[Part]:
    courses = chosen_courses(params)
    if params["department"]:
        courses = courses.filter(group__department=params["department"])
    by_course = dict(courses.order_by().values_list("pk", "group"))
    groups = Group.objects.select_related("department", "specialty").in_bulk(
        set(by_course.values())
    )
    parts = {key: Part(group) for key, group in groups.items()}
    seen = group_outlooks(by_course, params["day"], rules, whole=False)
    for course, students in seen.items():
        part = parts[by_course[course]]
        for student, one in students.items():
            if one.is_told:
                part.told.append(one.forecast)
                if one.is_alarm:
                    part.at_risk.add(student)
            elif one.forecast is not None:
                part.early += 1
    for key, students in read_attending(by_course, params["day"]).items():
        parts[key].attending = list(students.values())
    return sorted(
        parts.values(),
        key=lambda one: (one.group.course_year, russian_key(one.group.name)),
    )


def _sections(parts: list[Part], by: str) -> list[tuple[str, list[Part]]]:
    def name(one: Part) -> str:
        return str(getattr(one.group, by) or "Без отделения")

    ordered = sorted(parts, key=lambda one: russian_key(name(one)))
    return [(title, list(ones)) for title, ones in groupby(ordered, name)]


MARKS_HEAD = ("Ожидается отметок",)
ATTENDANCE = ("Посещаемость, %",)


def _columns() -> list[Column]:
    return [
        Column("name", worded("Группа"), row_header=True),
        Column("students", worded("Студентов"), kind="number"),
        Column("forecasts", "Прог-\nнозов", kind="number"),
        *(
            Column(str(mark), f"«{mark}»", MARKS_HEAD, kind="number", decimals=1)
            for mark in reversed(MARKS)
        ),
        Column("success", "Успеваемость, %", align="center"),
        Column("quality", "Качество, %", align="center"),
        Column("risk", worded("Студентов под угрозой «2»"), kind="number"),
        Column("now", "сейчас", ATTENDANCE, kind="number", decimals=1),
        Column("later", "к концу", ATTENDANCE, align="center"),
    ]


def _row(parts: list[Part], name: str) -> dict[str, Any]:
    sums = expected(one for part in parts for one in part.told)
    at_risk = sum(len(part.at_risk) for part in parts)
    attending = [one for part in parts for one in part.attending]
    whole = together(attending) if attending else None
    return {
        "name": name,
        "students": len(attending),
        "forecasts": sums.students,
        **{str(mark): sums.counts[mark] for mark in MARKS},
        "success": _share(sums, sums.success, sums.deviation),
        "quality": _share(sums, sums.quality, sums.quality_deviation),
        "risk": Cell(at_risk, "bad") if at_risk else 0,
        "now": whole.now if whole else None,
        "later": _ending(whole),
    }


def _share(sums: Expected, percent: float | None, deviation: float) -> str | None:
    """«87,4 (85,1–89,7)»"""
    if percent is None:
        return None
    spread = 100 * WIDTH * deviation / sums.students
    low, high = max(percent - spread, 0), min(percent + spread, 100)
    return f"{_tenths(percent)} ({_tenths(low)}–{_tenths(high)})"


def _ending(one: Attending | None) -> str | None:
    if one is None or one.interval is None or one.is_early:
        return None
    low, high = one.interval
    return f"{_tenths(one.percent)} ({_tenths(low)}–{_tenths(high)})"


def _tenths(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


class GroupForecastForm(PeriodForm):
    """Asks for a group and a period."""

    right = RIGHT
    anchors = WHOLE


@report(
    "group_forecast",
    worded_lazily("Прогноз успеваемости группы", "Прогноз успеваемости класса"),
    number="F12",
    area="results",
    roles=OF_GROUP,
    form=GroupForecastForm,
    short="Прогноз",
    description=worded_lazily(
        "Ожидаемая отметка каждого студента по каждой дисциплине с её вероятностью,"
        " тревоги и прогноз посещаемости.",
        "Ожидаемая отметка каждого ученика по каждому предмету с её вероятностью,"
        " тревоги и прогноз посещаемости.",
    ),
)
def forecast_of_group(params: dict[str, Any]) -> Table:
    """Students × courses: the likeliest mark and its chance; attendance at the end."""
    rules, group, day = Institution.current(), params["group"], params["day"]
    courses = list(
        Course.objects.filter(group=group, period=params["period"].pk)
        .select_related("discipline")
        .order_by("discipline__name")
    )
    seen = group_outlooks([one.pk for one in courses], day, rules, whole=False)
    attending = read_attending([one.pk for one in courses], day).get(group.pk, {})
    students = Student.objects.in_bulk(
        {student for ones in seen.values() for student in ones} | set(attending)
    )
    rows = [
        _student_row(number, student, courses, seen, attending.get(student.pk))
        for number, student in enumerate(
            sorted(students.values(), key=lambda one: russian_key(str(one))), 1
        )
    ]
    told = any(one.is_told for ones in seen.values() for one in ones.values())
    return Table(
        worded("Прогноз успеваемости группы", "Прогноз успеваемости класса"),
        _group_columns(courses),
        rows=rows if told else (),
        lines=[
            f"Учебный период: {params['period']}",
            *frame.group_head(group, day),
        ],
        notes=[KEY, RANGE] if told else (),
        signatures=frame.signatures(group, rules),
        orientation="landscape",
        paper="A4" if len(courses) <= 10 else "A3",
        empty=WHY_EMPTY,
    )


KEY = (
    "В клетке — самая вероятная отметка и её вероятность, красным — тревога: вероятность"
    " «2» не ниже порога из настроек; «рано» — отметок ещё мало."
)


def _group_columns(courses: list[Course]) -> list[Column]:
    return [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
        *(
            Column(str(one.pk), str(one.discipline), vertical=True, align="center")
            for one in courses
        ),
        Column("risk", "Тревог", kind="number"),
        Column("now", "сейчас", ATTENDANCE, kind="number", decimals=1),
        Column("later", "к концу", ATTENDANCE, align="center"),
    ]


def _student_row(
    number: int,
    student: Student,
    courses: Iterable[Course],
    seen: dict[int, dict[int, Outlook]],
    attending: Attending | None,
) -> dict[str, Any]:
    own = {one.pk: seen.get(one.pk, {}).get(student.pk) for one in courses}
    at_risk = sum(one is not None and one.is_alarm for one in own.values())
    return {
        "n": number,
        "name": str(student),
        **{str(pk): _foretold(one) for pk, one in own.items()},
        "risk": Cell(at_risk, "bad") if at_risk else None,
        "now": attending.now if attending else None,
        "later": _ending(attending),
    }


def _foretold(one: Outlook | None) -> Any:
    if one is None or one.forecast is None:
        return None
    if not one.is_told:
        return Cell("рано", "muted")
    mark = one.forecast.mark
    return Cell(
        f"{mark} ({100 * one.forecast.chances[mark]:.0f} %)",
        "bad" if one.is_alarm else "",
    )
