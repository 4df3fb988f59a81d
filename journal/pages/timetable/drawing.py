"""A week of the timetable as HTML and as a table for Excel."""

from datetime import date

from django.utils.safestring import SafeString

from journal.domain.words import WEEKDAYS, day_of
from journal.models.organisation.parts import room_place
from journal.models.words import worded_lazily
from journal.pages.diary.pieces import html, joined
from journal.pages.timetable.reading import Shown, ShownDay
from journal.reports.table import Column, Row, Table

WORKDAYS = 5


def days_html(days: list[ShownDay], kind: str, today: date) -> SafeString:
    """The days beside each other where there is room, on a phone one under another."""
    shown = [
        day
        for place, day in enumerate(days)
        if place < WORKDAYS or day.items or day.date == today
    ]
    return html(
        '<div class="timetable">{}</div>',
        joined(_day(day, kind, day.date == today) for day in shown),
    )


def _day(day: ShownDay, kind: str, is_today: bool) -> SafeString:
    title = f"{WEEKDAYS[day.date.weekday()]}, {day_of(day.date)}".capitalize()
    note = html('<p class="free">{}</p>', day.note) if day.note else SafeString()
    if day.items:
        body = html("<ol>{}</ol>", joined(_item(item, kind) for item in day.items))
    elif day.note:
        body = SafeString()
    else:
        body = SafeString('<p class="free">Занятий нет.</p>')
    return html(
        '<section class="tt-day{}"{}><h2>{}{}</h2>{}{}</section>',
        " now" if is_today else "",
        SafeString(' id="today"') if is_today else SafeString(),
        title,
        SafeString(' <span class="tag accent">сегодня</span>' if is_today else ""),
        note,
        body,
    )


def _item(item: Shown, kind: str) -> SafeString:
    whose = ", ".join(item.groups)
    about = [
        "" if kind == "group" else f"гр. {whose}",
        item.part,
        "" if kind == "teacher" and not item.is_exam else item.teacher,
        "" if kind == "room" or not item.room else room_place(item.room),
    ]
    tone = "bad" if item.is_off else "warn"
    tone = "accent" if item.is_exam else tone
    return html(
        '<li class="tt-item{}"><div class="when">{}</div><div><b>{}</b>'
        '<p class="meta">{}</p>{}</div></li>',
        " off" if item.is_off else "",
        _when(item),
        item.title,
        " · ".join(filter(None, about)),
        joined(
            html('<p><span class="tag {}">{}</span></p>', tone, words)
            for words in item.changes
        ),
    )


def _when(item: Shown) -> SafeString:
    number = html("<b>{}</b> ", item.number) if item.number else SafeString()
    if item.times:
        start, end = (f"{one.hour}:{one.minute:02}" for one in item.times)
        return joined([number, html("<span>{}–{}</span>", start, end)])
    return number if item.number else SafeString("<span>весь день</span>")


COLUMNS = (
    Column("date", "Дата", kind="date", width=11),
    Column("weekday", "День", width=13),
    Column("number", "№", kind="number", width=4),
    Column("time", "Время", width=12),
    Column("group", worded_lazily("Группа"), width=16),
    Column("title", "Занятие", width=40, row_header=True),
    Column("teacher", worded_lazily("Преподаватель"), width=22),
    Column("room", "Кабинет", width=10),
    Column("changes", "Изменения", width=36),
)


def table_of(title: str, week: str, days: list[ShownDay]) -> Table:
    """The week as a report writes it."""
    rows = [
        Row(
            {
                "date": day.date,
                "weekday": WEEKDAYS[day.date.weekday()],
                "number": item.number,
                "time": "–".join(f"{one:%H:%M}" for one in item.times or ()),
                "group": ", ".join(item.groups)
                + (f" ({item.part})" if item.part else ""),
                "title": item.title,
                "teacher": item.teacher,
                "room": item.room,
                "changes": "; ".join(item.changes),
            },
            "muted" if item.is_off else "",
        )
        for day in days
        for item in day.items
    ]
    return Table(
        title,
        COLUMNS,
        rows,
        lines=[week],
        orientation="landscape",
        empty="На этой неделе занятий нет.",
    )
