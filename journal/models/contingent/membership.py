"""Who sits in which group, by date."""

from django.db import models

from journal.models.base import Dated, history, starts_before_end
from journal.models.organisation import Group
from journal.models.people import Student
from journal.models.reach import Reach
from journal.models.words import worded_lazily


class Funding(models.TextChoices):
    """Who pays (domain §5): the twelve grounds of the regional system."""

    PERSON = "person", "за счёт физического лица"
    COMPANY = "company", "за счёт юридического лица"
    PERSON_COMPANY = "person_company", "за счёт физического и юридического лица"
    FEDERAL = "federal", "федеральный бюджет"
    FEDERAL_TARGET = "federal_target", "федеральный бюджет, целевое обучение"
    DEFENCE = "defence", "контракт для организаций ОПК"
    REGION = "region", "бюджет субъекта РФ"
    REGION_TARGET = "region_target", "бюджет субъекта РФ, целевое обучение"
    LOCAL = "local", "местный бюджет"
    LOCAL_TARGET = "local_target", "местный бюджет, целевое обучение"
    PAID_TARGET = "paid_target", "за счёт физических и юридических лиц, целевое"
    VOUCHER = "voucher", "образовательный сертификат"


class StudyForm(models.TextChoices):
    FULL_TIME = "full_time", "очная"
    PART_TIME = "part_time", "очно-заочная"
    EXTRAMURAL = "extramural", "заочная"


PAID = (Funding.PERSON, Funding.COMPANY, Funding.PERSON_COMPANY, Funding.PAID_TARGET)


class Membership(Dated):
    """A student in a group over a half-open span; spans of one student never overlap.

    The database refuses an overlap (`guards`). A change of funding or form ends a span
    and begins the next in the same group, so that both are known of every day.
    """

    reach = Reach(student="student", group="group")

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="memberships",
        verbose_name=worded_lazily("студент"),
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="memberships",
        verbose_name=worded_lazily("группа"),
    )
    funding = models.CharField(
        "основание обучения", max_length=14, choices=Funding.choices, blank=True
    )
    form = models.CharField(
        "форма обучения", max_length=10, choices=StudyForm.choices, blank=True
    )

    history = history()

    class Meta:
        verbose_name = worded_lazily("пребывание в группе", "пребывание в классе")
        verbose_name_plural = worded_lazily("пребывания в группах")
        ordering = ["-start"]
        constraints = [starts_before_end("membership_ends_after_start")]
        indexes = [models.Index(fields=["group", "start"], name="membership_of_group")]

    def __str__(self):
        return f"{self.student}: {self.group} с {self.start:%d.%m.%Y}"
