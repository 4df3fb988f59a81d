"""Writing a batch: rows and their history in one transaction."""

from collections import defaultdict
from functools import cache

from django.db import connection
from django.utils import timezone

from journal.domain.lessons.book import Book
from journal.models import Absence, Lesson, Mark, Task
from journal.models.reach import employee_key

PAST = {
    model: model.history.model for model in (Task, Mark, Absence, Lesson)
}  # asking a model for its history builds a class every time


def touch(book: Book, row) -> None:
    """A row that has changed: a new one is among the created already."""
    if row.pk and row not in book.updated:
        book.updated.append(row)


def drop(book: Book, row) -> None:
    """A row that goes: one that was never stored leaves no history."""
    if row.pk:
        if row in book.updated:
            book.updated.remove(row)
        book.deleted.append(row)
    else:
        book.created.remove(row)


def store(book: Book) -> None:
    """Write what the book holds: the rows a kind at once, each with its history.

    Belongs into the transaction in which the book was read.
    """
    now = timezone.now()
    if book.new_tasks:
        _insert(Task, book.new_tasks)
        _remember(book, book.new_tasks, "+", now)
    for model in (Mark, Absence):
        created = [row for row in book.created if isinstance(row, model)]
        for row in created:
            if isinstance(row, Mark):
                row.task_id = row.task.pk
        updated = [row for row in book.updated if isinstance(row, model)]
        deleted = [row for row in book.deleted if isinstance(row, model)]
        # What goes goes first: a batch may empty a cell and write it anew.
        _remember(book, deleted, "-", now)
        if deleted:
            model.objects.filter(pk__in=[row.pk for row in deleted])._raw_delete(
                connection.alias
            )
        if created:
            _insert(model, created)
        _update(model, updated)
        _remember(book, created, "+", now)
        _remember(book, updated, "~", now)
    _store_taken(book, now)


def _store_taken(book: Book, now) -> None:
    """«Все присутствуют», taken or undone; the lesson's other columns stay."""
    changed = [
        pk for pk, taken in book.taken.items() if taken != book.lessons[pk].is_taken
    ]
    for lesson in Lesson.objects.filter(pk__in=changed) if changed else ():
        taken = book.taken[lesson.pk]
        lesson.attendance_taken_at = now if taken else None
        lesson.attendance_taken_by_id = (
            employee_key(book.user) or None if taken else None
        )
        Lesson.objects.filter(pk=lesson.pk).update(
            attendance_taken_at=lesson.attendance_taken_at,
            attendance_taken_by=lesson.attendance_taken_by_id,
        )
        _remember(book, [lesson], "~", now)


def _update(model, rows: list) -> None:
    """One statement for every value that rows take."""
    by_value = defaultdict(list)
    for row in rows:
        values = (
            {"value": row.value}
            if model is Mark
            else {
                "reason": row.reason_id,
                "hours": row.hours,
                "minutes": row.minutes,
                "excuse": row.excuse_id,
            }
        )
        by_value[tuple(values.items())].append(row.pk)
    for values, ids in by_value.items():
        model.objects.filter(pk__in=ids).update(**dict(values))


def _remember(book: Book, rows: list, kind: str, now) -> None:
    """The history rows of a batch, in the same transaction as the rows themselves."""
    if not rows:
        return
    model = type(rows[0])
    history = PAST[model]
    names = [column.attname for column in model._meta.concrete_fields]
    _insert(
        history,
        [
            history(
                **{name: getattr(row, name) for name in names},
                history_type=kind,
                history_date=now,
                history_user=book.user,
                history_change_reason=book.reason or None,
            )
            for row in rows
        ],
    )


def _insert(model, rows: list) -> None:
    """What `bulk_create` does, with its words kept: building them costs as much again."""
    columns = _columns(model)
    values = [
        column.get_db_prep_save(getattr(row, column.attname), connection)
        for row in rows
        for column in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(_words(model, len(rows)), values)
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk


@cache
def _columns(model) -> list:
    return [column for column in model._meta.concrete_fields if not column.primary_key]


@cache
def _words(model, count: int) -> str:
    quoted = connection.ops.quote_name
    columns = _columns(model)
    places = f"({', '.join(['%s'] * len(columns))})"
    return (
        f"INSERT INTO {quoted(model._meta.db_table)}"
        f" ({', '.join(quoted(column.column) for column in columns)})"
        f" VALUES {', '.join([places] * count)}"
        f" RETURNING {quoted(model._meta.pk.column)}"
    )
