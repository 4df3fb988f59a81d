"""What the cards of staff, students and their representatives have in common."""

import re

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from admin_customizations.admin.base import ModelAdmin, by_alphabet
from admin_customizations.admin.people.accounts import CODE_TEXT, show_code
from admin_customizations.toolkit.pages import confirmed
from journal.domain.people import may_issue_code, may_open_account, open_account
from journal.exchange.reading.text import repair_name, repair_phone

BY_NAME = by_alphabet("last_name")[0]


def may_let_in(by, person) -> bool:
    if person.user_id is None:
        return may_open_account(by, person)
    return may_issue_code(by, person.user)


# Letters alone are a name, never a phone or a number.
LETTERS = re.compile(r"[А-Яа-яЁё\s-]+")
NUMBERS = ("phone", "email", "personal_no")
# A word of letters of both alphabets: nobody finds such a name again.
MIXED = re.compile(r"[^\W\d_]*(?:[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z])")
PHONE_LENGTHS = (10, 11)


class PersonForm(forms.ModelForm):
    """Names and contacts as importers repair them, each repair told."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.repairs: list[str] = []

    def _repaired(self, name: str, repair):
        value = self.cleaned_data[name]
        if not value or name not in self.changed_data:
            return value
        try:
            repaired, _ = repair(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if repaired != value:
            title = capfirst(self.fields[name].label)
            self.repairs.append(f"{title}: «{value}» записано как «{repaired}».")
        return repaired

    def _name(self, name: str) -> str:
        value = self._repaired(name, repair_name)
        if name in self.changed_data and MIXED.search(value):
            raise ValidationError(
                f"В «{value}» смешаны русские и латинские буквы: наберите заново."
            )
        return value

    def clean_last_name(self):
        return self._name("last_name")

    def clean_first_name(self):
        return self._name("first_name")

    def clean_middle_name(self):
        return self._name("middle_name")

    def clean_phone(self):
        return self._repaired("phone", repair_phone)


def _without_link(fields) -> list:
    return ["account" if name == "user" else name for name in fields]


class PersonAdmin(ModelAdmin):
    """What every card has: the name, contacts, an account."""

    form = PersonForm

    search_fields = ["last_name", "first_name", "middle_name", "phone", "email"]
    ordering = by_alphabet("last_name", "first_name", "middle_name")
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    actions_detail = ["let_in"]
    name_fields = (None, {"fields": ["last_name", ("first_name", "middle_name")]})
    contact_fields = ("Контакты", {"fields": [("phone", "email")]})
    private_fields = ["snils", ("birth_date", "sex")]

    def get_readonly_fields(self, request, obj=None):
        """An account is tied to a card, and opened from it, by who keeps accounts."""
        return [] if request.user.has_perm("journal.change_user") else ["account"]

    def get_fieldsets(self, request, obj=None):
        """СНИЛС is shown to those alone who keep the cards (K 5.2.8)."""
        found = super().get_fieldsets(request, obj)
        if not request.user.has_perm("journal.change_user"):
            found = [
                (title, {**options, "fields": _without_link(options["fields"])})
                for title, options in found
            ]
        if self.has_change_permission(request) or self.has_add_permission(request):
            return found
        return [
            (
                title,
                {
                    **options,
                    "fields": [
                        name
                        for name in options["fields"]
                        if name not in self.private_fields
                    ],
                },
            )
            for title, options in found
        ]

    def get_search_fields(self, request):
        """Ten thousand cards are looked through for what the term can be."""
        found = super().get_search_fields(request)
        term = request.GET.get("q") or request.GET.get("term") or ""
        if LETTERS.fullmatch(term):
            return [name for name in found if name not in NUMBERS]
        return found

    def get_search_results(self, request, queryset, search_term):
        """A phone is found however it is typed: 8 (900) 123-45-67."""
        digits = re.sub(r"[\s()+-]", "", search_term)
        if digits.isdecimal() and len(digits) in PHONE_LENGTHS:
            search_term = digits[-min(PHONE_LENGTHS) :]
        return super().get_search_results(request, queryset, search_term)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        for repair in getattr(form, "repairs", ()):
            self.message_user(request, repair, messages.WARNING)

    @admin.display(description="учётная запись")
    def account(self, person):
        return person.user.username if person.user_id else "нет"

    @admin.display(description="вход", boolean=True, ordering="user")
    def has_account(self, person):
        return person.user_id is not None and person.user.is_open()

    @confirmed("Выдать вход", may=may_let_in, icon="password", text=CODE_TEXT)
    def let_in(self, request, person, data):
        user = person.user or open_account(person)
        return show_code(self, request, person, user)
