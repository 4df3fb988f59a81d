"""Theses of the final attestation (F8; U 4.3, U 5.3)."""

from django.db import models

from journal.models.base import Model, history, unique
from journal.models.organisation import AcademicYear, Group
from journal.models.people import Employee, Student
from journal.models.reach import Reach
from journal.models.words import worded_lazily


class Thesis(Model):
    """A thesis: topic, supervisor, reviewer, and the protocol of its defence.

    The mark stands in the sheet of the defence (`Sheet.Kind.DEFENCE`).
    """

    class Kind(models.TextChoices):
        PROJECT = "project", "дипломный проект"
        WORK = "work", "дипломная работа"

    class Origin(models.TextChoices):
        COLLEGE = "college", worded_lazily("предложена преподавателем")
        STUDENT = "student", worded_lazily("предложена студентом")
        EMPLOYER = "employer", "заявка организации"
        RESEARCH = "research", "исследовательская"

    reach = Reach(student="student", group="group", employee="supervisor")

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="theses",
        verbose_name=worded_lazily("студент"),
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="theses",
        verbose_name=worded_lazily("группа"),
    )
    year = models.ForeignKey(
        AcademicYear, models.PROTECT, related_name="theses", verbose_name="год выпуска"
    )
    kind = models.CharField(
        "вид", max_length=8, choices=Kind.choices, default=Kind.PROJECT
    )
    topic = models.CharField("тема", max_length=400)
    origin = models.CharField(
        "откуда тема", max_length=10, choices=Origin.choices, default=Origin.COLLEGE
    )
    order = models.CharField(
        "приказ об утверждении темы",
        max_length=100,
        blank=True,
        help_text="Номер и дата.",
    )
    supervisor = models.ForeignKey(
        Employee,
        models.PROTECT,
        related_name="theses",
        verbose_name="руководитель",
    )
    consultant = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="консультант",
    )
    reviewer = models.CharField(
        "рецензент",
        max_length=200,
        blank=True,
        help_text="Фамилия, инициалы, место работы.",
    )
    supervisor_mark = models.CharField("отзыв: отметка", max_length=1, blank=True)
    review_mark = models.CharField("рецензия: отметка", max_length=1, blank=True)
    is_admitted = models.BooleanField("допущен к защите", default=False)
    protocol_number = models.CharField("протокол №", max_length=20, blank=True)
    protocol_date = models.DateField("дата протокола", null=True, blank=True)
    is_for_use = models.BooleanField("рекомендована к внедрению", default=False)
    is_for_print = models.BooleanField("рекомендована к опубликованию", default=False)
    questions = models.TextField("вопросы комиссии", blank=True)

    history = history()

    class Meta:
        verbose_name = "выпускная работа"
        verbose_name_plural = "выпускные работы"
        ordering = ["-year", "group", "student"]
        constraints = [
            unique(
                "thesis_once_a_year",
                "student",
                "year",
                message=worded_lazily(
                    "Выпускная работа этого студента в этом году уже есть."
                ),
            )
        ]

    def __str__(self):
        return self.topic
