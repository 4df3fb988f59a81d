"""Results of the defence of theses: R9."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from journal.domain.results.defences import Defences, read_defences
from journal.models import AcademicYear, Institution, Thesis
from journal.models.words import worded_lazily
from journal.reports.questions import DayField, RowField
from journal.reports.registry import OFFICE, ReportForm, report
from journal.reports.table import Column, Row, Table

MARKS = {
    "5": "отлично",
    "4": "хорошо",
    "3": "удовл.",
    "2": "неуд.",
}
ORIGINS = {
    Thesis.Origin.STUDENT: worded_lazily("предложены студентами"),
    Thesis.Origin.EMPLOYER: "заявки организаций",
    Thesis.Origin.RESEARCH: "исследовательские",
}
TOPICS, ADVISED = ("Темы работ",), ("Рекомендовано",)


class YearForm(ReportForm):
    year = RowField("учебный год", label="Год выпуска")
    day = DayField(label="По состоянию на", required=False)

    def prepare(self) -> None:
        years = list(AcademicYear.objects.order_by("-start").values_list("pk", "name"))
        self.fields["year"].offer(years)
        seen = Thesis.objects.visible_to(self.user).order_by("-year__start")
        last = seen.values_list("year", flat=True).first()
        self.fields["year"].initial = last or (years[0][0] if years else "")
        self.fields["day"].initial = timezone.localdate()

    def clean_year(self) -> AcademicYear:
        return AcademicYear.objects.get(pk=self.cleaned_data["year"])

    def clean_day(self) -> date:
        today = timezone.localdate()
        return min(self.cleaned_data["day"] or today, today)


@report(
    "defences",
    "Результаты защиты выпускных квалификационных работ",
    number="R9",
    area="results",
    roles=OFFICE,
    form=YearForm,
    is_personal=False,
    description="По специальностям и формам обучения: допущено, защищено с какой отметкой,"
    " средний балл, качество, темы, рекомендации, дипломы с отличием.",
)
def defences(params: dict[str, Any]) -> Table:
    """R9 (U 5.3; domain §2.1) of the theses that the person sees, from signed sheets."""
    user, year, day = (params[name] for name in ("user", "year", "day"))
    rules = Institution.current()
    lines = read_defences(Thesis.objects.visible_to(user), year, day)
    total = Defences("Всего", "")
    for line in lines:
        total.add(line)
    return Table(
        "Результаты защиты выпускных квалификационных работ",
        _columns(),
        rows=[_row(line) for line in lines],
        totals=[Row(_row(total), "bold")] if lines else (),
        lines=[f"Учебный год: {year} · по состоянию на {day:%d.%m.%Y}"],
        warnings=_warnings(total),
        notes=["Проценты — от числа защитивших. Качество — доля «5» и «4»."]
        if lines
        else (),
        signatures=[
            ("Председатель ГЭК", ""),
            (rules.signatory_post, rules.signatory_name),
        ],
        orientation="landscape",
        empty=f"Выпускных работ {year} учебного года нет. Темы вносят в разделе"
        " «Выпускные работы».",
    )


def _warnings(total: Defences) -> list[str]:
    left = total.admitted - sum(total.marks.values())
    return [f"Без отметки в подписанной ведомости: {left}"] if left > 0 else []


def _columns() -> list[Column]:
    marks = []
    for mark, name in MARKS.items():
        marks += [
            Column(f"n{mark}", "чел.", (name,), kind="number"),
            Column(f"p{mark}", "%", (name,), kind="number", decimals=2),
        ]
    return [
        Column("specialty", "Специальность", row_header=True),
        Column("form", "Форма обучения"),
        Column("admitted", "Допущено", vertical=True, kind="number"),
        Column("defended", "Защищало", vertical=True, kind="number"),
        *marks,
        Column("average", "Средний балл", vertical=True, kind="number", decimals=2),
        Column("quality", "Качество, %", vertical=True, kind="number", decimals=2),
        *(
            Column(origin, title, TOPICS, vertical=True, kind="number")
            for origin, title in ORIGINS.items()
        ),
        Column("use", "к внедрению", ADVISED, vertical=True, kind="number"),
        Column("print", "к опубликованию", ADVISED, vertical=True, kind="number"),
        Column("honours", "Дипломы с отличием", vertical=True, kind="number"),
    ]


def _row(line: Defences) -> list[Any]:
    marks = [value for mark in MARKS for value in (line.marks[mark], line.share(mark))]
    return [
        line.specialty,
        line.form,
        line.admitted,
        line.defended,
        *marks,
        line.average,
        line.quality,
        *(line.origins[origin] for origin in ORIGINS),
        line.for_use,
        line.for_print,
        line.honours,
    ]
