"""Who looked at personal data (K 3.5, 152-ФЗ art. 19)."""

from datetime import timedelta

from django.utils import timezone

from journal.models import DataAccess, Student, User

# The same card opened again within this time is the same look.
SAME_LOOK = timedelta(minutes=1)
LONGEST_SUBJECT = 200


def note_access(
    by: User,
    kind: str,
    subject: str,
    student: Student | None = None,
    count: int = 1,
    address: str | None = None,
) -> None:
    """Write down that `by` met personal data (K 3.5, 152-ФЗ art. 19).

    `kind` is a `DataAccess.Kind`, `subject` says in words what was looked at, `student`
    is the one person where it was one, `count` says how many records were shown. The
    same card opened by the same person within a minute is one line; everything else is
    one line a time. Raises what the database raises: no file may leave unnoted.
    """
    subject = subject[:LONGEST_SUBJECT]
    now = timezone.now()
    if kind == DataAccess.Kind.OPENED and (
        DataAccess.objects.filter(
            by=by, at__gt=now - SAME_LOOK, kind=kind, subject=subject, student=student
        ).exists()
    ):
        return
    DataAccess.objects.create(
        at=now,
        by=by,
        kind=kind,
        subject=subject,
        student=student,
        count=count,
        address=address,
    )
