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
from journal.models.organisation.parts import Group
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily


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


class StudyCalendar(Model):
    """One of the calendars of a year: «Основной», «Выпускные курсы» (domain §1)."""

    reach = Everyone()

    year = models.ForeignKey(
        AcademicYear,
        models.PROTECT,
        related_name="calendars",
        verbose_name="учебный год",
    )
    name = models.CharField("название", max_length=120)
    is_main = models.BooleanField(
        "основной",
        default=False,
        help_text=worded_lazily(
            "По нему учатся группы, которым не назначен другой.",
            "По нему учатся классы, которым не назначен другой.",
        ),
    )

    history = history()

    class Meta:
        verbose_name = "календарный график"
        verbose_name_plural = "календарные графики"
        ordering = ["-year__start", "-is_main", "name"]
        constraints = [
            unique(
                "studycalendar_once",
                "year",
                "name",
                message="График с таким названием в этом году уже есть.",
            ),
            unique(
                "studycalendar_one_main",
                "year",
                condition=Q(is_main=True),
                message="Основной график в этом году уже есть.",
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.year}"


class CalendarSpan(Model):
    """What a calendar's groups do from one day to another; both days are included.

    Days that no span names are days of study by the weekly timetable.
    """

    class Kind(models.TextChoices):
        SESSION = "session", "промежуточная аттестация"
        STUDY_PRACTICE = "study_practice", "учебная практика"
        WORK_PRACTICE = "work_practice", "производственная практика"
        DIPLOMA_PRACTICE = "diploma_practice", "преддипломная практика"
        FINAL = "final", "государственная итоговая аттестация"
        VACATION = "vacation", "каникулы"

    reach = Everyone()

    calendar = models.ForeignKey(
        StudyCalendar, models.PROTECT, related_name="spans", verbose_name="график"
    )
    kind = models.CharField("что в эти дни", max_length=20, choices=Kind.choices)
    course_year = models.PositiveSmallIntegerField(
        "курс (класс)", null=True, blank=True, help_text="Пусто: у всех курсов графика."
    )
    first_day = models.DateField("первый день")
    last_day = models.DateField("последний день")

    history = history()

    class Meta:
        verbose_name = "отрезок графика"
        verbose_name_plural = "отрезки графика"
        ordering = ["calendar", "first_day"]
        constraints = [
            check(
                "calendarspan_last_day_after_first",
                Q(last_day__gte=F("first_day")),
                "Последний день отрезка не может быть раньше первого.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.first_day:%d.%m}–{self.last_day:%d.%m.%Y}"

    def clean(self):
        super().clean()
        if not (self.calendar_id and self.first_day and self.last_day):
            return
        year = self.calendar.year
        if self.first_day < year.start or (year.end and self.last_day >= year.end):
            raise ValidationError("Отрезок выходит за границы учебного года.")


class CalendarGroup(Model):
    """A group that follows a calendar other than the main one in that year."""

    reach = Reach(group="group")

    calendar = models.ForeignKey(
        StudyCalendar, models.PROTECT, related_name="groups", verbose_name="график"
    )
    year = models.ForeignKey(
        AcademicYear, models.PROTECT, editable=False, verbose_name="учебный год"
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="calendars",
        verbose_name=worded_lazily("группа"),
    )

    history = history()

    class Meta:
        verbose_name = worded_lazily("группа графика")
        verbose_name_plural = worded_lazily("группы графика", "классы графика")
        ordering = ["calendar", "group"]
        constraints = [
            unique(
                "calendargroup_one_a_year",
                "group",
                "year",
                message=worded_lazily(
                    "Группе в этом году уже назначен другой график.",
                    "Классу в этом году уже назначен другой график.",
                ),
            )
        ]

    def __str__(self):
        return f"{self.group}: {self.calendar}"

    def save(self, *args, **kwargs):
        self.year_id = self.calendar.year_id
        super().save(*args, **kwargs)


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
