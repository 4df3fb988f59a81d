"""Runs alone in a child process: a plan of ММИС «Планы» on stdin, JSON on stdout.

All data of such a file stand in the attributes of flat elements. Arguments: memory in
bytes, seconds, and the most elements, depth, rows kept and signs of a value. A document
type is refused before anything of it is read, so no entity can be declared.
"""

import json
import sys
from contextlib import suppress
from typing import Any
from xml.parsers import expat

# element → the attributes that are kept of it
KEPT = {
    "Планы": ("УчебныйГод", "КодФормыОбучения", "КодБазы", "ГодНачалаПодготовки"),
    "ООП": ("Код", "Шифр", "Название"),
    "ПланыСтроки": (
        *("Код", "КодРодителя", "КодБлока", "Дисциплина", "ДисциплинаКод"),
        "ТипОбъекта",
    ),
    "ПланыНовыеЧасы": (
        *("Код", "КодОбъекта", "КодВидаРаботы", "КодТипаЧасов"),
        *("Курс", "Семестр", "Количество"),
    ),
    "ПланыЦиклы": ("Код", "Идентификатор", "Цикл"),
    "КомплексныеФК": ("Код", "Наименование", "КодВидаРабот", "Курс", "Семестр"),
    "Строки_КомплексныеФК": ("КодСтроки", "КодКомплекснойФК", "Курс", "Семестр"),
    "СправочникВидыРабот": ("Код", "Название", "Аббревиатура"),
    "СправочникБазы": ("Код", "Наименование"),
    "ФормаОбучения": ("Код", "ФормаОбучения"),
    "ПланыГрафикиЯчейки": (
        *("Курс", "Семестр", "КодВидаДеятельности", "КоличествоЧастейВНеделе"),
    ),
}


class RefusedError(Exception):
    """(what is wrong, line, column)"""


class Reader:
    """Rows of the elements that are kept, with the line each stands in."""

    def __init__(self, limits: list[int]) -> None:
        self.most_elements, self.most_depth, self.most_rows, self.most_signs = limits
        self.elements = self.depth = self.rows = 0
        self.tables: dict[str, list[dict]] = {name: [] for name in KEPT}
        self.root = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.doctype

    def refuse(self, what: str) -> None:
        place = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        raise RefusedError(what, *place)

    def doctype(self, *_: object) -> None:
        self.refuse("doctype")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > self.most_elements or self.depth > self.most_depth:
            self.refuse("size" if self.depth <= self.most_depth else "depth")
        kept = KEPT.get(name.rpartition(":")[2])
        if kept is None:
            return
        self.rows += 1
        row = {key: attributes[key] for key in kept if key in attributes}
        if self.rows > self.most_rows:
            self.refuse("size")
        if any(len(value) > self.most_signs for value in row.values()):
            self.refuse("length")
        row["строка"] = self.parser.CurrentLineNumber
        self.tables[name.rpartition(":")[2]].append(row)

    def end(self, _: str) -> None:
        self.depth -= 1


def main(arguments: list[str]) -> None:
    memory, seconds, *limits = map(int, arguments)
    bound(memory, seconds)
    reader = Reader(limits)
    answer: dict[str, Any]
    try:
        reader.parser.Parse(sys.stdin.buffer.read(), True)
        answer = {"tables": reader.tables}
    except RefusedError as refusal:
        answer = {"error": refusal.args[0], "place": refusal.args[1:]}
    except expat.ExpatError as error:
        answer = {"error": "xml", "place": (error.lineno, error.offset + 1)}
    except MemoryError:
        answer = {"error": "size", "place": (reader.parser.CurrentLineNumber, 1)}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


def bound(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system: the caller's timeout remains
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # some systems know fewer limits
            resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main(sys.argv[1:])
