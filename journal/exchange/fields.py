"""What each importer wants of a table, and how offices call it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from journal.exchange.matching import Field, passes, share_of
from journal.exchange.reading.groups import group_name
from journal.exchange.reading.text import as_text, parse_date, whole_number
from journal.exchange.reading.workbook import Cell

# «Телефон матери», «ФИО куратора»: a column about somebody else.
PARENTS = (
    "родител", "мать", "матер", "мам", "отец", "отца", "папа", "папы", "опекун",
    "представител", "законн",
)  # fmt: skip
STAFF = (
    "преподавател", "куратор", "классн", "руководител", "мастер", "директор",
    "заведующ",
)  # fmt: skip
OTHERS = PARENTS + STAFF

SEX = {
    "male": ("м", "муж", "мужской", "мальчик", "юноша", "m", "male", "1"),
    "female": ("ж", "жен", "женский", "девочка", "девушка", "f", "female", "2"),
}

LESSON_KINDS = {
    "lesson": ("урок", "теория", "теоретическое занятие", "т", "комбинированный урок",
               "учебное занятие", "теор", "классное занятие"),
    "lecture": ("лекция", "лек", "л", "лекционное занятие"),
    "practice": ("практическое занятие", "практика", "практическая работа", "п", "пр",
                 "пз", "практ", "практ занятие", "практическая подготовка"),
    "lab": ("лабораторное занятие", "лабораторная работа", "лаб", "лр", "лз",
            "лабораторно практическое занятие", "лпз"),
    "seminar": ("семинар", "семинарское занятие", "с", "сем"),
    "course_work": ("курсовая работа", "курсовой проект", "кп", "кр",
                    "курсовая работа кп", "курсовое проектирование"),
    "consultation": ("консультация", "конс"),
    "control": ("контрольная работа", "контроль", "контрольное занятие", "зачет",
                "дифференцированный зачет", "промежуточная аттестация"),
    "exam": ("экзамен", "э"),
    "self_study": ("самостоятельная работа", "ср", "срс"),
}  # fmt: skip


def repeated_groups(cells: Sequence[Cell]) -> float:
    """A column of groups: names of groups that repeat from row to row."""
    known = {name for name in map(group_name, cells) if name}
    return _group_share(cells) if len(known) * 2 <= len(cells) else 0.0


def different_numbers(cells: Sequence[Cell]) -> float:
    """A column of personal numbers: long, and never twice the same."""
    if len(set(cells)) < len(cells):
        return 0.0
    return share_of(lambda cell: re.fullmatch(r"\d{5,20}", as_text(cell)))(cells)


def birth_dates(cells: Sequence[Cell]) -> float:
    """A column of dates that can be birthdays of students or staff."""
    latest = date.today().year - 5

    def born(cell: Cell) -> bool:
        if isinstance(cell, int) or not passes(parse_date)(cell):
            return False
        return 1930 <= parse_date(cell)[0].year <= latest

    return share_of(born)(cells)


def counting(cells: Sequence[Cell]) -> float:
    """A column 1, 2, 3 … (gaps allowed)."""
    numbers = [whole_number(c)[0] for c in cells if passes(whole_number)(c)]
    if len(numbers) < 3 or numbers != sorted(set(numbers)) or numbers[-1] > 5000:
        return 0.0
    return len(numbers) / len(cells)


def sentences(cells: Sequence[Cell]) -> float:
    """A column of topics: texts of several letters, most of them in words."""
    long = share_of(lambda cell: isinstance(cell, str) and len(cell) > 9)(cells)
    words = share_of(lambda cell: " " in as_text(cell).strip())(cells)
    return long if words >= 0.5 and len(cells) > 2 else 0.0


_group_share = share_of(group_name)
groups_once = _group_share

ROW_NUMBER = Field(
    "row_number",
    "№ п/п",
    ("№", "номер п/п", "п/п", "N п/п", "порядковый номер"),
    kind="text",
    content=counting,
)
GROUP = Field(
    "group",
    "Группа",
    ("учебная группа", "класс", "группа/класс", "номер группы", "шифр группы",
     "код группы", "наименование группы", "название группы", "гр.", "№ группы"),
    without=("здоров", "физ", "крови", "инвалид", "предмет", "риск", "язык"),
    from_context=True,
    content=repeated_groups,
    limit=50,
)  # fmt: skip
PERSON = (
    Field(
        "full_name",
        "ФИО",
        ("Ф.И.О.", "фамилия имя отчество", "фамилия, имя", "фамилия и имя",
         "фио полностью", "полное имя", "имя полностью", "фамилия и инициалы",
         "фамилия и.о.", "список", "ф.и."),
        required=True,
        kind="full_name",
        instead_of_it=("last_name", "first_name"),
        without=OTHERS,
        unique=True,
    ),
    Field("last_name", "Фамилия", kind="name", without=OTHERS, limit=100),
    Field("first_name", "Имя", kind="name", without=OTHERS, limit=100),
    Field(
        "middle_name", "Отчество", ("отчество при наличии",), kind="name",
        without=OTHERS, limit=100,
    ),
    Field(
        "birth_date",
        "Дата рождения",
        ("д.р.", "др", "рожден", "день рождения", "дата рожд.", "дата рожденья"),
        kind="date",
        without=OTHERS,
        content=birth_dates,
        unique=True,
    ),
    Field("sex", "Пол", ("гендер",), kind="choice", choices=SEX, without=OTHERS),
    Field(
        "phone",
        "Телефон",
        ("номер телефона", "мобильный телефон", "контактный телефон", "сотовый телефон",
         "тел.", "моб. тел.", "телефоны", "контакты", "сотовый"),
        kind="phone",
        without=OTHERS,
    ),
    Field(
        "email",
        "E-mail",
        ("электронная почта", "адрес электронной почты", "почта", "эл. адрес", "mail"),
        kind="email",
        without=OTHERS,
    ),
    Field(
        "snils",
        "СНИЛС",
        ("номер СНИЛС", "страховой номер", "№ СНИЛС"),
        kind="snils",
        without=OTHERS,
    ),
)  # fmt: skip

STUDENT_WORDS = ("студент", "обучающийся", "ученик", "учащийся", "слушатель")


def _also(field: Field, *synonyms: str) -> Field:
    return replace(field, synonyms=(*field.synonyms, *synonyms))


ROSTER: tuple[Field, ...] = (
    _also(
        PERSON[0],
        *STUDENT_WORDS, *(f"{word}ы" for word in STUDENT_WORDS[:1]),
        "ФИО студента", "ФИО студентов", "ФИО обучающегося", "ФИО ученика",
        "ФИО учащегося", "обучающиеся", "ученики", "учащиеся", "список группы",
        "список студентов", "фамилия имя отчество обучающегося",
    ),
    *PERSON[1:],
    GROUP,
    Field(
        "personal_number",
        "Номер зачётной книжки",
        ("№ зачётной книжки", "зачётная книжка", "№ зач. книжки", "номер зачетки",
         "личный номер", "личное дело", "№ личного дела", "номер личного дела",
         "студенческий билет", "№ студенческого билета", "номер билета", "шифр",
         "табельный номер", "поимённый номер", "ID", "id студента", "код студента",
         "алфавитный номер", "номер в алфавитной книге"),
        content=different_numbers,
        limit=30,
    ),
    Field(
        "subgroup", "Подгруппа", ("п/г", "номер подгруппы", "№ подгруппы"), limit=50
    ),
    Field(
        "funding",
        "Основа обучения",
        ("основание обучения", "источник финансирования", "бюджет/договор", "бюджет",
         "форма оплаты", "статус бюджет", "финансирование"),
        limit=100,
    ),
    Field(
        "enrolled_on",
        "Дата зачисления",
        ("зачислен", "дата приказа о зачислении", "дата поступления"),
        kind="date",
    ),
    Field(
        "status", "Статус", ("статус учёба", "состояние", "статус студента"), limit=100
    ),
    ROW_NUMBER,
)  # fmt: skip

EMPLOYEES: tuple[Field, ...] = (
    replace(
        _also(
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
    Field("category", "Категория", ("квалификационная категория",), limit=100),
    ROW_NUMBER,
)  # fmt: skip

GROUPS: tuple[Field, ...] = (
    Field(
        "name",
        "Группа",
        (*GROUP.synonyms, "наименование", "название", "код"),
        required=True,
        unique=True,
        without=GROUP.without,
        content=groups_once,
        limit=50,
    ),
    Field(
        "size",
        "Количество человек",
        ("численность", "количество студентов", "количество обучающихся", "кол-во",
         "наполняемость", "контингент", "человек", "студентов", "обучающихся", "всего"),
        kind="int",
    ),
    Field("year", "Курс", ("год обучения", "номер курса"), kind="int"),
    Field(
        "specialty",
        "Специальность",
        ("код специальности", "профессия", "направление подготовки", "специальность/"
         "профессия", "наименование специальности", "образовательная программа"),
    ),
    Field(
        "curator",
        "Куратор",
        ("классный руководитель", "ФИО куратора", "мастер п/о", "кл. руководитель",
         "мастер производственного обучения", "руководитель группы"),
    ),
    Field(
        "admission_year", "Год поступления", ("год набора", "год приёма"), kind="int"
    ),
    Field("department", "Отделение", ("подразделение", "корпус")),
    Field("study_form", "Форма обучения", ("форма",), limit=50),
    ROW_NUMBER,
)  # fmt: skip

ROOMS: tuple[Field, ...] = (
    Field(
        "name",
        "Номер кабинета",
        ("кабинет", "аудитория", "№ кабинета", "каб.", "ауд.", "номер аудитории",
         "помещение", "№ аудитории", "номер помещения", "номер", "№ каб."),
        required=True,
        unique=True,
        limit=50,
    ),
    Field(
        "description",
        "Описание кабинета",
        ("наименование кабинета", "название", "назначение", "тип кабинета", "описание",
         "тип", "вид", "наименование", "название кабинета", "тип аудитории"),
    ),
    Field(
        "capacity",
        "Количество мест",
        ("вместимость", "мест", "посадочных мест", "число мест", "кол-во мест",
         "количество посадочных мест"),
        kind="int",
    ),
    Field("campus", "Корпус", ("здание", "адрес", "площадка", "учебный корпус")),
    Field("floor", "Этаж", kind="int"),
    Field("notes", "Примечания", ("примечание", "комментарий", "оснащение"), limit=500),
    ROW_NUMBER,
)  # fmt: skip

DISCIPLINE = Field(
    "discipline",
    "Дисциплина",
    ("предмет", "название предмета", "наименование дисциплины", "учебная дисциплина",
     "название дисциплины", "наименование предмета", "учебный предмет", "МДК",
     "дисциплина/МДК", "дисциплина, МДК", "дисциплины", "предметы",
     "наименование учебной дисциплины", "профессиональный модуль", "дисциплина (модуль)"),
    required=True,
)  # fmt: skip

DISCIPLINES: tuple[Field, ...] = (
    replace(_also(DISCIPLINE, "наименование", "название"), key="name"),
    Field("index", "Индекс", ("код", "шифр", "индекс дисциплины"), limit=30),
    Field(
        "short_name", "Сокращение", ("краткое название", "сокращённое название"),
        limit=50,
    ),
    GROUP,
    Field(
        "lessons",
        "Количество пар",
        ("пар", "кол-во пар", "пар в неделю", "часов в неделю", "количество занятий"),
        kind="int",
    ),
    Field(
        "hours", "Количество часов", ("часы", "часов", "всего часов", "объём"),
        kind="int",
    ),
    Field("semester", "Семестр", ("полугодие",), kind="semester"),
    Field(
        "teacher", "Преподаватель", ("ФИО преподавателя", "учитель", "педагог"),
    ),
    Field("cycle", "Цикл", ("цикл дисциплин", "блок", "учебный цикл")),
    ROW_NUMBER,
)  # fmt: skip

THEMATIC_PLAN: tuple[Field, ...] = (
    Field(
        "topic",
        "Тема",
        ("тема занятия", "тема урока", "наименование темы", "название темы",
         "тема учебного занятия", "наименование разделов и тем", "темы занятий",
         "разделы и темы", "наименование разделов, тем", "темы", "тема и содержание"),
        required=True,
        stand_in=("section", "content"),
        content=sentences,
        limit=1000,
    ),
    Field(
        "number",
        "№ занятия",
        ("номер занятия", "№ урока", "№", "№ п/п", "номер урока", "№ темы", "номер"),
        kind="int",
        content=counting,
    ),
    replace(DISCIPLINE, required=False, from_context=True, carried=True),
    Field(
        "section",
        "Раздел",
        ("наименование раздела", "название раздела", "раздел программы", "модуль",
         "раздел дисциплины"),
        carried=True,
        from_context=True,
    ),
    Field(
        "content",
        "Содержание",
        ("содержание занятия", "содержание учебного материала", "содержание урока",
         "содержание обучения", "краткое содержание"),
        limit=5000,
    ),
    Field(
        "kind",
        "Вид занятия",
        ("тип занятия", "тип урока", "форма занятия", "вид урока", "вид"),
        kind="choice",
        choices=LESSON_KINDS,
    ),
    Field(
        "hours",
        "Количество часов",
        ("часы", "часов", "кол-во час.", "объём часов", "объём в часах", "час",
         "количество часов всего", "часы всего", "всего часов", "ауд. часы",
         "аудиторные часы"),
        kind="int",
    ),
    Field(
        "practical_hours",
        "Практическая подготовка",
        ("прак подготовка", "в т.ч. практическая подготовка", "практических часов",
         "часы практики", "в форме практической подготовки"),
        kind="int",
    ),
    Field(
        "self_study",
        "Самостоятельная работа",
        ("СРС", "СР", "сам. работа", "самостоятельная работа студентов",
         "внеаудиторная самостоятельная работа", "самостоятельная работа обучающихся",
         "часы самостоятельной работы"),
        kind="int",
    ),
    Field(
        "homework",
        "Домашнее задание",
        ("ДЗ", "д/з", "домашние задания", "домашнее зад.", "домашнее задания",
         "задание на дом"),
        limit=2000,
    ),
    Field(
        "equipment",
        "Оснащение",
        ("оборудование", "средства обучения", "наглядные пособия", "материалы",
         "оснащение занятия", "ТСО", "учебно-методическое обеспечение"),
        limit=1000,
    ),
    Field(
        "semester",
        "Семестр",
        ("полугодие", "№ семестра", "курс/семестр", "курс семестр"),
        kind="semester",
        from_context=True,
        carried=True,
    ),
    Field("year", "Курс", ("год обучения", "№ курса"), kind="int"),
    Field("admission_year", "Год поступления", ("год набора",), kind="int"),
    Field("date", "Дата", ("дата проведения", "дата занятия", "дата урока",
                           "плановая дата", "календарные сроки", "дата по плану"),
          kind="date"),
    replace(GROUP, content=None, carried=True),
    Field("teacher", "Преподаватель", ("ФИО преподавателя", "учитель", "составитель"),
          from_context=True),
)  # fmt: skip

TABLES: Mapping[str, tuple[Field, ...]] = {
    "roster": ROSTER,
    "groups": GROUPS,
    "rooms": ROOMS,
    "employees": EMPLOYEES,
    "disciplines": DISCIPLINES,
    "thematic_plan": THEMATIC_PLAN,
}
