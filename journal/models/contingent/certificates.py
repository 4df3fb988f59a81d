"""Papers given out: certificates of study (R31), diplomas (ФИС ФРДО)."""

import re

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from journal.models.base import Model, check, history, unique
from journal.models.contingent.membership import Funding, StudyForm
from journal.models.people import Student, User
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily

OGRN = RegexValidator(r"^\d{13}(\d{2})?$", "ОГРН — 13 цифр, ОГРНИП — 15.")
KPP = RegexValidator(r"^\d{9}$", "КПП — 9 знаков.")

# What a template may name in braces, and what stands there on the paper. Words that
# change with the sex of the student come in the form that the sentence needs.
PLACEHOLDERS = {
    "студент": "фамилия, имя, отчество",
    "дата рождения": "01.02.2008",
    "он": "он, она",
    "состояние": "обучается по настоящее время; отчислен с такого-то дня; в академическом отпуске",
    "обучался": "обучался, обучалась",
    "группа": "группа в день выдачи или последняя",
    "курс": "курс (класс) цифрой",
    "специальность": "код и название",
    "квалификация": "квалификация по специальности",
    "отделение": "отделение группы",
    "форма": "форма обучения",
    "основание": "кто платит за обучение",
    "поступил": "день зачисления",
    "по день": "последний день в группе, у обучающегося — день выдачи",
    "приказ о зачислении": "№ 15-с от 25.08.2026",
    "отчислен": "день отчисления или «обучение продолжается»",
    "приказ об отчислении": "номер, дата, основание или «обучение продолжается»",
    "причина отчисления": "основание приказа или «обучение продолжается»",
    "год окончания": "год, когда группа заканчивает обучение",
    "номер личного дела": "из карточки",
    "документ об образовании": "из личного дела, если оно открыто вам",
    "учреждение": "полное наименование",
    "учреждение кратко": "краткое наименование",
    "куда": "куда выдана справка",
    "номер": "номер справки",
    "дата": "день выдачи",
}
BRACES = re.compile(r"\{([^{}]*)\}")


def placeholder(words: str) -> str:
    """The key of what stands between braces, however it was typed."""
    return " ".join(words.split()).lower()


class CertificateTemplate(Model):
    """The institution's own wording of a certificate (273-ФЗ, art. 60 part 12).

    Words in braces are filled in: {студент}, {группа}, {курс} … The list is beside the
    field on its page.
    """

    class Kind(models.TextChoices):
        PLACE = "place", "справка об обучении"
        PERIOD = "period", "справка о периоде обучения"

    reach = Everyone()

    kind = models.CharField("вид", max_length=6, choices=Kind.choices)
    name = models.CharField("название", max_length=120, unique=True)
    title = models.CharField("заголовок документа", max_length=120)
    body = models.TextField("текст")
    has_results = models.BooleanField(
        worded_lazily("с таблицей дисциплин"),
        default=False,
        help_text=worded_lazily("Часы и отметки по дисциплинам."),
    )
    signatory_post = models.CharField("должность подписывающего", max_length=120)
    signatory_name = models.CharField("расшифровка подписи", max_length=120, blank=True)
    is_active = models.BooleanField("в ходу", default=True)

    history = history()

    class Meta:
        verbose_name = "образец справки"
        verbose_name_plural = "образцы справок"
        ordering = ["kind", "name"]

    def __str__(self):
        return self.name

    def clean(self):
        """Braces hold known words and nothing else: a paper never shows `{грпупа}`."""
        super().clean()
        found = BRACES.findall(self.body)
        unknown = [one for one in found if placeholder(one) not in PLACEHOLDERS]
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        if unknown:
            words = ", ".join(f"{{{one}}}" for one in dict.fromkeys(unknown))
            raise ValidationError(
                {"body": f"Журнал не знает, что вписать вместо {words}. Есть: {known}."}
            )
        if re.search(r"[{}]", BRACES.sub("", self.body)):
            raise ValidationError(
                {"body": f"Скобка без пары. Пишите так: {{студент}}. Есть: {known}."}
            )


class Certificate(Model):
    """A certificate given out: numbered, registered, with the words it was given in."""

    reach = Reach(student="student")

    number = models.PositiveIntegerField("номер")
    year = models.PositiveSmallIntegerField("год")
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="certificates",
        verbose_name=worded_lazily("студент"),
    )
    template = models.ForeignKey(
        CertificateTemplate,
        models.PROTECT,
        related_name="certificates",
        verbose_name="образец",
    )
    purpose = models.CharField(
        "куда выдана",
        max_length=200,
        default="для предъявления по месту требования",
    )
    issued_on = models.DateField("выдана", default=timezone.localdate)
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="кто выдал"
    )
    content = models.JSONField(
        "содержание", default=dict, encoder=DjangoJSONEncoder, editable=False
    )
    cancelled_on = models.DateField("аннулирована", null=True, blank=True)
    cancel_reason = models.CharField("причина", max_length=200, blank=True)

    history = history()

    class Meta:
        verbose_name = "выданная справка"
        verbose_name_plural = "журнал выдачи справок"
        ordering = ["-year", "-number"]
        constraints = [
            unique(
                "certificate_number_once",
                "year",
                "number",
                message="Справка с этим номером в этом году уже есть.",
            )
        ]

    def __str__(self):
        return f"№ {self.number} от {self.issued_on:%d.%m.%Y}"


class TargetContract(Model):
    """A contract of target training; the diploma's export asks for it."""

    reach = Reach(student="student")

    student = models.OneToOneField(
        Student,
        models.PROTECT,
        related_name="target_contract",
        verbose_name=worded_lazily("студент"),
    )
    number = models.CharField("номер договора", max_length=60)
    signed_on = models.DateField("заключён")
    customer = models.CharField("заказчик", max_length=250)
    customer_ogrn = models.CharField(
        "ОГРН заказчика", max_length=15, validators=[OGRN], blank=True
    )
    customer_kpp = models.CharField(
        "КПП заказчика", max_length=9, validators=[KPP], blank=True
    )
    employer = models.CharField("работодатель", max_length=250, blank=True)
    employer_ogrn = models.CharField(
        "ОГРН работодателя", max_length=15, validators=[OGRN], blank=True
    )
    employer_kpp = models.CharField(
        "КПП работодателя", max_length=9, validators=[KPP], blank=True
    )
    employer_region = models.CharField(
        "субъект РФ работодателя", max_length=100, blank=True
    )

    history = history()

    class Meta:
        verbose_name = "договор о целевом обучении"
        verbose_name_plural = "договоры о целевом обучении"

    def __str__(self):
        return f"№ {self.number} от {self.signed_on:%d.%m.%Y}"


class Diploma(Model):
    """A document on education given out; what ФИС ФРДО asks for is written here."""

    class Kind(models.TextChoices):
        PLAIN = "plain", "Диплом о среднем профессиональном образовании"
        HONOURS = (
            "honours",
            "Диплом о среднем профессиональном образовании с отличием",
        )

    class Status(models.TextChoices):
        ORIGINAL = "original", "Оригинал"
        DUPLICATE = "duplicate", "Дубликат"

    class Level(models.TextChoices):
        WORKER = (
            "worker",
            "СПО по программам подготовки квалифицированных рабочих (служащих)",
        )
        SPECIALIST = (
            "specialist",
            "СПО по программам подготовки специалистов среднего звена",
        )

    reach = Reach(student="student")

    student = models.ForeignKey(
        Student, models.PROTECT, related_name="diplomas", verbose_name="выпускник"
    )
    kind = models.CharField(
        "вид документа", max_length=8, choices=Kind.choices, default=Kind.PLAIN
    )
    status = models.CharField(
        "статус", max_length=9, choices=Status.choices, default=Status.ORIGINAL
    )
    original = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name="взамен какого документа",
    )
    is_lost = models.BooleanField("утрачен", default=False)
    is_exchanged = models.BooleanField("обменян", default=False)
    is_destroyed = models.BooleanField("уничтожен", default=False)
    level = models.CharField(
        "уровень образования",
        max_length=10,
        choices=Level.choices,
        default=Level.SPECIALIST,
    )
    series = models.CharField("серия", max_length=20, blank=True)
    number = models.CharField("номер", max_length=30)
    issued_on = models.DateField("дата выдачи")
    registration_no = models.CharField("регистрационный номер", max_length=30)
    # The names as printed: a specialty renamed later leaves the document as it was.
    specialty_code = models.CharField("код специальности", max_length=20)
    specialty_name = models.CharField("специальность", max_length=255)
    qualification = models.CharField("квалификация", max_length=255)
    programme = models.CharField("образовательная программа", max_length=255)
    last_name = models.CharField("фамилия в документе", max_length=50)
    first_name = models.CharField("имя в документе", max_length=50)
    middle_name = models.CharField("отчество в документе", max_length=50, blank=True)
    year_started = models.PositiveSmallIntegerField("год поступления")
    year_finished = models.PositiveSmallIntegerField("год окончания")
    form = models.CharField(
        "форма обучения", max_length=10, choices=StudyForm.choices, blank=True
    )
    funding = models.CharField(
        "источник финансирования", max_length=14, choices=Funding.choices, blank=True
    )

    history = history()

    class Meta:
        verbose_name = "диплом"
        verbose_name_plural = "дипломы"
        ordering = ["-issued_on", "registration_no"]
        permissions = [("export_diploma", "Выгрузка в ФИС ФРДО")]
        constraints = [
            unique(
                "diploma_number_once",
                "series",
                "number",
                message="Документ с этой серией и номером уже есть.",
            ),
            unique(
                "diploma_registration_once",
                "registration_no",
                "year_finished",
                message="Этот регистрационный номер в этом году уже занят.",
            ),
            check(
                "diploma_duplicate_has_original",
                Q(status="original", original__isnull=True)
                | Q(status="duplicate", original__isnull=False),
                "У дубликата укажите, взамен какого документа он выдан.",
            ),
            check(
                "diploma_years_in_order",
                Q(year_finished__gte=F("year_started")),
                "Год окончания не может быть раньше года поступления.",
            ),
        ]

    def __str__(self):
        return f"{self.series} {self.number}".strip()

    def clean(self):
        super().clean()
        original = self.original
        if original and original.pk == self.pk:
            raise ValidationError({"original": "Документ не заменяет сам себя."})
        if original and original.student_id != self.student_id:
            raise ValidationError({"original": "Это документ другого человека."})
