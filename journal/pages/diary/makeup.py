"""«Что отработать»: what a student owes, since when and until when (F5)."""

from datetime import date

from django.utils import timezone
from django.utils.safestring import SafeString

from journal.domain.lessons.makeup import (
    Debt,
    Scope,
    closed_of,
    ledger_start,
    read_debts,
)
from journal.models import Makeup
from journal.pages.diary.pieces import empty, html, joined, mark
from journal.pages.diary.words import hours


def makeup_html(student: int) -> SafeString:
    """What is owed, the nearest first, then what was made good. Four queries."""
    today = timezone.localdate()
    debts = read_debts(Scope(today, student=student))
    made = list(closed_of(student, ledger_start(today)))
    if not debts and not made:
        return empty(
            "Отрабатывать нечего",
            "Здесь появятся пропущенные занятия и обязательные работы без отметки или с"
            " неудовлетворительной.",
        )
    debts.sort(key=lambda debt: (debt.due, debt.day, debt.number or 0))
    return joined(
        [
            _section(
                "Отработать",
                [_debt(debt, today) for debt in debts],
                "Всё отработано.",
            ),
            _section("Отработано", [_made(one) for one in made], "Пока ничего."),
        ]
    )


def _section(title: str, rows: list[SafeString], nothing: str) -> SafeString:
    body = html('<p class="meta">{}</p>', nothing)
    if rows:
        body = html('<ul class="plain absences">{}</ul>', joined(rows))
    count = html(' <span class="tag">{}</span>', len(rows)) if rows else ""
    return html('<section class="card"><h2>{}{}</h2>{}</section>', title, count, body)


def _debt(debt: Debt, today: date) -> SafeString:
    if debt.task:
        stands = f"отметка {debt.value}" if debt.value else "нет отметки"
        what = f"{debt.what}, {stands}"
    else:
        topic = f": {debt.what}" if debt.what else ""
        what = f"пропуск, {hours(debt.hours)}{topic}"
    until = html(
        '<span class="tag {}">{} {}</span>',
        "bad" if debt.due < today else "",
        "срок был" if debt.due < today else "до",
        f"{debt.due:%d.%m.%Y}",
    )
    return html(
        '<li><div><b>{}</b> {}<p class="meta">{}: {}</p></div></li>',
        debt.discipline,
        until,
        f"{debt.day:%d.%m.%Y}",
        what,
    )


def _made(one: Makeup) -> SafeString:
    what = str(one.task) if one.task else "пропуск"
    how = "снято" if one.outcome == Makeup.WAIVED else "отработано"
    return html(
        '<li>{}<div><b>{}</b><p class="meta">{}</p></div></li>',
        mark(one.result) if one.result else "",
        one.lesson.course.discipline,
        f"{one.lesson.date:%d.%m.%Y}, {what}: {how} {one.date:%d.%m.%Y}",
    )
