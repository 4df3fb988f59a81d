"""A sheet on paper, in the form of domain §6: frozen words of a signed one alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils import timezone

from journal.domain.results.correcting import corrections_of
from journal.domain.results.headings import heading_of
from journal.domain.results.scales import COMPLEX, RUNNING, STATE, kind_name
from journal.domain.results.writing import roster_of, shown
from journal.models import Result, Sheet
from journal.models.sqlite import russian_key
from journal.models.words import worded
from journal.reports.table import Column, Table

TITLES = {
    Sheet.Kind.STATE_EXAM: "Протокол государственного экзамена",
    Sheet.Kind.DEMO_EXAM: "Протокол демонстрационного экзамена",
    Sheet.Kind.DEFENCE: "Протокол защиты выпускных квалификационных работ",
}
MARKS = dict(Result.Mark.choices)
STATUSES = dict(Result.Status.choices)
# How the totals call each mark, in their order.
COUNTED = {
    "5": "отлично",
    "4": "хорошо",
    "3": "удовлетворительно",
    "2": "неудовлетворительно",
    "з": "зачтено",
    "х": "не зачтено",
    "н/а": "не аттестованы",
    "осв": "освобождены",
}
UNITS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать"]  # fmt: skip
TENS = ["", "десять", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]  # fmt: skip
HUNDREDS = ["", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]  # fmt: skip


def in_words(number: int) -> str:
    """A whole number from 0 to 999 in words: 21 → «двадцать один»."""
    hundreds, rest = divmod(number, 100)
    words = [HUNDREDS[hundreds]] if hundreds else []
    if rest >= 20:
        words.append(TENS[rest // 10])
        rest %= 10
    if rest or not words:
        words.append(UNITS[rest])
    return " ".join(words)


def figure(number: int) -> str:
    """«5 (пять)»."""
    return f"{number} ({in_words(number)})"


def sheet_title(sheet: Sheet) -> str:
    """«Экзаменационная ведомость № 14», what kind of retake it is told beside."""
    name = TITLES.get(sheet.kind) or (
        sheet.heading.get("kind") or kind_name(sheet.kind, sheet.complex_form)
    )
    number = f" № {sheet.number}" if sheet.number else ""
    return f"{name[:1].upper()}{name[1:]}{number}"


def sheet_table(sheet: Sheet) -> Table:
    """The paper: portrait A4, marks in figures and words, totals in words, signatures.

    Of a signed sheet everything comes of what was frozen, so that a rename changes no
    paper; a draft says that it is one.
    """
    is_draft = sheet.state == Sheet.State.DRAFT
    results = list(sheet.results.order_by("pk"))
    if is_draft:
        parts = list(sheet.parts.select_related("course__discipline"))
        head = heading_of(sheet, parts, sheet.date)
        people = roster_of(sheet)
        known = {one.student_id: one for one in results}
        rows = [
            (name, known.get(student, Result())) for student, name in people.items()
        ]
    else:
        head = sheet.heading
        rows = sorted(
            ((one.student_name, one) for one in results),
            key=lambda row: russian_key(row[0]),
        )
    columns = _columns(sheet, [one for _, one in rows])
    return Table(
        sheet_title(sheet),
        columns,
        rows=[_row(place, *row, columns) for place, row in enumerate(rows, 1)],
        issuer=[
            line for line in (head.get("founder"), head.get("institution")) if line
        ],
        lines=_lines(sheet, head),
        warnings=_warnings(sheet),
        notes=_notes(sheet, [one for _, one in rows], head),
        signatures=_signatures(sheet, head),
        empty="В списке ведомости никого нет.",
        created_at=timezone.now(),
    )


def _columns(sheet: Sheet, results: list[Result]) -> list[Column]:
    """Only what this sheet has: tickets, topics, points where somebody has one."""
    columns = [
        Column("n", "№", kind="number", width=4),
        Column("name", "Фамилия, имя, отчество", row_header=True, width=34),
    ]
    if any(one.ticket for one in results) or sheet.kind == Sheet.Kind.EXAM:
        columns.append(Column("ticket", "Билет", width=7, align="center"))
    if any(one.topic for one in results):
        columns.append(Column("topic", "Тема", width=34))
    if sheet.points_most:
        title = f"Баллы\n(из {sheet.points_most})"
        columns.append(Column("points", title, width=8, align="center"))
    columns.append(Column("mark", "Оценка", width=24))
    if sheet.kind not in STATE:
        columns.append(Column("hand", "Подпись\nэкзаменатора", width=14))
    return columns


def _row(place: int, name: str, result: Result, columns: list[Column]) -> list[Any]:
    said = MARKS.get(result.mark) or STATUSES.get(result.status, "")
    if result.excused:
        said = f"{said} (уваж.)"
    values = {
        "n": place,
        "name": name,
        "ticket": result.ticket,
        "topic": result.topic,
        "points": shown(result, "points"),
        "mark": said,
    }
    return [values.get(column.key, "") for column in columns]


def _lines(sheet: Sheet, head: dict) -> list[str]:
    parts = []
    for place, name in enumerate(head.get("disciplines", ())):
        index = (head.get("indexes") or [""] * 99)[place]
        hours = (head.get("hours_of") or [0] * 99)[place]
        words = f"{index} {name}".strip()
        parts.append(f"{words} ({hours} ч)" if hours else words)
    what = worded("Дисциплины", "Предметы") if len(parts) > 1 else worded("Дисциплина")
    complex_form, title = head.get("complex_form"), head.get("title")
    of_group = worded(
        f"Группа {head['group']}, {head['course_year']} курс", f"Класс {head['group']}"
    )
    if head.get("subgroup"):
        of_group += f", {head['subgroup']}"
    lines = [
        complex_form,
        title,
        f"{what}: {'; '.join(parts)}" if parts else "",
        f"{of_group} · {head['period']}",
        " · ".join(filter(None, (head.get("department"), head.get("specialty")))),
        _people(
            worded("Преподаватель"), worded("Преподаватели"), head.get("teachers", ())
        ),
        f"Дата аттестации: {sheet.date:%d.%m.%Y}",
    ]
    if sheet.attempt > 1:
        words = "пересдача" if sheet.attempt == 2 else "пересдача с комиссией"
        lines.append(f"Попытка {sheet.attempt}: {words}")
    return [line for line in lines if line]


def _people(one: str, many: str, names) -> str:
    return f"{many if len(names) > 1 else one}: {', '.join(names)}" if names else ""


def _warnings(sheet: Sheet) -> list[str]:
    if sheet.state == Sheet.State.DRAFT:
        return ["Проект: ведомость не подписана"]
    if sheet.state == Sheet.State.ANNULLED:
        return [f"АННУЛИРОВАНА. {sheet.note}".strip()]
    return []


def totals_of(results: list[Result]) -> dict[str, int]:
    """What stands under the list: «допущено», each mark, who did not take it and why."""
    marks = Counter(one.mark for one in results if one.mark)
    statuses = Counter(one.status for one in results if one.status)
    out = statuses[Result.Status.NOT_ADMITTED]
    return {
        "Допущено": len(results) - out,
        **{name: marks[mark] for mark, name in COUNTED.items() if marks[mark]},
        "не явились": statuses[Result.Status.ABSENT],
        "не сдавали": statuses[Result.Status.NOT_TAKEN],
        "не допущены": out,
    }


def _notes(sheet: Sheet, results: list[Result], head: dict) -> list[str]:
    totals = totals_of(results)
    grades = ("отлично", "хорошо", "удовлетворительно", "неудовлетворительно")
    if not {"зачтено", "не зачтено"} & totals.keys():
        totals = {
            "Допущено": totals["Допущено"],
            **{name: totals.get(name, 0) for name in grades},
            **totals,
        }
    if sheet.kind in RUNNING:
        totals = {k: n for k, n in totals.items() if n and k != "Допущено"}
    notes = [", ".join(f"{name}: {figure(count)}" for name, count in totals.items())]
    if freed := head.get("freed"):
        words = ", ".join(f"{name} ({tag})" for name, tag in freed)
        notes.append(f"Освобождены и перезачтено: {words}")
    if sheet.signed_at:
        moment = timezone.localtime(sheet.signed_at)
        notes.append(f"Подписана в журнале {moment:%d.%m.%Y %H:%M}")
    return notes + corrections_of(sheet)


def _signatures(sheet: Sheet, head: dict) -> list[tuple[str, str]]:
    members = [(post.capitalize(), name) for post, name in head.get("members", ())]
    teacher = head.get("examiner") or ", ".join(head.get("teachers", ()))
    if sheet.kind in STATE:
        return members or [("Председатель", "")]
    names = [teacher]
    if sheet.kind in COMPLEX:  # each answers for the own course
        names = list(dict.fromkeys([teacher, *head.get("teachers", ())]))
    signed = [*((worded("Преподаватель"), name) for name in names), *members]
    return [*signed, ("Заведующий отделением", head.get("head", ""))]
