"""Sign-ins: accounts, the roles they hold, one-time codes."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.models import Group as AuthGroup
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from journal.models.base import Model, check, history
from journal.models.reach import Everyone, Reach, ReachQuerySet
from journal.models.words import worded_lazily
from journal.roles import Anchor


class AccountQuerySet(ReachQuerySet):
    def open_on(self, day):
        """Accounts whose owners may be signed in on `day`: `User.is_open` of rows."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gt=day),
            is_active=True,
        )


class AccountManager(UserManager.from_queryset(AccountQuerySet)):
    """Django's manager of accounts with row rights."""


class User(AbstractUser):
    """A sign-in. Who the person is, the linked employee, student or guardian says."""

    reach = Reach(user="pk")

    email = models.EmailField("электронная почта", blank=True)
    must_change_password = models.BooleanField(
        "сменить пароль при входе", default=False
    )

    # By the orders (U 3.1, K 4.2.13): days apart from `is_active`, which people set.
    valid_from = models.DateField("действует с", null=True, blank=True)
    valid_until = models.DateField(
        "действует по (не включая)",
        null=True,
        blank=True,
        help_text="С этого дня вход закрыт: увольнение, отчисление.",
    )
    acknowledged_at = models.DateTimeField(
        "обязательства при первом входе приняты", null=True, blank=True, editable=False
    )

    objects = AccountManager()
    history = history(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = "учётная запись"
        verbose_name_plural = "учётные записи"
        ordering = ["username"]
        constraints = [
            check(
                "user_valid_until_after_from",
                Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                "Учётная запись закрывается не раньше, чем открылась.",
            )
        ]

    def __str__(self):
        return self.get_full_name()

    def get_full_name(self):
        return super().get_full_name() or self.username

    @property
    def short_name(self) -> str:
        """«Иванова А. П.» of staff, the full name of whoever else."""
        employee = getattr(self, "employee", None)
        return employee.short_name if employee else self.get_full_name()

    def is_open(self) -> bool:
        """May the owner be signed in today?"""
        begun = self.valid_from is None or self.valid_from <= timezone.localdate()
        return begun and not self.is_closed()

    def is_closed(self) -> bool:
        """Blocked by people, or closed by an order whose day has come."""
        until = self.valid_until
        return not self.is_active or (
            until is not None and until <= timezone.localdate()
        )

    def is_editable_by(self, user) -> bool:
        rows = type(self).objects.visible_to(user, "change")
        return rows.filter(pk=self.pk).exists()


class Role(AuthGroup):
    """A Django group with an anchor: which rights, and over whose rows (A1, A10)."""

    reach = Everyone()

    slug = models.SlugField("код", max_length=40, unique=True)
    anchor = models.CharField(
        "чьи записи видит", max_length=12, choices=Anchor.CHOICES, default=Anchor.OWN
    )
    is_staff = models.BooleanField(
        "работает в кабинете сотрудника",
        default=True,
        help_text=worded_lazily("Студенты и родители пользуются дневником."),
    )

    objects = ReachQuerySet.as_manager()
    history = history()

    class Meta:
        verbose_name = "роль"
        verbose_name_plural = "роли"
        ordering = ["name"]

    def is_editable_by(self, user) -> bool:
        rows = type(self).objects.visible_to(user, "change")
        return rows.filter(pk=self.pk).exists()


class AccessCode(Model):
    """A one-time code to enter with and choose a password; only its hash is kept."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="access_codes", verbose_name="кому"
    )
    code_hash = models.CharField(max_length=200, editable=False)
    issued_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="issued_codes",
        verbose_name="кто выдал",
    )
    issued_at = models.DateTimeField("выдан", default=timezone.now)
    expires_at = models.DateTimeField("действует до")
    used_at = models.DateTimeField("использован", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("неверных попыток", default=0)

    class Meta:
        verbose_name = "одноразовый код"
        verbose_name_plural = "одноразовые коды"
        ordering = ["-issued_at"]
        permissions = [("issue_accesscode", "Выдача одноразовых кодов")]

    def __str__(self):
        return f"Код для {self.user}"
