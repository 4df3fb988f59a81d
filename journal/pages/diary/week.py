"""The week as a page: days, lessons, what was set and what was earned."""

import re
from datetime import date, timedelta

from django.urls import reverse
from django.utils.safestring import SafeString

from journal.domain.results import Span
from journal.domain.words import WEEKDAYS, day_of, hours, late_by, plural
from journal.models.organisation.parts import room_place
from journal.models.words import worded
from journal.pages.diary.pieces import empty, html, joined, letter, linked, mark, work
from journal.pages.diary.reading import (
    EXCUSED,
    LATE,
    UNEXCUSED,
    Cell,
    WeekDay,
    WeekLesson,
    is_term_time,
)

WEEK = re.compile(r"(20[0-9]{2})-W([0-9]{2})")
ALLOWED = "год и номер недели, от 2000-W01 до 2099-W53, например 2026-W47"
WORKDAYS = 5
WORKS = {
    "due": "Нужно сдать работу",
    "handed_in": "Работа сдана, проверяют",
    "returned": "Работу вернули на доработку",
    "checked": "Работа проверена",
}


def monday_of(text: str) -> date:
    """The Monday of a week written «2026-W47». Raises ValueError for anything else."""
    match = WEEK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return date.fromisocalendar(int(match[1]), int(match[2]), 1)


def week_text(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def days_html(
    days: list[WeekDay], cells: dict[int, list[Cell]], today: date, query: str = ""
) -> SafeString:
    """The days one under another; while some are ahead, the days gone by are folded.

    `query` names the child in links: children of one group are set the same homework.
    """
    is_now = days[0].date <= today <= days[-1].date
    is_now = is_now and any(day.lessons for day in days if day.date >= today)
    shown = [
        day
        for place, day in enumerate(days)
        if place < WORKDAYS or day.lessons or day.note or day.date == today
    ]
    return joined(
        _day(day, cells, today, query, is_open=not is_now or day.date >= today)
        for day in shown
    )


def unexplained_html(days: list[WeekDay], cells, since: date) -> SafeString:
    """Lessons missed of late without a reason, told to the family at once (F13)."""
    dates = {one.pk: one.date for day in days for one in day.lessons}
    found = [
        cell
        for lesson, own in cells.items()
        for cell in own
        if not cell.number
        and cell.weight == UNEXCUSED
        and dates.get(lesson, since) >= since
    ]
    if not found:
        return SafeString("")
    count = plural(len(found), "занятие", "занятия", "занятий")
    return html(
        '<p class="card bad" role="note"><b>Пропущено без уважительной причины: {}, {}.'
        "</b> За последние семь дней. Если есть справка или заявление, передайте их"
        " {}.</p>",
        count,
        hours(sum(cell.hours for cell in found)),
        worded("куратору группы", "классному руководителю"),
    )


def _day(day: WeekDay, cells, today: date, query: str, is_open: bool) -> SafeString:
    is_today = day.date == today
    title = f"{WEEKDAYS[day.date.weekday()]}, {day_of(day.date)}".capitalize()
    if day.lessons:
        body = html(
            '<ol class="lessons">{}</ol>',
            joined(
                _lesson(one, day, cells.get(one.pk, ()), query) for one in day.lessons
            ),
        )
    else:
        body = html(
            '<p class="free">{}</p>',
            "Выходной день." if day.is_holiday else "Занятий нет.",
        )
    return html(
        '<details class="day{}" id="{}"{}><summary><h2>{}{}</h2>{}</summary>{}</details>',
        " now" if is_today else "",
        "today" if is_today else f"d{day.date}",
        SafeString(" open" if is_open else ""),
        title,
        SafeString(' <span class="tag accent">сегодня</span>' if is_today else ""),
        _brief(day, {} if is_open else cells),
        body,
    )


def _brief(day: WeekDay, cells) -> SafeString:
    """How many lessons a day has, and in a folded one what came of them."""
    held = [lesson for lesson in day.lessons if not lesson.is_cancelled]
    words = [plural(len(held), "занятие", "занятия", "занятий")] if held else []
    if day.note:
        words.append(day.note)
    return html(
        '<span class="brief">{} {}</span>',
        ", ".join(words),
        joined(
            mark(cell.value) if cell.number else _letter(cell)
            for lesson in day.lessons
            for cell in cells.get(lesson.pk, ())
        ),
    )


def _lesson(lesson: WeekLesson, day: WeekDay, cells, query: str) -> SafeString:
    is_on = not lesson.is_cancelled
    parts = [_tags(lesson)]
    if is_on and lesson.due:
        parts.append(_text("К этому занятию", lesson.due, "due"))
    if lesson.topic:
        parts.append(_text("Тема", lesson.topic, "topic"))
    if is_on and lesson.homework:
        parts.append(_text("Домашнее задание", lesson.homework, "set"))
    if is_on and lesson.assignment:
        parts.append(_assignment(lesson, query))
    if is_on and lesson.links:
        parts.append(_text("Материалы", lesson.links, "links"))
    if cells:
        parts.append(html('<ul class="earned">{}</ul>', joined(map(_cell, cells))))
    return html(
        '<li class="lesson{}"><div class="when">{}</div>'
        '<div class="what"><h3>{}</h3><p class="meta">{}</p>{}</div></li>',
        "" if is_on else " off",
        _when(lesson, day),
        lesson.discipline,
        _meta(lesson),
        joined(parts),
    )


def _assignment(lesson: WeekLesson, query: str) -> SafeString:
    """The way to the files of a homework, and to handing it in."""
    return html(
        '<p class="set"><a href="{}{}">{}</a></p>',
        reverse("diary:homework_one", args=[lesson.assignment]),
        query,
        WORKS.get(lesson.work, "Срок и файлы"),
    )


def _when(lesson: WeekLesson, day: WeekDay) -> SafeString:
    if lesson.number is None:
        return html("<b>весь день</b>")
    number = html("<b>{}</b>", lesson.number)
    times = day.bells.get(lesson.number)
    if times is None:
        return number
    start, end = (f"{one.hour}:{one.minute:02}" for one in times)
    return joined([number, html(" <span>{}–{}</span>", start, end)])


def _meta(lesson: WeekLesson) -> str:
    part = f"подгруппа {lesson.part}" if lesson.part else ""
    room = room_place(lesson.room) if lesson.room else ""
    kind = lesson.kind[0].lower() + lesson.kind[1:] if lesson.kind else ""
    return " · ".join(filter(None, (room, lesson.teacher_name, kind, part)))


def _tags(lesson: WeekLesson) -> SafeString:
    if lesson.is_cancelled:
        reason = f": {lesson.cancel_reason}" if lesson.cancel_reason else ""
        return html('<p><span class="tag bad">отменено{}</span></p>', reason)
    tags = [html('<span class="tag warn">{}</span> ', one) for one in _changes(lesson)]
    if lesson.control:
        tags.insert(0, html('<span class="tag accent">{}</span> ', lesson.control))
    return html("<p>{}</p>", joined(tags)) if tags else SafeString()


def _changes(lesson: WeekLesson) -> list[str]:
    """What is other than the timetable means: subject, teacher, day, room."""
    found = []
    if lesson.planned_discipline:
        found.append(f"вместо: {lesson.planned_discipline}")
    if lesson.teacher != lesson.planned_teacher:
        found.append(
            f"замена {worded('преподавателя')}: вместо {lesson.planned_teacher_name}"
        )
    if lesson.planned_date:
        number = lesson.planned_number
        which = f", {number}-е занятие" if number else ""
        found.append(f"перенесено с {day_of(lesson.planned_date)}{which}")
    if lesson.planned_room:
        found.append(f"кабинет вместо {lesson.planned_room}")
    return found


def _text(label: str, text: str, name: str) -> SafeString:
    return html(
        '<p class="{}"><i>{}</i> {}</p>',
        name,
        f"{label}:",
        linked(text.strip()),
    )


def _cell(cell: Cell) -> SafeString:
    if cell.number:
        done = work(cell.kind, cell.topic, cell.weight)
        return html("<li>{} {}</li>", mark(cell.value), done)
    missed = f", {hours(cell.hours)}" if cell.hours else ""
    if cell.weight == LATE:
        missed = late_by(cell.hours)
    return html("<li>{} {}</li>", _letter(cell), f"{cell.kind}{missed}")


def _letter(cell: Cell) -> SafeString:
    return letter(cell.value, cell.weight != LATE, cell.weight == EXCUSED)


def why_empty(spans: list[Span], days: list[WeekDay], today: date) -> SafeString:
    """Why a week has no lessons, in words that say what to do."""
    first, last = days[0].date, days[-1].date
    if not spans:
        text = worded(
            "студент пока не зачислен в группу. Если это ошибка, обратитесь в учебную"
            " часть."
        )
    elif not any(span.meets(first, last) for span in spans):
        text = worded(
            "в эти дни студент не числился в группе. Выберите другую неделю.",
            "в эти дни ученик не числился в классе. Выберите другую неделю.",
        )
    elif all(day.is_holiday for day in days[:WORKDAYS]):
        notes = "; ".join(dict.fromkeys(day.note for day in days if day.note))
        text = f"выходные дни{f' ({notes})' if notes else ''}."
    elif not is_term_time(first, last):
        text = "каникулы: эти дни не входят ни в один учебный период."
    elif last >= today:
        text = worded(
            "расписание на эту неделю ещё не составлено. Загляните позже или спросите"
            " куратора."
        )
    else:
        text = worded(
            "за эти дни в журнале нет занятий этой группы.",
            "за эти дни в журнале нет занятий этого класса.",
        )
    return empty("На этой неделе занятий нет", text[0].upper() + text[1:])


def neighbour(monday: date, weeks: int) -> str | None:
    """The week so many weeks away as an address writes it; None past the bounds."""
    other = week_text(monday + timedelta(weeks=weeks))
    return other if WEEK.fullmatch(other) else None
