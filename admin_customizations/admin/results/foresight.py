"""What forecasts have learnt, and how they came true (F12)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.results.fitting import closed_terms, refit
from journal.models import ForecastFit

TENTHS = [f"{10 * place}–{10 * place + 10} %" for place in range(10)]


@admin.register(ForecastFit)
class ForecastFitAdmin(ReadOnly, ModelAdmin):
    """Estimates of the constants, the newest first; how forecasts came true with each."""

    list_display = ["made_at", "of_terms", "made_by", "exact", "coverage"]
    list_select_related = ["made_by"]
    fields = [("made_at", "made_by"), "of_terms", "came_true"]
    readonly_fields = ["of_terms", "came_true"]
    actions_list = ["to_refit"]
    empty_hint_reader = (
        "По своим данным прогноз ещё не настраивали: действуют общие значения."
    )

    def get_urls(self):
        refitted = self.admin_site.admin_view(self.refit_page)
        return [
            path("refit/", refitted, name="journal_forecastfit_refit"),
            *super().get_urls(),
        ]

    def has_refit_permission(self, request):
        return request.user.has_perm("journal.refit_forecastfit")

    @opened_from_list("Пересчитать", permission="refit", icon="refresh")
    def to_refit(self, request):
        return HttpResponseRedirect(reverse("admin:journal_forecastfit_refit"))

    def refit_page(self, request):
        """GET says from which terms it would be learnt, POST learns."""
        if not self.has_refit_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        if request.method == "POST":
            return self._refitted(request, today)
        context = {
            **shell(self.admin_site, request),
            "title": "Настройка прогноза",
            "terms": closed_terms(today),
        }
        return TemplateResponse(request, "admin/results/refit.html", context)

    def _refitted(self, request, today):
        try:
            made = refit(today, request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), "warning")
            return HttpResponseRedirect(reverse("admin:journal_forecastfit_refit"))
        self.message_user(request, "Прогноз настроен по своим данным.")
        at = reverse("admin:journal_forecastfit_change", args=[made.pk])
        return HttpResponseRedirect(at)

    @admin.display(description="по периодам")
    def of_terms(self, fit):
        return "; ".join(fit.periods) or "общие значения"

    @admin.display(description="точно на середине периода")
    def exact(self, fit):
        return _percent(fit, "exact")

    @admin.display(description="средний балл в интервале 80 %")
    def coverage(self, fit):
        return _percent(fit, "coverage_80")

    @admin.display(description="как сбылись прогнозы")
    def came_true(self, fit):
        shares = fit.figures.get("shares", [])
        tenths = [
            (title, [share["tenths"][place] for share in shares])
            for place, title in enumerate(TENTHS)
        ]
        context = {"figures": fit.figures, "shares": shares, "tenths": tenths}
        return render_to_string("admin/results/came_true.html", context)


def _percent(fit, name: str) -> str:
    """Of the forecasts told in the middle of the term; a dash where none were judged."""
    found = [one for one in fit.figures.get("shares", []) if one["share"] == 0.5]
    if not found or not found[0]["n"]:
        return "—"
    return f"{100 * found[0][name]:.1f} %".replace(".", ",")
