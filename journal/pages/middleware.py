"""What stands before and after every page of a signed-in person."""

import time
from functools import cache

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from journal.domain.people import must_use_mfa
from journal.models.words import spoken_here
from journal.pages.accounts.adapters import IDLE_SESSION

SEEN_COOKIE = "seen"
SEEN_EVERY = 60
FACTOR_SESSION = "second_factor"


class WordsMiddleware:
    """Pages and messages say «студент» in a college and «ученик» in a school."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with spoken_here():
            return self.get_response(request)


class SignInMiddleware:
    """Idle lock of staff; the forced password, the second factor, the acknowledgement.

    A script that asks with `X-Requested-With: fetch` is answered 401 as JSON wherever a
    browser would be led to sign-in, so that the page keeps what was typed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self._lock_when_idle(request)
        step = self._step_before(request)
        response = redirect(step) if step else self.get_response(request)
        self._note_new_factor(request, response)
        if request.headers.get("X-Requested-With") == "fetch":
            login, *_ = doors = _doors()
            target = response.headers.get("Location", "").partition("?")[0]
            if step or target in doors:
                error = "Сеанс завершён. Войдите снова: введённое сохранится."
                return JsonResponse(
                    {"error": error, "login": step or login}, status=401
                )
        self._remember_seen(request, response)
        return response

    def _lock_when_idle(self, request):
        """Sign out staff who have done nothing for IDLE_MINUTES (УПД.10).

        The time of the last request lives in a signed cookie, so that a page view writes
        nothing to the database.
        """
        user = request.user
        if not (settings.IDLE_MINUTES and user.is_authenticated and user.is_staff):
            return
        request.seen_at = _seen_at(request)
        if request.seen_at is None and IDLE_SESSION not in request.session:
            return
        if time.time() - (request.seen_at or 0) > settings.IDLE_MINUTES * 60:
            logout(request)
            messages.warning(
                request,
                f"Журнал закрылся: вы не работали больше {settings.IDLE_MINUTES} мин. "
                "Войдите снова: откроется та же страница.",
            )

    def _remember_seen(self, request, response):
        user = request.user
        if not (settings.IDLE_MINUTES and user.is_authenticated and user.is_staff):
            return
        if time.time() - (getattr(request, "seen_at", None) or 0) < SEEN_EVERY:
            return
        response.set_cookie(
            SEEN_COOKIE,
            signing.dumps([user.pk, int(time.time())], salt=SEEN_COOKIE),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )

    def _step_before(self, request) -> str | None:
        """Address of what this person has to do before anything else."""
        user = request.user
        if not user.is_authenticated or request.path.startswith(_open_paths()):
            return None
        if user.must_change_password:
            return reverse("account_change_password")
        if must_use_mfa(user) and not _has_second_factor(request):
            if is_mfa_enabled(user):  # switched on after this session had begun
                logout(request)
                return reverse(settings.LOGIN_URL)
            return reverse("mfa_activate_totp")
        if user.acknowledged_at is None:
            return reverse("account_acknowledge")
        return None

    def _note_new_factor(self, request, response):
        if (
            request.method == "POST"
            and response.status_code == 302
            and request.path == reverse("mfa_activate_totp")
            and is_mfa_enabled(request.user)
        ):
            request.session[FACTOR_SESSION] = True


@cache
def _doors() -> tuple[str, str]:
    """Where whoever is not signed in is led: the sign-in, and the admin's way to it."""
    return reverse(settings.LOGIN_URL), reverse("admin:login")


@cache
def _open_paths() -> tuple[str, ...]:
    """Pages that stay open to whoever has to do something first."""
    names = (
        "account_logout",
        "account_change_password",
        "account_reauthenticate",
        "account_acknowledge",
        "mfa_activate_totp",
        "health",
    )
    return tuple(reverse(name) for name in names)


def _has_second_factor(request) -> bool:
    records = request.session.get("account_authentication_methods", [])
    return FACTOR_SESSION in request.session or any(
        record["method"] == "mfa" for record in records
    )


def _seen_at(request) -> int | None:
    try:
        pk, when = signing.loads(request.COOKIES.get(SEEN_COOKIE, ""), salt=SEEN_COOKIE)
    except (signing.BadSignature, ValueError):
        return None
    return when if pk == request.user.pk else None


class PersonalDataMiddleware:
    """No page of a signed-in person is kept by a browser or a proxy."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = settings.ADMIN_CSP
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response
