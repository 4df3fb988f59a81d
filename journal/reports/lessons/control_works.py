"""Control works: whose results were written in time (F4; S 4, S 6.7)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from journal.domain.control.works import ControlTask, measured_works
from journal.models import Institution
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import PeriodForm, RowField
from journal.reports.registry import OF_STUDY, TEACHING, report
from journal.reports.table import Cell, Column, Row, Table


class ControlWorksForm(PeriodForm):
    right = "view_mark"

    group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        required=False,
        everything=worded_lazily("Все группы", "Все классы"),
    )


@report(
    "control_works",
    "Контрольные работы: сроки результатов",
    number="F4",
    area="lessons",
    roles=(*OF_STUDY, "curator", *TEACHING),
    form=ControlWorksForm,
    short="Сроки контрольных работ",
    description=worded_lazily(
        "По каждой контрольной работе: сколько студентов её писало, у скольких есть"
        " отметка, когда результаты внесены и на сколько дней позже срока."
    ),
    is_personal=False,
)
def control_works(params: dict[str, Any]) -> Table:
    """Timeliness of the results of control works, a line a work."""
    rules, today, group = Institution.current(), timezone.localdate(), params["group"]
    found = measured_works(params["user"], params["period"].first_day, params["day"])
    if group is not None:
        found = [one for one in found if one.group == group.name]
    return Table(
        "Контрольные работы: сроки результатов",
        [
            Column("date", "Дата", kind="date", width=10),
            Column("group", worded("Группа"), width=9),
            Column("discipline", worded("Дисциплина"), row_header=True, width=26),
            Column("teacher", worded("Преподаватель"), width=22),
            Column("work", "Работа", width=26),
            Column("present", "Писали", kind="number", width=8),
            Column("marked", "С отметкой", kind="number", width=9),
            Column("due", "Срок", kind="date", width=10),
            Column("finished", "Внесены", kind="date", width=10),
            Column("late", "Опоздание, дней", kind="number", width=11),
        ],
        rows=[_row(one, today) for one in found],
        lines=[
            str(params["period"]),
            *([frame.group_name(group)] if group else []),
            f"Работы по {params['day']:%d.%m.%Y}, отметки на {today:%d.%m.%Y}",
        ],
        notes=_notes(found, today, rules),
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty="Контрольных работ за это время нет. Вид работы отмечен как контрольная в"
        " справочнике «Виды работ».",
    )


def _row(one: ControlTask, today) -> Row:
    late = one.late(today)
    work = f"{one.kind}: {one.topic}" if one.topic else one.kind
    return Row(
        [
            one.date,
            one.group,
            one.discipline,
            ", ".join(filter(None, (one.teacher_name, one.led))),
            work,
            one.present,
            Cell(one.marked, "bad" if one.missing else ""),
            one.due,
            one.finished,
            Cell(late, "bad") if late else None,
        ]
    )


def _notes(found: list[ControlTask], today, rules: Institution) -> list[str]:
    if not found:
        return []
    late = [one for one in found if one.late(today)]
    facts = [
        ("Работ", len(found)),
        ("в срок", sum(one.finished is not None and one not in late for one in found)),
        ("с опозданием", sum(one.finished is not None for one in late)),
        ("не внесены, срок прошёл", sum(one.finished is None for one in late)),
    ]
    return [
        f"{frame.counted(facts)}.",
        f"Срок: через {rules.control_days} дн. после работы. Результаты внесены, когда"
        " отметка есть у каждого, кто был на занятии.",
    ]
