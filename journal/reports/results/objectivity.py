"""R34, objectivity of marks, and the days on which term marks were given (E 6.3, S 6.5)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils import timezone

from journal.domain.results.due import TermDue, read_due
from journal.domain.results.objectivity import (
    Agreement,
    Compared,
    agreement,
    read_objectivity,
)
from journal.domain.results.term import courses_seen
from journal.models import Course, Department, Institution
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily
from journal.reports.questions import PeriodForm, PlainSelect, RowField
from journal.reports.registry import OF_STUDY, TEACHING, report
from journal.reports.table import Cell, Column, Row, Table

TEACHERS, COURSES, GROUPS, STUDENTS = "teachers", "courses", "groups", "students"
BY = {
    TEACHERS: worded_lazily("по преподавателям"),
    COURSES: "по курсам",
    GROUPS: worded_lazily("по группам"),
    STUDENTS: worded_lazily("расхождения по студентам"),
}
CURRENT, EXAM = ("За период против текущих",), ("За период против экзамена",)
TENTH = Decimal("0.1")


class ResultsForm(PeriodForm):
    right = "view_result"
    ends_with_period = False
    group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        required=False,
        everything=worded_lazily("Все группы", "Все классы"),
    )
    department = RowField(
        "отделение", label="Отделение", required=False, everything="Все отделения"
    )

    def prepare(self) -> None:
        super().prepare()
        self.fields["department"].offer(Department.objects.values_list("pk", "name"))


class ObjectivityForm(ResultsForm):
    by = forms.ChoiceField(
        label="Строки",
        choices=list(BY.items()),
        initial=TEACHERS,
        widget=PlainSelect,
        error_messages={"invalid_choice": "Выберите из списка."},
    )


def _courses(params: dict[str, Any]):
    courses = Course.objects.filter(
        courses_seen(params["user"]), period=params["period"].pk
    )
    if params["group"]:
        courses = courses.filter(group=params["group"])
    if params["department"]:
        courses = courses.filter(group__department=params["department"])
    return courses


def _lines(params: dict[str, Any]) -> list[str]:
    about = [f"Учебный период: {params['period']}"]
    if params["group"]:
        about.append(f"{worded('Группа')} {params['group']}")
    return [*about, f"По состоянию на {params['day']:%d.%m.%Y}"]


@report(
    "objectivity",
    "Объективность отметок",
    number="R34",
    area="results",
    roles=(*OF_STUDY, "curator", *TEACHING),
    form=ObjectivityForm,
    short="Объективность",
    description="Отметки за период против средневзвешенных текущих и против экзамена:"
    " сколько завышено и занижено, у кого расхождение не объяснено.",
)
def objectivity(params: dict[str, Any]) -> Table:
    """R34 (E 2.1, E 6.3, K 7.3): signed term marks as of a day, in students."""
    rules = Institution.current()
    found = read_objectivity(_courses(params), params["day"], rules)
    by_student = params["by"] == STUDENTS
    columns, rows = (_students if by_student else _agreements)(found, params["by"])
    five, four, three = (
        f"{number.normalize():f}".replace(".", ",")
        for number in map(
            Decimal, (rules.threshold_5, rules.threshold_4, rules.threshold_3)
        )
    )
    return Table(
        "Объективность отметок",
        columns,
        rows=rows,
        totals=[_totals(found)] if found and not by_student else (),
        lines=_lines(params),
        notes=[
            "Сравниваются подписанные отметки за период. По текущим отметкам"
            f" предложено: от {five} — «5», от {four} — «4», от {three} — «3», ниже —"
            " «2». Завышено — отметка за период выше предложенной (выше экзамена),"
            " занижено — ниже. Зачёты, «н/а» и «осв.» в сравнение не входят.",
            "Без пояснения — отметка стоит на целый балл и дальше от среднего либо"
            " поставлена при нехватке текущих отметок, а причина не записана.",
        ],
        signatures=[(rules.signatory_post, rules.signatory_name)],
        orientation="landscape",
        empty="Расхождений нет: все отметки за период совпадают с предложенными и с"
        " экзаменом."
        if by_student and found
        else "Подписанных отметок за период ещё нет. Их выставляют на странице «Итоги»"
        " курса.",
    )


TITLES: dict[str, tuple[str, Callable[[Compared], str]]] = {
    TEACHERS: (worded_lazily("Преподаватель"), lambda one: one.teacher or "не указан"),
    COURSES: (
        "Курс",
        lambda one: f"{one.course.group}, {one.course.discipline}",
    ),
    GROUPS: (worded_lazily("Группа"), lambda one: str(one.course.group)),
}


def _agreements(found: list[Compared], by: str) -> tuple[list[Column], list]:
    title, name = TITLES[by]
    parts: dict[str, list[Compared]] = {}
    for one in found:
        parts.setdefault(name(one), []).append(one)
    columns = [
        Column("name", title, row_header=True, width=30),
        Column("compared", worded("студентов"), CURRENT, kind="number"),
        Column("average", "средний текущих", CURRENT, kind="number", decimals=2),
        Column("term", "средний за период", CURRENT, kind="number", decimals=2),
        Column("difference", "разница", CURRENT, kind="number", decimals=2),
        Column("raised", "завышено", CURRENT, kind="number"),
        Column("raised_share", "%", (*CURRENT,), kind="percent", decimals=1),
        Column("lowered", "занижено", CURRENT, kind="number"),
        Column("lowered_share", "%", (*CURRENT,), kind="percent", decimals=1),
        Column("unexplained", "без пояснения", CURRENT, kind="number"),
        Column("examined", worded("студентов"), EXAM, kind="number"),
        Column("above", "завышено", EXAM, kind="number"),
        Column("above_share", "%", EXAM, kind="percent", decimals=1),
        Column("below", "занижено", EXAM, kind="number"),
        Column("below_share", "%", EXAM, kind="percent", decimals=1),
    ]
    names = sorted(parts, key=russian_key) if by == TEACHERS else list(parts)
    return columns, [_row(title, agreement(parts[title])) for title in names]


def _totals(found: list[Compared]) -> dict[str, Any]:
    return _row("Всего", agreement(found))


def _row(title: str, seen: Agreement) -> dict[str, Any]:
    return {
        "name": title,
        "compared": seen.compared,
        "average": seen.average,
        "term": seen.term,
        "difference": seen.difference,
        "raised": seen.raised,
        "raised_share": _share(seen.raised, seen.compared),
        "lowered": seen.lowered,
        "lowered_share": _share(seen.lowered, seen.compared),
        "unexplained": Cell(seen.unexplained, "bad") if seen.unexplained else 0,
        "examined": seen.examined,
        "above": seen.above,
        "above_share": _share(seen.above, seen.examined),
        "below": seen.below,
        "below_share": _share(seen.below, seen.examined),
    }


def _share(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(TENTH, ROUND_HALF_UP)


def _students(found: list[Compared], by: str) -> tuple[list[Column], list]:
    columns = [
        Column("group", worded("Группа")),
        Column("discipline", worded("Дисциплина"), width=22),
        Column("name", worded("Студент"), row_header=True, width=26),
        Column("average", "Средний", kind="number", decimals=2),
        Column("proposed", "Предложено"),
        Column("term", "За период"),
        Column("exam", "Экзамен"),
        Column("note", "Пояснение", width=30),
    ]
    rows = []
    for one in found:
        line = one.line
        if not line.differs and not one.exam_step:
            continue
        unsaid = line.needs_reason and not line.note.strip()
        rows.append(
            [
                str(one.course.group),
                str(one.course.discipline),
                line.name,
                line.average,
                line.proposed,
                line.mark,
                line.exam,
                Cell("не объяснено", "bad") if unsaid else line.note,
            ]
        )
    return columns, rows


@report(
    "term_due",
    "Итоговые отметки: сроки",
    number="F6",
    area="results",
    roles=(*OF_STUDY, "curator", *TEACHING),
    form=ResultsForm,
    short="Сроки отметок",
    is_personal=False,
    description="Когда выставлены отметки за период по каждому курсу, кто опоздал и"
    " сколько часов семьи ждали подписи.",
)
def term_due(params: dict[str, Any]) -> Table:
    """The marks of a period against the day due, and families' hours of waiting."""
    rules = Institution.current()
    # What is late goes on being late after the period has ended.
    day, today = params["day"], timezone.localdate()
    day = max(day, today) if day == params["period"].last_day else day
    found = read_due(_courses(params), day, rules)
    late = sum(one.late > 0 for one in found)
    slow = sum(_is_slow(one, rules) for one in found)
    open_ = sum(one.signed_at is None for one in found)
    return Table(
        "Итоговые отметки: сроки",
        [
            Column("group", worded("Группа")),
            Column("discipline", worded("Дисциплина"), row_header=True, width=28),
            Column("teachers", worded("Преподаватель"), width=22),
            Column("due", "Срок", kind="date"),
            Column("filled", "Отметок", kind="number"),
            Column("members", worded("Студентов"), kind="number"),
            Column("signed", "Выставлены"),
            Column("late", "Опоздание, дн.", kind="number"),
            Column("waited", "Ждали подписи, ч", kind="number"),
        ],
        rows=[_due_row(one, rules) for one in found],
        lines=[
            *_lines({**params, "day": day}),
            f"Курсов {len(found)}, не выставлено {open_}, с опозданием {late},"
            f" семьи ждали дольше {rules.term_result_hours} ч: {slow}",
        ],
        notes=[
            f"Срок — за {rules.term_marks_days} дн. до конца периода. Семьи видят"
            " отметки сразу после подписи; ожидание считается от последней отметки до"
            " подписи, а пока подписи нет — до сих пор. Где зачёт, дифференцированный"
            " зачёт, курсовая работа или практика подписаны ведомостью, отметкой за"
            " период служит она."
        ],
        orientation="landscape",
        empty="Курсов по этим условиям нет. Снимите ограничения или выберите другой"
        " период.",
    )


def _is_slow(one: TermDue, rules: Institution) -> bool:
    """A finished sheet that families waited for too long."""
    is_whole = one.signed_at is not None or one.filled >= one.members
    return bool(one.waited and is_whole and one.waited > rules.term_result_hours)


def _due_row(one: TermDue, rules: Institution) -> Row:
    signed = "нет"
    if one.signed_at:
        signed = f"{timezone.localtime(one.signed_at):%d.%m.%Y}"
        signed += ", ведомость" if one.by_attestation else ""
    waited = Cell(one.waited, "bad") if _is_slow(one, rules) else one.waited
    return Row(
        {
            "group": str(one.course.group),
            "discipline": str(one.course.discipline),
            "teachers": ", ".join(one.teachers),
            "due": one.due,
            "filled": one.filled,
            "members": one.members,
            "signed": signed,
            "late": Cell(one.late, "bad") if one.late else None,
            "waited": waited,
        }
    )
