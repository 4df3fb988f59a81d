"""What was taken in from files, and who looked at personal data."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from journal.models.base import Model
from journal.models.people import Student, User
from journal.models.reach import Reach
from journal.models.words import worded_lazily


class ImportBatch(Model):
    """One spreadsheet taken in: its outcome, and what is needed to undo it."""

    reach = Reach(user="by")

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


class DataAccess(Model):
    """Who opened, listed, exported or printed personal data (K 3.5, УПД; A7).

    Apart from the audit, which says who changed what. Only added to; `subject` names
    what was looked at in words, `student` the one person where it was one. A line holds
    nobody: it stays when a card taken in by mistake goes.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", "открыл карточку"
        LISTED = "listed", "просмотрел список"
        EXPORTED = "exported", "выгрузил"
        PRINTED = "printed", "напечатал"
        CODES = "codes", "выдал коды"

    reach = Reach(student="student")

    at = models.DateTimeField("когда", default=timezone.now, db_index=True)
    by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name="кто",
    )
    kind = models.CharField("что сделал", max_length=8, choices=Kind.choices)
    subject = models.CharField("с чем", max_length=200)
    student = models.ForeignKey(
        Student,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=worded_lazily("студент"),
    )
    count = models.PositiveIntegerField("записей", default=1)
    address = models.GenericIPAddressField("адрес", null=True, blank=True)

    class Meta:
        verbose_name = "обращение к персональным данным"
        verbose_name_plural = "обращения к персональным данным"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["by", "-at"], name="dataaccess_by_whom"),
            models.Index(fields=["student", "-at"], name="dataaccess_of_student"),
        ]

    def __str__(self):
        return f"{self.by}: {self.get_kind_display()}, {self.subject}"
