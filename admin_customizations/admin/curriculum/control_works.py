"""The schedule of control works: a list, a calendar by weeks, and its making (S 6.3, M 2)."""

from collections import defaultdict
from datetime import date, timedelta

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.admin.filters import PeriodFilter
from admin_customizations.toolkit.filters import ScopedRelatedFilter
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.curriculum.control_works import (
    courses_to_schedule,
    propose,
    store,
)
from journal.models import ControlWork, Course, Group, Period

WEEK = timedelta(days=7)


@admin.register(ControlWork)
class ControlWorkAdmin(ModelAdmin):
    """Control works by day: a group writes one a day at most."""

    list_display = ["date", "group", "course", "name"]
    list_filter = [
        PeriodFilter,
        ("group", ScopedRelatedFilter),
        ("course__discipline", ScopedRelatedFilter),
    ]
    list_select_related = ["group", "course__discipline", "course__group"]
    search_fields = ["name", "group__name", "course__discipline__name"]
    autocomplete_fields = ["course", "group"]
    date_hierarchy = "date"
    fields = [("course", "group"), ("date", "name")]
    actions_list = ["to_schedule"]
    empty_hint = (
        "Графика контрольных работ пока нет. Составьте его по планам и расписанию."
    )
    empty_hint_reader = "Контрольных работ в графике пока нет."

    def get_urls(self):
        wrap = self.admin_site.admin_view
        address = path(
            "schedule/", wrap(self.schedule), name="journal_controlwork_schedule"
        )
        return [address, *super().get_urls()]

    def has_schedule_permission(self, request):
        return request.user.has_perm("journal.view_controlwork")

    @opened_from_list(
        "Календарь и составление", permission="schedule", icon="calendar_month"
    )
    def to_schedule(self, request):
        return HttpResponseRedirect(reverse("admin:journal_controlwork_schedule"))

    def schedule(self, request):
        """The works of a period by groups and weeks; for a group what plans propose."""
        if not self.has_schedule_permission(request):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        period = _period(asked.get("period", ""))
        groups = _groups(request.user, period)
        group = next((one for one in groups if str(one.pk) == asked.get("group")), None)
        placings = self._placings(request.user, period, group)
        if request.method == "POST":
            if not request.user.has_perm("journal.add_controlwork"):
                raise PermissionDenied
            if period is None:
                raise BadRequest("period: заведите учебный период")
            added, moved = store(placings, request.user)
            words = f"График обновлён. Добавлено работ: {added}, перенесено: {moved}."
            self.message_user(request, words)
            query = f"?period={period.pk}&group={group.pk if group else ''}"
            return HttpResponseRedirect(request.path + query)
        weeks, lines = _calendar(request.user, period, groups)
        context = {
            **shell(self.admin_site, request),
            "title": "График контрольных работ",
            "periods": Period.objects.select_related("year").order_by("-first_day")[:8],
            "period": period,
            "groups": groups,
            "group": group,
            "placings": placings,
            "changes": sum(one.is_change for one in placings),
            "left": sum(one.day is None for one in placings),
            "may": request.user.has_perm("journal.add_controlwork"),
            "weeks": weeks,
            "lines": lines,
            "today": timezone.localdate(),
        }
        return TemplateResponse(request, "admin/curriculum/control_works.html", context)

    def _placings(self, user, period: Period | None, group: Group | None) -> list:
        """What the plans of one group give; nothing where no group is chosen."""
        if (
            period is None
            or group is None
            or not user.has_perm("journal.add_controlwork")
        ):
            return []
        courses = Course.objects.filter(period=period, group=group)
        return propose(courses_to_schedule(user, courses))


def _period(text: str) -> Period | None:
    """The period asked for; else the one going on, or the last begun."""
    periods = Period.objects.select_related("year")
    if text.isdecimal() and len(text) < 19:
        found = periods.filter(pk=int(text)).first()
        if found:
            return found
    begun = periods.filter(first_day__lte=timezone.localdate())
    return begun.order_by("-first_day").first() or periods.order_by("first_day").first()


def _groups(user, period: Period | None) -> list[Group]:
    """Groups with courses in the period that the person sees."""
    if period is None:
        return []
    courses = Course.objects.visible_to(user).filter(period=period).order_by()
    groups = Group.objects.filter(pk__in=courses.values("group"))
    return list(groups.order_by("course_year", "name"))


def _calendar(user, period: Period | None, groups: list[Group]):
    """Mondays of the period, and for each group its works of each week."""
    if period is None:
        return [], []
    monday = period.first_day - timedelta(days=period.first_day.weekday())
    weeks: list[date] = []
    while monday <= period.last_day:
        weeks.append(monday)
        monday += WEEK
    works = ControlWork.objects.visible_to(user).filter(
        date__range=(period.first_day, period.last_day), group__in=groups
    )
    by_place = defaultdict(list)
    for work in works.select_related("course__discipline").order_by("date").distinct():
        start = work.date - timedelta(days=work.date.weekday())
        by_place[work.group_id, start].append(work)
    lines = [
        (group, [by_place.get((group.pk, week), []) for week in weeks])
        for group in groups
    ]
    return weeks, lines
