"""The parts of a student's card, each with rights of its own (domain §5, A8).

A part is one row a student, made when first filled. Whoever may not view the model does
not meet its fields anywhere. Health and family are codes, never words about a diagnosis.
"""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from journal.models.base import Dated, Model, check, history, starts_before_end, unique
from journal.models.people.accounts import User
from journal.models.people.persons import Employee, Student
from journal.models.reach import Reach
from journal.models.words import worded, worded_lazily

INN = RegexValidator(r"^\d{12}$", "ИНН человека — 12 цифр.")


class StudentPart(Model):
    """What the parts of a card have in common: whose they are."""

    reach = Reach(student="student")

    class Meta:
        abstract = True

    def __str__(self):
        return str(self.student)


def of_student(related_name: str):
    return models.OneToOneField(
        Student,
        models.PROTECT,
        related_name=related_name,
        verbose_name=worded_lazily("студент"),
    )


class PersonalFile(StudentPart):
    """Identity document, addresses, former education: what the personal file holds."""

    class Document(models.TextChoices):
        PASSPORT = "passport", "паспорт гражданина РФ"
        BIRTH = "birth", "свидетельство о рождении"
        FOREIGN = "foreign", "паспорт иностранного гражданина"
        FOREIGN_BIRTH = "foreign_birth", "свидетельство о рождении иностранного образца"
        RESIDENCE = "residence", "вид на жительство"
        TEMPORARY = "temporary", "разрешение на временное проживание"
        REFUGEE = "refugee", "удостоверение беженца"
        REFUGEE_CLAIM = "refugee_claim", "свидетельство о рассмотрении ходатайства"
        ASYLUM = "asylum", "свидетельство о временном убежище"
        TEMPORARY_ID = "temporary_id", "временное удостоверение личности"
        MILITARY = "military", "военный билет"
        OFFICER = "officer", "удостоверение личности военнослужащего"
        SEAMAN = "seaman", "удостоверение личности моряка"
        ABROAD = "abroad", "заграничный паспорт РФ"
        DIPLOMATIC = "diplomatic", "дипломатический паспорт"
        STATELESS = "stateless", "документ лица без гражданства"
        OTHER = "other", "другой документ"

    class Level(models.TextChoices):
        BASIC = "basic", "основное общее"
        SECONDARY = "secondary", "среднее общее"
        WORKER = "worker", "СПО: квалифицированный рабочий, служащий"
        SPECIALIST = "specialist", "СПО: специалист среднего звена"
        PRIMARY = "primary", "начальное профессиональное"
        HIGHER = "higher", "высшее"
        INCOMPLETE_HIGHER = "incomplete_higher", "незаконченное высшее"
        NONE = "none", "без основного общего"

    class EducationPaper(models.TextChoices):
        BASIC = "basic", "аттестат об основном общем образовании"
        SECONDARY = "secondary", "аттестат о среднем общем образовании"
        VOCATIONAL = "vocational", "диплом о среднем профессиональном образовании"
        PRIMARY = "primary", "диплом о начальном профессиональном образовании"
        HIGHER = "higher", "диплом о высшем образовании"
        WORKER = "worker", "свидетельство о профессии рабочего"
        LIMITED = "limited", "свидетельство об обучении (ОВЗ)"
        CERTIFICATE = "certificate", "справка об обучении"
        OTHER = "other", "другой документ"

    student = of_student("personal_file")
    document = models.CharField(
        "документ", max_length=14, choices=Document.choices, blank=True
    )
    series = models.CharField("серия", max_length=20, blank=True)
    number = models.CharField("номер", max_length=30, blank=True)
    issued_on = models.DateField("выдан", null=True, blank=True)
    issued_by = models.CharField("кем выдан", max_length=250, blank=True)
    unit_code = models.CharField("код подразделения", max_length=10, blank=True)
    inn = models.CharField("ИНН", max_length=12, blank=True, validators=[INN])
    registered_at = models.CharField("адрес регистрации", max_length=250, blank=True)
    lives_at = models.CharField("фактический адрес", max_length=250, blank=True)
    registration_kind = models.CharField(
        "вид регистрации", max_length=60, blank=True, help_text="Постоянная, временная."
    )
    level = models.CharField(
        "уровень образования", max_length=20, choices=Level.choices, blank=True
    )
    education_paper = models.CharField(
        "документ об образовании",
        max_length=14,
        choices=EducationPaper.choices,
        blank=True,
    )
    education_series = models.CharField("серия документа", max_length=20, blank=True)
    education_number = models.CharField("номер документа", max_length=30, blank=True)
    finished_on = models.DateField("дата окончания", null=True, blank=True)
    finished_at = models.CharField(
        "какую организацию окончил", max_length=250, blank=True
    )
    average = models.DecimalField(
        "средний балл аттестата", max_digits=3, decimal_places=2, null=True, blank=True
    )

    history = history()

    def clean(self):
        super().clean()
        errors = {}
        if self.document == self.Document.PASSPORT:
            self.series = self.series.replace(" ", "")
            self.number = self.number.replace(" ", "")
            if self.series and not re.fullmatch(r"\d{4}", self.series):
                errors["series"] = "Серия паспорта РФ — четыре цифры: 0000."
            if self.number and not re.fullmatch(r"\d{6}", self.number):
                errors["number"] = "Номер паспорта РФ — шесть цифр: 000000."
        # An importer checks rows whose student it has not read: no query a row.
        student = self._state.fields_cache.get("student")
        born, today = student and student.birth_date, timezone.localdate()
        for name in ("issued_on", "finished_on"):
            day = getattr(self, name)
            if day and day > today:
                errors[name] = "Эта дата ещё не наступила."
            elif day and born and day < born:
                errors[name] = (
                    f"Раньше, чем родился {worded('студент')} ({born:%d.%m.%Y})."
                )
        if errors:
            raise ValidationError(errors)

    class Meta:
        verbose_name = "документы и образование"
        verbose_name_plural = "документы и образование"
        constraints = [
            check(
                "personalfile_average_in_range",
                Q(average__isnull=True) | Q(average__gte=2, average__lte=5),
                "Средний балл аттестата — от 2 до 5.",
            )
        ]


class SocialCard(StudentPart):
    """The social status of a student, in the terms of the contingent sheet."""

    class Hostel(models.TextChoices):
        NONE = "none", "не требуется"
        NEEDS = "needs", "нуждается"
        LIVES = "lives", "проживает"

    class Health(models.TextChoices):
        HEALTHY = "healthy", "здоров"
        CHILD = "child", "инвалид детства"
        FIRST = "1", "инвалид 1 группы"
        SECOND = "2", "инвалид 2 группы"
        THIRD = "3", "инвалид 3 группы"
        DISABLED_CHILD = "disabled", "ребёнок-инвалид"

    class Cause(models.TextChoices):
        CHILDHOOD = "childhood", "с детства"
        TRAUMA = "trauma", "вследствие травмы"
        WAR = "war", "вследствие военной травмы"

    class Needs(models.TextChoices):
        """Limited abilities (ОВЗ), nine kinds."""

        HEARING = "hearing", "нарушения слуха"
        SIGHT = "sight", "нарушения зрения"
        SPEECH = "speech", "нарушения речи"
        MOTION = "motion", "нарушения опорно-двигательного аппарата"
        DELAY = "delay", "задержка психического развития"
        INTELLECT = "intellect", "умственная отсталость"
        AUTISM = "autism", "расстройства аутистического спектра"
        COMPLEX = "complex", "сложные дефекты"
        SOMATIC = "somatic", "соматические нарушения"

    class PhysicalGroup(models.TextChoices):
        BASIC = "basic", "основная"
        PREPARATORY = "preparatory", "подготовительная"
        SPECIAL = "special", "специальная"
        THERAPEUTIC = "therapeutic", "ЛФК"
        EXEMPT = "exempt", "освобождённая"

    class Orphan(models.TextChoices):
        STATE = "state", "на полном государственном обеспечении"
        STATE_AFTER = (
            "state_after",
            "гособеспечение и постинтернатное сопровождение",
        )
        CARE = "care", "под опекой"

    student = of_student("social_card")
    hostel = models.CharField(
        "общежитие", max_length=6, choices=Hostel.choices, blank=True
    )
    health = models.CharField(
        "уровень здоровья", max_length=8, choices=Health.choices, blank=True
    )
    disability_cause = models.CharField(
        "категория инвалидности", max_length=10, choices=Cause.choices, blank=True
    )
    needs = models.CharField("ОВЗ", max_length=10, choices=Needs.choices, blank=True)
    physical_group = models.CharField(
        "физкультурная группа", max_length=12, choices=PhysicalGroup.choices, blank=True
    )
    orphan = models.CharField(
        "сиротство", max_length=12, choices=Orphan.choices, blank=True
    )
    family = models.CharField(
        "социальное положение семьи", max_length=80, blank=True, help_text="Малоимущая."
    )
    family_members = models.CharField(
        "состав семьи", max_length=80, blank=True, help_text="Полная, неполная."
    )
    meals = models.CharField("питание", max_length=80, blank=True)
    general_education = models.CharField("всеобуч", max_length=80, blank=True)
    scholarship = models.CharField("социальная стипендия", max_length=80, blank=True)
    is_student_family = models.BooleanField("студенческая семья", default=False)
    is_large_family = models.BooleanField("многодетная семья", default=False)
    parent_serves = models.BooleanField("родитель — участник СВО", default=False)
    on_police_record = models.BooleanField("состоит на учёте ПДН", default=False)
    on_commission_record = models.BooleanField("состоит на учёте КДН", default=False)
    on_internal_record = models.BooleanField("на внутреннем учёте", default=False)
    left_home = models.CharField("самовольный уход", max_length=80, blank=True)

    history = history()

    class Meta:
        verbose_name = "социальный статус"
        verbose_name_plural = "социальный статус"


class Benefit(Dated):
    """A benefit of a student with its paper, until the day it ends (ЕГИССО)."""

    reach = Reach(student="student")

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="benefits",
        verbose_name=worded_lazily("студент"),
    )
    kind = models.CharField("льгота", max_length=80)
    document = models.CharField("реквизиты документа", max_length=200, blank=True)

    history = history()

    class Meta:
        verbose_name = "льгота"
        verbose_name_plural = "льготы"
        ordering = ["student", "kind", "start"]
        constraints = [
            starts_before_end("benefit_ends_after_start"),
            unique(
                "benefit_once",
                "student",
                "kind",
                "start",
                message=worded_lazily("Эта льгота у студента уже записана."),
            ),
        ]

    def __str__(self):
        return f"{self.student}: {self.kind}"


class MilitaryRecord(StudentPart):
    """Military registration."""

    class Rank(models.TextChoices):
        CONSCRIPT = "conscript", "подлежит призыву"
        PRIVATE = "private", "рядовой (матрос)"
        LANCE_CORPORAL = "lance_corporal", "ефрейтор (старший матрос)"
        JUNIOR_SERGEANT = "junior_sergeant", "младший сержант (старшина 2-й статьи)"
        SERGEANT = "sergeant", "сержант (старшина 1-й статьи)"
        SENIOR_SERGEANT = "senior_sergeant", "старший сержант (главный старшина)"
        FIRST_SERGEANT = "first_sergeant", "старшина (главный корабельный старшина)"
        ENSIGN = "ensign", "прапорщик (мичман)"
        SENIOR_ENSIGN = "senior_ensign", "старший прапорщик (старший мичман)"
        OFFICER = "officer", "офицер запаса"

    class Fitness(models.TextChoices):
        FIT = "fit", "годен"
        SLIGHTLY = "slightly", "годен с незначительными ограничениями"
        LIMITED = "limited", "ограниченно годен"
        TEMPORARILY = "temporarily", "временно не годен"
        UNFIT = "unfit", "не годен"

    class Reserve(models.TextChoices):
        FIRST = "1", "первая категория"
        SECOND = "2", "вторая категория"

    student = of_student("military_record")
    rank = models.CharField("звание", max_length=16, choices=Rank.choices, blank=True)
    speciality_code = models.CharField("ВУС", max_length=20, blank=True)
    fitness = models.CharField(
        "годность", max_length=12, choices=Fitness.choices, blank=True
    )
    reserve = models.CharField(
        "категория запаса", max_length=1, choices=Reserve.choices, blank=True
    )
    commissariat = models.CharField("военный комиссариат", max_length=150, blank=True)
    is_special = models.BooleanField("на специальном учёте", default=False)
    ticket = models.CharField("№ военного билета", max_length=30, blank=True)

    history = history()

    class Meta:
        verbose_name = "воинский учёт"
        verbose_name_plural = "воинский учёт"


class CardCheck(Model):
    """Somebody compared a card with the papers and found it right (U 4.5, U 4.6)."""

    class Round(models.TextChoices):
        CURATOR = "curator", worded_lazily("куратор")
        DEPARTMENT = "department", "заведующий отделением"
        HR = "hr", "отдел кадров"

    reach = Reach(student="student", employee="employee")

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="checks",
        verbose_name=worded_lazily("студент"),
    )
    employee = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="checks",
        verbose_name="сотрудник",
    )
    round = models.CharField("кто сверяет", max_length=10, choices=Round.choices)
    on = models.DateField("сверено", default=timezone.localdate)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="кем"
    )

    history = history()

    class Meta:
        verbose_name = "сверка карточки"
        verbose_name_plural = "сверки карточек"
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["round", "-on"], name="cardcheck_latest")]
        constraints = [
            check(
                "cardcheck_of_one",
                Q(student__isnull=False, employee__isnull=True)
                | Q(student__isnull=True, employee__isnull=False),
                worded_lazily(
                    "Сверка относится к одной карточке: студента или сотрудника."
                ),
            ),
            unique(
                "cardcheck_student_once_a_day",
                "student",
                "round",
                "on",
                message="Карточка сегодня уже сверена.",
            ),
            unique(
                "cardcheck_employee_once_a_day",
                "employee",
                "round",
                "on",
                message="Карточка сегодня уже сверена.",
            ),
        ]

    def __str__(self):
        return f"{self.student or self.employee}: {self.on:%d.%m.%Y}"
