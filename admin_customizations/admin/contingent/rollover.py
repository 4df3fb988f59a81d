"""The page on which the whole college moves on a year, and back."""

from django import forms
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.toolkit.pages import AskForm, Day, Line, opened_from_list
from journal.domain.contingent.orders import kinds_for, may_undo
from journal.domain.contingent.rollover import (
    last_rollover,
    propose,
    roll_back,
    roll_over,
)
from journal.models import AcademicYear, OrderKind


class RolloverForm(AskForm):
    number = forms.CharField(label="Номер приказа", max_length=40, widget=Line)
    date = forms.DateField(label="Дата приказа", widget=Day)
    day = forms.DateField(
        label="Действует с", widget=Day, help_text="Первый день нового учебного года."
    )

    def prepare(self):
        today = timezone.localdate()
        self.initial["date"] = today
        self.initial["day"] = next_start(today)


def next_start(today):
    """The first day of the next academic year: as it is kept, else the 1st of September."""
    following = AcademicYear.objects.filter(start__gt=today).order_by("start").first()
    if following:
        return following.start
    return today.replace(year=today.year + (today.month >= 9), month=9, day=1)


def _keys(values) -> set[int]:
    if not all(value.isdecimal() and len(value) < 19 for value in values):
        raise BadRequest("Отметки строк: только номера")
    return {int(value) for value in values}


class Rollover:
    """A button over the list of orders, and its pages."""

    actions_list = ["to_rollover"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("rollover/", wrap(self.rollover), name="journal_order_rollover"),
            path("rollover/back/", wrap(self.back), name="journal_order_roll_back"),
            *super().get_urls(),
        ]

    def has_roll_over_permission(self, request):
        return OrderKind.NEXT_YEAR in kinds_for(request.user)

    @opened_from_list(
        "Перевод на следующий год",
        permission="roll_over",
        icon="keyboard_double_arrow_up",
    )
    def to_rollover(self, request):
        return HttpResponseRedirect(reverse("admin:journal_order_rollover"))

    def rollover(self, request):
        if not self.has_roll_over_permission(request):
            raise PermissionDenied
        form = RolloverForm(request.user, None, request.POST or None)
        steps = propose(request.user, self._day_of(form))
        # What is ticked is left out: a form takes no more than a thousand answers.
        without, stay = (
            _keys(request.POST.getlist(name)) for name in ("without", "stay")
        )
        ready = request.method == "POST" and form.is_valid()
        if ready and self._moved(request, form, without, stay):
            return HttpResponseRedirect(reverse("admin:journal_order_changelist"))
        last = last_rollover()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Перевод на следующий учебный год",
            "form": form,
            "steps": steps,
            "without": without,
            "stay": stay,
            "opened": {
                step.group.pk
                for step in steps
                if any(one.pk in without for one in step.students)
            },
            "last": [one for one in last if may_undo(request.user, one)],
            "back": reverse("admin:journal_order_changelist"),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/contingent/rollover.html", context)

    def _day_of(self, form):
        day = (
            form.cleaned_data.get("day") if form.is_bound and form.is_valid() else None
        )
        return day or next_start(timezone.localdate())

    def _moved(self, request, form, without, stay) -> bool:
        answers = form.cleaned_data
        try:
            orders = roll_over(
                request.user,
                answers["number"],
                answers["date"],
                answers["day"],
                without=without,
                stay=stay,
            )
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
            return False
        lines = sum(order.lines.count() for order in orders)
        words = f"Перевод проведён. Приказов: {len(orders)}, строк: {lines}."
        self.message_user(request, words)
        return True

    def back(self, request):
        if not self.has_roll_over_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            undone = roll_back(request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), "error")
        else:
            self.message_user(request, f"Отменено приказов: {len(undone)}.")
        return HttpResponseRedirect(reverse("admin:journal_order_rollover"))
