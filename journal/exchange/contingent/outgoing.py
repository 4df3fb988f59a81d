"""The contingent as a spreadsheet: the columns that `roster` takes in, and its words.

What goes out comes back and changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from journal.exchange.contingent.benefits import ONE_DAY, WITHOUT_PAPER, alike
from journal.exchange.fields.cards import GONE, STUDYING
from journal.exchange.people.known import CHUNK
from journal.models import (
    Benefit,
    Membership,
    OrderLine,
    PersonalFile,
    SocialCard,
    Student,
    User,
)
from journal.models.words import heading

Page = tuple[str, list[str], list[list]]  # name of the sheet, headings, rows
NOWHERE = "Вне групп"
EVERYBODY = "Контингент"
# Of the order that somebody left by: the status of the sheet.
LEFT = {"expel": "expelled", "graduate": "graduated", "leave": "academic"}
KINDS_OF_LEAVE = {
    "maternity": ("декрет", "беременн", "уход за реб"),
    "army": ("служб", "армии", "вооруж", "призва"),
    "illness": ("болезн", "медицинск", "здоров"),
    "contract": ("ученическ",),
}


@dataclass
class Line:
    """One student with whatever of the card the person asking may see."""

    student: Student
    seat: Membership | None = None
    status: str = ""
    parts: dict[type, object] = field(default_factory=dict)
    benefits: dict[str, Benefit] = field(default_factory=dict)


Value = Callable[[Line], object]


@dataclass(frozen=True)
class Column:
    title: str
    value: Value
    needs: str = ""  # a permission


def of_part(model: type, name: str) -> Value:
    words = dict(model._meta.get_field(name).flatchoices)

    def value(line: Line) -> object:
        part = line.parts.get(model)
        said = "" if part is None else getattr(part, name)
        return words.get(said, said)

    return value


def part_columns(model: type, **titles: str) -> list[Column]:
    needs = f"view_{model._meta.model_name}"
    return [
        Column(title, of_part(model, name), needs) for name, title in titles.items()
    ]


def of_flag(name: str, word: str) -> Value:
    def value(line: Line) -> str:
        return word if getattr(line.parts.get(SocialCard), name, False) else ""

    return value


def flag_columns(word: str, **titles: str) -> list[Column]:
    return [
        Column(title, of_flag(name, word), "view_socialcard")
        for name, title in titles.items()
    ]


def programme(line: Line) -> str:
    specialty = line.seat and line.seat.group.specialty
    return str(specialty) if specialty else ""


def is_last_year(line: Line) -> str:
    group = line.seat and line.seat.group
    years = group and (group.years or (group.specialty and group.specialty.years))
    return "да" if years and group.course_year >= years else ""


def of_student(name: str) -> Value:
    return lambda line: getattr(line.student, name)


KEEPS_CARDS = "change_student"  # СНИЛС is for those who keep the cards (K 5.2.8)
COLUMNS: Sequence[Column] = (
    Column("ФИО", of_student("full_name")),
    Column("Группа", lambda line: line.seat.group.name if line.seat else ""),
    Column("Дата_рождения", of_student("birth_date")),
    Column("Пол", lambda line: {"m": "М", "f": "Ж"}.get(line.student.sex, "")),
    Column("СНИЛС", of_student("snils"), KEEPS_CARDS),
    *part_columns(
        PersonalFile,
        inn="ИНН",
        series="Серия_паспорта",
        number="Номер_паспорта",
        issued_on="Дата_выдачи_паспорта",
        issued_by="Кем_выдан",
        registered_at="Адрес_регистрации",
        lives_at="Фактический_адрес",
    ),
    Column("Статус_ОП", programme),
    Column(
        "Статус_Бюджет",
        lambda line: line.seat.get_funding_display() if line.seat else "",
    ),
    Column("Статус_Учёба", lambda line: line.status),
    *part_columns(
        SocialCard,
        hostel="Статус_Общежитие",
        general_education="Статус_Всеобуч",
        scholarship="Статус_Соц_стипендия",
        family="Статус_Соц_положение_семьи",
        meals="Статус_Питание",
        family_members="Статус_Состав_семьи",
        health="Статус_Уровень_здоровья",
        orphan="Статус_Сиротство",
    ),
    *part_columns(PersonalFile, registration_kind="Статус_Место_регистрации"),
    *flag_columns(
        "да",
        is_student_family="Статус_Студенческая_семья",
        is_large_family="Статус_Многодетная_семья",
        parent_serves="Статус_Родитель_СВО",
    ),
    *flag_columns(
        "состоит",
        on_police_record="Статус_ПДН",
        on_commission_record="Статус_КДН",
        on_internal_record="Статус_Внутр_учет",
    ),
    *part_columns(SocialCard, left_home="Статус_Самовольный_уход"),
    Column("Статус_Выпуск", is_last_year),
    Column("Номер_личного_дела", of_student("personal_no")),
    Column("Телефон", of_student("phone")),
    Column("Электронная почта", of_student("email")),
    Column(
        "Форма_обучения",
        lambda line: line.seat.get_form_display() if line.seat else "",
    ),
)


def columns(by: User) -> list[Column]:
    """The columns that a person may see: a part one may not view is absent."""
    return [
        column
        for column in COLUMNS
        if not column.needs or by.has_perm(f"journal.{column.needs}")
    ]


def titles(by: User) -> list[str]:
    """The headings, for whoever is about to let a file out."""
    found = [heading(column.title) for column in columns(by)]
    if by.has_perm("journal.view_benefit"):
        found += ["Реквизит_<льгота>", "Дата_<льгота>"]
    return found


def pages(students: QuerySet, by: User, *, by_group: bool) -> list[Page]:
    """Students as sheets: one a group, or one for all."""
    lines = sorted(gather(students, by), key=_place)
    kinds: dict[str, str] = {}
    for line in lines:
        for key, one in line.benefits.items():
            kinds.setdefault(key, one.kind)
    shown = columns(by)
    heads = [heading(column.title) for column in shown]
    for kind in kinds.values():
        heads += [f"Реквизит_{kind}", f"Дата_{kind}"]
    sheets: dict[str, list[list]] = {}
    for line in lines:
        group = line.seat.group.name if line.seat else NOWHERE
        row = [column.value(line) for column in shown]
        for key in kinds:
            row += _benefit(line.benefits.get(key))
        sheets.setdefault(group if by_group else EVERYBODY, []).append(row)
    return [(name, heads, rows) for name, rows in sheets.items()] or [
        (EVERYBODY, heads, [])
    ]


def _place(line: Line) -> tuple:
    student = line.student
    group = line.seat and line.seat.group
    where = (0, group.course_year, group.name) if group else (1, 0, "")
    name = student.full_name.casefold().replace("ё", "е")
    return where, name, student.pk


def _benefit(one: Benefit | None) -> tuple[str, date | None]:
    if one is None:
        return "", None
    return one.document or WITHOUT_PAPER, one.end and one.end - ONE_DAY


def gather(students: QuerySet, by: User) -> list[Line]:
    """The students with their seats, parts and benefits as far as `by` sees them."""
    lines = {student.pk: Line(student) for student in students}
    today = timezone.localdate()
    seats = Membership.objects.on(today).select_related("group__specialty")
    for seat in _rows(seats, lines, by):
        lines[seat.student_id].seat = seat
    for model in (PersonalFile, SocialCard):
        for part in _rows(model.objects.all(), lines, by):
            lines[part.student_id].parts[model] = part
    for one in _rows(Benefit.objects.order_by("start"), lines, by):
        lines[one.student_id].benefits[alike(one.kind)] = one  # the latest stays
    left = _left([pk for pk, line in lines.items() if line.seat is None], by)
    for pk, line in lines.items():
        line.status = (
            STUDYING[0] if line.seat else GONE[left.get(pk, "expelled")][0]
        ).capitalize()
        if line.seat is None and pk not in left:
            line.status = "Не обучается"
    return list(lines.values())


def _rows(rows: QuerySet, pks: Iterable[int], by: User) -> Iterator:
    wanted = list(pks)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        yield from rows.filter(student__in=chunk).visible_to(by)


def _left(pks: Sequence[int], by: User) -> Mapping[int, str]:
    """How those who sit nowhere left: key → status, by their latest order."""
    lines = OrderLine.objects.filter(order__state="done", order__kind__in=LEFT)
    lines = lines.select_related("order__reason", "reason")
    found = {}
    for line in _rows(lines.order_by("order__effective_on", "pk"), pks, by):
        status = LEFT[line.order.kind]
        reason = str(line.reason or line.order.reason or "").casefold()
        for kind, words in KINDS_OF_LEAVE.items():
            if status == "academic" and any(word in reason for word in words):
                status = kind
        found[line.student_id] = status
    return found
