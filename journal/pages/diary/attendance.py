"""Attendance of a period: by month and reason, then each absence."""

from collections import defaultdict
from datetime import date

from django.utils.safestring import SafeString

from journal.domain.results import Missed, attended_percent, with_comma
from journal.domain.words import MONTHS, hours, late_by
from journal.models.words import worded
from journal.pages.diary.pieces import empty, html, joined, letter, listed, row

Month = tuple[int, int]


def attendance_html(absences: list[Missed], held: list[tuple[date, int]]) -> SafeString:
    """The whole period in figures, the months in a table, then the lists."""
    away = [one for one in absences if one.is_absence]
    late = [one for one in absences if not one.is_absence]
    by_month = _held_by_month(absences, held)
    if not by_month and not absences:
        return empty(
            "Посещаемость ещё не отмечали",
            worded(
                "Она появится, когда преподаватели отметят присутствие на занятиях."
            ),
        )
    return joined(
        [
            _figures(away, late, sum(by_month.values())),
            _months(away, late, by_month),
            listed("Пропуски", list(map(_row, away)), "Пропусков нет."),
            listed("Опоздания", list(map(_row, late)), "Опозданий нет."),
        ]
    )


def _held_by_month(absences: list[Missed], held) -> dict[Month, int]:
    """Hours of which it is known who was there, by month.

    A lesson whose attendance was not taken is known only to who was noted absent.
    """
    found: dict[Month, int] = defaultdict(int)
    for day, amount in held:
        found[day.year, day.month] += amount
    for one in absences:
        if not one.is_taken:
            found[one.date.year, one.date.month] += one.lesson_hours
    return found


def _figures(away: list[Missed], late: list[Missed], held: int) -> SafeString:
    missed = sum(one.hours for one in away)
    excused = sum(one.hours for one in away if one.is_excused)
    return html(
        '<dl class="card figures">{}</dl>',
        joined(
            html("<div><dt>{}</dt><dd>{}</dd></div>", *fact)
            for fact in (
                ("Посещаемость", _percent(missed, held)),
                ("Пропущено", f"{hours(missed)} из {held}"),
                ("Без уважительной причины", hours(missed - excused)),
                ("Опозданий", len(late)),
            )
        ),
    )


def _percent(missed: int, held: int) -> str:
    percent = attended_percent(missed, held)
    return (
        "нет данных" if percent is None else f"{with_comma(percent)}\N{NO-BREAK SPACE}%"
    )


def _months(away, late, by_month: dict[Month, int]) -> SafeString:
    letters = sorted({(one.is_excused, one.letter, one.reason) for one in away})
    missed: dict[tuple, int] = defaultdict(int)
    for one in away:
        month = one.date.year, one.date.month
        missed[month, one.letter] += one.hours
        missed[month, ""] += one.hours
    months = sorted({*by_month, *((one.date.year, one.date.month) for one in late)})
    head = joined(
        html('<th scope="col" class="num">{}</th>', title)
        for title in [
            "Посещаемость",
            "Пропущено",
            *(reason.capitalize() for _, _, reason in letters),
        ]
    )
    rows = (
        html(
            '<tr><th scope="row">{}</th>{}</tr>',
            f"{MONTHS[month[1] - 1].capitalize()} {month[0]}",
            joined(
                html('<td class="num">{}</td>', cell)
                for cell in [
                    _percent(missed[month, ""], by_month.get(month, 0)),
                    f"{missed[month, '']} из {by_month.get(month, 0)}",
                    *(missed[month, code] for _, code, _ in letters),
                ]
            ),
        )
        for month in months
    )
    return html(
        '<section class="card"><h2>По месяцам</h2><div class="scroll" tabindex="0" '
        'role="region" aria-label="Пропуски по месяцам"><table><thead><tr>'
        '<th scope="col">Месяц</th>{}</tr></thead><tbody>{}</tbody></table></div>'
        '<p class="meta">В академических часах, по занятиям, на которых отметили '
        "присутствие.</p></section>",
        head,
        joined(rows),
    )


def _row(one: Missed) -> SafeString:
    number = f", {one.number}-е занятие" if one.number else ""
    lasted = f", {hours(one.hours)}" if one.is_absence else late_by(one.minutes)
    return row(
        letter(one.letter, one.is_absence, one.is_excused),
        one.discipline,
        f"{one.date:%d.%m.%Y}{number}: {one.reason}{lasted}",
    )
