"""Who sits in which group, by date."""

from django.db import models

from journal.models.base import Dated, history, starts_before_end
from journal.models.organisation import Group
from journal.models.people import Student
from journal.models.reach import Reach


class Membership(Dated):
    """A student in a group over a half-open span; spans of one student never overlap.

    The database refuses an overlap (migration `guards`).
    """

    reach = Reach(student="student", group="group")

    student = models.ForeignKey(
        Student, models.PROTECT, related_name="memberships", verbose_name="студент"
    )
    group = models.ForeignKey(
        Group, models.PROTECT, related_name="memberships", verbose_name="группа"
    )

    history = history()

    class Meta:
        verbose_name = "пребывание в группе"
        verbose_name_plural = "пребывания в группах"
        ordering = ["-start"]
        constraints = [starts_before_end("membership_ends_after_start")]
        indexes = [models.Index(fields=["group", "start"], name="membership_of_group")]

    def __str__(self):
        return f"{self.student}: {self.group} с {self.start:%d.%m.%Y}"
