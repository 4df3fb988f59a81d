"""Term marks of the last term that is over: proposed, given, signed, a few of them late."""

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random

from journal.domain.demo.pouring import Pour, saved
from journal.domain.demo.site import Site
from journal.domain.demo.staff import moment
from journal.domain.results.averages import NUMERIC
from journal.domain.results.group import mark_sums
from journal.domain.results.headings import heading_of
from journal.domain.results.proposing import in_form
from journal.domain.results.standings import NO_MARKS, standing
from journal.domain.results.term import due_of
from journal.models import (
    Course,
    CourseTeacher,
    Employee,
    Institution,
    Membership,
    Result,
    Sheet,
    SheetPart,
)

DAY = timedelta(days=1)
RAISED, FAR = 0.06, 0.015  # shares of marks one up, and two steps away from the average
REASONS = (
    "Сдан зачётный раздел, отметка поднята по итогам собеседования",
    "Итоговая работа выполнена выше текущих",
    "Победа в конкурсе профессионального мастерства",
)


def give_term_marks(site: Site) -> None:
    """Sheets of every course of the last closed term, signed by whoever taught it."""
    if len(site.terms) < 2:
        return
    period, rules, rng = site.terms[-2].period, Institution.current(), Random(5)
    due = due_of(period, rules)
    courses = list(
        Course.objects.filter(period=period)
        .select_related("group__specialty", "group__department", "period", "discipline")
        .order_by("pk")
    )
    sums: dict[int, dict[int, list]] = defaultdict(dict)
    for student, course, *rest in mark_sums(
        courses=[one.pk for one in courses], day=due
    ):
        sums[course][student] = rest
    seats: dict[int, list] = defaultdict(list)
    members = Membership.objects.on(due).select_related("student").order_by("pk")
    for seat in members.filter(group__in={one.group_id for one in courses}):
        seats[seat.group_id].append(seat.student)
    teachers: dict[int, Employee] = {}
    for held in CourseTeacher.objects.on(due).select_related("employee__user"):
        teachers.setdefault(held.course_id, held.employee)
    pour, drafts = Pour(Result), []
    for course in courses:
        known = sums[course.pk]
        if not known or course.pk not in teachers:
            continue  # a practice or a course without marks ends otherwise
        late = rng.randint(1, 4) if rng.random() < 0.08 else -rng.randint(0, 2)
        at = moment(min(due + late * DAY, site.today - DAY), rng.randint(12, 17))
        sheet, part = _begin(course, teachers[course.pk], at)
        for student in seats[course.group_id]:
            own = known.get(student.pk, NO_MARKS)
            result = _result(course, own, rules, rng)
            result.sheet, result.student = sheet, student
            result.student_name = student.full_name
            pour.add(result, at, sheet.teacher.user_id)
        drafts.append((sheet, part, at))
    pour.flush()
    for sheet, part, at in drafts:
        _sign(sheet, part, at)


def _begin(course: Course, teacher: Employee, at: datetime) -> tuple[Sheet, SheetPart]:
    sheet = Sheet(
        kind=Sheet.Kind.TERM,
        group=course.group,
        period=course.period,
        date=min(at.date(), course.period.last_day),
        teacher=teacher,
    )
    saved(sheet, at, teacher.user)
    part = SheetPart(sheet=sheet, course=course, hours=course.hours)
    return sheet, saved(part, at, teacher.user)


def _result(course: Course, sums, rules: Institution, rng: Random) -> Result:
    """What is proposed; here and there a step up, now and then far with its reason."""
    stood = standing(sums, True, rules)
    mark, note = in_form(stood, course.attestation_form, rules), ""
    chance = rng.random()
    if mark in NUMERIC and mark != "5" and chance < RAISED + FAR:
        mark = str(int(mark) + 1)
        if abs(NUMERIC[mark] - stood.average) >= 1 or chance < FAR:
            note = rng.choice(REASONS)
    return Result(mark=mark, note=note)


def _sign(sheet: Sheet, part: SheetPart, at: datetime) -> None:
    at += timedelta(hours=1)
    sheet.heading = heading_of(sheet, [part], sheet.date)
    sheet.state, sheet.signed_at = Sheet.State.SIGNED, at
    sheet.signed_by = sheet.teacher
    saved(sheet, at, sheet.teacher.user)
