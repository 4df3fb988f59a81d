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
from journal.domain.words import hours
from journal.models import Makeup
from journal.pages.diary.pieces import empty, html, joined, listed, mark, row


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
            listed(
                "Отработать",
                [_debt(debt, today) for debt in debts],
                "Всё отработано.",
            ),
            listed("Отработано", [_made(one) for one in made], "Пока ничего."),
        ]
    )


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
    return row(
        mark(one.result) if one.result else "",
        one.lesson.course.discipline,
        f"{one.lesson.date:%d.%m.%Y}, {what}: {how} {one.date:%d.%m.%Y}",
    )
