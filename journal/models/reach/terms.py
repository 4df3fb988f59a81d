"""The words in which row rights are said: ways to the anchors, conditions, keys."""

import functools
import operator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Aggregate, CharField, Exists, Q, Value
from django.utils import timezone

from journal.models.prepared import Asker, Prepared


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


NOTHING = Q(pk__in=[])
EVERYTHING = Q(pk__isnull=False)  # an empty Q is neutral in "or": it would vanish


@dataclass(frozen=True)
class Grant:
    """One role of one person: its anchor and the permissions it carries."""

    slug: str
    anchor: str
    permissions: frozenset[str]


class _Joined(Aggregate):
    """The texts of a group, with blanks between them."""

    function = "STRING_AGG"
    output_field = CharField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


@Prepared
def _rights_of(user):
    roles = apps.get_model("journal", "Role").objects.filter(user=user).order_by("slug")
    loads = apps.get_model("journal", "CourseTeacher").objects.filter(
        employee__user=user, course__teachers__end__lte=timezone.localdate()
    )
    # A row a role, not a row a permission: a teacher has a hundred and thirty.
    names = _Joined("permissions__codename", Value(" "))
    return roles.annotate(names=names).values_list(
        "slug", "anchor", "names", Exists(loads.order_by())
    )


@functools.lru_cache(maxsize=200)
def _grant(slug: str, anchor: str, names: str) -> Grant:
    return Grant(slug, anchor, frozenset(names.split()))


def grants(user) -> list[Grant]:
    """The roles of a person with their permissions: one query, kept on the user.

    It says of `changed_hands` too.
    """
    if isinstance(user, Asker):
        return list(user.roles)
    found = getattr(user, "_grants", None)
    if found is None:
        rows = _rights_of(timezone.localdate(), user=user.pk)
        user._changed_hands = any(has_changed for *_, has_changed in rows)
        found = user._grants = [
            _grant(slug, anchor, names or "") for slug, anchor, names, _ in rows
        ]
    return found


def changed_hands(user) -> bool:
    """Has a course of the person, now or once, had a load that ended?

    Where none has, nobody asks whose its lessons are but by who gives them.
    """
    if isinstance(user, Asker):
        return user.changed_hands
    grants(user)
    return user._changed_hands


def employee_key(user) -> int:
    """Id of the person as an employee; 0, which nobody has, for all the others."""
    if isinstance(user, Asker):
        return user.employee_pk
    return getattr(getattr(user, "employee", None), "pk", 0)


def any_of(path: str | tuple[str, ...] | None, rows) -> Q:
    if path is None:
        return NOTHING
    found = [
        Q(**{f"{one}__in": rows}) for one in ([path] if isinstance(path, str) else path)
    ]
    return functools.reduce(operator.or_, found)


def rows_of(name: str, **conditions):
    model = apps.get_model("journal", name)
    return model.objects.filter(**conditions).order_by().values("pk")


def current_students(groups):
    """Ids of the students who are members of these groups today."""
    members = apps.get_model("journal", "Membership").objects.on(timezone.localdate())
    return members.filter(group__in=groups).order_by().values("student")


def join(path: str, field: str) -> str:
    """`path` followed by `field`; "pk" is the model itself."""
    return field if path == "pk" else f"{path}__{field}"
