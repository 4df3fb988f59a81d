"""The parent's page of trusted representatives (A6, M 3): entrust, and take back."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from journal.domain.control import note_access
from journal.domain.people import (
    entrust,
    entrustable,
    entrusted_by,
    known_trustees,
    renew_code,
    take_back,
)
from journal.domain.people.trust import LONGEST, renewable
from journal.exchange.reading.text import repair_phone
from journal.models import AcademicYear, DataAccess, Guardian, Guardianship, Student
from journal.pages.pace import paced

RIGHT = "journal.delegate_guardianship"


class TrustForm(forms.Form):
    """Whose diary, to whom and until when; only the own children are on offer."""

    child = forms.ModelChoiceField(
        Student.objects.none(), label="Чей дневник", empty_label=None
    )
    known = forms.ModelChoiceField(
        Guardian.objects.none(),
        label="Кому",
        required=False,
        empty_label="новому человеку",
        help_text="Кому вы уже доверяли, тот входит с прежним паролем.",
    )
    last_name = forms.CharField(label="Фамилия", max_length=80, required=False)
    first_name = forms.CharField(label="Имя", max_length=80, required=False)
    middle_name = forms.CharField(
        label="Отчество", max_length=80, required=False, help_text="Если есть."
    )
    phone = forms.CharField(
        label="Телефон",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    until = forms.DateField(
        label="По какой день включительно",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Не дольше года. Отозвать можно в любую минуту.",
    )

    def __init__(self, guardian, children, data=None):
        super().__init__(data)
        self.fields["child"].queryset = children
        if len(children) == 1:
            self.fields["child"].initial = children[0]
        known = known_trustees(guardian)
        if known.exists():
            self.fields["known"].queryset = known
        else:
            del self.fields["known"]
        self.fields["until"].initial = _end_of_year()

    def clean_phone(self):
        phone = self.cleaned_data["phone"].strip()
        if not phone:
            return ""
        try:
            return repair_phone(phone)[0]
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean(self):
        found = super().clean()
        if found.get("known") is None:
            for name in ("last_name", "first_name", "phone"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, "Заполните: человек новый.")
        return found

    def person(self) -> Guardian:
        """Whom the answers name: one entrusted before, or a new person."""
        found = self.cleaned_data
        names = ("last_name", "first_name", "middle_name", "phone")
        return found.get("known") or Guardian(**{name: found[name] for name in names})


def _end_of_year():
    """The last day of this academic year, as far as it is within a year; or in a year."""
    today = timezone.localdate()
    year = AcademicYear.objects.on(today).first()
    longest = today + LONGEST
    return min(year.end - timedelta(days=1), longest) if year and year.end else longest


@require_http_methods(["GET", "POST"])
@paced
def trust(request):
    """Who may read the diary besides the parents; one answer shows a new code, once."""
    guardian = getattr(request.user, "guardian", None)
    if guardian is None or not request.user.has_perm(RIGHT):
        return render(request, "diary/trust.html", {"refused": True}, status=403)
    children = entrustable(guardian).order_by("first_name", "pk")
    form = TrustForm(guardian, children, _answers(request)) if children else None
    given = {}
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act"))
        if act is None:
            raise BadRequest("act")
        with transaction.atomic():
            given = act(request, guardian, form)
        if given is None:
            return redirect("diary:trust")
    ties = list(entrusted_by(guardian))
    last, fresh = timedelta(days=1), renewable(guardian, ties)
    context = {
        "form": form,
        "ties": [(tie, tie.end - last, tie.pk in fresh) for tie in ties],
        "entry": request.build_absolute_uri(reverse("account_code")),
        **given,
    }
    refused = form is not None and form.is_bound and not form.is_valid()
    return render(request, "diary/trust.html", context, status=400 if refused else 200)


def _answers(request):
    asked = request.method == "POST" and request.POST.get("act") == "entrust"
    return request.POST if asked else None


def _entrust(request, guardian, form) -> dict | None:
    if form is None:
        raise Http404
    if not form.is_valid():
        return {}
    answers, person = form.cleaned_data, form.person()
    try:
        with transaction.atomic():
            tie, code = entrust(guardian, answers["child"], person, answers["until"])
    except ValidationError as error:
        form.add_error(None, error)
        return {}
    if not code:
        messages.success(request, f"{tie.guardian}: дневник доверен, вход прежний.")
        return None
    return _shown(request, tie, code) | {"form": None, "again": True}


def _shown(request, tie: Guardianship, code: str) -> dict:
    """What the page says of a new code; the log keeps who gave it out."""
    address = get_adapter().get_client_ip(request)
    subject = f"Код доверенному лицу: {tie.guardian}"
    kind = DataAccess.Kind.CODES
    note_access(request.user, kind, subject, tie.student, 1, address)
    return {"tie": tie, "code": code, "username": tie.guardian.user.username}


def _tie(request, guardian) -> Guardianship:
    pk = request.POST.get("tie", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        raise Http404
    tie = entrusted_by(guardian).filter(pk=pk).first()
    if tie is None:
        raise Http404
    return tie


def _take_back(request, guardian, form) -> None:
    tie = _tie(request, guardian)
    take_back(guardian, tie)
    messages.success(request, f"{tie.guardian}: доверие отозвано, дневник закрыт.")


def _renew(request, guardian, form) -> dict:
    tie = _tie(request, guardian)
    return _shown(request, tie, renew_code(guardian, tie))


ACTS = {"entrust": _entrust, "take_back": _take_back, "code": _renew}
