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
from journal.domain.words import hours, plural
from journal.models import Makeup
from journal.pages.diary.pieces import empty, html, joined, listed, mark, row


def makeup_html(student: int) -> SafeString:
    """What is owed by discipline, the nearest due first, then what was made good.

    Whoever is often ill owes dozens of lines: each discipline is folded to its counts,
    and unfolds with the newest first. Four queries.
    """
    today = timezone.localdate()
    debts = read_debts(Scope(today, student=student))
    made = [_made(one) for one in closed_of(student, ledger_start(today))]
    if not debts and not made:
        return empty(
            "Отрабатывать нечего",
            "Здесь появятся пропущенные занятия и обязательные работы без отметки или с"
            " неудовлетворительной.",
        )
    by_discipline: dict[str, list[Debt]] = {}
    for debt in sorted(debts, key=lambda one: (one.due, one.discipline)):
        by_discipline.setdefault(debt.discipline, []).append(debt)
    is_open = " open" if len(by_discipline) == 1 else ""
    owed = joined(
        _folded(name, own, today, is_open) for name, own in by_discipline.items()
    )
    return joined(
        [
            _told(debts, today)
            if debts
            else listed("Отработать", [], "Всё отработано."),
            owed,
            _made_good(made),
        ]
    )


def _told(debts: list[Debt], today: date) -> SafeString:
    """How much is owed in all, and until when."""
    late = sum(debt.due < today for debt in debts)
    ahead = min((debt.due for debt in debts if debt.due >= today), default=None)
    facts = [
        f"просрочено: {late}" if late else "",
        f"ближайший срок {ahead:%d.%m.%Y}" if ahead else "",
    ]
    return html(
        '<p class="owed"><b>Отработать: {}</b> <span class="meta">{}</span></p>',
        len(debts),
        ", ".join(filter(None, facts)),
    )


def _folded(name: str, debts: list[Debt], today: date, is_open: str) -> SafeString:
    """The debts of one discipline under their counts."""
    missed = [debt for debt in debts if not debt.task]
    works, late = len(debts) - len(missed), sum(debt.due < today for debt in debts)
    facts = []
    if missed:
        lost = hours(sum(debt.hours for debt in missed))
        words = plural(len(missed), "пропуск", "пропуска", "пропусков")
        facts.append(f"{words} ({lost})")
    if works:
        facts.append(plural(works, "работа", "работы", "работ"))
    newest = sorted(debts, key=lambda one: (one.day, one.number or 0), reverse=True)
    return html(
        '<details class="card course"{}><summary><div><h2>{}</h2><p class="meta">{}</p>'
        '</div><p class="mean"><b>{}</b></p>{}</summary>'
        '<ul class="plain absences">{}</ul></details>',
        SafeString(is_open),
        name,
        ", ".join(facts),
        len(debts),
        html(
            '<div class="line"><span class="tag bad">просрочено: {}</span></div>', late
        )
        if late
        else "",
        joined(_debt(debt, today) for debt in newest),
    )


def _made_good(rows: list[SafeString]) -> SafeString:
    if not rows:
        return listed("Отработано", rows, "Пока ничего.")
    return html(
        '<details class="card course"><summary><h2>Отработано</h2><p class="mean"><b>{}</b>'
        '</p></summary><ul class="plain absences">{}</ul></details>',
        len(rows),
        joined(rows),
    )


def _debt(debt: Debt, today: date) -> SafeString:
    if debt.task:
        stands = f"отметка {debt.value}" if debt.value else "нет отметки"
        what = f"{debt.what}, {stands}"
    else:
        topic = f": {debt.what}" if debt.what else ""
        what = f"Пропуск, {hours(debt.hours)}{topic}"
    until = html(
        '<span class="tag {}">{} {}</span>',
        "bad" if debt.due < today else "",
        "срок был" if debt.due < today else "до",
        f"{debt.due:%d.%m.%Y}",
    )
    return html(
        '<li><div><b>{}</b> {}<p class="meta">{}</p></div></li>',
        f"{debt.day:%d.%m.%Y}",
        until,
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
