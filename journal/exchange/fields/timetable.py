"""The weekly timetable as a flat table: a row a line."""

from dataclasses import replace

from journal.exchange.fields.content import lesson_numbers
from journal.exchange.fields.shared import GROUP, ROW_NUMBER
from journal.exchange.fields.teaching import DISCIPLINE
from journal.exchange.matching import Field

TIMETABLE: tuple[Field, ...] = (
    replace(GROUP, required=True, from_context=False, content=None, carried=True),
    Field("subgroup", "Подгруппа", ("п/г", "номер подгруппы"), limit=60),
    replace(DISCIPLINE, required=True, content=None),
    Field("teacher", "Преподаватель", ("ФИО преподавателя", "учитель", "педагог")),
    Field(
        "room",
        "Аудитория",
        ("ауд.", "кабинет", "каб.", "№ аудитории", "место"),
        limit=50,
    ),
    Field("weekday", "День недели", ("день", "дни"), required=True, carried=True),
    Field(
        "number",
        "Занятие",
        ("№ занятия", "номер занятия", "пара", "№ пары", "урок", "№ урока"),
        required=True,
    ),
    Field("parity", "Недели", ("чётность", "неделя", "числитель/знаменатель")),
    Field("start", "С даты", ("с", "действует с", "дата начала", "начало", "от"), kind="date"),
    Field(
        "end",
        "По дату (не включая)",
        ("по дату", "по", "до", "дата окончания", "действует до", "окончание", "конец"),
        kind="date",
    ),
    Field("stream", "Поток", ("объединение",), limit=40),
    Field("place", "Место в файле", ("клетка",)),
    Field("problem", "Не понято", limit=500),
    ROW_NUMBER,
)  # fmt: skip

HEAD = [field.title for field in TIMETABLE if field is not ROW_NUMBER]

CHANGES: tuple[Field, ...] = (
    Field("date", "Дата", ("день", "число"), kind="date", carried=True),
    Field(
        "number",
        "№ занятия",
        ("занятие", "номер занятия", "пара", "№ пары", "урок", "№ урока"),
        required=True,
        content=lesson_numbers,
    ),
    replace(GROUP, required=True, from_context=False, content=None, carried=True),
    Field(
        "planned_discipline",
        "По расписанию: дисциплина",
        ("дисциплина по расписанию", "предмет по расписанию", "предмет", "было"),
        required=True,
    ),
    Field(
        "planned_teacher",
        "По расписанию: преподаватель",
        ("преподаватель по расписанию", "кто отсутствует", "отсутствует", "кого замещают"),
    ),
    Field(
        "discipline",
        "По замене: дисциплина",
        ("дисциплина по замене", "предмет по замене", "стало"),
    ),
    Field(
        "teacher",
        "По замене: преподаватель",
        ("преподаватель по замене", "кто замещает", "замещает", "замена"),
    ),
    Field("room", "Кабинет", ("каб.", "аудитория", "ауд.", "№ кабинета"), limit=50),
    ROW_NUMBER,
)  # fmt: skip
