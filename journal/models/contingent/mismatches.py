"""What curators and the office tell each other about lists (C2, C3)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from journal.models.base import Model, check, history, unique
from journal.models.contingent.orders import Order
from journal.models.organisation import Department, Group
from journal.models.people import Student, User
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily


class Mismatch(Model):
    """«This student left», «this one sits here and is not listed» (U 4.6, E 4.2)."""

    class Kind(models.TextChoices):
        LEFT = "left", "выбыл, а в списке есть"
        UNLISTED = "unlisted", "учится, а в списке нет"

    class State(models.TextChoices):
        NEW = "new", "новое"
        TAKEN = "taken", "в работе"
        SOLVED = "solved", "исправлено"
        REJECTED = "rejected", "отклонено"

    reach = Reach(student="student", group="group")

    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="mismatches",
        verbose_name=worded_lazily("группа"),
    )
    kind = models.CharField("что не так", max_length=8, choices=Kind.choices)
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mismatches",
        verbose_name=worded_lazily("студент"),
    )
    name = models.CharField(
        "фамилия, имя, отчество",
        max_length=200,
        blank=True,
        help_text="Того, кого в списке нет.",
    )
    since = models.DateField("с какого дня", default=timezone.localdate)
    note = models.CharField("пояснение", max_length=300, blank=True)
    reported_at = models.DateTimeField("сообщено", default=timezone.now)
    reported_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="кто сообщил"
    )
    state = models.CharField(
        "состояние", max_length=8, choices=State.choices, default=State.NEW
    )
    answer = models.CharField("ответ", max_length=300, blank=True)
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mismatches",
        verbose_name="приказ",
    )
    answered_at = models.DateTimeField("отвечено", null=True, blank=True)
    answered_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="кто ответил",
    )

    history = history()

    class Meta:
        verbose_name = "расхождение со списком"
        verbose_name_plural = "расхождения со списками"
        ordering = ["-reported_at"]
        permissions = [("answer_mismatch", "Ответ на расхождения")]
        constraints = [
            check(
                "mismatch_says_who",
                Q(kind="left", student__isnull=False)
                | Q(kind="unlisted") & (Q(student__isnull=False) | ~Q(name="")),
                worded_lazily("Укажите студента: из списка или фамилией."),
            ),
            unique(
                "mismatch_open_once",
                "group",
                "student",
                "kind",
                condition=Q(state__in=["new", "taken"], student__isnull=False),
                message=worded_lazily(
                    "Об этом студенте уже сообщили, администратор ещё не ответил."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.student or self.name}: {self.get_kind_display()}"


class ListDelivery(Model):
    """A list that is due was handed in: groups and teachers, weekly changes (S 7.1, 7.2)."""

    class Kind(models.TextChoices):
        GROUPS = "groups", worded_lazily("список групп (до 5 сентября)")
        TEACHERS = "teachers", worded_lazily("список преподавателей (до 5 сентября)")
        CHANGES = "changes", "изменения за неделю"

    reach = Everyone()

    kind = models.CharField("что сдано", max_length=8, choices=Kind.choices)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="отделение",
    )
    due_on = models.DateField("срок")
    handed_in_on = models.DateField("сдано", default=timezone.localdate)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="кто сдал"
    )
    note = models.CharField("примечание", max_length=300, blank=True)

    history = history()

    class Meta:
        verbose_name = "сданный список"
        verbose_name_plural = "сданные списки"
        ordering = ["-due_on", "kind"]
        constraints = [
            unique(
                "listdelivery_once",
                "kind",
                "department",
                "due_on",
                condition=Q(department__isnull=False),
                message="Этот список за этот срок уже сдан.",
            ),
            unique(
                "listdelivery_once_for_all",
                "kind",
                "due_on",
                condition=Q(department__isnull=True),
                message="Этот список за этот срок уже сдан.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.due_on:%d.%m.%Y}"
