"""How full the groups are on a day (R22, S 9.4)."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from journal.models import (
    AcademicYear,
    Group,
    Institution,
    Membership,
    Order,
    OrderKind,
    OrderLine,
)
from journal.models.contingent import PAID

UNKNOWN = ""
BUDGET, CONTRACT = "budget", "paid"
# What a leave of absence lasts until.
STEPS = (
    OrderKind.LEAVE,
    OrderKind.RETURN,
    OrderKind.ENROL,
    OrderKind.REINSTATE,
    OrderKind.EXPEL,
    OrderKind.GRADUATE,
)


@dataclass
class Occupancy:
    """A group on a day; the name and year of study are those of that day.

    `sexes`, `fundings` and `forms` count the members by value, "" is not told by the
    card. Those on academic leave are no members.
    """

    pk: int
    name: str
    course_year: int
    specialty: str
    department: str
    total: int = 0
    on_leave: int = 0
    sexes: dict[str, int] = field(default_factory=dict)
    fundings: dict[str, int] = field(default_factory=dict)
    forms: dict[str, int] = field(default_factory=dict)


def reference_day(rules: Institution, today: date) -> date:
    """The day of reference of this academic year; today before it has come."""
    year = AcademicYear.objects.filter(start__lte=today).order_by("-start").first()
    try:
        day, month = map(int, rules.reference_day.split("."))
        found = date((year.start if year else today).year, month, day)
    except ValueError:
        return today
    return found if (year.start if year else found) <= found <= today else today


def read_occupancy(groups: QuerySet[Group], day: date) -> list[Occupancy]:
    """These groups on `day`, by department, year of study and name.

    Groups disbanded by then are out, and those of a later intake that nobody has
    joined. Five queries, whatever the number of groups.
    """
    rows = groups.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))
    related = ("specialty", "department")
    kept = {group.pk: group for group in rows.select_related(*related)}
    names = names_on(list(kept), day)
    found = {
        pk: Occupancy(
            pk,
            *names.get(pk, (group.name, group.course_year)),
            str(group.specialty or ""),
            str(group.department or ""),
        )
        for pk, group in kept.items()
    }
    _count_members(found, day)
    _count_leaves(found, day)
    lines = [
        line
        for line in found.values()
        if line.total
        or line.on_leave
        or (kept[line.pk].admission_year or 0) <= day.year
    ]
    return sorted(
        lines,
        key=lambda one: (not one.department, one.department, one.course_year, one.name),
    )


def names_on(groups: list[int], day: date) -> dict[int, tuple[str, int]]:
    """Names change with the year of study: what history says of the end of that day."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    past = Group.history.filter(id__in=groups, history_date__lt=end)
    rows = past.order_by("history_date", "history_id")
    return {
        pk: (name, course_year)
        for pk, name, course_year in rows.values_list("id", "name", "course_year")
    }


def _count_members(found: dict[int, Occupancy], day: date) -> None:
    rows = (
        Membership.objects.on(day)
        .filter(group__in=found)
        .order_by()
        .values_list("group", "student__sex", "funding", "form")
        .annotate(Count("pk"))
    )
    for group, sex, funding, form, count in rows:
        line = found[group]
        line.total += count
        pays = CONTRACT if funding in PAID else BUDGET if funding else UNKNOWN
        for counts, value in (
            (line.sexes, sex),
            (line.fundings, pays),
            (line.forms, form),
        ):
            counts[value] = counts.get(value, 0) + count


def _count_leaves(found: dict[int, Occupancy], day: date) -> None:
    """Whose last order by that day was a leave, in the group they left for it."""
    lines = OrderLine.objects.filter(
        order__state=Order.State.DONE,
        order__effective_on__lte=day,
        student__isnull=False,
    )
    gone = lines.filter(order__kind=OrderKind.LEAVE).order_by().values("student")
    steps = (
        lines.filter(student__in=gone, order__kind__in=STEPS)
        .order_by("order__effective_on", "order__sequence")
        .values_list("student", "order__kind")
    )
    away = [student for student, kind in dict(steps).items() if kind == OrderKind.LEAVE]
    seats = Membership.objects.filter(student__in=away, start__lte=day)
    last = {
        student: (group, end)
        for student, group, end in seats.order_by("start").values_list(
            "student", "group", "end"
        )
    }
    for group, end in last.values():
        if group in found and end is not None and end <= day:
            found[group].on_leave += 1
