"""Mechanism 1: who sees which rows.

A model names the way from itself to the anchors once, in `reach`; one function turns a
person's roles and the reach into a condition; `visible_to` is the only question asked.
"""

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from journal.models.prepared import Asker, Prepared
from journal.roles import Anchor


@dataclass(frozen=True)
class Reach:
    """Lookups from a model to the anchors; "pk" is the model itself.

    Without a lookup an anchor does not reach; of several to a student each does.
    """

    student: str | tuple[str, ...] | None = None
    group: str | None = None
    course: str | None = None
    lesson: str | None = None
    employee: str | None = None
    department: str | None = None
    specialty: str | None = None
    user: str | None = None


class Everyone(Reach):
    """Reference data: whoever may view the model sees all of its rows."""


@dataclass(frozen=True)
class Grant:
    """One role of one person: its anchor and the permissions it carries."""

    slug: str
    anchor: str
    permissions: frozenset[str]


NOTHING = Q(pk__in=[])
EVERYTHING = Q(pk__isnull=False)  # an empty Q is neutral in "or": it would vanish


@Prepared
def _rights_of(user):
    roles = apps.get_model("journal", "Role").objects.filter(user=user).order_by("slug")
    return roles.values_list("slug", "anchor", "permissions__codename")


def grants(user) -> list[Grant]:
    """The roles of a person with their permissions: one query, kept on the user."""
    if isinstance(user, Asker):
        return list(user.roles)
    found = getattr(user, "_grants", None)
    if found is None:
        roles: dict[tuple[str, str], set[str]] = {}
        for slug, anchor, codename in _rights_of(user=user.pk):
            roles.setdefault((slug, anchor), set()).add(codename)
        found = user._grants = [
            Grant(slug, anchor, frozenset(names))
            for (slug, anchor), names in roles.items()
        ]
    return found


@dataclass(frozen=True)
class Likeness:
    """All that the SQL of a question of rights hangs on, the person's keys apart.

    People with the same roles ask with the same SQL, so it is built once (`Prepared`).
    """

    today: date
    roles: tuple[Grant, ...]
    is_superuser: bool
    guardians_see_adults: bool
    entry_days: int

    def asker(self, user: int, employee: int) -> Asker:
        return Asker(user, employee, self.roles, self.is_superuser)


def likeness(user, institution=None) -> Likeness:
    """What the SQL for this person hangs on; `institution` where it is at hand."""
    institution = institution or apps.get_model("journal", "Institution").current()
    return Likeness(
        timezone.localdate(),
        tuple(grants(user)),
        user.is_superuser,
        institution.guardians_see_adults,
        institution.entry_days,
    )


def employee_key(user) -> int:
    """Id of the person as an employee; 0, which nobody has, for all the others."""
    if isinstance(user, Asker):
        return user.employee_pk
    return getattr(getattr(user, "employee", None), "pk", 0)


def has_role(user, *slugs: str) -> bool:
    return any(grant.slug in slugs for grant in grants(user))


def visible_q(user, model, verb: str = "view") -> Q:
    """The condition on rows of `model` (or of its history) that `user` may `verb`."""
    return rights_q(user, model.reach, f"{verb}_{model._meta.model_name}")


def rights_q(user, reach: Reach | None, codename: str) -> Q:
    """The condition on rows with this `reach` over which `user` holds a permission.

    Only the roles that carry the permission count, each with its own anchor: a curator
    who also teaches sees cards of the own group, not of every group taught.
    """
    if not user.is_active:
        return NOTHING
    if user.is_superuser:
        return EVERYTHING
    found = NOTHING
    for grant in grants(user):
        if codename not in grant.permissions:
            continue
        if grant.anchor == Anchor.ALL or isinstance(reach, Everyone):
            return EVERYTHING
        if reach is not None:
            condition = ANCHORS[grant.anchor](user, reach, codename.startswith("view_"))
            found = condition if found == NOTHING else found | condition
    return found


def rights_over(user, obj, codenames: Iterable[str]) -> frozenset[str]:
    """Those of the permissions that `user` holds over just this object.

    Also permissions over other models: `change_socialcard` over a student says whether
    the social card of this student may be changed, be there one or not. One query at
    most, none where the roles reach everything.
    """
    model, held, asked = type(obj), set(), {}
    for codename in codenames:
        condition = rights_q(user, model.reach, codename)
        if condition == EVERYTHING:
            held.add(codename)
        elif condition != NOTHING:
            asked[codename] = Case(
                When(condition, then=Value(True)), default=Value(False)
            )
    if asked:
        rows = model._base_manager.filter(pk=obj.pk).annotate(**asked)
        for answers in rows.values(*asked):
            held |= {codename for codename, yes in answers.items() if yes}
    return frozenset(held)


def _any(path: str | tuple[str, ...] | None, rows) -> Q:
    if path is None:
        return NOTHING
    found = [
        Q(**{f"{one}__in": rows}) for one in ([path] if isinstance(path, str) else path)
    ]
    return functools.reduce(operator.or_, found)


def _rows(name: str, **conditions):
    model = apps.get_model("journal", name)
    return model.objects.filter(**conditions).order_by().values("pk")


def _of_groups(reach: Reach, groups) -> Q:
    """Everything of these groups, and the whole past of who sits in them now."""
    found = _any(reach.group, groups)
    if reach.student:
        found |= _any(reach.student, current_students(groups))
    return found


def current_students(groups):
    """Ids of the students who are members of these groups today."""
    members = apps.get_model("journal", "Membership").objects.on(timezone.localdate())
    return members.filter(group__in=groups).order_by().values("student")


def _department(user, reach: Reach, viewing: bool) -> Q:
    departments = _rows("Department", head__user=user.pk)
    return _of_groups(reach, _rows("Group", department__in=departments)) | _any(
        reach.department, departments
    )


def _specialty(user, reach: Reach, viewing: bool) -> Q:
    group = apps.get_model("journal", "Group")
    groups = group.objects.filter(
        Q(specialty__study_unit_heads__user=user.pk)
        | Q(campus__study_unit_heads__user=user.pk)
    )
    return _of_groups(reach, groups.order_by().values("pk")) | _any(
        reach.specialty, _rows("Specialty", study_unit_heads__user=user.pk)
    )


def _group(user, reach: Reach, viewing: bool) -> Q:
    return _of_groups(reach, _rows("Group", curator=employee_key(user)))


def taught_courses(user):
    """Ids of the courses that a person teaches, or taught in some span."""
    return (
        apps.get_model("journal", "CourseTeacher")
        .objects.filter(employee=employee_key(user))
        .order_by()
        .values("course")
    )


def _course(user, reach: Reach, viewing: bool) -> Q:
    """A teacher: lessons given or planned, and all lessons of courses held today.

    To write, only lessons that are the teacher's own to give (E 4.3, S 6.1): a
    substitute has the lesson substituted and no other, until its entry window ends.
    """
    if reach.lesson:
        own = Q(**{_join(reach.lesson, "teacher"): employee_key(user)})
        if not viewing:
            return own & _not_lapsed(user, reach.lesson)
        today = timezone.localdate()
        held = apps.get_model("journal", "CourseTeacher").objects.on(today)
        held = held.filter(employee=employee_key(user)).order_by().values("course")
        planned = Q(**{_join(reach.lesson, "planned_teacher"): employee_key(user)})
        return own | planned | _any(_join(reach.lesson, "course"), held)
    if reach.course:
        found = _any(reach.course, taught_courses(user))
        if viewing:
            given = apps.get_model("journal", "Lesson").objects
            given = given.filter(teacher=employee_key(user)).order_by().values("course")
            found |= _any(reach.course, given)
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
        found = Q(**{_join(reach.employee, "user"): user.pk})
    if reach.group and (viewing or not reach.employee):
        found |= _any(reach.group, groups)
    if reach.employee or reach.group:
        return found
    if reach.student:
        return _any(reach.student, current_students(groups))
    return NOTHING


def _not_lapsed(user, path: str) -> Q:
    """Lessons of one's own by the timetable or the load, or not long substituted (A5)."""
    institution = apps.get_model("journal", "Institution").current()
    since = timezone.localdate() - timedelta(days=institution.entry_days)
    return (
        Q(**{_join(path, "planned_teacher"): employee_key(user)})
        | Q(**{f"{_join(path, 'date')}__gte": since})
        | _any(_join(path, "course"), taught_courses(user))
    )


def _join(path: str, field: str) -> str:
    """`path` followed by `field`; "pk" is the model itself."""
    return field if path == "pk" else f"{path}__{field}"


def own_students(user):
    """Ids of the students whose data a person sees as family: oneself and wards.

    A union, since PostgreSQL reads every student to answer an OR.
    """
    student = apps.get_model("journal", "Student").objects
    guardianship = apps.get_model("journal", "Guardianship").objects
    wards = guardianship.in_force().filter(guardian__user=user.pk)
    return (
        student.filter(user=user.pk)
        .order_by()
        .values("pk")
        .union(wards.order_by().values("student"))
    )


def _staff(user, reach: Reach, viewing: bool) -> Q:
    """Whoever keeps the staff: all facts about employees, and what was one's own doing."""
    found = NOTHING
    if reach.employee:
        found = Q(**{f"{reach.employee}__isnull": False})
    return found | Q(**{reach.user: user.pk}) if reach.user else found


def _own(user, reach: Reach, viewing: bool) -> Q:
    """A student or parent: facts of one's own, and lessons of the group of that day."""
    students = own_students(user)
    found = NOTHING
    if reach.user:
        found |= Q(**{reach.user: user.pk})
    if reach.employee:
        found |= Q(**{_join(reach.employee, "user"): user.pk})
    if reach.student:
        return found | _any(reach.student, students)
    if reach.lesson:
        return found | _lessons_of(students, reach.lesson)
    groups = apps.get_model("journal", "Membership").objects
    groups = groups.filter(student__in=students).order_by().values("group")
    # The group before the course: a final examination has no course.
    path = reach.group or (reach.course and _join(reach.course, "group"))
    return found | _any(path, groups)


def _lessons_of(students, path: str) -> Q:
    """Lessons of whose group and subgroup these students were members on the day."""
    outer = "" if path == "pk" else f"{path}__"
    on_day = {"start__lte": OuterRef(f"{outer}date")}
    still = Q(end__isnull=True) | Q(end__gt=OuterRef(f"{outer}date"))
    in_group = apps.get_model("journal", "Membership").objects.filter(
        still, student__in=students, group=OuterRef(f"{outer}course__group"), **on_day
    )
    in_subgroup = apps.get_model("journal", "SubgroupMember").objects.filter(
        still, student__in=students, subgroup=OuterRef(f"{outer}subgroup"), **on_day
    )
    return Q(Exists(in_group)) & (
        Q(**{f"{outer}subgroup__isnull": True}) | Q(Exists(in_subgroup))
    )


ANCHORS = {
    Anchor.DEPARTMENT: _department,
    Anchor.SPECIALTY: _specialty,
    Anchor.GROUP: _group,
    Anchor.COURSE: _course,
    Anchor.STAFF: _staff,
    Anchor.OWN: _own,
}


@cache
def _multiplies(model) -> bool:
    """Does some lookup of the model's reach lead to many rows for one?"""
    paths = []
    for path in vars(model.reach).values() if model.reach else ():
        paths += path if isinstance(path, tuple) else [path or "pk"]
    for path in paths:
        step = model
        for name in path.split("__"):
            if name == "pk":
                break
            field = step._meta.get_field(name)
            if field.one_to_many or field.many_to_many:
                return True
            step = field.related_model
    return False


class ReachQuerySet(models.QuerySet):
    """The queryset of every model of ours."""

    def visible_to(self, user, verb: str = "view"):
        """The rows that `user` may `verb` (view, change, delete …)."""
        condition = visible_q(user, self.model, verb)
        if condition == EVERYTHING:
            return self
        if condition == NOTHING:
            return self.none()
        if not _multiplies(self.model):
            return self.filter(condition)
        # A subquery keeps joins of the condition from multiplying the rows.
        manager = self.model._base_manager
        return self.filter(pk__in=manager.filter(condition).order_by().values("pk"))


class DatedQuerySet(ReachQuerySet):
    """Rows that hold from `start` (included) to `end` (excluded, empty: open)."""

    def on(self, day):
        """The rows in force on `day`."""
        return self.filter(Q(end__isnull=True) | Q(end__gt=day), start__lte=day)

    def overlapping(self, start, end):
        """The rows in force on some day of the half-open span; `end` may be None."""
        found = self.filter(Q(end__isnull=True) | Q(end__gt=start))
        return found if end is None else found.filter(start__lt=end)
