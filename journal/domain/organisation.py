"""The institution: presets of the five regulations, and what its first days ask for."""

from dataclasses import dataclass

from django.core.management import call_command
from django.db import transaction
from django.db.models import Exists
from django.utils import timezone

from journal.domain.people import give_role, issue_code
from journal.models import (
    BellSchedule,
    Course,
    Department,
    Discipline,
    Employee,
    Group,
    Institution,
    Lesson,
    Membership,
    Period,
    Room,
    Specialty,
    ThematicPlan,
    TimetableEntry,
    User,
)
from journal.models.reach import grants
from journal.roles import Anchor

# Fixtures of every new journal: lists and templates that its people then change.
REFERENCE = ("reference", "order_reasons", "certificate_templates")
DAY, MONDAY = Institution.FillingDue.DAY, Institution.FillingDue.MONDAY
DEPUTY_UPR = "Заместитель директора по учебно-производственной работе"
DEPUTY_UR = "Заместитель директора по учебной работе"


@dataclass(frozen=True)
class Preset:
    """Values that one regulation prescribes: field → (value, clause)."""

    slug: str
    title: str
    kind: str
    rules: dict[str, tuple[object, str]]


# What a regulation leaves open keeps the default of the model.
PRESETS = {
    preset.slug: preset
    for preset in (
        Preset(
            "daily",
            "Техникум: журнал в день занятия, посещаемость сверяют каждую неделю",
            Institution.Kind.COLLEGE,
            {
                "filling_due": (DAY, "E 4.3"),
                "curator_days": (7, "E 4.2"),
                "signatory_post": (DEPUTY_UPR, "E 3.4, 3.5"),
            },
        ),
        Preset(
            "school",
            "Школа: уроки по одному часу, отвечает директор",
            Institution.Kind.SCHOOL,
            {
                "lesson_hours": (1, "M 5.1"),
                "signatory_post": ("Директор", "M 1.6"),
            },
        ),
        Preset(
            "monthly",
            "Колледж: журнал ежедневно, ведомости за месяц, семестр и год",
            Institution.Kind.COLLEGE,
            {
                "filling_due": (DAY, "U 3.4, 4.7"),
                "curator_days": (7, "U 4.6"),
                "signatory_post": (DEPUTY_UR, "U 4.3"),
            },
        ),
        Preset(
            "archive",
            "Техникум: журнал в день урока, КТП к 10 сентября и 1 декабря",
            Institution.Kind.COLLEGE,
            {
                "filling_due": (DAY, "K 4.5.1"),
                "plan_due": ("10.09, 01.12", "K 4.5.4"),
                "signatory_post": ("Заведующий отделением", "K 4.3.1"),
            },
        ),
        Preset(
            "weekly",
            "Техникум: отметки за неделю до понедельника",
            Institution.Kind.COLLEGE,
            {
                "filling_due": (MONDAY, "S 6.1"),
                "entry_days": (7, "S 12.2"),
                "curator_days": (7, "S 5.6"),
                "signatory_post": (DEPUTY_UR, "S 9.4, 10.1"),
            },
        ),
    )
}


def apply_preset(institution: Institution, slug: str) -> Institution:
    """Set what the preset prescribes, its kind too; saving is the caller's.

    Raises LookupError for a preset that is not there.
    """
    if slug not in PRESETS:
        raise LookupError(f"нет набора правил {slug!r}, есть: {', '.join(PRESETS)}")
    preset = PRESETS[slug]
    institution.kind = preset.kind
    for field, (value, _clause) in preset.rules.items():
        setattr(institution, field, value)
    return institution


class AlreadyBegunError(Exception):
    """The institution is there: the first day comes once."""


@transaction.atomic
def begin(institution: Institution, admin: User, full_name: str = "") -> str:
    """The first day: the institution, the reference lists, the first administrator.

    `institution` and `admin` are not saved yet and checked here. Returns the one-time
    code with which the administrator chooses a password. A name of two words or more
    makes a card of an employee as well. Raises AlreadyBegunError, ValidationError.
    """
    if Institution.objects.exists():
        raise AlreadyBegunError(Institution.current().short_name)
    words = [*full_name.split(maxsplit=2), "", "", ""]
    admin.last_name, admin.first_name = words[:2]
    admin.set_unusable_password()
    admin.full_clean(exclude=["password"])
    admin.save()
    if admin.first_name:
        card = Employee(
            last_name=words[0],
            first_name=words[1],
            middle_name=words[2],
            email=admin.email,
            user=admin,
        )
        card.full_clean()
        card.save()
    give_role(admin, "admin")
    institution.pk = 1
    institution._history_user = admin
    institution.full_clean()
    institution.save()
    call_command("loaddata", *REFERENCE, verbosity=0)
    return issue_code(admin, by=None)


# The first days


@dataclass(frozen=True)
class Step:
    """One thing to enter before lessons can be filled.

    `model` names what is entered; `is_open` and `is_imported` say whether this person
    may enter it by hand and from a file.
    """

    title: str
    done: bool
    hint: str
    model: str
    is_open: bool
    is_imported: bool


def _current(model):
    """Courses and periods that are not over."""
    today = timezone.localdate()
    field = "last_day" if model is Period else "period__last_day"
    return model.objects.filter(**{f"{field}__gte": today})


# model, title, what to do, whether it can be imported, rows that make it done
STEPS = (
    (
        "academicyear",
        "Учебный год и его периоды",
        "Заведите год и разбейте его на семестры или четверти.",
        False,
        lambda: _current(Period),
    ),
    (
        "bellschedule",
        "Расписание звонков",
        "Запишите, когда начинается и кончается каждое занятие.",
        False,
        lambda: BellSchedule.objects.filter(bells__isnull=False),
    ),
    (
        "department",
        "Отделения",
        "Заведите отделения и назначьте заведующих.",
        False,
        lambda: Department.objects.all(),
    ),
    (
        "specialty",
        "Специальности и профессии",
        "Запишите коды и названия по лицензии.",
        False,
        lambda: Specialty.objects.all(),
    ),
    (
        "room",
        "Аудитории",
        "Загрузите список аудиторий или впишите их сами.",
        True,
        lambda: Room.objects.all(),
    ),
    (
        "employee",
        "Сотрудники",
        "Загрузите список и выдайте преподавателям учётные записи.",
        True,
        lambda: Employee.objects.filter(
            user__groups__role__slug__in=("teacher", "master")
        ),
    ),
    (
        "group",
        "Группы",
        "Загрузите список групп, назначьте кураторов.",
        True,
        lambda: Group.objects.filter(closed_on__isnull=True),
    ),
    (
        "student",
        "Студенты",
        "Загрузите списки групп. Кто в какой группе и с какого дня, запишется само.",
        True,
        lambda: Membership.objects.on(timezone.localdate()),
    ),
    (
        "discipline",
        "Дисциплины",
        "Загрузите перечень дисциплин, МДК и практик.",
        True,
        lambda: Discipline.objects.all(),
    ),
    (
        "course",
        "Курсы: кто что ведёт",
        "Для каждой группы укажите дисциплины периода, часы и преподавателей.",
        False,
        lambda: _current(Course).filter(teachers__isnull=False),
    ),
    (
        "thematicplan",
        "Календарно-тематические планы",
        "Загрузите КТП: темы занятий будут предлагаться по порядку.",
        True,
        lambda: ThematicPlan.objects.filter(lessons__isnull=False),
    ),
    (
        "timetableentry",
        "Расписание занятий",
        "Составьте неделю: группа, преподаватель, аудитория, номер занятия.",
        False,
        lambda: TimetableEntry.objects.all(),
    ),
    (
        "lesson",
        "Занятия",
        "Разложите расписание по дням: у преподавателей появятся занятия.",
        False,
        lambda: Lesson.objects.filter(course__in=_current(Course)),
    ),
)
SCHOOL_HAS_NONE = ("department", "specialty")
SCHOOL_WORDS = {"group": "Классы", "student": "Ученики", "discipline": "Предметы"}


def checklist(user: User) -> list[Step]:
    """What stands between an empty journal and the first filled lesson, in order.

    The whole list goes to everybody whose office prepares some of it; an address stands
    only where `user` may take the step. Empty for all the others. One query, besides
    that for the institution.
    """
    rights = _office_rights(user)
    if not any(f"add_{model}" in rights for model, *_ in STEPS):
        return []
    institution = Institution.current()
    left_out = SCHOOL_HAS_NONE if institution.is_school else ()
    words = SCHOOL_WORDS if institution.is_school else {}
    steps = [step for step in STEPS if step[0] not in left_out]
    facts = {f"has_{model}": Exists(rows().order_by()) for model, *_, rows in steps}
    found = Institution.objects.values(**facts).first() or {}
    return [
        Step(
            title=words.get(model, title),
            done=bool(found.get(f"has_{model}")),
            hint=hint,
            model=model,
            is_open=f"add_{model}" in rights,
            is_imported=imported and f"import_{model}" in rights,
        )
        for model, title, hint, imported, _rows in steps
    ]


def _office_rights(user: User) -> set[str]:
    """Permissions that reach further than own courses, groups and data."""
    wide = (Anchor.ALL, Anchor.DEPARTMENT, Anchor.SPECIALTY, Anchor.STAFF)
    held = [grant.permissions for grant in grants(user) if grant.anchor in wide]
    return set().union(*held)
