"""Documents on education for ФИС ФРДО: 46 columns and the rules they are checked by.

Names of columns and rules are those of the template for vocational education; the
values of its lists are gathered here, so that a change of the template is one line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from journal.models import Diploma, Student, StudyForm, TargetContract
from journal.models.contingent import PAID
from journal.models.people import validate_snils

YES, NO, NONE = "Да", "Нет", "Нет"
DOCUMENT = "Диплом"
SEX = {Student.Sex.MALE: "Муж", Student.Sex.FEMALE: "Жен"}
FORM = {
    StudyForm.FULL_TIME: "Очная",
    StudyForm.PART_TIME: "Очно-заочная",
    StudyForm.EXTRAMURAL: "Заочная",
}
PLACE = "в образовательной организации"
BY_BUDGET, BY_CONTRACT = "Бюджетное обучение", "Платное обучение"
PLAIN = str.maketrans({"№": "N", "«": '"', "»": '"', "“": '"', "”": '"', "„": '"'})
FOREIGN_IN_NAMES = re.compile(r"[^А-Яа-яЁё \-.'()]")
SINCE = 2021  # documents of that year and later say more of the graduate


class Problem(NamedTuple):
    """What is wrong in a column, and on whose page it is mended."""

    column: str
    words: str
    where: str


@dataclass(frozen=True)
class Column:
    """A column of the sheet; `where` is the page on which its value is written.

    `needed` says of which diplomas it must not be empty, `longest` counts characters,
    `rule` gives the words of an error, or nothing.
    """

    title: str
    value: Callable[[Diploma], str]
    needed: Callable[[Diploma], bool] = lambda diploma: True
    longest: int = 0
    rule: Callable[[str], str] | None = None
    where: str = "diploma"


def plain(text) -> str:
    """№ is N and quotes are straight there; spaces are single."""
    return " ".join(str(text or "").translate(PLAIN).split())


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _yes(answer) -> str:
    return YES if answer else NO


def contract_of(diploma: Diploma) -> TargetContract | None:
    return getattr(diploma.student, "target_contract", None)


def _is_target(diploma: Diploma) -> bool:
    return contract_of(diploma) is not None


def _is_duplicate(diploma: Diploma) -> bool:
    return diploma.status == Diploma.Status.DUPLICATE


def _is_recent(diploma: Diploma) -> bool:
    return diploma.issued_on.year >= SINCE


def _never(diploma: Diploma) -> bool:
    return False


def _funding(diploma: Diploma) -> str:
    if not diploma.funding:
        return ""
    return BY_CONTRACT if diploma.funding in PAID else BY_BUDGET


# Rules


def name_rule(text: str) -> str:
    """Cyrillic, space, dash, dot, apostrophe, brackets."""
    found = FOREIGN_IN_NAMES.search(text)
    if not found:
        return ""
    return (
        f"недопустимый знак «{found[0]}». Можно: русские буквы, пробел, дефис, точка,"
        " апостроф, скобки"
    )


def snils_rule(text: str) -> str:
    try:
        validate_snils(text)
    except ValidationError as error:
        return error.messages[0].rstrip(".")
    return ""


def _digits(what: str, *lengths: int) -> Callable[[str], str]:
    def rule(text: str) -> str:
        if text.isdecimal() and text.isascii() and len(text) in lengths:
            return ""
        return f"{what}: цифр должно быть {' или '.join(map(str, lengths))}"

    return rule


# The columns


def _of_contract(title: str, name: str, needed=_never, rule=None) -> Column:
    def value(diploma: Diploma) -> str:
        contract = contract_of(diploma)
        found = getattr(contract, name) if contract else None
        return _day(found) if isinstance(found, date) else plain(found)

    return Column(title, value, needed, rule=rule, where="contract")


def _of_original(title: str, value: Callable[[Diploma], str], rule=None) -> Column:
    def of_original(diploma: Diploma) -> str:
        original = diploma.original if _is_duplicate(diploma) else None
        return value(original) if original else ""

    return Column(title, of_original, _is_duplicate, rule=rule, where="original")


def _own(title: str, name: str, longest: int = 0, rule=None) -> Column:
    return Column(title, lambda one: plain(getattr(one, name)), _always, longest, rule)


def _always(diploma: Diploma) -> bool:
    return True


OGRN, KPP, OKSM = _digits("ОГРН", 13, 15), _digits("КПП", 9), _digits("код ОКСМ", 3)
OF_TARGET = "договора о целевом обучении"
OF_CUSTOMER = "организации с которой заключён договор о целевом обучении"
COLUMNS = (
    Column("Наименование документа", lambda one: DOCUMENT, longest=20),
    Column("Вид документа", lambda one: one.get_kind_display()),
    Column("Статус документа", lambda one: one.get_status_display()),
    Column("Подтверждение утраты", lambda one: _yes(one.is_lost)),
    Column("Подтверждение обмена", lambda one: _yes(one.is_exchanged)),
    Column("Подтверждение уничтожения", lambda one: _yes(one.is_destroyed)),
    Column("Уровень образования", lambda one: one.get_level_display()),
    Column("Серия документа", lambda one: plain(one.series) or NONE, longest=20),
    _own("Номер документа", "number", 30),
    Column("Дата выдачи", lambda one: _day(one.issued_on)),
    _own("Регистрационный номер", "registration_no", 30),
    _own("Код профессии, специальности", "specialty_code"),
    _own("Наименование профессии, специальности", "specialty_name", 255),
    _own("Наименование квалификации", "qualification", 255),
    _own("Наименование образовательной программы", "programme", 255),
    _own("Год поступления", "year_started"),
    _own("Год окончания", "year_finished"),
    Column("Срок обучения, лет", lambda one: str(one.year_finished - one.year_started)),
    _own("Фамилия получателя", "last_name", 50, name_rule),
    _own("Имя получателя", "first_name", 50, name_rule),
    Column(
        "Отчество получателя",
        lambda one: plain(one.middle_name) or NONE,
        longest=50,
        rule=name_rule,
    ),
    Column(
        "Дата рождения получателя",
        lambda one: _day(one.student.birth_date),
        where="student",
    ),
    Column("Пол получателя", lambda one: SEX.get(one.student.sex, ""), where="student"),
    Column(
        "СНИЛС",
        lambda one: one.student.snils or "",
        _is_recent,
        rule=snils_rule,
        where="student",
    ),
    Column(
        "Гражданство получателя (код страны по ОКСМ)",
        lambda one: one.student.citizenship,
        _is_recent,
        rule=OKSM,
        where="student",
    ),
    Column("Форма обучения", lambda one: FORM.get(one.form, ""), _is_recent),
    Column(
        "Форма получения образования на момент прекращения образовательных отношений",
        lambda one: PLACE,
        _is_recent,
    ),
    Column("Источник финансирования обучения", _funding, _is_recent),
    Column(
        "Наличие договора о целевом обучении",
        lambda one: _yes(_is_target(one)),
        where="contract",
    ),
    # Two spaces: so it stands in the template.
    _of_contract(f"Номер  {OF_TARGET}", "number", _is_target),
    _of_contract(f"Дата заключения {OF_TARGET}", "signed_on", _is_target),
    _of_contract(f"Наименование {OF_CUSTOMER}", "customer", _is_target),
    _of_contract(f"ОГРН {OF_CUSTOMER}", "customer_ogrn", rule=OGRN),
    _of_contract(f"КПП {OF_CUSTOMER}", "customer_kpp", rule=KPP),
    _of_contract("Наименование организации работодателя", "employer"),
    _of_contract("ОГРН организации работодателя", "employer_ogrn", rule=OGRN),
    _of_contract("КПП организации работодателя", "employer_kpp", rule=KPP),
    _of_contract(
        "Субъект федерации в котором расположена организация работодатель",
        "employer_region",
    ),
    _of_original(
        "Наименование документа об образовании (оригинала)", lambda one: DOCUMENT
    ),
    _of_original("Серия (оригинала)", lambda one: plain(one.series) or NONE),
    _of_original("Номер (оригинала)", lambda one: plain(one.number)),
    _of_original(
        "Регистрационный N (оригинала)", lambda one: plain(one.registration_no)
    ),
    _of_original("Дата выдачи (оригинала)", lambda one: _day(one.issued_on)),
    _of_original(
        "Фамилия получателя (оригинала)", lambda one: plain(one.last_name), name_rule
    ),
    _of_original(
        "Имя получателя (оригинала)", lambda one: plain(one.first_name), name_rule
    ),
    _of_original(
        "Отчество получателя (оригинала)",
        lambda one: plain(one.middle_name) or NONE,
        name_rule,
    ),
)


class Line(NamedTuple):
    """A diploma as the sheet has it, and what is wrong with it."""

    diploma: Diploma
    values: list[str]
    problems: list[Problem]


def read_frdo(diplomas: QuerySet[Diploma]) -> list[Line]:
    """The lines of these diplomas by date of issue, checked. One query."""
    related = ("student__target_contract", "original")
    rows = diplomas.select_related(*related)
    return [check(diploma) for diploma in rows.order_by("issued_on", "registration_no")]


def check(diploma: Diploma) -> Line:
    """The values of a diploma by column, and every rule that they break."""
    values = [column.value(diploma) for column in COLUMNS]
    problems = []
    for column, value in zip(COLUMNS, values, strict=True):
        words = ""
        if not value:
            words = "не заполнено" if column.needed(diploma) else ""
        elif column.longest and len(value) > column.longest:
            words = f"знаков {len(value)}, а можно не больше {column.longest}"
        elif column.rule:
            words = column.rule(value)
        if words:
            problems.append(Problem(column.title, words, column.where))
    return Line(diploma, values, problems)
