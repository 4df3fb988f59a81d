"""Documents over a range of days: given, applied to what is noted, withdrawn (F3)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from journal.domain.lessons.amounts import absence_value
from journal.domain.lessons.book import ABSENCE, Change
from journal.domain.lessons.cells import write_all
from journal.domain.results import own_part
from journal.models import (
    Absence,
    AbsenceReason,
    Excuse,
    Lesson,
    Membership,
    Student,
    User,
)
from journal.models.reach import rights_q

MOST_DAYS = 366


@dataclass
class Applied:
    """What a document did: absences changed, and the lessons where it did nothing.

    `kept` are (lesson, why) of absences that could not be changed, `present` lessons
    where attendance was taken and the student counted present.
    """

    excuse: Excuse
    changed: int = 0
    kept: list[tuple[Lesson, str]] = field(default_factory=list)
    present: list[Lesson] = field(default_factory=list)


def excusing_reasons():
    """The letters that a document may give."""
    return AbsenceReason.objects.filter(counts_as_absence=True, is_excused=True)


def students_to_excuse(user: User):
    """The students whose documents a person may enter: of a curator, the own group."""
    return Student.objects.filter(rights_q(user, Student.reach, "add_excuse"))


def check_days(start: date, end: date) -> None:
    """Refuse a half-open span of days that no document has."""
    if end <= start:
        raise ValidationError("Последний день раньше первого.")
    if end - start > timedelta(days=MOST_DAYS):
        raise ValidationError("Документ действует не дольше года. Проверьте даты.")


@transaction.atomic
def give_excuse(user: User, excuse: Excuse) -> Applied:
    """Store a new document and give its reason to the absences noted in its days (F3).

    Only absences without a good reason change, their hours stay; those that come later
    take the reason as they are noted (`write_cells`). The document is itself the reason
    where the curator's window has ended. Closed periods are not touched, nor is whoever
    was counted present: both are told. PermissionDenied, ValidationError.
    """
    if not students_to_excuse(user).filter(pk=excuse.student_id).exists():
        raise PermissionDenied
    if not (excuse.reason.counts_as_absence and excuse.reason.is_excused):
        raise ValidationError({"reason": "Документ даёт только уважительную причину."})
    check_days(excuse.start, excuse.end)
    _refuse_second(excuse)
    excuse.by = user
    excuse.save()
    rows = _absences(excuse).filter(reason__is_excused=False)
    done = Applied(excuse)
    _write(user, rows, lambda row: _value(row), f"Документ: {excuse.document}", done)
    done.present = list(present_in(user, excuse))
    return done


def _refuse_second(excuse: Excuse) -> None:
    """A form sent twice makes no second document."""
    Student.objects.select_for_update(no_key=True).get(pk=excuse.student_id)
    names = ("student_id", "reason_id", "document", "start", "end")
    same = {name: getattr(excuse, name) for name in names}
    if Excuse.objects.filter(withdrawn_at__isnull=True, **same).exists():
        raise ValidationError("Этот документ уже записан.")


@transaction.atomic
def withdraw_excuse(user: User, excuse: Excuse, why: str) -> Applied:
    """Take a document back: what it excused is «н» again, as far as periods are open.

    PermissionDenied where the person may not, ValidationError where it is withdrawn.
    """
    if not excuse.is_editable_by(user):
        raise PermissionDenied
    if excuse.withdrawn_at:
        raise ValidationError("Документ уже отозван.")
    excuse.withdrawn_at = timezone.now()
    excuse.withdrawn_for = why
    excuse.save()
    plain = AbsenceReason.objects.filter(counts_as_absence=True, is_excused=False)
    code = plain.values_list("code", flat=True).first()
    done = Applied(excuse)
    if code is None:
        return done
    rows = _absences(excuse).filter(excuse=excuse)
    _write(user, rows, lambda row: _value(row, code), f"Отозван документ: {why}", done)
    return done


def present_in(user: User, excuse: Excuse):
    """Lessons of the document's days where the student was counted present (or late)."""
    sits = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gt=OuterRef("date")),
        student=excuse.student_id,
        group=OuterRef("course__group"),
        start__lte=OuterRef("date"),
    )
    away = Absence.objects.filter(
        lesson=OuterRef("pk"),
        student=excuse.student_id,
        reason__counts_as_absence=True,
    )
    groups = excuse.student.memberships.overlapping(excuse.start, excuse.end)
    return (
        Lesson.objects.visible_to(user)
        .held()
        .filter(
            own_part(excuse.student_id),
            Exists(sits),
            ~Exists(away),
            course__group__in=list(groups.values_list("group", flat=True)),
            date__gte=excuse.start,
            date__lt=excuse.end,
            attendance_taken_at__isnull=False,
        )
        .select_related("course__discipline")
        .order_by("date", "number", "pk")
    )


def last_day(excuse: Excuse) -> date:
    return excuse.end - timedelta(days=1)


def _absences(excuse: Excuse):
    return (
        Absence.objects.filter(
            student=excuse.student_id,
            reason__counts_as_absence=True,
            lesson__date__gte=excuse.start,
            lesson__date__lt=excuse.end,
        )
        .select_related("lesson__course__discipline")
        .order_by("lesson__date", F("lesson__number").asc(nulls_last=True), "pk")
    )


def _value(absence: Absence, code: str = "") -> str:
    whole = absence.lesson.hours
    return absence_value(
        code or absence.reason_id, absence.hours, absence.minutes, whole
    )


def _write(user: User, absences, new, reason: str, done: Applied) -> None:
    """Through the one writer, in batches; refusals are told, nothing is forced."""
    rows = list(absences)
    lessons = {row.lesson_id: row.lesson for row in rows}
    changes = [
        Change(row.lesson_id, row.student_id, ABSENCE, _value(row), new(row))
        for row in rows
    ]
    for outcome in write_all(user, changes, reason):
        if outcome.status == 200:
            done.changed += 1
        else:
            done.kept.append((lessons[outcome.change.lesson], outcome.message))
