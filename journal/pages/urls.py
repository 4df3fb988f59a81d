"""Addresses outside the admin: start, health, sign-in.

Of allauth's pages only those named here exist: nobody signs up, and the office keeps
the addresses of people.
"""

from allauth.account import views as stock
from django.urls import include, path, re_path

from journal.pages import start
from journal.pages.accounts import views
from journal.pages.accounts.devices import Sessions
from journal.pages.files import KINDS, file
from journal.pages.health import health

password = [
    path("change/", stock.password_change, name="account_change_password"),
    path("reset/", stock.password_reset, name="account_reset_password"),
    path("reset/sent/", stock.password_reset_done, name="account_reset_password_done"),
    path(
        "reset/done/",
        stock.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        stock.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
account = [
    path("", views.account, name="account"),
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("logout/", stock.logout, name="account_logout"),
    path("acknowledge/", views.acknowledge, name="account_acknowledge"),
    path("code/", views.enter_by_code, name="account_code"),
    path("code/password/", views.choose_password, name="account_code_password"),
    path("again/", stock.reauthenticate, name="account_reauthenticate"),
    path("password/", include(password)),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", Sessions.as_view(), name="usersessions_list"),
]
urlpatterns = [
    path("", start.start, name="start"),
    path("health/", health, name="health"),
    *(
        path(f"files/{kind}/<int:pk>/", file, {"kind": kind}, name=f"file_{kind}")
        for kind in KINDS
    ),
    path("account/", include(account)),
    # Doors of the admin that would go round the limits and the second factor.
    path("admin/login/", views.admin_login),
    path("admin/logout/", stock.logout),
    path("admin/password_change/", stock.password_change),
]
