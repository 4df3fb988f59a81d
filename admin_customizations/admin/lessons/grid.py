"""The grid of cells as HTML, built as one string: a page holds thousands of cells."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from html import escape
from types import MappingProxyType

from django.utils.safestring import SafeString, mark_safe

from journal.domain.lessons.owed import SIGN, may_owe, owed_numbers
from journal.domain.lessons.spread import Column, Line, Spread
from journal.domain.results import with_comma
from journal.domain.results.outlook import Outlook
from journal.models.words import worded
from journal.pages.diary.foretold import outlook_words

SPOKEN = {"з": "зачёт", "х": "незачёт"}


def cell_text(marks: dict[int, str]) -> str:
    """Marks by number of the work: «5 4»; a gap in the numbers shows as «·»."""
    if not marks:
        return ""
    return " ".join(marks.get(number, "·") for number in range(1, max(marks) + 1))


def _cell(line: Line, column: Column, today: date) -> str:
    marks = line.marks.get(column.lesson, {})
    absence = line.absences.get(column.lesson)
    away = f" data-a={absence.value}" if absence else ""
    if not marks and not absence and not line.sits_in(column):
        return "<td class=x>"
    owed = ""
    if column.required:
        marks = dict.fromkeys(owed_numbers(line, column, today), SIGN) | marks
        if done := line.made_up.get(column.lesson):
            owed = f' data-m="{",".join(map(str, sorted(done)))}"'
        if not may_owe(line, column):
            owed = " data-f"
    return f"<td{away}{owed}>{cell_text(marks)}"


def _cells(line: Line, spread: Spread, today: date) -> str:
    """The cells of one line; most are empty and need no look at each."""
    cells = ["<td>"] * len(spread.columns)
    if not spread.is_always_there(line):
        cells = [
            "<td>" if line.sits_in(column) else "<td class=x>"
            for column in spread.columns
        ]
    asking = {column.lesson for column in spread.asking}
    for lesson in asking | line.marks.keys() | line.absences.keys():
        place = spread.places[lesson]
        cells[place] = _cell(line, spread.columns[place], today)
    return "".join(cells)


def _required(column: Column, today: date) -> str:
    """The works that a cell of the column owes, for the keys: they end and come back."""
    if not column.required or column.is_cancelled or column.date > today:
        return ""
    return f' data-r="{",".join(map(str, sorted(column.required)))}"'


def _head(column: Column, today: date, address: str) -> str:
    classes = []
    is_open = column.is_editable or column.may_ask
    if not is_open or column.is_cancelled or column.date > today:
        classes.append("ro")
    if column.date == today:
        classes.append("now")
    if column.is_cancelled:
        classes.append("off")
    weights = [
        column.weights.get(n, 1) for n in range(1, max(column.weights, default=1) + 1)
    ]
    kinds = " ".join(dict.fromkeys(column.kinds[n] for n in sorted(column.kinds)))
    attributes = f" data-l={column.lesson} data-h={column.hours}"
    attributes += _required(column, today)
    if classes:
        attributes += f' class="{" ".join(classes)}"'
    if any(weight != 1 for weight in weights):
        attributes += f' data-w="{",".join(map(str, weights))}"'
    if column.is_taken:
        attributes += " data-t"
    if column.part:
        kinds = f"{column.part} п/г {kinds}".strip()
    title = escape(column.topic[:80]) or "Тема не записана"
    return (
        f'<th{attributes}><a href="{address.replace("0", str(column.lesson), 1)}"'
        f' title="{title}">{column.date:%d}<br>{column.date:%m}</a>'
        f"<small>{escape(kinds)}</small>"
    )


def _tag(text: str) -> str:
    return f" <i>{escape(text)}</i>" if text else ""


def _before(words: object) -> str:
    said = escape(str(words or ""))
    return f' <small title="{said}">{said}</small>' if said else ""


def _average(value: Decimal | None) -> str:
    return "" if value is None else with_comma(value)


def _foretold(seen: Outlook | None) -> str:
    """The mark that the period will come to, with its chance; why in the title."""
    if seen is None or seen.forecast is None:
        return "<td class=av>"
    words = escape(outlook_words(seen))
    if not seen.is_told:
        return f'<td class=av title="{words}">рано'
    mark = seen.forecast.mark
    alarm = ' class="av bad"' if seen.is_alarm else " class=av"
    return f'<td{alarm} title="{words}">{mark} <small>{100 * seen.forecast.chances[mark]:.0f}%</small>'


def grid_html(
    spread: Spread,
    today: date,
    lesson_address: str,
    ahead: dict[int, Outlook] | None = None,
    before: Mapping[int, object] = MappingProxyType({}),
) -> SafeString:
    """The table of a spread; `lesson_address` is a lesson's page with 0 for its id.

    `ahead` are the outlooks of the students, where forecasts are to be shown; `before`
    says of whoever came from another group what was earned there.

    Cells carry no ids: a cell's student is its row's, its lesson its column's. That and
    the left-out end tags keep 1,500 cells within 50 KB.
    """
    head = "".join(_head(column, today, lesson_address) for column in spread.columns)
    kept = "".join(
        f" {name}"
        for name, shown in (("ahead", ahead is not None), ("owed", spread.asking))
        if shown
    )
    parts = [
        f'<table class="cells sums{kept}"><thead><tr>'
        f"<th class=nm scope=col>{worded('Студент')}",
        head,
        "<th class=av scope=col>Средний",
        "" if ahead is None else "<th class=av data-ahead scope=col>Прогноз",
        "<th class=av scope=col>Пропуски, ч",
        "<th class=av data-owed scope=col>Долги" if spread.asking else "",
        "<tbody>",
    ]
    day = min(today, spread.course.period.last_day)
    for line in spread.lines:
        cells = _cells(line, spread, today)
        left = " class=left" if line.place_in_list(today)[0] else ""
        tag = line.tag(day) if line.steps else ""
        parts.append(
            f"<tr data-s={line.student}{left}><th class=nm scope=row>"
            f"{escape(line.name)}{_tag(tag)}{_before(before.get(line.student))}{cells}"
            f"<td class=av>{_average(spread.average(line))}"
            f"{'' if ahead is None else _foretold(ahead.get(line.student))}"
            f"<td class=av>{spread.missed(line) or ''}"
        )
        if spread.asking:
            owed = sum(map(len, spread.owed(line, today).values()))
            parts.append(f"<td class=av>{owed or ''}")
    parts.append("</table>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped above


QUICK = (
    ("н", "Отсутствует"),
    ("5", "Отметка 5"),
    ("4", "Отметка 4"),
    ("3", "Отметка 3"),
    ("2", "Отметка 2"),
)


def roster_html(spread: Spread, today: date) -> SafeString:
    """The roster of one lesson: a row a student, its cell, and a button a frequent key."""
    if not spread.columns:
        return mark_safe("")
    column = spread.columns[0]
    is_open = column.is_editable or column.may_ask
    state = "" if is_open and column.date <= today else ' class="ro"'
    taken = " data-t" if column.is_taken else ""
    quick = "".join(
        f'<button type="button" tabindex="-1" data-key="{key}" aria-label="{name}">{key}</button>'
        for key, name in QUICK
    )
    quick = (
        f'<td class="qk"><span class="quick">{quick}</span>'
        if not state
        else "<td class=qk>"
    )
    parts = [
        f'<table class="cells"><thead><tr>'
        f'<th class="nm" scope="col">{worded("Студент")}'
        f'<th data-l="{column.lesson}" data-h="{column.hours}"{_required(column, today)}{state}{taken} data-plain scope="col">Отметки'
        '<th class="qk" scope="col">Быстрый ввод<tbody>'
    ]
    for number, line in enumerate(spread.lines, 1):
        if not line.sits_in(column):
            continue
        parts.append(
            f'<tr data-s="{line.student}"><th class="nm" scope="row">{number}. '
            f"{escape(line.name)}{_tag(line.tag(column.date))}"
            f"{_cell(line, column, today)}{quick}"
        )
    parts.append("</table>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped above
