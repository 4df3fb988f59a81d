"""Reports on staff: R32, and on papers about personal data (A7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone

from journal.domain.people.consents import (
    open_to,
    processed_on,
    withdrawn_days,
    without_paper,
)
from journal.domain.people.staffing import Coming, comings_and_goings, employed_on
from journal.models import (
    AcademicYear,
    DataPower,
    Department,
    Employee,
)
from journal.models.sqlite import alphabetical
from journal.models.words import worded, worded_lazily

from . import frame
from .questions import DayField, PlainSelect, RowField
from .registry import ReportForm, report
from .table import Column, Row, Section, Table

SUMMARY, LISTING, MOVEMENT = "summary", "list", "movement"
NO_DEPARTMENT = "Вне отделений"
UNKNOWN = "не указано"
TYPES = {**dict(Employee.StaffType.choices), "": UNKNOWN}
CONTRACTS = {
    Employee.Contract.EMPLOYMENT: "трудовой",
    Employee.Contract.PART_TIME: "совместительство",
    Employee.Contract.CIVIL: "ГПХ",
    "": UNKNOWN,
}
CATEGORIES = {
    Employee.Category.HIGHER: "высшая",
    Employee.Category.FIRST: "первая",
    Employee.Category.CONFORMITY: "соответствие должности",
    Employee.Category.NONE: "не имеет",
    "": UNKNOWN,
}


class StaffForm(ReportForm):
    view = forms.ChoiceField(
        label="Что показать",
        choices=(
            (SUMMARY, "Сводка по группам персонала"),
            (LISTING, "Список сотрудников"),
            (MOVEMENT, "Принятые и уволенные"),
        ),
        initial=SUMMARY,
        widget=PlainSelect,
        error_messages={"invalid_choice": "Выберите вид отчёта из списка."},
    )
    department = RowField(
        "отделение", label="Отделение", required=False, everything="Все отделения"
    )
    first = DayField(
        label="С какого дня",
        required=False,
        help_text="Для принятых и уволенных. Пусто: с начала учебного года.",
    )
    day = DayField(label="По состоянию на (по какой день)")

    def prepare(self) -> None:
        self.fields["day"].initial = timezone.localdate()
        rows = Department.objects.visible_to(self.user)
        self.fields["department"].offer(rows.values_list("pk", "name"))

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        day, first = answers.get("day"), answers.get("first")
        if day and not first:
            answers["first"] = _year_start(day)
        elif day and first > day:
            self.add_error("first", "Начало позже конца: укажите более раннюю дату.")
        return answers


def _year_start(day: date) -> date:
    years = AcademicYear.objects.filter(start__lte=day).order_by("-start")
    return years.values_list("start", flat=True).first() or date(day.year, 1, 1)


@report(
    "staff",
    "Отчёты по кадрам",
    number="R32",
    area="people",
    roles=("admin", "director", "department", "hr"),
    form=StaffForm,
    description="Сотрудники по группам персонала, договорам и категориям, список с"
    " должностями, принятые и уволенные за период, по отделениям.",
)
def staff(params: dict[str, Any]) -> Table:
    """R32 (K 4.3.7): a summary, the list or the movement, of one department or all."""
    people = Employee.objects.visible_to(params["user"])
    title = "По всем отделениям"
    if params["department"]:
        people = people.filter(department=params["department"])
        title = str(Department.objects.get(pk=params["department"]))
    return VIEWS[params["view"]](people, params, title)


def _table(title: str, columns: list[Column], lines: list[str], **content) -> Table:
    return Table(
        title,
        columns,
        lines=lines,
        signatures=[("Специалист по кадрам", "")],
        orientation="landscape",
        **content,
    )


# Everybody on a day


def _summary(people, params: dict[str, Any], title: str) -> Table:
    found = employed_on(people, params["day"])
    columns = [
        Column("name", "Группа персонала", row_header=True),
        Column("all", "Всего", kind="number"),
        *(
            Column(f"contract-{value}", words, ("Договор",), kind="number")
            for value, words in CONTRACTS.items()
            if value or any(not one.contract for one in found)
        ),
        *(
            Column(f"category-{value}", words, ("Категория",), kind="number")
            for value, words in CATEGORIES.items()
            if value or any(not one.category for one in found)
        ),
    ]
    keys = [column.key for column in columns]
    rows: list[Any] = []
    for department, ones in _parts(found):
        rows.append(Section(department))
        for value, words in TYPES.items():
            of_type = [one for one in ones if one.staff_type == value]
            if of_type:
                rows.append(_counts(keys, of_type, words))
        rows.append(Row(_counts(keys, ones, "Итого"), "bold"))
    return _table(
        "Кадры: группы персонала, договоры, категории",
        columns,
        [f"{title} · по состоянию на {params['day']:%d.%m.%Y}"],
        rows=rows,
        totals=[_counts(keys, found, "Всего")] if found else (),
        empty=_nobody(params["day"]),
    )


def _counts(keys: list[str], people: list[Employee], name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "all": len(people)}
    for key in keys[2:]:
        field, _, value = key.partition("-")
        row[key] = sum(getattr(one, field) == value for one in people)
    return row


def _parts(people: list[Employee]) -> list[tuple[str, list[Employee]]]:
    parts = groupby(people, lambda one: str(one.department or NO_DEPARTMENT))
    return [(name, list(ones)) for name, ones in parts]


def _listing(people, params: dict[str, Any], title: str) -> Table:
    found = employed_on(people, params["day"])
    rows: list[Any] = []
    number = 0
    for department, ones in _parts(found):
        rows.append(Section(department))
        for one in ones:
            number += 1
            rows.append(
                [
                    number,
                    one.full_name,
                    one.position,
                    TYPES[one.staff_type] if one.staff_type else "",
                    CONTRACTS[one.contract] if one.contract else "",
                    CATEGORIES[one.category] if one.category else "",
                    one.education,
                    one.hired_on,
                ]
            )
    return _table(
        "Список сотрудников",
        [
            Column("n", "№", kind="number"),
            Column("name", "Фамилия, имя, отчество", row_header=True),
            Column("position", "Должность"),
            Column("type", "Группа персонала"),
            Column("contract", "Договор"),
            Column("category", "Категория"),
            Column("education", "Образование"),
            Column("hired", "Принят", kind="date"),
        ],
        [f"{title} · по состоянию на {params['day']:%d.%m.%Y}"],
        rows=rows,
        notes=[f"{frame.counted([('Всего сотрудников', len(found))])}."],
        empty=_nobody(params["day"]),
    )


def _nobody(day: date) -> str:
    return (
        f"{day:%d.%m.%Y} сотрудников здесь нет. Проверьте день и отделение: отделение"
        " стоит в карточке сотрудника."
    )


# Who came and went


def _movement(people, params: dict[str, Any], title: str) -> Table:
    first, last = params["first"], params["day"]
    found = comings_and_goings(people, first, last)
    came = [one for one in found if one.came]
    rows: list[Any] = []
    for words, ones in (
        (f"Приняты: {len(came)}", came),
        (f"Уволены: {len(found) - len(came)}", [one for one in found if not one.came]),
    ):
        rows.append(Section(words))
        rows += [_event(number, one) for number, one in enumerate(ones, 1)]
    return _table(
        "Принятые и уволенные",
        [
            Column("n", "№", kind="number"),
            Column("name", "Фамилия, имя, отчество", row_header=True),
            Column("position", "Должность"),
            Column("department", "Отделение"),
            Column("day", "Дата", kind="date"),
            Column("order", "Приказ"),
        ],
        [f"{title} · с {first:%d.%m.%Y} по {last:%d.%m.%Y}"],
        rows=rows if found else (),
        empty=f"С {first:%d.%m.%Y} по {last:%d.%m.%Y} никого не приняли и не уволили."
        " Проверьте период.",
    )


def _event(number: int, one: Coming) -> list[Any]:
    employee = one.employee
    return [
        number,
        employee.full_name,
        employee.position,
        str(employee.department or ""),
        one.day,
        one.order,
    ]


VIEWS: dict[str, Callable[..., Table]] = {
    SUMMARY: _summary,
    LISTING: _listing,
    MOVEMENT: _movement,
}


# Personal data


class DayForm(ReportForm):
    day = DayField(label="По состоянию на")

    def prepare(self) -> None:
        self.fields["day"].initial = timezone.localdate()


@report(
    "data_powers",
    "Перечень лиц, имеющих доступ к персональным данным",
    number="A7",
    area="people",
    roles=("admin", "director", "deputy", "hr", "safety"),
    form=DayForm,
    description="Кто допущен на день, с какими полномочиями и по какому приказу.",
)
def data_powers(params: dict[str, Any]) -> Table:
    """The list of K 3.5 as it is signed by the director and shown to an inspection."""
    day = params["day"]
    powers = (
        DataPower.objects.visible_to(params["user"])
        .on(day)
        .select_related("employee")
        .order_by(*alphabetical("employee__last_name", "employee__first_name"), "start")
    )
    return Table(
        "Перечень лиц, имеющих доступ к персональным данным",
        [
            Column("number", "№", width=5, kind="number"),
            Column("name", "Фамилия, имя, отчество", width=32, row_header=True),
            Column("position", "Должность", width=26),
            Column("powers", "Полномочия", width=44),
            Column("basis", "Основание", width=28),
            Column("start", "С", width=11, kind="date"),
        ],
        rows=[
            (
                number,
                one.employee.full_name,
                one.employee.position,
                one.powers,
                one.basis,
                one.start,
            )
            for number, one in enumerate(powers, 1)
        ],
        lines=[f"По состоянию на {day:%d.%m.%Y}"],
        signatures=[("Директор", "")],
        orientation="landscape",
        empty="На этот день в перечне никого нет. Его ведёт директор: "
        "раздел «Допуск к данным».",
    )


@report(
    "without_consent",
    "Обработка персональных данных без согласия",
    number="A7",
    area="people",
    roles=(
        "admin",
        "director",
        "deputy",
        "deputy_uvr",
        "studyunit",
        "department",
        "secretary",
        "curator",
        "hr",
    ),
    form=DayForm,
    description=worded_lazily(
        "Студенты и представители без согласия на обработку или с отозванным,"
        " сотрудники без обязательства о неразглашении."
    ),
)
def without_consent(params: dict[str, Any]) -> Table:
    """Who lacks a paper in force on a day, among those who study and work then."""
    user, day = params["user"], params["day"]
    rows: list[Any] = []
    for title, people in processed_on(day):
        found = _lacking(people, user, day)
        if found:
            rows += [Section(f"{title}: {len(found)}"), *found]
    return Table(
        "Обработка персональных данных без согласия",
        [
            Column("number", "№", width=5, kind="number"),
            Column("name", "Фамилия, имя, отчество", width=36, row_header=True),
            Column("place", worded("Группа, должность"), width=26),
            Column("state", "Документ", width=26),
        ],
        rows=rows,
        lines=[f"По состоянию на {day:%d.%m.%Y}"],
        empty="У всех, кого вы видите, документы есть.",
    )


def _lacking(people, user, day: date) -> list[tuple]:
    people = open_to(people.visible_to(user), user)
    withdrawn = withdrawn_days(people.model, day)
    return [
        (
            number,
            one.full_name,
            getattr(one, "place", "") or "",
            f"отозван {withdrawn[one.pk]:%d.%m.%Y}" if one.pk in withdrawn else "нет",
        )
        for number, one in enumerate(without_paper(people, day), 1)
    ]
