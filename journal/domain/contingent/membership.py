"""Who sits in which group, by date, and the verbs that change it.

A span is half-open: its first day is in, its end is the first day out.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from journal.models import Course, Group, Membership, Student, Subgroup, SubgroupMember
from journal.models.guards import rule_of
from journal.models.sqlite import alphabetical
from journal.models.words import worded


def roster(
    course_or_group: Course | Group, day: date, subgroup: Subgroup | None = None
) -> QuerySet[Student]:
    """The students of a group on `day`, by name; of one subgroup where it is given.

    Who left in March is in the list of February, and not in that of March (E 4.2).
    One query, run when it is read.
    """
    group = getattr(course_or_group, "group_id", course_or_group.pk)
    members = Membership.objects.on(day).filter(group=group)
    found = Student.objects.filter(pk__in=members.order_by().values("student"))
    if subgroup is not None:
        part = SubgroupMember.objects.on(day).filter(subgroup=subgroup)
        found = found.filter(pk__in=part.order_by().values("student"))
    return found.order_by(*alphabetical("last_name", "first_name", "middle_name"), "pk")


def group_of(student: Student, day: date) -> Group | None:
    """The group in which a student is on `day`."""
    return Group.objects.filter(
        pk__in=Membership.objects.on(day).filter(student=student).values("group")
    ).first()


@transaction.atomic
def enrol(student: Student, group: Group, day: date) -> Membership:
    """Put a student into a group from `day` on.

    Raises ValidationError where the group is closed by then, or the student is in a
    group on that day or later.
    """
    if group.closed_on and group.closed_on <= day:
        raise ValidationError(
            f"{worded('Группа')} {group} {worded('расформирована', 'расформирован')}"
            f" {group.closed_on:%d.%m.%Y}. "
            f"Выберите {worded('другую группу', 'другой класс')} или более раннюю дату."
        )
    later = Membership.objects.overlapping(day, None).filter(student=student)
    other = later.select_related("group").order_by("start").first()
    if other is not None:
        raise ValidationError(
            f"{student} уже числится в {worded('группе', 'классе')} {other.group} с"
            f" {other.start:%d.%m.%Y}. "
            "Сначала закончите это пребывание или оформите перевод."
        )
    try:
        with transaction.atomic():
            return Membership.objects.create(student=student, group=group, start=day)
    except IntegrityError as error:  # somebody else was faster
        raise ValidationError(rule_of(error) or str(error)) from error


@transaction.atomic
def transfer(student: Student, group: Group, day: date) -> Membership:
    """Move a student to another group: `day` is the first day in the new one.

    The former group, and its subgroups, end on the same day. Raises ValidationError
    where there is no group to move from, or it is the same.
    """
    current = _current(student, day)
    if current.group_id == group.pk:
        raise ValidationError(
            f"{student} и так в {worded('группе', 'классе')} {group}. Выберите"
            f" {worded('другую группу', 'другой класс')}."
        )
    _close(current, day)
    return enrol(student, group, day)


@transaction.atomic
def leave(student: Student, day: date) -> Membership:
    """End a student's membership: `day` is the first day out of the group.

    Academic leave and expulsion both end it so; what they are, the order says. Raises
    ValidationError where the student is in no group.
    """
    current = _current(student, day)
    _close(current, day)
    return current


def _current(student: Student, day: date) -> Membership:
    spans = Membership.objects.on(day).select_for_update(of=("self",))
    found = spans.filter(student=student).select_related("group").first()
    if found is None:
        raise ValidationError(
            f"{student} {day:%d.%m.%Y}"
            f" {worded('ни в какой группе', 'ни в каком классе')} не числится. "
            f"Проверьте дату или сначала зачислите в {worded('группу')}."
        )
    if found.start == day:
        raise ValidationError(
            f"{student} {day:%d.%m.%Y} только зачислен(а) в {worded('группу')}"
            f" {found.group}. "
            "Укажите более позднюю дату или исправьте зачисление."
        )
    return found


def _close(membership: Membership, day: date) -> None:
    membership.end = day
    membership.save()
    parts = SubgroupMember.objects.filter(
        Q(end__isnull=True) | Q(end__gt=day),
        student=membership.student_id,
        subgroup__course__group=membership.group_id,
    )
    for part in parts:
        if part.start >= day:  # of a term that the student will not see in this group
            part.delete()
        else:
            part.end = day
            part.save()
