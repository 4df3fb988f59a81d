"""Orders: what moves students and staff, line by line (C1, domain §5)."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from journal.models.base import Lookup, Model, check, history, unique
from journal.models.contingent.membership import Funding, StudyForm
from journal.models.curriculum import Subgroup
from journal.models.organisation import Group
from journal.models.people import Employee, Student, User
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily


class OrderKind(models.TextChoices):
    ENROL = "enrol", "зачисление"
    TRANSFER = (
        "transfer",
        worded_lazily("перевод в другую группу", "перевод в другой класс"),
    )
    NEXT_YEAR = (
        "next_year",
        worded_lazily("перевод на следующий курс", "перевод в следующий класс"),
    )
    TERMS = "terms", "смена основания или формы обучения"
    LEAVE = "leave", "академический отпуск"
    RETURN = "return", "выход из академического отпуска"
    EXPEL = "expel", "отчисление"
    REINSTATE = "reinstate", "восстановление"
    GRADUATE = "graduate", "выпуск"
    RENAME = "rename", "смена фамилии, имени, отчества"
    DISBAND = "disband", worded_lazily("ликвидация группы", "ликвидация класса")
    SUBGROUP = "subgroup", "перевод в другую подгруппу"
    HIRE = "hire", "приём на работу"
    DISMISS = "dismiss", "увольнение"


class OrderReason(Lookup):
    """Why somebody comes or goes, from the institution's list."""

    class Side(models.TextChoices):
        IN = "in", "прибытие"
        OUT = "out", "выбытие"
        OTHER = "other", "прочее"

    reach = Everyone()

    side = models.CharField("для чего", max_length=5, choices=Side.choices)

    class Meta(Lookup.Meta):
        verbose_name = "основание приказа"
        verbose_name_plural = "основания приказов"


class Order(Model):
    """An order by the director: number, day of signing, day from which it works.

    A draft says what will be done; `carry_out` does it in one transaction, `undo`
    restores what was, unless something has come to depend on it. The kind, the days and
    the lines of an order that was carried out stand still.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "проект"
        DONE = "done", "проведён"
        UNDONE = "undone", "отменён"

    reach = Reach(
        student="lines__student", group="lines__group", employee="lines__employee"
    )

    number = models.CharField("номер", max_length=40)
    date = models.DateField("дата приказа", default=timezone.localdate)
    kind = models.CharField("вид", max_length=10, choices=OrderKind.choices)
    effective_on = models.DateField("действует с", default=timezone.localdate)
    reason = models.ForeignKey(
        OrderReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="основание",
    )
    note = models.CharField("примечание", max_length=300, blank=True)
    state = models.CharField(
        "состояние",
        max_length=6,
        choices=State.choices,
        default=State.DRAFT,
        editable=False,
    )
    # Orders are carried out one after another: the place in that row, which is not the
    # order of their numbers or days.
    sequence = models.PositiveIntegerField(
        "очередь проведения", null=True, unique=True, editable=False
    )
    carried_out_at = models.DateTimeField("проведён", null=True, editable=False)
    carried_out_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="кто провёл",
    )
    undone_at = models.DateTimeField("отменён", null=True, editable=False)
    undone_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="кто отменил",
    )

    history = history()

    class Meta:
        verbose_name = "приказ"
        verbose_name_plural = "приказы"
        ordering = ["-date", "-pk"]
        permissions = [("carry_order", "Проведение и отмена приказов")]
        constraints = [
            unique(
                "order_number_once",
                "number",
                "date",
                "kind",
                # What was taken back is drawn up anew, under its own number.
                condition=~Q(state="undone"),
                message="Приказ этого вида с таким номером и датой уже есть.",
            ),
            check(
                "order_done_has_sequence",
                Q(sequence__isnull=False) | ~Q(state="done"),
                "У проведённого приказа должна быть очередь проведения.",
            ),
        ]

    def __str__(self):
        return f"№ {self.number} от {self.date:%d.%m.%Y}, {self.get_kind_display()}"


class OrderLine(Model):
    """One student, employee or group of an order, and what becomes of them."""

    reach = Reach(student="student", group="group", employee="employee")

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="lines", verbose_name="приказ"
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="order_lines",
        verbose_name=worded_lazily("студент"),
    )
    employee = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="order_lines",
        verbose_name="сотрудник",
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="order_lines",
        verbose_name=worded_lazily("группа"),
        help_text=worded_lazily(
            "Куда зачисляют или переводят; у ликвидации и курса — о какой группе.",
            "Куда зачисляют или переводят; у ликвидации и перевода на год — о каком"
            " классе.",
        ),
    )
    subgroup = models.ForeignKey(
        Subgroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="подгруппа",
    )
    funding = models.CharField(
        "основание обучения", max_length=14, choices=Funding.choices, blank=True
    )
    form = models.CharField(
        "форма обучения", max_length=10, choices=StudyForm.choices, blank=True
    )
    last_name = models.CharField("новая фамилия", max_length=80, blank=True)
    first_name = models.CharField("новое имя", max_length=80, blank=True)
    middle_name = models.CharField("новое отчество", max_length=80, blank=True)
    reason = models.ForeignKey(
        OrderReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="основание",
        help_text="Если отличается от основания приказа.",
    )
    # What carrying out changed, in order, so that it can be taken back exactly.
    trace = models.JSONField(
        "для отмены", default=list, encoder=DjangoJSONEncoder, editable=False
    )

    history = history(excluded_fields=["trace"])

    class Meta:
        verbose_name = "строка приказа"
        verbose_name_plural = "строки приказа"
        ordering = ["order", "pk"]
        constraints = [
            unique(
                "orderline_student_once",
                "order",
                "student",
                condition=Q(student__isnull=False, subgroup__isnull=True),
                message=worded_lazily("Этот студент в приказе уже есть."),
            ),
            unique(
                "orderline_employee_once",
                "order",
                "employee",
                condition=Q(employee__isnull=False),
                message="Этот сотрудник в приказе уже есть.",
            ),
            check(
                "orderline_is_about_somebody",
                Q(student__isnull=False)
                | Q(employee__isnull=False)
                | Q(group__isnull=False),
                worded_lazily(
                    "Укажите, о ком строка: студента, сотрудника или группу."
                ),
            ),
        ]

    def __str__(self):
        return str(self.student or self.employee or self.group)
