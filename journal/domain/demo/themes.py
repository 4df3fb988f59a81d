"""Thematic plans on their way, work programmes by versions, the schedule of control works,
and students off the common way."""

from datetime import timedelta

from journal.domain.curriculum.control_works import propose
from journal.domain.curriculum.drafting import topics_of_plan
from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.site import Site
from journal.domain.demo.staff import moment
from journal.domain.demo.teaching import Study
from journal.domain.demo.times import Term
from journal.models import (
    ControlWork,
    Course,
    Exemption,
    ThematicPlan,
    WorkProgramme,
)

DAY = timedelta(days=1)
State = ThematicPlan.State
REMARK = "Укажите оснащение практических занятий."
REQUIREMENTS = (
    "Знать основные понятия дисциплины. Уметь применять их при решении учебных и "
    "профессиональных задач."
)


def off_the_way(site: Site, term: Term, studies: list[Study]) -> None:
    """In the curator's group one is freed of physical training, one has brought a mark
    along, one studies a course by an individual plan."""
    own = [study for study in studies if study.cohort is site.home]
    by, at = site.staff.user("studyunit"), moment(term.first, 12)
    for study in own:
        if study.subject.key == "pe":
            study.exempt = site.home.students[2].pk
            _step(study, 2, Exemption.Kind.EXEMPT, "Справка врачебной комиссии", at, by)
    plain = [study for study in own if study.subject.key != "pe"]
    recredited, individual = plain[-1], plain[-2]
    recredited.exempt = site.home.students[3].pk
    paper = "Приложение к диплому о среднем профессиональном образовании"
    _step(recredited, 3, Exemption.Kind.RECREDIT, paper, at, by, mark="5")
    note = "Отчёты о практических занятиях — до конца каждого месяца, зачёт в сессию."
    paper = "Распоряжение об индивидуальном плане"
    plan = Exemption.Kind.INDIVIDUAL
    _step(individual, 4, plan, paper, at, by, hours=24, note=note)


def _step(study: Study, place: int, kind: str, document: str, at, by, **fields):
    row = Exemption(
        student=study.cohort.students[place],
        course=study.course,
        kind=kind,
        document=document,
        start=study.course.period.first_day,
        **fields,
    )
    saved(row, at, by)


def create_themes(site: Site) -> None:
    """What a deputy finds in the middle of a term."""
    plans = list(
        ThematicPlan.objects.filter(courses__period=site.terms[-1].period)
        .select_related("author__user", "discipline")
        .order_by("pk")
        .distinct()
    )
    _leave_on_the_way(site, plans)
    _write_programmes(site, plans)
    courses = Course.objects.filter(
        period=site.terms[-1].period, thematic_plan__state=State.APPROVED
    ).select_related("group", "discipline", "thematic_plan")
    _schedule(site, list(courses.order_by("pk")))


def _leave_on_the_way(site: Site, plans: list[ThematicPlan]) -> None:
    """One plan is late and has an abbreviation, one waits, one is returned.

    They are other people's: who signs in as `teacher` takes topics from approved ones.
    """
    teacher, first = site.staff.by["teacher"], site.terms[-1].first
    home = set(
        Course.objects.filter(group=site.home.group).values_list(
            "thematic_plan", flat=True
        )
    )
    others = [plan for plan in plans if plan.author != teacher and plan.pk not in home]
    late, waiting, returned = others[0], others[1], others[2]
    _state(late, State.DRAFT, None, moment(first + DAY, 9), late.author.user)
    line = late.lessons.order_by("number").last()
    line.topic = f"Подготовка к зач., {line.topic[0].lower()}{line.topic[1:]}"
    saved(line, moment(first + DAY, 9), late.author.user)
    for plan, state in ((waiting, State.SUBMITTED), (returned, State.RETURNED)):
        at = moment(first + 16 * DAY, 15)
        if state == State.RETURNED:
            plan.remark = REMARK
        _state(plan, state, at, at, plan.author.user)


def _state(plan: ThematicPlan, state: str, submitted_at, at, by) -> None:
    plan.state, plan.submitted_at = state, submitted_at
    plan.approved_at = plan.approved_by = None
    saved(plan, at, by)


def _write_programmes(site: Site, plans: list[ThematicPlan]) -> None:
    """Of the teacher's disciplines one has a second version; others wait, or are begun."""
    own = {}
    for plan in sorted(plans, key=lambda one: one.author != site.staff.by["teacher"]):
        own.setdefault(plan.discipline_id, plan)
    states = (State.APPROVED, State.DRAFT, State.SUBMITTED)
    kept = WorkProgramme.State
    for number, (plan, state) in enumerate(zip(own.values(), states, strict=False)):
        if number:
            _programme(site, plan, state)
            continue
        first = _programme(site, plan, kept.APPROVED, topics=12)
        _programme(site, plan, kept.APPROVED, replaces=first)
        first.state = kept.REPLACED
        saved(first, moment(site.terms[-1].first, 16), site.staff.user("deputy"))


def _programme(
    site: Site, plan: ThematicPlan, state: str, replaces=None, topics: int | None = None
) -> WorkProgramme:
    """A programme with the topics of a plan; the first `topics` of them where told."""
    at = moment(site.terms[-1].first - (20 if topics else 5) * DAY, 11)
    is_approved = state == WorkProgramme.State.APPROVED
    programme = WorkProgramme(
        name=str(plan.discipline),
        discipline=plan.discipline,
        author=plan.author,
        version=2 if replaces else 1,
        replaces=replaces,
        state=state,
        requirements=REQUIREMENTS,
        submitted_at=None if state == State.DRAFT else at,
        approved_at=at if is_approved else None,
        approved_by=site.staff.by["deputy"] if is_approved else None,
    )
    saved(programme, at, plan.author.user)
    rows = topics_of_plan(plan)[:topics]
    for number, row in enumerate(rows, 1):
        row.programme, row.number = programme, number
    saved_all(rows, at, plan.author.user)
    if is_approved and topics is None:
        plan.programme = programme
        saved(plan, at, plan.author.user)
    return programme


def _schedule(site: Site, courses: list[Course]) -> None:
    """The control works of all groups: those written stand on their days, others ahead."""
    placings = propose(courses, site.today)
    rows = [
        ControlWork(
            course=one.course,
            group=one.course.group,
            planned_lesson=one.line,
            date=one.day,
            name=one.name,
        )
        for one in placings
        if one.day is not None
    ]
    at = moment(site.terms[-1].first + 10 * DAY, 10)
    saved_all(rows, at, site.staff.user("deputy"))
