"""Schedules of interim attestation and of the final one (E3, M 2, K 4.2.2, K 4.2.3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch

from journal.domain.organisation.calendar import Calendars
from journal.domain.timetable.days import bells_on, taught_days
from journal.domain.timetable.taken import Sitting, Taken
from journal.models import (
    AttestationForm,
    CalendarSpan,
    Course,
    ExamEvent,
    ExamMember,
    Group,
    Period,
    User,
)
from journal.models.guards import rule_of

Kind = ExamEvent.Kind
KINDS = {
    AttestationForm.EXAM: (Kind.CONSULTATION, Kind.EXAM),
    AttestationForm.MODULE_EXAM: (Kind.CONSULTATION, Kind.EXAM),
    AttestationForm.DIFF_CREDIT: (Kind.CREDIT,),
    AttestationForm.CREDIT: (Kind.CREDIT,),
    AttestationForm.COURSEWORK: (Kind.COURSEWORK,),
    AttestationForm.OTHER: (Kind.CREDIT,),
}
"""What a form of attestation is held as."""
FINAL = (Kind.FINAL_EXAM, Kind.DEMO_EXAM, Kind.DEFENCE)
DAYS_BETWEEN = 3  # to prepare for the next exam, the consultation among them
EXAM_AT = (time(9), time(13))
CONSULTATION_AT = (time(14), time(15, 30))


@dataclass
class Line:
    """What is, or could be, held of a course in a period."""

    course: Course | None
    kind: str
    event: ExamEvent | None = None

    @property
    def kind_title(self) -> str:
        return Kind(self.kind).label


@dataclass
class Attestation:
    """A course of a group with its form and what is held of it."""

    course: Course
    form: str
    events: list[ExamEvent] = field(default_factory=list)


def with_people(events):
    """Events in their order, with all that is shown of them."""
    return (
        events.select_related("group", "course__discipline", "teacher", "room")
        .prefetch_related(
            Prefetch("members", ExamMember.objects.select_related("employee"))
        )
        .order_by("date", "starts_at", "group__name", "pk")
    )


def attestations_of(group: int, period) -> tuple[list[Attestation], list[ExamEvent]]:
    """The courses of a period with their forms and events, and events of no course.

    By the key of a group; `period` has a key, a first and a last day. Three queries.
    """
    courses = Course.objects.filter(group=group, period=period.pk).exclude(
        attestation_form=""
    )
    forms = list(AttestationForm)
    found = [
        Attestation(course, course.get_attestation_form_display())
        for course in courses.select_related("discipline").order_by("discipline__name")
    ]
    found.sort(key=lambda one: forms.index(one.course.attestation_form))
    by_course = {one.course.pk: one for one in found}
    others = []
    for event in with_people(ExamEvent.objects.filter(group=group)):
        if event.course_id in by_course:
            by_course[event.course_id].events.append(event)
        elif event.course_id is None and _near(event.date, period):
            others.append(event)
    return found, others


def _near(day: date, period) -> bool:
    """A session may go on after the last day of study."""
    return period.first_day <= day <= period.last_day + timedelta(days=60)


def lines_of(group: Group, period: Period) -> list[Line]:
    """Everything that the forms of attestation ask for, held or not yet, and the rest."""
    attestations, others = attestations_of(group.pk, period)
    lines = []
    for one in attestations:
        held = list(one.events)
        for kind in KINDS[one.course.attestation_form]:
            event = next((event for event in held if event.kind == kind), None)
            if event:
                held.remove(event)
            lines.append(Line(one.course, kind, event))
        lines += [Line(one.course, event.kind, event) for event in held]
    return lines + [Line(None, event.kind, event) for event in others]


def proposed(
    lines: Iterable[Line], group: Group, period: Period
) -> dict[int, tuple[date, tuple[time, time]]]:
    """Index of an exam or its consultation that is not set yet → day and hours.

    Exams stand three days apart in the session of the group's calendar, else in the last
    days of the period, the consultation on the study day before.
    """
    spans = Calendars([period.year]).spans_of(group, period.year)
    session = [
        (span.first_day, span.last_day)
        for span in spans
        if span.kind == CalendarSpan.Kind.SESSION
        and span.last_day >= period.first_day
        and span.first_day <= period.last_day + timedelta(days=31)
    ]
    exams = [
        place
        for place, line in enumerate(lines)
        if line.kind == Kind.EXAM and line.event is None
    ]
    if session:
        first, last = session[-1]
    else:
        last = period.last_day
        first = last - timedelta(days=DAYS_BETWEEN * max(len(exams), 1))
    open_days = [
        day
        for day in taught_days(first, last + timedelta(days=1))
        if day.isoweekday() < 7
    ]
    held = {line.event.date for line in lines if line.event}
    found, at = {}, 1
    for place in exams:
        while at < len(open_days) and open_days[at] in held:
            at += 1
        if at >= len(open_days):
            break
        found[place] = (open_days[at], EXAM_AT)
        before = lines[place - 1] if place else None
        if before and before.kind == Kind.CONSULTATION and before.event is None:
            found[place - 1] = (open_days[at - 1], CONSULTATION_AT)
        at += DAYS_BETWEEN
    return found


# What stands in the way


def problems_of(events: Iterable[ExamEvent]) -> list[str]:
    """Lessons that some events meet: of the group, the teacher, the room; in words."""
    events = [event for event in events if event.date]
    taken = Taken({event.date for event in events}, exams=False)
    bells = {day: bells_on(day) for day in {event.date for event in events}}
    found = []
    for event in events:
        who = Sitting(event.group_id, None, "", event.teacher_id or 0, event.room_id)
        for number, (start, end) in bells[event.date].items():
            if start < event.ends_at and event.starts_at < end:
                for words in taken.problems(who, event.date, number):
                    found.append(
                        f"{event.get_kind_display()} {event.date:%d.%m}, "
                        f"{number}-е занятие. {words}"
                    )
    return list(dict.fromkeys(found))


@transaction.atomic
def save_events(
    user: User, events: Iterable[ExamEvent], gone: Iterable[ExamEvent] = ()
) -> None:
    """Write events and take others back, all or nothing.

    Raises ValidationError in words where the database refuses one: a teacher, a member
    of a commission, a room or the group is at another exam then.
    """
    for event in gone:
        for member in ExamMember.objects.filter(event=event):
            member._history_user = user
            member.delete()
        event._history_user = user
        event.delete()
    for event in events:
        event._history_user = user
        try:
            with transaction.atomic():
                event.save()
        except IntegrityError as error:
            if (words := rule_of(error)) is None:
                raise
            name = event.course.discipline if event.course_id else event.title
            kind = event.get_kind_display()
            raise ValidationError(
                f"{name}, {kind} {event.date:%d.%m.%Y}: {words}"
            ) from error
