"""Extra-curricular activities, their plan and journal (F14)."""

from datetime import date

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.toolkit.asked import asked_day
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import opened
from admin_customizations.toolkit.shell import shell
from journal.domain.lessons.activities import (
    call_off,
    hold,
    members_on,
    read_journal,
)
from journal.models import Activity, ActivityMember, ActivitySession
from journal.models.words import worded_lazily

MOST_PRESENT = 500


class ActivityMemberInline(TabularInline):
    model = ActivityMember
    fields = ["student", "start", "end"]
    autocomplete_fields = ["student"]


class ActivitySessionInline(TabularInline):
    model = ActivitySession
    fields = ["number", "topic", "hours", "planned_on"]
    verbose_name_plural = "план занятий"


def _may_look(user, activity) -> bool:
    return user.has_perm("journal.view_activitysession")


@admin.register(Activity)
class ActivityAdmin(ModelAdmin):
    """Circles, sections, class hours."""

    list_display = ["name", "kind", "group", "leader", "hours", "year"]
    list_filter = [
        ("year", ScopedRelatedFilter),
        ("kind", ChoiceFilter),
        ("group", ScopedRelatedFilter),
    ]
    list_select_related = ["group", "leader", "year"]
    search_fields = ["name", "leader__last_name", "group__name"]
    autocomplete_fields = ["group", "leader", "place"]
    fields = [
        ("name", "kind"),
        ("year", "group"),
        ("leader", "hours"),
        ("schedule", "place"),
    ]
    inlines = [ActivitySessionInline, ActivityMemberInline]
    actions_detail = ["journal"]
    empty_hint = worded_lazily(
        "Кружков, секций и классных часов пока нет. Добавьте объединение, его план и"
        " участников; у классных часов участники — вся группа.",
        "Кружков, секций и классных часов пока нет. Добавьте объединение, его план и"
        " участников; у классных часов участники — весь класс.",
    )

    def get_urls(self):
        view = self.admin_site.admin_view(self.session_page)
        return [
            path("session/<int:pk>/", view, name="journal_activity_session"),
            *super().get_urls(),
        ]

    @opened("Журнал", may=_may_look, icon="menu_book")
    def journal(self, request, activity):
        """The plan line by line, what was held, and who came how often."""
        found = read_journal(activity)
        may = ActivitySession.objects.visible_to(request.user, "change")
        today = timezone.localdate()
        context = {
            **shell(self.admin_site, request),
            "title": f"Журнал: {activity.name}",
            "activity": activity,
            "journal": found,
            "sessions": [
                (
                    one,
                    sum(one.pk in there for there in found.there.values()),
                    not one.held_on and one.planned_on and one.planned_on < today,
                )
                for one in found.sessions
            ],
            "students": [
                (one, len(found.there.get(one.pk, ())), found.asked.get(one.pk, 0))
                for one in found.students
            ],
            "percent": found.percent(),
            "may": may.filter(activity=activity).exists(),
        }
        return TemplateResponse(request, "admin/lessons/activity.html", context)

    def session_page(self, request, pk: int):
        """One session: the day, what was done, who was there."""
        rows = ActivitySession.objects.visible_to(request.user)
        session = rows.filter(pk=pk).select_related("activity__year").first()
        if session is None or pk >= 2**63:
            raise Http404
        if not session.is_editable_by(request.user):
            raise PermissionDenied
        today = timezone.localdate()
        problem, day = "", self._day_of(request, session, today)
        if request.method == "POST":
            problem = self._held(request, session, day, today)
            if not problem:
                at = reverse(
                    "admin:journal_activity_journal", args=[session.activity_id]
                )
                return HttpResponseRedirect(at)
        there = set(session.presences.values_list("student", flat=True))
        is_sent = request.method == "POST"
        if is_sent:
            there = set(
                map(int, filter(str.isdecimal, request.POST.getlist("present")))
            )
        begins = not session.held_on and not is_sent
        members = members_on(session.activity, day)
        context = {
            **shell(self.admin_site, request),
            "title": f"{session.activity.name}: {session.topic}",
            "session": session,
            "day": day,
            "today": today,
            "members": [(one, begins or one.pk in there) for one in members],
            "content": request.POST.get("content", session.content),
            "problem": problem,
            "back": reverse(
                "admin:journal_activity_journal", args=[session.activity_id]
            ),
        }
        return TemplateResponse(request, "admin/lessons/activity_session.html", context)

    def _day_of(self, request, session, today: date) -> date:
        """The day asked for; else the one it was held or planned on, never ahead.

        What is no day is a BadRequest: nothing is written on another one instead.
        """
        usual = session.held_on or min(session.planned_on or today, today)
        said = request.POST.get("day") or request.GET.get("day") or ""
        return asked_day(said, usual)

    def _held(self, request, session, day: date, today: date) -> str:
        """What is wrong with what was sent; "" where it is stored."""
        if "call_off" in request.POST:
            call_off(request.user, session)
            self.message_user(request, "Отметка о проведении снята.", "success")
            return ""
        ticked = request.POST.getlist("present")
        if len(ticked) > MOST_PRESENT or not all(
            one.isascii() and one.isdecimal() and len(one) < 19 for one in ticked
        ):
            return "Присутствие указано неверно: отметьте его на этой странице."
        try:
            hold(
                request.user,
                session,
                day,
                map(int, ticked),
                request.POST.get("content", ""),
                today,
            )
        except ValidationError as error:
            return " ".join(error.messages)
        self.message_user(
            request, f"Занятие записано, пришли: {len(ticked)}.", "success"
        )
        return ""
