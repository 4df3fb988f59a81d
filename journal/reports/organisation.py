"""Reports on the institution: the year by weeks and groups (B1)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from journal.domain.organisation.picture import (
    CODES,
    TITLES,
    GroupYear,
    Picture,
    Week,
    draw,
)
from journal.domain.words import MONTHS
from journal.models import AcademicYear, CalendarSpan, Group, Institution
from journal.models.words import worded, worded_lazily
from journal.reports.questions import RowField
from journal.reports.registry import OF_JOURNAL, ReportForm, report
from journal.reports.table import Column, Section, Table

Kind = CalendarSpan.Kind
SUMS = (
    ("", "обучение"),
    (Kind.SESSION, "аттестация"),
    (Kind.STUDY_PRACTICE, "уч. практика"),
    (Kind.WORK_PRACTICE, "произв. практика"),
    (Kind.DIPLOMA_PRACTICE, "преддипломная"),
    (Kind.FINAL, "ГИА"),
    (Kind.VACATION, "каникулы"),
)


class CalendarForm(ReportForm):
    year = RowField("учебный год", label="Учебный год")

    def prepare(self) -> None:
        today = timezone.localdate()
        rows = list(AcademicYear.objects.order_by("-start"))
        self.fields["year"].offer((one.pk, one.name) for one in rows)
        begun = [one for one in rows if one.start <= today] or rows[-1:]
        self.fields["year"].initial = begun[0].pk if begun else ""

    def clean_year(self) -> AcademicYear:
        return AcademicYear.objects.get(pk=self.cleaned_data["year"])


@report(
    "year_weeks",
    "Календарный график по неделям",
    number="R33",
    area="curriculum",
    roles=(*OF_JOURNAL, "dispatcher"),
    form=CalendarForm,
    short="Календарный график",
    is_personal=False,
    description=worded_lazily(
        "Год по неделям и группам: обучение, сессии, практики, каникулы, ГИА —"
        " условными знаками учебного плана."
    ),
)
def year_weeks(params: dict[str, Any]) -> Table:
    """The calendar graph of a year, groups × weeks, with the weeks of each kind."""
    rules, user = Institution.current(), params["user"]
    found = draw(params["year"], Group.objects.visible_to(user), timezone.localdate())
    signs = "; ".join(f"{code} — {TITLES[kind]}" for kind, code in CODES.items())
    return Table(
        "Календарный график учебного процесса",
        _columns(found),
        rows=_rows(found, rules),
        lines=[f"{found.year} учебный год"],
        notes=[
            f"Условные обозначения: {signs}; пусто — обучение по расписанию; · — вне"
            " учебного года. Неделя названа по тому, что занимает не меньше трёх её дней."
        ],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        paper="A3",
        empty=worded("В этом году нет групп, которые вам видны."),
    )


def _columns(found: Picture) -> list[Column]:
    weeks = [
        Column(
            week.first.isoformat(),
            f"{week.first:%d.%m}–{week.last:%d.%m}",
            group=(_month(week),),
            vertical=True,
            align="center",
            width=3,
        )
        for week in found.weeks
    ]
    kinds = {one.kind for row in found.rows for one in row.squares} | {""}
    sums = [
        Column(f"sum-{kind}", title, group=("Недель",), kind="number", vertical=True)
        for kind, title in SUMS
        if kind in kinds
    ]
    return [Column("group", worded("Группа"), row_header=True, width=9), *weeks, *sums]


def _month(week: Week) -> str:
    """The month in which most days of a week lie."""
    return MONTHS[week.days[3].month - 1].capitalize()


def _rows(found: Picture, rules: Institution) -> list:
    rows, level = [], None
    for row in found.rows:
        if row.level != level and not rules.is_school:
            level = row.level
            rows.append(Section(f"{level} курс"))
        rows.append(_row(row, found))
    return rows


def _row(row: GroupYear, found: Picture) -> dict[str, Any]:
    kinds = {one.kind for each in found.rows for one in each.squares} | {""}
    squares = zip(found.weeks, row.squares, strict=True)
    return {
        "group": row.group.name,
        **{
            week.first.isoformat(): "·" if one.is_outside else one.code or None
            for week, one in squares
        },
        **{
            f"sum-{kind}": row.weeks_of(kind) or None
            for kind, _ in SUMS
            if kind in kinds
        },
    }
