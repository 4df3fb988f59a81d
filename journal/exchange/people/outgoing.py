"""Parents and other representatives as a spreadsheet, a row for each child."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from journal.exchange.people.known import CHUNK
from journal.models import Guardian, Guardianship, Membership, Student, User
from journal.models.words import heading

Page = tuple[str, list[str], list[list]]  # name of the sheet, headings, rows
ONE_DAY = timedelta(days=1)
KEEPS = {Guardian: "change_guardian", Student: "change_student"}  # who sees СНИЛС


@dataclass(frozen=True)
class Line:
    """One representative of one child."""

    tie: Guardianship
    guardian: Guardian
    group: str


@dataclass(frozen=True)
class Column:
    title: str
    value: Callable[[Line], object]
    keeps: type | None = None  # СНИЛС of whose cards


COLUMNS = (
    Column("ФИО представителя", lambda line: line.guardian.full_name),
    Column("Кем приходится", lambda line: line.tie.get_relation_display()),
    Column("ФИО студента", lambda line: line.tie.student.full_name),
    Column("Группа", lambda line: line.group),
    Column("Номер личного дела", lambda line: line.tie.student.personal_no),
    Column("СНИЛС студента", lambda line: line.tie.student.snils, Student),
    Column("Телефон", lambda line: line.guardian.phone),
    Column("Электронная почта", lambda line: line.guardian.email),
    Column("СНИЛС", lambda line: line.guardian.snils, Guardian),
    Column("Дата рождения", lambda line: line.guardian.birth_date, Guardian),
    Column(
        "Пол", lambda line: {"m": "М", "f": "Ж"}.get(line.guardian.sex, ""), Guardian
    ),
    Column("Представляет с", lambda line: line.tie.start),
    Column("Представляет по", lambda line: line.tie.end and line.tie.end - ONE_DAY),
)


def columns(by: User) -> list[Column]:
    """The columns that a person may see; СНИЛС is for those who keep the cards."""
    return [
        column
        for column in COLUMNS
        if column.keeps is None or by.has_perm(f"journal.{KEEPS[column.keeps]}")
    ]


def titles(by: User) -> list[str]:
    return [heading(column.title) for column in columns(by)]


def pages(guardians: QuerySet, by: User) -> list[Page]:
    """Who represents whom today and from now on, as far as the person sees it."""
    today = timezone.localdate()
    people = {guardian.pk: guardian for guardian in guardians}
    wanted = sorted(people)
    ties = Guardianship.objects.visible_to(by).select_related("student")
    ties = ties.filter(Q(end__isnull=True) | Q(end__gt=today))
    found = [
        tie
        for start in range(0, len(wanted), CHUNK)
        for tie in ties.filter(guardian__in=wanted[start : start + CHUNK])
    ]
    seats = Membership.objects.on(today).visible_to(by)
    groups = dict(seats.order_by().values_list("student", "group__name"))
    lines = [
        Line(tie, people[tie.guardian_id], groups.get(tie.student_id, ""))
        for tie in found
    ]
    lines.sort(key=_place)
    shown = columns(by)
    rows = [[column.value(line) for column in shown] for line in lines]
    return [("Представители", titles(by), rows)]


def _place(line: Line) -> tuple:
    names = (line.tie.student.full_name, line.guardian.full_name)
    said = [name.casefold().replace("ё", "е") for name in names]
    return line.group, *said, line.tie.pk
