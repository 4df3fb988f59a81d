"""The year of an institution: periods, days that differ, bells."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from journal.models.base import (
    Dated,
    Model,
    check,
    history,
    starts_before_end,
    unique,
)
from journal.models.reach import Everyone


class AcademicYear(Dated):
    """An academic year."""

    reach = Everyone()
    name = models.CharField(
        "название", max_length=20, unique=True, help_text="2026–2027"
    )

    history = history()

    class Meta:
        verbose_name = "учебный год"
        verbose_name_plural = "учебные годы"
        ordering = ["-start"]
        constraints = [starts_before_end("academicyear_ends_after_start")]

    def __str__(self):
        return self.name


class Period(Model):
    """A semester, quarter, half-year … of a year; both its dates are included."""

    class Kind(models.TextChoices):
        SEMESTER = "semester", "семестр"
        TRIMESTER = "trimester", "триместр"
        QUARTER = "quarter", "четверть"
        HALF = "half", "полугодие"

    reach = Everyone()

    year = models.ForeignKey(
        AcademicYear, models.PROTECT, related_name="periods", verbose_name="учебный год"
    )
    kind = models.CharField("вид", max_length=10, choices=Kind.choices)
    number = models.PositiveSmallIntegerField(
        "номер", validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    first_day = models.DateField("первый день")
    last_day = models.DateField("последний день")

    history = history()

    class Meta:
        verbose_name = "учебный период"
        verbose_name_plural = "учебные периоды"
        ordering = ["first_day", "kind", "number"]
        constraints = [
            unique(
                "period_once",
                "year",
                "kind",
                "number",
                message="Такой период в этом году уже есть.",
            ),
            check(
                "period_last_day_after_first",
                Q(last_day__gt=F("first_day")),
                "Последний день периода должен быть позже первого.",
            ),
        ]

    def __str__(self):
        return f"{self.year}, {self.number} {self.get_kind_display()}"

    def clean(self):
        super().clean()
        if not (self.year_id and self.first_day and self.last_day):
            return
        year = self.year
        if self.first_day < year.start or (year.end and self.last_day > year.end):
            raise ValidationError("Период выходит за границы учебного года.")


class CalendarDay(Model):
    """A day that differs from the calendar: a holiday, a moved or a shortened day."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "выходной"
        WORKING = "working", "учебный день вместо другого"
        SHORT = "short", "сокращённый"

    reach = Everyone()

    date = models.DateField("дата", unique=True)
    kind = models.CharField("что за день", max_length=10, choices=Kind.choices)
    taught_as = models.DateField(
        "по расписанию дня",
        null=True,
        blank=True,
        help_text="Для перенесённого дня: по расписанию какой даты учатся.",
    )
    note = models.CharField("пояснение", max_length=120, blank=True)

    class Meta:
        verbose_name = "особый день"
        verbose_name_plural = "особые дни календаря"
        ordering = ["date"]

    def __str__(self):
        return f"{self.date:%d.%m.%Y} {self.get_kind_display()}"


class BellSchedule(Dated):
    """Bell times in force from a date; new times never rewrite the past."""

    reach = Everyone()
    name = models.CharField("название", max_length=80)
    is_short = models.BooleanField("для сокращённых дней", default=False)

    history = history()

    class Meta:
        verbose_name = "расписание звонков"
        verbose_name_plural = "расписания звонков"
        ordering = ["-start", "name"]
        constraints = [starts_before_end("bellschedule_ends_after_start")]

    def __str__(self):
        return self.name


class Bell(Model):
    """The time of one lesson number."""

    reach = Everyone()

    schedule = models.ForeignKey(
        BellSchedule,
        models.CASCADE,
        related_name="bells",
        verbose_name="расписание звонков",
    )
    number = models.PositiveSmallIntegerField("номер занятия")
    starts_at = models.TimeField("начало")
    ends_at = models.TimeField("конец")

    class Meta:
        verbose_name = "звонок"
        verbose_name_plural = "звонки"
        ordering = ["schedule", "number"]
        constraints = [
            unique(
                "bell_number_once",
                "schedule",
                "number",
                message="Этот номер занятия в расписании звонков уже есть.",
            ),
            check(
                "bell_ends_after_start",
                Q(ends_at__gt=F("starts_at")),
                "Занятие должно кончаться позже, чем начинается.",
            ),
        ]

    def __str__(self):
        return f"{self.number}: {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"
