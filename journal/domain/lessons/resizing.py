"""A lesson whose hours become others: what was missed of it follows (domain §3)."""

from django.core.exceptions import ValidationError
from django.db.models import Q

from journal.domain.lessons.amounts import absence_value
from journal.domain.lessons.book import ABSENCE, Change
from journal.domain.lessons.cells import write_all
from journal.models import Absence, Lesson, User


def follow_hours(user: User, lesson: Lesson, before: int) -> int:
    """Let absences follow the hours of a lesson that had `before`; how many.

    Whoever missed the whole of it misses the whole of it still, nobody more than it has.
    Through the one writer: raises ValidationError where it refuses, and nothing is to be
    stored then.
    """
    whole = lesson.hours
    rows = Absence.objects.filter(
        Q(hours=before) | Q(hours__gt=whole),
        lesson=lesson,
        reason__counts_as_absence=True,
    )
    changes = [
        Change(
            lesson.pk,
            row.student_id,
            ABSENCE,
            absence_value(row.reason_id, row.hours, row.minutes, whole),
            row.reason_id,
        )
        for row in rows.order_by("student")
    ]
    words = f"Часы занятия: было {before}, стало {whole}"
    for outcome in write_all(user, changes, words):
        if outcome.status != 200:
            raise ValidationError(f"Часы не изменены: {outcome.message}")
    return len(changes)
