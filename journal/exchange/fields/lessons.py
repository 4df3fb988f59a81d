"""Marks of a course as a flat table: a row a cell of the spreadsheet."""

from journal.exchange.fields.shared import ROW_NUMBER
from journal.exchange.matching import Field

MARKS: tuple[Field, ...] = (
    Field("student", "Студент", ("ФИО", "ФИО студента"), required=True, limit=200),
    Field("head", "Столбец", limit=250),
    Field("date", "Дата столбца", limit=40),
    Field("said", "Запись", ("отметка", "отметки"), required=True, limit=60),
    Field("place", "Клетка", required=True, limit=20),
    Field("course", "Курс", limit=250),
    ROW_NUMBER,
)

HEAD = ["Студент", "Столбец", "Дата столбца", "Запись", "Клетка"]
