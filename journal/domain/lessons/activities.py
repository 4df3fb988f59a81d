"""Extra-curricular activities: who takes part, what was held, what is behind (F14).

M 2 and M 5.3 ask for the plans of extra-curricular work and for its part of the journal.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from simple_history.utils import bulk_create_with_history

from journal.domain.spans import any_covers, covers
from journal.models import (
    Activity,
    ActivityMember,
    ActivityPresence,
    ActivitySession,
    Membership,
    Student,
    User,
)
from journal.models.sqlite import russian_key

MOST_CONTENT = 4000


def members_on(activity: Activity, day: date) -> list[Student]:
    """Who takes part on a day: the group's roster, or the members; by name. One query."""
    spans = _taking_part(activity).on(day).select_related("student").order_by()
    return sorted((one.student for one in spans), key=_by_name)


def _taking_part(activity: Activity) -> QuerySet[Membership | ActivityMember]:
    """The spans of those who take part: the group's, or the members' own."""
    if activity.group_id:
        return Membership.objects.filter(group=activity.group_id)
    return ActivityMember.objects.filter(activity=activity)


def _by_name(student: Student) -> tuple[str, int]:
    return russian_key(str(student)), student.pk


@transaction.atomic
def hold(
    user: User,
    session: ActivitySession,
    day: date,
    present: Iterable[int],
    content: str,
    today: date,
) -> ActivitySession:
    """Write that a session was held: on which day, what was done, who was there.

    Written again it is corrected, in history like everything. Raises PermissionDenied,
    and ValidationError for a day to come or outside the year, or for somebody who did
    not take part then.
    """
    session = ActivitySession.objects.select_for_update().get(pk=session.pk)
    if not session.is_editable_by(user):
        raise PermissionDenied
    year = session.activity.year
    if day > today:
        raise ValidationError("Занятие ещё не проведено: дата в будущем.")
    if day < year.start or (year.end and day > year.end):
        raise ValidationError(f"День вне учебного года {year}.")
    if len(content) > MOST_CONTENT:
        raise ValidationError(f"«Что было» — не длиннее {MOST_CONTENT} знаков.")
    known = {one.pk for one in members_on(session.activity, day)}
    wanted = set(present)
    if strangers := wanted - known:
        raise ValidationError(
            f"Не участвовали в этот день: {len(strangers)}. Обновите страницу и отметьте "
            "присутствие ещё раз."
        )
    session.held_on, session.content = day, content.strip()
    session.save()
    there = {one.student_id: one for one in session.presences.all()}
    for student, one in there.items():
        if student not in wanted:
            one.delete()
    new = [
        ActivityPresence(session=session, student_id=student)
        for student in sorted(wanted - there.keys())
    ]
    if new:
        bulk_create_with_history(new, ActivityPresence, default_user=user)
    return session


@transaction.atomic
def call_off(user: User, session: ActivitySession) -> ActivitySession:
    """Take back that a session was held; what was written stays in history."""
    session = ActivitySession.objects.select_for_update().get(pk=session.pk)
    if not session.is_editable_by(user):
        raise PermissionDenied
    for one in session.presences.all():
        one.delete()
    session.held_on, session.content = None, ""
    session.save()
    return session


@dataclass
class Journal:
    """The journal of an activity: sessions in order, students with what they attended.

    `asked` counts for each student the held sessions of days on which the student took
    part; hours are academic.
    """

    activity: Activity
    sessions: list[ActivitySession]
    students: list[Student] = field(default_factory=list)
    there: dict[int, set[int]] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)

    @property
    def held(self) -> list[ActivitySession]:
        return [one for one in self.sessions if one.held_on]

    @property
    def planned_hours(self) -> int:
        return sum(one.hours for one in self.sessions)

    @property
    def held_hours(self) -> int:
        return sum(one.hours for one in self.held)

    def percent(self, student: int | None = None) -> float | None:
        """% attended, of one student or of all; None where nobody was asked."""
        keys = self.asked if student is None else [student]
        asked = sum(self.asked.get(key, 0) for key in keys)
        came = sum(len(self.there.get(key, ())) for key in keys)
        return 100 * came / asked if asked else None


def read_journal(activity: Activity) -> Journal:
    """An activity's plan and journal. Three queries, whatever the size."""
    found = Journal(activity, list(activity.sessions.order_by("number")))
    there: dict[int, set[int]] = defaultdict(set)
    rows = ActivityPresence.objects.filter(session__activity=activity)
    for student, session in rows.order_by().values_list("student", "session"):
        there[student].add(session)
    found.there = dict(there)
    year = activity.year
    spans = _taking_part(activity).overlapping(year.start, year.end)
    people: dict[int, Student] = {}
    for span in spans.select_related("student").order_by():
        people[span.student_id] = span.student
        found.asked[span.student_id] = found.asked.get(span.student_id, 0) + sum(
            covers(span.start, span.end, one.held_on) for one in found.held
        )
    found.students = sorted(people.values(), key=_by_name)
    return found


def behind(user: User, today: date):
    """Sessions that should have been held by now, of activities the person keeps."""
    return (
        ActivitySession.objects.visible_to(user, "change")
        .filter(planned_on__lt=today, held_on__isnull=True)
        .select_related("activity__leader")
        .order_by("planned_on", "pk")
    )


@dataclass(frozen=True)
class Own:
    """An activity as a student takes part in it; `there` of `held` sessions."""

    activity: Activity
    held: int
    there: int
    next: ActivitySession | None


def activities_of(student: int, today: date) -> list[Own]:
    """The activities of a student in the year that goes on: own and of the group.

    Four queries. Held sessions are those since the student takes part; the next one is
    the first that is ahead, or whose day is not set.
    """
    spans = _spans_of(student)
    activities = (
        Activity.objects.filter(
            Q(group__in=[key for kind, key in spans if kind == "group"])
            | Q(pk__in=[key for kind, key in spans if kind == "activity"], group=None),
            Q(year__end__isnull=True) | Q(year__end__gt=today),
            year__start__lte=today,
        )
        .select_related("leader", "place", "year")
        .annotate(
            there=Count(
                "sessions__presences", filter=Q(sessions__presences__student=student)
            )
        )
        .order_by("name")
    )
    found = [one for one in activities if _takes_part(spans, one, today)]
    sessions = defaultdict(list)
    for one in ActivitySession.objects.filter(activity__in=found).order_by("number"):
        sessions[one.activity_id].append(one)
    return [
        Own(
            activity,
            sum(
                _takes_part(spans, activity, one.held_on)
                for one in sessions[activity.pk]
                if one.held_on
            ),
            activity.there,
            next((one for one in sessions[activity.pk] if _is_ahead(one, today)), None),
        )
        for activity in found
    ]


Spans = dict[tuple[str, int], list[tuple[date, date | None]]]


def _spans_of(student: int) -> Spans:
    """(«group» or «activity», its key) → the student's spans there. Two queries."""
    spans: Spans = defaultdict(list)
    for kind, rows in (
        ("group", Membership.objects.filter(student=student)),
        ("activity", ActivityMember.objects.filter(student=student)),
    ):
        for key, start, end in rows.order_by().values_list(kind, "start", "end"):
            spans[kind, key].append((start, end))
    return spans


def _takes_part(spans: Spans, activity: Activity, day: date) -> bool:
    group = activity.group_id
    own = spans.get(("group", group) if group else ("activity", activity.pk), ())
    return any_covers(own, day)


def _is_ahead(session: ActivitySession, today: date) -> bool:
    on = session.planned_on
    return session.held_on is None and (on is None or on >= today)
