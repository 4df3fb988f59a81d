"""The journal of an extra-curricular activity on paper (F14; M 2, M 5.3)."""

from __future__ import annotations

from typing import Any

from journal.domain.lessons.activities import Journal, read_journal
from journal.models import Activity
from journal.models.words import worded
from journal.reports.questions import RowField
from journal.reports.registry import OF_JOURNAL, ReportForm, report
from journal.reports.table import Column, Row, Section, Table


class ActivityForm(ReportForm):
    """Asks for an activity that the person sees."""

    activity = RowField("объединение", label="Объединение")

    def prepare(self) -> None:
        rows = Activity.objects.visible_to(self.user).select_related("year")
        self.fields["activity"].offer((one.pk, str(one)) for one in rows)
        self.fields["activity"].initial = self.fields["activity"].only()


@report(
    "activity",
    "Журнал внеурочной деятельности",
    number="F14",
    area="lessons",
    roles=(*OF_JOURNAL, "extracurricular"),
    form=ActivityForm,
    short="Внеурочная деятельность",
    description="План и журнал кружка, секции или классных часов: темы, часы, даты,"
    " кто сколько посетил.",
)
def activity(params: dict[str, Any]) -> Table:
    """The plan with what was held, then the participants with what they attended."""
    found = read_journal(
        Activity.objects.select_related("year", "group", "leader").get(
            pk=params["activity"]
        )
    )
    one = found.activity
    return Table(
        "Журнал внеурочной деятельности",
        [
            Column("n", "№", kind="number"),
            Column("topic", "Тема; участник", row_header=True),
            Column("hours", "Часов", kind="hours"),
            Column("planned", "По плану", kind="date"),
            Column("held", "Проведено", kind="date"),
            Column("came", "Пришли; посетил", align="center"),
        ],
        rows=_rows(found),
        lines=[
            one.name,
            f"{one.get_kind_display().capitalize()}, учебный год {one.year}",
            *([f"{worded('Группа')} {one.group}"] if one.group_id else []),
            f"Проведено часов: {found.held_hours} из {found.planned_hours} по плану",
        ],
        signatures=[("Руководитель", one.leader.short_name)],
        empty="Плана занятий и участников у этого объединения ещё нет.",
    )


def _rows(found: Journal) -> list[Any]:
    rows: list[Any] = []
    if found.sessions:
        rows.append(Section("План и журнал"))
    for one in found.sessions:
        came = sum(one.pk in there for there in found.there.values())
        rows.append(
            {
                "n": one.number,
                "topic": "\n".join(filter(None, [one.topic, one.content])),
                "hours": one.hours,
                "planned": one.planned_on,
                "held": one.held_on,
                "came": str(came) if one.held_on else None,
            }
        )
    if found.students:
        rows.append(Section("Участники"))
    for number, student in enumerate(found.students, 1):
        came = len(found.there.get(student.pk, ()))
        asked = found.asked.get(student.pk, 0)
        rows.append({"n": number, "topic": str(student), "came": f"{came} из {asked}"})
    if (percent := found.percent()) is not None:
        words = f"{percent:.1f} %".replace(".", ",")
        rows.append(Row({"topic": "Посещаемость", "came": words}, "bold"))
    return rows
