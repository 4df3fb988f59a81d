"""The journal itself: lessons, tasks, marks, absences.

A cell of the journal is one absence and several marks, one a task. Marks and absences
are written only by `journal.domain.lessons.write_cells`.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from journal.models.base import Lookup, Model, check, history, unique
from journal.models.curriculum import Course, LessonKind, PlannedLesson, Subgroup
from journal.models.organisation import Room
from journal.models.people import Employee, Student
from journal.models.reach import Everyone, Reach, ReachQuerySet
from journal.models.timetable import TimetableEntry


class LessonQuerySet(ReachQuerySet):
    def held(self):
        """Lessons that take place: not cancelled."""
        return self.filter(is_cancelled=False)

    def without_attendance(self):
        return self.filter(attendance_taken_at__isnull=True)

    def without_topic(self):
        return self.filter(topic="")


class Lesson(Model):
    """One lesson of a course on a day.

    `planned_teacher` is who the timetable named, `teacher` who gives it; they differ
    for a substitution. The other `planned_…` fields keep what the timetable meant where
    a change of one day (E2) moved the lesson, its room or its subject; empty where the
    timetable holds. No absence row and `attendance_taken_at` together mean present.
    """

    reach = Reach(group="course__group", course="course", lesson="pk")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="lessons", verbose_name="курс"
    )
    subgroup = models.ForeignKey(
        Subgroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lessons",
        verbose_name="подгруппа",
    )
    date = models.DateField("дата")
    number = models.PositiveSmallIntegerField(
        "номер занятия",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(15)],
    )
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, verbose_name="аудитория"
    )
    planned_teacher = models.ForeignKey(
        Employee,
        models.PROTECT,
        related_name="planned_lessons",
        db_index=False,  # `lesson_of_planned` begins with it
        verbose_name="преподаватель по расписанию",
    )
    teacher = models.ForeignKey(
        Employee,
        models.PROTECT,
        related_name="lessons",
        verbose_name="преподаватель",
    )
    planned_date = models.DateField("дата по расписанию", null=True, blank=True)
    planned_number = models.PositiveSmallIntegerField(
        "номер по расписанию", null=True, blank=True
    )
    planned_room = models.ForeignKey(
        Room,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="аудитория по расписанию",
    )
    planned_course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="курс по расписанию",
    )
    hours = models.PositiveSmallIntegerField(
        "академических часов",
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    kind = models.ForeignKey(
        LessonKind, models.PROTECT, null=True, blank=True, verbose_name="вид занятия"
    )
    topic = models.TextField("тема", blank=True)
    content = models.TextField("содержание", blank=True)
    homework = models.TextField("домашнее задание", blank=True)
    links = models.TextField(
        "ссылки на материалы", blank=True, help_text="По одной на строке."
    )
    attendance_taken_at = models.DateTimeField(
        "присутствие отмечено", null=True, blank=True
    )
    attendance_taken_by = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="кто отметил присутствие",
    )
    filled_at = models.DateTimeField("тема записана", null=True, blank=True)
    is_cancelled = models.BooleanField("отменено", default=False)
    cancel_reason = models.CharField("причина отмены", max_length=200, blank=True)
    stream = models.CharField("поток", max_length=40, blank=True)
    entry = models.ForeignKey(
        TimetableEntry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lessons",
        verbose_name="строка расписания",
    )

    objects = LessonQuerySet.as_manager()
    history = history()

    class Meta:
        verbose_name = "занятие"
        verbose_name_plural = "занятия"
        ordering = ["date", "number", "pk"]
        permissions = [("substitute_lesson", "Замена преподавателя")]
        constraints = [
            check(
                "lesson_hours_in_a_day",
                Q(hours__gte=1, hours__lte=12),
                "В занятии от 1 до 12 академических часов.",
            ),
        ]
        indexes = [
            models.Index(fields=["course", "date"], name="lesson_of_course"),
            models.Index(fields=["teacher", "date"], name="lesson_of_teacher"),
            models.Index(fields=["date", "number"], name="lesson_of_day"),
            models.Index(fields=["room", "date"], name="lesson_of_room"),
            # The red list reads a term of the whole college to find the few unfilled.
            models.Index(
                fields=["date", "teacher"],
                condition=Q(is_cancelled=False)
                & (Q(attendance_taken_at__isnull=True) | Q(topic="")),
                name="lesson_unfilled",
            ),
            # Every start page asks whose lessons others give.
            models.Index(fields=["planned_teacher", "date"], name="lesson_of_planned"),
        ]

    def __str__(self):
        return f"{self.course}, {self.date:%d.%m.%Y}"

    @property
    def is_substituted(self) -> bool:
        return self.teacher_id != self.planned_teacher_id


class LessonTopic(Model):
    """How many hours of a line of the thematic plan a lesson gave."""

    reach = Reach(
        group="lesson__course__group", course="lesson__course", lesson="lesson"
    )

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="topics", verbose_name="занятие"
    )
    planned_lesson = models.ForeignKey(
        PlannedLesson, models.PROTECT, related_name="given", verbose_name="строка КТП"
    )
    hours = models.PositiveSmallIntegerField("часов")

    history = history()

    class Meta:
        verbose_name = "пройденная тема"
        verbose_name_plural = "пройденные темы"
        constraints = [
            unique(
                "lessontopic_once",
                "lesson",
                "planned_lesson",
                message="Эта строка КТП у занятия уже отмечена.",
            )
        ]

    def __str__(self):
        return str(self.planned_lesson)


class WorkKind(Lookup):
    """A kind of work with its weight in the average (domain §1)."""

    reach = Everyone()
    code = models.CharField("код", max_length=4, unique=True)
    weight = models.PositiveSmallIntegerField(
        "вес", default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta(Lookup.Meta):
        verbose_name = "вид работы"
        verbose_name_plural = "виды работ"


class Task(Model):
    """A piece of work done in a lesson; marks belong to it."""

    reach = Reach(
        group="lesson__course__group", course="lesson__course", lesson="lesson"
    )

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="tasks", verbose_name="занятие"
    )
    number = models.PositiveSmallIntegerField(
        "№", validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    kind = models.ForeignKey(WorkKind, models.PROTECT, verbose_name="вид работы")
    topic = models.CharField("тема работы", max_length=250, blank=True)
    is_required = models.BooleanField("обязательная", default=False)

    history = history()

    class Meta:
        verbose_name = "работа"
        verbose_name_plural = "работы"
        ordering = ["lesson", "number"]
        constraints = [
            unique(
                "task_number_once",
                "lesson",
                "number",
                message="Работа с таким номером в занятии уже есть.",
            ),
            check(
                "task_number_is_1_to_6",
                Q(number__gte=1, number__lte=6),
                "В занятии не больше шести работ.",
            ),
        ]

    def __str__(self):
        return self.topic or str(self.kind)


class Scale(models.TextChoices):
    """What a mark may be (domain §1: no «1», no «н/а» among current marks)."""

    FIVE = "5", "5 (отлично)"
    FOUR = "4", "4 (хорошо)"
    THREE = "3", "3 (удовлетворительно)"
    TWO = "2", "2 (неудовлетворительно)"
    PASS = "з", "зачёт"
    FAIL = "х", "незачёт"


class Mark(Model):
    """A mark of one student for one task."""

    reach = Reach(
        student="student",
        group="task__lesson__course__group",
        course="task__lesson__course",
        lesson="task__lesson",
    )

    task = models.ForeignKey(
        Task, models.PROTECT, related_name="marks", verbose_name="работа"
    )
    student = models.ForeignKey(
        Student, models.PROTECT, related_name="marks", verbose_name="студент"
    )
    value = models.CharField("отметка", max_length=1, choices=Scale.choices)

    history = history()

    class Meta:
        verbose_name = "отметка"
        verbose_name_plural = "отметки"
        constraints = [
            unique(
                "mark_once_per_task",
                "task",
                "student",
                message="Отметка за эту работу уже стоит.",
            ),
            check(
                "mark_in_scale",
                Q(value__in=Scale.values),
                "Допустимые отметки: 5, 4, 3, 2, з (зачёт), х (незачёт).",
            ),
        ]

    def __str__(self):
        return self.get_value_display()


class AbsenceReason(models.Model):
    """A letter of the journal: н, у, б, о (domain §1)."""

    reach = Everyone()

    code = models.CharField("буква", max_length=2, primary_key=True)
    name = models.CharField("название", max_length=80)
    counts_as_absence = models.BooleanField(
        "считается пропуском",
        default=True,
        help_text="Опоздание пропуском не считается.",
    )
    is_excused = models.BooleanField("уважительная", default=False)
    position = models.PositiveSmallIntegerField("порядок", default=0)

    objects = ReachQuerySet.as_manager()

    class Meta:
        verbose_name = "причина отсутствия"
        verbose_name_plural = "причины отсутствия"
        ordering = ["position", "code"]

    def __str__(self):
        return f"{self.code} ({self.name})"

    def is_editable_by(self, user) -> bool:
        rows = type(self).objects.visible_to(user, "change")
        return rows.filter(pk=self.pk).exists()


class Absence(Model):
    """A student absent from a lesson, or late; a row only for those."""

    reach = Reach(
        student="student",
        group="lesson__course__group",
        course="lesson__course",
        lesson="lesson",
    )

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="absences", verbose_name="занятие"
    )
    student = models.ForeignKey(
        Student, models.PROTECT, related_name="absences", verbose_name="студент"
    )
    reason = models.ForeignKey(AbsenceReason, models.PROTECT, verbose_name="причина")
    hours = models.PositiveSmallIntegerField("пропущено академических часов", default=0)

    history = history()

    class Meta:
        verbose_name = "отсутствие"
        verbose_name_plural = "отсутствия"
        constraints = [
            unique(
                "absence_once_per_lesson",
                "lesson",
                "student",
                message="Отсутствие на этом занятии уже отмечено.",
            ),
            check(
                "absence_hours_in_a_day",
                Q(hours__lte=12),
                "Пропустить можно не больше 12 часов занятия.",
            ),
        ]

    def __str__(self):
        return self.reason_id
