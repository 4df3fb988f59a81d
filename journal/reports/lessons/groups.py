"""Attendance of groups in a period: R7."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from journal.domain.contingent.groups import stand_as_on
from journal.domain.lessons.attendance import (
    RIGHT,
    Register,
    Totals,
    read_registers,
    summed,
)
from journal.models import AcademicYear, Group, Institution
from journal.models.words import worded, worded_lazily
from journal.reports.lessons.attendance import untaken_warnings
from journal.reports.questions import WHOLE, groups_for
from journal.reports.registry import OF_GROUP, report
from journal.reports.results.groups import (
    NOBODY,
    GroupsForm,
    head_of_many,
    with_subtotals,
)
from journal.reports.table import Column, Table

MISSED = ("Пропущено часов",)


class GroupsAttendanceForm(GroupsForm):
    right = RIGHT


@dataclass
class Figures:
    """Of one group or several: students of the last day, hours of the whole span."""

    students: int
    total: Totals

    @property
    def each(self) -> Decimal | None:
        """Academic hours missed by a student on average."""
        if not self.students:
            return None
        return Decimal(self.total.missed) / self.students


@report(
    "groups_attendance",
    worded_lazily("Посещаемость групп"),
    number="R7",
    area="lessons",
    roles=OF_GROUP,
    form=GroupsAttendanceForm,
    short=worded_lazily("Посещаемость групп"),
    is_personal=False,
    description=worded_lazily(
        "Предварительные итоги по группам и отделениям: человеко-часы, пропуски по"
        " причинам, на одного студента, процент посещаемости."
    ),
)
def groups_attendance(params: dict[str, Any]) -> Table:
    """R7 (U 5.3): each figure is the sum of what R12 shows of the group's students."""
    rules, period = Institution.current(), params["period"]
    first, last = period.first_day, min(period.last_day, params["day"])
    if params["whole_year"]:
        year = AcademicYear.objects.get(periods=period.pk)
        first, last = year.start, min(params["day"], year.end or params["day"])
    groups = _groups(params)
    registers = read_registers(params["user"], [one.pk for one in groups], first, last)
    groups = [one for one in groups if registers[one.pk].lines]
    figures = {one.pk: _of(registers[one.pk], last) for one in groups}

    def cells(ones: list[Group], name: str) -> dict[str, Any]:
        return _cells(_sum([figures[group.pk] for group in ones]), name)

    rows = with_subtotals(groups, cells)
    return Table(
        worded("Посещаемость групп (предварительные итоги)"),
        _columns(),
        rows=rows,
        totals=[cells(groups, "Всего")] if len(groups) > 1 else (),
        lines=[
            *head_of_many(params, groups),
            f"Занятия с {first:%d.%m.%Y} по {last:%d.%m.%Y}",
        ],
        warnings=untaken_warnings(registers.values(), "человеко-часы"),
        notes=[ABOUT] if rows else (),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=NOBODY,
    )


ABOUT = worded_lazily(
    "Человеко-часы — академические часы занятий с отмеченным присутствием, на которых"
    " студент числился в группе (подгруппе), по всем студентам; выбывшие входят до дня"
    " выбытия. Студентов — на последний день. Посещаемость = 100 % × (1 − пропущено /"
    " человеко-часы). Опоздание пропуском не считается.",
    "Человеко-часы — академические часы занятий с отмеченным присутствием, на которых"
    " ученик числился в классе (подгруппе), по всем ученикам; выбывшие входят до дня"
    " выбытия. Учеников — на последний день. Посещаемость = 100 % × (1 − пропущено /"
    " человеко-часы). Опоздание пропуском не считается.",
)


def _groups(params: dict[str, Any]) -> list[Group]:
    """The groups asked for that had courses in the period or the year."""
    period = params["period"]
    asked = {"courses__period": period.pk}
    if params["whole_year"]:
        asked = {"courses__period__year__periods": period.pk}
    groups = Group.objects.filter(
        groups_for(params["user"], RIGHT, WHOLE),
        pk__in=Group.objects.filter(**asked).order_by().values("pk"),
    )
    if params["department"]:
        groups = groups.filter(department=params["department"])
    if params["group"]:
        groups = groups.filter(pk=params["group"].pk)
    found = list(groups.select_related("department"))
    stand_as_on(found, min(params["day"], period.last_day))
    return found


def _of(register: Register, day) -> Figures:
    students = sum(line.sits_on(day) for line in register.lines)
    return Figures(students, summed(line.total() for line in register.lines))


def _sum(parts: list[Figures]) -> Figures:
    total = summed(one.total for one in parts)
    return Figures(sum(one.students for one in parts), total)


def _columns() -> list[Column]:
    reasons = ("excused", "всего"), ("sick", "в т. ч. по болезни")
    return [
        Column("n", "№", kind="number"),
        Column("name", worded("Группа"), row_header=True),
        Column("year", worded("Курс", "Параллель"), kind="number"),
        Column("students", worded("Студентов"), kind="number"),
        Column("held", "Человеко-\nчасов", kind="hours"),
        Column("missed", "всего", MISSED, kind="hours"),
        *(
            Column(key, title, (*MISSED, "по уваж. причине"), kind="hours")
            for key, title in reasons
        ),
        Column("unexcused", "без уваж. причины", MISSED, kind="hours"),
        Column("each", worded("на одного студента"), MISSED, kind="number", decimals=1),
        Column("late", "Опозданий", kind="number"),
        Column("percent", "Посеща-\nемость", kind="percent", decimals=1),
    ]


def _cells(one: Figures, name: str) -> dict[str, Any]:
    total = one.total
    return {
        "name": name,
        "students": one.students,
        "held": total.held,
        "missed": total.missed,
        "excused": total.excused,
        "sick": total.sick,
        "unexcused": total.unexcused,
        "each": one.each,
        "late": total.late,
        "percent": total.percent,
    }
