"""What was taken in from files, kept so that it can be undone."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from journal.models.base import Model
from journal.models.people import User


class ImportBatch(Model):
    """One spreadsheet taken in: its outcome, and what is needed to undo it."""

    importer = models.CharField("что загружено", max_length=40)
    file_name = models.CharField("файл", max_length=200)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="кто загрузил"
    )
    at = models.DateTimeField("когда", default=timezone.now)
    added = models.PositiveIntegerField("добавлено", default=0)
    changed = models.PositiveIntegerField("изменено", default=0)
    skipped = models.PositiveIntegerField("без изменений", default=0)
    trace = models.JSONField(
        "для отмены", default=list, encoder=DjangoJSONEncoder, editable=False
    )
    undone_at = models.DateTimeField("отменено", null=True, blank=True)
    undone_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="кто отменил",
    )

    class Meta:
        verbose_name = "загрузка из файла"
        verbose_name_plural = "загрузки из файлов"
        ordering = ["-at"]

    def __str__(self):
        return f"{self.file_name}, {self.at:%d.%m.%Y %H:%M}"
