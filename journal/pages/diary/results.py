"""Results of attestations over the whole time of study, and what is owed (U 7.3, F9)."""

from itertools import groupby

from django.utils import timezone
from django.utils.safestring import SafeString

from journal.domain.results.attested import Attested, Record
from journal.domain.results.debts import Debt
from journal.models import Result
from journal.models.words import worded
from journal.pages.diary.pieces import empty, html, joined, mark, row

STATUSES = dict(Result.Status.choices)
ATTEMPTS = {1: "", 2: "пересдача"}


def record_html(record: Record) -> SafeString:
    """Debts first, with the day by which they are to be settled; then period by period."""
    if not record.attested and not record.debts:
        return empty(
            "Результатов аттестаций пока нет",
            worded(
                "Они появятся, когда преподаватель подпишет ведомость. Даты экзаменов"
                " и зачётов стоят в разделе «Аттестация»."
            ),
        )
    periods = groupby(record.attested, key=lambda one: one.period)
    return joined(
        [
            _debts(record.debts) if record.debts else SafeString(""),
            *(_period(title, list(rows)) for title, rows in periods),
        ]
    )


def _debts(debts: list[Debt]) -> SafeString:
    return html(
        '<section class="card"><h2>Долги <span class="tag bad">{}</span></h2>'
        '<ul class="plain absences">{}</ul></section>',
        len(debts),
        joined(map(_debt, debts)),
    )


def _debt(debt: Debt) -> SafeString:
    last = debt.last
    facts = [f"с {debt.since:%d.%m.%Y}", f"попыток: {len(debt.attempts)}"]
    if debt.due_on:
        late = " (срок прошёл)" if debt.is_overdue(timezone.localdate()) else ""
        facts.append(f"ликвидировать до {debt.due_on:%d.%m.%Y}{late}")
    else:
        facts.append("срок назначит учебная часть")
    facts += [f"{one.title} {one.date:%d.%m.%Y}" for one in debt.measures]
    return row(_said(last.mark, last.status), debt.title, "; ".join(facts))


def _said(value: str, status: str, is_excused: bool = False) -> SafeString:
    if value:
        return mark(value)
    words = STATUSES[status] + (" (уваж.)" if is_excused else "")
    return html('<span class="tag bad">{}</span>', words)


def _period(title: str, rows: list[Attested]) -> SafeString:
    rows.sort(key=lambda one: (one.what, one.result.date, one.result.attempt))
    return html(
        '<section class="card"><h2>{}</h2><ul class="plain absences">{}</ul></section>',
        title[:1].upper() + title[1:],
        joined(map(_row, rows)),
    )


def _row(one: Attested) -> SafeString:
    result = one.result
    again = ATTEMPTS.get(result.attempt, "пересдача с комиссией")
    facts = [one.form, f"{result.date:%d.%m.%Y}", again, one.topic]
    said = _said(result.mark, result.status, one.excused)
    return row(said, one.what, ", ".join(filter(None, facts)))
