"""What the first days of a journal ask for (B1)."""

from dataclasses import dataclass

from django.db.models import Exists
from django.utils import timezone

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
from journal.models.words import worded_lazily
from journal.roles import Anchor


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
        worded_lazily("Загрузите список и выдайте преподавателям учётные записи."),
        True,
        lambda: Employee.objects.filter(
            user__groups__role__slug__in=("teacher", "master")
        ),
    ),
    (
        "group",
        worded_lazily("Группы", "Классы"),
        worded_lazily("Загрузите список групп, назначьте кураторов."),
        True,
        lambda: Group.objects.filter(closed_on__isnull=True),
    ),
    (
        "student",
        worded_lazily("Студенты"),
        worded_lazily(
            "Загрузите списки групп. Кто в какой группе и с какого дня, запишется"
            " само.",
            "Загрузите списки классов. Кто в каком классе и с какого дня, запишется"
            " само.",
        ),
        True,
        lambda: Membership.objects.on(timezone.localdate()),
    ),
    (
        "discipline",
        worded_lazily("Дисциплины", "Предметы"),
        worded_lazily(
            "Загрузите перечень дисциплин, МДК и практик.",
            "Загрузите перечень предметов.",
        ),
        True,
        lambda: Discipline.objects.all(),
    ),
    (
        "course",
        "Курсы: кто что ведёт",
        worded_lazily(
            "Для каждой группы укажите дисциплины периода, часы и преподавателей.",
            "Для каждого класса укажите предметы периода, часы и учителей.",
        ),
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
        worded_lazily(
            "Составьте неделю: группа, преподаватель, аудитория, номер занятия."
        ),
        False,
        lambda: TimetableEntry.objects.all(),
    ),
    (
        "lesson",
        "Занятия",
        worded_lazily(
            "Разложите расписание по дням: у преподавателей появятся занятия."
        ),
        False,
        lambda: Lesson.objects.filter(course__in=_current(Course)),
    ),
)
SCHOOL_HAS_NONE = ("department", "specialty")


def checklist(user: User) -> list[Step]:
    """What stands between an empty journal and the first filled lesson, in order.

    The whole list goes to everybody whose office prepares some of it; an address stands
    only where `user` may take the step. Empty for all the others. One query, besides
    that for the institution.
    """
    rights = office_rights(user)
    if not any(f"add_{model}" in rights for model, *_ in STEPS):
        return []
    institution = Institution.current()
    left_out = SCHOOL_HAS_NONE if institution.is_school else ()
    steps = [step for step in STEPS if step[0] not in left_out]
    facts = {f"has_{model}": Exists(rows().order_by()) for model, *_, rows in steps}
    found = Institution.objects.values(**facts).first() or {}
    return [
        Step(
            title=title,
            done=bool(found.get(f"has_{model}")),
            hint=hint,
            model=model,
            is_open=f"add_{model}" in rights,
            is_imported=imported and f"import_{model}" in rights,
        )
        for model, title, hint, imported, _rows in steps
    ]


def office_rights(user: User) -> set[str]:
    """Permissions that reach further than own courses, groups and data."""
    wide = (Anchor.ALL, Anchor.DEPARTMENT, Anchor.SPECIALTY, Anchor.STAFF)
    held = [grant.permissions for grant in grants(user) if grant.anchor in wide]
    return set().union(*held)
