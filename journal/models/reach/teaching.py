"""Whose lesson it is: what a teacher sees of lessons, writes in them, and hands over.

A lesson is written by whoever gives it, a substitute until the entry window ends (E 4.3,
K 4.5.1, S 6.1). Then it comes back to whoever it is of by the timetable, or, given in
place of another course, to whoever holds its own; a substitute who holds the course
keeps it. Of a course that changes hands for good the regulations say nothing; ours
is what a paper journal does: it goes over whole. From the day of the hand-over whoever
holds the course writes the former teacher's lessons of before, checks their works and
closes what is owed; the former teacher reads them. The lesson keeps who gave it, the
history says who wrote. A substitution moves no course.
"""

from datetime import date, timedelta
from functools import lru_cache

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
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


def _of_part(path: str) -> Q:
    """Loads of the part of the group that the lesson is for, or of the rest of it."""
    part = OuterRef(join(path, "subgroup"))
    apart = _loads().filter(course=OuterRef("course"), subgroup=OuterRef(part))
    return Q(subgroup=part) | Q(~Exists(apart), subgroup__isnull=True)


def _over(path: str, giver) -> QuerySet:
    """The loads of `giver` that are over, of which the lesson at `path` was.

    What was held after the end of one all the same stays with whoever held it, as with a
    substitute, until the entry window ends.
    """
    today = timezone.localdate()
    day = ExpressionWrapper(OuterRef(join(path, "date")), DateField())
    is_before = Q(end__gt=day) | Q(LessThan(day, today - _window()))
    over = _loads().filter(
        course=OuterRef(join(path, "course")), employee=giver, end__lte=today
    )
    return over.filter(_of_part(path), is_before)


def _after(loads: QuerySet) -> QuerySet:
    """Those of `loads` in which a load that is over goes on: later, of the same part."""
    same_part = Q(subgroup=OuterRef("subgroup")) | Q(
        IsNull(OuterRef("subgroup"), True), subgroup__isnull=True
    )
    return loads.on(timezone.localdate()).filter(
        same_part, course=OuterRef("course"), start__gt=OuterRef("start")
    )


def _passed_on(path: str, giver, heirs: QuerySet) -> Exists:
    """Had `giver` the load that the lesson at `path` is of, and one of `heirs` now?"""
    return Exists(_over(path, giver).filter(Exists(_after(heirs))))


def _heir(giver: str) -> Subquery:
    """Who holds now what the `giver` of a lesson held; NULL where nobody does."""
    heirs = _after(_loads()).order_by("-start", "pk").values("employee")[:1]
    over = _over("pk", OuterRef(giver)).annotate(heir=Subquery(heirs))
    known = over.filter(heir__isnull=False).order_by("-start", "pk")
    return Subquery(known.values("heir")[:1])


def _holding(path: str) -> QuerySet:
    """The loads of today that the lesson at `path` is of."""
    held = (
        _loads().on(timezone.localdate()).filter(course=OuterRef(join(path, "course")))
    )
    return held.filter(_of_part(path))


def _substituted(path: str) -> Q:
    return ~Q(**{join(path, "planned_teacher"): F(join(path, "teacher"))})


def _in_place(path: str) -> Q:
    """Lessons given in place of another course's."""
    return Q(**{join(path, "planned_course__isnull"): False})


def _lapsed(path: str) -> Q:
    """Lessons of a substitute who does not hold the course, their window ended."""
    held = (
        _loads()
        .on(timezone.localdate())
        .filter(
            course=OuterRef(join(path, "course")),
            employee=OuterRef(join(path, "teacher")),
        )
    )
    since = timezone.localdate() - _window()
    is_past = Q(**{join(path, "date__lt"): since})
    return _substituted(path) & is_past & ~Exists(held)


def gave_away(path: str, employee: int) -> Q:
    """The condition on lessons that were the person's, and are another's now."""
    return Q(_passed_on(path, employee, _loads().exclude(employee=employee)))


def own_lessons_q(user, path: str = "pk") -> Q:
    """The condition on lessons that are a teacher's to write and to answer for now.

    Those given, but the ones handed over since; of the courses held those that a former
    teacher gave, and those that came back from a substitute.
    """
    return _given(user, path) | _came_back(user, path)


def _given(user, path: str) -> Q:
    """Lessons that the person gave, or a former teacher of a course held now."""
    me, teacher = employee_key(user), join(path, "teacher")
    own = Q(**{teacher: me}) & _not_lapsed(user, path)
    if changed_hands(user):
        own &= _substituted(path) | ~gave_away(path, me)
        heir = _passed_on(path, OuterRef(teacher), _loads().filter(employee=me))
        own |= ~_substituted(path) & heir
    return own


def _came_back(user, path: str) -> Q:
    """Lessons of substitutes that are the person's again: see `_lapsed`."""
    me, held = employee_key(user), _holding(path)
    mine = Q(**{join(path, "planned_teacher"): me}) & ~_in_place(path)
    if changed_hands(user):
        mine &= ~Exists(held)
    return _lapsed(path) & (mine | Exists(held.filter(employee=me)))


def answering() -> RawSQL:
    """The id of the employee who answers for a lesson now, as `own_lessons_q` says.

    Of several who hold the same part whoever took it last; whoever gave the lesson where
    nobody holds what it is of. For queries in which lessons bear the name of their table.
    """
    sql, parameters = _answering_sql(timezone.localdate(), _window())
    return RawSQL(sql, parameters, BigIntegerField())  # noqa: S611 - our own SQL


@lru_cache(maxsize=10)
def _answering_sql(today: date, window: timedelta) -> tuple[str, tuple]:
    """Kept, since Django takes ten times as long to write it as a database to answer."""
    rows = apps.get_model("journal", "Lesson").objects.annotate(answers=_answering())
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.compile(rows.query.annotations["answers"])
    return sql, tuple(parameters)


def _answering() -> Case:
    held = _holding("pk").order_by("-start", "pk").values("employee")[:1]
    absent = Case(When(_in_place("pk"), then="teacher"), default="planned_teacher")
    return Case(
        When(_lapsed("pk"), then=Coalesce(Subquery(held), absent)),
        When(_substituted("pk"), then=F("teacher")),
        default=Coalesce(_heir("teacher"), "teacher"),
        output_field=BigIntegerField(),
    )


def kept_keys(user, since, also_planned: bool) -> QuerySet:
    """Keys of the lessons from a day on that `own_lessons_q` names.

    With `also_planned` those too that others give in the person's place. A union, since
    PostgreSQL reads every lesson to answer an OR.
    """
    me = employee_key(user)
    rows = apps.get_model("journal", "Lesson").objects.filter(date__gte=since)
    rows = rows.order_by().values_list("pk")
    given, planned = rows.filter(_given(user, "pk")), rows.filter(planned_teacher=me)
    back = rows.filter(_came_back(user, "pk"))
    parts = [given.filter(teacher=me)]
    held = _held(user)
    if changed_hands(user) or not also_planned:  # else it is among the planned
        parts.append(back.filter(planned_teacher=me))
    if changed_hands(user):
        # Before a period no lesson of its courses was given.
        taken_over = held.exclude(start=F("course__period__first_day"))
        parts.append(given.filter(course__in=taken_over))
        parts.append(back.filter(course__in=held))
        planned = planned.filter(~gave_away("pk", me))
    else:
        parts.append(back.filter(_in_place("pk"), course__in=held))
    if also_planned:
        parts.append(planned)
    return parts[0].union(*parts[1:])


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
    """Lessons of one's own by the timetable or the load, or not long substituted (A5).

    Of the lessons given these are all but the ones in `_lapsed`.
    """
    return (
        Q(**{join(path, "planned_teacher"): employee_key(user)})
        | Q(**{f"{join(path, 'date')}__gte": timezone.localdate() - _window()})
        | any_of(join(path, "course"), _held(user))
    )
