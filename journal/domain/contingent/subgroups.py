"""Splitting a group for a course, and who is in no subgroup (B2).

At the start of the year the curator splits the group with the teachers of the course, or
the head of the study unit does (E 4.2, S 5.3, S 6.8). Who is placed may be placed anew
until the first mark, absence or attendance stands in a lesson of a subgroup; from then
on a student moves by order alone (S 6.8), and only who is in no subgroup is placed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from journal.models import (
    Absence,
    Course,
    CourseTeacher,
    Exemption,
    Lesson,
    Mark,
    Membership,
    Order,
    OrderLine,
    Student,
    Subgroup,
    SubgroupMember,
    User,
)
from journal.models.people.persons import short_name
from journal.models.reach import Asker, employee_key, grants, rights_q
from journal.models.sqlite import russian_key
from journal.models.words import worded
from journal.roles import Anchor

RIGHT = "add_subgroupmember"
MOST_PARTS = 6


@dataclass
class Seat:
    """A student of the group: from which day the split counts, and the part today."""

    student: Student
    since: date
    spans: list[SubgroupMember] = field(default_factory=list)
    part: Subgroup | None = None


@dataclass
class Split:
    """A group as a course divides it. `fixed_on`: since when only orders move."""

    course: Course
    day: date
    parts: list[Subgroup]
    seats: list[Seat]
    fixed_on: date | None

    @property
    def outside(self) -> list[Seat]:
        """Who is in no subgroup, though there are some."""
        return [seat for seat in self.seats if seat.part is None] if self.parts else []

    def is_fixed(self, seat: Seat) -> bool:
        """Does only an order move this student?"""
        return self.fixed_on is not None and seat.part is not None


def may_split(user: User, course: Course) -> bool:
    """May `user` place students of the group into subgroups of this course?

    A teacher only while the course is the own one, not after it was given away.
    """
    roles = grants(user)
    wide = tuple(grant for grant in roles if grant.anchor != Anchor.COURSE)
    asker = Asker(
        user.pk, employee_key(user), wide, user.is_superuser, is_active=user.is_active
    )
    condition = rights_q(asker, Course.reach, RIGHT)
    if Course.objects.filter(condition, pk=course.pk).exists():
        return True
    if not user.is_active or not any(
        RIGHT in grant.permissions and grant.anchor == Anchor.COURSE for grant in roles
    ):
        return False
    held = CourseTeacher.objects.overlapping(timezone.localdate(), None)
    return held.filter(course=course, employee=employee_key(user)).exists()


def fixed_on(course: Course) -> date | None:
    """Since which day the split stands: the first lesson of a subgroup in which
    something is written, or the first order that moved somebody; None before that."""
    lessons = Lesson.objects.filter(
        Q(attendance_taken_at__isnull=False)
        | Exists(Mark.objects.filter(task__lesson=OuterRef("pk")))
        | Exists(Absence.objects.filter(lesson=OuterRef("pk"))),
        subgroup__course=course,
    )
    orders = OrderLine.objects.filter(
        subgroup__course=course, order__state=Order.State.DONE
    )
    days = (
        lessons.aggregate(day=Min("date"))["day"],
        orders.aggregate(day=Min("order__effective_on"))["day"],
    )
    return min(filter(None, days), default=None)


def read_split(course: Course, day: date) -> Split:
    """The split of a course as it counts from `day` on; five queries.

    Listed is who sits in the group today, or on a later `day`; whoever came after `day`
    is placed from the own first day.
    """
    parts = list(course.subgroups.order_by("number"))
    seats = _seats(course, day)
    shown = max(day, timezone.localdate())
    spans = SubgroupMember.objects.filter(
        subgroup__course=course, student__in=list(seats)
    )
    by_key = {part.pk: part for part in parts}
    for span in spans.order_by("start"):
        seat = seats[span.student_id]
        if span.end is None or span.end > shown:
            seat.part = seat.part or by_key[span.subgroup_id]
        if span.end is None or span.end >= seat.since:
            seat.spans.append(span)
    lines = sorted(seats.values(), key=lambda one: russian_key(one.student.full_name))
    return Split(course, day, parts, lines, fixed_on(course))


def _seats(course: Course, day: date) -> dict[int, Seat]:
    shown = max(day, timezone.localdate())
    found: dict[int, Seat] = {}
    here = set()
    rows = Membership.objects.overlapping(day, None).filter(
        group=course.group_id, start__lte=shown
    )
    for row in rows.select_related("student").order_by("start"):
        found.setdefault(row.student_id, Seat(row.student, max(day, row.start)))
        if row.end is None or row.end > shown:
            here.add(row.student_id)
    return {pk: seat for pk, seat in found.items() if pk in here}


def left_out(courses: Collection[int] | QuerySet, day: date) -> dict[int, list[str]]:
    """Course → who of its group is in none of its subgroups on `day`, by name; one query.

    They are in no lesson of a subgroup and on no sheet of one. Whoever is exempt from the
    course, or has it recredited, is not missed. `courses` are divided into subgroups.
    """
    student, course = OuterRef("student"), OuterRef("group__courses")
    placed = SubgroupMember.objects.on(day).filter(
        subgroup__course=course, student=student
    )
    off = Exemption.objects.on(day).filter(
        ~Q(kind=Exemption.Kind.INDIVIDUAL), course=course, student=student
    )
    rows = (
        Membership.objects.on(day)
        .filter(~Exists(placed), ~Exists(off), group__courses__in=courses)
        .order_by()
        .values_list(
            "group__courses",
            "student__last_name",
            "student__first_name",
            "student__middle_name",
        )
    )
    found: dict[int, list[str]] = {}
    for key, *names in sorted(rows, key=lambda row: russian_key(" ".join(row[1:]))):
        found.setdefault(key, []).append(short_name(*names))
    return found


# Ways to propose a split; nothing is stored


def by_halves(split: Split, count: int) -> dict[int, int]:
    """Student → number of the part: the list cut into `count` pieces, in its order.

    Who moves by order alone keeps the part.
    """
    total = len(split.seats)
    size, more = divmod(total, count)
    numbers = [
        number for number in range(1, count + 1) for _ in range(size + (number <= more))
    ]
    return {
        seat.student.pk: seat.part.number if split.is_fixed(seat) else number
        for seat, number in zip(split.seats, numbers, strict=True)
    }


def by_language(split: Split) -> tuple[dict[int, int], dict[int, str]]:
    """Student → number of the part of the language studied, and names of the parts.

    A part that bears the name of a language stays its part. Who has no language on the
    card is left out.
    """
    names = {part.number: part.name for part in split.parts}
    spoken = {seat.student.language for seat in split.seats}
    numbers: dict[str, int] = {}
    for value, title in Student.Language.choices:
        if value not in spoken:
            continue
        known = next((n for n, name in names.items() if name == title), None)
        free = next(
            (n for n in range(1, MOST_PARTS + 1) if n == known or not names.get(n)), 0
        )
        numbers[value] = known or free
        names[numbers[value]] = title
    placing = {
        seat.student.pk: seat.part.number
        if split.is_fixed(seat)
        else numbers.get(seat.student.language, 0)
        for seat in split.seats
    }
    return placing, names


# Storing


@transaction.atomic
def split_group(
    user: User,
    course: Course,
    placing: Mapping[int, int],
    day: date,
    names: Mapping[int, str] | None = None,
) -> int:
    """Place students (id → number of the part, 0: none) from `day` on; how many moved.

    Every place is a span from `day`, or from the student's first day in the group. Raises
    PermissionDenied for whoever may not, ValidationError for a day outside the period,
    somebody who is not in the group, a part that cannot be, and for moving who is placed
    once the split stands.
    """
    course = (
        Course.objects.select_for_update(of=("self",))
        .select_related("group", "period")
        .get(pk=course.pk)
    )
    if not may_split(user, course):
        raise PermissionDenied
    period = course.period
    if not period.first_day <= day <= period.last_day:
        raise ValidationError(
            f"День разделения — от {period.first_day:%d.%m.%Y} "
            f"до {period.last_day:%d.%m.%Y}."
        )
    split = read_split(course, day)
    _check(split, placing)
    parts = _parts(split, placing, names or {})
    moved = 0
    for seat in split.seats:
        number = placing.get(seat.student.pk)
        if number is None or split.is_fixed(seat):
            continue
        if split.fixed_on and seat.spans:  # a former stay is past: nothing moves it
            seat.since = max(seat.since, *(span.end for span in seat.spans))
            seat.spans = []
        moved += _place(seat, parts.get(number))
    return moved


def _check(split: Split, placing: Mapping[int, int]) -> None:
    seats = {seat.student.pk: seat for seat in split.seats}
    if not placing.keys() <= seats.keys():
        raise ValidationError(
            f"Кто-то из отмеченных не числится в {worded('группе', 'классе')}"
            f" {split.course.group}. "
            "Обновите страницу."
        )
    if not all(0 <= number <= MOST_PARTS for number in placing.values()):
        raise ValidationError(f"Подгрупп бывает не больше {MOST_PARTS}.")
    for pk, number in placing.items():
        seat = seats[pk]
        if split.is_fixed(seat) and seat.part.number != number:
            raise ValidationError(
                f"{seat.student}: в занятиях подгрупп уже есть записи "
                f"(с {split.fixed_on:%d.%m.%Y}), перевести в другую подгруппу можно "
                "только приказом."
            )


def _parts(split: Split, placing, names) -> dict[int, Subgroup]:
    """The parts by number, those that are new made, with the names given."""
    found = {part.number: part for part in split.parts}
    for number in sorted({*placing.values()} - {0}):
        if number not in found:
            found[number] = Subgroup(course=split.course, number=number)
    for number, part in found.items():
        name = " ".join(names.get(number, part.name).split())
        if part.pk is None or part.name != name:
            part.name = name
            part.save()
    return found


def _place(seat: Seat, part: Subgroup | None) -> int:
    """Let the student be in `part` from the seat's day on; 1 where that is a change."""
    changed, kept = 0, None
    for span in seat.spans:
        if part is not None and span.subgroup_id == part.pk and kept is None:
            kept = span
        elif span.end == seat.since:
            continue
        elif span.start >= seat.since:  # nothing was written while it stood
            span.delete()
            changed = 1
        else:
            span.end = seat.since
            span.save()
            changed = 1
    if part is None:
        return changed
    if kept is None:
        SubgroupMember.objects.create(
            subgroup=part, student=seat.student, start=seat.since
        )
        return 1
    if kept.start > seat.since or kept.end is not None:
        kept.start, kept.end = min(kept.start, seat.since), None
        kept.save()
        return 1
    return changed
