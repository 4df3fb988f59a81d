"""The weekly timetable from which lessons follow."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from journal.models.base import Dated, Model, check, history, starts_before_end, unique
from journal.models.curriculum import Course, Subgroup
from journal.models.organisation import Group, Room
from journal.models.people import Employee, User
from journal.models.reach import Reach
from journal.models.words import worded_lazily


class Weekday(models.IntegerChoices):
    MONDAY = 1, "понедельник"
    TUESDAY = 2, "вторник"
    WEDNESDAY = 3, "среда"
    THURSDAY = 4, "четверг"
    FRIDAY = 5, "пятница"
    SATURDAY = 6, "суббота"
    SUNDAY = 7, "воскресенье"


class TimetableEntry(Dated):
    """One line of the weekly timetable, in force over a half-open span."""

    class Parity(models.IntegerChoices):
        EVERY = 0, "каждую неделю"
        ODD = 1, "числитель (1-я неделя)"
        EVEN = 2, "знаменатель (2-я неделя)"

    reach = Reach(group="course__group", course="course", employee="teacher")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="entries", verbose_name="курс"
    )
    subgroup = models.ForeignKey(
        Subgroup, models.PROTECT, null=True, blank=True, verbose_name="подгруппа"
    )
    teacher = models.ForeignKey(
        Employee,
        models.PROTECT,
        related_name="entries",
        verbose_name=worded_lazily("преподаватель"),
    )
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, verbose_name="аудитория"
    )
    weekday = models.PositiveSmallIntegerField("день недели", choices=Weekday.choices)
    number = models.PositiveSmallIntegerField(
        "номер занятия",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(15)],
        help_text="Пусто: весь день практики, без звонков.",
    )
    parity = models.PositiveSmallIntegerField(
        "недели", choices=Parity.choices, default=Parity.EVERY
    )
    stream = models.CharField(
        "поток",
        max_length=40,
        blank=True,
        help_text=worded_lazily("Одно обозначение у групп, которые сидят вместе."),
    )

    history = history()

    class Meta:
        verbose_name = "строка расписания"
        verbose_name_plural = "расписание"
        ordering = ["weekday", "number", "course"]
        permissions = [
            ("import_timetableentry", "Импорт расписания"),
            ("export_timetableentry", "Выгрузка расписания"),
        ]
        constraints = [starts_before_end("timetableentry_ends_after_start")]

    def __str__(self):
        return (
            f"{self.get_weekday_display()}, {self.number or 'весь день'}: {self.course}"
        )


class ExamEvent(Model):
    """A consultation, an exam, a retake … of a session or of the final attestation."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", "консультация"
        EXAM = "exam", "экзамен"
        CREDIT = "credit", "зачёт"
        COURSEWORK = "coursework", "защита курсовой работы"
        RETAKE = "retake", "пересдача"
        FINAL_EXAM = "final_exam", "ГИА: государственный экзамен"
        DEMO_EXAM = "demo_exam", "ГИА: демонстрационный экзамен"
        DEFENCE = "defence", "ГИА: защита выпускной работы"

    reach = Reach(group="group", course="course", employee="teacher")

    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="exam_events",
        verbose_name=worded_lazily("группа"),
    )
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exam_events",
        verbose_name="курс",
        help_text="Пусто для государственной итоговой аттестации.",
    )
    kind = models.CharField("что проводится", max_length=14, choices=Kind.choices)
    title = models.CharField("название", max_length=200, blank=True)
    date = models.DateField("дата")
    starts_at = models.TimeField("начало")
    ends_at = models.TimeField("конец")
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, verbose_name="аудитория"
    )
    teacher = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exam_events",
        verbose_name="экзаменатор",
    )
    note = models.CharField("примечание", max_length=200, blank=True)

    history = history()

    class Meta:
        verbose_name = "событие сессии"
        verbose_name_plural = "расписание сессии и ГИА"
        ordering = ["date", "starts_at", "group"]
        constraints = [
            check(
                "examevent_ends_after_start",
                Q(ends_at__gt=F("starts_at")),
                "Конец должен быть позже начала.",
            ),
            check(
                "examevent_names_itself",
                Q(course__isnull=False) | ~Q(title=""),
                "Укажите курс или название.",
            ),
        ]
        indexes = [models.Index(fields=["date", "group"], name="examevent_of_day")]

    def __str__(self):
        return f"{self.group}, {self.get_kind_display()} {self.date:%d.%m.%Y}"


class ExamMember(Model):
    """A member of the commission of an exam event."""

    class Post(models.TextChoices):
        CHAIR = "chair", "председатель"
        MEMBER = "member", "член комиссии"
        SECRETARY = "secretary", "секретарь"

    reach = Reach(
        group="event__group", course="event__course", employee="event__teacher"
    )

    event = models.ForeignKey(
        ExamEvent, models.PROTECT, related_name="members", verbose_name="событие"
    )
    employee = models.ForeignKey(
        Employee,
        models.PROTECT,
        related_name="exam_commissions",
        verbose_name="сотрудник",
    )
    post = models.CharField(
        "в комиссии", max_length=10, choices=Post.choices, default=Post.MEMBER
    )

    history = history()

    class Meta:
        verbose_name = "член комиссии"
        verbose_name_plural = "комиссия"
        ordering = ["event", "post", "employee"]
        constraints = [
            unique(
                "exammember_once",
                "event",
                "employee",
                message="Этот сотрудник в комиссии уже есть.",
            )
        ]

    def __str__(self):
        return f"{self.employee}, {self.get_post_display()}"


class CalendarFeed(Model):
    """A secret address at which a calendar program reads its owner's timetable."""

    reach = Reach(user="user")

    user = models.OneToOneField(
        User, models.PROTECT, related_name="feed", verbose_name="владелец"
    )
    token = models.CharField("секрет", max_length=64, unique=True)
    created_at = models.DateTimeField("создан", auto_now_add=True)

    class Meta:
        verbose_name = "адрес календаря"
        verbose_name_plural = "адреса календарей"

    def __str__(self):
        return f"Календарь: {self.user}"
