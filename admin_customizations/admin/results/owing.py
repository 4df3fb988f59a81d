"""Who owes what, by group; a measure is noted for many of them at once (F9)."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.admin.curriculum.asked import key_of
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.results.debts import read_debts
from journal.domain.results.measures import add_measures, may_measure
from journal.models import DebtMeasure, Department, Group, Result

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MeasureForm(forms.Form):
    kind = forms.ChoiceField(label="Мера", choices=DebtMeasure.Kind.choices)
    day = forms.DateField(label="Дата", widget=DATE)
    due_on = forms.DateField(label="Ликвидировать до", required=False, widget=DATE)
    text = forms.CharField(label="Что решено", max_length=400, required=False)


def _place(text: str) -> tuple[int, int]:
    """(student, course) of a tick; keys that no row can have are not understood."""
    parts = text.split("-")
    if len(parts) != 2 or not all(p.isdecimal() and len(p) <= 18 for p in parts):
        raise ValidationError("Долг не разобран: обновите страницу.")
    return int(parts[0]), int(parts[1])


class OwingPages:
    """The page, and the button over the list that leads to it."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("debts/", wrap(self.debts), name="journal_debtmeasure_debts"),
            *super().get_urls(),
        ]

    def has_owing_permission(self, request):
        user = request.user
        return user.has_perms(["journal.view_debtmeasure", "journal.view_result"])

    @opened_from_list("Кто должен", permission="owing", icon="assignment_late")
    def to_debts(self, request):
        return HttpResponseRedirect(reverse("admin:journal_debtmeasure_debts"))

    def debts(self, request):
        """The debts of today (GET); a measure noted for those ticked (POST)."""
        if not self.has_owing_permission(request):
            raise PermissionDenied
        user, today = request.user, timezone.localdate()
        may = user.has_perm("journal.add_debtmeasure")
        form = MeasureForm(request.POST or None, initial={"day": today})
        found = read_debts(Result.objects.visible_to(user), today)
        if request.method == "POST" and form.is_valid():
            try:
                return self._noted(request, form, found)
            except ValidationError as error:
                form.add_error(None, error)
        groups = sorted({one.group for one in found})
        group = request.GET.get("group", "")
        department = key_of(request.GET, "department")
        shown = [one for one in found if not group or one.group == group]
        if department:
            own = Group.objects.filter(department=department)
            names = set(own.values_list("name", flat=True))
            shown = [one for one in shown if one.group in names]
        context = {
            **shell(self.admin_site, request),
            "title": "Академические задолженности",
            "form": form,
            "may": may,
            "debts": [(one, one.is_overdue(today)) for one in shown],
            "students": len({one.student for one in shown}),
            "late": sum(one.is_overdue(today) for one in shown),
            "groups": groups,
            "group": group,
            "departments": Department.objects.all(),
            "department": department,
            "is_any": bool(found),
        }
        return TemplateResponse(request, "admin/results/debts.html", context)

    def _noted(self, request, form, found):
        owed = {(one.student, one.course) for one in found}
        places = [_place(text) for text in request.POST.getlist("debt")]
        others = set(places) - owed
        if others and may_measure(request.user, others) == others:
            raise ValidationError("Долга уже нет: обновите страницу.")
        answers = form.cleaned_data
        count = add_measures(
            request.user,
            places,
            answers["kind"],
            answers["day"],
            answers["due_on"],
            answers["text"],
        )
        self.message_user(request, f"Мера записана, долгов: {count}.")
        return HttpResponseRedirect(request.get_full_path())
