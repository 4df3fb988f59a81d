"""A timetable of aSc (XML) as the flat table that lines are read from (domain §7.3).

Days and weeks are bit masks («10000» is Monday); a double lesson is one card with
`periodspercard` 2. Encodings of Windows occur. What has no place in a flat table is told
in its row, never guessed.
"""

import re
from collections.abc import Iterator
from xml.parsers import expat

from journal.exchange.reading.spreadsheet import rectangle
from journal.exchange.reading.workbook import Cell, Refusal, Sheet

SHEET = "aSc"
MOST_ELEMENTS, MOST_DEPTH, MOST_SIGNS = 60_000, 12, 2_000
KEPT = {
    "subject": "subjects",
    "teacher": "teachers",
    "classroom": "classrooms",
    "class": "classes",
    "group": "groups",
    "lesson": "lessons",
    "card": "cards",
}
DAYS = (
    *("понедельник", "вторник", "среда", "четверг", "пятница", "суббота"),
    "воскресенье",
)
WEEKS = {"1": "", "11": "", "10": "числитель", "01": "знаменатель"}
MOST_PERIOD = 15
MUST = {"Группа", "Дисциплина", "День недели", "Занятие"}
HEAD = (
    *("Группа", "Подгруппа", "Дисциплина", "Преподаватель", "Аудитория"),
    *("День недели", "Занятие", "Недели", "Поток", "Место в файле", "Не понято"),
)


class AscReader:
    """Elements of the file that are kept, by kind and key, each with its line."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, dict]] = {name: {} for name in KEPT.values()}
        self.elements = self.depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.doctype

    def refuse(self, reason: str) -> None:
        place = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        raise Refusal("строка {}, знак {}: {}".format(*place, reason))

    def doctype(self, *_: object) -> None:
        self.refuse(
            "в файле стоит описание типа (DTD), чего aSc не пишет: такой файл не "
            "читается. Выгрузите расписание заново."
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MOST_ELEMENTS:
            self.refuse(
                "файл больше, чем бывают расписания. Выгрузите одно расписание."
            )
        if self.depth > MOST_DEPTH:
            self.refuse("вложенность глубже, чем бывает в расписаниях aSc.")
        kind = KEPT.get(name)
        if kind is None:
            return
        if any(len(value) > MOST_SIGNS for value in attributes.values()):
            self.refuse("слишком длинное значение. Выгрузите расписание заново.")
        row = {**attributes, "line": self.parser.CurrentLineNumber}
        rows = self.found[kind]
        rows[attributes.get("id") or f"#{len(rows)}"] = row

    def end(self, _: str) -> None:
        self.depth -= 1


def read_asc(data: bytes) -> Sheet:
    """The cards as rows. Raises Refusal that names the place."""
    reader = AscReader()
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", reader.parser.CurrentLineNumber)
        sign = getattr(error, "offset", 0) + 1
        raise Refusal(
            f"строка {line}, знак {sign}: это место файла не разобрать: файл повреждён "
            "или обрезан. Выгрузите расписание из aSc заново."
        ) from error
    found = reader.found
    if not found["cards"] or not found["lessons"]:
        raise Refusal(
            "в файле aSc нет поставленных занятий (cards). Составьте расписание и "
            "выгрузите его целиком."
        )
    rows = [list(HEAD), *(row for row in Cards(found).rows())]
    return Sheet(SHEET, rectangle(rows))


class Cards:
    """The cards of a timetable, each as one row or as several."""

    def __init__(self, found: dict[str, dict[str, dict]]) -> None:
        self.found = found

    def rows(self) -> Iterator[list[Cell]]:
        for card in self.found["cards"].values():
            lesson = self.found["lessons"].get(card.get("lessonid", ""))
            place = f"строка {card['line']}"
            try:
                if lesson is None:
                    raise ValueError("карточка занятия, которого в файле нет")
                for said in self._lines(card, lesson):
                    yield [said.get(title) or None for title in HEAD[:-2]] + [
                        place,
                        None,
                    ]
            except ValueError as error:
                # A row without its fields would be taken for the end of the table.
                blank = ["—" if title in MUST else None for title in HEAD[:-2]]
                yield [*blank, place, f"{error}".rstrip(".") + "."]

    def _lines(self, card: dict, lesson: dict) -> Iterator[dict[str, Cell]]:
        teachers = self._named("teachers", lesson, "teacherids", "teacherid")
        rooms = self._named("classrooms", card, "classroomids", "classroomid")
        rooms = rooms or self._named("classrooms", lesson, "classroomids")
        if len(teachers) > 1:
            raise ValueError(
                f"у занятия несколько преподавателей: {', '.join(teachers)}"
            )
        if len(rooms) > 1:
            raise ValueError(f"у карточки несколько аудиторий: {', '.join(rooms)}")
        who = self._who(lesson)
        subject = self._name("subjects", lesson.get("subjectid", ""))
        day, week = self._mask(card, "days"), self._weeks(card)
        for number in self._numbers(card, lesson):
            for group, part in who:
                yield {
                    "Группа": group,
                    "Подгруппа": part,
                    "Дисциплина": subject,
                    "Преподаватель": "".join(teachers),
                    "Аудитория": "".join(rooms),
                    "День недели": DAYS[day],
                    "Занятие": number,
                    "Недели": week,
                    "Поток": f"aSc {card['line']}-{number}" if len(who) > 1 else "",
                }

    def _name(self, kind: str, key: str) -> str:
        row = self.found[kind].get(key)
        if row is None:
            raise ValueError(f"ссылка на {kind} «{key[:40]}», которой в файле нет")
        if kind == "teachers" and row.get("lastname"):
            return f"{row['lastname']} {row.get('firstname', '')}".strip()
        return " ".join((row.get("name") or row.get("short") or "").split())

    def _named(self, kind: str, row: dict, *attributes: str) -> list[str]:
        said = next((row[name] for name in attributes if row.get(name)), "")
        return [self._name(kind, key) for key in said.split(",") if key]

    def _who(self, lesson: dict) -> list[tuple[str, int | None]]:
        """(group, number of its part); a group of aSc is a class or a part of it."""
        keys = [key for key in lesson.get("groupids", "").split(",") if key]
        if not keys:
            classes = self._named("classes", lesson, "classids", "classid")
            if not classes:
                raise ValueError("у занятия нет ни класса, ни группы")
            return [(name, None) for name in classes]
        found = []
        for key in keys:
            row = self.found["groups"].get(key)
            if row is None:
                raise ValueError(f"ссылка на группу «{key[:40]}», которой в файле нет")
            name = self._name("classes", row.get("classid", ""))
            if row.get("entireclass") == "1":
                found.append((name, None))
                continue
            part = re.search(r"(?<!\d)([1-9])(?!\d)", row.get("name", ""))
            if part is None:
                said = row.get("name", "")[:40]
                raise ValueError(f"в названии «{said}» нет номера подгруппы")
            found.append((name, int(part[1])))
        return found

    @staticmethod
    def _mask(card: dict, name: str) -> int:
        """The one day of a mask."""
        said = card.get(name) or card.get(name.rstrip("s"), "")
        if not re.fullmatch("[01]{1,7}", said) or said.count("1") != 1:
            raise ValueError(f"дни «{said[:20]}» — не один день недели")
        return said.index("1")

    @staticmethod
    def _weeks(card: dict) -> str:
        said = card.get("weeks") or "1"
        if set(said) == {"1"}:
            return ""
        if said not in WEEKS:
            raise ValueError(f"недели «{said[:20]}» — не числитель и не знаменатель")
        return WEEKS[said]

    @staticmethod
    def _numbers(card: dict, lesson: dict) -> range:
        first, count = card.get("period", ""), lesson.get("periodspercard") or "1"
        if not (first.isascii() and first.isdecimal() and count.isascii()):
            raise ValueError(f"номер урока «{first[:20]}» — не число")
        count = count.removesuffix(".0")
        if not count.isdecimal() or len(first) > 2 or len(count) > 2:
            raise ValueError(f"уроков в карточке «{count[:20]}» — не число")
        numbers = range(int(first), int(first) + int(count))
        if not numbers or numbers.start < 1 or numbers[-1] > MOST_PERIOD:
            raise ValueError(f"урок {first[:20]} — не от 1 до {MOST_PERIOD}")
        return numbers
