"""The journal itself on paper, both sides of the spread: R36."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet

from journal.domain.curriculum.trajectory import LEGEND
from journal.domain.lessons.spread import Column as Day
from journal.domain.lessons.spread import Line, Spread, read_spreads
from journal.models import (
    AbsenceReason,
    Course,
    CourseTeacher,
    Institution,
    Lesson,
)
from journal.models.sqlite import russian_key
from journal.models.words import worded, worded_lazily
from journal.reports import frame
from journal.reports.questions import PeriodForm, RowField, own_courses, sees_whole
from journal.reports.registry import OF_JOURNAL, report
from journal.reports.table import Cell, Column, Table

RIGHT = "view_mark"
ON_PAGE = 30  # dates that a sheet of A4 bears on its side
AWAY = Cell("–", "muted")
LEFT, OTHER = "посещаемость и отметки", "содержание занятий"


class PaperForm(PeriodForm):
    right = RIGHT

    course = RowField(
        worded_lazily("дисциплину"),
        label=worded_lazily("Дисциплина"),
        required=False,
        everything=worded_lazily("Все дисциплины", "Все предметы"),
    )
    field_order = ("group", "closed", "period", "course", "day")

    def narrow(self) -> None:
        """Disciplines are those of the group in the period; of all where none is known."""
        super().narrow()
        known = {
            name: str(self.data.get(name) or "")
            for name in ("group", "period")
            if str(self.data.get(name) or "") in dict(self.fields[name].choices)
        }
        rows = Course.objects.none()
        if all(known.values()) and len(known) == 2:
            rows = Course.objects.visible_to(self.user).filter(**known)
        self.fields["course"].offer(
            sorted(
                rows.values_list("pk", "discipline__name"),
                key=lambda row: russian_key(row[1]),
            )
        )


@report(
    "journal_paper",
    "Журнал учебных занятий",
    number="R36",
    area="lessons",
    roles=OF_JOURNAL,
    form=PaperForm,
    short="Журнал на бумаге",
    description=worded_lazily(
        "Обе стороны журнала для печати: слева посещаемость и отметки по датам, справа"
        " дата, тема, часы, домашнее задание. Одна дисциплина или вся группа.",
        "Обе стороны журнала для печати: слева посещаемость и отметки по датам, справа"
        " дата, тема, часы, домашнее задание. Один предмет или весь класс.",
    ),
)
def journal_paper(params: dict[str, Any]) -> Table:
    """R36 (U 2.4, E 2.1, S 2.2): for each discipline its pages, left and right in turn.

    A teacher as such sees the own courses; lessons of `day` and before are printed.
    """
    group, day = params["group"], params["day"]
    rules = Institution.current()
    pages = list(_pages(params["user"], _courses(params), day))
    head = [
        f"Учебный период: {params['period']}",
        *frame.group_head(group, day),
    ]
    for page in pages:
        page.lines = [*head[-1:], *page.lines]
    if not pages:
        return Table(
            "Журнал учебных занятий",
            [Column("name", "Фамилия, имя, отчество")],
            lines=head,
            empty=(
                f"У {worded('группы', 'класса')} {group} в этом периоде нет"
                f" {worded('дисциплин')}, доступных вам."
                " Выберите другой период или заведите нагрузку."
            ),
        )
    first, *rest = pages
    first.lines = [*head[:-1], *first.lines]
    first.parts = rest
    pages[-1].signatures = frame.signatures(group, rules)
    return first


def _courses(params: dict[str, Any]) -> list[Course]:
    user, group, day = params["user"], params["group"], params["day"]
    courses: QuerySet[Course] = Course.objects.filter(
        group=group, period=params["period"].pk
    )
    if not sees_whole(user, group, RIGHT):
        courses = own_courses(user, courses, day)
    if params["course"]:
        courses = courses.filter(pk=params["course"])
    rows = courses.select_related("discipline", "period", "group")
    return sorted(rows, key=lambda one: russian_key(str(one.discipline)))


def _pages(user, courses: list[Course], day: date) -> Iterator[Table]:
    """Left and right page for every `ON_PAGE` lessons; both empty where there are none."""
    if not courses:
        return
    legend, lessons, teachers = _legend(), _lessons(user, courses, day), {}
    held = CourseTeacher.objects.on(day).filter(course__in=courses)
    for one in held.select_related("employee"):
        teachers.setdefault(one.course_id, []).append(one.employee.short_name)
    for spread in read_spreads(user, courses):
        days = [
            one for one in spread.columns if one.date <= day and not one.is_cancelled
        ]
        lines = _lines(spread, days)
        who = ", ".join(dict.fromkeys(teachers.get(spread.course.pk, ())))
        starts = range(0, max(len(days), 1), ON_PAGE)
        parts = [days[start : start + ON_PAGE] for start in starts]
        for place, part in enumerate(parts, 1):
            notes = [legend] if place == len(parts) else []
            span = f", {part[0].date:%d.%m}–{part[-1].date:%d.%m.%Y}" if part else ""
            yield _left(spread, lines, part, f"{LEFT}{span}", who, notes)
            yield _right(spread, part, lessons, f"{OTHER}{span}", who)


def _lines(spread: Spread, days: list[Day]) -> list[Line]:
    """Whoever sat in the group on a day of the page, or now where there is no day."""
    if not days:
        return spread.lines
    return [line for line in spread.lines if any(map(line.sits_in, days))]


def _lessons(user, courses: list[Course], day: date) -> dict[int, Lesson]:
    rows = Lesson.objects.visible_to(user).filter(course__in=courses, date__lte=day)
    return rows.select_related("kind", "teacher", "subgroup").in_bulk()


def _head(spread: Spread, what: str, who: str) -> dict[str, Any]:
    return {
        "title": f"{spread.course.discipline}: {what}",
        "lines": [f"{worded('Преподаватель')}: {who}"] if who else [],
        "orientation": "landscape",
    }


def _left(
    spread: Spread, lines: list[Line], part, what: str, who: str, notes: list[str]
) -> Table:
    """The last page of a course, with `notes`, has the sums too."""
    columns = [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество", row_header=True),
        *(
            Column(str(one.lesson), _title(one), ("Дата занятия",), 3.2, vertical=True)
            for one in part
        ),
    ]
    if notes:
        columns += [
            Column("mean", "Средний балл", vertical=True, kind="number", decimals=2),
            Column("missed", "Пропущено часов", vertical=True, kind="hours"),
        ]
    rows = []
    for number, line in enumerate(lines, 1):
        first = spread.course.period.first_day
        last = spread.columns[-1].date if spread.columns else first
        name = frame.stay(line.name, line.spans, first, last)
        row: dict[str, Any] = {"n": number, "name": name}
        row |= {str(one.lesson): _cell(line, one) for one in part}
        if notes:
            row |= {"mean": spread.average(line), "missed": spread.missed(line)}
        rows.append(row)
    return Table(
        columns=columns,
        rows=rows,
        notes=notes,
        empty=worded(
            "В группе никто не числится: зачислите студентов.",
            "В классе никто не числится: зачислите учеников.",
        ),
        **_head(spread, what, who),
    )


def _title(one: Day) -> str:
    return f"{one.date:%d.%m}" + (f", п/г {one.part}" if one.part else "")


def _cell(line: Line, one: Day) -> Any:
    """«н, 5, 4»: the letter of absence and the marks of the lesson's works."""
    away = line.absences.get(one.lesson)
    signs = [away.value if away else ""]
    signs += [mark for _, mark in sorted(line.marks.get(one.lesson, {}).items())]
    text = ", ".join(filter(None, signs))
    if text:
        return text
    if not line.sits_in(one):
        return AWAY
    tag = line.tag(one.date)
    return Cell(tag, "muted") if tag else None


def _right(
    spread: Spread, part, lessons: dict[int, Lesson], what: str, who: str
) -> Table:
    rows = []
    for number, one in enumerate(part, 1):
        lesson = lessons.get(one.lesson)
        if lesson is None:
            continue
        part_name = f"Подгруппа {lesson.subgroup.number}. " if lesson.subgroup else ""
        rows.append(
            [
                number,
                lesson.date,
                lesson.hours,
                str(lesson.kind or ""),
                part_name + (lesson.topic or ""),
                lesson.homework,
                lesson.teacher.short_name,
            ]
        )
    return Table(
        columns=RIGHT_SIDE,
        rows=rows,
        totals=[{"topic": "Всего часов", "hours": sum(row[2] for row in rows)}]
        if rows
        else (),
        empty=worded(
            "Занятий по этой дисциплине ещё не было.",
            "Занятий по этому предмету ещё не было.",
        ),
        **_head(spread, what, who),
    )


RIGHT_SIDE = (
    Column("n", "№", kind="number"),
    Column("date", "Дата", kind="date"),
    Column("hours", "Часов", kind="hours"),
    Column("kind", "Вид занятия"),
    Column("topic", "Тема", row_header=True),
    Column("homework", "Домашнее задание"),
    Column("teacher", worded_lazily("Преподаватель")),
)


def _legend() -> str:
    reasons = "; ".join(
        f"{reason.code} — {reason.name}" for reason in AbsenceReason.objects.all()
    )
    return (
        f"Условные обозначения: {reasons}; 5, 4, 3, 2 — отметки, з — зачёт, х — незачёт;"
        f" {LEGEND}; – — в {worded('группе', 'классе')} (подгруппе) не числится."
    )
