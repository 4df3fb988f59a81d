"""Readiness of thematic plans: who has handed in what, and who is late (D2)."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone

from journal.domain.curriculum.readiness import (
    NO_PLAN,
    STATES,
    Ready,
    State,
    read_readiness,
)
from journal.models import Institution, Period
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import PlainSelect, RowField
from journal.reports.registry import OFFICE, TEACHING, ReportForm, report
from journal.reports.table import Cell, Column, Row, Section, Table

EVERYTHING, UNDONE, LATE = "all", "undone", "late"
PERIODS = 12
WORDS = {
    State.SUBMITTED: "На утверждении",
    State.APPROVED: "Утверждено",
    State.RETURNED: "Возвращено",
    State.DRAFT: "Черновиков",
    NO_PLAN: "Без плана",
}


class ReadinessForm(ReportForm):
    # Not «period»: no link beside a group leads here.
    term = RowField("учебный период", label="Учебный период")
    show = forms.ChoiceField(
        label="Показать",
        choices=(
            (EVERYTHING, "Все курсы"),
            (UNDONE, "Не представленные"),
            (LATE, "Просроченные"),
        ),
        initial=EVERYTHING,
        widget=PlainSelect,
        error_messages={"invalid_choice": "Выберите из списка."},
    )

    def prepare(self) -> None:
        today = timezone.localdate()
        rows = Period.objects.select_related("year").order_by("-first_day")[:PERIODS]
        self.periods = {period.pk: period for period in rows}
        field = self.fields["term"]
        field.offer((pk, str(period)) for pk, period in self.periods.items())
        begun = [one for one in self.periods.values() if one.first_day <= today]
        field.initial = begun[0].pk if begun else field.only()

    def clean_term(self) -> Period:
        return self.periods[self.cleaned_data["term"]]


@report(
    "plan_readiness",
    "Готовность тематических планов",
    number="D2",
    area="curriculum",
    roles=(*OFFICE, *TEACHING),
    form=ReadinessForm,
    short="Готовность КТП",
    description=worded_lazily(
        "По преподавателям и курсам: у кого нет плана, черновик, план на утверждении,"
        " утверждён или возвращён, и на сколько дней опоздал."
    ),
)
def plan_readiness(params: dict[str, Any]) -> Table:
    """Readiness for the head of the study unit (U 4.3); a teacher sees the own courses."""
    rules, today, period = Institution.current(), timezone.localdate(), params["term"]
    every = read_readiness(params["user"], period, today)
    found = [one for one in every if _is_shown(one, params["show"])]
    due = every[0].due if every else None
    return Table(
        "Готовность тематических планов",
        [
            Column("n", "№", kind="number"),
            Column(
                "group",
                worded("Группа"),
                row_header=True,
            ),
            Column("discipline", worded("Дисциплина")),
            Column("state", "Состояние КТП"),
            Column("late", "Опоздание, дней", kind="number"),
        ],
        rows=_rows(found),
        lines=[
            f"Учебный период: {period}",
            *([f"Срок сдачи: {due:%d.%m.%Y}"] if due else []),
            f"По состоянию на {today:%d.%m.%Y}",
        ],
        notes=[_summary(every)] if every else (),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        empty=_why_empty(every, params["show"]),
    )


def _is_shown(one: Ready, show: str) -> bool:
    if show == UNDONE:
        return not one.is_done
    return show != LATE or one.late > 0


def _rows(found: list[Ready]) -> list[Any]:
    rows: list[Any] = []
    number = 0
    for teacher, courses in groupby(found, lambda one: one.teacher):
        rows.append(Section(teacher))
        for one in courses:
            number += 1
            words = STATES[one.state]
            late = one.late and not one.is_done
            state = Cell(words, "bad") if late else words
            values = [number, one.group, one.discipline, state, one.late or None]
            rows.append(Row(values, "" if one.state != State.APPROVED else "muted"))
    return rows


def _summary(every: list[Ready]) -> str:
    states = Counter(one.state for one in every)
    late = sum(one.late > 0 and not one.is_done for one in every)
    facts = [("Курсов", len(every))]
    facts += [(words.lower(), states[state]) for state, words in WORDS.items()]
    return f"{frame.counted([*facts, ('просрочено', late)])}."


def _why_empty(every: list[Ready], show: str) -> str:
    if not every:
        return "Курсов, доступных вам, в этом периоде нет. Выберите другой период."
    words = "Все планы представлены." if show == UNDONE else "Просроченных планов нет."
    return words
