"""What the journal told people by itself."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from journal.models.base import Model, check, unique
from journal.models.people import Guardian, Student, User
from journal.models.reach import Reach


class Notice(Model):
    """That a person was told of an absence without a reason, or of failing (F13; S 6.4).

    The absence is read from the journal, by its `lesson`; failing from the signed
    `result`. A row says who was written to, once: a `user`, or a `guardian` without an
    account by the address of the card.
    """

    reach = Reach(user="user")

    user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name="кому",
    )
    guardian = models.ForeignKey(
        Guardian,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name="представитель без учётной записи",
    )
    student = models.ForeignKey(
        Student, models.PROTECT, related_name="notices", verbose_name="о ком"
    )
    lesson = models.ForeignKey(
        "journal.Lesson",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name="занятие",
    )
    result = models.ForeignKey(
        "journal.Result",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name="результат",
    )
    at = models.DateTimeField("когда", default=timezone.now)
    sent_to = models.CharField("на адрес", max_length=254, blank=True)

    class Meta:
        verbose_name = "извещение"
        verbose_name_plural = "извещения"
        ordering = ["-at"]
        constraints = [
            unique(
                "notice_once",
                "user",
                "student",
                "lesson",
                message="Об этом уже сообщили.",
            ),
            unique(
                "notice_once_by_card",
                "guardian",
                "student",
                "lesson",
                message="Об этом уже сообщили.",
            ),
            unique(
                "notice_once_of_result",
                "user",
                "result",
                message="Об этом уже сообщили.",
            ),
            unique(
                "notice_once_of_result_by_card",
                "guardian",
                "result",
                message="Об этом уже сообщили.",
            ),
            check(
                "notice_of_one",
                Q(lesson__isnull=False, result__isnull=True)
                | Q(lesson__isnull=True, result__isnull=False),
                "Укажите, о чём сообщили: о занятии или о результате.",
            ),
            check(
                "notice_to_one",
                Q(user__isnull=False, guardian__isnull=True)
                | Q(user__isnull=True, guardian__isnull=False),
                "Укажите, кому сообщили: учётную запись или представителя без неё.",
            ),
        ]

    def __str__(self):
        return f"{self.user or self.guardian}: {self.student}, {self.at:%d.%m.%Y}"
