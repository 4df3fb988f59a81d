"""The words in which row rights are said: ways to the anchors, conditions, keys."""

import functools
import operator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from journal.models.prepared import Asker


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
