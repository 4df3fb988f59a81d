"""A plan of ММИС «Планы» (.plx) as the flat table that curricula are read from.

What breaks naive readers (domain §7.1): rows of modules repeat the sums of their
children; hours of type 5 (practical training) repeat hours; a semester is 1 or 2 of its
course; indexes hold spaces and Latin letters; courses stand there that do not exist.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from journal.exchange.reading import workbook as limits
from journal.exchange.reading.container import DAMAGED
from journal.exchange.reading.spreadsheet import rectangle
from journal.exchange.reading.workbook import Cell, Refusal, Sheet

CHILD = Path(__file__).with_name("plx_child.py")
CHILD_MEMORY = 200 * 1024 * 1024
MOST = (100_000, 40, 30_000, 2_000)  # elements, depth, rows kept, signs of a value
SHEET = "Учебный план"
COURSES = 6
MOST_LINES = 1_000
MAIN, TRAINING = "1", "5"  # types of hours: what is counted, and what only overlays it
MODULE, CONTROL, FINAL = "1", "4", "6"  # types of rows
IN_ALL = "Итого"

MESSAGES = {
    "doctype": "в файле плана стоит описание типа (DTD), чего «Планы» не пишут: такой "
    "файл не читается. Выгрузите план заново.",
    "xml": "это место файла не разобрать: файл повреждён или обрезан. Выгрузите план "
    "из «Планов» заново.",
    "depth": "вложенность глубже, чем бывает в планах. Выгрузите план заново.",
    "size": "файл больше, чем бывают планы. Выгрузите один план, без лишних таблиц.",
    "length": "слишком длинное значение. Выгрузите план заново.",
}
HEAD = (
    *("Цикл", "Наименование цикла", "Индекс", "Наименование", "Тип", "Индекс ПМ"),
    *("Семестр", "Всего", "Лекции", "Практические", "Лабораторные"),
    *("Курсовая работа", "Консультации", "Самостоятельная работа", "Аттестация"),
    *("Практика", "Практическая подготовка", "Форма контроля", "Комплексная форма"),
)
# Abbreviation of the kind of work → the column of its hours.
HOURS = {
    IN_ALL: "Всего",
    "Лек": "Лекции",
    "Пр": "Практические",
    "Сем": "Практические",
    "Лаб": "Лабораторные",
    "КРП": "Курсовая работа",
    "Конс": "Консультации",
    "СР": "Самостоятельная работа",
    "ИП": "Самостоятельная работа",
    "Контроль": "Аттестация",
}
FORMS = {
    "Эк": "Экзамен",
    "За": "Зачёт",
    "ЗаО": "Дифференцированный зачёт",
    "Др": "Другая форма контроля",
    "КР": "Курсовая работа",
    "КП": "Курсовая работа",
}
COURSEWORK = FORMS["КР"]
KINDS = {"1": "Модуль", "2": "Дисциплина", "4": "Экзамен по модулю", "6": "ГИА"}
# Kinds of activity in the calendar of a plan → weeks of the budget.
WEEKS = {
    "1": "Недели обучения",
    "4": "Недели учебной практики",
    "5": "Недели производственной практики",
    "45": "Недели преддипломной практики",
    "3": "Недели аттестации",
    "7": "Недели ГИА",
    "8": "Недели ГИА",
    "11": "Недели ГИА",
    "50": "Недели ГИА",
    "12": "Недели каникул",
}
NO_ACTIVITY = "13"

# What the file does not name is not there: an empty cell would say nothing of it.
SILENT = {
    **dict.fromkeys(HOURS.values(), 0),
    "Практика": 0,
    "Практическая подготовка": 0,
    "Всего": None,
    "Форма контроля": "-",
}

Row = Mapping[str, str]


def read_plx(data: bytes) -> tuple[Sheet, list[str]]:
    """(the plan as a flat sheet, warnings). Raises Refusal that names the place."""
    return Plan(_ask_child(data)).sheet()


def _ask_child(data: bytes) -> dict[str, list[Row]]:
    arguments = map(str, (CHILD_MEMORY, int(limits.SECONDS), *MOST))
    try:
        done = subprocess.run(  # noqa: S603 - our own file, nothing of the user's
            [sys.executable, "-I", "-S", str(CHILD), *arguments],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refusal(MESSAGES["size"]) from error
    if done.returncode:
        raise Refusal(MESSAGES["size"])
    answer = json.loads(done.stdout)
    if kind := answer.get("error"):
        line, column = answer["place"]
        raise Refusal(f"строка {line}, знак {column}: {MESSAGES.get(kind, DAMAGED)}")
    return answer["tables"]


class Plan:
    """The tables of one file, looked up by their codes."""

    def __init__(self, tables: Mapping[str, list[Row]]) -> None:
        self.tables = tables
        rows = tables["ПланыСтроки"]
        if not rows:
            raise Refusal("в файле нет строк плана (ПланыСтроки). Выгрузите план.")
        if len(rows) > MOST_LINES:
            raise _refusal(rows[MOST_LINES], f"строк плана больше {MOST_LINES}")
        if nameless := next((row for row in rows if not row.get("Код")), None):
            raise _refusal(nameless, "у строки плана нет кода")
        self.lines = {row["Код"]: row for row in rows}
        self.cycles = {row.get("Код"): row for row in tables["ПланыЦиклы"]}
        self.parents = {row.get("КодРодителя") for row in self.lines.values()}
        self.work = {
            row.get("Код"): row.get("Аббревиатура", "")
            for row in tables["СправочникВидыРабот"]
        }
        self.warnings: list[str] = []
        # row of the plan → semester → column → value
        self.cells: dict[str, dict[int, dict[str, Cell]]] = defaultdict(
            lambda: defaultdict(dict)
        )

    def sheet(self) -> tuple[Sheet, list[str]]:
        for row in self.tables["ПланыНовыеЧасы"]:
            self._hours(row)
        self._complex_forms()
        rows: list[list[Cell]] = [[line] for line in self._about()]
        rows.append(list(HEAD))
        for line in self.lines.values():  # in the order of the file
            rows += self._rows(line)
        return Sheet(SHEET, rectangle(rows)), self.warnings

    def _number(self, row: Row, key: str) -> int:
        said = row.get(key, "")
        try:
            number = float(said)
        except ValueError:
            number = -1.0
        if not 0 <= number < 10_000 or not number.is_integer():
            raise _refusal(row, f"{key} «{said[:20]}» — не целое число")
        return int(number)

    def _semester(self, row: Row) -> int:
        """Through the whole study: 2 · (course − 1) + 1 or 2."""
        course, half = self._number(row, "Курс"), self._number(row, "Семестр")
        if not 1 <= course <= COURSES or half not in (1, 2):
            reason = f"курс {course}, семестр {half}: бывают курсы 1…{COURSES} и"
            raise _refusal(row, f"{reason} семестры 1 и 2 внутри курса")
        return 2 * (course - 1) + half

    def _hours(self, row: Row) -> None:
        line = self.lines.get(row.get("КодОбъекта"))
        if line is None:
            raise _refusal(row, "часы строки, которой в плане нет")
        if line["Код"] in self.parents or row.get("КодТипаЧасов") not in (
            MAIN,
            TRAINING,
        ):
            return  # a module repeats its children
        kind, number = (
            self.work.get(row.get("КодВидаРаботы"), ""),
            self._number(row, "Количество"),
        )
        if not number:
            return
        cells = self.cells[line["Код"]][self._semester(row)]
        if row["КодТипаЧасов"] == TRAINING:
            if kind != IN_ALL:
                self._add(cells, "Практическая подготовка", number)
        elif kind in FORMS:
            self._form(cells, line, FORMS[kind])
        elif kind in HOURS:
            self._add(cells, self._column(line, HOURS[kind]), number)
        else:
            words = f"«{kind or row.get('КодВидаРаботы')}», {number}"
            self.warnings.append(
                f"{_name(line)}: вид работы {words} в столбцах плана места не имеет: "
                "проверьте часы строки."
            )

    @staticmethod
    def _add(cells: dict[str, Cell], column: str, number: int) -> None:
        cells[column] = number + int(cells.get(column) or 0)

    @staticmethod
    def _column(line: Row, column: str) -> str:
        """Lessons of a practice are practice, those of ГИА are attestation."""
        if column != "Практические" or line.get("ТипОбъекта") not in ("3", FINAL):
            return column
        return "Практика" if line["ТипОбъекта"] == "3" else "Аттестация"

    def _form(self, cells: dict[str, Cell], line: Row, form: str) -> None:
        if line.get("ТипОбъекта") == CONTROL and form == FORMS["Эк"]:
            form = "Экзамен по модулю"
        known = cells.get("Форма контроля")
        # Course work beside another form shows by its hours.
        if known and COURSEWORK not in (known, form):
            self.warnings.append(
                f"{_name(line)}: в одном семестре и «{known}», и «{form}»; взято первое."
            )
        elif not known or known == COURSEWORK:
            cells["Форма контроля"] = form

    def _complex_forms(self) -> None:
        members: dict[tuple[str, int], list[str]] = defaultdict(list)
        names = {row.get("Код"): row for row in self.tables["КомплексныеФК"]}
        for row in self.tables["Строки_КомплексныеФК"]:
            form, line = row.get("КодКомплекснойФК"), row.get("КодСтроки")
            if form not in names or line not in self.lines:
                raise _refusal(row, "комплексная форма ссылается на то, чего нет")
            members[form, self._semester(row)].append(line)
        for (form, semester), lines in members.items():
            indexes = [
                self.lines[one].get("ДисциплинаКод", "").strip() for one in lines
            ]
            said = names[form].get("Наименование", "").strip() or "Комплексная форма"
            name = f"{said}: {', '.join(indexes)}"[:120]
            for line in lines:
                self.cells[line][semester]["Комплексная форма"] = name

    def _about(self) -> list[str]:
        """The lines above the table: whose plan it is, and its weeks."""
        plan = next(iter(self.tables["Планы"]), {})
        programme = next(iter(self.tables["ООП"]), {})
        code = programme.get("Шифр", "").strip()
        name = programme.get("Название", "").strip()
        name = name.capitalize() if name.isupper() else name
        base = self._named("СправочникБазы", plan.get("КодБазы"), "Наименование")
        form = self._named(
            "ФормаОбучения", plan.get("КодФормыОбучения"), "ФормаОбучения"
        )
        year = plan.get("ГодНачалаПодготовки") or plan.get("УчебныйГод", "")[:4]
        lines = {
            "Специальность": f"{code} {name}".strip(),
            "Год набора": year,
            "Форма обучения": form.lower(),
            "На базе": base,
            **self._weeks(),
        }
        return [f"{label}: {said}" for label, said in lines.items() if said]

    def _named(self, table: str, code: str | None, key: str) -> str:
        return next(
            (row.get(key, "") for row in self.tables[table] if row.get("Код") == code),
            "",
        )

    def _weeks(self) -> dict[str, str]:
        """«17 / 24 / 12»: weeks of each semester by what is done in them."""
        found: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        last = max((max(by) for by in self.cells.values() if by), default=0)
        unknown = set()
        for row in self.tables["ПланыГрафикиЯчейки"]:
            kind = row.get("КодВидаДеятельности", "")
            if kind == NO_ACTIVITY or self._number(row, "Курс") * 2 > last + 1:
                continue  # courses that the plan does not have
            if kind not in WEEKS:
                unknown.add(kind)
                continue
            parts = self._number(row, "КоличествоЧастейВНеделе") or 1
            found[WEEKS[kind]][self._semester(row)] += 1 / parts
        if unknown:
            codes = ", ".join(sorted(unknown))
            self.warnings.append(f"В графике есть неизвестные виды недель: {codes}.")
        return {
            label: " / ".join(
                f"{round(found[label][n], 1):g}" for n in range(1, last + 1)
            )
            for label in dict.fromkeys(WEEKS.values())
            if label in found
        }

    def _rows(self, line: Row) -> list[list[Cell]]:
        cycle = self.cycles.get(line.get("КодБлока"), {})
        parent = self.lines.get(line.get("КодРодителя"), {})
        name = " ".join(line.get("Дисциплина", "").split())
        if not name:
            raise _refusal(line, "у строки плана нет названия")
        about: dict[str, Cell] = {
            "Цикл": cycle.get("Идентификатор"),
            "Наименование цикла": cycle.get("Цикл"),
            "Индекс": line.get("ДисциплинаКод"),
            "Наименование": name,
            "Тип": self._kind(line, name),
            "Индекс ПМ": parent.get("ДисциплинаКод"),
        }
        semesters = self.cells.get(line["Код"]) or {None: {}}
        return [
            [
                ((SILENT if number else {}) | about | cells | {"Семестр": number}).get(
                    title
                )
                for title in HEAD
            ]
            for number, cells in sorted(
                semesters.items(), key=lambda pair: pair[0] or 0
            )
        ]

    @staticmethod
    def _kind(line: Row, name: str) -> str:
        index = line.get("ДисциплинаКод", "").strip().upper()
        if line.get("ТипОбъекта") == "3":
            study = index.startswith("УП") or name.lower().startswith("учебн")
            return "Учебная практика" if study else "Производственная практика"
        if line.get("ТипОбъекта") == "2" and index.startswith(("МДК", "MДК")):
            return "МДК"
        return KINDS.get(line.get("ТипОбъекта", ""), "Дисциплина")


def _name(line: Row) -> str:
    return f"{line.get('ДисциплинаКод', '')} {line.get('Дисциплина', '')}".strip()


def _refusal(row: Row, reason: str) -> Refusal:
    return Refusal(f"строка {row['строка']} файла: {reason}.")
