"""Courses of a group in a period, made from the approved curriculum in one action (D4).

Nothing that is there is changed: what differs is said, and a person decides.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db import transaction
from simple_history.utils import bulk_create_with_history

from journal.domain.organisation.calendar import Levels
from journal.models import (
    AttestationForm,
    Course,
    Curriculum,
    Discipline,
    Group,
    Institution,
    Period,
    PlanHours,
    PlanItem,
    User,
)
from journal.models.reach import rights_q
from journal.models.words import worded

RIGHT = "add_course"
# Periods of which a year has two: they are the semesters of a curriculum.
SEMESTERS = (Period.Kind.SEMESTER, Period.Kind.HALF)
# Rows that no page of the journal is kept for.
NO_COURSE = (PlanItem.Kind.MODULE, PlanItem.Kind.FINAL)


class State(StrEnum):
    NEW = "new"  # will be made
    SAME = "same"  # is there as planned
    DIFFERS = "differs"  # is there, but not as planned
    EXTRA = "extra"  # is there, though the plan has no such row
    REFUSED = "refused"  # cannot be made


@dataclass
class Line:
    """One course: as the plan has it, as it is; `words` say what differs."""

    discipline: Discipline
    state: State
    item: PlanItem | None = None
    hours: int = 0
    form: str = ""
    course: Course | None = None
    words: str = ""

    @property
    def form_title(self) -> str:
        return dict(AttestationForm.choices).get(self.form, "")


@dataclass
class Proposal:
    """What is proposed for a group; `refusal` says why there is nothing."""

    group: Group
    level: int
    semester: int | None = None
    curriculum: Curriculum | None = None
    lines: list[Line] = field(default_factory=list)
    refusal: str = ""

    @property
    def new(self) -> list[Line]:
        return [line for line in self.lines if line.state == State.NEW]

    @property
    def odd(self) -> list[Line]:
        """What a person must look at."""
        quiet = (State.NEW, State.SAME)
        return [line for line in self.lines if line.state not in quiet]

    @property
    def same(self) -> int:
        return sum(line.state == State.SAME for line in self.lines)


def groups_for(by: User):
    """Open groups for which a person may make courses."""
    if not by.is_active or not by.has_perm(f"journal.{RIGHT}"):
        return Group.objects.none()
    return Group.objects.filter(
        rights_q(by, Group.reach, RIGHT), closed_on__isnull=True
    )


def propose_courses(by: User, period: Period, groups: Iterable[int]) -> list[Proposal]:
    """What would be made for these groups of the person's; eight queries at most."""
    rows = groups_for(by).filter(pk__in=list(groups)).select_related("specialty")
    found = list(rows.order_by("course_year", "name"))
    levels = Levels()
    curricula = _curricula(found)
    proposals = []
    for group in found:
        one = Proposal(group, levels.of(group, period.year))
        _choose(one, period, curricula.get((group.specialty_id, group.admission_year)))
        proposals.append(one)
    _fill(proposals, period)
    return proposals


def _curricula(groups: list[Group]) -> dict[tuple, list[Curriculum]]:
    """Approved curricula by specialty and year of admission, the latest version first."""
    found: dict[tuple, list[Curriculum]] = {}
    approved = Curriculum.objects.filter(
        state=Curriculum.State.APPROVED,
        specialty__in={one.specialty_id for one in groups},
    )
    for one in approved.order_by("-version", "pk"):
        found.setdefault((one.specialty_id, one.admission_year), []).append(one)
    return found


def _choose(one: Proposal, period: Period, plans: list[Curriculum] | None) -> None:
    """Find the curriculum and the semester of a proposal, or the words of a refusal."""
    group = one.group
    if not plans and Institution.current().is_school:
        return  # made after the period before
    if group.specialty_id is None:
        one.refusal = worded(
            "У группы не указана специальность: выберите её в карточке группы.",
            "У класса не указана специальность: выберите её в карточке класса.",
        )
    elif group.admission_year is None:
        one.refusal = worded(
            "У группы не указан год набора: впишите его в карточке группы.",
            "У класса не указан год набора: впишите его в карточке класса.",
        )
    elif not plans:
        one.refusal = (
            f"Нет утверждённого учебного плана {group.specialty.code} набора"
            f" {group.admission_year} года: загрузите план и утвердите его."
        )
    elif len(plans) > 1:
        names = ", ".join(f"{p.name}, {p.get_form_display()}" for p in plans)
        one.refusal = (
            f"Утверждённых планов этого набора несколько: {names}. Оставьте один или"
            f" заведите курсы {worded('этой группы', 'этого класса')} вручную."
        )
    elif one.level < 1:
        one.refusal = worded("В этом учебном году группа ещё не учится.")
    elif period.kind not in SEMESTERS:
        one.refusal = "План ведётся по семестрам, а период другой: выберите семестр."
    else:
        one.curriculum = plans[0]
        one.semester = 2 * (one.level - 1) + period.number


def _fill(proposals: list[Proposal], period: Period) -> None:
    there: dict[int, dict[int, Course]] = {}
    groups = [one.group for one in proposals]
    rows = Course.objects.filter(group__in=groups, period=period)
    for course in rows.select_related("discipline", "plan_item").order_by("pk"):
        there.setdefault(course.group_id, {})[course.discipline_id] = course
    planned = _planned(proposals)
    before = _before(proposals, period)
    for one in proposals:
        if one.refusal:
            continue
        wanted = (
            planned.get((one.curriculum.pk, one.semester), [])
            if one.curriculum
            else before.get(one.group.pk, [])
        )
        one.lines = _lines(wanted, there.get(one.group.pk, {}), one)
        if not one.lines:
            one.refusal = (
                f"В учебном плане нет часов {one.semester}-го семестра."
                if one.curriculum
                else "Нет ни учебного плана, ни курсов прошлого периода, по которым"
                " можно завести новые: заведите курсы первого периода вручную."
            )


def _planned(proposals: list[Proposal]) -> dict[tuple[int, int], list[Line]]:
    """(curriculum, semester) → what it asks for, in the order of the plan."""
    curricula = {one.curriculum.pk for one in proposals if one.curriculum}
    rows = PlanHours.objects.filter(
        item__curriculum__in=curricula,
        semester__in={one.semester for one in proposals if one.semester},
    ).exclude(item__kind__in=NO_COURSE)
    found: dict[tuple[int, int], list[Line]] = {}
    for row in rows.select_related("item__discipline").order_by("item__position", "pk"):
        if row.contact or row.form:
            line = Line(row.item.discipline, State.NEW, row.item, row.contact, row.form)
            key = row.item.curriculum_id, row.semester
            found.setdefault(key, []).append(line)
    return found


def _before(proposals: list[Proposal], period: Period) -> dict[int, list[Line]]:
    """Group → its courses of the period before in the same year: a school goes by them."""
    groups = [one.group for one in proposals if not (one.curriculum or one.refusal)]
    if not groups:
        return {}
    earlier = Period.objects.filter(
        year=period.year, kind=period.kind, number__lt=period.number
    )
    last = earlier.order_by("-number").first()
    found: dict[int, list[Line]] = {}
    rows = Course.objects.filter(group__in=groups, period=last) if last else ()
    for course in (
        rows.select_related("discipline").order_by("discipline__name") if last else ()
    ):
        line = Line(
            course.discipline,
            State.NEW,
            hours=course.hours,
            form=course.attestation_form,
        )
        found.setdefault(course.group_id, []).append(line)
    return found


def _lines(wanted: list[Line], there: dict[int, Course], one: Proposal) -> list[Line]:
    found: list[Line] = []
    taken: dict[int, Line] = {}
    for plan in wanted:
        line = Line(plan.discipline, State.NEW, plan.item, plan.hours, plan.form)
        found.append(line)
        if double := taken.get(line.discipline.pk):
            line.state = State.REFUSED
            line.words = (
                f"{worded('та же дисциплина', 'тот же предмет')}, что в строке"
                f" {double.item.index or double.item}:"
                f" страница журнала {worded('у неё', 'у него')} одна. Назовите"
                f" {worded('дисциплины', 'предметы')} в плане по-разному"
            )
            continue
        taken[line.discipline.pk] = line
        line.course = there.get(line.discipline.pk)
        if line.course:
            line.words = _difference(line, one)
            line.state = State.DIFFERS if line.words else State.SAME
    if one.curriculum:
        found += [
            Line(course.discipline, State.EXTRA, course=course, words="нет в плане")
            for key, course in there.items()
            if key not in taken
        ]
    return found


def _difference(line: Line, one: Proposal) -> str:
    course, words = line.course, []
    if course.hours != line.hours:
        words.append(f"часов {course.hours}, по плану {line.hours}")
    if course.attestation_form != line.form:
        titles = dict(AttestationForm.choices)
        is_, plan = (titles.get(x, "нет") for x in (course.attestation_form, line.form))
        words.append(f"форма аттестации «{is_}», по плану «{plan}»")
    if line.item and course.plan_item_id != line.item.pk:
        words.append(
            "связан с другой строкой плана"
            if course.plan_item_id
            else "не связан со строкой плана"
        )
    elif one.semester and course.semester != one.semester:
        words.append(f"семестр {course.semester or 'не указан'}, а не {one.semester}")
    return "; ".join(words)


@transaction.atomic
def make_courses(by: User, period: Period, groups: Collection[int]) -> list[Course]:
    """Make what `propose_courses` proposes, with history; gives the new courses.

    Raises PermissionDenied for a group that is not the person's to make courses for.
    """
    wanted = set(groups)
    # Two people who press at once wait for one another.
    locked = groups_for(by).filter(pk__in=wanted).order_by("pk")
    if set(locked.select_for_update().values_list("pk", flat=True)) != wanted:
        raise PermissionDenied
    made = [
        Course(
            group=one.group,
            period=period,
            discipline=line.discipline,
            plan_item=line.item,
            semester=one.semester,
            hours=line.hours,
            attestation_form=line.form,
        )
        for one in propose_courses(by, period, wanted)
        for line in one.new
    ]
    return bulk_create_with_history(made, Course, default_user=by)
