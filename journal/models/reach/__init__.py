"""Mechanism 1: who sees which rows.

A model names the way from itself to the anchors once, in `reach`; one function turns a
person's roles and the reach into a condition; `visible_to` is the only question asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL
from django.utils import timezone

from journal.models.prepared import Asker, Prepared
from journal.models.reach.teaching import gave_away, kept_keys, of_course
from journal.models.reach.terms import (
    EVERYTHING,
    NOTHING,
    Everyone,
    Grant,
    Reach,
    any_of,
    changed_hands,
    current_students,
    employee_key,
    grants,
    join,
    rows_of,
)
from journal.roles import Anchor


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
    changed_hands: bool

    def asker(self, user: int, employee: int) -> Asker:
        return Asker(user, employee, self.roles, self.is_superuser, self.changed_hands)


def likeness(user, institution=None) -> Likeness:
    """What the SQL for this person hangs on; `institution` where it is at hand."""
    institution = institution or apps.get_model("journal", "Institution").current()
    return Likeness(
        timezone.localdate(),
        tuple(grants(user)),
        user.is_superuser,
        institution.guardians_see_adults,
        institution.entry_days,
        changed_hands(user),
    )


@lru_cache(maxsize=200)
def _kept(like: Likeness, also_planned: bool) -> Prepared:
    def build(user, employee, since):
        return kept_keys(like.asker(user, employee), since, also_planned)

    return Prepared(build, unused=("user",))


def kept_lessons(user, since: date = date.min, also_planned: bool = False) -> RawSQL:
    """Lessons that a teacher answers for now, for `…__in`: see `kept_keys`."""
    return _kept(likeness(user), also_planned).subquery(
        user=user.pk, employee=employee_key(user), since=since
    )


@lru_cache(maxsize=200)
def _changeable(like: Likeness) -> Prepared:
    lesson = apps.get_model("journal", "Lesson")

    def build(user, employee, pk):
        condition = visible_q(like.asker(user, employee), lesson, "change")
        return lesson.objects.filter(condition, pk=pk).order_by().values_list("pk")

    return Prepared(build, unused=("user", "employee"))


def may_change_lesson(user, pk: int) -> bool:
    """`is_editable_by` of a lesson, by kept SQL: a page of one asks several times."""
    if not user.is_active:
        return False
    keys = {"user": user.pk, "employee": employee_key(user)}
    return bool(_changeable(likeness(user))(**keys, pk=pk))


def has_role(user, *slugs: str) -> bool:
    return any(grant.slug in slugs for grant in grants(user))


def visible_q(user, model, verb: str = "view") -> Q:
    """The condition on rows of `model` (or of its history) that `user` may `verb`."""
    return rights_q(user, model.reach, f"{verb}_{model._meta.model_name}")


def rights_q(
    user, reach: Reach | None, codename: str, *others: str, on_duty: bool = False
) -> Q:
    """The condition on rows with this `reach` over which `user` holds a permission.

    Only the roles that carry the permission (or one of `others`, alike to view or to
    write) count, each with its own anchor: a curator who also teaches sees cards of the
    own group, not of every group taught. `on_duty` leaves out lessons that a teacher may
    read still, but handed over.
    """
    if not user.is_active:
        return NOTHING
    if user.is_superuser:
        return EVERYTHING
    asked, found = {codename, *others}, NOTHING
    anchors = [one.anchor for one in grants(user) if asked & one.permissions]
    if Anchor.ALL in anchors or (anchors and isinstance(reach, Everyone)):
        return EVERYTHING
    for anchor in dict.fromkeys(anchors) if reach else ():
        condition = ANCHORS[anchor](user, reach, codename.startswith("view_"))
        is_left = on_duty and anchor == Anchor.COURSE and reach.lesson
        if is_left and changed_hands(user):
            condition &= ~gave_away(reach.lesson, employee_key(user))
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


def _of_groups(reach: Reach, groups) -> Q:
    """Everything of these groups, and the whole past of who sits in them now."""
    found = any_of(reach.group, groups)
    if reach.student:
        found |= any_of(reach.student, current_students(groups))
    return found


def _department(user, reach: Reach, viewing: bool) -> Q:
    departments = rows_of("Department", head__user=user.pk)
    return _of_groups(reach, rows_of("Group", department__in=departments)) | any_of(
        reach.department, departments
    )


def _specialty(user, reach: Reach, viewing: bool) -> Q:
    group = apps.get_model("journal", "Group")
    groups = group.objects.filter(
        Q(specialty__study_unit_heads__user=user.pk)
        | Q(campus__study_unit_heads__user=user.pk)
    )
    return _of_groups(reach, groups.order_by().values("pk")) | any_of(
        reach.specialty, rows_of("Specialty", study_unit_heads__user=user.pk)
    )


def _group(user, reach: Reach, viewing: bool) -> Q:
    return _of_groups(reach, rows_of("Group", curator=employee_key(user)))


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
        found |= Q(**{join(reach.employee, "user"): user.pk})
    if reach.student:
        return found | any_of(reach.student, students)
    if reach.lesson:
        return found | _lessons_of(students, reach.lesson)
    groups = apps.get_model("journal", "Membership").objects
    groups = groups.filter(student__in=students).order_by().values("group")
    # The group before the course: a final examination has no course.
    path = reach.group or (reach.course and join(reach.course, "group"))
    return found | any_of(path, groups)


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
    Anchor.COURSE: of_course,
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
