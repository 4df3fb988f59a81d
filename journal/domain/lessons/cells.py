"""Mechanism 2: writing a cell of the journal. Nothing else writes marks or absences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from journal.domain.lessons.amounts import Amount, absence_value, read_absence
from journal.domain.lessons.book import (
    ABSENCE,
    MOST_TASKS,
    TAKEN,
    Book,
    Change,
    Place,
    open_book,
)
from journal.domain.lessons.store import drop, store, touch
from journal.models import (
    Absence,
    Institution,
    Mark,
    Scale,
    Task,
    User,
)
from journal.models.words import worded

MOST_CHANGES = 500
TRIED = "проба"


@dataclass
class Outcome:
    """The answer to one change: an HTTP-like status, a code, words, the value now.

    `also` are absences that a tick of attendance wrote or took back: student → value.
    """

    change: Change
    status: int = 200
    code: str = "saved"
    message: str = ""
    value: str = ""
    also: dict[int, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A change that is not made."""

    def __init__(self, status: int, code: str, message: str, value: str = ""):
        super().__init__(message)
        self.status, self.code, self.message, self.value = status, code, message, value


def write_cells(
    user: User, changes: Iterable[Change], reason: str = "", right: str = ""
) -> list[Outcome]:
    """Make the changes that may be made, in one transaction; answer for every one.

    The period is locked so that it cannot be closed meanwhile, the lessons so that two
    writers of one column take turns. Checked for each change: sight (404), right (403),
    closed period (403), value (400), the roster of that date (400, E 4.2), the entry
    window (400 `reason`: after it a correction needs a reason, M 4.2), a mark for an
    absent student (400 `absent`, asked twice or refused by the institution's rule, in
    either order), and
    the old value (409 with the value now). A change that finds its own new value is
    saved already. While a document excuses the student on that day, an unexcused absence
    becomes one by the document, and the answer says so. `right` is a permission that
    stands for those to change marks and absences: whoever undoes others' corrections.
    """
    changes = list(changes)
    if len(changes) > MOST_CHANGES:
        raise ValueError(f"не больше {MOST_CHANGES} изменений за раз")
    with transaction.atomic():
        book = open_book(user, changes, reason.strip(), right)
        outcomes = [_answer(book, change) for change in changes]
        store(book)
    return outcomes


def write_all(
    user: User, changes: Sequence[Change], reason: str, right: str = ""
) -> list[Outcome]:
    """`write_cells` of any number of changes, a batch after the other."""
    return [
        outcome
        for start in range(0, len(changes), MOST_CHANGES)
        for outcome in write_cells(
            user, changes[start : start + MOST_CHANGES], reason, right
        )
    ]


def try_cells(user: User, changes: Iterable[Change]) -> list[Outcome]:
    """What `write_cells` would answer, were the period open; nothing is written.

    Call it in a transaction: it holds the lessons as the writer does. What stands in an
    open period is 400 `open`: there is nothing to ask anybody for.
    """
    changes = list(changes)
    book = open_book(user, changes, TRIED)
    outcomes = []
    for change in changes:
        lesson = book.lessons.get(change.lesson)
        if lesson and lesson.is_closed:
            book.allowed.add((change.lesson, change.student, change.field))
        outcome = _answer(book, change)
        if outcome.status == 200 and not lesson.is_closed:
            words = "Период открыт: исправьте запись сами."
            outcome = Outcome(change, 400, "open", words)
        outcomes.append(outcome)
    return outcomes


def _answer(book: Book, change: Change) -> Outcome:
    outcome = Outcome(change, value=change.new)
    try:
        _apply(book, outcome)
    except Refused as no:
        return Outcome(change, no.status, no.code, no.message, no.value)
    return outcome


def _apply(book: Book, outcome: Outcome) -> None:
    change = outcome.change
    lesson = book.lessons.get(change.lesson)
    if lesson is None:
        raise Refused(404, "missing", "Такого занятия нет.")
    number = _number_of(change)
    amount = _amount(book, lesson, outcome) if change.field == ABSENCE else None
    current = _current(book, change, number)
    _may_write(book, lesson, change)
    if current == outcome.value:
        return
    if change.student is not None:
        _on_roster(book, lesson, change)
    if current != change.old:
        raise Refused(
            409,
            "conflict",
            f"Здесь уже {_spoken(current)}, а вы видели {_spoken(change.old)}. "
            "Оставьте то, что стоит, или запишите своё ещё раз.",
            current,
        )
    _in_time(book, lesson, current)
    if change.field == TAKEN:
        _take(book, lesson, outcome)
    elif change.field == ABSENCE:
        _note(book, lesson, change, amount)
    else:
        _present(book, lesson, change)
        _mark(book, lesson, change, number)


def _spoken(value: str) -> str:
    return f"«{value}»" if value else "пусто"


def _number_of(change: Change) -> int:
    """The number of the task that the change is for; 0 for anything else."""
    if change.field == TAKEN:
        if change.new not in ("", "1") or change.student is not None:
            raise Refused(400, "value", "Присутствие бывает отмечено или нет.")
        return 0
    if change.student is None:
        raise Refused(400, "value", "Не сказано, чья это клетка.")
    if change.field == ABSENCE:
        return 0
    if change.field not in set("123456"[:MOST_TASKS]):
        raise Refused(400, "value", f"В занятии не больше {MOST_TASKS} работ.")
    if change.new and change.new not in Scale.values:
        raise Refused(
            400,
            "value",
            "Такой отметки нет. Допустимы 5, 4, 3, 2, з (зачёт) и х (незачёт).",
        )
    return int(change.field)


def _current(book: Book, change: Change, number: int) -> str:
    if change.field == TAKEN:
        place = book.lessons[change.lesson]
        return "1" if book.taken.get(place.pk, place.is_taken) else ""
    if change.field == ABSENCE:
        return book.value_of(book.absences.get((change.lesson, change.student)))
    mark = book.marks.get((change.lesson, number, change.student))
    return mark.value if mark else ""


def _may_write(book: Book, lesson: Place, change: Change) -> None:
    right = "may_note" if change.field in (ABSENCE, TAKEN) else "may_mark"
    is_allowed = (lesson.pk, change.student, change.field) in book.allowed
    is_closed = lesson.is_closed and not is_allowed
    may_ask = lesson.may_ask and (is_allowed or is_closed)
    if change.field == TAKEN:
        is_closed, may_ask = lesson.is_closed or lesson.is_lesson_closed, False
    if not (getattr(lesson, right) or may_ask):
        raise Refused(
            403,
            "foreign",
            worded("Это занятие другого преподавателя: его можно только читать."),
        )
    if is_closed:
        raise Refused(
            403, "closed", "Период закрыт: запись исправляют по разрешённому запросу."
        )
    if lesson.is_cancelled:
        raise Refused(400, "cancelled", "Занятие отменено: писать в нём нечего.")
    if lesson.date > book.today:
        raise Refused(
            400, "early", f"Занятие будет {lesson.date:%d.%m.%Y}: писать ещё рано."
        )


def _on_roster(book: Book, lesson: Place, change: Change) -> None:
    spans = book.roster.get((lesson.group, change.student), [])
    if not any(span.covers(lesson.date) for span in spans):
        known = "; ".join(_dates(span) for span in spans)
        who = spans[0].name if spans else worded("Этот студент")
        raise Refused(
            400,
            "roster",
            f"{who} {lesson.date:%d.%m.%Y} не в {worded('группе', 'классе')}"
            f" {lesson.group_name}"
            + (f" (в ней {known})." if known else ", и в ней не числился."),
        )
    if lesson.subgroup:
        parts = book.parts.get((lesson.subgroup, change.student), [])
        if not any(span.covers(lesson.date) for span in parts):
            known = "; ".join(_dates(span) for span in parts)
            raise Refused(
                400,
                "roster",
                f"{spans[0].name} {lesson.date:%d.%m.%Y} не в этой подгруппе"
                + (f" (в ней {known})." if known else "."),
            )


def _dates(span) -> str:
    until = f" по {span.end - timedelta(days=1):%d.%m.%Y}" if span.end else ""
    return f"с {span.start:%d.%m.%Y}{until}"


def _in_time(book: Book, lesson: Place, current: str) -> None:
    """Inside the entry window people just write; after it they say why."""
    days = book.rules.entry_days
    if not lesson.may_mark:
        days = book.rules.curator_days
    if (book.today - lesson.date).days > days and not book.reason:
        raise Refused(
            400,
            "reason",
            f"С занятия {lesson.date:%d.%m.%Y} прошло больше {days} дн. "
            "Укажите причину исправления.",
            current,
        )


def _present(book: Book, lesson: Place, change: Change) -> None:
    absence = book.absences.get((lesson.pk, change.student))
    if not change.new or absence is None:
        return
    if not book.reasons[absence.reason_id].counts_as_absence:
        return
    if book.rules.mark_on_absent == Institution.MarkOnAbsent.REFUSE:
        raise Refused(
            400,
            "absent_refused",
            worded("Студент отмечен отсутствующим: отметка не принимается."),
        )
    if not change.confirmed:
        raise Refused(
            400,
            "absent",
            worded("Студент отмечен отсутствующим. Поставить отметку всё равно?"),
        )


def _amount(book: Book, lesson: Place, outcome: Outcome) -> Amount | None:
    """What the absence will be; the answer says where a document makes it another."""
    change = outcome.change
    if not change.new:
        return None
    try:
        amount = read_absence(change.new, book.reasons, lesson.hours)
    except ValueError as wrong:
        raise Refused(400, "value", str(wrong)) from None
    reason = book.reasons[amount.code]
    if reason.counts_as_absence and not reason.is_excused:
        document = book.document(lesson, change.student)
        if document and document.reason in book.reasons:
            amount = amount._replace(code=document.reason)
            outcome.message = f"По документу: {document.words}."
    outcome.value = absence_value(*amount, lesson.hours)
    return amount


def _take(book: Book, lesson: Place, outcome: Outcome) -> None:
    """«Все присутствуют»: whom a document excuses is away; undone, as it was before."""
    is_taken = bool(outcome.change.new)
    book.taken[lesson.pk] = is_taken
    if not is_taken:
        for absence in book.ticked.get(lesson.pk, ()):
            drop(book, absence)
            outcome.also[absence.student_id] = ""
        return
    for student, document in book.missing.get(lesson.pk, {}).items():
        if (lesson.pk, student) in book.absences:
            continue
        absence = Absence(
            lesson_id=lesson.pk,
            student_id=student,
            reason_id=document.reason,
            hours=lesson.hours,
            excuse_id=document.pk,
        )
        book.created.append(absence)
        outcome.also[student] = document.reason


def _note(book: Book, lesson: Place, change: Change, amount: Amount | None) -> None:
    place = (lesson.pk, change.student)
    absence = book.absences.get(place)
    if amount is None:
        drop(book, absence)
        del book.absences[place]
        return
    if book.reasons[amount.code].counts_as_absence:
        _unmarked(book, lesson, change)
    if absence is None:
        absence = Absence(lesson_id=lesson.pk, student_id=change.student)
        book.created.append(absence)
        book.absences[place] = absence
    else:
        touch(book, absence)
    if absence.reason_id != amount.code:
        absence.excuse_id = _excuse(book, lesson, change, amount)
    absence.reason_id, absence.hours, absence.minutes = amount


def _excuse(book: Book, lesson: Place, change: Change, amount: Amount) -> int | None:
    """The document that gave the absence its letter, where one did."""
    document = book.document(lesson, change.student)
    return document.pk if document and document.reason == amount.code else None


def _unmarked(book: Book, lesson: Place, change: Change) -> None:
    """Where absent students get no marks, who has one was there."""
    if book.rules.mark_on_absent != Institution.MarkOnAbsent.REFUSE:
        return
    for number in range(1, MOST_TASKS + 1):
        if (lesson.pk, number, change.student) in book.marks:
            raise Refused(
                400,
                "absent_refused",
                worded("У студента на этом занятии есть отметка. Сначала уберите её."),
            )


def _mark(book: Book, lesson: Place, change: Change, number: int) -> None:
    place = (lesson.pk, number, change.student)
    mark = book.marks.get(place)
    if not change.new:
        drop(book, mark)
        del book.marks[place]
        return
    if mark is None:
        mark = Mark(task=_task(book, lesson, number), student_id=change.student)
        book.created.append(mark)
        book.marks[place] = mark
    else:
        touch(book, mark)
    mark.value = change.new


def _task(book: Book, lesson: Place, number: int) -> Task:
    task = book.tasks.get((lesson.pk, number))
    if task is None:
        task = Task(lesson_id=lesson.pk, number=number, kind_id=lesson.default_kind)
        book.tasks[lesson.pk, number] = task
        book.new_tasks.append(task)
    return task
