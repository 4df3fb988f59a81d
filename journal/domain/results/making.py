"""Sheets that a session asks for, each made in one action (F7, U 4.5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.utils import timezone

from journal.domain.results.sheets import open_sheet
from journal.models import (
    AttestationForm,
    ComplexForm,
    ComplexFormPart,
    Course,
    CourseTeacher,
    Employee,
    ExamEvent,
    ExamMember,
    Group,
    Period,
    PlanHours,
    PlanItem,
    Sheet,
    SheetMember,
    SheetPart,
    User,
)
from journal.models.reach import rights_q
from journal.models.sqlite import russian_key

Form, Kind, Event = AttestationForm, Sheet.Kind, ExamEvent.Kind
# «Другие формы контроля» are a term mark without a sheet (domain §3).
KINDS = {
    Form.EXAM: Kind.EXAM,
    Form.DIFF_CREDIT: Kind.DIFF_CREDIT,
    Form.CREDIT: Kind.CREDIT,
    Form.COURSEWORK: Kind.COURSEWORK,
    Form.MODULE_EXAM: Kind.MODULE_EXAM,
}
FINAL = {
    Event.FINAL_EXAM: Kind.STATE_EXAM,
    Event.DEMO_EXAM: Kind.DEMO_EXAM,
    Event.DEFENCE: Kind.DEFENCE,
}
HELD = (Event.EXAM, Event.CREDIT)
PRACTICES = (PlanItem.Kind.STUDY_PRACTICE, PlanItem.Kind.WORK_PRACTICE)
EXAMS = (Form.EXAM, Form.MODULE_EXAM)
SESSION_AFTER = timedelta(days=60)  # a session may go on after the last day of study


@dataclass
class DueSheet:
    """A sheet that a period asks for: its kind and courses, and the sheet once made.

    `key` names it in an address: «course-12-exam», «complex-3-40», «event-5».
    """

    key: str
    kind: str
    group: Group
    period: Period
    courses: list[Course] = field(default_factory=list)
    complex_form: ComplexForm | None = None
    event: ExamEvent | None = None
    teacher: Employee | None = None
    sheet: Sheet | None = None

    @property
    def kind_title(self) -> str:
        words = Kind(self.kind).label
        return words[:1].upper() + words[1:]

    @property
    def title(self) -> str:
        names = ", ".join(course.discipline.name for course in self.courses)
        if self.complex_form:
            return f"{self.complex_form}: {names}"
        return names or (self.event.title if self.event else "")

    @property
    def date(self) -> date:
        """The day of the session, else today, within the period."""
        if self.event:
            return self.event.date
        last = max(self.period.first_day, self.period.last_day)
        return min(timezone.localdate(), last)


def due_sheets(
    user: User, period: Period, groups: Iterable[int] | None = None
) -> list[DueSheet]:
    """What must have a sheet in a period, of all that `user` may make; by group and kind.

    From the courses' forms of attestation, the complex forms of the plan (one sheet over
    all their courses of a group), course works that stand beside another form, practices,
    and the events of the final attestation. Nine queries, whatever the size.
    """
    courses = Course.objects.filter(
        rights_q(user, Course.reach, "add_sheet"), period=period
    ).exclude(attestation_form="")
    events = ExamEvent.objects.filter(
        rights_q(user, ExamEvent.reach, "add_sheet"), kind__in=FINAL
    ).filter(date__range=(period.first_day, period.last_day + SESSION_AFTER))
    if groups is not None:
        courses = courses.filter(group__in=groups)
        events = events.filter(group__in=groups)
    found = _of_courses(list(_with_all(courses)))
    _set_days(found, period)
    found += [
        DueSheet(f"event-{one.pk}", FINAL[one.kind], one.group, period, event=one)
        for one in _with_members(events.select_related("group", "teacher"))
    ]
    _find_sheets(found, period)
    order = list(Kind)
    return sorted(
        found,
        key=lambda one: (
            russian_key(one.group.name),
            order.index(one.kind),
            russian_key(one.title),
        ),
    )


def _with_all(courses):
    return courses.select_related(
        "group", "discipline", "period__year", "plan_item"
    ).order_by("discipline__name", "pk")


def _with_members(events):
    members = ExamMember.objects.select_related("employee").order_by("pk")
    return events.prefetch_related(Prefetch("members", members))


def _of_courses(courses: list[Course]) -> list[DueSheet]:
    complexes = _complexes(courses)
    extra = _with_coursework(courses)
    found: dict[str, DueSheet] = {}

    def put(key: str, kind: str, course: Course, form=None) -> None:
        one = found.setdefault(
            key, DueSheet(key, kind, course.group, course.period, complex_form=form)
        )
        one.courses.append(course)

    for course in courses:
        form = complexes.get((course.plan_item_id, course.semester))
        if form:
            exam = form.form in EXAMS
            kind = Kind.COMPLEX_EXAM if exam else Kind.COMPLEX_CREDIT
            put(f"complex-{form.pk}-{course.group_id}", kind, course, form)
        elif kind := _kind_of(course):
            put(f"course-{course.pk}-{kind}", kind, course)
        if course.pk in extra:
            kind = Kind.COURSEWORK
            put(f"course-{course.pk}-{kind}", kind, course)
    return list(found.values())


def _kind_of(course: Course) -> str:
    kind = course.plan_item.kind if course.plan_item else ""
    if kind in PRACTICES and course.attestation_form in KINDS:
        return Kind.PRACTICE
    if kind == PlanItem.Kind.MODULE_EXAM:
        return Kind.MODULE_EXAM
    return KINDS.get(course.attestation_form, "")


def _complexes(courses: list[Course]) -> dict[tuple[int, int], ComplexForm]:
    """(row of the plan, semester) → the complex form that it takes part in."""
    items = {course.plan_item_id for course in courses}
    rows = ComplexFormPart.objects.filter(item__in=items).select_related("complex_form")
    return {(row.item_id, row.complex_form.semester): row.complex_form for row in rows}


def _with_coursework(courses: list[Course]) -> set[int]:
    """Courses with a course work beside their other form of attestation."""
    places = {
        (course.plan_item_id, course.semester): course.pk
        for course in courses
        if course.attestation_form != Form.COURSEWORK
    }
    rows = PlanHours.objects.filter(
        item__in={item for item, _ in places}, coursework__gt=0
    ).values_list("item", "semester")
    wanted = set(rows)
    return {
        course.pk
        for course in courses
        if course.attestation_form != Form.COURSEWORK
        and (course.plan_item_id, course.semester) in wanted
    }


def _set_days(found: list[DueSheet], period: Period) -> None:
    """The event and the examiner of each: who is set for it, else who teaches it."""
    courses = [course.pk for one in found for course in one.courses]
    events = _with_members(
        ExamEvent.objects.filter(course__in=courses)
        .exclude(kind__in=(Event.CONSULTATION, Event.RETAKE))
        .select_related("teacher", "group")
    )
    held: dict[tuple[int, bool], ExamEvent] = {}
    for event in events.order_by("-date"):
        held[event.course_id, event.kind == Event.COURSEWORK] = event
    teachers = {}
    spans = CourseTeacher.objects.filter(course__in=courses).select_related("employee")
    for span in spans.order_by("start", "-subgroup__number"):
        teachers[span.course_id] = span.employee
    for one in found:
        is_work = one.kind == Kind.COURSEWORK
        keys = [course.pk for course in one.courses]
        one.event = next((held[k, is_work] for k in keys if (k, is_work) in held), None)
        one.teacher = (one.event and one.event.teacher) or next(
            (teachers[key] for key in keys if key in teachers), None
        )


def _find_sheets(found: list[DueSheet], period: Period) -> None:
    """The sheets there are, but for annulled ones and retakes."""
    sheets = Sheet.objects.exclude(state=Sheet.State.ANNULLED).filter(
        attempt=1, group__in={one.group.pk for one in found}
    )
    groups = {one.group.pk for one in found}
    courses = {course.pk for one in found for course in one.courses}
    parts = SheetPart.objects.filter(course__in=courses, sheet__in=sheets)
    by_course: dict[tuple[int, str], Sheet] = {}
    for part in parts.select_related("sheet"):
        by_course[part.course_id, part.sheet.kind] = part.sheet
    by_event = {
        sheet.event_id: sheet
        for sheet in sheets.filter(event__isnull=False, group__in=groups)
    }
    for one in found:
        if one.courses:
            keys = ((course.pk, one.kind) for course in one.courses)
            one.sheet = next((by_course[key] for key in keys if key in by_course), None)
        else:
            one.sheet = by_event.get(one.event.pk)


def make_sheet(user: User, due: DueSheet) -> Sheet:
    """Make a sheet that is due; of one that is there already, that one.

    Examiner, day and commission come of the event of the session, where there is one.
    Raises PermissionDenied and ValidationError as `open_sheet`.
    """
    if due.sheet:
        return due.sheet
    members = due.event.members.all() if due.event else ()
    return open_sheet(
        user,
        due.kind,
        due.courses,
        members=[
            SheetMember(employee=member.employee, post=member.post)
            for member in members
        ],
        group=due.group,
        period=due.period,
        date=due.date,
        teacher=due.teacher,
        event=due.event,
        complex_form=due.complex_form,
        title="" if due.courses else due.event.title,
    )


def due_sheet(user: User, period: Period, key: str, group: int) -> DueSheet:
    """The one that `key` names; PermissionDenied where `user` may not make it."""
    for one in due_sheets(user, period, [group]):
        if one.key == key:
            return one
    raise PermissionDenied


def late_sheets(user: User, day: date, days: int):
    """Sheets of attestations that ought to be signed by `day` and are not, oldest first.

    Families see results within so many days of the attestation (U 7.3): whoever is late
    with the signature keeps them waiting.
    """
    return (
        Sheet.objects.visible_to(user, "sign")
        .filter(
            ~Q(kind__in=(Kind.TERM, Kind.YEAR, Kind.FINAL)),
            state=Sheet.State.DRAFT,
            date__lt=day - timedelta(days=days),
        )
        .select_related("group", "teacher")
        .order_by("date", "pk")
    )
