"""Pages of sign-in that allauth does not have, and the account's own page."""

import logging
import time

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import LoginView
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from journal.domain.people import acknowledge as confirm
from journal.domain.people import redeem_code
from journal.models import User
from journal.pages.accounts.adapters import consume
from journal.pages.accounts.forms import ChoosePasswordForm, CodeForm

log = logging.getLogger("journal.signin")

CODE_SESSION = "access_code"
CODE_SECONDS = 15 * 60


class SignIn(LoginView):
    """allauth's page; who tries too often is told so by the status, too."""

    def form_invalid(self, form):
        response = super().form_invalid(form)
        codes = {error.code for error in form.non_field_errors().as_data()}
        if "too_many_login_attempts" in codes:
            response.status_code = 429
        return response


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enter_by_code(request):
    """A one-time code from whoever issued the account opens the choice of a password."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        username = form.cleaned_data["username"].strip()
        usage = consume(request, "access_code", username.lower())
        if not usage:
            return ratelimit.respond_429(request)
        user = redeem_code(username, form.cleaned_data["code"])
        if user:
            usage.rollback()
            request.session[CODE_SESSION] = {"user": user.pk, "at": time.time()}
            return redirect("account_code_password")
        log.warning("code refused: login=%r", username)
        form.add_error(
            None,
            "Логин или код не подходят, либо код уже не действует. Код теряет силу "
            "через 7 дней и после пяти ошибок: попросите новый.",
        )
    return render(request, "account/code.html", {"form": form})


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def choose_password(request):
    """The password of someone who has just shown a one-time code; then sign-in."""
    shown = request.session.get(CODE_SESSION) or {}
    people = User.objects.open_on(timezone.localdate())
    people = people.filter(pk=shown.get("user"))
    user = people.first() if time.time() - shown.get("at", 0) < CODE_SECONDS else None
    if user is None:
        return redirect("account_code")
    form = ChoosePasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        del request.session[CODE_SESSION]
        form.save()
        record_authentication(request, user, method="code")
        return perform_login(request, Login(user=user))
    return render(request, "account/code_password.html", {"form": form, "owner": user})


@require_http_methods(["GET", "POST"])
def acknowledge(request):
    """What everybody confirms before anything else, once (K 3.6, K 5.2.9, S 3.2).

    Staff: non-disclosure of personal data, and the care of credentials; students and
    families: the care of credentials. Later the page shows what was confirmed, and when.
    """
    user = request.user
    if request.method == "POST" and user.acknowledged_at is None:
        confirm(user)
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "account/acknowledge.html")


def account(request):
    """One's own account: roles held, password, second factor, open sessions."""
    roles = request.user.groups.order_by("name").values_list("name", flat=True)
    return render(request, "account/index.html", {"roles": roles})


@login_not_required
def admin_login(request, **kwargs):
    """The admin has no sign-in of its own: one door, with its limits and second factor."""
    if not request.user.is_authenticated:
        after = {"next": request.GET.get("next", "/admin/")}
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode(after)}")
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")
