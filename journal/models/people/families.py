"""Who represents a student, and from which day to which."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from journal.models.base import Dated, check, history, starts_before_end, unique
from journal.models.people.persons import Guardian, Student
from journal.models.reach import DatedQuerySet, Reach
from journal.models.words import worded_lazily


class GuardianshipQuerySet(DatedQuerySet):
    def in_force(self):
        """Ties that open the child's data today.

        After eighteen they hold where the institution says so, or the student agreed
        (A4: parents of minors). What a parent delegated ends with the parent's own tie.
        """
        from journal.models.organisation import Institution

        today = timezone.localdate()
        own = self.model._base_manager.filter(
            Q(end__isnull=True) | Q(end__gt=today),
            student=OuterRef("student"),
            guardian=OuterRef("delegated_by"),
            start__lte=today,
        )
        found = self.on(today).filter(Q(delegated_by__isnull=True) | Exists(own))
        if Institution.current().guardians_see_adults:
            return found
        try:
            adult_since = today.replace(year=today.year - 18)
        except ValueError:  # 29 February
            adult_since = today.replace(year=today.year - 18, day=28)
        return found.filter(
            Q(student__birth_date__isnull=True)
            | Q(student__birth_date__gt=adult_since)
            | Q(student__guardians_see_adult=True)
        )


class Guardianship(Dated):
    """Who represents whom; a trusted representative has `delegated_by` (M 3)."""

    class Relation(models.TextChoices):
        MOTHER = "mother", "мать"
        FATHER = "father", "отец"
        RELATIVE = "relative", "родственник"
        FOSTER = "foster", "приёмный родитель"
        ADOPTER = "adopter", "усыновитель"
        GUARDIAN = "guardian", "опекун"
        CUSTODIAN = "custodian", "попечитель"
        TRUSTEE = "trustee", "доверенный представитель"

    reach = Reach(student="student")

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="guardianships",
        verbose_name=worded_lazily("студент"),
    )
    guardian = models.ForeignKey(
        Guardian,
        models.PROTECT,
        related_name="guardianships",
        verbose_name="представитель",
    )
    relation = models.CharField(
        "кем приходится", max_length=10, choices=Relation.choices
    )
    delegated_by = models.ForeignKey(
        Guardian,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations",
        verbose_name="кто доверил",
    )

    objects = GuardianshipQuerySet.as_manager()
    history = history()

    class Meta:
        verbose_name = "представительство"
        verbose_name_plural = "представительства"
        permissions = [("delegate_guardianship", "Доверенность на дневник ребёнка")]
        ordering = ["student", "start"]
        constraints = [
            starts_before_end("guardianship_ends_after_start"),
            unique(
                "guardianship_once",
                "student",
                "guardian",
                "start",
                message=worded_lazily("Этот представитель у студента уже записан."),
            ),
            check(
                "guardianship_trustee_is_delegated",
                Q(delegated_by__isnull=True) | Q(relation="trustee"),
                "Кто доверил, указывают только у доверенного представителя.",
            ),
        ]

    def __str__(self):
        return f"{self.guardian} ({self.get_relation_display()})"
