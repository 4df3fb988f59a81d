"""Disciplines, and the curricula of specialties."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from journal.models.base import Lookup, Model, history, unique
from journal.models.contingent.membership import StudyForm
from journal.models.organisation import Specialty
from journal.models.people import Employee
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily


class AttestationForm(models.TextChoices):
    """Forms of interim attestation, in the order of the statements (domain §1)."""

    EXAM = "exam", "Экзамен"
    DIFF_CREDIT = "diff_credit", "Дифференцированный зачёт"
    CREDIT = "credit", "Зачёт"
    OTHER = "other", "Другая форма контроля"
    COURSEWORK = "coursework", "Курсовая работа"
    MODULE_EXAM = "module_exam", "Квалификационный экзамен по модулю"


class Discipline(Model):
    """A discipline, interdisciplinary course or practice, whatever the plan."""

    reach = Everyone()

    name = models.CharField("название", max_length=250, unique=True)
    short_name = models.CharField("краткое название", max_length=60, blank=True)

    history = history()

    class Meta:
        verbose_name = worded_lazily("дисциплина")
        verbose_name_plural = worded_lazily("дисциплины", "предметы")
        ordering = ["name"]
        permissions = [
            ("import_discipline", worded_lazily("Импорт дисциплин")),
            ("export_discipline", worded_lazily("Выгрузка дисциплин")),
        ]

    def __str__(self):
        return self.name


class Cycle(Lookup):
    """A cycle of a curriculum (ОГСЭ, СГ, ОП …), as data."""

    reach = Everyone()
    code = models.CharField("код", max_length=20, unique=True)

    class Meta(Lookup.Meta):
        verbose_name = "учебный цикл"
        verbose_name_plural = "учебные циклы"


class Curriculum(Model):
    """A curriculum of a specialty for one admission.

    Once approved, neither it nor anything of it changes any more (`guards`): a change is
    a new version that `replaces` it, and approving that makes this one REPLACED.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        APPROVED = "approved", "утверждён"
        REPLACED = "replaced", "заменён"

    class Base(models.TextChoices):
        NINE = "nine", "основное общее образование"
        ELEVEN = "eleven", "среднее общее образование"
        VOCATIONAL = "vocational", "среднее профессиональное образование"
        NONE = "none", "без основного общего образования"

    reach = Reach(department="specialty__department", specialty="specialty")

    name = models.CharField("название", max_length=200)
    specialty = models.ForeignKey(
        Specialty, models.PROTECT, null=True, blank=True, verbose_name="специальность"
    )
    admission_year = models.PositiveSmallIntegerField("год набора")
    version = models.PositiveSmallIntegerField("версия", default=1)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.DRAFT
    )
    form = models.CharField(
        "форма обучения",
        max_length=12,
        choices=StudyForm.choices,
        default=StudyForm.FULL_TIME,
    )
    base = models.CharField(
        "на базе", max_length=12, choices=Base.choices, default=Base.NINE
    )
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="заменяет план",
    )
    approved_at = models.DateTimeField("утверждён", null=True, blank=True)
    approved_by = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="approved_curricula",
        verbose_name="кто утвердил",
    )
    note = models.TextField("примечание", blank=True)

    history = history()

    class Meta:
        verbose_name = "учебный план"
        verbose_name_plural = "учебные планы"
        ordering = ["-admission_year", "name", "-version"]
        permissions = [
            ("import_curriculum", "Импорт учебных планов"),
            ("export_curriculum", "Выгрузка учебных планов"),
            ("approve_curriculum", "Утверждение учебных планов"),
        ]

    def __str__(self):
        version = f", версия {self.version}" if self.version > 1 else ""
        return f"{self.name} ({self.admission_year}{version})"


class PlanItem(Model):
    """A row of a curriculum; modules hold their courses and practices.

    `raw_index` is what the office's file said, `index` the same without spaces at its
    ends and with Russian letters alone («ПM.01» with a Latin M is «ПМ.01»).
    """

    class Kind(models.TextChoices):
        MODULE = "module", "профессиональный модуль"
        DISCIPLINE = "discipline", worded_lazily("дисциплина")
        COURSE = "mdk", "междисциплинарный курс"
        STUDY_PRACTICE = "study_practice", "учебная практика"
        WORK_PRACTICE = "work_practice", "производственная практика"
        MODULE_EXAM = "module_exam", "экзамен по модулю"
        FINAL = "final", "государственная итоговая аттестация"

    reach = Reach(
        department="curriculum__specialty__department",
        specialty="curriculum__specialty",
    )

    curriculum = models.ForeignKey(
        Curriculum, models.PROTECT, related_name="items", verbose_name="учебный план"
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="модуль",
    )
    cycle = models.ForeignKey(
        Cycle, models.PROTECT, null=True, blank=True, verbose_name="цикл"
    )
    raw_index = models.CharField("индекс в файле", max_length=40, blank=True)
    index = models.CharField("индекс", max_length=40, blank=True)
    discipline = models.ForeignKey(
        Discipline, models.PROTECT, verbose_name=worded_lazily("дисциплина")
    )
    kind = models.CharField("вид", max_length=20, choices=Kind.choices)
    position = models.PositiveSmallIntegerField("порядок", default=0)

    history = history()

    class Meta:
        verbose_name = "строка учебного плана"
        verbose_name_plural = "строки учебного плана"
        ordering = ["curriculum", "position"]

    def __str__(self):
        return f"{self.index} {self.discipline}".strip()


class PlanHours(Model):
    """Academic hours of a plan's row in one semester, and its form of attestation.

    `semester` counts through the whole study: 2 · (course − 1) + 1 or 2. `total` is the
    greatest load, self-study in it; `contact` is what a course of a group gets. Only rows
    without children hold hours: a module is the sum of what stands in it. A semester of
    course work shows by `coursework`; `form` is then the other form, where there is one.
    """

    # What is given in lessons, in academic hours; `total` = contact + self-study.
    CONTACT = (
        "theory",
        "practical",
        "laboratory",
        "coursework",
        "consultation",
        "attestation",
        "practice",
    )

    reach = Reach(
        department="item__curriculum__specialty__department",
        specialty="item__curriculum__specialty",
    )

    item = models.ForeignKey(
        PlanItem, models.PROTECT, related_name="hours", verbose_name="строка плана"
    )
    semester = models.PositiveSmallIntegerField(
        "семестр", validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    total = models.PositiveSmallIntegerField("всего", default=0)
    theory = models.PositiveSmallIntegerField("теория", default=0)
    practical = models.PositiveSmallIntegerField("практические", default=0)
    laboratory = models.PositiveSmallIntegerField("лабораторные", default=0)
    coursework = models.PositiveSmallIntegerField("курсовая работа", default=0)
    consultation = models.PositiveSmallIntegerField("консультации", default=0)
    attestation = models.PositiveSmallIntegerField("аттестация", default=0)
    self_study = models.PositiveSmallIntegerField("самостоятельная работа", default=0)
    practice = models.PositiveSmallIntegerField("практика", default=0)
    practical_training = models.PositiveSmallIntegerField(
        "в том числе практическая подготовка",
        default=0,
        help_text="Входит в часы слева, к сумме не прибавляется.",
    )
    form = models.CharField(
        "форма аттестации", max_length=12, choices=AttestationForm.choices, blank=True
    )

    history = history()

    class Meta:
        verbose_name = "часы плана"
        verbose_name_plural = "часы плана"
        ordering = ["item", "semester"]
        constraints = [
            unique(
                "planhours_once",
                "item",
                "semester",
                message="Часы этого семестра в плане уже есть.",
            )
        ]

    def __str__(self):
        return f"{self.item}: семестр {self.semester}"

    @property
    def contact(self) -> int:
        """Hours given in lessons and practice: what load and courses count."""
        return sum(getattr(self, name) for name in self.CONTACT)


class PlanWeeks(Model):
    """Budget of time of a curriculum in one semester, in weeks (10,5 is usual)."""

    reach = Reach(
        department="curriculum__specialty__department",
        specialty="curriculum__specialty",
    )

    curriculum = models.ForeignKey(
        Curriculum, models.PROTECT, related_name="weeks", verbose_name="учебный план"
    )
    semester = models.PositiveSmallIntegerField(
        "семестр", validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    theory = models.DecimalField("обучение", max_digits=4, decimal_places=1, default=0)
    study_practice = models.DecimalField(
        "учебная практика", max_digits=4, decimal_places=1, default=0
    )
    work_practice = models.DecimalField(
        "производственная практика", max_digits=4, decimal_places=1, default=0
    )
    diploma_practice = models.DecimalField(
        "преддипломная практика", max_digits=4, decimal_places=1, default=0
    )
    attestation = models.DecimalField(
        "промежуточная аттестация", max_digits=4, decimal_places=1, default=0
    )
    final = models.DecimalField("ГИА", max_digits=4, decimal_places=1, default=0)
    vacation = models.DecimalField(
        "каникулы", max_digits=4, decimal_places=1, default=0
    )

    history = history()

    class Meta:
        verbose_name = "бюджет времени"
        verbose_name_plural = "бюджет времени"
        ordering = ["curriculum", "semester"]
        constraints = [
            unique(
                "planweeks_once",
                "curriculum",
                "semester",
                message="Недели этого семестра в плане уже есть.",
            )
        ]

    def __str__(self):
        return f"{self.curriculum}: семестр {self.semester}"


class ComplexForm(Model):
    """One exam or credit over several rows of a plan in a semester (КДЗ, КЭ)."""

    reach = Reach(
        department="curriculum__specialty__department",
        specialty="curriculum__specialty",
    )

    curriculum = models.ForeignKey(
        Curriculum,
        models.PROTECT,
        related_name="complex_forms",
        verbose_name="учебный план",
    )
    name = models.CharField("название", max_length=120)
    semester = models.PositiveSmallIntegerField(
        "семестр", validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    form = models.CharField(
        "форма аттестации", max_length=12, choices=AttestationForm.choices
    )

    history = history()

    class Meta:
        verbose_name = "комплексная форма аттестации"
        verbose_name_plural = "комплексные формы аттестации"
        ordering = ["curriculum", "semester", "name"]
        constraints = [
            unique(
                "complexform_once",
                "curriculum",
                "semester",
                "name",
                message="Такая комплексная форма в этом семестре уже есть.",
            )
        ]

    def __str__(self):
        return self.name


class ComplexFormPart(Model):
    """A row of a plan that takes part in a complex form."""

    reach = Reach(
        department="complex_form__curriculum__specialty__department",
        specialty="complex_form__curriculum__specialty",
    )

    complex_form = models.ForeignKey(
        ComplexForm, models.PROTECT, related_name="parts", verbose_name="форма"
    )
    item = models.ForeignKey(
        PlanItem,
        models.PROTECT,
        related_name="complex_parts",
        verbose_name="строка плана",
    )

    history = history()

    class Meta:
        verbose_name = "строка комплексной формы"
        verbose_name_plural = "строки комплексной формы"
        ordering = ["complex_form", "item"]
        constraints = [
            unique(
                "complexformpart_once",
                "complex_form",
                "item",
                message="Эта строка в комплексную форму уже входит.",
            )
        ]

    def __str__(self):
        return f"{self.complex_form}: {self.item}"
