"""Whose lesson it is: what a teacher sees of lessons, writes in them, and hands over.

A lesson is written by whoever gives it, a substitute until the entry window ends (E 4.3,
K 4.5.1, S 6.1). Of a course that changes hands for good the regulations say nothing; ours
is what a paper journal does: it goes over whole. From the day of the hand-over whoever
holds the course writes the former teacher's lessons of before, checks their works and
closes what is owed; the former teacher reads them. The lesson keeps who gave it, the
history says who wrote. A substitution moves nothing.
"""

from datetime import timedelta

from django.apps import apps
from django.db.models import (
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.lookups import IsNull, LessThan
from django.utils import timezone

from journal.models.reach.terms import (
    NOTHING,
    Reach,
    any_of,
    changed_hands,
    current_students,
    employee_key,
    join,
)


def _loads() -> QuerySet:
    return apps.get_model("journal", "CourseTeacher").objects.order_by()


def _window() -> timedelta:
    institution = apps.get_model("journal", "Institution").current()
    return timedelta(days=institution.entry_days)


def taught_courses(user):
    """Ids of the courses that a person teaches, or taught in some span."""
    return _loads().filter(employee=employee_key(user)).values("course")


def _held(user) -> QuerySet:
    """Ids of the courses that a person teaches today."""
    held = _loads().on(timezone.localdate()).filter(employee=employee_key(user))
    return held.values("course")


def _passed_on(path: str, giver, heirs: QuerySet) -> Exists:
    """Had `giver` the load that the lesson at `path` is of, and one of `heirs` now?

    A load is of a part of the group, or of the rest of it, and goes on in a later one of
    the same part. What was held after its end all the same stays with whoever held it, as
    with a substitute, until the entry window ends.
    """
    today, part = timezone.localdate(), OuterRef(join(path, "subgroup"))
    apart = _loads().filter(course=OuterRef("course"), subgroup=OuterRef(part))
    of_part = Q(subgroup=part) | Q(~Exists(apart), subgroup__isnull=True)
    day = ExpressionWrapper(OuterRef(join(path, "date")), DateField())
    is_before = Q(end__gt=day) | Q(LessThan(day, today - _window()))
    same_part = Q(subgroup=OuterRef("subgroup")) | Q(
        IsNull(OuterRef("subgroup"), True), subgroup__isnull=True
    )
    heirs = heirs.on(today).filter(
        same_part, course=OuterRef("course"), start__gt=OuterRef("start")
    )
    ended = _loads().filter(
        course=OuterRef(join(path, "course")), employee=giver, end__lte=today
    )
    return Exists(ended.filter(of_part, is_before, Exists(heirs)))


def gave_away(path: str, employee: int) -> Q:
    """The condition on lessons that were the person's, and are another's now."""
    return Q(_passed_on(path, employee, _loads().exclude(employee=employee)))


def own_lessons_q(user, path: str = "pk") -> Q:
    """The condition on lessons that are a teacher's to write and to answer for now.

    Those given, but the ones handed over since; and of the courses held those that a
    former teacher gave.
    """
    me, teacher = employee_key(user), join(path, "teacher")
    given = Q(**{teacher: me}) & _not_lapsed(user, path)
    if not changed_hands(user):
        return given
    is_substituted = ~Q(**{join(path, "planned_teacher"): F(teacher)})
    given &= is_substituted | ~gave_away(path, me)
    heir = _passed_on(path, OuterRef(teacher), _loads().filter(employee=me))
    return given | ~is_substituted & heir


def kept_keys(user, since, also_planned: bool) -> QuerySet:
    """Keys of the lessons from a day on that `own_lessons_q` names.

    With `also_planned` those too that others give in the person's place. A union, since
    PostgreSQL reads every lesson to answer an OR.
    """
    me = employee_key(user)
    rows = apps.get_model("journal", "Lesson").objects.filter(date__gte=since)
    rows = rows.order_by().values_list("pk")
    own, planned = rows.filter(own_lessons_q(user)), rows.filter(planned_teacher=me)
    parts = [own.filter(teacher=me)]
    if changed_hands(user):
        # Before a period no lesson of its courses was given.
        taken_over = _held(user).exclude(start=F("course__period__first_day"))
        parts.append(own.filter(course__in=taken_over))
        planned = planned.filter(~gave_away("pk", me))
    if also_planned:
        parts.append(planned)
    return parts[0].union(*parts[1:]) if parts[1:] else parts[0]


def of_course(user, reach: Reach, viewing: bool) -> Q:
    """A teacher: lessons given or planned, and all lessons of courses held today.

    To write, only the own ones: see `own_lessons_q`.
    """
    if reach.lesson:
        if not viewing:
            return own_lessons_q(user, reach.lesson)
        own = Q(**{join(reach.lesson, "teacher"): employee_key(user)})
        planned = Q(**{join(reach.lesson, "planned_teacher"): employee_key(user)})
        return own | planned | any_of(join(reach.lesson, "course"), _held(user))
    if reach.course:
        found = any_of(reach.course, taught_courses(user))
        if viewing:
            given = apps.get_model("journal", "Lesson").objects
            given = given.filter(teacher=employee_key(user)).order_by().values("course")
            found |= any_of(reach.course, given)
        own = reach.employee and Q(**{reach.employee: employee_key(user)})
        return found | own if own else found
    groups = (
        apps.get_model("journal", "Course")
        .objects.filter(pk__in=taught_courses(user))
        .order_by()
        .values("group")
    )
    found = NOTHING
    if reach.employee:
        found = Q(**{join(reach.employee, "user"): user.pk})
    if reach.group and (viewing or not reach.employee):
        found |= any_of(reach.group, groups)
    if reach.employee or reach.group:
        return found
    if reach.student:
        return any_of(reach.student, current_students(groups))
    return NOTHING


def _not_lapsed(user, path: str) -> Q:
    """Lessons of one's own by the timetable or the load, or not long substituted (A5)."""
    return (
        Q(**{join(path, "planned_teacher"): employee_key(user)})
        | Q(**{f"{join(path, 'date')}__gte": timezone.localdate() - _window()})
        | any_of(join(path, "course"), taught_courses(user))
    )
