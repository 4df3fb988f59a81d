"""The calendar feed: a person's own timetable at a secret address (RFC 5545)."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from journal.domain.timetable.day import RELATED, changes_of
from journal.models import (
    CalendarDay,
    CalendarFeed,
    ExamEvent,
    Institution,
    Lesson,
    User,
)
from journal.models.reach import ANCHORS, NOTHING, employee_key, grants
from journal.pages.diary.reading import bells_between
from journal.pages.timetable.reading import title_of
from journal.roles import Anchor

BEHIND, AHEAD = timedelta(days=28), timedelta(days=180)
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


@login_not_required
@require_safe
def feed(request, token: str):
    """The calendar of the address's owner; whatever else is asked for is not there.

    Rights are asked anew each time: of a closed account, of a role or a tie that is no
    more nothing is shown.
    """
    row = None
    if TOKEN.fullmatch(token):
        rows = CalendarFeed.objects.select_related("user__employee")
        row = rows.filter(token=token).first()
    if row is None or not row.user.is_open():
        return _private(
            HttpResponse("Такого календаря нет.", "text/plain; charset=utf-8", 404)
        )
    content, changed = calendar_of(row.user, request.get_host())
    response = HttpResponse(content, "text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="timetable.ics"'
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    response["ETag"] = etag
    modified = None
    if changed:
        modified = int(changed.timestamp())
        response["Last-Modified"] = http_date(modified)
    # Lessons come into the window without being changed: the content decides.
    found = get_conditional_response(request, etag, None, response)
    return _private(found or response)


def _private(response):
    """Kept by no proxy, and told to no search engine."""
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def calendar_of(user: User, host: str) -> tuple[bytes, datetime | None]:
    """The calendar as a file, and when something in it was last changed.

    Seven queries beside those of rights, whatever the number of lessons.
    """
    today = timezone.localdate()
    span = (today - BEHIND, today + AHEAD)
    lessons = list(
        Lesson.objects.filter(_own(user, Lesson), date__range=span)
        .select_related(*RELATED)
        .order_by("date", "number", "pk")
    )
    events = list(
        ExamEvent.objects.filter(_own(user, ExamEvent), date__range=span)
        .select_related("group", "course__discipline", "teacher", "room")
        .order_by("date", "starts_at", "pk")
    )
    calendar = Calendar()
    calendar.add("prodid", "-//journal//timetable//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Занятия, {Institution.current().short_name}")
    calendar.add("x-wr-timezone", str(timezone.get_current_timezone()))
    calendar.add("x-published-ttl", "PT1H")
    versions = _versions(Lesson, lessons)
    bells = _bells(*span) if lessons else {}
    for lesson in lessons:
        component = _of_lesson(lesson, bells, employee_key(user))
        _stamp(component, "lesson", lesson, versions, host)
        calendar.add_component(component)
    exams = _versions(ExamEvent, events)
    for event in events:
        component = _of_event(event)
        _stamp(component, "exam", event, exams, host)
        calendar.add_component(component)
    moments = [when for when, _ in (*versions.values(), *exams.values())]
    return calendar.to_ical(), max(moments, default=None)


def _own(user: User, model) -> Q:
    """Rows of one's own: lessons given, or those of oneself and one's children."""
    may = f"view_{model._meta.model_name}"
    anchors = {grant.anchor for grant in grants(user) if may in grant.permissions}
    found = NOTHING
    if Anchor.OWN in anchors:
        found |= ANCHORS[Anchor.OWN](user, model.reach, True)
    if employee := employee_key(user):
        found |= Q(teacher=employee)
        if model is ExamEvent:
            sat = ExamEvent.objects.filter(members__employee=employee)
            found |= Q(pk__in=sat.values("pk"))
    return found


def _versions(model, rows) -> dict[int, tuple[datetime, int]]:
    """Key → when a row was last changed, and how many times."""
    past = model.history.filter(id__in=[row.pk for row in rows]).order_by()
    found = past.values_list("id").annotate(Max("history_date"), Count("pk"))
    return {pk: (when, times - 1) for pk, when, times in found}


def _stamp(component: Event, name: str, row, versions, host: str) -> None:
    """A name that stays, and a version by which programs know a change."""
    when, times = versions.get(row.pk, (datetime(2026, 1, 1, tzinfo=UTC), 0))
    when = when.astimezone(UTC).replace(microsecond=0)
    component.add("uid", f"{name}-{row.pk}@{host}")
    component.add("dtstamp", when)
    component.add("last-modified", when)
    component.add("sequence", times)


def _bells(first: date, last: date) -> dict:
    special = CalendarDay.objects.filter(date__range=(first, last))
    return bells_between(first, last, dict(special.values_list("date", "kind")))


def _utc(day: date, at) -> datetime:
    return timezone.make_aware(datetime.combine(day, at)).astimezone(UTC)


def _times(component: Event, day: date, times) -> None:
    """Hours in UTC; a day without bells is a whole day."""
    if times:
        component.add("dtstart", _utc(day, times[0]))
        component.add("dtend", _utc(day, times[1]))
    else:
        component.add("dtstart", day)
        component.add("dtend", day + timedelta(days=1))


def _of_lesson(lesson: Lesson, bells: dict, employee: int) -> Event:
    component = Event()
    times = bells[lesson.date].get(lesson.number)
    _times(component, lesson.date, times)
    part = f", {lesson.subgroup}" if lesson.subgroup_id else ""
    number = f"{lesson.number}-е: " if lesson.number and not times else ""
    title = f"{number}{lesson.course.discipline} ({lesson.course.group}{part})"
    component.add("summary", f"Отменено: {title}" if lesson.is_cancelled else title)
    component.add("status", "CANCELLED" if lesson.is_cancelled else "CONFIRMED")
    component.add("transp", "TRANSPARENT" if lesson.is_cancelled else "OPAQUE")
    if lesson.room_id:
        component.add("location", lesson.room.place)
    words = changes_of(lesson)
    if lesson.teacher_id != employee:
        words = [lesson.teacher.short_name, *words]
    if words:
        component.add("description", "\n".join(words))
    return component


def _of_event(event: ExamEvent) -> Event:
    component = Event()
    _times(component, event.date, (event.starts_at, event.ends_at))
    component.add("summary", f"{title_of(event)} ({event.group})")
    component.add("status", "CONFIRMED")
    if event.room_id:
        component.add("location", event.room.place)
    words = [event.teacher.short_name if event.teacher_id else "", event.note]
    if any(words):
        component.add("description", "\n".join(filter(None, words)))
    return component
