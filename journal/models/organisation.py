"""The institution, its premises, its year and its groups."""

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q

from journal.models.base import (
    Dated,
    Lookup,
    Model,
    check,
    history,
    starts_before_end,
    unique,
)
from journal.models.people import Employee
from journal.models.reach import Everyone, Reach

INSTITUTION = "institution"


class Institution(Model):
    """The one institution of this installation, with every rule that differs."""

    class Kind(models.TextChoices):
        COLLEGE = "college", "колледж (техникум)"
        SCHOOL = "school", "школа"

    class FillingDue(models.TextChoices):
        DAY = "day", "в день занятия"
        MONDAY = "monday", "за прошедшую неделю до понедельника"
        WEEK = "week", "в течение семи дней"

    class MarkOnAbsent(models.TextChoices):
        ASK = "ask", "переспросить"
        REFUSE = "refuse", "не принимать"

    reach = Everyone()

    name = models.CharField("полное наименование", max_length=300)
    short_name = models.CharField("краткое наименование", max_length=120)
    founder = models.CharField(
        "учредитель", max_length=300, blank=True, help_text="Первая строка ведомостей."
    )
    kind = models.CharField(
        "вид", max_length=10, choices=Kind.choices, default=Kind.COLLEGE
    )
    filling_due = models.CharField(
        "журнал заполняется",
        max_length=10,
        choices=FillingDue.choices,
        default=FillingDue.DAY,
        help_text="Позже этого срока занятие попадает в список просроченных.",
    )
    entry_days = models.PositiveSmallIntegerField(
        "дней на свободное исправление",
        default=7,
        help_text="Сколько дней после занятия преподаватель пишет без указания причины.",
    )
    curator_days = models.PositiveSmallIntegerField(
        "дней куратору на исправление посещаемости", default=14
    )
    mark_on_absent = models.CharField(
        "отметка отсутствующему",
        max_length=10,
        choices=MarkOnAbsent.choices,
        default=MarkOnAbsent.ASK,
    )
    lesson_hours = models.PositiveSmallIntegerField(
        "академических часов в занятии", default=2
    )
    threshold_3 = models.DecimalField(
        "порог «3»", max_digits=3, decimal_places=2, default=2.5
    )
    threshold_4 = models.DecimalField(
        "порог «4»", max_digits=3, decimal_places=2, default=3.5
    )
    threshold_5 = models.DecimalField(
        "порог «5»", max_digits=3, decimal_places=2, default=4.5
    )
    marks_needed = models.PositiveSmallIntegerField(
        "отметок для аттестации", default=3, help_text="Если меньше, в ведомости «н/а»."
    )
    guardians_see_adults = models.BooleanField(
        "родители видят данные совершеннолетних", default=False
    )
    plan_due = models.CharField(
        "сроки сдачи КТП", max_length=40, default="10.09, 01.12"
    )
    signatory_post = models.CharField(
        "кто подписывает ведомости",
        max_length=120,
        default="Заместитель директора по учебной работе",
    )
    signatory_name = models.CharField("расшифровка подписи", max_length=120, blank=True)

    history = history()

    class Meta:
        verbose_name = "учреждение"
        verbose_name_plural = "учреждение"
        constraints = [
            check("institution_is_one", Q(pk=1), "Учреждение в системе одно."),
            check(
                "institution_thresholds_rise",
                Q(threshold_3__lt=F("threshold_4"), threshold_4__lt=F("threshold_5")),
                "Пороги отметок должны возрастать от «3» к «5».",
            ),
        ]

    def __str__(self):
        return self.short_name

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        cache.delete(INSTITUTION)
        transaction.on_commit(lambda: cache.delete(INSTITUTION))

    @classmethod
    def current(cls) -> "Institution":
        """The institution; unsaved defaults before the first day.

        Asked by every request, so it is kept in the shared cache for a minute.
        """
        found = cache.get(INSTITUTION)
        if found is None:
            found = cls.objects.first()
            if found is None:
                return cls(
                    pk=1,
                    name="Учреждение не названо",
                    short_name="Электронный журнал",
                )
            cache.set(INSTITUTION, found, 60)
        return found

    @property
    def is_school(self) -> bool:
        return self.kind == self.Kind.SCHOOL


class Campus(Lookup):
    """A building of the institution."""

    reach = Everyone()
    address = models.CharField("адрес", max_length=200, blank=True)
    study_unit_heads = models.ManyToManyField(
        Employee,
        blank=True,
        related_name="campuses",
        verbose_name="заведующие учебной частью",
    )

    class Meta(Lookup.Meta):
        verbose_name = "корпус"
        verbose_name_plural = "корпуса"


class Room(Model):
    """A room, workshop or gym."""

    reach = Everyone()

    number = models.CharField("номер", max_length=40)
    name = models.CharField("название", max_length=120, blank=True)
    campus = models.ForeignKey(
        Campus, models.PROTECT, null=True, blank=True, verbose_name="корпус"
    )
    capacity = models.PositiveSmallIntegerField("мест", null=True, blank=True)

    history = history()

    class Meta:
        verbose_name = "аудитория"
        verbose_name_plural = "аудитории"
        ordering = ["number"]
        permissions = [
            ("import_room", "Импорт аудиторий"),
            ("export_room", "Выгрузка аудиторий"),
        ]
        constraints = [
            unique(
                "room_once",
                "campus",
                "number",
                message="Такая аудитория в этом корпусе уже есть.",
            ),
            unique(
                "room_once_without_campus",
                "number",
                condition=Q(campus__isnull=True),
                message="Такая аудитория уже есть.",
            ),
        ]

    def __str__(self):
        return self.number


class Department(Lookup):
    """A department of a college."""

    reach = Everyone()
    head = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="departments",
        verbose_name="заведующий",
    )
    history = history()

    class Meta(Lookup.Meta):
        verbose_name = "отделение"
        verbose_name_plural = "отделения"


class Specialty(Model):
    """A specialty or profession; a school has none."""

    reach = Everyone()

    code = models.CharField("код", max_length=20, unique=True)
    name = models.CharField("название", max_length=200)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name="отделение"
    )
    study_unit_heads = models.ManyToManyField(
        Employee,
        blank=True,
        related_name="specialties",
        verbose_name="заведующие учебной частью",
    )

    class Meta:
        verbose_name = "специальность"
        verbose_name_plural = "специальности"
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.name}"


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


class Group(Model):
    """A study group of a college or a class of a school."""

    reach = Reach(group="pk")

    name = models.CharField("название", max_length=40, unique=True)
    name_pattern = models.CharField(
        "образец названия",
        max_length=40,
        blank=True,
        help_text="«4{курс}-АВ»: название меняется с курсом.",
    )
    course_year = models.PositiveSmallIntegerField(
        "курс (класс)",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(11)],
    )
    admission_year = models.PositiveSmallIntegerField(
        "год набора", null=True, blank=True
    )
    specialty = models.ForeignKey(
        Specialty, models.PROTECT, null=True, blank=True, verbose_name="специальность"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name="отделение"
    )
    campus = models.ForeignKey(
        Campus, models.PROTECT, null=True, blank=True, verbose_name="корпус"
    )
    curator = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="curated_groups",
        verbose_name="куратор",
    )
    closed_on = models.DateField("расформирована", null=True, blank=True)

    history = history()

    class Meta:
        verbose_name = "группа"
        verbose_name_plural = "группы"
        ordering = ["course_year", "name"]
        permissions = [
            ("import_group", "Импорт групп"),
            ("export_group", "Выгрузка групп"),
        ]

    def __str__(self):
        return self.name
