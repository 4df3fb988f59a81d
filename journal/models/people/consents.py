"""Papers on personal data: consents, non-disclosure, who has which powers (A7)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from journal.models.base import Dated, Model, check, history, starts_before_end, unique
from journal.models.people.persons import ADULT, Employee, Guardian, Student, age_on
from journal.models.reach import Everyone, Reach, ReachQuerySet
from journal.models.words import worded, worded_lazily


class ConsentQuerySet(ReachQuerySet):
    def in_force(self, day):
        """Signed by `day` and not withdrawn by then."""
        return self.filter(
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day), signed_on__lte=day
        )


class Consent(Model):
    """A signed paper on personal data (K 3.4, K 3.6, 152-ФЗ art. 9, 10.1)."""

    class Kind(models.TextChoices):
        PROCESSING = "processing", "согласие на обработку персональных данных"
        PUBLICATION = "publication", "согласие на распространение"
        NONDISCLOSURE = "nondisclosure", "обязательство о неразглашении"

    reach = Reach(
        student=("student", "guardian__guardianships__student"), employee="employee"
    )

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=worded_lazily("студент"),
    )
    guardian = models.ForeignKey(
        Guardian,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name="представитель",
    )
    employee = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name="сотрудник",
    )
    kind = models.CharField("документ", max_length=13, choices=Kind.choices)
    purpose = models.CharField("цель обработки", max_length=200, blank=True)
    number = models.CharField("номер, редакция", max_length=40, blank=True)
    signed_by = models.ForeignKey(
        Guardian,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents_signed",
        verbose_name="кто подписал за несовершеннолетнего",
    )
    signed_on = models.DateField("подписано")
    withdrawn_on = models.DateField("отозвано", null=True, blank=True)

    objects = ConsentQuerySet.as_manager()
    history = history()

    class Meta:
        verbose_name = "согласие"
        verbose_name_plural = "согласия и обязательства"
        ordering = ["-signed_on", "-pk"]
        constraints = [
            check(
                "consent_of_one",
                Q(student__isnull=False, guardian__isnull=True, employee__isnull=True)
                | Q(student__isnull=True, guardian__isnull=False, employee__isnull=True)
                | Q(
                    student__isnull=True, guardian__isnull=True, employee__isnull=False
                ),
                worded_lazily(
                    "Укажите одного: студента, представителя или сотрудника."
                ),
            ),
            check(
                "consent_withdrawn_after_signing",
                Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("signed_on")),
                "Отозвать согласие раньше, чем оно подписано, нельзя.",
            ),
            check(
                "consent_nondisclosure_of_staff",
                Q(employee__isnull=False) | ~Q(kind="nondisclosure"),
                "Обязательство о неразглашении подписывает сотрудник.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} от {self.signed_on:%d.%m.%Y}"

    @property
    def subject(self):
        """Whose data the paper is about."""
        return self.student or self.guardian or self.employee

    def clean(self):
        super().clean()
        if self.signed_on and self.signed_on > timezone.localdate():
            raise ValidationError({"signed_on": "Эта дата ещё не наступила."})
        if self.kind and self.student_id:
            self._check_signer()
        elif self.signed_by_id:
            raise ValidationError(
                {"signed_by": worded("Представитель подписывает только за студента.")}
            )

    def _check_signer(self):
        """A parent signs for a minor, an adult signs alone (152-ФЗ art. 9)."""
        born = self.student.birth_date
        if born is None or self.signed_on is None:
            return
        if self.signed_on < born:
            raise ValidationError(
                {"signed_on": worded("Подписано раньше, чем родился студент.")}
            )
        is_adult = age_on(born, self.signed_on) >= ADULT
        if is_adult and self.signed_by_id:
            raise ValidationError(
                {
                    "signed_by": worded(
                        "В этот день студенту уже было 18 лет: он подписывает сам,"
                        " поле оставьте пустым."
                    )
                }
            )
        if is_adult:
            return
        if not self.signed_by_id:
            raise ValidationError(
                {
                    "signed_by": worded(
                        "В этот день студенту не было 18 лет: выберите представителя,"
                        " который подписал за него."
                    )
                }
            )
        ties = self.student.guardianships.filter(guardian=self.signed_by_id)
        if not ties.exists():
            raise ValidationError(
                {
                    "signed_by": worded(
                        "Этот человек не записан представителем студента."
                    )
                }
            )


class DataPower(Dated):
    """An employee on the list of those with access to personal data (K 3.5)."""

    reach = Everyone()

    employee = models.ForeignKey(
        Employee,
        models.PROTECT,
        related_name="data_powers",
        verbose_name="сотрудник",
    )
    powers = models.CharField(
        "полномочия",
        max_length=300,
        help_text=worded_lazily(
            "С какими данными и что делает: «карточки студентов, изменение»."
        ),
    )
    basis = models.CharField(
        "основание", max_length=200, help_text="Приказ директора: номер и дата."
    )

    history = history()

    class Meta:
        verbose_name = "доступ к персональным данным"
        verbose_name_plural = "перечень имеющих доступ к персональным данным"
        ordering = ["employee__last_name", "employee__first_name", "start"]
        constraints = [
            starts_before_end("datapower_ends_after_start"),
            unique(
                "datapower_once",
                "employee",
                "start",
                message="Этот сотрудник с этой даты в перечне уже есть.",
            ),
        ]

    def __str__(self):
        return f"{self.employee}: {self.powers}"
