"""What an institution consists of: premises, departments, specialties, groups."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from journal.models.base import Lookup, Model, history, unique
from journal.models.people import Employee
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily


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


def room_place(number: str) -> str:
    """Where a lesson is, from the number of its room: «каб. 105», but «Спортзал № 1»."""
    return f"каб. {number}" if number[:1].isdigit() else number


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

    @property
    def place(self) -> str:
        return room_place(self.number)


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

    years = models.PositiveSmallIntegerField(
        "курсов",
        null=True,
        blank=True,
        help_text=worded_lazily(
            "На последнем курсе перевод на следующий год предлагает выпуск.",
            "В последнем классе перевод на следующий год предлагает выпуск.",
        ),
    )
    qualification = models.CharField("квалификация", max_length=255, blank=True)

    class Meta:
        verbose_name = "специальность"
        verbose_name_plural = "специальности"
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.name}"


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
    years = models.PositiveSmallIntegerField(
        "курсов (классов) всего",
        null=True,
        blank=True,
        help_text=worded_lazily(
            "Если у группы не так, как у специальности.",
            "Если у класса не так, как у специальности.",
        ),
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
        verbose_name=worded_lazily("куратор"),
    )
    closed_on = models.DateField("расформирована", null=True, blank=True)

    history = history()

    class Meta:
        verbose_name = worded_lazily("группа")
        verbose_name_plural = worded_lazily("группы", "классы")
        ordering = ["course_year", "name"]
        permissions = [
            ("import_group", worded_lazily("Импорт групп")),
            ("export_group", worded_lazily("Выгрузка групп")),
        ]

    def __str__(self):
        return self.name
