"""Writing a batch: rows and their history in one transaction."""

from collections import defaultdict

from django.db import connection
from django.utils import timezone

from journal.domain.lessons.book import Book
from journal.models import Absence, Lesson, Mark, Task
from journal.models.reach import employee_key


def touch(book: Book, row) -> None:
    if row.pk and row not in book.updated:
        book.updated.append(row)


def drop(book: Book, row) -> None:
    if row.pk:
        if row in book.updated:
            book.updated.remove(row)
        book.deleted.append(row)
    else:
        book.created.remove(row)


def store(book: Book) -> None:
    now = timezone.now()
    if book.new_tasks:
        Task.objects.bulk_create(book.new_tasks)
        _remember(book, book.new_tasks, "+", now)
    for model in (Mark, Absence):
        created = [row for row in book.created if isinstance(row, model)]
        for row in created:
            if isinstance(row, Mark):
                row.task_id = row.task.pk
        updated = [row for row in book.updated if isinstance(row, model)]
        deleted = [row for row in book.deleted if isinstance(row, model)]
        if created:
            model.objects.bulk_create(created)
        _update(model, updated)
        _remember(book, deleted, "-", now)
        if deleted:
            model.objects.filter(pk__in=[row.pk for row in deleted])._raw_delete(
                connection.alias
            )
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
            else {"reason": row.reason_id, "hours": row.hours}
        )
        by_value[tuple(values.items())].append(row.pk)
    for values, ids in by_value.items():
        model.objects.filter(pk__in=ids).update(**dict(values))


def _remember(book: Book, rows: list, kind: str, now) -> None:
    """The history rows of a batch, in the same transaction as the rows themselves."""
    if not rows:
        return
    model = type(rows[0])
    history = model.history.model
    names = [column.attname for column in model._meta.concrete_fields]
    history.objects.bulk_create(
        history(
            **{name: getattr(row, name) for name in names},
            history_type=kind,
            history_date=now,
            history_user=book.user,
            history_change_reason=book.reason or None,
        )
        for row in rows
    )
