"""A year is opened by a checklist, by the day that the institution has set (B1, K 4.1.7)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from journal.models import (
    AcademicYear,
    Bell,
    BellSchedule,
    CalendarDay,
    CalendarSpan,
    Course,
    CourseTeacher,
    Curriculum,
    Employee,
    Group,
    Institution,
    Lesson,
    Period,
    StudyCalendar,
    Subgroup,
    ThematicPlan,
    TimetableEntry,
    User,
)
from journal.models.organisation.institution import days_of_year
from journal.models.reach import grants
from journal.models.words import worded
from journal.roles import Anchor

# How long before its first day a year is on everybody's desk, and how long after it.
AHEAD, AFTER = timedelta(days=45), timedelta(days=45)
NAMED = 12
WIDE = (Anchor.ALL, Anchor.DEPARTMENT, Anchor.SPECIALTY)


@dataclass
class Ask:
    """A thing to do: some of `rows` there, or, with a `condition`, all of them so."""

    title: str
    hint: str
    model: str
    roles: tuple[str, ...]
    rows: QuerySet
    condition: Q | Exists | None = None

    @property
    def lacking(self) -> QuerySet:
        so = self.rows.filter(self.condition).order_by().values("pk")
        return self.rows.exclude(pk__in=so)


@dataclass
class Step:
    """A thing to do before the year runs; `model` names what is entered for it.

    `count` of `total` groups or courses have it; `lacking` names those that have not.
    `roles` are who does it, `people` their names.
    """

    title: str
    hint: str
    model: str
    roles: tuple[str, ...]
    is_done: bool = False
    count: int = 0
    total: int = 0
    lacking: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    @property
    def more(self) -> int:
        return max(self.total - self.count - len(self.lacking), 0)


@dataclass
class Opening:
    """How far a year is opened."""

    year: AcademicYear
    due: date
    first: Period | None
    steps: list[Step]

    @property
    def left(self) -> list[Step]:
        return [step for step in self.steps if not step.is_done]


def may_see_opening(user: User) -> bool:
    """Is the person of the office that sees the courses of more than the own groups?"""
    return user.is_active and (
        user.is_superuser
        or any(
            grant.anchor in WIDE and "view_course" in grant.permissions
            for grant in grants(user)
        )
    )


def due_of(year: AcademicYear, rules: Institution) -> date:
    """The day by which a year is to be open: 10 September where nothing sensible is set."""
    try:
        day, month = days_of_year(rules.year_due)[0]
    except (ValueError, IndexError):
        day, month = 10, 9
    return date(year.start.year, month, day)


def year_to_open(today: date) -> AcademicYear | None:
    """The year about to begin or just begun; else the one that runs, else the next."""
    years = list(AcademicYear.objects.order_by("start"))
    near = [one for one in years if one.start <= today + AHEAD]
    return (near[-1:] or years[:1] or [None])[0]


def read_opening(user: User, year: AcademicYear, rules: Institution) -> Opening:
    """The checklist of a year, over the groups that the person sees.

    A fixed number of queries, however many groups.
    """
    first = _first_period(year)
    steps = [_step(ask) for ask in _asks(user, year, first, rules)]
    _name_people(steps)
    return Opening(year, due_of(year, rules), first, steps)


def count_left(user: User, year: AcademicYear, rules: Institution) -> int:
    """How many steps of the checklist are not done; two queries."""
    asks = _asks(user, year, _first_period(year), rules)
    flags = {}
    for place, ask in enumerate(asks):
        flags[f"has_{place}"] = Exists(ask.rows.order_by())
        if ask.condition is not None:
            flags[f"lacks_{place}"] = Exists(ask.lacking.order_by())
    found = Institution.objects.order_by().values(**flags).first() or {}
    return sum(
        not found.get(f"has_{place}") or bool(found.get(f"lacks_{place}"))
        for place in range(len(asks))
    )


def _first_period(year: AcademicYear) -> Period | None:
    return year.periods.order_by("first_day", "number").first()


def _asks(user, year, first: Period | None, rules: Institution) -> list[Ask]:
    words = worded("группы", "классы")
    return [
        *_of_the_calendar(year, first),
        *_of_the_groups(user, year, words),
        *([] if rules.is_school else _of_the_plans(user, year)),
        *_of_the_courses(user, year, first),
        *_of_the_timetable(user, year, first),
    ]


def _step(ask: Ask) -> Step:
    step = Step(ask.title, ask.hint, ask.model, ask.roles)
    if ask.condition is None:
        step.is_done = ask.rows.exists()
        return step
    is_group = ask.rows.model is Group
    fields = ("name",) if is_group else ("group__name", "discipline__name")
    names = [
        ": ".join(row) for row in ask.lacking.order_by(*fields).values_list(*fields)
    ]
    step.total = ask.rows.count()
    step.count, step.lacking = step.total - len(names), names[:NAMED]
    step.is_done = bool(step.total) and not names
    return step


def _of_the_calendar(year: AcademicYear, first: Period | None) -> list[Ask]:
    """What the whole institution has once."""
    inside = Q(date__gte=year.start)
    if year.end:
        inside &= Q(date__lt=year.end)
    bells = Bell.objects.filter(
        schedule__in=BellSchedule.objects.on(first.first_day if first else year.start)
    )
    main = StudyCalendar.objects.filter(year=year, is_main=True)
    return [
        Ask(
            "Периоды года",
            "Разбейте год на семестры или четверти: от них зависят курсы и отчёты.",
            "academicyear",
            ("deputy", "admin"),
            year.periods.all(),
        ),
        Ask(
            "Основной календарный график",
            "Впишите сессии, практики и каникулы: в эти дни занятия по расписанию не"
            " раскладываются.",
            "studycalendar",
            ("deputy", "studyunit", "dispatcher"),
            CalendarSpan.objects.filter(calendar__in=main),
        ),
        Ask(
            "Праздники и переносы",
            "Отметьте выходные, перенесённые и сокращённые дни года.",
            "calendarday",
            ("deputy", "dispatcher", "admin"),
            CalendarDay.objects.filter(inside),
        ),
        Ask(
            "Звонки",
            "На первый день года должно действовать расписание звонков.",
            "bellschedule",
            ("dispatcher", "studyunit"),
            bells,
        ),
    ]


def _groups(user: User, year: AcademicYear) -> QuerySet[Group]:
    open_ = Q(closed_on__isnull=True) | Q(closed_on__gt=year.start)
    return Group.objects.visible_to(user).filter(open_)


def _of_the_groups(user, year, words: str) -> list[Ask]:
    return [
        Ask(
            f"{words.capitalize()} нового набора",
            f"Заведите {words} этого набора; остальные переведите на следующий год"
            " приказом.",
            "group",
            ("studyunit", "secretary"),
            _groups(user, year).filter(admission_year=year.start.year),
        ),
    ]


def _of_the_plans(user: User, year: AcademicYear) -> list[Ask]:
    """A school may do without curricula."""
    approved = Curriculum.objects.filter(
        state=Curriculum.State.APPROVED,
        specialty=OuterRef("specialty"),
        admission_year=OuterRef("admission_year"),
    )
    return [
        Ask(
            worded("Утверждённые учебные планы групп"),
            "План каждого набора: загрузите его и утвердите, по нему заводятся курсы.",
            "curriculum",
            ("deputy",),
            _groups(user, year),
            Exists(approved),
        ),
    ]


def _of_the_courses(user, year, first: Period | None) -> list[Ask]:
    courses = Course.objects.visible_to(user).filter(period=first)
    of_group = Course.objects.filter(group=OuterRef("pk"), period=first)
    return [
        Ask(
            "Курсы первого периода",
            "Заведите их по утверждённому учебному плану, одним действием.",
            "course",
            ("deputy", "studyunit"),
            _groups(user, year),
            Exists(of_group),
        ),
        Ask(
            worded("Преподаватели курсов и подгрупп"),
            "Дайте нагрузку в таблице.",
            "courseteacher",
            ("deputy", "studyunit"),
            courses,
            _is_given(),
        ),
        Ask(
            "Утверждённые тематические планы",
            worded("Преподаватели представляют КТП, заместитель утверждает."),
            "thematicplan",
            ("deputy", "teacher"),
            courses,
            Q(thematic_plan__state=ThematicPlan.State.APPROVED),
        ),
    ]


def _of_the_timetable(user, year, first: Period | None) -> list[Ask]:
    groups = _groups(user, year)
    of_group = {"course__group": OuterRef("pk"), "course__period": first}
    return [
        Ask(
            "Расписание недели",
            worded(
                "Составьте неделю каждой группы.", "Составьте неделю каждого класса."
            ),
            "timetableentry",
            ("dispatcher",),
            groups,
            Exists(TimetableEntry.objects.filter(**of_group)),
        ),
        Ask(
            "Занятия",
            worded("Разложите расписание по дням: у преподавателей появятся занятия."),
            "lesson",
            ("dispatcher",),
            groups,
            Exists(Lesson.objects.held().filter(**of_group)),
        ),
    ]


def _is_given() -> Q:
    """A course with a teacher for the whole group, or for each of its subgroups."""
    loads = CourseTeacher.objects.filter(course=OuterRef("pk"))
    whole = loads.filter(subgroup__isnull=True)
    bare = Subgroup.objects.filter(course=OuterRef("pk")).exclude(
        pk__in=CourseTeacher.objects.filter(subgroup__isnull=False).values("subgroup")
    )
    return Q(Exists(whole)) | (Q(Exists(loads)) & ~Q(Exists(bare)))


def _name_people(steps: list[Step]) -> None:
    """Who is asked for what is not done, by the roles that do it; one query.

    Teachers are asked about their plans by name elsewhere (readiness of the КТП).
    """
    asked = {role for step in steps if not step.is_done for role in step.roles}
    holders: dict[str, list[str]] = {}
    rows = Employee.objects.filter(
        user__groups__role__slug__in=asked - {"teacher"}, user__is_active=True
    )
    rows = rows.annotate(role=F("user__groups__role__slug"))
    for employee in rows.order_by("last_name", "pk"):
        holders.setdefault(employee.role, []).append(employee.short_name)
    for step in steps:
        if not step.is_done:
            names = [one for role in step.roles for one in holders.get(role, ())]
            step.people = list(dict.fromkeys(names))
