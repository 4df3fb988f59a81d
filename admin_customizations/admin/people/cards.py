"""What the cards of staff, students and their representatives have in common."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, by_alphabet
from admin_customizations.admin.people.accounts import CODE_TEXT, show_code
from admin_customizations.toolkit.pages import confirmed
from journal.domain.people import may_issue_code, may_open_account, open_account

BY_NAME = by_alphabet("last_name")[0]


def may_let_in(by, person) -> bool:
    if person.user_id is None:
        return may_open_account(by, person)
    return may_issue_code(by, person.user)


class PersonAdmin(ModelAdmin):
    """What every card has: the name, contacts, an account."""

    search_fields = ["last_name", "first_name", "middle_name", "phone", "email"]
    ordering = by_alphabet("last_name", "first_name", "middle_name")
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    actions_detail = ["let_in"]
    name_fields = (None, {"fields": ["last_name", ("first_name", "middle_name")]})
    contact_fields = ("Контакты", {"fields": [("phone", "email")]})
    private_fields = ["snils", ("birth_date", "sex")]

    def get_readonly_fields(self, request, obj=None):
        """An account is tied to a card only by who keeps accounts."""
        return [] if request.user.has_perm("journal.change_user") else ["user"]

    def get_fieldsets(self, request, obj=None):
        """СНИЛС is shown to those alone who keep the cards (K 5.2.8)."""
        found = super().get_fieldsets(request, obj)
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

    @admin.display(description="вход", boolean=True, ordering="user")
    def has_account(self, person):
        return person.user_id is not None and person.user.is_open()

    @confirmed("Выдать вход", may=may_let_in, icon="password", text=CODE_TEXT)
    def let_in(self, request, person, data):
        user = person.user or open_account(person)
        return show_code(self, request, person, user)
