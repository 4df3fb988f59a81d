"""allauth in the words of the product, and limits that lock no owner out."""

import logging
import secrets
import time
from smtplib import SMTPException

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.core import signing
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac

from journal.models import Institution, User

log = logging.getLogger("journal.signin")

DEVICE_COOKIE = "device"
DEVICE_DAYS = 365
DEVICE_NAMES = 8
IDLE_SESSION = "idle_lock"
FRESH_SECONDS = 5 * 60
WRONG_CODE = "Код не подходит. Введите тот, что приложение показывает сейчас."


def known_devices(request) -> dict[str, str]:
    """Marks of the accounts that signed in from this browser before."""
    try:
        marks = signing.loads(
            request.COOKIES.get(DEVICE_COOKIE, ""),
            salt="device",
            max_age=DEVICE_DAYS * 86400,
        )
    except signing.BadSignature:
        return {}
    return marks if isinstance(marks, dict) else {}


def _digest(login: str) -> str:
    return salted_hmac("device", login.lower()).hexdigest()[:16]


def remember_device(request, response, user: User):
    """Let this browser keep its own count of wrong passwords for this account."""
    marks = known_devices(request)
    mark = _digest(user.username)
    marks[mark] = marks.pop(mark, "") or secrets.token_urlsafe(9)
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps(dict(list(marks.items())[-DEVICE_NAMES:]), salt="device"),
        max_age=DEVICE_DAYS * 86400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class AccountAdapter(DefaultAccountAdapter):
    """Everything that allauth asks the project about accounts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            "Логин или пароль не подходят. Проверьте раскладку клавиатуры и регистр букв."
        ),
        "too_many_login_attempts": (
            "Слишком много неверных попыток. Подождите 15 минут или войдите по "
            "одноразовому коду: его выдаёт тот, кто выдал учётную запись."
        ),
        "incorrect_password": "Пароль не подходит.",
        "enter_current_password": "Текущий пароль введён неверно.",
        "rate_limited": "Слишком много попыток подряд. Подождите несколько минут.",
        "invalid_password_reset": "Ссылка уже не действует. Запросите новую.",
    }

    def is_open_for_signup(self, request):
        return False

    def respond_user_inactive(self, request, user):
        return redirect("account_login")

    def get_password_change_redirect_url(self, request):
        return settings.LOGIN_REDIRECT_URL

    def is_reauthentication_required(self, *, app, **kwargs):
        """Not from someone who has typed the password a moment ago."""
        request = context.request
        records = get_authentication_records(request, request.user)
        return not any(time.time() - row["at"] < FRESH_SECONDS for row in records)

    def _get_login_attempts_cache_key(self, request, **credentials):
        login = credentials.get("username", "").lower()
        device = known_devices(request).get(_digest(login))
        return f"{login}:{device or ratelimit.get_ip(request)}"

    def pre_authenticate(self, request, **credentials):
        """Count a try: per account and address, and per account from new browsers.

        A browser that signed in to the account before keeps a count of its own, so
        strangers cannot lock the owner out.
        """
        self._spread = None
        try:
            super().pre_authenticate(request, **credentials)
            login = credentials.get("username", "").lower()
            if _digest(login) not in known_devices(request):
                self._spread = consume(request, "login_spread", login)
                if not self._spread:
                    raise self.validation_error("too_many_login_attempts")
        except forms.ValidationError:
            self._note("sign-in refused, too many tries", request, **credentials)
            raise

    def authentication_failed(self, request, **credentials):
        self._note("sign-in failed", request, **credentials)

    def _rollback_login_failed_rl_usage(self):
        super()._rollback_login_failed_rl_usage()
        if self._spread:
            self._spread.rollback()

    def _note(self, what, request, **credentials):
        login = credentials.get("username", "")[:150]
        log.warning("%s: login=%r address=%s", what, login, self.get_client_ip(request))

    def login(self, request, user):
        super().login(request, user)
        request.session[IDLE_SESSION] = True

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        remember_device(request, response, user)
        return response

    def set_password(self, user, password):
        """Store a password chosen by its owner; wrong tries before it are forgiven."""
        user.must_change_password = False
        super().set_password(user, password)
        request = context.request
        if request is None:
            return
        key = self._get_login_attempts_cache_key(request, username=user.username)
        for action, subject in (
            ("login_failed", key),
            ("login_spread", user.username.lower()),
        ):
            ratelimit.clear(request, app="allauth.account", action=action, key=subject)

    def send_mail(self, template_prefix, email, context):
        """Send; a mail server that is down changes no answer, or it would tell who exists."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            log.exception("mail was not sent: %s", template_prefix)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": WRONG_CODE}

    def get_totp_label(self, user):
        return user.username

    def get_totp_issuer(self):
        return Institution.current().short_name


def consume(request, action: str, key: str):
    """One use of the limits of `action`; None when they are used up."""
    return ratelimit.consume(request, app="allauth.account", action=action, key=key)
