"""The week as HTML, built as one string: hours down, days across."""

from html import escape

from django.utils.safestring import SafeString, mark_safe

from journal.domain.timetable.clashes import Slot
from journal.domain.timetable.week import Need, Week
from journal.models.timetable import Weekday
from journal.models.words import worded

PARITY = {1: "числ.", 2: "знам."}


def _second(kind: str, slot: Slot) -> str:
    """What the heading of the page does not say."""
    said = {
        "group": (slot.teacher_name, slot.room_number),
        "teacher": (slot.group_name, slot.room_number),
        "room": (slot.group_name, slot.teacher_name),
    }[kind]
    return " · ".join(filter(None, said))


def _marks(slot: Slot, week: Week) -> list[str]:
    marks = [f"{slot.part} п/г"] if slot.part else []
    marks += [PARITY[slot.parity]] if slot.parity else []
    marks += [f"поток {slot.stream}"] if slot.stream else []
    if slot.start > max(week.day, week.period.first_day):
        marks.append(f"с {slot.start:%d.%m}")
    if slot.end <= week.period.last_day:
        marks.append(f"до {slot.end:%d.%m}")
    return marks


def _chip(slot: Slot, week: Week, may_edit: bool) -> str:
    marks = _marks(slot, week)
    second = _second(week.kind, slot)
    words = ", ".join([slot.discipline, second, *marks])
    tail = "".join(f"<i>{escape(mark)}</i>" for mark in marks)
    inside = f"<b>{escape(slot.short)}</b><span>{escape(second)}</span>{tail}"
    if not may_edit:
        return f'<div class=chip title="{escape(words)}">{inside}</div>'
    return (
        f"<button type=button class=chip data-line={slot.pk} aria-pressed=false "
        f'title="{escape(words)}">{inside}</button>'
    )


def _cell(found: list[Slot], week: Week, may_edit: bool) -> str:
    """Every week above; odd weeks over even ones; subgroups side by side."""
    rows = []
    for parity in (0, 1, 2):
        chips = [
            _chip(slot, week, may_edit)
            for slot in sorted(found, key=lambda one: (one.start, one.part or 0))
            if slot.parity == parity
        ]
        if chips:
            rows.append(f'<div class="row p{parity}">{"".join(chips)}</div>')
    return "".join(rows)


def week_html(week: Week, may_edit: bool) -> SafeString:
    """The table of a week; `data-w` and `data-n` name the cell (0: the whole day)."""
    places: dict[tuple, list[Slot]] = {}
    for slot in week.shown:
        places.setdefault((slot.weekday, slot.number), []).append(slot)
    head = "".join(
        f"<th scope=col>{Weekday(day).label.capitalize()}" for day in week.weekdays
    )
    parts = [f"<table class=week><thead><tr><th scope=col class=hour>№{head}<tbody>"]
    for number in (*week.numbers, None):
        parts.append(f"<tr><th scope=row class=hour>{_hour(number, week)}")
        for weekday in week.weekdays:
            found = places.get((weekday, number), [])
            label = f"{Weekday(weekday).label}, {number or 'весь день'}"
            parts.append(
                f"<td tabindex=-1 data-w={weekday} data-n={number or 0} "
                f'aria-label="{label}">{_cell(found, week, may_edit)}'
            )
    parts.append("</table>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped above


def _hour(number: int | None, week: Week) -> str:
    if number is None:
        return "весь день"
    if number not in week.bells:
        return str(number)
    start, end = week.bells[number]
    return f"{number}<small>{start:%H:%M}<br>{end:%H:%M}</small>"


def needs_html(needs: list[Need], kind: str, may_edit: bool) -> SafeString:
    """The courses, with hours still to place; what is placed wholly stands last."""
    rows = []
    for need in sorted(needs, key=lambda one: one.left <= 0):
        part = f" <i>{need.part} п/г</i>" if need.part else ""
        who = need.teacher_name or worded("преподаватель не назначен")
        second = who if kind == "group" else need.group_name
        state = f"{need.placed} из {need.planned} ч"
        inside = (
            f"<b>{escape(need.name)}</b>{part}<span>{escape(second)}</span>"
            f'<small class="{_state(need)}">{state}</small>'
        )
        if may_edit and need.teacher:
            rows.append(
                f"<button type=button class=chip aria-pressed=false "
                f"data-course={need.course} data-subgroup={need.subgroup or 0} "
                f"data-teacher={need.teacher}>{inside}</button>"
            )
        else:
            rows.append(f"<div class=chip>{inside}</div>")
    return mark_safe("".join(rows))  # noqa: S308 - every text in it is escaped above


def _state(need: Need) -> str:
    if need.left > 0:
        return "less"
    return "more" if need.left < 0 else "even"
