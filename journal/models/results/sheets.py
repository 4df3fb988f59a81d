"""Sheets of attestation and the results on them (F6, F7; domain §6)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from journal.models.base import Model, check, history, unique
from journal.models.curriculum import ComplexForm, Course, Subgroup
from journal.models.organisation import Group, Period
from journal.models.people import Employee, Student
from journal.models.reach import Reach
from journal.models.timetable import ExamEvent
from journal.models.words import worded_lazily


class Sheet(Model):
    """One attestation of a group: who got what, on which day, before whom.

    A term sheet holds the term marks of one course, a year or final sheet those of a
    discipline over its courses, a complex sheet one mark for several courses. A retake
    is a sheet of its own that names the one it `retakes`. Signing freezes it: what it
    said then (names, hours, header) stands in `heading`, and the database lets nothing
    of it change but by an approved `CorrectionRequest`.
    """

    class Kind(models.TextChoices):
        TERM = "term", "итоги периода"
        YEAR = "year", "годовые отметки"
        FINAL = (
            "final",
            worded_lazily(
                "итоговые отметки по дисциплине", "итоговые отметки по предмету"
            ),
        )
        EXAM = "exam", "экзаменационная ведомость"
        CREDIT = "credit", "зачётная ведомость"
        DIFF_CREDIT = "diff_credit", "ведомость дифференцированного зачёта"
        COURSEWORK = "coursework", "ведомость защиты курсовых работ"
        PRACTICE = "practice", "ведомость по практике"
        MODULE_EXAM = "module_exam", "ведомость экзамена по модулю"
        COMPLEX_EXAM = "complex_exam", "ведомость комплексного экзамена"
        COMPLEX_CREDIT = (
            "complex_credit",
            "ведомость комплексного дифференцированного зачёта",
        )
        STATE_EXAM = "state_exam", "ГИА: государственный экзамен"
        DEMO_EXAM = "demo_exam", "ГИА: демонстрационный экзамен"
        DEFENCE = "defence", "ГИА: защита выпускной работы"

    class State(models.TextChoices):
        DRAFT = "draft", "заполняется"
        SIGNED = "signed", "подписана"
        ANNULLED = "annulled", "аннулирована"

    reach = Reach(group="group", course="parts__course", employee="teacher")

    kind = models.CharField("вид", max_length=14, choices=Kind.choices)
    number = models.CharField("номер", max_length=20, blank=True)
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="sheets",
        verbose_name=worded_lazily("группа"),
    )
    subgroup = models.ForeignKey(
        Subgroup, models.PROTECT, null=True, blank=True, verbose_name="подгруппа"
    )
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="sheets", verbose_name="учебный период"
    )
    complex_form = models.ForeignKey(
        ComplexForm,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sheets",
        verbose_name="комплексная форма",
    )
    event = models.ForeignKey(
        ExamEvent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sheets",
        verbose_name="событие сессии",
    )
    title = models.CharField(
        "название", max_length=250, blank=True, help_text="Для ГИА и практики."
    )
    date = models.DateField("дата аттестации")
    teacher = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sheets",
        verbose_name=worded_lazily("преподаватель (экзаменатор)"),
    )
    retakes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="retaken_by",
        verbose_name="пересдача ведомости",
    )
    attempt = models.PositiveSmallIntegerField(
        "попытка",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text="1 — в срок, 2 — пересдача, 3 — пересдача с комиссией.",
    )
    points_most = models.PositiveSmallIntegerField(
        "баллов не больше", null=True, blank=True
    )
    state = models.CharField(
        "состояние", max_length=8, choices=State.choices, default=State.DRAFT
    )
    signed_at = models.DateTimeField("подписана", null=True, blank=True)
    signed_by = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="signed_sheets",
        verbose_name="кто подписал",
    )
    note = models.CharField("примечание", max_length=300, blank=True)
    heading = models.JSONField("шапка при подписании", default=dict, editable=False)

    history = history()

    class Meta:
        verbose_name = "ведомость"
        verbose_name_plural = "ведомости"
        ordering = ["-date", "group", "kind"]
        permissions = [
            ("sign_sheet", "Подписание ведомостей"),
            ("annul_sheet", "Аннулирование ведомостей"),
            ("import_result", "Импорт отметок из таблицы"),
        ]
        constraints = [
            unique(
                "sheet_number_once",
                "period",
                "number",
                condition=~Q(number=""),
                message="Ведомость с таким номером в этом периоде уже есть.",
            ),
            check(
                "sheet_signed_by_somebody",
                Q(state="draft") | Q(signed_at__isnull=False),
                "У подписанной ведомости есть день подписания.",
            ),
            check(
                "sheet_retake_is_a_later_attempt",
                Q(retakes__isnull=True) | Q(attempt__gt=1),
                "Пересдача — вторая попытка или следующая.",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "period", "kind"], name="sheet_of_group"),
        ]

    def __str__(self):
        name = self.get_kind_display()
        number = f" № {self.number}" if self.number else ""
        return (
            f"{name[:1].upper()}{name[1:]}{number}, {self.group}, {self.date:%d.%m.%Y}"
        )


class SheetPart(Model):
    """A course that a sheet attests; a complex form has several."""

    reach = Reach(group="sheet__group", course="course", employee="sheet__teacher")

    sheet = models.ForeignKey(
        Sheet, models.PROTECT, related_name="parts", verbose_name="ведомость"
    )
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="sheet_parts", verbose_name="курс"
    )
    hours = models.PositiveSmallIntegerField("часов при подписании", default=0)

    history = history()

    class Meta:
        verbose_name = "курс ведомости"
        verbose_name_plural = "курсы ведомости"
        ordering = ["sheet", "pk"]
        constraints = [
            unique(
                "sheetpart_once",
                "sheet",
                "course",
                message="Этот курс в ведомости уже есть.",
            )
        ]

    def __str__(self):
        return str(self.course)


class SheetMember(Model):
    """A member of the commission of a sheet."""

    class Post(models.TextChoices):
        CHAIR = "chair", "председатель"
        DEPUTY = "deputy", "заместитель председателя"
        MEMBER = "member", "член комиссии"
        SECRETARY = "secretary", "секретарь"

    reach = Reach(
        group="sheet__group", course="sheet__parts__course", employee="sheet__teacher"
    )

    sheet = models.ForeignKey(
        Sheet, models.PROTECT, related_name="members", verbose_name="ведомость"
    )
    employee = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sheet_commissions",
        verbose_name="сотрудник",
    )
    name = models.CharField(
        "кто, если не сотрудник",
        max_length=200,
        blank=True,
        help_text="Представитель работодателя: фамилия, инициалы, должность.",
    )
    post = models.CharField(
        "в комиссии", max_length=10, choices=Post.choices, default=Post.MEMBER
    )

    history = history()

    class Meta:
        verbose_name = "член комиссии"
        verbose_name_plural = "комиссия"
        ordering = ["sheet", "pk"]
        constraints = [
            unique(
                "sheetmember_once",
                "sheet",
                "employee",
                condition=Q(employee__isnull=False),
                message="Этот сотрудник в комиссии уже есть.",
            ),
            check(
                "sheetmember_is_somebody",
                Q(employee__isnull=False) | ~Q(name=""),
                "Выберите сотрудника или напишите, кто это.",
            ),
        ]

    def __str__(self):
        return f"{self.employee or self.name}, {self.get_post_display()}"


class Result(Model):
    """What one student got on a sheet; `student_name` is frozen at signing."""

    class Mark(models.TextChoices):
        FIVE = "5", "5 (отлично)"
        FOUR = "4", "4 (хорошо)"
        THREE = "3", "3 (удовлетворительно)"
        TWO = "2", "2 (неудовлетворительно)"
        PASS = "з", "зачтено"
        FAIL = "х", "не зачтено"
        NOT_CERTIFIED = "н/а", "не аттестован"
        EXEMPT = "осв", "освобождён"

    class Status(models.TextChoices):
        ABSENT = "absent", "не явился"
        NOT_ADMITTED = "not_admitted", "не допущен"
        NOT_TAKEN = "not_taken", "не сдавал"

    reach = Reach(
        student="student",
        group="sheet__group",
        course="sheet__parts__course",
        employee="sheet__teacher",
    )

    sheet = models.ForeignKey(
        Sheet, models.PROTECT, related_name="results", verbose_name="ведомость"
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="results",
        verbose_name=worded_lazily("студент"),
    )
    mark = models.CharField("отметка", max_length=3, choices=Mark.choices, blank=True)
    status = models.CharField(
        "без отметки", max_length=12, choices=Status.choices, blank=True
    )
    excused = models.BooleanField("по уважительной причине", default=False)
    topic = models.CharField("тема курсовой работы", max_length=300, blank=True)
    ticket = models.CharField("билет (вариант)", max_length=20, blank=True)
    points = models.DecimalField(
        "баллы", max_digits=6, decimal_places=2, null=True, blank=True
    )
    note = models.CharField(
        "пояснение",
        max_length=300,
        blank=True,
        help_text="Почему отметка расходится с текущими.",
    )
    student_name = models.CharField(
        "фамилия, имя, отчество при подписании", max_length=200, blank=True
    )

    history = history()

    class Meta:
        verbose_name = "результат"
        verbose_name_plural = "результаты"
        ordering = ["sheet", "student"]
        constraints = [
            unique(
                "result_once",
                "sheet",
                "student",
                message=worded_lazily("Результат этого студента в ведомости уже есть."),
            ),
            check(
                "result_in_scale",
                Q(mark="") | Q(mark__in=["5", "4", "3", "2", "з", "х", "н/а", "осв"]),
                "Допустимо: 5, 4, 3, 2, з (зачтено), х (не зачтено), н/а, осв.",
            ),
            check(
                "result_mark_or_status",
                Q(mark="") | Q(status=""),
                "Кто не сдавал, у того нет отметки.",
            ),
        ]
        indexes = [models.Index(fields=["student", "sheet"], name="result_of_student")]

    def __str__(self):
        return self.get_mark_display() or self.get_status_display() or "—"
