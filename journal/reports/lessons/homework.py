"""Homework: how much is handed in, how long it waits for its check (M 5.2, E 2.1)."""

from __future__ import annotations

from typing import Any

from journal.domain.lessons.homework import Checking, measured_checking
from journal.models import Institution
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.lessons.control_works import ControlWorksForm
from journal.reports.registry import OF_STUDY, TEACHING, report
from journal.reports.table import Column, Row, Table


@report(
    "homework",
    "Домашние задания: сдача и проверка",
    number="F4",
    area="lessons",
    roles=(*OF_STUDY, *TEACHING),
    form=ControlWorksForm,
    short="Проверка домашних заданий",
    description=worded_lazily(
        "По преподавателям: сколько работ собрано, сдано, сдано позже срока,"
        " проверено, выполнено полностью; сколько дней работа ждёт проверки."
    ),
    is_personal=False,
)
def homework(params: dict[str, Any]) -> Table:
    """Timeliness and quality of homework, a line a teacher."""
    rules, group = Institution.current(), params["group"]
    first, last = params["period"].first_day, params["day"]
    found = measured_checking(params["user"], first, last, group)
    return Table(
        "Домашние задания: сдача и проверка",
        [
            Column("teacher", worded("Преподаватель"), row_header=True, width=30),
            Column("collected", "Заданий со сдачей", kind="number", width=10),
            Column("asked", "Работ ждали", kind="number", width=9),
            Column("handed_in", "Сдано", kind="number", width=8),
            Column("late", "Из них позже срока", kind="number", width=10),
            Column("checked", "Проверено", kind="number", width=10),
            Column("good", "Выполнено полностью", kind="number", width=12),
            Column("mean", "Ждут проверки, дней в среднем", kind="number", width=13),
            Column("longest", "Дольше всего, дней", kind="number", width=10),
        ],
        rows=[_row(one) for one in found],
        lines=[
            str(params["period"]),
            *([frame.group_name(group)] if group else []),
            f"Задания по {last:%d.%m.%Y}",
        ],
        notes=["Работа, которую ещё не проверили, ждёт до этой минуты."],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty="Заданий, которые сдают на проверку, за это время не было. Их отмечают на"
        " странице занятия: «Сдают на проверку».",
    )


def _row(one: Checking) -> Row:
    mean = one.mean_days
    return Row(
        [
            one.teacher,
            one.collected,
            one.asked,
            one.handed_in,
            one.late or None,
            one.checked,
            one.good,
            None if mean is None else round(mean, 1),
            one.longest.days if one.handed_in else None,
        ]
    )
