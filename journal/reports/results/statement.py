"""Statements of results: R5."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from journal.domain.results import mean, rates, read_statement
from journal.domain.results.averages import FAIL, NOT_CERTIFIED, PASS
from journal.domain.results.group import (
    Standing,
    Statement,
    StudentLine,
    Unfilled,
)
from journal.models import AttestationForm, Course, Group, Institution
from journal.reports import frame
from journal.reports.questions import PeriodForm, own_courses, sees_whole
from journal.reports.registry import report
from journal.reports.table import Cell, Column, Table

# Headings over the disciplines, in the order of the statement (domain §1).
FORMS = {
    AttestationForm.EXAM: "Экзамены",
    AttestationForm.DIFF_CREDIT: "Дифф. зачёты",
    AttestationForm.CREDIT: "Зачёты",
    AttestationForm.OTHER: "Др. формы контроля",
    AttestationForm.COURSEWORK: "Курсовые работы",
    AttestationForm.MODULE_EXAM: "Квалиф. экзамены по ПМ",
    "": "Без формы аттестации",
}
CREDITS = {PASS: "зач.", FAIL: Cell("незач.", "bad")}
BAD = ("2", FAIL, NOT_CERTIFIED)
GOOD = ("5", "4", PASS)
MISSED = ("Пропущено часов",)
NARROW, FEW = 6, 20  # disciplines that a sheet of A4 bears upright, and on its side


class StatementForm(PeriodForm):
    right = "view_mark"


@report(
    "attestation",
    "Сводная ведомость успеваемости по группе",
    number="R5",
    area="results",
    roles=(
        "admin",
        "director",
        "deputy",
        "deputy_upr",
        "deputy_uvr",
        "studyunit",
        "department",
        "certificates",
        "curator",
        "teacher",
        "master",
    ),
    form=StatementForm,
    short="Ведомость группы",
    description="Средние баллы студентов по всем дисциплинам периода на выбранную дату,"
    " успеваемость, качество и СОУ, пропуски.",
)
def attestation(params: dict[str, Any]) -> Table:
    """R5 (U 5.3, K 4.3.1), computed from current marks until there are sheets.

    A teacher as such sees the courses held on the day; the rest the whole group.
    """
    user, group, period, day = (
        params[name] for name in ("user", "group", "period", "day")
    )
    rules = Institution.current()
    courses = Course.objects.filter(group=group, period=period.pk)
    is_whole = sees_whole(user, group, StatementForm.right)
    if not is_whole:
        courses = own_courses(user, courses, day)
    found = read_statement(group, courses, day, rules)
    found.courses.sort(key=lambda course: list(FORMS).index(course.form))
    return Table(
        "Сводная ведомость успеваемости по группе",
        _columns(found),
        rows=_rows(found) if found.courses else (),
        totals=_totals(found) if found.courses and found.lines else (),
        issuer=frame.issuer(rules),
        lines=[
            f"Учебный период: {period}",
            *frame.group_lines(group),
            f"{frame.group_name(group, rules)} · по состоянию на {day:%d.%m.%Y}",
            *(() if is_whole else ["Только дисциплины, которые вы ведёте"]),
        ],
        warnings=_warnings(found.unfilled, day),
        notes=_notes(found, rules) if found.courses and found.lines else (),
        signatures=frame.signatures(group, rules),
        orientation="portrait" if len(found.courses) <= NARROW else "landscape",
        paper="A4" if len(found.courses) <= FEW else "A3",
        empty=_why_empty(found, group, day, is_whole),
    )


def _columns(found: Statement) -> list[Column]:
    columns = [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
    ]
    columns += [
        Column(
            str(course.pk),
            "\n".join([f"{course.discipline}, тек.", ", ".join(course.teachers)]),
            (FORMS[course.form],),
            vertical=True,
            kind="number",
            decimals=2,
        )
        for course in found.courses
    ]
    return [
        *columns,
        Column("mean", "Средний балл", vertical=True, kind="number", decimals=2),
        Column("missed", "всего", MISSED, kind="hours"),
        Column("unexcused", "без уваж. причины", MISSED, kind="hours"),
    ]


def _cell(standing: Standing) -> Any:
    number, mark = standing
    if number is not None:
        return Cell(number, "bad") if mark == "2" else number
    if not standing.is_counted:
        return Cell(mark, "muted") if mark else None
    return CREDITS.get(mark, mark)


def _mean(line: StudentLine) -> Decimal | None:
    """The mean of a student's averages, each discipline counted alike."""
    return mean([one.average for one in line.standings.values() if one.average])


def _rows(found: Statement) -> list[list[Any]]:
    return [
        [
            number,
            line.name,
            *(_cell(line.standings[course.pk]) for course in found.courses),
            _mean(line),
            line.missed,
            line.unexcused,
        ]
        for number, line in enumerate(found.lines, 1)
    ]


def _totals(found: Statement) -> list[dict[str, Any]]:
    """Four rows under the disciplines; the hours of the group under the hours."""
    means = [number for line in found.lines if (number := _mean(line))]
    rows: list[dict[str, Any]] = [
        {
            "name": "Средний балл; всего часов",
            "mean": mean(means),
            "missed": sum(line.missed for line in found.lines),
            "unexcused": sum(line.unexcused for line in found.lines),
        },
        {"name": "Успеваемость, %"},
        {"name": "Качество, %"},
        {"name": "СОУ, %"},
    ]
    for course in found.courses:
        column = [line.standings[course.pk] for line in found.lines]
        figures = rates(one.mark for one in column if one.is_counted)
        values = (
            mean([one.average for one in column if one.average]),
            figures.success,
            figures.quality,
            figures.sou,
        )
        for row, value in zip(rows, values, strict=True):
            row[str(course.pk)] = value
    return rows


def _group_rates(found: Statement) -> str:
    """Students without a failure, and those with good marks alone (domain §2.0)."""
    marks = [
        [one.mark for one in line.standings.values() if one.is_counted]
        for line in found.lines
    ]
    marks = [ones for ones in marks if ones]
    passing = sum(not any(mark in BAD for mark in ones) for ones in marks)
    good = sum(all(mark in GOOD for mark in ones) for ones in marks)
    if not marks:
        return "Отметок ещё нет."
    return (
        f"По группе: с отметками или «н/а» студентов {len(marks)}; без «2», «незач.» и"
        f" «н/а» {passing} ({_percent(passing, len(marks))}), только с «4», «5» и"
        f" «зач.» {good} ({_percent(good, len(marks))})."
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %".replace(".", ",")


def _notes(found: Statement, rules: Institution) -> list[str]:
    five, four, three = (
        f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")
        for number in (rules.threshold_5, rules.threshold_4, rules.threshold_3)
    )
    return [
        "Условные обозначения: тек. — средневзвешенный балл текущих отметок;"
        f" н/а — не аттестован (отметок меньше {max(rules.marks_needed, 1)});"
        " осв. — освобождён; п5 — перезачтено с отметкой 5; пусто — по дисциплине отметок ещё нет.",
        "Итоги рассчитаны по текущим отметкам и отметками за период не являются."
        f" Для успеваемости, качества и СОУ балл от {five} принят за «5», от {four} —"
        f" за «4», от {three} — за «3», ниже — за «2». Освобождённые и перезачтённые в"
        " расчёт не входят, «н/а» входит; зачёт входит только в успеваемость.",
        _group_rates(found),
    ]


def _warnings(unfilled: Unfilled, day) -> list[str]:
    if not unfilled.not_taken and not unfilled.no_topic:
        return []
    facts = (
        ("занятий", unfilled.lessons),
        ("без отметки присутствия", unfilled.not_taken),
        ("без темы", unfilled.no_topic),
    )
    return [
        f"Журнал заполнен не полностью. По {day:%d.%m.%Y} включительно"
        f" {frame.counted(facts)}."
    ]


def _why_empty(found: Statement, group: Group, day, is_whole: bool) -> str:
    if found.courses:
        return (
            f"{day:%d.%m.%Y} в группе {group} никто не числится."
            " Проверьте дату или зачислите студентов."
        )
    if is_whole:
        return (
            f"У группы {group} в этом периоде нет дисциплин."
            " Выберите другой период или заведите нагрузку."
        )
    return (
        f"{day:%d.%m.%Y} вы не вели дисциплин в группе {group}."
        " Выберите другой период или дату."
    )
