"""Movement of students: R18, R21, R23."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from journal.domain.contingent.movement import (
    GroupMovement,
    Movement,
    read_movement,
)
from journal.models import AcademicYear, Group, Institution, Student
from journal.models.words import worded, worded_lazily
from journal.reports.questions import (
    WHOLE,
    DayField,
    GroupForm,
    PlainSelect,
    RowField,
    groups_for,
)
from journal.reports.registry import OF_GROUP, report
from journal.reports.table import Column, Table

DAY = timedelta(days=1)
SUMMARY, LIST = "summary", "list"
CAME, LEFT, MOVED = ("Прибыло",), ("Выбыло",), ("Переводы",)


def transfer_columns() -> list[Column]:
    """From and to other groups of the institution: neither arrived nor left (R18, R21)."""
    into, out = worded("Из других групп"), worded("В другие группы", "В другие классы")
    return [
        Column("moved_in", into, MOVED, kind="number"),
        Column("moved_out", out, MOVED, kind="number"),
    ]


def scope(params: dict[str, Any]):
    """The groups that the person sees whole, or the one chosen among them."""
    condition = groups_for(params["user"], "view_membership", WHOLE)
    groups = Group.objects.filter(condition)
    return groups.filter(pk=params["group"].pk) if params.get("group") else groups


class ScopeForm(GroupForm):
    """Asks for a group of those seen whole, or all of them."""

    right = "view_membership"
    anchors = WHOLE
    group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        everything=worded_lazily("Все группы", "Все классы"),
        required=False,
    )


class MovementForm(ScopeForm):
    first = DayField(label="С")
    last = DayField(label="По")
    view = forms.ChoiceField(
        label="Вид",
        choices=[
            (SUMMARY, worded_lazily("Сводная по группам")),
            (LIST, "Список с приказами"),
        ],
        widget=PlainSelect,
        required=False,
    )

    def prepare(self) -> None:
        super().prepare()
        today = timezone.localdate()
        year = AcademicYear.objects.filter(start__lte=today).order_by("-start").first()
        self.fields["first"].initial = year.start if year else today.replace(day=1)
        self.fields["last"].initial = today
        self.fields["view"].initial = SUMMARY

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        first, last = answers.get("first"), answers.get("last")
        if first and last and last < first:
            self.add_error(
                "last", "Последний день раньше первого. Поменяйте дни местами."
            )
        return answers


@report(
    "movement",
    "Сводная ведомость движения обучающихся",
    number="R18",
    area="contingent",
    roles=(*OF_GROUP, "dispatcher", "secretary"),
    form=MovementForm,
    short="Движение",
    description=worded_lazily(
        "На начало, прибыло и выбыло с причинами, на конец — по группам, или список с"
        " приказами. Переводы между группами показаны отдельно."
    ),
)
def movement(params: dict[str, Any]) -> Table:
    """R18 (S 5.8, S 9.4): start + arrived + moved in − left − moved out = end."""
    first, last = params["first"], params["last"]
    found = read_movement(scope(params), first, last)
    return _listed(params, found) if params["view"] == LIST else _summed(params, found)


def _frame(params: dict[str, Any], **more: Any) -> dict[str, Any]:
    rules = Institution.current()
    group = params.get("group")
    return {
        "signatures": [(rules.signatory_post, rules.signatory_name)],
        "lines": [
            *([f"{worded('Группа')} {group}"] if group else []),
            f"С {params['first']:%d.%m.%Y} по {params['last']:%d.%m.%Y}",
        ],
        "empty": worded(
            "В эти дни в группах, доступных вам, никто не числился. Проверьте дни или"
            " обратитесь к администратору журнала."
        ),
        **more,
    }


def _reasons(groups: list[GroupMovement], name: str) -> list[str]:
    return sorted({reason for one in groups for reason in getattr(one, name)})


def _summed(params: dict[str, Any], found: Movement) -> Table:
    came, left = (_reasons(found.groups, name) for name in ("arrived", "left"))
    columns = [
        Column("n", "№", kind="number"),
        Column("name", worded("Группа"), row_header=True),
        Column("start", "На начало", kind="number"),
        Column("arrived", "всего", CAME, kind="number"),
        *_reason_columns("in", came, CAME),
        *transfer_columns(),
        Column("left", "всего", LEFT, kind="number"),
        *_reason_columns("out", left, LEFT),
        Column("end", "На конец", kind="number"),
    ]
    rows = [
        {"n": number, "name": one.name, **figures_of([one], came, left)}
        for number, one in enumerate(found.groups, 1)
    ]
    total = {"name": "Всего", **figures_of(found.groups, came, left)}
    return Table(
        "Сводная ведомость движения обучающихся",
        columns,
        rows=rows,
        totals=[total] if rows else (),
        notes=[
            worded(
                "На начало — накануне первого дня, на конец — в последний день."
                " Переводы между группами не входят ни в прибывших, ни в выбывших."
                " Уход в академический отпуск — выбытие, выход из него — прибытие. «Не"
                " указано»: приказа в журнале нет."
            )
        ]
        if rows
        else (),
        orientation="landscape",
        **_frame(params),
    )


def _reason_columns(side: str, reasons: list[str], group: tuple[str, ...]):
    heading = (*group, "из них")
    return [
        Column(f"{side}{place}", reason, heading, vertical=True, kind="number")
        for place, reason in enumerate(reasons)
    ]


def figures_of(
    groups: list[GroupMovement], came: list[str], left: list[str]
) -> dict[str, int]:
    figures = {
        name: sum(getattr(one, name) for one in groups)
        for name in ("start", "end", "moved_in", "moved_out")
    }
    for total, side, reasons in (("arrived", "in", came), ("left", "out", left)):
        figures[total] = sum(getattr(one, total).total() for one in groups)
        for place, reason in enumerate(reasons):
            figures[f"{side}{place}"] = sum(
                getattr(one, total)[reason] for one in groups
            )
    return figures


def _listed(params: dict[str, Any], found: Movement) -> Table:
    students = Student.objects.in_bulk({move.student for move in found.moves})
    names = {one.pk: one.name for one in found.groups}
    elsewhere = {move.other for move in found.moves if move.is_transfer} - names.keys()
    names |= dict(Group.objects.filter(pk__in=elsewhere).values_list("pk", "name"))
    rows = []
    for number, move in enumerate(found.moves, 1):
        student = students[move.student]
        words = "прибыл(а)" if move.is_in else "выбыл(а)"
        if move.is_transfer:
            words = f"переведён(а) {'из' if move.is_in else 'в'} {names[move.other]}"
        rows.append(
            [
                number,
                student.full_name,
                student.birth_date,
                names[move.group],
                words,
                move.day,
                move.order,
                "" if move.is_transfer and not move.order else move.reason,
            ]
        )
    columns = [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
        Column("born", "Дата рождения", kind="date"),
        Column("group", worded("Группа")),
        Column("what", "Движение"),
        Column("day", "С какого дня", kind="date"),
        Column("order", "Приказ"),
        Column("reason", "Основание"),
    ]
    settings = _frame(params, empty="В эти дни никто не прибыл и не выбыл.")
    return Table(
        "Движение обучающихся: список",
        columns,
        rows=rows,
        orientation="landscape",
        **settings,
    )
