"""A year of students: R21, R23."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from journal.domain.contingent.movement import read_movement, read_results
from journal.models import AcademicYear, Institution
from journal.models.words import worded, worded_lazily
from journal.reports.contingent.movement import (
    ScopeForm,
    figures_of,
    scope,
    transfer_columns,
)
from journal.reports.questions import RowField, month_end, month_title
from journal.reports.registry import OF_GROUP, ReportForm, report
from journal.reports.table import Column, Table

DAY = timedelta(days=1)


class YearField(RowField):
    def offer_years(self, today: date) -> None:
        years = AcademicYear.objects.filter(start__lte=today).order_by("-start")
        found = [(year.pk, f"{year}") for year in years]
        self.offer(found)
        self.initial = found[0][0] if found else ""


class DynamicsForm(ScopeForm):
    year = YearField("учебный год", label="Учебный год")

    def prepare(self) -> None:
        super().prepare()
        self.fields["year"].offer_years(timezone.localdate())

    def clean_year(self) -> AcademicYear:
        return AcademicYear.objects.get(pk=self.cleaned_data["year"])


def base_day(year: AcademicYear, rules: Institution) -> date:
    """The day of reference in an academic year; its first day where there is none."""
    try:
        day, month = map(int, rules.reference_day.split("."))
        found = date(year.start.year, month, day)
    except ValueError:
        return year.start
    return found if found >= year.start else year.start


def months_of(first: date, last: date) -> list[tuple[date, date]]:
    """The months from `first` to `last` as their first and last days."""
    found = []
    while first <= last:
        end = min(month_end((first.year, first.month)), last)
        found.append((first, end))
        first = end + DAY
    return found


def _by_month(groups: Any, base: date, last: date) -> tuple[list[dict], int]:
    """A row for every month after the day of reference, and the number on that day."""
    rows, start = [], None
    for first, end in months_of(base + DAY, last):
        lines = read_movement(groups, first, end).groups
        figures = figures_of(lines, [], [])
        start = figures["start"] if start is None else start
        change = figures["end"] - start
        rows.append(
            {
                "month": month_title((first.year, first.month)),
                **figures,
                "change": change,
                "share": 100 * figures["end"] / start if start else None,
            }
        )
    return rows, start or 0


@report(
    "dynamics",
    "Динамика движения обучающихся",
    number="R21",
    area="contingent",
    roles=(*OF_GROUP, "dispatcher", "secretary"),
    form=DynamicsForm,
    description="По месяцам от дня эталонной наполняемости: прибыло, выбыло, на конец и"
    " отличие от эталона.",
)
def dynamics(params: dict[str, Any]) -> Table:
    """R21 (S 9.4): the base is the number on the day of reference."""
    rules, year = Institution.current(), params["year"]
    base = base_day(year, rules)
    last = min(
        timezone.localdate(), (year.end or base.replace(year=base.year + 1)) - DAY
    )
    rows, start = _by_month(scope(params), base, last)
    columns = [
        Column("month", "Месяц", row_header=True),
        Column("start", "На начало", kind="number"),
        Column("arrived", "Прибыло", kind="number"),
        Column("left", "Выбыло", kind="number"),
        *transfer_columns(),
        Column("end", "На конец", kind="number"),
        Column("change", "К эталону", kind="number"),
        Column("share", "% эталона", kind="percent", decimals=1),
    ]
    group = params.get("group")
    return Table(
        "Динамика движения обучающихся",
        columns,
        rows=rows,
        lines=[
            f"Учебный год: {year}",
            *([f"{worded('Группа')} {group}"] if group else []),
            f"Эталон: {start} на {base:%d.%m.%Y}",
        ],
        notes=[
            worded(
                "Эталон — число обучающихся на день эталонной наполняемости. Переводы"
                " между группами не прибытие и не выбытие."
            )
        ],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=f"День эталонной наполняемости {base:%d.%m.%Y} ещё не прошёл.",
    )


# Results of a year


class ResultsForm(ReportForm):
    year = YearField("учебный год", label="Учебный год")

    def prepare(self) -> None:
        self.fields["year"].offer_years(timezone.localdate())

    def clean_year(self) -> AcademicYear:
        return AcademicYear.objects.get(pk=self.cleaned_data["year"])


RESULTS = {
    "raised": "Переведено",
    "conditionally": "Переведено условно",
    "kept": "Оставлено на повторное обучение",
    "graduated": "Выпущено",
    "expelled": "Отчислено",
    "on_leave": "В академическом отпуске",
}


@report(
    "year_results",
    "Итоговые данные по обучающимся",
    number="R23",
    area="contingent",
    roles=(*OF_GROUP, "dispatcher", "secretary"),
    form=ResultsForm,
    description=worded_lazily(
        "Чем для студентов кончился учебный год: переведено, условно, оставлено,"
        " выпущено, отчислено — по приказам."
    ),
)
def year_results(params: dict[str, Any]) -> Table:
    """R23 (S 9.4) by the orders of the year; each student once, by the last of them."""
    rules, year = Institution.current(), params["year"]
    following = AcademicYear.objects.filter(start__gt=year.start).order_by("start")
    after = following.values_list("start", flat=True).first()
    after = after or year.start.replace(year=year.start.year + 1, day=1)
    found = read_results(scope(params), year.start, after)
    rows = [
        {
            "n": number,
            "name": one.name,
            **{name: getattr(one, name) for name in RESULTS},
        }
        for number, one in enumerate(found, 1)
    ]
    columns = [
        Column("n", "№", kind="number"),
        Column("name", worded("Группа"), row_header=True),
        *(Column(name, title, kind="number") for name, title in RESULTS.items()),
    ]
    total = {name: sum(getattr(one, name) for one in found) for name in RESULTS}
    return Table(
        "Итоговые данные по обучающимся",
        columns,
        rows=rows,
        totals=[{"name": "Всего", **total}] if rows else (),
        lines=[f"Учебный год: {year}"],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty="Приказов о переводе, выпуске и отчислении за этот год нет."
        " Проведите их в разделе «Приказы».",
    )
