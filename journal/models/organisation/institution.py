"""The institution itself, with every rule that differs."""

from datetime import date, time

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q

from journal.models.base import Model, check, history
from journal.models.reach import Everyone
from journal.models.words import asked_here, worded_lazily

INSTITUTION = "institution"
NONDISCLOSURE = (
    "Обязуюсь не разглашать персональные данные обучающихся, их родителей (законных "
    "представителей) и работников, которые стали известны мне по работе; пользоваться "
    "ими только для своих должностных обязанностей; не передавать их третьим лицам и не "
    "копировать на личные устройства.\n\n"
    "Обязательство действует и после увольнения. Ответственность за его нарушение, "
    "установленная законодательством Российской Федерации, мне известна."
)
CARE = (
    "Логин, пароль и одноразовый код предназначены только мне. Храню их в недоступном для "
    "других месте, никому не сообщаю и никого не пускаю в журнал под своим именем; на "
    "чужом устройстве выхожу из журнала.\n\n"
    "За утрату реквизитов, из-за которой в журнал вошёл посторонний, отвечает их "
    "владелец. Если есть подозрение, что под моим именем входил кто-то другой, сразу "
    "сообщаю администратору журнала."
)


def days_of_year(text: str) -> list[tuple[int, int]]:
    """(day, month) of each «10.09» in «10.09, 01.12». Raises ValueError for others."""
    found = []
    for word in text.split(","):
        day, month = map(int, word.split("."))
        date(2026, month, day)  # not a leap year: the day is there every year
        found.append((day, month))
    return found


class Institution(Model):
    """The one institution of this installation, with every rule that differs."""

    class Kind(models.TextChoices):
        COLLEGE = "college", "колледж (техникум)"
        SCHOOL = "school", "школа"

    class FillingDue(models.TextChoices):
        DAY = "day", "в день занятия"
        MONDAY = "monday", "за прошедшую неделю до понедельника"
        WEEK = "week", "в течение семи дней"

    class Undone(models.TextChoices):
        NOTHING = "nothing", "не считать"
        TWO = "two", "считать двойкой"

    class MarkOnAbsent(models.TextChoices):
        ASK = "ask", "переспросить"
        REFUSE = "refuse", "не принимать"

    reach = Everyone()

    name = models.CharField("полное наименование", max_length=300)
    short_name = models.CharField("краткое наименование", max_length=120)
    founder = models.CharField(
        "учредитель", max_length=300, blank=True, help_text="Первая строка ведомостей."
    )
    kind = models.CharField(
        "вид", max_length=10, choices=Kind.choices, default=Kind.COLLEGE
    )
    filling_due = models.CharField(
        "журнал заполняется",
        max_length=10,
        choices=FillingDue.choices,
        default=FillingDue.DAY,
        help_text="Позже этого срока занятие попадает в список просроченных.",
    )
    entry_days = models.PositiveSmallIntegerField(
        "дней на свободное исправление",
        default=7,
        help_text=worded_lazily(
            "Сколько дней после занятия преподаватель пишет без указания причины."
        ),
    )
    curator_days = models.PositiveSmallIntegerField(
        worded_lazily("дней куратору на исправление посещаемости"), default=14
    )
    mark_on_absent = models.CharField(
        "отметка отсутствующему",
        max_length=10,
        choices=MarkOnAbsent.choices,
        default=MarkOnAbsent.ASK,
    )
    lesson_hours = models.PositiveSmallIntegerField(
        "академических часов в занятии", default=2
    )
    threshold_3 = models.DecimalField(
        "порог «3»", max_digits=3, decimal_places=2, default=2.5
    )
    threshold_4 = models.DecimalField(
        "порог «4»", max_digits=3, decimal_places=2, default=3.5
    )
    threshold_5 = models.DecimalField(
        "порог «5»", max_digits=3, decimal_places=2, default=4.5
    )
    marks_needed = models.PositiveSmallIntegerField(
        "отметок для аттестации", default=3, help_text="Если меньше, в ведомости «н/а»."
    )
    control_days = models.PositiveSmallIntegerField(
        "результаты контрольных работ, дней",
        default=1,
        help_text="Сколько дней после работы есть на отметки.",
    )
    term_marks_days = models.PositiveSmallIntegerField(
        "отметки за период за столько дней до его конца", default=2
    )
    attestation_days = models.PositiveSmallIntegerField(
        "результаты аттестации видны через дней",
        default=3,
        help_text="Не позже этого срока после аттестации ведомость подписывают.",
    )
    term_result_hours = models.PositiveSmallIntegerField(
        "отметки за период видны через часов", default=24
    )
    makeup_excused = models.BooleanField(
        "отрабатываются и пропуски по уважительной причине", default=True
    )
    makeup_days = models.PositiveSmallIntegerField(
        "дней на отработку",
        default=30,
        help_text="Позже долг считается просроченным.",
    )
    undone_counts = models.CharField(
        "несданная обязательная работа в прогнозе",
        max_length=8,
        choices=Undone.choices,
        default=Undone.NOTHING,
    )
    forecast_alarm = models.PositiveSmallIntegerField(
        "тревога: вероятность «2» от, %", default=40
    )
    flag_changes = models.PositiveSmallIntegerField(
        "исправлений подряд — сигнал заместителю",
        default=30,
        help_text="Столько исправлений подряд, сделанных одним человеком, показывают заместителю.",
    )
    quiet_from = models.TimeField("нерабочее время с", default=time(22))
    quiet_until = models.TimeField("нерабочее время до", default=time(6))
    guardians_see_adults = models.BooleanField(
        "родители видят данные совершеннолетних", default=False
    )
    plan_due = models.CharField(
        "сроки сдачи КТП",
        max_length=40,
        default="10.09, 01.12",
        help_text="По одному на каждую часть учебного года, через запятую: 10.09, 01.12.",
    )
    plan_must_be_approved = models.BooleanField(
        "темы только из утверждённого КТП",
        default=True,
        help_text="Иначе на странице занятия предлагаются темы и неутверждённого плана.",
    )
    year_due = models.CharField(
        "срок открытия учебного года", max_length=5, default="10.09"
    )
    load_norm = models.PositiveSmallIntegerField(
        "норма нагрузки, часов в год",
        default=720,
        help_text="На ставку; у сотрудника может быть своя.",
    )
    load_most = models.PositiveSmallIntegerField(
        "нагрузка не больше, часов в год", default=1440
    )
    week_hours = models.PositiveSmallIntegerField(
        "академических часов в неделю", default=36
    )
    exams_a_year = models.PositiveSmallIntegerField(
        "экзаменов в год не больше", default=8
    )
    credits_a_year = models.PositiveSmallIntegerField(
        "зачётов в год не больше",
        default=10,
        help_text="Без физической культуры; комплексный считается один раз.",
    )
    timetable_is_public = models.BooleanField(
        "расписание видно без входа",
        default=False,
        help_text=worded_lazily(
            "Группы, преподаватели, аудитории; без студентов и оценок.",
            "Классы, учителя, аудитории; без учеников и оценок.",
        ),
    )
    reference_day = models.CharField(
        "день эталонной наполняемости",
        max_length=5,
        default="20.09",
        help_text="День и месяц, на который считают наполняемость и движение.",
    )
    group_norm = models.PositiveSmallIntegerField("норма наполняемости", default=25)
    lists_due = models.CharField(
        worded_lazily("срок списков групп и преподавателей"),
        max_length=5,
        default="05.09",
    )
    curator_check_days = models.PositiveSmallIntegerField(
        worded_lazily("куратор сверяет карточки раз в столько дней"), default=31
    )
    department_check_days = models.PositiveSmallIntegerField(
        "заведующий отделением сверяет карточки раз в столько дней", default=183
    )
    hr_check_days = models.PositiveSmallIntegerField(
        "отдел кадров сверяет карточки раз в столько дней", default=365
    )
    signatory_post = models.CharField(
        "кто подписывает ведомости",
        max_length=120,
        default="Заместитель директора по учебной работе",
    )
    signatory_name = models.CharField("расшифровка подписи", max_length=120, blank=True)

    nondisclosure_text = models.TextField(
        "обязательство о неразглашении",
        blank=True,
        default=NONDISCLOSURE,
        help_text="Подтверждают сотрудники при первом входе.",
    )
    care_text = models.TextField(
        "хранение реквизитов доступа",
        default=CARE,
        help_text="Подтверждают все при первом входе.",
    )

    history = history()

    class Meta:
        verbose_name = "учреждение"
        verbose_name_plural = "учреждение"
        constraints = [
            check("institution_is_one", Q(pk=1), "Учреждение в системе одно."),
            check(
                "institution_thresholds_rise",
                Q(threshold_3__lt=F("threshold_4"), threshold_4__lt=F("threshold_5")),
                "Пороги отметок должны возрастать от «3» к «5».",
            ),
        ]

    def __str__(self):
        return self.short_name

    def clean(self):
        super().clean()
        for name, words in (
            ("lists_due", "Срок пишут днём и месяцем: 05.09."),
            ("year_due", "Срок пишут днём и месяцем: 10.09."),
            ("reference_day", "День пишут днём и месяцем: 20.09."),
            ("plan_due", "Сроки пишут днём и месяцем через запятую: 10.09, 01.12."),
        ):
            try:
                days_of_year(getattr(self, name))
            except ValueError as error:
                raise ValidationError({name: words}) from error

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        asked_here().pop(INSTITUTION, None)
        cache.delete(INSTITUTION)
        transaction.on_commit(lambda: cache.delete(INSTITUTION))

    @classmethod
    def current(cls) -> "Institution":
        """The institution; unsaved defaults before the first day.

        Asked by every request, so it is kept in the shared cache for a minute; and by
        some two hundred times, so the request keeps what it has read.
        """
        kept = asked_here()
        if INSTITUTION not in kept:
            kept[INSTITUTION] = cls._stored()
        return kept[INSTITUTION]

    @classmethod
    def _stored(cls) -> "Institution":
        found = cache.get(INSTITUTION)
        if found is None:
            found = cls.objects.first()
            if found is None:
                return cls(
                    pk=1,
                    name="Учреждение не названо",
                    short_name="Электронный журнал",
                )
            cache.set(INSTITUTION, found, 60)
        return found

    @property
    def is_school(self) -> bool:
        return self.kind == self.Kind.SCHOOL
