"""What statements of results share: questions, cells, warnings, the key to the signs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from journal.domain.results import read_statement, with_comma
from journal.domain.results.averages import FAIL, NOT_CERTIFIED, PASS
from journal.domain.results.figures import of_year
from journal.domain.results.group import (
    CURRENT,
    KNOWN,
    SIGNED,
    Statement,
    Unfilled,
)
from journal.domain.results.standings import Standing
from journal.domain.words import listed
from journal.models import Course, Group, Institution
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import WHOLE, BegunPeriod, PeriodForm, groups_for
from journal.reports.table import Cell

RIGHT = "view_mark"
CREDITS = {PASS: "зач.", FAIL: Cell("незач.", "bad")}
STATUSES = {
    "absent": "неявка",
    "not_admitted": "не доп.",
    "not_taken": "не сдав.",
}
SIGNS = (
    "Условные обозначения: 5 — отлично, 4 — хорошо, 3 — удовлетворительно, 2 —"
    " неудовлетворительно; зач., незач. — зачёт, незачёт; н/а — не аттестован; осв. —"
    " освобождён; п5 — перезачтено с отметкой 5; пусто — отметок ещё нет."
)
RULE = (
    "Освобождённые и перезачтённые в расчёт не входят, «н/а», «неявка», «не допущен» и"
    " «не сдавал» входят как «н/а»; зачёт входит только в успеваемость. Выбывшие к дате"
    " отчёта не учитываются."
)
EARLY = (
    " «н/а» до подписания ведомости значит, что текущих отметок пока мало: в проценты,"
    " СОУ и средний балл не входит, долгом не считается."
)
WORKS = worded_lazily(
    " Курсовая работа дисциплины, у которой есть и экзамен или зачёт, считается отдельно,"
    " наравне с дисциплинами: «2» за неё делает студента неуспевающим, отметка входит в"
    " его средний балл; в проценты самой дисциплины не входит.",
    " Курсовая работа предмета, у которого есть и экзамен или зачёт, считается"
    " отдельно, наравне с предметами: «2» за неё делает ученика неуспевающим, отметка входит в"
    " его средний балл; в проценты самого предмета не входит.",
)
BASES = {
    CURRENT: "Рассчитано по текущим отметкам",
    SIGNED: "По подписанным ведомостям",
    KNOWN: "По подписанным ведомостям, а где их нет — по текущим отметкам",
}
MOST_NAMED = 6


class ResultsForm(PeriodForm):
    """Asks for a group, a period or its whole year, and the day to stand at.

    Retakes come after a period, so its last day does not end the question.
    """

    right = RIGHT
    anchors = WHOLE
    ends_with_period = False

    whole_year = forms.BooleanField(label="За весь учебный год", required=False)
    field_order = ("group", "closed", "period", "whole_year", "day")


def chosen_courses(params: dict[str, Any]) -> QuerySet[Course]:
    """Courses of the period or the year asked for, of one group or all that are seen."""
    period = params["period"]
    courses = Course.objects.filter(period=period.pk)
    if params["whole_year"]:
        courses = Course.objects.filter(
            period__year__periods=period.pk, period__first_day__lte=params["day"]
        )
    if params["group"]:
        return courses.filter(group=params["group"])
    seen = Group.objects.filter(groups_for(params["user"], RIGHT, WHOLE))
    return courses.filter(group__in=seen.order_by().values("pk"))


def read_chosen(
    params: dict[str, Any], courses: QuerySet[Course], basis: str
) -> Statement:
    """The statement of the period, or of the year with a column a discipline."""
    found = read_statement(courses, params["day"], Institution.current(), basis)
    return of_year(found) if params["whole_year"] else found


def period_title(params: dict[str, Any]) -> str:
    """«Учебный период: 2026–2027, 1 семестр», or the year."""
    period: BegunPeriod = params["period"]
    if params["whole_year"]:
        return f"Учебный год: {period.year}"
    return f"Учебный период: {period}"


def counting(found: Statement, basis: str) -> str:
    """What counts in the figures (`Standing.is_counted`), course works where there are."""
    early = "" if basis == SIGNED else EARLY
    has_works = any(one.is_work for one in found.courses)
    return f"{RULE}{early}{WORKS if has_works else ''}"


def group_head(params: dict[str, Any], basis: str) -> list[str]:
    """The lines over a statement of one group."""
    return [
        period_title(params),
        *frame.group_head(params["group"], params["day"]),
        BASES[basis],
    ]


def only_own() -> str:
    """The line over what a teacher as such sees of a group."""
    return worded(
        "Только дисциплины, которые вы ведёте", "Только предметы, которые вы ведёте"
    )


def cell(standing: Standing) -> Any:
    """A mark of record as it is, a running average with a star, «н/а» and the like."""
    if not standing.mark:
        return None
    if standing.is_off:
        return Cell(standing.mark, "muted")
    if not standing.is_current:
        return of_mark(standing.mark, standing.status)
    if standing.average is not None:
        style = "bad" if standing.mark == "2" else "muted"
        return Cell(f"{with_comma(standing.average)}*", style)
    known = CREDITS.get(standing.mark, standing.mark)
    text = known.value if isinstance(known, Cell) else known
    return Cell(f"{text}*", "bad" if standing.mark == FAIL else "muted")


def of_mark(mark: str, status: str = "") -> Any:
    """A mark of record in a cell: numbers as numbers, debts in red."""
    if status:
        return Cell(STATUSES.get(status, NOT_CERTIFIED), "bad")
    if mark.isdigit():
        return Cell(int(mark), "bad") if mark == "2" else int(mark)
    if mark == NOT_CERTIFIED:
        return Cell(mark, "bad")
    return CREDITS.get(mark, mark)


def unfilled_warnings(unfilled: Unfilled, day: date) -> list[str]:
    """What the journal lacks behind the figures (S 5.8, S 6.10)."""
    if not unfilled.not_taken and not unfilled.no_topic:
        return []
    facts = (
        ("занятий", unfilled.lessons),
        ("без отметки присутствия", unfilled.not_taken),
        ("без темы", unfilled.no_topic),
    )
    return [
        f"Журнал заполнен не полностью. По {day:%d.%m.%Y} включительно"
        f" {frame.counted(facts)}."
    ]


def warnings(found: Statement, params: dict[str, Any], basis: str) -> list[str]:
    """What is not complete: lessons, courses without a signed sheet, the period itself."""
    lines = unfilled_warnings(found.unfilled, params["day"])
    unsigned = found.unsigned() if basis != CURRENT and found.lines else []
    if unsigned:
        names = list(dict.fromkeys(one.discipline for one in unsigned))
        lines.append(
            f"Итоги не подписаны по {len(unsigned)} из {len(found.disciplines)}"
            f" {worded('дисциплин')}: {listed(names, MOST_NAMED)}."
        )
    last = params["period"].last_day
    if basis != CURRENT and last >= timezone.localdate():
        lines.append(f"Учебный период идёт до {last:%d.%m.%Y}: итоги ещё изменятся.")
    return lines


def why_empty(found: Statement, params: dict[str, Any]) -> str:
    """Why a statement of one group has no rows, and what to do."""
    group, day = params["group"], params["day"]
    if found.courses:
        return (
            f"{day:%d.%m.%Y} в {worded('группе', 'классе')} {group} никто не числится."
            f" Проверьте дату или зачислите {worded('студентов')}."
        )
    return (
        f"У {worded('группы', 'класса')} {group} в этом периоде нет"
        f" {worded('дисциплин')}."
        " Выберите другой период или заведите нагрузку."
    )
