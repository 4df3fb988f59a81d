"""Persons: employees, students, parents and other representatives."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from journal.models.base import Model, history, unique
from journal.models.people.accounts import User
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily

OKSM = RegexValidator(
    r"^\d{3}$", "Код страны по ОКСМ — три цифры; у России 643, без гражданства 999."
)
SNILS = RegexValidator(
    r"^\d{3}-\d{3}-\d{3} \d{2}$", "СНИЛС пишется так: 000-000-000 00."
)


def snils_checksum(digits: str) -> str:
    """The last two digits that the first nine demand (rule of the pension fund)."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(digits[:9]))
    return f"{total % 101 % 100:02}"


def validate_snils(value: str):
    SNILS(value)
    digits = "".join(filter(str.isdigit, value))
    if snils_checksum(digits) != digits[9:]:
        raise ValidationError(
            "В СНИЛС ошибка: контрольные цифры не сходятся. Сверьте с документом."
        )


ADULT = 18
OLDEST = date(1900, 1, 1)


def age_on(born: date, day: date) -> int:
    """Whole years lived by `day`; whoever was born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def short_name(last: str, *given: str) -> str:
    """«Иванова А. П.» of the parts of a name, the empty ones left out."""
    return " ".join([last, *(f"{part[0]}." for part in given if part)])


def full_name(*parts: str | None) -> str:
    """«Иванова Анна Петровна» of the parts of a name, the empty ones left out."""
    return " ".join(filter(None, parts))


class Person(Model):
    """Name and contacts; never identified by the name alone."""

    class Sex(models.TextChoices):
        MALE = "m", "мужской"
        FEMALE = "f", "женский"

    last_name = models.CharField("фамилия", max_length=80)
    first_name = models.CharField("имя", max_length=80)
    middle_name = models.CharField("отчество", max_length=80, blank=True)
    birth_date = models.DateField("дата рождения", null=True, blank=True)
    sex = models.CharField("пол", max_length=1, choices=Sex.choices, blank=True)
    phone = models.CharField("телефон", max_length=40, blank=True)
    email = models.EmailField("электронная почта", blank=True)
    snils = models.CharField(
        "СНИЛС", max_length=14, null=True, blank=True, validators=[validate_snils]
    )
    user = models.OneToOneField(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)s",
        verbose_name="учётная запись",
    )

    class Meta:
        abstract = True
        ordering = ["last_name", "first_name", "middle_name", "pk"]

    def __str__(self):
        return self.full_name

    @property
    def full_name(self) -> str:
        return full_name(self.last_name, self.first_name, self.middle_name)

    @property
    def short_name(self) -> str:
        """«Иванова А. П.»"""
        return short_name(self.last_name, self.first_name, self.middle_name)

    def clean(self):
        super().clean()
        self.snils = self.snils or None
        if self.birth_date and self.birth_date > timezone.localdate():
            raise ValidationError({"birth_date": "Дата рождения ещё не наступила."})
        if self.birth_date and self.birth_date < OLDEST:
            raise ValidationError({"birth_date": "Год рождения — не раньше 1900."})


def snils_once(model: str) -> models.UniqueConstraint:
    return unique(
        f"{model}_snils_once",
        "snils",
        message="Этот СНИЛС уже записан у другого человека. Проверьте номер.",
    )


class Employee(Person):
    """Someone who works for the institution; who may view staff sees all of it."""

    class StaffType(models.TextChoices):
        EXECUTIVE = "executive", "руководящие работники"
        TEACHING = "teaching", "педагогические работники"
        SUPPORT = "support", "учебно-вспомогательный персонал"
        SERVICE = "service", "обслуживающий персонал"

    class Contract(models.TextChoices):
        EMPLOYMENT = "employment", "трудовой договор"
        PART_TIME = "part_time", "трудовой договор о совместительстве"
        CIVIL = "civil", "договор гражданско-правового характера"

    class Category(models.TextChoices):
        NONE = "none", "не имеет"
        CONFORMITY = "conformity", "соответствие занимаемой должности"
        FIRST = "first", "первая"
        HIGHER = "higher", "высшая"

    reach = Everyone()

    personal_no = models.CharField(
        "табельный номер", max_length=30, null=True, blank=True
    )
    position = models.CharField("должность", max_length=120, blank=True)
    department = models.ForeignKey(
        "Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="employees",
        verbose_name="отделение",
    )
    staff_type = models.CharField(
        "группа персонала", max_length=10, choices=StaffType.choices, blank=True
    )
    contract = models.CharField(
        "договор", max_length=10, choices=Contract.choices, blank=True
    )
    category = models.CharField(
        "квалификационная категория",
        max_length=10,
        choices=Category.choices,
        blank=True,
    )
    education = models.CharField("образование", max_length=200, blank=True)
    load_norm = models.PositiveSmallIntegerField(
        "норма нагрузки, часов в год",
        null=True,
        blank=True,
        help_text="Пусто: как в настройках учреждения.",
    )
    hired_on = models.DateField("принят на работу", null=True, blank=True)
    dismissed_on = models.DateField("уволен", null=True, blank=True)

    history = history()

    class Meta(Person.Meta):
        verbose_name = "сотрудник"
        verbose_name_plural = "сотрудники"
        permissions = [
            ("import_employee", "Импорт сотрудников"),
            ("export_employee", "Выгрузка сотрудников"),
        ]
        constraints = [
            snils_once("employee"),
            unique(
                "employee_personal_no_once",
                "personal_no",
                message="Этот табельный номер уже занят.",
            ),
        ]

    def clean(self):
        super().clean()
        self.personal_no = self.personal_no or None


class Student(Person):
    """A student of a college or a pupil of a school."""

    class Language(models.TextChoices):
        ENGLISH = "english", "английский"
        GERMAN = "german", "немецкий"
        FRENCH = "french", "французский"

    reach = Reach(student="pk")

    personal_no = models.CharField(
        "номер личного дела (поимённой книги)", max_length=30, null=True, blank=True
    )
    citizenship = models.CharField(
        "гражданство (код ОКСМ)", max_length=3, blank=True, validators=[OKSM]
    )
    birth_place = models.CharField("место рождения", max_length=200, blank=True)
    language = models.CharField(
        "изучаемый язык", max_length=10, choices=Language.choices, blank=True
    )
    note = models.CharField("заметка", max_length=300, blank=True)
    guardians_see_adult = models.BooleanField(
        "согласен, что родители видят данные после 18 лет", default=False
    )

    history = history()

    class Meta(Person.Meta):
        verbose_name = worded_lazily("студент")
        verbose_name_plural = worded_lazily("студенты")
        permissions = [
            ("import_student", "Импорт контингента"),
            ("export_student", "Выгрузка контингента"),
        ]
        constraints = [
            snils_once("student"),
            unique(
                "student_personal_no_once",
                "personal_no",
                message="Этот номер личного дела уже занят.",
            ),
        ]

    def clean(self):
        super().clean()
        self.personal_no = self.personal_no or None


class Guardian(Person):
    """A parent, another legal representative or a trusted one."""

    reach = Reach(student="guardianships__student", user="user")

    history = history()

    class Meta(Person.Meta):
        verbose_name = "представитель"
        verbose_name_plural = "родители и представители"
        permissions = [
            ("import_guardian", "Импорт родителей и представителей"),
            ("export_guardian", "Выгрузка родителей и представителей"),
        ]
        constraints = [snils_once("guardian")]
