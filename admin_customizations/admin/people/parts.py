"""The parts of a student's card: what each tab holds."""

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from admin_customizations.admin.base import StackedInline, TabularInline
from admin_customizations.admin.people.tabs import (
    OnePartInline,
    PartInline,
    Sheet,
    Tab,
)
from journal.domain.results import (
    Span,
    average,
    courses_of,
    marks_of,
    missed_hours_of,
    period_at,
    periods_of,
    with_comma,
)
from journal.models import (
    Benefit,
    Consent,
    Guardian,
    Guardianship,
    Membership,
    MilitaryRecord,
    OrderLine,
    Period,
    PersonalFile,
    SocialCard,
)
from journal.models.words import worded, worded_lazily


class GuardianshipPart(PartInline, TabularInline):
    model = Guardianship
    fk_name = "student"
    autocomplete_fields = ["guardian", "delegated_by"]
    fields = ["guardian", "relation", "delegated_by", "start", "end"]
    list_select_related = ["guardian", "delegated_by"]
    verbose_name = "представитель"
    verbose_name_plural = "родители и представители"

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj is None or obj.guardianships.exists() else 1


class PersonalFilePart(OnePartInline, StackedInline):
    model = PersonalFile
    fieldsets = [
        (
            "Документ, удостоверяющий личность",
            {
                "fields": [
                    "document",
                    ("series", "number"),
                    ("issued_on", "unit_code"),
                    "issued_by",
                    "inn",
                ]
            },
        ),
        ("Адреса", {"fields": ["registered_at", "registration_kind", "lives_at"]}),
        (
            "Образование до поступления",
            {
                "fields": [
                    ("level", "average"),
                    "education_paper",
                    ("education_series", "education_number"),
                    ("finished_on", "finished_at"),
                ]
            },
        ),
    ]


class SocialCardPart(OnePartInline, StackedInline):
    model = SocialCard
    fieldsets = [
        (
            "Семья и быт",
            {
                "fields": [
                    ("family", "family_members"),
                    ("orphan", "hostel"),
                    ("meals", "scholarship"),
                    "general_education",
                    ("is_large_family", "is_student_family", "parent_serves"),
                ]
            },
        ),
        (
            "Здоровье",
            {
                "description": "Только коды справочника: диагнозы сюда не пишут.",
                "fields": [
                    ("health", "disability_cause"),
                    ("needs", "physical_group"),
                ],
            },
        ),
        (
            "Профилактический учёт",
            {
                "fields": [
                    ("on_police_record", "on_commission_record", "on_internal_record"),
                    "left_home",
                ]
            },
        ),
    ]


class BenefitPart(PartInline, TabularInline):
    model = Benefit
    fields = ["kind", "document", "start", "end"]


class MilitaryRecordPart(OnePartInline, StackedInline):
    model = MilitaryRecord
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("rank", "speciality_code"),
                    ("fitness", "reserve"),
                    ("ticket", "is_special"),
                    "commissariat",
                ]
            },
        )
    ]


class ConsentPart(PartInline, TabularInline):
    """Papers signed; withdrawing is a button on the page of the paper."""

    model = Consent
    fk_name = "student"
    fields = ["kind", "purpose", "number", "signed_by", "signed_on", "state"]
    readonly_fields = ["state"]
    list_select_related = ["signed_by"]

    def state(self, consent):
        if consent.pk is None:
            return "—"
        words = "действует"
        if consent.withdrawn_on:
            words = f"отозвано {consent.withdrawn_on:%d.%m.%Y}"
        at = reverse("admin:journal_consent_change", args=[consent.pk])
        return format_html('{} <a class="card-link" href="{}">открыть</a>', words, at)

    state.short_description = "состояние"

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Whoever signs for a student represents this very student."""
        if db_field.name == "signed_by":
            ties = Guardianship.objects.filter(student=request.card)
            kwargs["queryset"] = Guardian.objects.filter(pk__in=ties.values("guardian"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def movement(user, student) -> list[Sheet]:
    """The groups of a student and the orders about the student, the latest first."""
    seats = Membership.objects.visible_to(user).filter(student=student)
    lines = OrderLine.objects.visible_to(user).filter(student=student)
    sheets = [
        Sheet(
            worded("Группы", "Классы"),
            (worded("Группа"), "С", "По (не включая)"),
            [
                (seat.group.name, _day(seat.start), _day(seat.end) or "сейчас")
                for seat in seats.select_related("group").order_by("-start")
            ],
            worded("В группах студент ещё не состоял: его зачисляют приказом."),
        )
    ]
    if user.has_perm("journal.view_order"):
        rows = lines.select_related("order", "group").order_by("-order__date", "-pk")
        sheets.append(
            Sheet(
                "Приказы",
                ("Приказ", "Действует с", worded("Группа"), "Состояние"),
                [
                    (
                        str(line.order),
                        _day(line.order.effective_on),
                        line.group.name if line.group else "",
                        line.order.get_state_display(),
                    )
                    for line in rows
                ],
                worded("Приказов о студенте в журнале нет."),
            )
        )
    return sheets


def results(user, student) -> list[Sheet]:
    """Averages and hours missed of the current period, by discipline."""
    seats = Membership.objects.filter(student=student).order_by("start")
    spans = [
        Span(*seat)
        for seat in seats.values_list("group", "group__name", "start", "end")
    ]
    courses = courses_of(student.pk, spans)
    period = period_at(periods_of(courses), timezone.localdate())
    courses = [course for course in courses if course.period == period]
    keys = [course.pk for course in courses]
    earned: dict[int, list] = {key: [] for key in keys}
    for one in marks_of(student.pk, keys):
        earned[one.course].append((one.value, one.weight))
    missed = missed_hours_of(student.pk, keys)
    lines = [
        (
            course.discipline,
            len(earned[course.pk]),
            with_comma(average(earned[course.pk])),
            missed.get(course.pk, 0),
        )
        for course in courses
    ]
    title = "Успеваемость"
    if period:
        kind = Period.Kind(period.kind).label
        title += f": {period.year}, {period.number} {kind}"
    return [
        Sheet(
            title,
            (worded("Дисциплина"), "Отметок", "Средний балл", "Пропущено, ч"),
            lines,
            worded(
                "Дисциплин в этом периоде у студента нет: он не состоит в группе или"
                " группе не назначена нагрузка.",
                "Предметов в этом периоде у ученика нет: он не состоит в классе или"
                " классу не назначена нагрузка.",
            ),
        )
    ]


def _day(day) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


class WardPart(PartInline, TabularInline):
    model = Guardianship
    fk_name = "guardian"
    autocomplete_fields = ["student", "delegated_by"]
    fields = ["student", "relation", "delegated_by", "start", "end"]
    list_select_related = ["student", "delegated_by"]
    verbose_name = "ребёнок"
    verbose_name_plural = "дети"


class GuardianConsentPart(ConsentPart):
    fk_name = "guardian"
    fields = ["kind", "purpose", "number", "signed_on", "state"]


class EmployeeConsentPart(ConsentPart):
    fk_name = "employee"
    fields = ["kind", "purpose", "number", "signed_on", "state"]


STUDENT_TABS = (
    Tab("parents", "Родители", "guardianship", (GuardianshipPart,)),
    Tab("documents", "Документы и образование", "personalfile", (PersonalFilePart,)),
    Tab("social", "Социальный статус", "socialcard", (SocialCardPart,)),
    Tab("benefits", "Льготы", "benefit", (BenefitPart,)),
    Tab("military", "Воинский учёт", "militaryrecord", (MilitaryRecordPart,)),
    Tab(
        "movement",
        worded_lazily("Группы и приказы", "Классы и приказы"),
        "membership",
        sheets=movement,
    ),
    Tab("results", "Успеваемость", "mark", sheets=results),
    Tab("consents", "Согласия", "consent", (ConsentPart,)),
)
GUARDIAN_TABS = (
    Tab("children", "Дети", "guardianship", (WardPart,)),
    Tab("consents", "Согласия", "consent", (GuardianConsentPart,)),
)
EMPLOYEE_TABS = (
    Tab("consents", "Согласия и обязательства", "consent", (EmployeeConsentPart,)),
)
