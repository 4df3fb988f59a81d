"""What every model of ours is made from."""

import functools

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from journal.models.reach import DatedQuerySet, Reach, ReachQuerySet


class Model(models.Model):
    """A model with row rights; `reach` None leaves it to roles that reach everything."""

    reach: Reach | None = None

    objects = ReachQuerySet.as_manager()

    class Meta:
        abstract = True

    def is_editable_by(self, user) -> bool:
        """May this person change this very object?"""
        rows = type(self).objects.visible_to(user, "change")
        return rows.filter(pk=self.pk).exists()


class Dated(Model):
    """A fact that holds from `start` (included) to `end` (excluded, empty: open)."""

    start = models.DateField("с даты")
    end = models.DateField(
        "по дату (не включая)",
        null=True,
        blank=True,
        help_text="Первый день, когда запись уже не действует. Пусто: действует сейчас.",
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.start and self.end and self.end <= self.start:
            raise ValidationError({"end": "Дата окончания должна быть позже начала."})


class Lookup(Model):
    """A list of the institution's own: a name and its place in the list."""

    name = models.CharField("название", max_length=120, unique=True)
    position = models.PositiveSmallIntegerField("порядок", default=0)

    class Meta:
        abstract = True
        ordering = ["position", "name"]

    def __str__(self):
        return self.name


def starts_before_end(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(end__isnull=True) | Q(end__gt=F("start")),
        name=name,
        violation_error_message="Дата окончания должна быть позже даты начала.",
    )


def unique(name: str, *fields: str, message: str, **options) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=fields, name=name, violation_error_message=message, **options
    )


def check(name: str, condition: Q, message: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=condition, name=name, violation_error_message=message
    )


class PastManager(HistoryManager):
    """The library makes a class of a manager whenever a row is saved; this one, once."""

    @classmethod
    @functools.cache
    def from_queryset(cls, queryset_class, class_name=None):
        return super().from_queryset(queryset_class, class_name)


def history(**options) -> HistoricalRecords:
    """The correction audit of a model of record."""
    return HistoricalRecords(
        history_manager=PastManager,
        verbose_name="запись истории",
        verbose_name_plural="история",
        **options,
    )
