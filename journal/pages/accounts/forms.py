"""Forms of sign-in: allauth's with our labels, and the one-time code."""

from allauth.account import forms as stock
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as totp
from django import forms
from django.db.models import Q
from django.utils import timezone

from journal.domain.people import CODE_LENGTH, PasswordPolicy
from journal.models import User

LABELS = {
    "login": "Логин",
    "username": "Логин",
    "password": "Пароль",
    "remember": "Не выходить на этом устройстве",
    "oldpassword": "Текущий пароль",
    "password1": "Новый пароль",
    "password2": "Новый пароль ещё раз",
    "email": "Электронная почта",
    "code": "Код из приложения",
}
HELP = {
    "remember": "Только на своём телефоне или компьютере. Сотрудникам недоступно.",
    "password1": (
        f"{PasswordPolicy().get_help_text()} Проще всего запомнить несколько слов подряд."
    ),
}


class Plain:
    """Labels in place of placeholders, and the first field ready to type in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = HELP.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            if name in ("login", "username", "code"):
                field.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        first = next(iter(self.fields.values()), None)
        if first:
            first.widget.attrs["autofocus"] = True


class SignInForm(Plain, stock.LoginForm):
    def login(self, request, redirect_url=None):
        if self.user.is_staff:
            self.cleaned_data["remember"] = False
        return super().login(request, redirect_url)


class ChangePasswordForm(Plain, stock.ChangePasswordForm):
    pass


class ResetPasswordKeyForm(Plain, stock.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(Plain, stock.ReauthenticateForm):
    pass


class ChoosePasswordForm(Plain, stock.SetPasswordForm):
    pass


class FactorForm(Plain, factor.AuthenticateForm):
    pass


class FactorAgainForm(Plain, factor.ReauthenticateForm):
    pass


class ActivateFactorForm(Plain, totp.ActivateTOTPForm):
    pass


class ResetPasswordForm(Plain, stock.ResetPasswordForm):
    """By the address of the account or of the person whose account it is."""

    def clean_email(self):
        email = self.cleaned_data["email"]
        fields = ("email", "employee__email", "student__email", "guardian__email")
        wanted = Q()
        for field in fields:
            wanted |= Q(**{f"{field}__iexact": email})
        people = User.objects.open_on(timezone.localdate()).filter(wanted).distinct()
        self.users = list(people.order_by("pk")[:10])
        return email

    def save(self, request, **kwargs):
        """Write to whoever it is: a letter to strangers too takes the same time."""
        email = self.cleaned_data["email"]
        if self.users:
            return super().save(request, **kwargs)
        get_adapter().send_mail("account/email/unknown_account", email, {})
        return email


class CodeForm(forms.Form):
    username = forms.CharField(
        label="Логин",
        max_length=150,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    code = forms.CharField(
        label="Одноразовый код",
        max_length=40,
        help_text=f"{CODE_LENGTH} букв и цифр с листка, который вам выдали.",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": "code",
            }
        ),
    )
