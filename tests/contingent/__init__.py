"""Orders made by hand in tests, and all that they may change."""

from datetime import timedelta

from journal.domain.contingent.orders import carry_out
from journal.models import (
    Employee,
    Group,
    Membership,
    Order,
    Student,
    SubgroupMember,
    User,
)

DAY = timedelta(days=1)


def draft(world, kind, *lines, number="1", **fields):
    """A draft that works from today; a line is a student or a dict of its fields."""
    fields = {"date": world.today, "effective_on": world.today, **fields}
    order = Order.objects.create(number=number, kind=kind, **fields)
    for line in lines:
        values = line if isinstance(line, dict) else {"student": line}
        order.lines.create(**values)
    return order


def carry(world, kind, *lines, **fields):
    order = draft(world, kind, *lines, **fields)
    carry_out(order, world.office)
    order.refresh_from_db()
    return order


def everything():
    """All that orders may change, without ids of history."""
    models = (Membership, SubgroupMember, Student, Group, Employee, User)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def newcomer(last_name="Ясенев"):
    return Student.objects.create(last_name=last_name, first_name="Олег")


def spans(student):
    rows = student.memberships.order_by("start")
    return list(rows.values_list("group__name", "start", "end"))
