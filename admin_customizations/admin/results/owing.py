"""Who owes what, by group; a measure is noted for many of them at once (F9)."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.toolkit.asked import key_of, wrong_words
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.results.debts import read_debts
from journal.domain.results.measures import add_measures
from journal.models import DebtMeasure, Department, Group, Membership, Result

PER_PAGE = 200
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


def _chosen(day, group: int | None, department: int | None):
    """The students of the group or the department on that day; None of all."""
    if not group and not department:
        return None
    members = Membership.objects.on(day)
    if group:
        members = members.filter(group=group)
    if department:
        members = members.filter(group__department=department)
    return members.order_by().values_list("student", flat=True)


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
        form = MeasureForm(request.POST or None, initial={"day": today})
        if request.method == "POST" and form.is_valid():
            try:
                return self._noted(request, form)
            except ValidationError as error:
                form.add_error(None, error)
        groups = Group.objects.visible_to(user).filter(closed_on=None).order_by("name")
        group = key_of(request.GET, "group")
        department = key_of(request.GET, "department")
        late_only = bool(request.GET.get("late"))
        found = read_debts(
            Result.objects.visible_to(user), today, _chosen(today, group, department)
        )
        late = {id(one) for one in found if one.is_overdue(today)}
        shown = [one for one in found if id(one) in late or not late_only]
        picked = set(request.POST.getlist("debt"))
        page = Paginator(shown, PER_PAGE).get_page(request.GET.get("p"))
        context = {
            **shell(self.admin_site, request),
            "title": "Академические задолженности",
            "form": form,
            "may": user.has_perm("journal.add_debtmeasure"),
            "page": page,
            "debts": [
                (one, id(one) in late, f"{one.student}-{one.course}" in picked)
                for one in page
            ],
            "wrong": wrong_words(form),
            "count": len(shown),
            "students": len({one.student for one in shown}),
            "late": len(late),
            "late_only": late_only,
            "groups": groups,
            "group": group,
            "departments": Department.objects.all(),
            "department": department,
            "is_chosen": bool(group or department or late_only),
        }
        return TemplateResponse(request, "admin/results/debts.html", context)

    def _noted(self, request, form):
        places = [_place(text) for text in request.POST.getlist("debt")]
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
