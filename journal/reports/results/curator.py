"""The curator's report on a period, preliminary and final: R13, R14."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from journal.domain.results import with_comma
from journal.domain.results.averages import NOT_CERTIFIED, percent_of, quotient, rates
from journal.domain.results.categories import (
    CATEGORIES,
    DEBTS,
    EXCELLENT,
    FAILING,
    GOOD,
    ONE_FOUR,
    ONE_THREE,
    REST,
    category,
)
from journal.domain.results.figures import figures_of
from journal.domain.results.group import (
    KNOWN,
    SIGNED,
    Statement,
    StudentLine,
)
from journal.domain.results.standings import Standing
from journal.models import Institution
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.registry import OF_GROUP, report
from journal.reports.results.signs import (
    STATUSES,
    ResultsForm,
    chosen_courses,
    counting,
    group_head,
    read_chosen,
    warnings,
    why_empty,
)
from journal.reports.table import Cell, Column, Section, Table

COLUMNS = (
    Column("what", "Показатель", row_header=True),
    Column("count", "Значение", kind="number", decimals=None),
    Column("share", worded_lazily("% студентов"), kind="percent", decimals=2),
    Column("who", worded_lazily("Студенты (дисциплины)", "Ученики (предметы)")),
)
# Which marks are named in brackets behind a student of the category.
NAMED = {ONE_FOUR: ("4",), ONE_THREE: ("3",), REST: ("3",), FAILING: DEBTS}
# The order of the paper is that of the school's report (domain §2.2).
ORDER = (EXCELLENT, ONE_FOUR, GOOD, ONE_THREE, REST, FAILING, "unknown")


@report(
    "curator_preliminary",
    "Предварительный отчёт классного руководителя",
    number="R13",
    area="results",
    roles=OF_GROUP,
    form=ResultsForm,
    short=worded_lazily("Предварительный отчёт куратора"),
    description=worded_lazily(
        "Отличники, хорошисты, неуспевающие и с одной «3» или «4» поимённо, с"
        " дисциплинами: по ведомостям, а где их нет — по текущим отметкам."
    ),
)
def curator_preliminary(params: dict[str, Any]) -> Table:
    """R13 (S 5.8): what comes of current marks is named as such."""
    title = "Предварительный отчёт {} за учебный период"
    return _report(params, KNOWN, title)


@report(
    "curator_final",
    "Отчёт классного руководителя за учебный период",
    number="R14",
    area="results",
    roles=OF_GROUP,
    form=ResultsForm,
    short=worded_lazily("Отчёт куратора"),
    description=worded_lazily(
        "Отличники, хорошисты, неуспевающие и с одной «3» или «4» поимённо, с"
        " дисциплинами: по подписанным ведомостям."
    ),
)
def curator_final(params: dict[str, Any]) -> Table:
    """R14 (S 5.8): signed results alone."""
    return _report(params, SIGNED, "Отчёт {} за учебный период")


def _report(params: dict[str, Any], basis: str, title: str) -> Table:
    group, rules = params["group"], Institution.current()
    found = read_chosen(params, chosen_courses(params), basis)
    return Table(
        title.format(worded("куратора")),
        COLUMNS,
        rows=_rows(found) if found.lines else (),
        lines=group_head(params, basis),
        warnings=warnings(found, params, basis),
        notes=[
            worded(
                "Каждый студент стоит в одной строке категорий. Неуспевающий — с «2»,"
                " «незач.» или «н/а» в ведомости хотя бы по одной дисциплине; нет"
                " сведений — нет ни одной отметки «5»–«2».",
                "Каждый ученик стоит в одной строке категорий. Неуспевающий — с «2»,"
                " «незач.» или «н/а» в ведомости хотя бы по одному предмету; нет"
                " сведений — нет ни одной отметки «5»–«2».",
            ),
            *(
                ["тек. — по текущим отметкам, ведомость ещё не подписана."][
                    : basis == KNOWN
                ]
            ),
            counting(found, basis),
        ]
        if found.lines
        else (),
        signatures=frame.signatures(group, rules),
        orientation="landscape",
        empty=why_empty(found, params),
    )


def _rows(found: Statement) -> list[Any]:
    lines = found.lines
    by_name: dict[str, list[StudentLine]] = {name: [] for name in ORDER}
    for line in lines:
        by_name[category(line.marks())].append(line)
    rows: list[Any] = [_row(worded("Всего студентов"), lines, len(lines))]
    for name in ORDER:
        own = by_name[name]
        words = _people(
            found,
            own,
            lambda one, name=name: one.is_counted and one.mark in NAMED.get(name, ()),
        )
        rows.append(_row(CATEGORIES[name], own, len(lines), words))
    for title, fits in (
        ("Не аттестованы (н/а)", lambda one: one.mark == NOT_CERTIFIED),
        ("Освобождены, перезачтено", lambda one: one.is_off),
    ):
        own = [line for line in lines if any(map(fits, line.standings.values()))]
        rows.append(_row(title, own, len(lines), _people(found, own, fits)))
    return [*rows, *_figures(found), *_hours(found)]


def _row(what: str, own: list, whole: int, who: str = "") -> dict[str, Any]:
    share = percent_of(len(own), whole)
    return {"what": what, "count": len(own), "share": share, "who": who}


def _people(
    found: Statement, lines: Iterable[StudentLine], fits: Callable[[Standing], bool]
) -> str:
    """«Ёлкин П. С. (Физика — 2, Химия — н/а); …»: the disciplines that fit in brackets."""
    words = []
    for line in lines:
        named = [
            f"{course.title} — {_said(line.standings[course.pk])}"
            for course in found.courses
            if fits(line.standings[course.pk])
        ]
        brackets = f" ({', '.join(named)})" if named else ""
        words.append(f"{line.short}{brackets}")
    return "; ".join(words)


def _said(one: Standing) -> str:
    if one.is_current and one.average is not None:
        return f"тек. {with_comma(one.average)}"
    word = STATUSES.get(one.status) or {"х": "незач.", "з": "зач."}.get(one.mark)
    return f"{'тек. ' if one.is_current else ''}{word or one.mark}"


def _figures(found: Statement) -> list[Any]:
    figures = figures_of(found.lines)
    marks = [mark for line in found.lines for mark in line.marks()]
    debts = [mark for mark in marks if mark in DEBTS]
    values = (
        (worded("Учтено студентов (с отметками)"), figures.rates.counted),
        ("Абсолютная успеваемость, %", figures.rates.success),
        ("Качественная успеваемость, %", figures.rates.quality),
        ("Средний балл", figures.mean),
        ("СОУ, %", rates(marks).sou),
        ("Отметок «2», «незач.» и «н/а»", len(debts)),
    )
    return [
        Section("Успеваемость"),
        *({"what": what, "count": value} for what, value in values),
    ]


def _hours(found: Statement) -> list[Any]:
    lines = found.lines
    missed = sum(line.missed for line in lines)
    unexcused = [line for line in lines if line.unexcused]
    each = quotient(missed, len(lines))
    hours = sum(line.unexcused for line in lines)
    who = "; ".join(f"{one.short} — {one.unexcused}" for one in unexcused)
    return [
        Section("Пропущено академических часов"),
        {"what": "Всего", "count": missed},
        {"what": "По уважительной причине", "count": missed - hours},
        {
            "what": "Без уважительной причины",
            "count": Cell(hours, "bad") if hours else hours,
            "who": who,
        },
        {"what": worded("В среднем на студента"), "count": each},
    ]
