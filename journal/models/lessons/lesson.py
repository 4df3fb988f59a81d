"""Lessons: the columns of the journal."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from journal.models.base import Model, check, history, unique
from journal.models.curriculum import Course, LessonKind, PlannedLesson, Subgroup
from journal.models.organisation import Room
from journal.models.people import Employee
from journal.models.reach import Reach, ReachQuerySet, may_change_lesson
from journal.models.timetable import TimetableEntry
from journal.models.words import worded_lazily


class LessonQuerySet(ReachQuerySet):
    def held(self):
        """Lessons that take place: not cancelled."""
        return self.filter(is_cancelled=False)


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
        verbose_name=worded_lazily("преподаватель по расписанию"),
    )
    teacher = models.ForeignKey(
        Employee,
        models.PROTECT,
        related_name="lessons",
        verbose_name=worded_lazily("преподаватель"),
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
        permissions = [("substitute_lesson", worded_lazily("Замена преподавателя"))]
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

    def is_editable_by(self, user) -> bool:
        return may_change_lesson(user, self.pk)


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
