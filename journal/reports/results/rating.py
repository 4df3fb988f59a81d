"""A group's results month by month and in a rating: R3, R4."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from journal.domain.contingent.groups import stand_as_on
from journal.domain.results import mean, period_at, rates, read_statement
from journal.domain.results.averages import NOT_CERTIFIED
from journal.domain.results.categories import DEBTS
from journal.domain.results.figures import figures_of, mean_of
from journal.domain.results.group import (
    CURRENT,
    KNOWN,
    Statement,
    StudentLine,
    missed_sums,
)
from journal.models import Course, Institution, Period
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import (
    WHOLE,
    GroupForm,
    MonthField,
    month_end,
    month_title,
    months_until,
)
from journal.reports.registry import OF_GROUP, report
from journal.reports.results.signs import (
    CREDITS,
    RIGHT,
    SIGNS,
    ResultsForm,
    chosen_courses,
    counting,
    group_head,
    read_chosen,
    unfilled_warnings,
    warnings,
    why_empty,
)
from journal.reports.table import Cell, Column, Table

MISSED = "Пропущено часов за месяц"
FEW = 7  # disciplines that a sheet of A4 bears with two columns each


class MonthForm(GroupForm):
    """Asks for a group and a month of study."""

    right = RIGHT
    anchors = WHOLE

    month = MonthField(label="Месяц")

    def prepare(self) -> None:
        super().prepare()
        self.fields["month"].offer(months_until(timezone.localdate()))
        self.fields["month"].initial = self.fields["month"].choices[0][0]


@report(
    "preliminary",
    "Предварительная успеваемость",
    number="R3",
    area="results",
    roles=OF_GROUP,
    form=MonthForm,
    short="Предварительная аттестация",
    description=worded_lazily(
        "Ведомость предварительной аттестации на конец месяца: средний балл и число"
        " отметок по каждой дисциплине, пропуски за месяц.",
        "Ведомость предварительной аттестации на конец месяца: средний балл и число"
        " отметок по каждому предмету, пропуски за месяц.",
    ),
)
def preliminary(params: dict[str, Any]) -> Table:
    """R3 (U 5.2), monthly: averages from the beginning of the period to the month's end.

    Current marks alone, so without course works, which only sheets know.
    """
    group, month = params["group"], params["month"]
    rules = Institution.current()
    first, day = date(*month, 1), min(month_end(month), timezone.localdate())
    stand_as_on([group], day)
    period = _period_of(first, day)
    courses = Course.objects.filter(group=group, period=period)
    found = read_statement(courses, day, rules)
    missed = _missed(found, first, day)
    return Table(
        worded(
            "Ведомость предварительной аттестации по группе",
            "Ведомость предварительной аттестации по классу",
        ),
        _columns(found),
        rows=[
            _row(number, line, found, missed)
            for number, line in enumerate(found.lines, 1)
        ],
        totals=_totals(found, missed) if found.lines else (),
        lines=[
            f"{month_title(month).capitalize()}"
            + (f" · учебный период: {period}" if period else ""),
            *frame.group_head(group, day),
        ],
        warnings=unfilled_warnings(found.unfilled, day),
        notes=_notes(found, rules) if found.lines else (),
        signatures=frame.signatures(group, rules),
        orientation="landscape",
        paper="A4" if len(found.courses) <= FEW else "A3",
        empty=why_empty(found, {"group": group, "day": day}),
    )


def _period_of(first: date, day: date) -> Period | None:
    """The period of the month: the one of its last day, else one that touches it."""
    periods = list(
        Period.objects.filter(first_day__lte=day, last_day__gte=first)
        .select_related("year")
        .order_by("first_day")
    )
    return period_at(periods, day) if periods else None


def _missed(found: Statement, first: date, day: date) -> dict[int, tuple[int, int]]:
    """Student → academic hours missed in the month, of them without a good reason."""
    courses = [course.pk for course in found.courses]
    sums: dict[int, list[int]] = {}
    if courses:
        for sign, until in ((1, day), (-1, first - timedelta(days=1))):
            for student, excused, hours in missed_sums(courses=courses, day=until):
                one = sums.setdefault(student, [0, 0])
                one[0] += sign * hours
                one[1] += 0 if excused else sign * hours
    return {student: tuple(one) for student, one in sums.items()}


def _columns(found: Statement) -> list[Column]:
    columns = [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
    ]
    for course in found.courses:
        head = ("\n".join([course.discipline, ", ".join(course.teachers)]),)
        columns += [
            Column(f"{course.pk}", "балл, тек.", head, kind="number", decimals=2),
            Column(f"{course.pk}-n", "отметок", head, kind="number"),
        ]
    return [
        *columns,
        Column("mean", "Средний балл", kind="number", decimals=2),
        Column("missed", "всего", (MISSED,), kind="hours"),
        Column("unexcused", "без уваж. причины", (MISSED,), kind="hours"),
    ]


def _row(number: int, line: StudentLine, found: Statement, missed) -> dict[str, Any]:
    row: dict[str, Any] = {"n": number, "name": line.name, "mean": mean_of(line)}
    row["missed"], row["unexcused"] = missed.get(line.pk, (0, 0))
    for course in found.courses:
        one = line.standings[course.pk]
        key = str(course.pk)
        if one.is_off:
            row[key] = Cell(one.mark, "muted")
        elif one.average is not None:
            row[key] = Cell(one.average, "bad") if one.mark == "2" else one.average
        else:
            row[key] = CREDITS.get(one.mark, one.mark) or None
        row[f"{key}-n"] = one.count or None
    return row


def _totals(found: Statement, missed) -> list[dict[str, Any]]:
    sums = [missed.get(line.pk, (0, 0)) for line in found.lines]
    rows: list[dict[str, Any]] = [
        {
            "name": "Средний балл; всего часов",
            "mean": figures_of(found.lines).mean,
            "missed": sum(one[0] for one in sums),
            "unexcused": sum(one[1] for one in sums),
        },
        {"name": "Успеваемость, %"},
        {"name": "Качество, %"},
        {"name": "Не аттестовано"},
    ]
    for course in found.courses:
        column = [line.standings[course.pk] for line in found.lines]
        figures = rates(one.mark for one in column if one.is_counted)
        averages = [one.average for one in column if one.average is not None]
        values = (mean(averages), figures.success, figures.quality)
        for row, value in zip(rows, values, strict=False):
            row[str(course.pk)] = value
        rows[3][f"{course.pk}-n"] = sum(one.mark == NOT_CERTIFIED for one in column)
    return rows


def _notes(found: Statement, rules: Institution) -> list[str]:
    return [
        SIGNS,
        "тек. — средневзвешенный балл текущих отметок с начала учебного периода до конца"
        " месяца; отметкой за период не является. н/а — отметок меньше"
        f" {max(rules.marks_needed, 1)}.",
        counting(found, CURRENT),
    ]


@report(
    "rating",
    "Рейтинг успешности",
    number="R4",
    area="results",
    roles=OF_GROUP,
    form=ResultsForm,
    short=worded_lazily("Рейтинг группы", "Рейтинг класса"),
    description=worded_lazily(
        "Итоговый рейтинг по группе: по скольким дисциплинам студент аттестован,"
        " средний балл, место, пропуски.",
        "Итоговый рейтинг по классу: по скольким предметам ученик аттестован, средний"
        " балл, место, пропуски.",
    ),
)
def rating(params: dict[str, Any]) -> Table:
    """R4 (U 5.3): the best first, then by name; equal ones share a place."""
    group, rules = params["group"], Institution.current()
    found = read_chosen(params, chosen_courses(params), KNOWN)
    return Table(
        worded(
            "Итоговый рейтинг успешности по группе",
            "Итоговый рейтинг успешности по классу",
        ),
        RATING,
        rows=_places(found.lines) if found.courses else (),
        lines=group_head(params, KNOWN),
        warnings=warnings(found, params, KNOWN),
        notes=[
            worded(
                "Аттестован — по дисциплине есть отметка «5», «4», «3» или зачёт; не"
                " аттестован — «2», «незач.» или «н/а» в ведомости. Место — по числу"
                " неаттестованных дисциплин, затем по среднему баллу; у равных место"
                " одно.",
                "Аттестован — по предмету есть отметка «5», «4», «3» или зачёт; не"
                " аттестован — «2», «незач.» или «н/а» в ведомости. Место — по числу"
                " неаттестованных предметов, затем по среднему баллу; у равных место"
                " одно.",
            ),
            "Средний балл — по отметкам ведомостей, а где их нет — по текущим отметкам.",
            counting(found, KNOWN),
        ]
        if found.lines
        else (),
        signatures=frame.signatures(group, rules),
        empty=why_empty(found, params),
    )


CERTIFIED, HOURS = (worded_lazily("Аттестация, дисциплин"),), ("Пропущено часов",)
RATING = (
    Column("n", "№", kind="number"),
    Column("name", "Фамилия, имя, отчество", row_header=True),
    Column("place", "Место", kind="number"),
    Column("certified", "аттестован", CERTIFIED, kind="number"),
    Column("uncertified", "не аттестован", CERTIFIED, kind="number"),
    Column("mean", "Средний балл", kind="number", decimals=2),
    Column("missed", "всего", HOURS, kind="hours"),
    Column("unexcused", "без уваж. причины", HOURS, kind="hours"),
)


def _places(lines: list[StudentLine]) -> list[dict[str, Any]]:
    def worth(line: StudentLine) -> tuple[int, int, Decimal]:
        marks = line.marks()
        debts = sum(mark in DEBTS for mark in marks)
        return not marks, debts, -(mean_of(line) or Decimal(0))

    ranked = sorted(lines, key=lambda line: (worth(line), russian_key(line.name)))
    rows: list[dict[str, Any]] = []
    place, before = 0, None
    for number, line in enumerate(ranked, 1):
        is_unknown, debts, _ = worth(line)
        if worth(line) != before:
            place, before = number, worth(line)
        rows.append(
            {
                "n": number,
                "place": None if is_unknown else place,
                "name": line.name,
                "certified": len(line.marks()) - debts,
                "uncertified": Cell(debts, "bad") if debts else 0,
                "mean": mean_of(line),
                "missed": line.missed,
                "unexcused": line.unexcused,
            }
        )
    return rows
