"""Many lessons at once, each with its history: a term of a college is 14,000 of them."""

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from journal.models import Lesson, User

ROWS = 400  # keys in one statement


def create_with_history(lessons: list[Lesson], by: User | None) -> None:
    """What `bulk_create_with_history` does, its history copied inside the database.

    Building each row a second time in Python takes most of a laying out. Call inside a
    transaction.
    """
    Lesson.objects.bulk_create(lessons)
    past = Lesson.history.model
    columns = [field.column for field in past.tracked_fields]
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    told = "history_date, history_type, history_user_id"
    keys = [lesson.pk for lesson in lessons]
    with connection.cursor() as cursor:
        for first in range(0, len(keys), ROWS):
            chunk = keys[first : first + ROWS]
            marks = ", ".join(["%s"] * len(chunk))
            cursor.execute(
                f"INSERT INTO {quote(past._meta.db_table)} ({names}, {told}) "  # noqa: S608
                f"SELECT {names}, %s, '+', %s FROM {quote(Lesson._meta.db_table)} "
                f"WHERE id IN ({marks}) ORDER BY id",
                [timezone.now(), by and by.pk, *chunk],
            )


def make_way(lessons: Iterable[Lesson]) -> tuple[str, ...]:
    """Lessons that exchange teachers, rooms or hours hold none while they are written.

    Call inside a transaction and then save each of them, with its history; gives the
    fields that have to be saved besides those changed.
    """
    Lesson.objects.filter(pk__in=[one.pk for one in lessons]).update(is_cancelled=True)
    return ("is_cancelled",)
