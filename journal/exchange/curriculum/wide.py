"""Old tables of a plan: a row an item, its hours by semester in columns of their own.

What such a table does not say is never guessed: kinds of hours are known by semester only
where an item has one semester or one kind; everything else is told row by row.
"""

import re
from collections.abc import Iterator, Mapping

from journal.domain.curriculum.forms import form_of
from journal.exchange.fields.curricula import SEMESTER_KEYS
from journal.exchange.mapping import Row
from journal.exchange.reading.text import as_text

CYCLE = re.compile(r"([А-ЯЁ]+)\.?00")
IN_ALL = ("УП", "ПП", "ПА", "ГИА", "ПДП")  # «УП.00» is a sum, and now and then a row
PRACTICES = ("study_practice", "work_practice")

Said = tuple[str, str, str]  # kind of note, key of a field, what is said


def is_wide(row: Row) -> bool:
    return any(key in row.values for key in SEMESTER_KEYS)


def cycle_of(index: str) -> str:
    """«ОГСЭ.00» heads a cycle: its code; "" for any other row."""
    match = CYCLE.fullmatch(index)
    return match[1] if match else ""


def hours_of(row: Row, kind: str) -> tuple[dict[int, dict[str, object]], list[Said]]:
    """Semester → hours and form as the flat table has them, and what to tell."""
    by_semester = {
        number: row.values[key]
        for number, key in enumerate(SEMESTER_KEYS, 1)
        if row.values.get(key)
    }
    told = list(_sums(row.values, sum(by_semester.values())))
    if kind in PRACTICES:
        found = {
            n: {"practice": hours, "total": hours} for n, hours in by_semester.items()
        }
    elif len(by_semester) == 1:
        ((semester, required),) = by_semester.items()
        found = {semester: _whole(row.values, required)}
    else:
        found, more = _spread(row.values, by_semester)
        told += more
    forms, more = _forms(as_text(row.values.get("forms")), sorted(by_semester))
    for semester, form in forms.items():
        found[semester]["form"] = form
    return found, told + more


def _sums(values: Mapping, by_semester: int) -> Iterator[Said]:
    required = values.get("required_hours")
    if required and by_semester != required:
        reason = (
            f"по семестрам {by_semester} ч, а обязательных {required}: похоже, ячейки"
        )
        yield "errors", "required_hours", f"{reason} сдвинуты. Исправьте строку."
    total, alone = values.get("total"), values.get("self_study") or 0
    if total and required and total != required + alone:
        reason = f"максимальная нагрузка {total} ч, а обязательная и самостоятельная"
        yield "errors", "total", f"{reason} вместе {required + alone}."


def _whole(values: Mapping, required: int) -> dict[str, object]:
    """All hours of an item that has one semester."""
    said = {
        name: values.get(name) or 0
        for name in ("practical", "laboratory", "coursework", "self_study")
    }
    theory = required - said["practical"] - said["laboratory"] - said["coursework"]
    return said | {"theory": max(theory, 0), "total": required + said["self_study"]}


def _spread(values: Mapping, by_semester: Mapping[int, int]):
    """Hours of several semesters: of one kind, or told to be distributed by hand."""
    required = sum(by_semester.values())
    kinds = {
        name: values[name]
        for name in ("practical", "laboratory", "coursework")
        if values.get(name)
    }
    whole = next((name for name, hours in kinds.items() if hours == required), "theory")
    found = {n: {whole: hours, "total": hours} for n, hours in by_semester.items()}
    words = {
        "practical": "практические",
        "laboratory": "лабораторные",
        "coursework": "курсовая работа",
        "self_study": "самостоятельная работа",
    }
    if whole != "theory":
        kinds = {}
    if values.get("self_study"):
        kinds["self_study"] = values["self_study"]
    if not kinds or not by_semester:
        return found, []
    left = ", ".join(f"{words[name]} {hours} ч" for name, hours in kinds.items())
    reason = f"по семестрам не разнесено: {left}. Распределите в таблице плана."
    return found, [("warnings", "", reason)]


def _forms(said: str, semesters: list[int]) -> tuple[dict[int, str], list[Said]]:
    """«-,Дз» over two semesters; what does not fit is left empty and told."""
    if not said or said == "-":
        return {}, []
    forms = [form_of(part) for part in said.split(",")]
    if None in forms:
        return {}, [
            ("warnings", "forms", f"формы «{said[:30]}» непонятны, не внесены.")
        ]
    if len(forms) != len(semesters):
        reason = (
            f"форм «{said[:30]}» {len(forms)}, а семестров с часами {len(semesters)}"
        )
        return {}, [("warnings", "forms", f"{reason}: внесите формы в таблице плана.")]
    pairs = zip(semesters, forms, strict=True)
    return {semester: form for semester, form in pairs if form}, []
