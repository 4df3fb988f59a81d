"""People: accounts, roles, employees, students and their representatives."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.models import Group as AuthGroup
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from journal.models.base import Dated, Model, check, history, starts_before_end, unique
from journal.models.reach import DatedQuerySet, Everyone, Reach, ReachQuerySet
from journal.roles import Anchor


class AccountManager(UserManager.from_queryset(ReachQuerySet)):
    """Django's manager of accounts with row rights."""


class User(AbstractUser):
    """A sign-in. Who the person is, the linked employee, student or guardian says."""

    reach = Reach(user="pk")

    email = models.EmailField("электронная почта", blank=True)
    must_change_password = models.BooleanField(
        "сменить пароль при входе", default=False
    )

    objects = AccountManager()
    history = history(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = "учётная запись"
        verbose_name_plural = "учётные записи"
        ordering = ["username"]

    def __str__(self):
        return self.get_full_name()

    def get_full_name(self):
        return super().get_full_name() or self.username

    def is_editable_by(self, user) -> bool:
        rows = type(self).objects.visible_to(user, "change")
        return rows.filter(pk=self.pk).exists()


class Role(AuthGroup):
    """A Django group with an anchor: which rights, and over whose rows (A1, A10)."""

    reach = Everyone()

    slug = models.SlugField("код", max_length=40, unique=True)
    anchor = models.CharField(
        "чьи записи видит", max_length=12, choices=Anchor.CHOICES, default=Anchor.OWN
    )
    is_staff = models.BooleanField(
        "работает в кабинете сотрудника",
        default=True,
        help_text="Студенты и родители пользуются дневником.",
    )

    objects = ReachQuerySet.as_manager()
    history = history()

    class Meta:
        verbose_name = "роль"
        verbose_name_plural = "роли"
        ordering = ["name"]

    def is_editable_by(self, user) -> bool:
        rows = type(self).objects.visible_to(user, "change")
        return rows.filter(pk=self.pk).exists()


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
        return " ".join(
            filter(None, (self.last_name, self.first_name, self.middle_name))
        )

    @property
    def short_name(self) -> str:
        """«Иванова А. П.»"""
        initials = [
            f"{part[0]}." for part in (self.first_name, self.middle_name) if part
        ]
        return " ".join([self.last_name, *initials])

    def clean(self):
        super().clean()
        self.snils = self.snils or None
        if self.birth_date and self.birth_date > timezone.localdate():
            raise ValidationError({"birth_date": "Дата рождения ещё не наступила."})


def snils_once(model: str) -> models.UniqueConstraint:
    return unique(
        f"{model}_snils_once",
        "snils",
        message="Этот СНИЛС уже записан у другого человека. Проверьте номер.",
    )


class Employee(Person):
    """Someone who works for the institution; who may view staff sees all of it."""

    reach = Everyone()

    personal_no = models.CharField(
        "табельный номер", max_length=30, null=True, blank=True
    )
    position = models.CharField("должность", max_length=120, blank=True)
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

    reach = Reach(student="pk")

    personal_no = models.CharField(
        "номер личного дела (поимённой книги)", max_length=30, null=True, blank=True
    )
    guardians_see_adult = models.BooleanField(
        "согласен, что родители видят данные после 18 лет", default=False
    )

    history = history()

    class Meta(Person.Meta):
        verbose_name = "студент"
        verbose_name_plural = "студенты"
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
        constraints = [snils_once("guardian")]


class GuardianshipQuerySet(DatedQuerySet):
    def in_force(self):
        """Ties that open the child's data today.

        After eighteen they hold where the institution says so, or the student agreed
        (A4: parents of minors).
        """
        from journal.models.organisation import Institution

        today = timezone.localdate()
        found = self.on(today)
        if Institution.current().guardians_see_adults:
            return found
        try:
            adult_since = today.replace(year=today.year - 18)
        except ValueError:  # 29 February
            adult_since = today.replace(year=today.year - 18, day=28)
        return found.filter(
            Q(student__birth_date__isnull=True)
            | Q(student__birth_date__gt=adult_since)
            | Q(student__guardians_see_adult=True)
        )


class Guardianship(Dated):
    """Who represents whom; a trusted representative has `delegated_by` (M 3)."""

    class Relation(models.TextChoices):
        MOTHER = "mother", "мать"
        FATHER = "father", "отец"
        RELATIVE = "relative", "родственник"
        FOSTER = "foster", "приёмный родитель"
        ADOPTER = "adopter", "усыновитель"
        GUARDIAN = "guardian", "опекун"
        CUSTODIAN = "custodian", "попечитель"
        TRUSTEE = "trustee", "доверенный представитель"

    reach = Reach(student="student")

    student = models.ForeignKey(
        Student, models.PROTECT, related_name="guardianships", verbose_name="студент"
    )
    guardian = models.ForeignKey(
        Guardian,
        models.PROTECT,
        related_name="guardianships",
        verbose_name="представитель",
    )
    relation = models.CharField(
        "кем приходится", max_length=10, choices=Relation.choices
    )
    delegated_by = models.ForeignKey(
        Guardian,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations",
        verbose_name="кто доверил",
    )

    objects = GuardianshipQuerySet.as_manager()
    history = history()

    class Meta:
        verbose_name = "представительство"
        verbose_name_plural = "представительства"
        ordering = ["student", "start"]
        constraints = [
            starts_before_end("guardianship_ends_after_start"),
            unique(
                "guardianship_once",
                "student",
                "guardian",
                "start",
                message="Этот представитель у студента уже записан.",
            ),
            check(
                "guardianship_trustee_is_delegated",
                Q(delegated_by__isnull=True) | Q(relation="trustee"),
                "Кто доверил, указывают только у доверенного представителя.",
            ),
        ]

    def __str__(self):
        return f"{self.guardian} ({self.get_relation_display()})"


class AccessCode(Model):
    """A one-time code to enter with and choose a password; only its hash is kept."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="access_codes", verbose_name="кому"
    )
    code_hash = models.CharField(max_length=200, editable=False)
    issued_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="issued_codes",
        verbose_name="кто выдал",
    )
    issued_at = models.DateTimeField("выдан", default=timezone.now)
    expires_at = models.DateTimeField("действует до")
    used_at = models.DateTimeField("использован", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("неверных попыток", default=0)

    class Meta:
        verbose_name = "одноразовый код"
        verbose_name_plural = "одноразовые коды"
        ordering = ["-issued_at"]
        permissions = [("issue_accesscode", "Выдача одноразовых кодов")]

    def __str__(self):
        return f"Код для {self.user}"
