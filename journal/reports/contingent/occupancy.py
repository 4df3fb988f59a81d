"""Occupancy of groups: R22."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.utils import timezone

from journal.domain.contingent.occupancy import (
    BUDGET,
    CONTRACT,
    UNKNOWN,
    Occupancy,
    read_occupancy,
    reference_day,
)
from journal.models import Group, Institution, Student, StudyForm
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import WHOLE, DayField, groups_for
from journal.reports.registry import OF_GROUP, ReportForm, report
from journal.reports.table import Cell, Column, Row, Section, Table

NO_DEPARTMENT = "Вне отделений"
# attribute of a line → heading, and the titles of its values in order
SPLITS = {
    "sexes": (
        "Пол",
        {Student.Sex.MALE: "м", Student.Sex.FEMALE: "ж", UNKNOWN: "не указан"},
    ),
    "fundings": (
        "Основание",
        {BUDGET: "бюджет", CONTRACT: "договор", UNKNOWN: "не указано"},
    ),
    "forms": (
        "Форма обучения",
        {
            StudyForm.FULL_TIME: "очная",
            StudyForm.PART_TIME: "очно-заочная",
            StudyForm.EXTRAMURAL: "заочная",
            UNKNOWN: "не указана",
        },
    ),
}
ALWAYS = (*Student.Sex.values, BUDGET, CONTRACT, StudyForm.FULL_TIME)


class OccupancyForm(ReportForm):
    day = DayField(label="По состоянию на")

    def prepare(self) -> None:
        rules, today = Institution.current(), timezone.localdate()
        reference = reference_day(rules, today)
        self.fields["day"].initial = reference
        self.fields[
            "day"
        ].help_text = f"День эталонной наполняемости — {rules.reference_day}."


@report(
    "occupancy",
    worded_lazily("Наполняемость групп"),
    number="R22",
    area="contingent",
    roles=(*OF_GROUP, "secretary"),
    form=OccupancyForm,
    description=worded_lazily(
        "Сколько студентов в каждой группе на выбранный день: пол, бюджет и договор,"
        " форма обучения, академические отпуска, отклонение от нормы.",
        "Сколько учеников в каждом классе на выбранный день: пол, бюджет и договор,"
        " форма обучения, академические отпуска, отклонение от нормы.",
    ),
)
def occupancy(params: dict[str, Any]) -> Table:
    """R22 (S 9.4) of the groups that the person sees whole; a curator's are own ones."""
    user, day = params["user"], params["day"]
    rules = Institution.current()
    groups = Group.objects.filter(groups_for(user, "view_membership", WHOLE))
    lines = read_occupancy(groups, day)
    splits = _splits(lines)
    return Table(
        worded("Наполняемость групп"),
        _columns(splits),
        rows=_rows(lines, splits, rules.group_norm),
        totals=[_sum(lines, splits, rules.group_norm, "Всего")] if lines else (),
        lines=[f"По состоянию на {day:%d.%m.%Y}"],
        notes=_notes(lines, rules) if lines else (),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=(
            f"{day:%d.%m.%Y} {worded('групп')}, доступных вам, нет. Выберите другой"
            " день или"
            " обратитесь к администратору журнала."
        ),
    )


Splits = list[tuple[str, str, str, str]]  # attribute, value, heading, title


def _splits(lines: list[Occupancy]) -> Splits:
    """The columns of values: the usual ones, and others where somebody has them."""
    return [
        (name, value, heading, title)
        for name, (heading, titles) in SPLITS.items()
        for value, title in titles.items()
        if value in ALWAYS or any(getattr(line, name).get(value) for line in lines)
    ]


def _columns(splits: Splits) -> list[Column]:
    return [
        Column("n", "№", kind="number"),
        Column("name", worded("Группа"), row_header=True),
        Column("year", worded("Курс", "Параллель"), kind="number"),
        Column("specialty", "Специальность (профессия)"),
        Column("total", "Всего", kind="number"),
        *(
            Column(f"{name}-{value}", title, (heading,), kind="number")
            for name, value, heading, title in splits
        ),
        Column("leave", "В академич. отпуске", kind="number"),
        Column("norm", "Норма", kind="number"),
        Column("off", "Отклонение", kind="number"),
    ]


def _rows(lines: list[Occupancy], splits: Splits, norm: int) -> list[Any]:
    """Lines by department, each with its total where there is more than one."""
    rows: list[Any] = []
    number = 0
    parts = [
        (name, list(ones)) for name, ones in groupby(lines, lambda x: x.department)
    ]
    for name, ones in parts:
        if len(parts) > 1:
            rows.append(Section(name or NO_DEPARTMENT))
        for line in ones:
            number += 1
            values = _sum([line], splits, norm, line.name)
            values |= {"n": number, "year": line.course_year}
            rows.append(values | {"specialty": line.specialty})
        if len(parts) > 1:
            rows.append(Row(_sum(ones, splits, norm, "Итого"), "bold"))
    return rows


def _sum(
    lines: Iterable[Occupancy], splits: Splits, norm: int, name: str
) -> dict[str, Any]:
    """A row that adds these lines up; the norm is that of all of them together."""
    lines = list(lines)
    total = sum(line.total for line in lines)
    off = total - norm * len(lines)
    return {
        "name": name,
        "total": total,
        **{
            f"{one}-{value}": sum(getattr(line, one).get(value, 0) for line in lines)
            for one, value, _, _ in splits
        },
        "leave": sum(line.on_leave for line in lines),
        "norm": norm * len(lines),
        "off": Cell(off, "bad") if off > 0 else off,
    }


def _notes(lines: list[Occupancy], rules: Institution) -> list[str]:
    over = sum(line.total > rules.group_norm for line in lines)
    counts = ((worded("Групп"), len(lines)), ("из них больше нормы", over))
    return [
        f"{frame.counted(counts)}."
        f" Норма — {rules.group_norm}. Кто в академическом отпуске, в общее число не"
        " входит. Бюджет — все основания, кроме договоров об оплате обучения.",
    ]
