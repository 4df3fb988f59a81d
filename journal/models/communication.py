"""What the journal told people by itself."""

from django.db import models
from django.utils import timezone

from journal.models.base import Model, unique
from journal.models.people import Student, User
from journal.models.reach import Reach


class Notice(Model):
    """That a person was told of an absence without a reason (F13; S 6.4).

    The absence itself is read from the journal; a row says who was written to, once.
    """

    reach = Reach(user="user")

    user = models.ForeignKey(
        User, models.PROTECT, related_name="notices", verbose_name="кому"
    )
    student = models.ForeignKey(
        Student, models.PROTECT, related_name="notices", verbose_name="о ком"
    )
    lesson = models.ForeignKey(
        "journal.Lesson",
        models.PROTECT,
        related_name="notices",
        verbose_name="занятие",
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
            )
        ]

    def __str__(self):
        return f"{self.user}: {self.student}, {self.at:%d.%m.%Y}"
