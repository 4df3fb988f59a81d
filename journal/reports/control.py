"""Reports of control: R37."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from journal.domain.control.corrections import read_corrections
from journal.domain.control.steps import (
    ABSENCES,
    CHANGED,
    CLOSED,
    LATE,
    LESSONS,
    MARKS,
    QUIET,
    RESULTS,
    WITH,
    WITHOUT,
    Asked,
    Correction,
)
from journal.models import (
    AbsenceReason,
    Course,
    CourseTeacher,
    Employee,
    Institution,
    Membership,
    Result,
    Scale,
    User,
)
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily

from .questions import DayField, GroupForm, PlainSelect, RowField
from .registry import OF_STUDY, TEACHING, report
from .table import Cell, Column, Table

DAYS = 30
MOST_DAYS = 366
SYSTEM = "система"
# What may have stood there before or may stand there now.
VALUES = [(value, value) for value in Scale.values]
VALUES += [("н/а", "н/а"), ("осв", "осв"), *Result.Status.choices]
KINDS = {
    "": "Все",
    CHANGED: "Изменения и удаления",
    LATE: "После дня занятия",
    QUIET: "В нерабочее время",
    CLOSED: "В закрытом периоде",
}
WHAT = {
    "": "Всё",
    MARKS: "Отметки",
    ABSENCES: "Отсутствия",
    RESULTS: "Результаты в ведомостях",
    LESSONS: "Темы и присутствие",
}
REASONED = {"": "С причиной и без", WITH: "С причиной", WITHOUT: "Без причины"}


def _select(label: str, choices: Iterable, wrong: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=list(choices),
        widget=PlainSelect,
        required=False,
        error_messages={"invalid_choice": wrong},
    )


class CorrectionsForm(GroupForm):
    right = "view_mark"

    first = DayField(label="С даты")
    last = DayField(label="По дату включительно")
    kind = _select(
        "Какие исправления", KINDS.items(), "Выберите вид исправлений из списка."
    )
    what = _select(
        "Что исправлено", WHAT.items(), "Выберите из списка, что исправлено."
    )
    value = _select(
        "Отметка или буква",
        [],
        "Выберите отметку из списка.",
    )
    reason = _select("Причина", REASONED.items(), "Выберите из списка: с причиной?")
    group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        required=False,
        everything=worded_lazily("Все группы", "Все классы"),
        help_text=worded_lazily(
            "После выбора группы можно выбрать дисциплину и студента.",
            "После выбора класса можно выбрать предмет и ученика.",
        ),
    )
    closed = forms.BooleanField(label="С расформированными", required=False)
    course = RowField(
        worded_lazily("дисциплину"),
        label=worded_lazily("Дисциплина"),
        required=False,
        everything=worded_lazily("Все дисциплины", "Все предметы"),
    )
    student = RowField(
        worded_lazily("студента"),
        label=worded_lazily("Студент"),
        required=False,
        everything=worded_lazily("Все студенты"),
    )
    by = RowField("сотрудника", label="Кто исправил", required=False, everything="Все")

    def prepare(self) -> None:
        super().prepare()
        today = timezone.localdate()
        self.fields["first"].initial = today - timedelta(days=DAYS)
        self.fields["last"].initial = today
        letters = AbsenceReason.objects.values_list("code", "name")
        self.fields["value"].choices = [
            ("", "Любая"),
            *VALUES,
            *((code, f"{code} ({name})") for code, name in letters),
        ]
        teachers = CourseTeacher.objects.visible_to(self.user).order_by()
        visible = Employee.objects.visible_to(self.user).order_by()
        people = Employee.objects.filter(
            Q(pk__in=teachers.values("employee")) | Q(pk__in=visible.values("pk")),
            user__isnull=False,
        )
        # Whoever writes with all rights need not be an employee.
        others = User.objects.filter(is_superuser=True, employee__isnull=True)
        self.fields["by"].offer(
            [
                *sorted(
                    ((one.user_id, one.short_name) for one in people),
                    key=lambda one: russian_key(one[1]),
                ),
                *((one.pk, str(one)) for one in others),
            ]
        )

    def narrow(self) -> None:
        """Disciplines and students are those of the chosen group."""
        super().narrow()
        group = str(self.data.get("group") or "")
        if group not in dict(self.fields["group"].choices) or not group:
            for name in ("course", "student"):
                self.fields[name].offer(())
                self.fields[name].widget = forms.HiddenInput()
            return
        courses = Course.objects.visible_to(self.user).filter(group=group)
        self.fields["course"].offer(
            (course.pk, f"{course.discipline}, {course.period}")
            for course in courses.select_related("discipline", "period__year").order_by(
                "-period__first_day", "discipline__name"
            )
        )
        members = Membership.objects.filter(group=group).select_related("student")
        students = {one.student_id: one.student.full_name for one in members}
        self.fields["student"].offer(
            sorted(students.items(), key=lambda item: russian_key(item[1]))
        )

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        first, last = answers.get("first"), answers.get("last")
        if first and last and not 0 <= (last - first).days < MOST_DAYS:
            self.add_error(
                "last", "Последний день — не раньше первого и не позже чем через год."
            )
        return answers


@report(
    "corrections",
    "Журнал исправлений",
    number="R37",
    area="control",
    roles=(*OF_STUDY, "curator", *TEACHING),
    form=CorrectionsForm,
    short="Журнал исправлений",
    description="Кто, когда и почему исправил отметку, отсутствие, результат или тему: что было и"
    " что стало.",
)
def corrections(params: dict[str, Any]) -> Table:
    """R37 (M 4.2): every correction within the rows that the person sees."""
    group = params["group"]
    asked = Asked(
        params["first"],
        params["last"],
        group=group.pk if group else None,
        course=params["course"],
        student=params["student"],
        by=params["by"],
        kind=params["kind"],
        what=params["what"],
        reason=params["reason"],
        value=params["value"],
    )
    rules = Institution.current()
    found, is_cut = read_corrections(params["user"], asked)
    people = _people({one.user for one in found})
    return Table(
        "Журнал исправлений",
        COLUMNS,
        rows=[_row(one, people) for one in found],
        lines=_lines(asked, group, len(found), is_cut),
        warnings=[
            f"Показаны последние {len(found)} исправлений, всего их больше."
            f" Сузьте период или выберите {worded('группу')}."
        ]
        if is_cut
        else (),
        notes=[
            "Исправление — изменение или удаление записанного, а также любая запись,"
            " сделанная позже дня занятия. Первая запись в день занятия и первый результат"
            " в ведомости исправлением не считаются."
        ],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty="Исправлений за это время нет."
        " Если они ожидались, расширьте период или снимите ограничения.",
    )


COLUMNS = (
    Column("at", "Дата и время", kind="date", width=11),
    Column("who", "Кто исправил"),
    Column("student", worded_lazily("Студент"), row_header=True),
    Column("group", worded_lazily("Группа"), align="center"),
    Column("discipline", worded_lazily("Дисциплина")),
    Column("date", "Занятие", kind="date", width=10),
    Column("what", "Что исправлено"),
    Column("old", "Было", align="center"),
    Column("new", "Стало", align="center"),
    Column("days", "Через, дн.", kind="number"),
    Column("reason", "Причина"),
    Column("note", "Примечание"),
)


def _row(one: Correction, people: dict[int | None, str]) -> list[Any]:
    notes = []
    if one.is_closed:
        notes.append("период закрыт")
    if one.is_quiet:
        notes.append("в нерабочее время")
    return [
        one.at,
        people.get(one.user, SYSTEM),
        one.student or worded("вся группа", "весь класс"),
        one.group,
        one.discipline,
        one.date,
        one.what,
        one.old or "—",
        one.new or "—",
        one.days,
        one.reason,
        Cell(", ".join(notes), "bad") if notes else None,
    ]


def _people(users: set[int | None]) -> dict[int | None, str]:
    """Key of a user → the name, and the post or else the roles, on a line below."""
    rows = User.objects.filter(pk__in=users - {None})
    names: dict[int, str] = {}
    posts: dict[int, list[str]] = {}
    for user in rows.select_related("employee").prefetch_related("groups"):
        employee = getattr(user, "employee", None)
        names[user.pk] = user.short_name
        posts[user.pk] = [employee.position] if employee and employee.position else []
        posts[user.pk] = posts[user.pk] or [role.name for role in user.groups.all()]
    return {
        pk: "\n".join(filter(None, (name, ", ".join(posts[pk]))))
        for pk, name in names.items()
    }


def _lines(asked: Asked, group: Any, count: int, is_cut: bool) -> list[str]:
    parts = [f"С {asked.first:%d.%m.%Y} по {asked.last:%d.%m.%Y}"]
    if group:
        parts.append(f"{worded('группа')} {group}")
    for words, answer in (
        (KINDS, asked.kind),
        (WHAT, asked.what),
        (REASONED, asked.reason),
    ):
        if answer:
            parts.append(words[answer].lower())
    if asked.value:
        parts.append(f"отметка «{dict(VALUES).get(asked.value, asked.value)}»")
    lines = [" · ".join(parts)]
    if count and not is_cut:
        lines.append(f"Исправлений: {count}")
    return lines
