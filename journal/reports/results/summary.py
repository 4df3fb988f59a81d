"""Marks of record of a group, a matrix: R15, R16."""

from __future__ import annotations

from collections import Counter
from typing import Any

from journal.domain.results import mean, rates
from journal.domain.results.averages import NOT_CERTIFIED
from journal.domain.results.figures import figures_of, mean_of
from journal.domain.results.group import (
    SIGNED,
    Statement,
    StudentLine,
    read_statement,
)
from journal.domain.results.official import (
    ATTESTATION,
    COURSEWORK,
    FINAL,
    TERM,
    YEAR,
    Official,
)
from journal.domain.results.term import courses_seen
from journal.models import Course, Group, Institution, Period
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import PeriodForm, sees_whole
from journal.reports.registry import OF_GROUP, report
from journal.reports.results.signs import (
    RIGHT,
    SIGNS,
    ResultsForm,
    cell,
    chosen_courses,
    counting,
    group_head,
    of_mark,
    only_own,
    read_chosen,
    warnings,
    why_empty,
)
from journal.reports.table import Cell, Column, Row, Table

FEW = 16  # disciplines that a sheet of A4 bears on its side
COUNTS = ("5", "4", "3", "2", NOT_CERTIFIED)


@report(
    "results",
    worded_lazily(
        "Итоги успеваемости группы за учебный период",
        "Итоги успеваемости класса за учебный период",
    ),
    number="R15",
    area="results",
    roles=OF_GROUP,
    form=ResultsForm,
    short=worded_lazily("Итоги успеваемости группы", "Итоги успеваемости класса"),
    description=worded_lazily(
        "Отметки студентов по всем дисциплинам из подписанных ведомостей, средний"
        " балл, сколько каких отметок; по дисциплинам успеваемость, качество и СОУ."
    ),
)
def results(params: dict[str, Any]) -> Table:
    """R15 (S 5.8, S 9.4): students × disciplines, signed results alone."""
    group, rules = params["group"], Institution.current()
    found = read_chosen(params, chosen_courses(params), SIGNED)
    return Table(
        worded(
            "Итоги успеваемости группы за учебный период",
            "Итоги успеваемости класса за учебный период",
        ),
        _columns(found),
        rows=[_row(number, line, found) for number, line in enumerate(found.lines, 1)],
        totals=_totals(found) if found.lines else (),
        lines=group_head(params, SIGNED),
        warnings=warnings(found, params, SIGNED),
        notes=[SIGNS, counting(found, SIGNED), _group_words(found)]
        if found.lines
        else (),
        signatures=frame.signatures(group, rules),
        orientation="landscape",
        paper="A4" if len(found.courses) <= FEW else "A3",
        empty=why_empty(found, params),
    )


def _columns(found: Statement) -> list[Column]:
    return [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
        *(
            Column(
                str(course.pk),
                "\n".join([course.title, ", ".join(course.teachers)]),
                vertical=True,
                kind="number",
            )
            for course in found.courses
        ),
        Column("mean", "Средний балл", vertical=True, kind="number", decimals=2),
        *(
            Column(f"has-{mark}", f"«{mark}»", ("Отметок",), kind="number")
            for mark in COUNTS
        ),
    ]


def _row(number: int, line: StudentLine, found: Statement) -> dict[str, Any]:
    count = Counter(line.marks())
    return {
        "n": number,
        "name": line.name,
        **{str(one.pk): cell(line.standings[one.pk]) for one in found.courses},
        "mean": mean_of(line),
        **{f"has-{mark}": count[mark] for mark in COUNTS},
    }


def _totals(found: Statement) -> list[dict[str, Any]]:
    count = Counter(mark for line in found.lines for mark in line.marks())
    rows: list[dict[str, Any]] = [
        {
            "name": "Средний балл; всего отметок",
            "mean": figures_of(found.lines).mean,
            **{f"has-{mark}": count[mark] for mark in COUNTS},
        },
        {"name": "Успеваемость, %"},
        {"name": "Качество, %"},
        {"name": "СОУ, %"},
    ]
    for course in found.courses:
        column = [line.standings[course.pk] for line in found.lines]
        figures = rates(one.mark for one in column if one.is_counted)
        average = mean([one.number for one in column if one.number is not None])
        values = (average, figures.success, figures.quality, figures.sou)
        for row, value in zip(rows, values, strict=True):
            row[str(course.pk)] = value
    return rows


def _group_words(found: Statement) -> str:
    figures = figures_of(found.lines).rates
    facts = (
        (worded("учтено студентов"), figures.counted),
        ("без долгов", figures.passing),
        ("только с «4» и «5»", figures.good),
    )
    words = f"По {worded('группе', 'классу')}: {frame.counted(facts)}"
    for name, share in (
        ("абсолютная успеваемость", figures.success),
        ("качественная", figures.quality),
    ):
        if share is not None:
            words += f"; {name} — {share} %".replace(".", ",")
    return f"{words}."


# --- R16

# stage → heading, in the order of the year; periods stand before them
STAGES = {ATTESTATION: "экз.", YEAR: "год", FINAL: "итог"}
SHORT_KINDS = {
    Period.Kind.SEMESTER: "сем.",
    Period.Kind.TRIMESTER: "трим.",
    Period.Kind.QUARTER: "четв.",
    Period.Kind.HALF: "полуг.",
}
EXAMS = ("exam", "module_exam")
WIDE = 40  # columns that a sheet of A4 bears
YEARLY = "Сводная ведомость учёта успеваемости обучающихся"
KEPT = "Хранится 75 лет."
STEPS = worded_lazily(
    "Цифра над столбцом — номер учебного периода; экз. — промежуточная аттестация"
    " (экзамен, зачёт, дифференцированный зачёт), кр. — курсовая работа, после тире —"
    " их период; год — годовая отметка; итог — итоговая отметка по дисциплине. Отметки"
    " — из подписанных ведомостей, пересдача стоит вместо первой попытки.",
    "Цифра над столбцом — номер учебного периода; экз. — промежуточная аттестация"
    " (экзамен, зачёт, дифференцированный зачёт), кр. — курсовая работа, после тире —"
    " их период; год — годовая отметка; итог — итоговая отметка по предмету. Отметки —"
    " из подписанных ведомостей, пересдача стоит вместо первой попытки.",
)
NOT_YOURS = worded_lazily(
    "В этом учебном году вы ничего не ведёте в этой группе: выберите другой год.",
    "В этом учебном году вы ничего не ведёте в этом классе: выберите другой год.",
)


class YearlyForm(PeriodForm):
    """Asks for a group and a year, by one of its periods."""

    right = RIGHT
    ends_with_period = False

    def prepare(self) -> None:
        super().prepare()
        self.fields["period"].label = "Учебный год по периоду"
        self.fields["period"].help_text = "Ведомость охватывает весь учебный год."
        self.fields["day"].help_text = worded(
            "Список группы прошедшего года — на его последний день.",
            "Список класса прошедшего года — на его последний день.",
        )


@report(
    "yearly",
    "Сводная ведомость учёта успеваемости",
    number="R16",
    area="results",
    roles=(*OF_GROUP, "certificates", "teacher", "master"),
    form=YearlyForm,
    short="Сводная ведомость за год",
    description="Все периоды учебного года рядом: отметки за периоды, экзамены и зачёты,"
    " год и итог. Печатается и хранится 75 лет.",
)
def yearly(params: dict[str, Any]) -> Table:
    """R16 (K 7.5, S 5.8): marks of record of a whole year, each stage in its column.

    A teacher as such sees the courses whose results are open to the teacher (S 6.10).
    """
    group, period, rules = params["group"], params["period"], Institution.current()
    day = params["day"]
    is_whole = sees_whole(params["user"], group, RIGHT)
    courses = Course.objects.filter(group=group, period__year__periods=period.pk)
    if not is_whole:
        courses = courses.filter(pk__in=_open_to(params["user"], group))
    found = read_statement(courses, day, rules, SIGNED)
    slots = _slots(found)
    columns = [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
        *(
            Column(key, title, (discipline,), kind="number", align="center")
            for key, (discipline, title, _, _) in slots.items()
        ),
    ]
    return Table(
        YEARLY,
        columns,
        rows=[
            Row({"n": number, "name": line.name, **_year_cells(found, line, slots)})
            for number, line in enumerate(found.lines, 1)
        ]
        if slots
        else (),
        lines=[
            f"Учебный год: {period.year}",
            *frame.group_head(group, day),
            *(() if is_whole else [only_own()]),
        ],
        warnings=warnings(found, params, SIGNED),
        notes=[SIGNS, STEPS, KEPT] if found.lines else (),
        signatures=frame.signatures(group, rules),
        orientation="landscape",
        paper="A4" if len(columns) <= WIDE else "A3",
        empty=why_empty(found, params) if is_whole or found.courses else NOT_YOURS,
    )


def _open_to(user, group: Group):
    """Courses of the group whose results a teacher sees."""
    seen = Course.objects.filter(courses_seen(user), group=group)
    return seen.order_by().values("pk")


Slots = dict[str, tuple[str, str, int, str]]  # key → discipline, title, course, stage


def _slots(found: Statement) -> Slots:
    """Columns: of each discipline its periods, attestations, year and final mark.

    A period always has its column; the others where somebody has such a mark.
    """
    given = {
        (course, stage)
        for (_, course), stages in found.official.items()
        for stage in stages
    }
    periods = Period.objects.in_bulk({one.period for one in found.disciplines})
    ordered = sorted(
        found.disciplines, key=lambda one: (russian_key(one.discipline), one.last_day)
    )
    slots: Slots = {}
    late: Slots = {}
    for place, course in enumerate(ordered):
        number = periods[course.period].number
        kind = SHORT_KINDS[periods[course.period].kind]
        head, key = course.discipline, course.pk
        if (key, TERM) in given or (key, ATTESTATION) not in given:
            slots[f"{key}-{TERM}"] = (head, f"{number} {kind}", key, TERM)
        if (key, ATTESTATION) in given:
            title = f"{'экз.' if course.form in EXAMS else 'зач.'}–{number}"
            slots[f"{key}-{ATTESTATION}"] = (head, title, key, ATTESTATION)
        if (key, COURSEWORK) in given:
            slots[f"{key}-{COURSEWORK}"] = (head, f"кр.–{number}", key, COURSEWORK)
        for stage in (YEAR, FINAL):
            if (key, stage) in given:
                late[f"{stage}"] = (head, STAGES[stage], key, stage)
        following = ordered[place + 1 : place + 2]
        if not following or following[0].subject != course.subject:
            for stage in (YEAR, FINAL):
                if stage in late:
                    slots[f"{late[stage][2]}-{stage}"] = late[stage]
            late = {}
    return slots


def _year_cells(found: Statement, line: StudentLine, slots: Slots) -> dict[str, Any]:
    cells = {}
    for key, (_, _, course, stage) in slots.items():
        mark: Official | None = found.official.get((line.pk, course), {}).get(stage)
        if mark is not None:
            cells[key] = of_mark(
                "осв." if mark.mark == "осв" else mark.mark, mark.status
            )
            continue
        standing = line.standings[course]
        if standing.is_off:
            cells[key] = Cell(standing.mark, "muted")
    return cells
