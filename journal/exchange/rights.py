"""Whose rows an import may touch: those its author reaches by the permission to import."""

from django.db.models import Model, QuerySet

from journal.models import User
from journal.models.reach import EVERYTHING, NOTHING, rights_q


def may(by: User | None, codename: str) -> bool:
    """Whether `by` has the permission; None is the operator of the server."""
    return by is None or by.has_perm(f"journal.{codename}")


def reached(by: User | None, model: type[Model], codename: str) -> QuerySet:
    """The rows over which `by` holds the permission; all of them for the operator."""
    condition = EVERYTHING if by is None else rights_q(by, model.reach, codename)
    rows = model._default_manager.all()
    if condition == EVERYTHING:
        return rows
    if condition == NOTHING:
        return rows.none()
    inside = model._base_manager.filter(condition).order_by().values("pk")
    return rows.filter(pk__in=inside)


def reaches_all(by: User | None, model: type[Model], codename: str) -> bool:
    return by is None or rights_q(by, model.reach, codename) == EVERYTHING
