"""Statements of results: R5."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from journal.domain.results import mean, rates, read_statement, with_comma
from journal.domain.results.categories import GroupRates
from journal.domain.results.figures import figures_of, mean_of
from journal.domain.results.group import KNOWN, Statement, TaughtCourse
from journal.domain.results.standings import Standing
from journal.models import AttestationForm, Course, Group, Institution
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import PeriodForm, own_courses, sees_whole
from journal.reports.registry import OF_JOURNAL, report
from journal.reports.results.signs import (
    CREDITS,
    SIGNS,
    cell,
    counting,
    only_own,
    unfilled_warnings,
)
from journal.reports.table import Cell, Column, Table

# Headings over the disciplines, in the order of the statement (domain §1).
FORMS = {
    AttestationForm.EXAM: "Экзамены",
    AttestationForm.DIFF_CREDIT: "Дифф. зачёты",
    AttestationForm.CREDIT: "Зачёты",
    AttestationForm.OTHER: "Др. формы контроля",
    AttestationForm.COURSEWORK: "Курсовые работы",
    AttestationForm.MODULE_EXAM: "Квалиф. экзамены по ПМ",
    "": "Без формы аттестации",
}
MISSED = ("Пропущено часов",)
NARROW, FEW = 6, 20  # disciplines that a sheet of A4 bears upright, and on its side


class StatementForm(PeriodForm):
    right = "view_mark"
    ends_with_period = False


@report(
    "attestation",
    worded_lazily(
        "Сводная ведомость успеваемости по группе",
        "Сводная ведомость успеваемости по классу",
    ),
    number="R5",
    area="results",
    roles=(*OF_JOURNAL, "certificates"),
    form=StatementForm,
    short=worded_lazily("Ведомость группы", "Ведомость класса"),
    description=worded_lazily(
        "Результаты студентов по всем дисциплинам периода: по ведомостям, до них"
        " средние баллы на выбранную дату; успеваемость, качество и СОУ, пропуски."
    ),
)
def attestation(params: dict[str, Any]) -> Table:
    """R5 (U 5.3, K 4.3.1): what sheets say, current marks where none is signed yet.

    A teacher as such sees the courses held on the day; the rest the whole group.
    """
    user, group, period, day = (
        params[name] for name in ("user", "group", "period", "day")
    )
    rules = Institution.current()
    courses = Course.objects.filter(group=group, period=period.pk)
    is_whole = sees_whole(user, group, StatementForm.right)
    if not is_whole:
        courses = own_courses(user, courses, min(day, period.last_day))
    found = read_statement(courses, day, rules, KNOWN)
    found.courses.sort(key=lambda course: list(FORMS).index(course.form))
    figures = figures_of(found.lines)
    return Table(
        worded(
            "Сводная ведомость успеваемости по группе",
            "Сводная ведомость успеваемости по классу",
        ),
        _columns(found),
        rows=_rows(found) if found.courses else (),
        totals=_totals(found, figures.mean) if found.courses and found.lines else (),
        lines=[
            f"Учебный период: {period}",
            *frame.group_head(group, day),
            *(() if is_whole else [only_own()]),
        ],
        warnings=unfilled_warnings(found.unfilled, day),
        notes=_notes(found, figures.rates, rules)
        if found.courses and found.lines
        else (),
        signatures=frame.signatures(group, rules),
        orientation="portrait" if len(found.courses) <= NARROW else "landscape",
        paper="A4" if len(found.courses) <= FEW else "A3",
        empty=_why_empty(found, group, day, is_whole),
    )


def _standings(found: Statement, course: TaughtCourse) -> list[Standing]:
    """How each student stands in a column, in their order."""
    return [line.standings[course.pk] for line in found.lines]


def _columns(found: Statement) -> list[Column]:
    columns = [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
    ]
    for course in found.courses:
        is_running = _is_running(found, course)
        title = f"{course.discipline}, тек." if is_running else course.discipline
        columns.append(
            Column(
                str(course.pk),
                "\n".join([title, ", ".join(course.teachers)]),
                (FORMS[course.form],),
                vertical=True,
                kind="number",
                decimals=2 if is_running else None,
            )
        )
    return [
        *columns,
        Column("mean", "Средний балл", vertical=True, kind="number", decimals=2),
        Column("missed", "всего", MISSED, kind="hours"),
        Column("unexcused", "без уваж. причины", MISSED, kind="hours"),
    ]


def _is_running(found: Statement, course: TaughtCourse) -> bool:
    """Has nobody a mark of record on the course yet?"""
    standings = _standings(found, course)
    return all(one.is_current or not one.is_counted for one in standings)


def _cell(standing: Standing, is_running: bool) -> Any:
    if is_running and standing.is_current and standing.mark:
        number, mark = standing.average, standing.mark
        if number is not None:
            return Cell(number, "bad") if mark == "2" else number
        return CREDITS.get(mark, mark)
    return cell(standing)


def _rows(found: Statement) -> list[list[Any]]:
    columns = []
    for course in found.courses:
        is_running = _is_running(found, course)
        columns.append([_cell(one, is_running) for one in _standings(found, course)])
    return [
        [number, line.name, *cells, mean_of(line), line.missed, line.unexcused]
        for number, (line, *cells) in enumerate(
            zip(found.lines, *columns, strict=True), 1
        )
    ]


def _totals(found: Statement, average: Decimal | None) -> list[dict[str, Any]]:
    """Four rows under the disciplines; the hours of the group under the hours."""
    rows: list[dict[str, Any]] = [
        {
            "name": "Средний балл; всего часов",
            "mean": average,
            "missed": sum(line.missed for line in found.lines),
            "unexcused": sum(line.unexcused for line in found.lines),
        },
        {"name": "Успеваемость, %"},
        {"name": "Качество, %"},
        {"name": "СОУ, %"},
    ]
    for course in found.courses:
        column = _standings(found, course)
        figures = rates(one.mark for one in column if one.is_counted)
        values = (
            mean([one.number for one in column if one.number is not None]),
            figures.success,
            figures.quality,
            figures.sou,
        )
        for row, value in zip(rows, values, strict=True):
            row[str(course.pk)] = value
    return rows


def _group_rates(figures: GroupRates) -> str:
    """Students without a failure, and those with good marks alone (domain §2.0)."""
    if not figures.counted:
        return "Отметок ещё нет."
    good = "0"
    if figures.graded:
        good = f"{figures.good} ({with_comma(figures.quality)} %)"
    return (
        f"По {worded('группе', 'классу')}: с отметками {worded('студентов')}"
        f" {figures.counted}; без «2»,"
        f" «незач.» и «н/а» {figures.passing}"
        f" ({with_comma(figures.success)} %), только с «4», «5» и «зач.» {good}."
    )


def _notes(found: Statement, figures: GroupRates, rules: Institution) -> list[str]:
    five, four, three = (
        f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")
        for number in (rules.threshold_5, rules.threshold_4, rules.threshold_3)
    )
    return [
        SIGNS,
        "тек. и * — средневзвешенный балл текущих отметок, подписанной ведомости ещё"
        f" нет; н/а — и тот, у кого текущих отметок меньше {max(rules.marks_needed, 1)}."
        " Средний балл отметкой за период не является; для успеваемости, качества и СОУ"
        f" балл от {five} принят за «5», от {four} — за «4», от {three} — за «3», ниже —"
        " за «2».",
        counting(found, KNOWN),
        _group_rates(figures),
    ]


def _why_empty(found: Statement, group: Group, day, is_whole: bool) -> str:
    if found.courses:
        return (
            f"{day:%d.%m.%Y} в {worded('группе', 'классе')} {group} никто не числится."
            f" Проверьте дату или зачислите {worded('студентов')}."
        )
    if is_whole:
        return (
            f"У {worded('группы', 'класса')} {group} в этом периоде нет"
            f" {worded('дисциплин')}."
            " Выберите другой период или заведите нагрузку."
        )
    return (
        f"{day:%d.%m.%Y} вы не вели {worded('дисциплин')} в"
        f" {worded('группе', 'классе')} {group}."
        " Выберите другой период или дату."
    )
