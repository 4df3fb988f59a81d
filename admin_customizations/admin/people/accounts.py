"""Accounts: who signs in, with which roles; codes and sessions."""

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.html import format_html

from admin_customizations.access import Kind, note
from admin_customizations.admin.base import ModelAdmin, ReadOnly, TabularInline
from admin_customizations.toolkit.filters import AnswerFilter, ScopedListFilter
from admin_customizations.toolkit.pages import AskForm, Choices, confirmed, page
from journal.domain.people import (
    appoint,
    end_sessions,
    issue_code,
    may_appoint,
    may_give,
    may_issue_code,
)
from journal.models import AccessCode, Role, Student, User

CODE_TEXT = (
    "Будет создан код для входа. Он показывается один раз, действует неделю и заменяет "
    "прежний. По нему человек входит и сам выбирает пароль."
)


def show_code(model_admin, request, obj, user):
    """The page with the one sight of a new code; the log says who gave it out."""
    subject = f"Код для входа: {getattr(obj, 'full_name', obj)}"
    student = obj if isinstance(obj, Student) else None
    note(request, Kind.CODES, subject, student=student)
    return page(
        model_admin,
        request,
        obj,
        "toolkit/code.html",
        title="Одноразовый код",
        account=user,
        code=issue_code(user, request.user),
    )


class RoleFilter(ScopedListFilter):
    title = "роль"
    parameter_name = "role"

    def rows(self):
        return Role.objects.all()

    def narrow(self, queryset, pk):
        return queryset.filter(groups=pk)


class StateFilter(AnswerFilter):
    title = "состояние"
    parameter_name = "state"
    answers = {
        "active": (
            "действует",
            lambda: Q(pk__in=User.objects.open_on(timezone.localdate())),
        ),
        "blocked": ("заблокирована", lambda: Q(is_active=False)),
        "closed": (
            "закрыта приказом",
            lambda: Q(valid_until__lte=timezone.localdate()),
        ),
        "ahead": ("ещё не открыта", lambda: Q(valid_from__gt=timezone.localdate())),
        "roleless": ("без роли", lambda: Q(groups__isnull=True)),
        "unconfirmed": (
            "не приняли обязательства",
            lambda: Q(acknowledged_at__isnull=True, last_login__isnull=False),
        ),
        "unused": ("ни разу не входили", lambda: Q(last_login__isnull=True)),
    }


class AccessCodeInline(ReadOnly, TabularInline):
    model = AccessCode
    fk_name = "user"
    fields = ["issued_at", "issued_by", "expires_at", "used_at", "tries"]
    readonly_fields = fields
    list_select_related = ["issued_by"]
    verbose_name_plural = "выданные коды"
    ordering = ["-issued_at"]
    per_page = 10


class RolesForm(AskForm):
    """The roles that the person asked may give; the others are not on offer."""

    roles = forms.MultipleChoiceField(label="Роли", required=False, widget=Choices)

    def prepare(self):
        roles = Role.objects.filter(slug__in=may_give(self.user)).order_by("name")
        held = Role.objects.filter(user=self.obj).values_list("slug", flat=True)
        self.fields["roles"].choices = [(role.slug, role.name) for role in roles]
        self.initial["roles"] = list(held)


def may_end_sessions(by, user) -> bool:
    reached = User.objects.visible_to(by, "change").filter(pk=user.pk).exists()
    return reached and (by.is_superuser or not user.is_superuser)


@admin.register(User)
class UserAdmin(ModelAdmin):
    """Accounts without their passwords: those are chosen by whoever owns them."""

    list_display = ["sign_in", "full_name", "role_names", "state", "last_login"]
    list_filter = [RoleFilter, StateFilter]
    search_fields = ["username", "last_name", "first_name", "email"]
    ordering = ["username"]
    fieldsets = [
        (None, {"fields": ["username", ("last_name", "first_name"), "email"]}),
        (
            "Доступ",
            {
                "fields": [
                    ("valid_from", "valid_until"),
                    "is_active",
                    "must_change_password",
                    "is_superuser",
                ]
            },
        ),
        (
            "Сведения",
            {"fields": ["role_names", "person", ("last_login", "acknowledged_at")]},
        ),
    ]
    readonly_fields = ["role_names", "person", "last_login", "acknowledged_at"]
    inlines = [AccessCodeInline]
    actions_detail = [
        {"title": "Доступ", "icon": "key", "items": ["roles", "code", "sessions"]}
    ]
    empty_hint = "Учётных записей нет. Их открывают из карточек людей или здесь."

    def get_queryset(self, request):
        roles = Prefetch("groups", Role.objects.all(), "roles_held")
        rows = super().get_queryset(request)
        return rows.select_related("employee", "student", "guardian").prefetch_related(
            roles
        )

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.fieldsets[:1]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request, obj=None):
        fixed = list(self.readonly_fields)
        return fixed if request.user.is_superuser else [*fixed, "is_superuser"]

    def has_change_permission(self, request, obj=None):
        """An account that stands above every right is no administrator's to change."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Accounts are blocked: their owner stands in the history of the journal."""
        return False

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @admin.display(description="имя для входа", ordering="username")
    def sign_in(self, user):
        return format_html("<code>{}</code>", user.username)

    @admin.display(description="имя", ordering="last_name")
    def full_name(self, user):
        return user.get_full_name()

    @admin.display(description="вход", ordering="is_active")
    def state(self, user):
        """Open or not today, and by whom it was closed."""
        if user.is_open():
            until = user.valid_until
            return f"открыт до {until:%d.%m.%Y}" if until else "открыт"
        if not user.is_active:
            return "заблокирован"
        if user.is_closed():
            return f"закрыт приказом с {user.valid_until:%d.%m.%Y}"
        return f"откроется {user.valid_from:%d.%m.%Y}"

    @admin.display(description="роли")
    def role_names(self, user):
        return ", ".join(role.name for role in user.roles_held) or "нет"

    @admin.display(description="чья")
    def person(self, user):
        parts = ("employee", "student", "guardian")
        people = [one for part in parts if (one := getattr(user, part, None))]
        names = [f"{one._meta.verbose_name} {one}" for one in people]
        return ", ".join(names) or "не привязана: откройте карточку человека"

    @confirmed(
        "Назначить роли",
        may=may_appoint,
        form=RolesForm,
        icon="admin_panel_settings",
        text="Показаны роли, которые назначаете вы. Остальные роли не изменятся.",
    )
    def roles(self, request, user, data):
        done = appoint(request.user, user, set(data["roles"]))
        return f"{user}: {done}." if done else "Роли не изменились."

    @confirmed(
        "Выдать одноразовый код", may=may_issue_code, icon="password", text=CODE_TEXT
    )
    def code(self, request, user, data):
        return show_code(self, request, user, user)

    @confirmed(
        "Завершить все сеансы",
        may=may_end_sessions,
        icon="logout",
        danger=True,
        text="{} выйдет из журнала на всех устройствах. Пароль не изменится.",
    )
    def sessions(self, request, user, data):
        return f"Завершено сеансов: {end_sessions(user)}."
