"""The quick form of a session: all attestations of a group in a term on one page."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.reports import report_links
from admin_customizations.toolkit.asked import key_of
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.timetable.session import (
    FINAL,
    Line,
    lines_of,
    problems_of,
    proposed,
    save_events,
)
from journal.models import CourseTeacher, Employee, ExamEvent, Group, Period, Room
from journal.models.reach import rights_over
from journal.models.words import worded, worded_lazily

SPARE = 2  # empty lines for the final attestation
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
KINDS = dict(ExamEvent.Kind.choices)


class EventForm(forms.Form):
    """One line: without a date there is no event."""

    date = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts_at = forms.TimeField(required=False, widget=TIME)
    ends_at = forms.TimeField(required=False, widget=TIME)
    room = forms.ChoiceField(required=False)
    teacher = forms.ChoiceField(required=False)

    def __init__(self, line: Line, rooms, teachers, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.line = line
        self.fields["room"].choices = rooms
        self.fields["teacher"].choices = teachers

    def clean(self):
        found = super().clean()
        day, start, end = (found.get(name) for name in ("date", "starts_at", "ends_at"))
        if day and not (start and end):
            self.add_error("starts_at", "Укажите начало и конец.")
        elif day and end <= start:
            self.add_error("ends_at", "Конец должен быть позже начала.")
        return found

    def event(self, group: Group) -> ExamEvent | None:
        """The event that the line means, unsaved; None where it has no date."""
        answers = self.cleaned_data
        if not answers["date"]:
            return None
        event = self.line.event or ExamEvent(
            group=group, course=self.line.course, kind=self.line.kind
        )
        for name in ("date", "starts_at", "ends_at"):
            setattr(event, name, answers[name])
        event.room_id = int(answers["room"]) if answers["room"] else None
        event.teacher_id = int(answers["teacher"]) if answers["teacher"] else None
        return event


class FinalForm(EventForm):
    """A spare line, for the final attestation."""

    kind = forms.ChoiceField(
        choices=[(kind, KINDS[kind]) for kind in FINAL], required=False
    )
    title = forms.CharField(max_length=200, required=False)

    def clean(self):
        found = super().clean()
        if found.get("date") and not found.get("title"):
            self.add_error("title", "Назовите: тема, модуль, специальность.")
        return found

    def event(self, group):
        event = super().event(group)
        if event:
            event.kind = self.cleaned_data["kind"] or FINAL[0]
            event.title = self.cleaned_data["title"]
        return event


class SessionPage:
    """The page, and the button over the list that leads to it."""

    actions_list = ["to_session"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("session/", wrap(self.session), name="journal_examevent_session"),
            *super().get_urls(),
        ]

    def has_plan_session_permission(self, request):
        return request.user.has_perm("journal.add_examevent")

    @opened_from_list(
        worded_lazily("Сессия группы", "Сессия класса"),
        permission="plan_session",
        icon="event_available",
    )
    def to_session(self, request):
        return HttpResponseRedirect(reverse("admin:journal_examevent_session"))

    def session(self, request):
        if not self.has_plan_session_permission(request):
            raise PermissionDenied
        groups = Group.objects.visible_to(request.user).filter(closed_on__isnull=True)
        context = {
            **shell(self.admin_site, request),
            "title": worded("Сессия и ГИА группы", "Сессия и ГИА класса"),
            "groups": groups,
            "periods": Period.objects.select_related("year").order_by("-first_day")[:8],
            "list": reverse("admin:journal_examevent_changelist"),
            "period": _period(request),
        }
        key = key_of(request.GET, "group")
        if key is not None:
            group = get_object_or_404(groups, pk=key)
            if not rights_over(request.user, group, ["add_examevent"]):
                raise PermissionDenied
            done = self._form(request, group, context["period"], context)
            if done:
                self.message_user(request, done)
                return HttpResponseRedirect(request.get_full_path())
        return TemplateResponse(request, "admin/timetable/session.html", context)

    def _form(self, request, group: Group, period: Period | None, context) -> str:
        """Fill the context; the words to show where everything was saved, else ""."""
        context |= {"group": group, "period": period}
        if period is None:
            return ""
        lines = lines_of(group, period)
        forms_ = _forms(request, lines, group, period)
        context["rows"] = forms_
        context["reports"] = report_links(request.user, exam_group=group.pk)
        if request.method != "POST":
            return ""
        if [form for form in forms_ if not form.is_valid()]:
            context["problems"] = ["Исправьте отмеченные строки."]
            return ""
        events = [(form, form.event(group)) for form in forms_]
        kept = [
            event
            for form, event in events
            if event and (event.pk is None or form.has_changed())
        ]
        gone = [form.line.event for form, event in events if not event]
        gone = [event for event in gone if event]
        warnings = [] if "anyway" in request.POST else problems_of(kept)
        if warnings:
            context["warnings"] = warnings
            return ""
        try:
            save_events(request.user, kept, gone)
        except ValidationError as error:
            context["problems"] = error.messages
            return ""
        return f"Сохранено событий: {len(kept)}, убрано: {len(gone)}."


def _period(request) -> Period | None:
    """The period asked for, or the one that runs or comes next."""
    periods = Period.objects.select_related("year")
    if key := key_of(request.GET, "period"):
        return get_object_or_404(periods, pk=key)
    today = timezone.localdate()
    ahead = periods.filter(last_day__gte=today).order_by("first_day")
    return ahead.first() or periods.order_by("-first_day").first()


def _forms(request, lines, group: Group, period: Period) -> list[EventForm]:
    rooms = [("", "—"), *((str(one.pk), str(one)) for one in Room.objects.all())]
    # Whoever has left by the first day stays where an event names them already.
    named = {one.event.teacher_id for one in lines if one.event}
    people = [
        one
        for one in Employee.objects.filter(teaching__isnull=False).distinct()
        if one.pk in named
        or one.dismissed_on is None
        or one.dismissed_on > period.first_day
    ]
    teachers = [("", "—"), *((str(one.pk), one.short_name) for one in people)]
    load = CourseTeacher.objects.filter(
        course__in=[one.course for one in lines if one.course]
    )
    own = dict(load.order_by("-start").values_list("course", "employee"))
    plan = proposed(lines, group, period) if "propose" in request.GET else {}
    data = request.POST if request.method == "POST" else None
    found: list[EventForm] = []
    for place, line in enumerate(lines):
        initial = _initial(line, own, plan.get(place))
        prefix = f"e{line.event.pk}" if line.event else _key(line)
        found.append(
            EventForm(line, rooms, teachers, data, prefix=prefix, initial=initial)
        )
    for number in range(SPARE):
        line = Line(None, FINAL[0])
        found.append(FinalForm(line, rooms, teachers, data, prefix=f"final{number}"))
    return found


def _key(line: Line) -> str:
    return f"c{line.course.pk}-{line.kind}"


def _initial(line: Line, own: dict, plan) -> dict:
    event = line.event
    if event:
        return {
            "date": event.date,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "room": str(event.room_id or ""),
            "teacher": str(event.teacher_id or ""),
        }
    initial = {"teacher": str(own.get(line.course.pk, "") if line.course else "")}
    if plan:
        day, (start, end) = plan
        initial |= {"date": day, "starts_at": start, "ends_at": end}
    return initial
