"""Academic debts and the measures taken: R40."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.utils import timezone

from journal.domain.results.averages import FAIL
from journal.domain.results.debts import Debt, read_debts
from journal.models import Institution, Result
from journal.models.words import worded
from journal.reports import frame
from journal.reports.questions import WHOLE, DayField, GroupForm
from journal.reports.registry import OF_GROUP, report
from journal.reports.results.signs import CREDITS
from journal.reports.table import Cell, Column, Row, Section, Table


class DebtsForm(GroupForm):
    right = "view_debtmeasure"
    anchors = WHOLE

    day = DayField(label="По состоянию на")

    def prepare(self) -> None:
        self.fields["group"].required = False
        super().prepare()
        self.fields["day"].initial = timezone.localdate()


@report(
    "debts",
    "Академические задолженности и принятые меры",
    number="R40",
    area="results",
    roles=OF_GROUP,
    form=DebtsForm,
    short="Задолженности",
    description="Кто что не сдал по подписанным ведомостям, с какого дня и после скольких"
    " попыток, какие меры приняты и до какого срока.",
)
def debts(params: dict[str, Any]) -> Table:
    """R40 (M 5.1): debts as of a day, by group, with the measures taken by then."""
    user, group, day = (params[name] for name in ("user", "group", "day"))
    rules = Institution.current()
    found = read_debts(Result.objects.visible_to(user), day)
    if group:
        found = [one for one in found if one.group == group.name]
    late = sum(one.is_overdue(day) for one in found)
    people = len({one.student for one in found})
    return Table(
        "Академические задолженности и принятые меры",
        [
            Column("n", "№", kind="number"),
            Column("name", "Фамилия, имя, отчество", row_header=True),
            Column("what", worded("Дисциплина, период")),
            Column("since", "С какого дня", kind="date"),
            Column("attempts", "Попытки"),
            Column("measures", "Принятые меры"),
            Column("due", "Срок ликвидации", kind="date"),
        ],
        rows=_rows(found, day),
        totals=[
            Row(
                [
                    "",
                    f"{worded('Студентов')}: {people}",
                    f"Долгов: {len(found)}",
                    None,
                    "",
                    "",
                    None,
                ]
            )
        ]
        if found
        else (),
        lines=[
            frame.group_name(group) if group else worded("Все группы", "Все классы"),
            f"По состоянию на {day:%d.%m.%Y}",
        ],
        notes=[f"Срок ликвидации прошёл: {late}"] if late else (),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=f"По подписанным ведомостям на {day:%d.%m.%Y} никто не должен.",
    )


def _rows(found: list[Debt], day) -> list[Any]:
    rows: list[Any] = []
    for group, ones in groupby(found, key=lambda one: one.group):
        rows.append(Section(group))
        rows += [_row(place, one, day) for place, one in enumerate(ones, 1)]
    return rows


def _word(said: str) -> str:
    """A mark as it is, «незач.» for «х», why there is none."""
    return CREDITS[said].value if said == FAIL else said


def _row(place: int, debt: Debt, day) -> list[Any]:
    measures = "; ".join(
        f"{one.title} {one.date:%d.%m.%Y}" + (f" ({one.text})" if one.text else "")
        for one in debt.measures
    )
    return [
        place,
        debt.name,
        f"{debt.title}, {debt.period}",
        debt.since,
        "; ".join(f"{_word(said)} ({on:%d.%m.%Y})" for said, on, _ in debt.said),
        measures or "нет",
        Cell(debt.due_on, "bad") if debt.is_overdue(day) else debt.due_on,
    ]
