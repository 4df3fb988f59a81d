"""What is taught: disciplines, plans, courses, thematic plans."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from journal.models.base import (
    Dated,
    Lookup,
    Model,
    history,
    starts_before_end,
    unique,
)
from journal.models.organisation import AcademicYear, Group, Period, Specialty
from journal.models.people import Employee, Student
from journal.models.reach import Everyone, Reach


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
        verbose_name = "дисциплина"
        verbose_name_plural = "дисциплины"
        ordering = ["name"]
        permissions = [
            ("import_discipline", "Импорт дисциплин"),
            ("export_discipline", "Выгрузка дисциплин"),
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
    """A curriculum of a specialty for one admission."""

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        APPROVED = "approved", "утверждён"
        REPLACED = "replaced", "заменён"

    reach = Reach(specialty="specialty")

    name = models.CharField("название", max_length=200)
    specialty = models.ForeignKey(
        Specialty, models.PROTECT, null=True, blank=True, verbose_name="специальность"
    )
    admission_year = models.PositiveSmallIntegerField("год набора")
    version = models.PositiveSmallIntegerField("версия", default=1)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.DRAFT
    )

    history = history()

    class Meta:
        verbose_name = "учебный план"
        verbose_name_plural = "учебные планы"
        ordering = ["-admission_year", "name"]

    def __str__(self):
        return f"{self.name} ({self.admission_year})"


class PlanItem(Model):
    """A row of a curriculum; modules hold their courses and practices."""

    class Kind(models.TextChoices):
        MODULE = "module", "профессиональный модуль"
        DISCIPLINE = "discipline", "дисциплина"
        COURSE = "mdk", "междисциплинарный курс"
        STUDY_PRACTICE = "study_practice", "учебная практика"
        WORK_PRACTICE = "work_practice", "производственная практика"
        FINAL = "final", "государственная итоговая аттестация"

    reach = Reach(specialty="curriculum__specialty")

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
        Discipline, models.PROTECT, verbose_name="дисциплина"
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
    """Academic hours of a plan's row in one semester, and its form of attestation."""

    reach = Reach(specialty="item__curriculum__specialty")

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


class ThematicPlan(Model):
    """A calendar-thematic plan (КТП); several courses may follow one."""

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        SUBMITTED = "submitted", "на утверждении"
        APPROVED = "approved", "утверждён"
        RETURNED = "returned", "возвращён"

    reach = Reach(group="courses__group", course="courses", employee="author")

    name = models.CharField("название", max_length=250)
    discipline = models.ForeignKey(
        Discipline,
        models.PROTECT,
        related_name="thematic_plans",
        verbose_name="дисциплина",
    )
    year = models.ForeignKey(
        AcademicYear, models.PROTECT, null=True, blank=True, verbose_name="учебный год"
    )
    author = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, verbose_name="автор"
    )
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.DRAFT
    )
    remark = models.TextField("замечание", blank=True)
    submitted_at = models.DateTimeField("представлен", null=True, blank=True)
    approved_at = models.DateTimeField("утверждён", null=True, blank=True)
    approved_by = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="approved_plans",
        verbose_name="кто утвердил",
    )

    history = history()

    class Meta:
        verbose_name = "тематический план"
        verbose_name_plural = "тематические планы (КТП)"
        ordering = ["name"]
        permissions = [
            ("import_thematicplan", "Импорт КТП"),
            ("export_thematicplan", "Выгрузка КТП"),
            ("approve_thematicplan", "Утверждение КТП"),
        ]

    def __str__(self):
        return self.name


class LessonKind(Lookup):
    """A kind of lesson: lecture, practice … (domain §1)."""

    reach = Everyone()
    short_name = models.CharField("сокращение", max_length=20, blank=True)
    is_numbered = models.BooleanField(
        "работы нумеруются",
        default=False,
        help_text="Для практических, лабораторных, контрольных нужны тема и номер.",
    )

    class Meta(Lookup.Meta):
        verbose_name = "вид занятия"
        verbose_name_plural = "виды занятий"


class PlannedLesson(Model):
    """A line of a thematic plan."""

    reach = Reach(
        group="plan__courses__group", course="plan__courses", employee="plan__author"
    )

    plan = models.ForeignKey(
        ThematicPlan, models.PROTECT, related_name="lessons", verbose_name="КТП"
    )
    number = models.PositiveSmallIntegerField("№")
    section = models.CharField("раздел", max_length=300, blank=True)
    topic = models.TextField("тема")
    content = models.TextField("содержание", blank=True)
    kind = models.ForeignKey(
        LessonKind, models.PROTECT, null=True, blank=True, verbose_name="вид занятия"
    )
    hours = models.PositiveSmallIntegerField("часов", default=2)
    practical_hours = models.PositiveSmallIntegerField(
        "из них практической подготовки", default=0
    )
    self_study = models.PositiveSmallIntegerField("самостоятельно", default=0)
    homework = models.TextField("домашнее задание", blank=True)
    equipment = models.CharField("оснащение", max_length=300, blank=True)

    history = history()

    class Meta:
        verbose_name = "строка КТП"
        verbose_name_plural = "строки КТП"
        ordering = ["plan", "number"]
        constraints = [
            unique(
                "plannedlesson_number_once",
                "plan",
                "number",
                message="Строка с таким номером в плане уже есть.",
            )
        ]

    def __str__(self):
        return f"{self.number}. {self.topic}"


class Course(Model):
    """What a group studies in a period: a page of the journal."""

    reach = Reach(group="group", course="pk")

    group = models.ForeignKey(
        Group, models.PROTECT, related_name="courses", verbose_name="группа"
    )
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="courses", verbose_name="учебный период"
    )
    discipline = models.ForeignKey(
        Discipline, models.PROTECT, related_name="courses", verbose_name="дисциплина"
    )
    plan_item = models.ForeignKey(
        PlanItem,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="строка учебного плана",
    )
    thematic_plan = models.ForeignKey(
        ThematicPlan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="courses",
        verbose_name="тематический план",
    )
    hours = models.PositiveSmallIntegerField("часов по плану", default=0)
    attestation_form = models.CharField(
        "форма аттестации", max_length=12, choices=AttestationForm.choices, blank=True
    )

    history = history()

    class Meta:
        verbose_name = "курс"
        verbose_name_plural = "курсы (страницы журнала)"
        ordering = ["group", "discipline"]
        constraints = [
            unique(
                "course_once",
                "group",
                "period",
                "discipline",
                message="Эта дисциплина у группы в этом периоде уже есть.",
            )
        ]

    def __str__(self):
        return f"{self.discipline}, {self.group}"


class Subgroup(Model):
    """A part of a group on one course (E 4.3); 1 and 2 may sit side by side."""

    reach = Reach(group="course__group", course="course")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="subgroups", verbose_name="курс"
    )
    number = models.PositiveSmallIntegerField(
        "номер", validators=[MinValueValidator(1)]
    )
    name = models.CharField("название", max_length=60, blank=True)

    history = history()

    class Meta:
        verbose_name = "подгруппа"
        verbose_name_plural = "подгруппы"
        ordering = ["course", "number"]
        constraints = [
            unique(
                "subgroup_number_once",
                "course",
                "number",
                message="Подгруппа с таким номером на этом курсе уже есть.",
            )
        ]

    def __str__(self):
        return self.name or f"подгруппа {self.number}"


class SubgroupMember(Dated):
    """A student in a subgroup over a half-open span."""

    reach = Reach(
        student="student", group="subgroup__course__group", course="subgroup__course"
    )

    subgroup = models.ForeignKey(
        Subgroup, models.PROTECT, related_name="members", verbose_name="подгруппа"
    )
    student = models.ForeignKey(
        Student, models.PROTECT, related_name="subgroup_spans", verbose_name="студент"
    )

    history = history()

    class Meta:
        verbose_name = "студент подгруппы"
        verbose_name_plural = "студенты подгруппы"
        ordering = ["subgroup", "student"]
        constraints = [
            starts_before_end("subgroupmember_ends_after_start"),
            unique(
                "subgroupmember_open_once",
                "subgroup",
                "student",
                condition=Q(end__isnull=True),
                message="Студент уже в этой подгруппе.",
            ),
        ]

    def __str__(self):
        return f"{self.student}: {self.subgroup}"


class CourseTeacher(Dated):
    """Who teaches a course (or its subgroup), from which day to which."""

    reach = Reach(group="course__group", course="course", employee="employee")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="teachers", verbose_name="курс"
    )
    subgroup = models.ForeignKey(
        Subgroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="teachers",
        verbose_name="подгруппа",
    )
    employee = models.ForeignKey(
        Employee, models.PROTECT, related_name="teaching", verbose_name="преподаватель"
    )
    hours = models.PositiveSmallIntegerField("часов нагрузки", default=0)

    history = history()

    class Meta:
        verbose_name = "нагрузка"
        verbose_name_plural = "нагрузка преподавателей"
        ordering = ["course", "start"]
        constraints = [
            starts_before_end("courseteacher_ends_after_start"),
            unique(
                "courseteacher_once",
                "course",
                "subgroup",
                "employee",
                "start",
                message="Эта нагрузка у преподавателя уже есть.",
            ),
        ]

    def __str__(self):
        return f"{self.employee}: {self.course}"


class Exemption(Dated):
    """A dated exemption or recredit of one student; leaves the student out of N."""

    class Kind(models.TextChoices):
        EXEMPT = "exempt", "освобождение"
        RECREDIT = "recredit", "перезачёт"

    reach = Reach(student="student", course="course")

    student = models.ForeignKey(
        Student, models.PROTECT, related_name="exemptions", verbose_name="студент"
    )
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="exemptions", verbose_name="курс"
    )
    kind = models.CharField("вид", max_length=10, choices=Kind.choices)
    document = models.CharField("документ", max_length=200)

    history = history()

    class Meta:
        verbose_name = "освобождение"
        verbose_name_plural = "освобождения и перезачёты"
        ordering = ["student", "start"]
        constraints = [starts_before_end("exemption_ends_after_start")]

    def __str__(self):
        return f"{self.student}: {self.get_kind_display()}"
