"""The start page of staff, put together by what a person may do."""

from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.db.models import Count, Exists, F, OuterRef, Q
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from admin_customizations.duties import duties, looks_after
from admin_customizations.imports.urls import load_url
from admin_customizations.reports import report_links
from admin_customizations.toolkit.shell import shell
from journal.domain.control import overdue_lessons, red_list
from journal.domain.control.works import overdue_works
from journal.domain.lessons.absent import unexplained_of_late
from journal.domain.organisation import Step, checklist
from journal.domain.results.foreseeing import AtRisk, lately_at_risk
from journal.domain.timetable import Stage, bells_on, number_at, stage_of
from journal.models import Absence, Group, Institution, Lesson, Mark
from journal.models.reach import grants, kept_lessons
from journal.models.sqlite import alphabetical
from journal.roles import Anchor

SHOWN = 12
# Lines that a screen of 1366×768 holds beside the heads of all cards.
ON_A_SCREEN = 15


@dataclass
class Today:
    """A lesson of today as the start page shows it."""

    lesson: Lesson
    time: str
    is_current: bool
    stage: Stage
    substitution: str
    is_own: bool

    @property
    def is_over(self) -> bool:
        return self.stage is Stage.OVER

    @property
    def may_be_taken(self) -> bool:
        """Is attendance still to be taken, of a lesson that began or begins next?"""
        is_due = self.is_current or self.stage is not Stage.AHEAD
        return is_due and self.lesson.attendance_taken_at is None

    @property
    def lacks(self) -> list[str]:
        """What is not filled yet, in the order in which it is filled."""
        found = []
        if self.lesson.attendance_taken_at is None:
            found.append("присутствие")
        if not self.lesson.topic:
            found.append("тема")
        if not self.lesson.homework:
            found.append("домашнее задание")
        return found


def own_lessons(user, today: date) -> list[Today]:
    """The lessons that a teacher gives today, by the bells; two queries and the bells."""
    employee = getattr(user, "employee", None)
    if employee is None:
        return []
    marks = Mark.objects.filter(task__lesson=OuterRef("pk"))
    lessons = list(
        Lesson.objects.held()
        .filter(Q(teacher=employee) | Q(planned_teacher=employee), date=today)
        .select_related(
            "course__group",
            "course__discipline",
            "room",
            "subgroup",
            "teacher",
            "planned_teacher",
        )
        .annotate(has_marks=Exists(marks))
        .order_by("number", "pk")
    )
    if not lessons:
        return []
    bells = bells_on(today)
    now = timezone.localtime()
    current = number_at(bells, now)
    found = []
    for lesson in lessons:
        start, end = bells.get(lesson.number, (None, None))
        found.append(
            Today(
                lesson,
                f"{start:%H:%M}–{end:%H:%M}" if start else "весь день",
                lesson.number is not None and lesson.number == current,
                stage_of(today, lesson.number, bells, now),
                _substitution(lesson, employee),
                lesson.teacher_id == employee.pk,
            )
        )
    return found


def substitutions_ahead(user, today: date) -> list[tuple[Lesson, str]]:
    """Lessons after today that others give for the person, or the person for others."""
    employee = getattr(user, "employee", None)
    if employee is None:
        return []
    lessons = (
        Lesson.objects.filter(
            Q(teacher=employee) | Q(planned_teacher=employee),
            date__gt=today,
            is_cancelled=False,
        )
        .exclude(teacher=F("planned_teacher"))
        .select_related(
            "course__group",
            "course__discipline",
            "room",
            "subgroup",
            "teacher",
            "planned_teacher",
        )
        .order_by("date", "number", "pk")
    )
    # A person has few: all are read, for LIMIT leads PostgreSQL through everybody's days.
    found = list(lessons)[:SHOWN]
    return [(lesson, _substitution(lesson, employee)) for lesson in found]


def _substitution(lesson: Lesson, employee) -> str:
    """Whom the person stands in for, or who stands in for the person."""
    if not lesson.is_substituted:
        return ""
    if lesson.teacher_id == employee.pk:
        return f"замена: вместо {lesson.planned_teacher.short_name}"
    return f"замена: ведёт {lesson.teacher.short_name}"


@dataclass
class OwnGroup:
    """A curator's group as the start page shows it."""

    group: Group
    absent: list
    unexplained: tuple[int, int]
    unfilled: int
    reports: list
    at_risk: list[AtRisk]
    failing: list[AtRisk]


def own_groups(user, today: date) -> list[OwnGroup]:
    """A curator's groups: who is absent today, failing or at risk, what is late."""
    groups = list(Group.objects.filter(curator__user=user, closed_on__isnull=True))
    if not groups:
        return []
    absences = (
        Absence.objects.visible_to(user)
        .filter(
            lesson__date=today,
            lesson__course__group__in=groups,
            reason__counts_as_absence=True,
        )
        .values(
            "lesson__course__group",
            "student",
            "student__last_name",
            "student__first_name",
            "reason__name",
        )
        .annotate(lessons=Count("pk"))
        .order_by(*alphabetical("student__last_name", "student__first_name"))
    )
    by_group: dict[int, list] = {}
    for row in absences:
        by_group.setdefault(row["lesson__course__group"], []).append(row)
    late = dict(
        overdue_lessons(user, today)
        .filter(course__group__in=groups)
        .order_by()
        .values_list("course__group")
        .annotate(Count("pk"))
    )
    keys = [group.pk for group in groups]
    unexplained = unexplained_of_late(keys, today)
    risks = {}
    if user.has_perm("journal.report_group_forecast"):
        risks = lately_at_risk(keys, today, Institution.current())
    return [
        OwnGroup(
            group,
            by_group.get(group.pk, []),
            unexplained.get(group.pk, (0, 0)),
            late.get(group.pk, 0),
            report_links(user, group=group.pk),
            [one for one in risks.get(group.pk, ()) if one.disciplines],
            [one for one in risks.get(group.pk, ()) if one.failing],
        )
        for group in groups
    ]


def oversees(user) -> bool:
    """Does the person look after other people's filling (J1)?"""
    return looks_after(user, "view_lesson")


def _addresses(user, step: Step) -> tuple[str, str]:
    """Where the person takes a step by hand, and from a file; "" where not at all."""
    model = apps.get_model("journal", step.model)
    listed = reverse(f"admin:journal_{step.model}_changelist") if step.is_open else ""
    return listed, load_url(user, model) if step.is_imported else ""


def _overseen(user, today: date, is_all: bool) -> dict:
    """What is late of other people's lessons and control works, the worst of it first."""
    most = None if is_all else SHOWN
    works = overdue_works(user, today)
    return {
        "is_all": is_all,
        "red_list": red_list(user, today, most),
        "works_count": len(works),
        "works": [(one, one.late(today)) for one in works[:most]],
    }


def _is_open(page: dict) -> dict[str, bool]:
    """Which tables stand open: those that fit on the screen, or all where asked for.

    A table has two lines beside its rows; the duties have two, and stand in two columns.
    """
    left = ON_A_SCREEN - 2 - (len(page["duties"]) + 1) // 2
    if page["teaches"] or page["groups"]:
        left = 0
    found = {}
    for name, rows in (("red_list", page["red_list"].worst), ("works", page["works"])):
        fits = len(rows) + 2 <= left
        found[name] = fits or page["is_all"]
        left -= len(rows) + 2 if fits else 0
    return found


def start_page(site, request):
    """Today's lessons, the own group, the red list, the first day's checklist."""
    user = request.user
    today = timezone.localdate()
    teaches = any(grant.anchor == Anchor.COURSE for grant in grants(user))
    context = {
        **shell(site, request),
        "title": "Рабочий стол",
        "today": today,
        "teaches": teaches,
        "lessons": own_lessons(user, today) if teaches else [],
        "ahead": substitutions_ahead(user, today) if teaches else [],
        "groups": own_groups(user, today),
        "hands_out": user.has_perm("journal.issue_accesscode"),
        "oversees": oversees(user),
        "duties": duties(user, today),
        "shown": SHOWN,
    }
    if teaches:
        late = overdue_lessons(user, today).filter(pk__in=kept_lessons(user))
        context["late_count"] = late.count()
        context["late"] = late.select_related(
            "course__group", "course__discipline"
        ).order_by("date", "number")[:SHOWN]
    if context["oversees"]:
        context |= _overseen(user, today, request.GET.get("late") == "all")
        context["is_open"] = _is_open(context)
    steps = [(step, *_addresses(user, step)) for step in checklist(user)]
    if left := [row for row in steps if not row[0].done]:
        done = [row for row in steps if row[0].done]
        context["checklist"] = {"left": left, "done": done}
    return TemplateResponse(request, "admin/start.html", context)
