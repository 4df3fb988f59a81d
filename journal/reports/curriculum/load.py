"""Reports on load: by teacher, and the courses that nobody teaches (D4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from journal.domain.curriculum.teaching import (
    OVER,
    UNDER,
    TeacherLoad,
    read_load,
    unassigned_courses,
)
from journal.domain.results import period_at
from journal.models import AcademicYear, Department, Institution, Period
from journal.models.words import worded, worded_lazily
from journal.reports.questions import PlainSelect, RowField
from journal.reports.registry import OFFICE, ReportForm, report
from journal.reports.table import Cell, Column, Row, Table

FLAGS = {
    "": worded_lazily("Все преподаватели"),
    OVER: "С перегрузкой",
    UNDER: "С недогрузкой",
}


class YearForm(ReportForm):
    """Asks for a year, and for one of its periods or all of them."""

    year = RowField("учебный год", label="Учебный год")
    period = RowField(
        "период", label="Период", required=False, everything="Весь учебный год"
    )

    def prepare(self) -> None:
        today = timezone.localdate()
        rows = list(AcademicYear.objects.order_by("-start"))
        self.fields["year"].offer((one.pk, one.name) for one in rows)
        begun = [one for one in rows if one.start <= today] or rows[-1:]
        self.fields["year"].initial = begun[0].pk if begun else ""

    def answer(self, given: Mapping[str, Any]) -> bool:
        """An address may name the period alone: the year is its own."""
        key = str(given.get("period") or "")
        if key.isdecimal() and len(key) < 19 and not given.get("year"):
            year = Period.objects.filter(pk=int(key)).values_list("year", flat=True)
            given = {**{name: given[name] for name in given}, "year": str(year.first())}
        return super().answer(given)

    def narrow(self) -> None:
        year = str(self.data.get("year") or "")
        known = year in dict(self.fields["year"].choices) and year
        periods = Period.objects.filter(year=year) if known else ()
        self.fields["period"].offer(
            (one.pk, f"{one.number} {one.get_kind_display()}")
            for one in (periods.order_by("first_day") if known else ())
        )

    def clean_year(self) -> AcademicYear:
        return AcademicYear.objects.get(pk=self.cleaned_data["year"])

    def clean_period(self) -> Period | None:
        pk = self.cleaned_data["period"]
        return Period.objects.select_related("year").get(pk=pk) if pk else None


class LoadForm(YearForm):
    department = RowField(
        "отделение",
        label=worded_lazily("Отделение преподавателя"),
        required=False,
        everything="Все отделения",
    )
    flag = forms.ChoiceField(
        label="Показать",
        choices=list(FLAGS.items()),
        widget=PlainSelect,
        required=False,
        error_messages={"invalid_choice": "Выберите из списка."},
    )

    def prepare(self) -> None:
        super().prepare()
        rows = Department.objects.values_list("pk", "name")
        self.fields["department"].offer(rows)


@report(
    "teaching_load",
    worded_lazily("Нагрузка преподавателей"),
    number="R33",
    area="curriculum",
    roles=(*OFFICE, "dispatcher"),
    form=LoadForm,
    short=worded_lazily("Нагрузка преподавателей"),
    is_personal=False,
    description=worded_lazily(
        "Часы каждого преподавателя по периодам года против нормы: перегрузка и"
        " недогрузка видны сразу. Часы потока считаются один раз."
    ),
)
def teaching_load(params: dict[str, Any]) -> Table:
    """Load by teacher (E 6.3): hours by period, the norm of just these periods, flags."""
    year, period = params["year"], params["period"]
    rules = Institution.current()
    found = read_load(params["user"], year, period, rules)
    if params["department"]:
        found.teachers = [
            one
            for one in found.teachers
            if one.employee.department_id == params["department"]
        ]
    if params["flag"]:
        found.teachers = [one for one in found.teachers if one.flag == params["flag"]]
    span = f"{period}" if period else f"{year} учебный год"
    return Table(
        worded("Нагрузка преподавателей"),
        _columns(found.periods),
        rows=[_row(number, one) for number, one in enumerate(found.teachers, 1)],
        totals=[_total(found.teachers, found.periods)] if found.teachers else (),
        lines=[span, f"по состоянию на {timezone.localdate():%d.%m.%Y}"],
        notes=[
            f"Норма — из карточки {worded('преподавателя')}, иначе из настроек"
            " учреждения"
            f" ({rules.load_norm} ч в год); за показанные периоды берётся их доля. Перегрузка —"
            f" больше {rules.load_most} ч в год. Часы занятий, на которых"
            f" {worded('группы сидят', 'классы сидят')}"
            " потоком, считаются один раз."
        ],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty=worded(
            "Нагрузки нет: в этих периодах преподавателям ещё не дали курсов. Дайте их"
            " в таблице нагрузки."
        ),
    )


def _columns(periods: list[Period]) -> list[Column]:
    return [
        Column("n", "№", kind="number", width=4),
        Column("name", worded("Преподаватель"), row_header=True, width=32),
        Column("courses", "Курсов", kind="number"),
        Column("groups", worded("Групп"), kind="number"),
        *(
            Column(
                f"p{one.pk}",
                f"{one.number} {one.get_kind_display()}",
                group=("Часов",),
                kind="hours",
            )
            for one in periods
        ),
        Column("hours", "Всего", group=("Часов",), kind="hours"),
        Column("streams", "вычтено за поток", group=("Часов",), kind="hours"),
        Column("norm", "Норма", kind="hours"),
        Column("off", "Отклонение", kind="hours"),
        Column("note", "Примечание", width=22),
    ]


def _row(number: int, one: TeacherLoad) -> Row:
    styles = {OVER: "bad", UNDER: "bad"}
    note = {
        OVER: f"перегрузка {one.over} ч",
        UNDER: f"недогрузка {-one.off} ч",
    }.get(one.flag, "")
    return Row(
        {
            "n": number,
            "name": one.employee.full_name,
            "courses": one.courses,
            "groups": one.groups,
            **{f"p{key}": hours for key, hours in one.by_period.items()},
            "hours": one.hours,
            "streams": one.streams or None,
            "norm": one.norm,
            "off": one.off,
            "note": Cell(note, styles.get(one.flag, "")) if note else None,
        }
    )


def _total(teachers: list[TeacherLoad], periods: list[Period]) -> Row:
    sums = {
        f"p{one.pk}": sum(each.by_period.get(one.pk, 0) for each in teachers)
        for one in periods
    }
    return Row(
        {
            "name": "Всего",
            "courses": sum(one.courses for one in teachers),
            **sums,
            "hours": sum(one.hours for one in teachers),
            "streams": sum(one.streams for one in teachers) or None,
            "norm": sum(one.norm for one in teachers),
        },
        "bold",
    )


class UnassignedForm(YearForm):
    def defaults(self) -> dict[str, Any]:
        """The period that runs, of the year that runs."""
        found = super().defaults()
        periods = list(Period.objects.filter(year=found["year"] or None))
        now = period_at(periods, timezone.localdate())
        return found | {"period": str(now.pk) if now else ""}


@report(
    "unassigned",
    worded_lazily("Курсы без преподавателя"),
    number="R33",
    area="curriculum",
    roles=(*OFFICE, "dispatcher"),
    form=UnassignedForm,
    short=worded_lazily("Курсы без преподавателя"),
    is_personal=False,
    description=worded_lazily(
        "Курсы и подгруппы, которым не дан преподаватель: сейчас, или с какого дня"
        " прежний ушёл."
    ),
)
def unassigned(params: dict[str, Any]) -> Table:
    year, period = params["year"], params["period"]
    rules = Institution.current()
    rows = unassigned_courses(params["user"], year, period)
    return Table(
        worded("Курсы без преподавателя"),
        [
            Column("group", worded("Группа")),
            Column("discipline", worded("Дисциплина"), row_header=True, width=40),
            Column("part", "Часть"),
            Column("period", "Период"),
            Column("hours", "Часов", kind="hours"),
            Column("since", "С какого дня", kind="date"),
        ],
        rows=[list(one) for one in rows],
        lines=[f"{period}" if period else f"{year} учебный год"],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        empty=worded("У каждого курса и каждой подгруппы есть преподаватель."),
    )
