"""Courses: what a group studies in a period, who teaches it and to whom."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from journal.models.base import Dated, Model, history, starts_before_end, unique
from journal.models.curriculum.curricula import AttestationForm, Discipline, PlanItem
from journal.models.curriculum.plans import PlannedLesson, ThematicPlan
from journal.models.organisation import Group, Period
from journal.models.people import Employee, Student
from journal.models.reach import Reach
from journal.models.words import worded, worded_lazily


class Course(Model):
    """What a group studies in a period: a page of the journal."""

    reach = Reach(group="group", course="pk")

    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="courses",
        verbose_name=worded_lazily("группа"),
    )
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="courses", verbose_name="учебный период"
    )
    discipline = models.ForeignKey(
        Discipline,
        models.PROTECT,
        related_name="courses",
        verbose_name=worded_lazily("дисциплина"),
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
    semester = models.PositiveSmallIntegerField(
        "семестр учебного плана",
        null=True,
        blank=True,
        help_text="Сквозной: на втором курсе третий и четвёртый.",
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
                message=worded_lazily(
                    "Эта дисциплина у группы в этом периоде уже есть.",
                    "Этот предмет у класса в этом периоде уже есть.",
                ),
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
        Student,
        models.PROTECT,
        related_name="subgroup_spans",
        verbose_name=worded_lazily("студент"),
    )

    history = history()

    class Meta:
        verbose_name = worded_lazily("студент подгруппы")
        verbose_name_plural = worded_lazily("студенты подгруппы")
        ordering = ["subgroup", "student"]
        constraints = [
            starts_before_end("subgroupmember_ends_after_start"),
            unique(
                "subgroupmember_open_once",
                "subgroup",
                "student",
                condition=Q(end__isnull=True),
                message=worded_lazily("Студент уже в этой подгруппе."),
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
        Employee,
        models.PROTECT,
        related_name="teaching",
        verbose_name=worded_lazily("преподаватель"),
    )
    hours = models.PositiveSmallIntegerField("часов нагрузки", default=0)

    history = history()

    class Meta:
        verbose_name = "нагрузка"
        verbose_name_plural = worded_lazily("нагрузка преподавателей")
        ordering = ["course", "start"]
        constraints = [
            starts_before_end("courseteacher_ends_after_start"),
            unique(
                "courseteacher_once",
                "course",
                "subgroup",
                "employee",
                "start",
                message=worded_lazily("Эта нагрузка у преподавателя уже есть."),
            ),
        ]

    def __str__(self):
        return f"{self.employee}: {self.course}"


# How a credit is written by hand.
RECREDITS = {"з": "зачёт", "зач": "зачёт", "зач.": "зачёт", "зачтено": "зачёт"}


class Exemption(Dated):
    """A dated step off the common way of one student on one course (D6).

    An exemption and a recredit leave the student out of N, with «осв.» or the mark
    brought along («п5»). An individual plan leaves the student on the roster and in N:
    marks count as everybody's. On the days of any of the three nobody asks the student
    to be there, so absences noted then are not counted. No mark is refused for it: who
    is exempt may answer all the same, and a document may come after the marks.
    """

    class Kind(models.TextChoices):
        EXEMPT = "exempt", "освобождение"
        RECREDIT = "recredit", "перезачёт"
        INDIVIDUAL = "individual", "индивидуальный план"

    reach = Reach(student="student", course="course")

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="exemptions",
        verbose_name=worded_lazily("студент"),
    )
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="exemptions", verbose_name="курс"
    )
    kind = models.CharField("вид", max_length=10, choices=Kind.choices)
    document = models.CharField("документ", max_length=200)
    mark = models.CharField(
        "перезачтённая отметка",
        max_length=10,
        blank=True,
        help_text="Для перезачёта: 3, 4, 5 или зачёт, как в документе.",
    )
    hours = models.PositiveSmallIntegerField(
        "часов",
        null=True,
        blank=True,
        help_text=worded_lazily(
            "Для индивидуального плана: сколько часов студент изучает сам."
        ),
    )
    note = models.TextField("задание и сроки", blank=True)

    history = history()

    # What a recredit may bring; «зачёт» for what has no numeric mark.
    MARKS = ("5", "4", "3", "зачёт")

    class Meta:
        verbose_name = "освобождение"
        verbose_name_plural = "освобождения и перезачёты"
        ordering = ["student", "start"]
        constraints = [starts_before_end("exemption_ends_after_start")]

    def __str__(self):
        return f"{self.student}: {self.get_kind_display()}"

    def clean(self):
        """Each kind has its own: a recredit its mark, an individual plan its hours."""
        super().clean()
        self.mark = RECREDITS.get(self.mark.strip().lower(), self.mark.strip())
        wrong = {}
        if self.kind == self.Kind.RECREDIT:
            if self.mark not in self.MARKS:
                words = ", ".join(self.MARKS)
                wrong["mark"] = f"Укажите перезачтённую отметку: {words}."
        elif self.mark:
            wrong["mark"] = "Отметка бывает только у перезачёта."
        if self.kind == self.Kind.INDIVIDUAL:
            if not self.hours:
                wrong["hours"] = worded("Укажите, сколько часов студент изучает сам.")
            if not self.note.strip():
                wrong["note"] = "Напишите задание и сроки индивидуального плана."
        elif self.hours:
            wrong["hours"] = "Часы указывают только для индивидуального плана."
        if wrong:
            raise ValidationError(wrong)


class ControlWork(Model):
    """A control work on its day; a group writes one a day at most (S 6.3)."""

    reach = Reach(group="group", course="course")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="control_works", verbose_name="курс"
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="control_works",
        verbose_name=worded_lazily("группа"),
    )
    planned_lesson = models.ForeignKey(
        PlannedLesson,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="control_works",
        verbose_name="строка КТП",
    )
    date = models.DateField("дата")
    name = models.CharField("работа", max_length=200)

    history = history()

    class Meta:
        verbose_name = "контрольная работа"
        verbose_name_plural = "график контрольных работ"
        ordering = ["date", "group"]
        constraints = [
            unique(
                "controlwork_one_a_day",
                "group",
                "date",
                message=worded_lazily(
                    "У группы в этот день уже есть контрольная работа.",
                    "У класса в этот день уже есть контрольная работа.",
                ),
            )
        ]

    def __str__(self):
        return f"{self.group}, {self.date:%d.%m.%Y}: {self.name}"
