"""Curricula of the groups: whose plan is not approved, since when it is late (D1)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from journal.domain.curriculum.completeness import STATES, Admission, read_admissions
from journal.models import Institution
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.registry import OF_STUDY, report
from journal.reports.table import Cell, Column, Row, Table


@report(
    "curricula",
    worded_lazily("Учебные планы групп"),
    number="D1",
    area="curriculum",
    roles=OF_STUDY,
    short="Учебные планы",
    description=worded_lazily(
        "По специальностям и годам набора: есть ли у групп утверждённый учебный план,"
        " кто и когда его утвердил, на сколько дней опоздали."
    ),
)
def curricula(params: dict[str, Any]) -> Table:
    """Completeness and timeliness of curricula (U 4.3, U 4.4)."""
    rules, today = Institution.current(), timezone.localdate()
    found = read_admissions(params["user"], today)
    return Table(
        worded("Учебные планы групп"),
        [
            Column("specialty", "Специальность", row_header=True, width=34),
            Column("year", "Год набора", kind="number", width=9),
            Column(
                "groups",
                worded("Группы", "Классы"),
                width=24,
            ),
            Column("state", "Учебный план", width=16),
            Column("approved", "Утверждён", width=12),
            Column("by", "Кто утвердил", width=22),
            Column("late", "Опоздание, дней", kind="number", width=11),
        ],
        rows=[_row(one) for one in found],
        lines=[
            f"План утверждают до {rules.year_due} года набора",
            f"По состоянию на {today:%d.%m.%Y}",
        ],
        notes=[_summary(found)] if found else (),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=worded("Действующих групп, доступных вам, нет."),
    )


def _row(one: Admission) -> Row:
    plan = one.plan
    words = STATES[one.state]
    if plan is not None and plan.version > 1:
        words += f", версия {plan.version}"
    approved = (
        timezone.localdate(plan.approved_at) if plan and plan.approved_at else None
    )
    values = [
        str(one.specialty or "Без специальности"),
        one.year,
        ", ".join(one.groups),
        words if one.is_done else Cell(words, "bad" if one.late else ""),
        f"{approved:%d.%m.%Y}" if approved else None,
        plan.approved_by.short_name if plan and plan.approved_by else None,
        one.late or None,
    ]
    return Row(values)


def _summary(found: list[Admission]) -> str:
    done = sum(one.is_done for one in found)
    late = sum(one.late > 0 and not one.is_done for one in found)
    facts = [("Наборов", len(found)), ("с утверждённым планом", done)]
    return f"{frame.counted([*facts, ('просрочено', late)])}."
