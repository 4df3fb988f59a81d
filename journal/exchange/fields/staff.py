"""Lists of staff."""

from dataclasses import replace

from journal.exchange.fields.people import PARENTS, PERSON, STUDENT_WORDS
from journal.exchange.fields.shared import BY_HEADER_ALONE, ROW_NUMBER, also, by_label
from journal.exchange.matching import Field
from journal.models import Employee


def of_work(name: str, title: str, synonyms: tuple[str, ...], **also_called) -> Field:
    """A column whose values are the choices of the employee's field."""
    choices = by_label(Employee._meta.get_field(name).choices, **also_called)
    return Field(
        name, title, synonyms, kind="choice", choices=choices, **BY_HEADER_ALONE
    )


EMPLOYEES: tuple[Field, ...] = (
    replace(
        also(
            PERSON[0],
            "преподаватель", "преподаватели", "учитель", "сотрудник", "работник",
            "педагог", "ФИО преподавателя", "ФИО сотрудника", "ФИО учителя",
            "ФИО педагога", "ФИО работника", "ФИО мастера", "куратор",
        ),
        without=PARENTS + STUDENT_WORDS,
    ),
    *(replace(part, without=PARENTS) for part in PERSON[1:]),
    Field("position", "Должность", ("занимаемая должность", "роль"), limit=150),
    Field(
        "department",
        "Отделение",
        ("ЦК", "цикловая комиссия", "ПЦК", "кафедра", "подразделение", "отдел",
         "структурное подразделение", "методическое объединение", "МО"),
        limit=150,
    ),
    Field(
        "personnel_number", "Табельный номер", ("таб. №", "табельный №", "таб. номер"),
        limit=30,
    ),
    of_work("category", "Категория", ("квалификационная категория", "кв. категория"),
            none=("нет", "без категории", "-"), higher=("высш",), first=("1", "I"),
            conformity=("соответствие", "СЗД", "соответствует")),
    of_work("staff_type", "Группа персонала", ("вид персонала",),
            executive=("руководители",), teaching=("педагоги", "педагогические"),
            support=("увп",), service=("обслуживающие",)),
    of_work("contract", "Договор", ("вид договора", "вид занятости"),
            employment=("основной", "основное место работы"),
            part_time=("совместитель", "совместительство"), civil=("ГПХ",)),
    Field("education", "Образование", limit=200, **BY_HEADER_ALONE),
    Field("hired_on", "Принят на работу", ("принят", "дата приёма", "дата приёма на "
          "работу"), kind="date", **BY_HEADER_ALONE),
    Field("dismissed_on", "Уволен", ("дата увольнения",), kind="date",
          **BY_HEADER_ALONE),
    ROW_NUMBER,
)  # fmt: skip
