"""Which groups study by an approved curriculum, and whose plan is late (D1)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from journal.models import Curriculum, Group, Institution, Specialty, User
from journal.models.organisation.institution import days_of_year
from journal.models.sqlite import russian_key

State = Curriculum.State
NO_PLAN = "none"
STATES = {NO_PLAN: "нет плана", **dict(State.choices)}
USUAL = (10, 9)


class Admission(NamedTuple):
    """Groups of one specialty and admission, and their plan; `late` in days.

    A plan approved late keeps its days; 0 is in time, or not due yet.
    """

    specialty: Specialty | None
    year: int | None
    groups: tuple[str, ...]
    plan: Curriculum | None
    state: str
    due: date | None
    late: int

    @property
    def is_done(self) -> bool:
        return self.state == State.APPROVED


def plan_due(rules: Institution, year: int | None) -> date | None:
    """By when the plan of an admission is to be approved: the year is open by then."""
    if year is None:
        return None
    try:
        day, month = days_of_year(rules.year_due)[0]
    except (ValueError, IndexError):
        day, month = USUAL
    return date(year, month, day)


def read_admissions(user: User, today: date) -> list[Admission]:
    """The admissions of the groups that the person sees, those without a plan first.

    Two queries.
    """
    groups = Group.objects.visible_to(user).filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=today)
    )
    names: dict[tuple, list[str]] = defaultdict(list)
    specialties = {}
    for group in groups.select_related("specialty").distinct():
        key = (group.specialty_id, group.admission_year)
        names[key].append(group.name)
        specialties[group.specialty_id] = group.specialty
    plans: dict[tuple, list[Curriculum]] = defaultdict(list)
    mine = Curriculum.objects.visible_to(user).exclude(state=State.REPLACED)
    for plan in mine.select_related("approved_by").order_by("version"):
        plans[plan.specialty_id, plan.admission_year].append(plan)
    rules = Institution.current()
    found = [
        _admission(specialties[key[0]], key[1], names[key], plans[key], rules, today)
        for key in names
    ]
    return sorted(found, key=_place)


def _admission(specialty, year, names, plans, rules, today: date) -> Admission:
    plan = _best(plans)
    state = plan.state if plan else NO_PLAN
    due = plan_due(rules, year)
    done = today
    if plan and plan.state == State.APPROVED:
        done = timezone.localdate(plan.approved_at) if plan.approved_at else due
    late = max(0, (done - due).days) if due and done else 0
    groups = tuple(sorted(names, key=russian_key))
    return Admission(specialty, year, groups, plan, state, due, late)


def _best(plans: Iterable[Curriculum]) -> Curriculum | None:
    """The approved plan; a draft only where nothing is approved."""
    return max(plans, key=lambda one: one.state == State.APPROVED, default=None)


def _place(one: Admission) -> tuple:
    return (
        one.is_done,
        -one.late if not one.is_done else 0,
        str(one.specialty or ""),
        one.year or 0,
    )


def count_without_plan(user: User, today: date) -> int:
    """Admissions whose plan is due and not approved."""
    return sum(not one.is_done and one.late > 0 for one in read_admissions(user, today))
