"""Reports on lessons: R12."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from journal.domain.contingent.groups import stand_as_on
from journal.domain.lessons.attendance import (
    RIGHT,
    Register,
    RegisterLine,
    Totals,
    read_register,
    summed,
)
from journal.models import AbsenceReason, Institution
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import (
    GroupForm,
    MonthField,
    month_end,
    month_title,
    months_until,
    sees_whole,
)
from journal.reports.registry import OF_JOURNAL, report
from journal.reports.table import Cell, Column, Row, Section, Table

MOST_MONTHS = 12
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
MISSED = "Пропущено часов"
UNKNOWN = Cell("?", "muted")
AWAY = Cell("–", "muted")


class AttendanceForm(GroupForm):
    right = RIGHT

    month = MonthField(label="Месяц")
    until = MonthField(label="По месяц включительно", required=False)

    def prepare(self) -> None:
        super().prepare()
        months = months_until(timezone.localdate())
        self.fields["month"].offer(months)
        self.fields["month"].initial = self.fields["month"].choices[0][0]
        self.fields["until"].offer(months, blank="Только этот месяц")

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        first = answers.get("month")
        last = answers.get("until") or first
        if first and last:
            count = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
            if not 1 <= count <= MOST_MONTHS:
                raise ValidationError(
                    "Последний месяц — не раньше первого и не позже чем через год."
                )
            answers["until"] = last
        return answers


@report(
    "attendance",
    worded_lazily("Отчёт о посещаемости группы", "Отчёт о посещаемости класса"),
    number="R12",
    area="lessons",
    roles=OF_JOURNAL,
    form=AttendanceForm,
    short=worded_lazily("Посещаемость группы", "Посещаемость класса"),
    description="Табель за месяц или несколько: кто, когда и почему отсутствовал,"
    " пропущенные часы по причинам, процент посещаемости.",
)
def attendance(params: dict[str, Any]) -> Table:
    """R12 (S 5.8, S 9.4): students × days, totals by reason in academic hours.

    Only lessons whose attendance was taken count as held: of the others nobody knows
    who was there. How many these are is said above the table.
    """
    user, group = params["user"], params["group"]
    rules = Institution.current()
    months = list(_months(params["month"], params["until"]))
    first = date(*months[0], 1)
    last = min(month_end(months[-1]), timezone.localdate())
    stand_as_on([group], last)
    found = read_register(user, group, first, last)
    is_whole = sees_whole(user, group, RIGHT)
    rows, totals = _one_month(found, months[0]), [_group_row(found, months)]
    if len(months) > 1:
        rows, totals = list(_many_months(found, months)), []
    return Table(
        worded("Отчёт о посещаемости группы", "Отчёт о посещаемости класса"),
        _columns(months),
        rows=rows if found.lines else (),
        totals=totals if found.lines else (),
        lines=[
            _span_title(months),
            *frame.group_head(group, last),
            *(() if is_whole else ["Только занятия, которые вы ведёте"]),
        ],
        warnings=untaken_warnings([found], "проведённые часы"),
        notes=_notes(),
        signatures=frame.signatures(group, rules),
        orientation="landscape",
        empty=f"В {worded('группе', 'классе')} {group} в это время никто не числился."
        f" Выберите другой месяц или зачислите {worded('студентов')}.",
    )


def _months(first: tuple[int, int], last: tuple[int, int]) -> Iterator[tuple[int, int]]:
    year, number = first
    while (year, number) <= last:
        yield year, number
        year, number = (year, number + 1) if number < 12 else (year + 1, 1)


def _span_title(months: list[tuple[int, int]]) -> str:
    if len(months) == 1:
        return month_title(months[0]).capitalize()
    return f"{month_title(months[0])} — {month_title(months[-1])}".capitalize()


def _columns(months: list[tuple[int, int]]) -> list[Column]:
    days = range(1, 32)
    titles = {day: str(day) for day in days}
    if len(months) == 1:
        days = range(1, month_end(months[0]).day + 1)
        for day in days:
            titles[day] += f"\n{WEEKDAYS[date(*months[0], day).weekday()]}"
    reasons = (("excused", "всего"), ("sick", "в т. ч. по болезни"))
    return [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
        *(
            Column(str(day), titles[day], ("Числа месяца",), kind="number")
            for day in days
        ),
        Column("missed", "всего", (MISSED,), kind="hours"),
        *(
            Column(key, title, (MISSED, "по уваж. причине"), kind="hours")
            for key, title in reasons
        ),
        Column("unexcused", "без уваж. причины", (MISSED,), kind="hours"),
        Column("late", "Опозда-\nний", kind="number"),
        Column("held", "Прове-\nдено часов", kind="hours"),
        Column("percent", "Посеща-\nемость", kind="percent", decimals=1),
    ]


def _figures(total: Totals) -> dict[str, Any]:
    """The figures of a row; zeros beside the total would only hide what counts."""
    return {
        "missed": total.missed,
        "excused": total.excused or None,
        "sick": total.sick or None,
        "unexcused": total.unexcused or None,
        "late": total.late or None,
        "held": total.held,
        "percent": total.percent,
    }


def _day(line: RegisterLine, day: date) -> Any:
    """«н4 б2 о15»: hours by reason, minutes late; «?» where attendance was not taken."""
    letters = line.days.get(day)
    if letters:
        lates = line.lates.get(day, [0])
        return " ".join(
            f"{letter}{hours}"
            if hours
            else "".join(f"{letter}{minutes or ''}" for minutes in lates)
            for letter, hours in letters.items()
        )
    if not line.sits_on(day):
        return AWAY
    return UNKNOWN if day in line.unknown else None


def _student(number: int, line: RegisterLine, month: tuple[int, int]) -> Row:
    end = month_end(month)
    cells = {str(day): _day(line, date(*month, day)) for day in range(1, end.day + 1)}
    left = line.spans[-1][1]
    gone = left is not None and left <= end
    name = frame.stay(line.name, line.spans, date(*month, 1), end)
    total = line.months.get(month, Totals())
    figures = _figures(total)
    return Row({"n": number, "name": name, **cells, **figures}, "muted" if gone else "")


def _members(found: Register, month: tuple[int, int]) -> list[RegisterLine]:
    first, last = date(*month, 1), month_end(month)
    return [
        line
        for line in found.lines
        if any(
            start <= last and (end is None or end > first) for start, end in line.spans
        )
    ]


def _one_month(found: Register, month: tuple[int, int]) -> list[Row]:
    members = _members(found, month)
    return [_student(number, line, month) for number, line in enumerate(members, 1)]


def _group_row(found: Register, months: list[tuple[int, int]]) -> dict[str, Any]:
    """Hours missed by the whole group, by day where there is one month."""
    total = summed(
        line.months[month]
        for line in found.lines
        for month in months
        if month in line.months
    )
    row = {"name": worded("Всего по группе", "Всего по классу"), **_figures(total)}
    if len(months) == 1:
        for line in found.lines:
            for day, letters in line.days.items():
                hours = row.get(str(day.day), 0) + sum(letters.values())
                row[str(day.day)] = hours
        row = {key: value for key, value in row.items() if value or key in FIGURES}
    return row


FIGURES = ("name", *_figures(Totals()))


def _many_months(found: Register, months: list) -> Iterator[Row | Section]:
    """The grid of each month, then the months side by side, then the whole span."""
    for month in months:
        yield Section(month_title(month).capitalize())
        yield from _one_month(found, month)
        yield Row(_group_row(found, [month]), "bold")
    yield Section("По месяцам")
    for month in months:
        total = summed(line.months.get(month, Totals()) for line in found.lines)
        yield Row({"name": month_title(month).capitalize(), **_figures(total)})
    yield Section(f"Всего: {_span_title(months).lower()}")
    for number, line in enumerate(found.lines, 1):
        yield Row({"n": number, "name": line.name, **_figures(line.total())})
    yield Row(_group_row(found, months), "bold")


def untaken_warnings(registers: Iterable[Register], left_out_of: str) -> list[str]:
    """That lessons without attendance taken are `left_out_of` the figures of a report."""
    known = list(registers)
    not_taken = sum(one.not_taken for one in known)
    if not not_taken:
        return []
    lessons = sum(one.lessons for one in known)
    facts = (("занятий", lessons), ("присутствие не отмечено", not_taken))
    return [
        f"Журнал заполнен не полностью: {frame.counted(facts)}."
        f" Эти занятия в {left_out_of} не входят."
    ]


def _notes() -> list[str]:
    reasons = "; ".join(
        f"{reason.code} — {reason.name}" for reason in AbsenceReason.objects.all()
    )
    return [
        f"Условные обозначения: {reasons}; число после буквы — пропущено академических"
        " часов, у опоздания — минут; ? — присутствие отмечено не на всех занятиях"
        f" дня; – — в {worded('группе', 'классе')} не"
        " числится; пусто — присутствует или занятий нет.",
        worded(
            "Посещаемость = 100 % × (1 − пропущено часов / проведено часов)."
            " Проведёнными для студента считаются занятия с отмеченным присутствием в"
            " дни, когда он числился в группе (подгруппе). Опоздание пропуском не"
            " считается.",
            "Посещаемость = 100 % × (1 − пропущено часов / проведено часов)."
            " Проведёнными для ученика считаются занятия с отмеченным присутствием в"
            " дни, когда он числился в классе (подгруппе). Опоздание пропуском не"
            " считается.",
        ),
    ]
