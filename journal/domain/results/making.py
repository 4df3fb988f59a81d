"""Sheets that a session asks for, each made in one action (F7, U 4.5)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.utils import timezone

from journal.domain.contingent.subgroups import left_out
from journal.domain.results.scales import COMPLEX_OF, kind_name
from journal.domain.results.sheets import open_sheet
from journal.domain.spans import covers
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
    Subgroup,
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
SESSION_AFTER = timedelta(days=60)  # a session may go on after the last day of study


@dataclass
class DueSheet:
    """A sheet that a period asks for: its kind and courses, and the sheet once made.

    `key` names it in an address: «course-12-exam», «course-12-exam-7» of a subgroup,
    «complex-3-40», «event-5». A complex form with a course of somebody else is shown to
    the teachers of its courses and made by the office: `is_own` is False. `left_out` are
    students in none of the subgroups, who are on no sheet of one.
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
    made: dict[int | None, Sheet] = field(default_factory=dict)
    subgroup: Subgroup | None = None
    is_own: bool = True
    left_out: list[str] = field(default_factory=list)

    @property
    def kind_title(self) -> str:
        words = kind_name(self.kind, self.complex_form)
        return words[:1].upper() + words[1:]

    @property
    def title(self) -> str:
        names = ", ".join(course.discipline.name for course in self.courses)
        if self.complex_form:
            return f"{self.complex_form}: {names}"
        if self.subgroup:
            return f"{names}, {self.subgroup}"
        return names or (self.event.title if self.event else "")

    @property
    def date(self) -> date:
        """The day of the session, else today, within the period."""
        return self.event.date if self.event else _today_within(self.period)

    @property
    def last_day(self) -> date:
        """The last day that may be set: a session may go on after the period."""
        return self.period.last_day + SESSION_AFTER


def _today_within(period: Period) -> date:
    return min(max(timezone.localdate(), period.first_day), period.last_day)


def due_sheets(
    user: User, period: Period, groups: Iterable[int] | None = None
) -> list[DueSheet]:
    """What must have a sheet in a period, of all that `user` may make; by group and kind.

    From the courses' forms of attestation, the complex forms of the plan (one sheet over
    all their courses of a group), course works that stand beside another form, practices,
    and the events of the final attestation; where subgroups have teachers of their own, a
    sheet for each. Ten queries, whatever the size, one more with sheets of subgroups.
    """
    courses = Course.objects.filter(
        rights_q(user, Course.reach, "add_sheet"), period=period
    )
    events = ExamEvent.objects.filter(
        rights_q(user, ExamEvent.reach, "add_sheet"), kind__in=FINAL
    ).filter(date__range=(period.first_day, period.last_day + SESSION_AFTER))
    if groups is not None:
        courses = courses.filter(group__in=groups)
        events = events.filter(group__in=groups)
    found = _of_courses(list(_with_all(courses)))
    found += [
        DueSheet(f"event-{one.pk}", FINAL[one.kind], one.group, period, event=one)
        for one in _with_members(events.select_related("group", "teacher"))
    ]
    _find_sheets(found)
    found = _by_subgroups(found)
    if parted := [one for one in found if one.subgroup]:
        keys = {one.courses[0].pk for one in parted}
        left = left_out(keys, _today_within(period))
        for one in parted:
            one.left_out = left.get(one.courses[0].pk, [])
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
    others = _of_others(courses, complexes)
    extra = _with_coursework(courses)
    found: dict[str, DueSheet] = {}

    def put(key: str, kind: str, course: Course, form=None) -> None:
        one = found.setdefault(
            key, DueSheet(key, kind, course.group, course.period, complex_form=form)
        )
        one.courses.append(course)

    for course in [*courses, *others]:
        form = complexes.get((course.plan_item_id, course.semester))
        if form:
            kind = COMPLEX_OF.get(form.form, Kind.COMPLEX_CREDIT)
            put(f"complex-{form.pk}-{course.group_id}", kind, course, form)
        elif kind := _kind_of(course):
            put(f"course-{course.pk}-{kind}", kind, course)
        if course.pk in extra:
            kind = Kind.COURSEWORK
            put(f"course-{course.pk}-{kind}", kind, course)
    strange = {course.pk for course in others}
    for one in found.values():
        one.is_own = strange.isdisjoint(course.pk for course in one.courses)
    return list(found.values())


def _kind_of(course: Course) -> str:
    kind = course.plan_item.kind if course.plan_item else ""
    if kind in PRACTICES and course.attestation_form in KINDS:
        return Kind.PRACTICE
    if kind == PlanItem.Kind.MODULE_EXAM:
        return Kind.MODULE_EXAM
    return KINDS.get(course.attestation_form, "")


def _complexes(courses: list[Course]) -> dict[tuple[int, int], ComplexForm]:
    """(row of the plan, semester) → its complex form, of all rows of these forms."""
    items = {course.plan_item_id for course in courses if course.plan_item_id}
    forms = ComplexFormPart.objects.filter(item__in=items).order_by()
    rows = ComplexFormPart.objects.filter(complex_form__in=forms.values("complex_form"))
    return {
        (row.item_id, row.complex_form.semester): row.complex_form
        for row in rows.select_related("complex_form")
    }


def _of_others(
    courses: list[Course], complexes: dict[tuple[int, int], ComplexForm]
) -> list[Course]:
    """Courses of other people in the complex forms that these courses take part in."""
    rows: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for place, form in complexes.items():
        rows[form.pk].add(place)
    had, wanted = set(), set()
    for course in courses:
        place = course.plan_item_id, course.semester
        had.add((course.group_id, *place))
        if place in complexes:
            wanted |= {(course.group_id, *one) for one in rows[complexes[place].pk]}
    if not (missing := wanted - had):
        return []
    found = Course.objects.filter(
        period=courses[0].period_id,
        group__in={group for group, _, _ in missing},
        plan_item__in={item for _, item, _ in missing},
    )
    return [
        one
        for one in _with_all(found)
        if (one.group_id, one.plan_item_id, one.semester) in missing
    ]


def _with_coursework(courses: list[Course]) -> set[int]:
    """Courses with a course work beside their other form of attestation."""
    places = {
        (course.plan_item_id, course.semester): course.pk
        for course in courses
        if course.attestation_form not in ("", Form.COURSEWORK)
    }
    rows = PlanHours.objects.filter(
        item__in={item for item, _ in places}, coursework__gt=0
    ).values_list("item", "semester")
    wanted = set(rows)
    return {
        course.pk
        for course in courses
        if course.attestation_form not in ("", Form.COURSEWORK)
        and (course.plan_item_id, course.semester) in wanted
    }


def _by_subgroups(found: list[DueSheet]) -> list[DueSheet]:
    """The same with the day and the examiner of each, a sheet a subgroup where it is due.

    The examiner is who is set in the session, else who teaches the course.
    """
    courses = [course.pk for one in found for course in one.courses]
    events = _with_members(
        ExamEvent.objects.filter(course__in=courses)
        .exclude(kind__in=(Event.CONSULTATION, Event.RETAKE))
        .select_related("teacher", "group")
    )
    held: dict[tuple[int, bool], list[ExamEvent]] = defaultdict(list)
    for event in events.order_by("date", "pk"):
        held[event.course_id, event.kind == Event.COURSEWORK].append(event)
    spans: dict[int, list[CourseTeacher]] = defaultdict(list)
    rows = CourseTeacher.objects.filter(course__in=courses)
    for span in rows.select_related("employee", "subgroup").order_by(
        "start", "-subgroup__number", "pk"
    ):
        spans[span.course_id].append(span)
    sheets = []
    for one in found:
        if not one.courses:
            sheets.append(one)
            continue
        keys = [course.pk for course in one.courses]
        is_work = one.kind == Kind.COURSEWORK
        there = next((held[k, is_work] for k in keys if (k, is_work) in held), [])
        one.event = there[0] if there else None
        taught = next((spans[key] for key in keys if key in spans), [])
        one.teacher = (one.event and one.event.teacher) or (
            taught[-1].employee if taught else None
        )
        sheets += _parted(one, taught, there) if len(keys) == 1 else [one]
    return sheets


def _parted(
    whole: DueSheet, spans: list[CourseTeacher], events: list[ExamEvent]
) -> list[DueSheet]:
    """A sheet for each subgroup, or the whole one.

    The group is attested at once where one person teaches all of it on that day (a
    lecturer beside the subgroups), where the session names one examiner for all, or
    where its sheet is there already.
    """
    if whole.sheet:
        return [whole]
    last: dict[Subgroup, CourseTeacher] = {}
    for span in spans:
        if span.subgroup:
            last[span.subgroup] = span
        elif covers(span.start, span.end, whole.date):
            return [whole]
    named = {event.teacher_id: event for event in events if event.teacher_id}
    if len({span.employee_id for span in last.values()}) < 2 or len(named) == 1:
        return [whole]
    return [
        replace(
            whole,
            key=f"{whole.key}-{subgroup.pk}",
            subgroup=subgroup,
            teacher=last[subgroup].employee,
            event=named.get(last[subgroup].employee_id, whole.event),
            sheet=whole.made.get(subgroup.pk),
        )
        for subgroup in sorted(last, key=lambda one: (one.number, one.pk))
    ]


def _find_sheets(found: list[DueSheet]) -> None:
    """The sheets there are, but for annulled ones and retakes."""
    sheets = Sheet.objects.exclude(state=Sheet.State.ANNULLED).filter(
        attempt=1, group__in={one.group.pk for one in found}
    )
    courses = {course.pk for one in found for course in one.courses}
    parts = SheetPart.objects.filter(course__in=courses, sheet__in=sheets)
    by_course: dict[tuple[int, str], dict[int | None, Sheet]] = defaultdict(dict)
    for part in parts.select_related("sheet"):
        by_course[part.course_id, part.sheet.kind][part.sheet.subgroup_id] = part.sheet
    by_event = {sheet.event_id: sheet for sheet in sheets.filter(event__isnull=False)}
    for one in found:
        for course in one.courses:
            one.made |= by_course.get((course.pk, one.kind), {})
        one.sheet = one.made.get(None) if one.courses else by_event.get(one.event.pk)


def make_sheet(user: User, due: DueSheet, day: date | None = None) -> Sheet:
    """Make a sheet that is due; of one that is there already, that one.

    Examiner, day and commission come of the event of the session, where there is one;
    where there is none, the sheet is for `day`, or for the day that it proposes. Raises
    PermissionDenied and ValidationError as `open_sheet`, and for a day that is neither in
    the period nor in the session after it.
    """
    if due.sheet:
        return due.sheet
    if due.event or day is None:
        day = due.date
    elif not due.period.first_day <= day <= due.last_day:
        raise ValidationError(
            f"Дата ведомости — от {due.period.first_day:%d.%m.%Y}"
            f" до {due.last_day:%d.%m.%Y}."
        )
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
        date=day,
        teacher=due.teacher,
        event=due.event,
        subgroup=due.subgroup,
        complex_form=due.complex_form,
        title="" if due.courses else due.event.title,
    )


def due_sheet(user: User, period: Period, key: str, group: int) -> DueSheet:
    """The one that `key` names; PermissionDenied where `user` may not make it."""
    for one in due_sheets(user, period, [group]):
        if one.key == key:
            return one
    raise PermissionDenied
