"""Attendance of a group over the periods of a year: R17."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from journal.domain.lessons.attendance import (
    RIGHT,
    DayCount,
    RegisterLine,
    read_register,
)
from journal.models import Institution, Period
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.lessons.attendance import untaken_warnings
from journal.reports.questions import WHOLE
from journal.reports.registry import OF_GROUP, report
from journal.reports.results.summary import YearlyForm
from journal.reports.table import Column, Row, Table

DAYS = "Пропущено дней"


class YearAttendanceForm(YearlyForm):
    right = RIGHT
    anchors = WHOLE


@dataclass
class Missed:
    """What a student missed in a span, of it by illness; how often late."""

    days: int = 0
    sick_days: int = 0
    lessons: int = 0
    sick_lessons: int = 0
    late: int = 0

    def add(self, day: DayCount) -> None:
        """A day is missed where every lesson held of it was (domain §2.0)."""
        whole = day.held > 0 and day.missed >= day.held
        self.days += whole
        self.sick_days += whole and day.sick >= day.held
        self.lessons += day.missed
        self.sick_lessons += day.sick
        self.late += day.late


@report(
    "yearly_attendance",
    "Сводная ведомость учёта посещаемости",
    number="R17",
    area="lessons",
    roles=OF_GROUP,
    form=YearAttendanceForm,
    short="Сводная посещаемость за год",
    description=worded_lazily(
        "Пропущенные дни и уроки, в том числе по болезни, и опоздания каждого студента"
        " по периодам учебного года и за год."
    ),
)
def yearly_attendance(params: dict[str, Any]) -> Table:
    """R17 (S 5.8): each period of the year, and the year; whoever left stands greyed."""
    group, day, rules = params["group"], params["day"], Institution.current()
    periods = list(
        Period.objects.filter(
            year__periods=params["period"].pk, first_day__lte=day
        ).order_by("first_day", "kind", "number")
    )
    spans = {
        f"p{one.pk}": (
            f"{one.number} {one.get_kind_display()}",
            one.first_day,
            min(one.last_day, day),
        )
        for one in periods
    }
    first, last = params["period"].first_day, day
    if periods:
        first = periods[0].first_day
        last = min(day, max(one.last_day for one in periods))
    spans["year"] = ("Учебный год", first, last)
    found = read_register(params["user"], group, first, last)
    return Table(
        "Сводная ведомость учёта посещаемости",
        _columns(spans),
        rows=[_row(n, line, spans, last) for n, line in enumerate(found.lines, 1)],
        totals=[_total(found.lines, spans)] if found.lines else (),
        lines=[
            f"Учебный год: {params['period'].year}",
            *frame.group_head(group, last),
        ],
        warnings=untaken_warnings([found], "пропуски и дни"),
        notes=[_about()] if found.lines else (),
        signatures=frame.signatures(group, rules),
        orientation="landscape",
        empty=f"В {worded('группе', 'классе')} {group} в этом году никто не числился."
        f" Выберите другой год или зачислите {worded('студентов')}.",
    )


def _about() -> str:
    missed = worded("Пропущено занятие", "Пропущен урок")
    return (
        "Пропущен день — отсутствовал на всех занятиях дня с отмеченным присутствием, по"
        f" болезни — если болел на всех. {missed} — от начала до конца; пропуск части сюда"
        " не входит. Выбывшие стоят серым и учтены по день выбытия."
    )


Spans = dict[str, tuple[str, date, date]]
KEYS = tuple(field.name for field in fields(Missed))


def _columns(spans: Spans) -> list[Column]:
    lessons = worded("Пропущено занятий", "Пропущено уроков")
    columns = [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
    ]
    for key, (title, _, _) in spans.items():
        columns += [
            Column(f"{key}-days", "всего", (title, DAYS), kind="number"),
            Column(f"{key}-sick_days", "по болезни", (title, DAYS), kind="number"),
            Column(f"{key}-lessons", "всего", (title, lessons), kind="number"),
            Column(
                f"{key}-sick_lessons", "по болезни", (title, lessons), kind="number"
            ),
            Column(f"{key}-late", "Опоз-\nданий", (title,), kind="number"),
        ]
    return columns


def _missed(lines: Iterable[RegisterLine], first: date, last: date) -> Missed:
    found = Missed()
    for line in lines:
        for day, count in line.by_day.items():
            if first <= day <= last:
                found.add(count)
    return found


def _cells(lines: list[RegisterLine], spans: Spans) -> dict[str, Any]:
    cells = {}
    for key, (_, first, last) in spans.items():
        found = _missed(lines, first, last)
        cells |= {f"{key}-{name}": getattr(found, name) for name in KEYS}
    return cells


def _row(number: int, line: RegisterLine, spans: Spans, last: date) -> Row:
    cells = {"n": number, "name": line.name, **_cells([line], spans)}
    return Row(cells, "" if line.sits_on(last) else "muted")


def _total(lines: list[RegisterLine], spans: Spans) -> dict[str, Any]:
    return {
        "name": worded("Всего по группе", "Всего по классу"),
        **_cells(lines, spans),
    }
