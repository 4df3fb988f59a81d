"""Absences, and the documents that excuse them."""

from django.db import models
from django.db.models import Q

from journal.models.base import (
    Dated,
    Model,
    check,
    history,
    starts_before_end,
    unique,
)
from journal.models.lessons.lesson import Lesson
from journal.models.people import Student, User
from journal.models.reach import Everyone, Reach, ReachQuerySet
from journal.models.words import worded_lazily


class AbsenceReason(models.Model):
    """A letter of the journal: н, у, б, о (domain §1)."""

    reach = Everyone()

    code = models.CharField("буква", max_length=2, primary_key=True)
    name = models.CharField("название", max_length=80)
    counts_as_absence = models.BooleanField(
        "считается пропуском",
        default=True,
        help_text="Опоздание пропуском не считается.",
    )
    is_excused = models.BooleanField("уважительная", default=False)
    position = models.PositiveSmallIntegerField("порядок", default=0)

    objects = ReachQuerySet.as_manager()

    class Meta:
        verbose_name = "причина отсутствия"
        verbose_name_plural = "причины отсутствия"
        ordering = ["position", "code"]

    def __str__(self):
        return f"{self.code} ({self.name})"

    def is_editable_by(self, user) -> bool:
        rows = type(self).objects.visible_to(user, "change")
        return rows.filter(pk=self.pk).exists()


class Excuse(Dated):
    """A document that excuses a student over a half-open span of days (F3).

    It gives its reason to the absences in the span, and to those noted later. Whose
    document it is, no diagnosis (152-ФЗ): the number and the issuer are enough.
    """

    reach = Reach(student="student")

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="excuses",
        verbose_name=worded_lazily("студент"),
    )
    reason = models.ForeignKey(AbsenceReason, models.PROTECT, verbose_name="причина")
    document = models.CharField(
        "документ",
        max_length=200,
        help_text="Справка, заявление, приказ: номер и кто выдал, без диагноза.",
    )
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="кто внёс"
    )
    at = models.DateTimeField("когда внесён", auto_now_add=True)
    withdrawn_at = models.DateTimeField("отозван", null=True, blank=True)
    withdrawn_for = models.CharField("почему отозван", max_length=200, blank=True)

    history = history()

    class Meta:
        verbose_name = "документ об отсутствии"
        verbose_name_plural = "документы об отсутствии"
        ordering = ["-start", "student"]
        constraints = [
            starts_before_end("excuse_ends_after_start"),
            check(
                "excuse_has_an_end",
                Q(end__isnull=False),
                "Укажите, по какой день действует документ.",
            ),
        ]

    def __str__(self):
        return f"{self.document}: {self.student}"


class Absence(Model):
    """A student absent from a lesson, or late; a row only for those.

    `hours` are academic hours missed, all of the lesson or some; `minutes` how late.
    """

    reach = Reach(
        student="student",
        group="lesson__course__group",
        course="lesson__course",
        lesson="lesson",
    )

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="absences", verbose_name="занятие"
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="absences",
        verbose_name=worded_lazily("студент"),
    )
    reason = models.ForeignKey(AbsenceReason, models.PROTECT, verbose_name="причина")
    hours = models.PositiveSmallIntegerField("пропущено академических часов", default=0)
    minutes = models.PositiveSmallIntegerField(
        "опоздание, минут", null=True, blank=True
    )
    excuse = models.ForeignKey(
        Excuse,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="absences",
        verbose_name="документ",
    )

    history = history()

    class Meta:
        verbose_name = "отсутствие"
        verbose_name_plural = "отсутствия"
        constraints = [
            unique(
                "absence_once_per_lesson",
                "lesson",
                "student",
                message="Отсутствие на этом занятии уже отмечено.",
            ),
            check(
                "absence_hours_in_a_day",
                Q(hours__lte=12),
                "Пропустить можно не больше 12 часов занятия.",
            ),
            check(
                "absence_minutes_in_a_lesson",
                Q(minutes__isnull=True) | Q(minutes__gte=1, minutes__lte=90),
                "Опоздание бывает от 1 до 90 минут.",
            ),
        ]

    def __str__(self):
        return self.reason_id
