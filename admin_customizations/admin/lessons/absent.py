"""«Отсутствуют сегодня»: every absence at once, with whom to call (F13)."""

from datetime import timedelta

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from admin_customizations.access import Kind, note_when_sent
from admin_customizations.toolkit.asked import asked_day
from admin_customizations.toolkit.shell import shell
from journal.domain.lessons.absent import absent_on
from journal.models import Group
from journal.models.sqlite import russian_key

SHOWN = (("", "все"), ("bad", "без причины"))


class AbsentPage:
    """The page, for the admin of lessons."""

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.absent))
        return [
            path("absent/", view, name="journal_lesson_absent"),
            *super().get_urls(),
        ]

    def absent(self, request):
        """The absent of a day, of a group or of all that the person sees."""
        user, today = request.user, timezone.localdate()
        if not user.has_perms(["journal.view_lesson", "journal.view_absence"]):
            raise PermissionDenied
        day = asked_day(request.GET.get("day", ""))
        show = request.GET.get("show", "")
        if show not in dict(SHOWN):
            raise BadRequest("show: " + ", ".join(key for key, _ in SHOWN if key))
        groups = sorted(
            Group.objects.visible_to(user).filter(closed_on__isnull=True),
            key=lambda one: russian_key(one.name),
        )
        group = key_among(request, "group", groups)
        found = absent_on(user, day, group)
        bad = [one for one in found if one.is_unexplained]
        context = {
            **shell(self.admin_site, request),
            "title": "Отсутствуют сегодня" if day == today else "Отсутствовали",
            "day": day,
            "today": today,
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1),
            "groups": groups,
            "group": group,
            "show": show,
            "kinds": SHOWN,
            "count": len(found),
            "bad": len(bad),
            "students": bad if show else found,
        }
        response = TemplateResponse(request, "admin/lessons/absent.html", context)
        if found:
            subject = f"Отсутствующие {day:%d.%m.%Y}"
            note_when_sent(request, response, Kind.LISTED, subject, count=len(found))
        return response


def key_among(request, name: str, rows) -> int | None:
    """The key of one of these rows that the address names; 404 for any other."""
    asked = request.GET.get(name)
    if not asked:
        return None
    for row in rows:
        if str(row.pk) == asked:
            return row.pk
    raise Http404("Такого нет.")
