"""Who works here: staff on a day, and who came and went (R32, K 4.3.7)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from journal.models import Employee, Order, OrderKind, OrderLine
from journal.models.sqlite import russian_key

UNKNOWN = ""


def employed_on(staff: QuerySet[Employee], day: date) -> list[Employee]:
    """Who of these is employed on `day`, by department and name; two queries.

    The day of hiring is in, the day of dismissal is the first one out. Whose card does
    not say when they were hired counts as hired long ago.
    """
    rows = staff.filter(
        Q(hired_on__isnull=True) | Q(hired_on__lte=day),
        Q(dismissed_on__isnull=True) | Q(dismissed_on__gt=day),
    )
    return sorted(rows.select_related("department"), key=_by_department)


def _by_department(employee: Employee) -> tuple:
    department = employee.department
    where = (
        (0, department.position, russian_key(department.name)) if department else (1,)
    )
    return (where, russian_key(employee.full_name), employee.pk)


@dataclass
class Coming:
    """Somebody was hired (`came`) or dismissed on `day`; the order where it is here."""

    employee: Employee
    day: date
    came: bool
    order: str


def comings_and_goings(
    staff: QuerySet[Employee], first: date, last: date
) -> list[Coming]:
    """Hirings, then dismissals of first … last, both days in, by day and name."""
    span = (first, last)
    rows = list(
        staff.filter(Q(hired_on__range=span) | Q(dismissed_on__range=span))
        .select_related("department")
        .order_by()
    )
    orders = _orders([employee.pk for employee in rows])
    found = []
    for came, kind, name in (
        (True, OrderKind.HIRE, "hired_on"),
        (False, OrderKind.DISMISS, "dismissed_on"),
    ):
        days = [(getattr(employee, name), employee) for employee in rows]
        found += sorted(
            (
                Coming(employee, day, came, orders.get((employee.pk, kind, day), ""))
                for day, employee in days
                if day and first <= day <= last
            ),
            key=lambda one: (one.day, russian_key(one.employee.full_name)),
        )
    return found


def _orders(staff: list[int]) -> dict[tuple[int, str, date], str]:
    """(employee, kind, day) → «№ 5-к от 01.09.2026»."""
    lines = OrderLine.objects.filter(
        employee__in=staff,
        order__state=Order.State.DONE,
        order__kind__in=(OrderKind.HIRE, OrderKind.DISMISS),
    ).select_related("order")
    return {
        (line.employee_id, line.order.kind, line.order.effective_on): (
            f"№ {line.order.number} от {line.order.date:%d.%m.%Y}"
        )
        for line in lines
    }
