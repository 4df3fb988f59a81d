"""What pages of courses and load ask alike: a period, a group or a department."""

from dataclasses import dataclass, field

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.utils import timezone

from admin_customizations.toolkit.asked import key_of
from journal.models import Course, Department, Group, Period


@dataclass
class Asked:
    """The choices of a page and the answers of its address."""

    periods: list[Period]
    groups: list[Group]
    period: Period | None = None
    group: Group | None = None
    department: int | None = None
    departments: list[Department] = field(default_factory=list)

    @property
    def chosen(self) -> list[Group]:
        """The groups that the page is about."""
        if self.group:
            return [self.group]
        if self.department:
            return [one for one in self.groups if one.department_id == self.department]
        return self.groups


def _found(rows: list, key: int | None, what: str):
    """The row of that key; one that the person does not see is no choice."""
    if key is None:
        return None
    found = next((row for row in rows if row.pk == key), None)
    if found is None:
        raise BadRequest(f"{what}: выберите из списка")
    return found


def periods_open(with_past: bool = False) -> list[Period]:
    """Periods of the years that are not over, or of all years, in order."""
    today = timezone.localdate()
    rows = Period.objects.select_related("year").order_by("first_day", "kind")
    if not with_past:
        rows = rows.filter(Q(year__end__isnull=True) | Q(year__end__gt=today))
    return list(rows)


def period_now(periods: list[Period]) -> Period | None:
    """The one that runs, else the next to begin, else the last."""
    today = timezone.localdate()
    ahead = [one for one in periods if one.last_day >= today]
    return (ahead or periods[-1:] or [None])[0]


def ask(data, groups, with_past: bool = False) -> Asked:
    """Choices and answers; `groups` are those that the person may choose among."""
    periods = periods_open(with_past)
    rows = list(groups.select_related("department").order_by("course_year", "name"))
    found = Asked(periods, rows)
    found.period = _found(periods, key_of(data, "period"), "period") or period_now(
        periods
    )
    found.group = _found(rows, key_of(data, "group"), "group")
    departments = {one.department for one in rows} - {None}
    found.departments = sorted(departments, key=lambda one: (one.position, one.name))
    chosen = _found(found.departments, key_of(data, "department"), "department")
    found.department = chosen.pk if chosen else None
    return found


def taught_groups(user):
    """Groups with courses that the person sees."""
    courses = Course.objects.visible_to(user).order_by()
    return Group.objects.filter(pk__in=courses.values("group"))
