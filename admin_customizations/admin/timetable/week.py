"""The weekly grid of a group, a teacher or a room, and what it does by click."""

from dataclasses import replace
from datetime import date

from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from admin_customizations.admin.timetable.lineform import LineForm
from admin_customizations.admin.timetable.weekgrid import needs_html, week_html
from admin_customizations.toolkit.asked import wrong_words
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.timetable import lay_out
from journal.domain.timetable.clashes import all_clashes, crowds, slot_of, slots
from journal.domain.timetable.editing import (
    Edited,
    change,
    outside_holidays,
    place,
    remove,
    stream_of,
)
from journal.domain.timetable.week import free_cells, period_at, read_week
from journal.models import Course, Employee, Group, Room, Subgroup, TimetableEntry
from journal.models.sqlite import alphabetical
from journal.models.words import worded_lazily

KINDS = {"group": Group, "teacher": Employee, "room": Room}
TITLES = {
    "group": worded_lazily("По группе", "По классу"),
    "teacher": worded_lazily("По преподавателю"),
    "room": "По аудитории",
}
MOST_SHOWN = 200
MOST_REASONS = 5
MOST_DIGITS = 20


def number_of(data, name: str, most: int = 2**63 - 1) -> int:
    """A whole number of the request, 0 where it is left out; 400 for anything else."""
    said = data.get(name) or "0"
    digits = said.isascii() and said.isdecimal() and len(said) < MOST_DIGITS
    if not digits or int(said) > most:
        raise BadRequest(f"{name}: ждём номер")
    return int(said)


def day_of(data, name: str) -> date:
    """A day of the request, today where it is left out; 400 for anything else."""
    try:
        return (
            date.fromisoformat(data[name]) if data.get(name) else timezone.localdate()
        )
    except ValueError as error:
        raise BadRequest(f"{name}: ждём дату ГГГГ-ММ-ДД") from error


def owners(user, kind: str) -> list:
    """Groups, teachers or rooms to choose from, by name."""
    rows = KINDS[kind].objects.visible_to(user)
    if kind == "group":
        return list(rows.filter(closed_on=None).order_by("course_year", "name"))
    if kind == "teacher":
        working = rows.filter(dismissed_on=None)
        names = alphabetical("last_name", "first_name", "middle_name")
        return list(working.order_by(*names))
    return list(rows.order_by("number"))


def owner_name(kind: str, owner) -> str:
    return owner.short_name if kind == "teacher" else str(owner)


class WeekPages:
    """A button over the list of lines, and the pages of the grid."""

    actions_list = ["to_week", "to_clashes"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        pages = {
            "": self.week,
            "free/": self.free,
            "move/": self.move,
            "place/": self.put,
            "remove/": self.take_away,
            "lay_out/": self.lay_out_group,
        }
        return [
            *(
                path(
                    f"week/{at}",
                    wrap(view),
                    name="_".join(
                        filter(None, ("journal_timetableentry_week", at.rstrip("/")))
                    ),
                )
                for at, view in pages.items()
            ),
            path(
                "week/line/<int:pk>/",
                wrap(self.line),
                name="journal_timetableentry_week_line",
            ),
            path("clashes/", wrap(self.clashes), name="journal_timetableentry_clashes"),
            *super().get_urls(),
        ]

    @opened_from_list("Сетка недели", permission="view", icon="calendar_view_week")
    def to_week(self, request):
        return HttpResponseRedirect(reverse("admin:journal_timetableentry_week"))

    @opened_from_list("Проверка накладок", permission="view", icon="rule")
    def to_clashes(self, request):
        return HttpResponseRedirect(reverse("admin:journal_timetableentry_clashes"))

    @method_decorator(require_safe)
    def week(self, request):
        """The grid; `group`, `teacher` or `room` names whose, `day` since when."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kind = next((one for one in KINDS if request.GET.get(one)), None)
        kind = kind or (
            request.GET.get("by") if request.GET.get("by") in KINDS else "group"
        )
        day = day_of(request.GET, "day")
        choice = owners(request.user, kind)
        owner = self._owner(request, kind, choice)
        found = owner and read_week(request.user, kind, owner, day)
        may = self.has_change_permission(request)
        context = {
            **shell(self.admin_site, request),
            "title": "Расписание недели"
            + (f": {owner_name(kind, owner)}" if owner else ""),
            "kind": kind,
            "kinds": TITLES.items(),
            "owner": owner,
            "owners": [(one.pk, owner_name(kind, one)) for one in choice],
            "day": day,
            "today": timezone.localdate(),
            "week": found,
            "may": may,
            "may_lay_out": kind == "group"
            and request.user.has_perm("journal.add_lesson"),
        }
        if found and found.period:
            context["table"] = week_html(found, may)
            context["needs"] = needs_html(found.needs, kind, may)
            if may and kind == "group":
                since = max(day, timezone.localdate())
                context["warning"] = outside_holidays(
                    found.period, since, found.doing.get(since)
                )
        return TemplateResponse(request, "admin/timetable/week.html", context)

    def _owner(self, request, kind: str, choice: list):
        if not request.GET.get(kind):
            return choice[0] if choice else None
        wanted = number_of(request.GET, kind)
        for one in choice:
            if one.pk == wanted:
                return one
        owner = KINDS[kind].objects.visible_to(request.user).filter(pk=wanted).first()
        if owner is None:
            raise Http404
        return owner

    # What a click asks and does

    def _line(self, request, pk: int, verb: str = "change") -> TimetableEntry:
        rows = TimetableEntry.objects.select_related(
            "course__period__year",
            "course__group",
            "course__discipline",
            "subgroup",
            "teacher",
            "room",
        )
        if pk >= 2**63:
            raise Http404
        entry = rows.visible_to(request.user).filter(pk=pk).first()
        if entry is None:
            raise Http404
        allowed = getattr(self, f"has_{verb}_permission")(request, entry)
        if not allowed:
            raise PermissionDenied
        return entry

    def _fresh(self, request, data) -> TimetableEntry:
        """A line that is not there yet: of a course, its part and its teacher."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        courses = Course.objects.visible_to(request.user).select_related(
            "period__year", "group", "discipline"
        )
        course = courses.filter(pk=number_of(data, "course")).first()
        teacher = Employee.objects.filter(pk=number_of(data, "teacher")).first()
        if course is None or teacher is None:
            raise Http404
        part = number_of(data, "subgroup")
        subgroup = Subgroup.objects.filter(pk=part, course=course).first()
        if part and subgroup is None:
            raise Http404
        return TimetableEntry(
            course=course,
            subgroup=subgroup,
            teacher=teacher,
            parity=number_of(data, "parity", 2),
            weekday=1,
            number=1,
            start=max(day_of(data, "since"), course.period.first_day),
        )

    @method_decorator(require_safe)
    def free(self, request):
        """Where a line may stand: `{"1-3": "", "1-4": why not}`."""
        since = day_of(request.GET, "since")
        if pk := number_of(request.GET, "line"):
            entry = self._line(request, pk)
            lines = [entry, *stream_of(entry)]
        else:
            lines = [self._fresh(request, request.GET)]
        numbers = [*range(1, 16), None]
        answer: dict[str, str] = {}
        for line in lines:
            slot = slot_of(line)
            slot = replace(slot, start=max(slot.start, since))
            for (weekday, number), words in free_cells(
                slot, range(1, 8), numbers
            ).items():
                at = f"{weekday}-{number or 0}"
                answer[at] = answer.get(at) or words
        return JsonResponse({"cells": answer})

    @method_decorator(require_POST)
    def move(self, request):
        """Put a line down in another cell, from a day on."""
        entry = self._line(request, number_of(request.POST, "line"))
        weekday, number = self._cell(request)
        return self._done(
            lambda: change(
                entry,
                day_of(request.POST, "since"),
                request.user,
                weekday=weekday,
                number=number,
            )
        )

    @method_decorator(require_POST)
    def put(self, request):
        """Put a course that is still to be placed into a cell."""
        entry = self._fresh(request, request.POST)
        entry.weekday, entry.number = self._cell(request)
        return self._done(lambda: place(entry, request.user))

    @method_decorator(require_POST)
    def take_away(self, request):
        entry = self._line(request, number_of(request.POST, "line"), "delete")
        since = day_of(request.POST, "since")
        return self._done(lambda: remove(entry, since, request.user))

    def _cell(self, request) -> tuple[int, int | None]:
        weekday = number_of(request.POST, "weekday", 7)
        if not weekday:
            raise BadRequest("weekday: ждём день недели")
        return weekday, number_of(request.POST, "number", 15) or None

    def _done(self, edit) -> JsonResponse:
        """The answer to a click: what was done, or why it was not (409)."""
        try:
            edited = edit()
        except ValidationError as error:
            return JsonResponse({"error": " ".join(error.messages)}, status=409)
        return JsonResponse({"said": said(edited), "warnings": told(edited)})

    def line(self, request, pk: int):
        """The form of one line: room, teacher, parity, part, stream, days."""
        entry = self._line(request, pk)
        since = max(day_of(request.GET, "since"), timezone.localdate())
        if request.method != "POST":
            form = LineForm(request.user, entry, since=since)
            context = {"form": form, "entry": entry}
            return TemplateResponse(request, "admin/timetable/line.html", context)
        form = LineForm(request.user, entry, request.POST, since=since)
        if not form.is_valid():
            return JsonResponse({"error": " ".join(wrong_words(form))}, status=409)
        answers = form.cleaned_data
        day = answers.pop("since")
        return self._done(lambda: change(entry, day, request.user, **answers))

    @method_decorator(require_POST)
    def lay_out_group(self, request):
        """The button that lays the lessons of a group out, from a day on."""
        if not (
            self.has_change_permission(request)
            and request.user.has_perm("journal.add_lesson")
        ):
            raise PermissionDenied
        groups = Group.objects.visible_to(request.user)
        group = groups.filter(pk=number_of(request.POST, "group")).first()
        if group is None:
            raise Http404
        period = period_at(day_of(request.POST, "since"))
        lines = TimetableEntry.objects.filter(
            course__group=group, course__period=period
        )
        done = lay_out(lines, by=request.user)
        edited = Edited(
            lessons=len(done.created) + len(done.changed), skipped=done.skipped
        )
        for words in told(edited):
            self.message_user(request, words, "WARNING")
        self.message_user(request, said(edited))
        at = reverse("admin:journal_timetableentry_week")
        return HttpResponseRedirect(f"{at}?group={group.pk}")

    @method_decorator(require_safe)
    def clashes(self, request):
        """All lines of the college that cannot stand together, and full rooms."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        day = day_of(request.GET, "day")
        seen = TimetableEntry.objects.visible_to(request.user)
        found = all_clashes(day, seen)
        ahead = slots(seen.filter(course__period=period_at(day), room__capacity__gt=0))
        full = crowds([slot for slot in ahead if slot.end > day], day)
        context = {
            **shell(self.admin_site, request),
            "title": "Проверка накладок",
            "clashes": found[:MOST_SHOWN],
            "count": len(found),
            "crowds": full[:MOST_SHOWN],
            "day": day,
        }
        return TemplateResponse(request, "admin/timetable/clashes.html", context)


def said(edited: Edited) -> str:
    if not edited.lessons:
        return "Сохранено. Занятий по этой строке пока не разложено."
    return f"Сохранено. Занятий изменено: {edited.lessons}."


def told(edited: Edited) -> list[str]:
    """Warnings, and lessons that found no place."""
    words = [
        f"{skip.date:%d.%m.%Y}: занятие не поставлено. {skip.reason}"
        for skip in edited.skipped[:MOST_REASONS]
    ]
    if more := len(edited.skipped) - MOST_REASONS:
        words += [f"И ещё не поставлено занятий: {more}."] if more > 0 else []
    return edited.warnings + words
