"""Homework: what is asked, what is handed in, how good it is (F4, M 5.2)."""

from django.db import models
from django.utils import timezone

from journal.models.base import Model, history, unique
from journal.models.lessons.lesson import Lesson
from journal.models.lessons.marks import Task
from journal.models.people import Employee, Student
from journal.models.reach import Reach
from journal.models.words import worded_lazily


class Homework(Model):
    """What a homework asks for beside the words of its lesson (`Lesson.homework`).

    It is due at `due_lesson` or on `due_on`; without either at the next lesson of the
    course. Marks for it stand under `task`.
    """

    reach = Reach(
        group="lesson__course__group", course="lesson__course", lesson="lesson"
    )

    lesson = models.OneToOneField(
        Lesson, models.PROTECT, related_name="assignment", verbose_name="занятие"
    )
    due_lesson = models.ForeignKey(
        Lesson,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="due_homework",
        verbose_name="к занятию",
    )
    due_on = models.DateField("срок", null=True, blank=True)
    is_collected = models.BooleanField(
        "сдают на проверку",
        default=False,
        help_text=worded_lazily(
            "Студент отвечает в дневнике или сдаёт работу преподавателю."
        ),
    )
    task = models.ForeignKey(
        Task,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="homework",
        verbose_name="отметка за работу",
    )

    history = history()

    class Meta:
        verbose_name = "домашнее задание"
        verbose_name_plural = "домашние задания"
        ordering = ["-lesson__date"]

    def __str__(self):
        return f"{self.lesson}: домашнее задание"


class HomeworkFile(Model):
    """A file that a teacher attached to a homework."""

    reach = Reach(
        group="homework__lesson__course__group",
        course="homework__lesson__course",
        lesson="homework__lesson",
    )

    homework = models.ForeignKey(
        Homework, models.PROTECT, related_name="files", verbose_name="задание"
    )
    name = models.CharField("название", max_length=150)
    file = models.FileField("файл", upload_to="homework/")

    history = history()

    class Meta:
        verbose_name = "файл задания"
        verbose_name_plural = "файлы задания"
        ordering = ["homework", "pk"]

    def __str__(self):
        return self.name


class Submission(Model):
    """What one student handed in for a homework, and how it was judged (M 5.2)."""

    class State(models.TextChoices):
        HANDED_IN = "handed_in", "сдано"
        RETURNED = "returned", "возвращено на доработку"
        CHECKED = "checked", "проверено"

    class Quality(models.TextChoices):
        FULL = "full", "выполнено полностью"
        PARTLY = "partly", "выполнено частично"
        POOR = "poor", "выполнено плохо"
        NOT_DONE = "not_done", "не выполнено"

    reach = Reach(
        student="student",
        group="homework__lesson__course__group",
        course="homework__lesson__course",
        lesson="homework__lesson",
    )

    homework = models.ForeignKey(
        Homework, models.PROTECT, related_name="submissions", verbose_name="задание"
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="submissions",
        verbose_name=worded_lazily("студент"),
    )
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.HANDED_IN
    )
    handed_in_at = models.DateTimeField("сдано", default=timezone.now)
    is_late = models.BooleanField("позже срока", default=False)
    text = models.TextField("ответ", blank=True)
    file = models.FileField("файл", upload_to="submissions/", blank=True)
    file_name = models.CharField("имя файла", max_length=150, blank=True)
    quality = models.CharField(
        "качество", max_length=10, choices=Quality.choices, blank=True
    )
    remark = models.TextField("замечание", blank=True)
    checked_at = models.DateTimeField("проверено", null=True, blank=True)
    checked_by = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="кто проверил",
    )

    history = history()

    class Meta:
        verbose_name = "сданная работа"
        verbose_name_plural = "сданные работы"
        ordering = ["-handed_in_at"]
        constraints = [
            unique(
                "submission_once",
                "homework",
                "student",
                message=worded_lazily("Эта работа студента уже сдана."),
            )
        ]

    def __str__(self):
        return f"{self.student}: {self.homework}"
