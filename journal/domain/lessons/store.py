"""Writing a batch: rows and their history in one transaction."""

from collections import defaultdict

from django.db import connection
from django.utils import timezone

from journal.domain.lessons.book import Book
from journal.models import Absence, Mark, Task


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
    for lesson in book.taken:
        lesson._history_user = book.user
        lesson._change_reason = book.reason
        lesson.save(update_fields=["attendance_taken_at", "attendance_taken_by"])


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
