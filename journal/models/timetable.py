"""The weekly timetable from which lessons follow."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from journal.models.base import Dated, history, starts_before_end
from journal.models.curriculum import Course, Subgroup
from journal.models.organisation import Room
from journal.models.people import Employee
from journal.models.reach import Reach


class Weekday(models.IntegerChoices):
    MONDAY = 1, "понедельник"
    TUESDAY = 2, "вторник"
    WEDNESDAY = 3, "среда"
    THURSDAY = 4, "четверг"
    FRIDAY = 5, "пятница"
    SATURDAY = 6, "суббота"
    SUNDAY = 7, "воскресенье"


class TimetableEntry(Dated):
    """One line of the weekly timetable, in force over a half-open span."""

    class Parity(models.IntegerChoices):
        EVERY = 0, "каждую неделю"
        ODD = 1, "числитель (1-я неделя)"
        EVEN = 2, "знаменатель (2-я неделя)"

    reach = Reach(group="course__group", course="course", employee="teacher")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="entries", verbose_name="курс"
    )
    subgroup = models.ForeignKey(
        Subgroup, models.PROTECT, null=True, blank=True, verbose_name="подгруппа"
    )
    teacher = models.ForeignKey(
        Employee, models.PROTECT, related_name="entries", verbose_name="преподаватель"
    )
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, verbose_name="аудитория"
    )
    weekday = models.PositiveSmallIntegerField("день недели", choices=Weekday.choices)
    number = models.PositiveSmallIntegerField(
        "номер занятия",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(15)],
        help_text="Пусто: весь день практики, без звонков.",
    )
    parity = models.PositiveSmallIntegerField(
        "недели", choices=Parity.choices, default=Parity.EVERY
    )
    stream = models.CharField(
        "поток",
        max_length=40,
        blank=True,
        help_text="Одно обозначение у групп, которые сидят вместе.",
    )

    history = history()

    class Meta:
        verbose_name = "строка расписания"
        verbose_name_plural = "расписание"
        ordering = ["weekday", "number", "course"]
        constraints = [starts_before_end("timetableentry_ends_after_start")]

    def __str__(self):
        return (
            f"{self.get_weekday_display()}, {self.number or 'весь день'}: {self.course}"
        )
