"""Who studies what in a term: courses, plans, subgroups, load."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from journal.domain.demo.college import PRACTICE, House
from journal.domain.demo.families import Cohort
from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.staff import Staff, moment
from journal.domain.demo.subjects import PlanLine, Subject, plan_lines, subjects
from journal.domain.demo.times import Term
from journal.domain.timetable.drafts import PRACTICE_DAY_HOURS
from journal.models import (
    Course,
    CourseTeacher,
    Discipline,
    Employee,
    LessonKind,
    PlanItem,
    PlannedLesson,
    Subgroup,
    SubgroupMember,
    ThematicPlan,
)


@dataclass
class Part:
    """A whole group or a subgroup, with its teacher."""

    teacher: Employee
    subgroup: Subgroup | None = None
    students: list[SubgroupMember] = field(default_factory=list)
    load: CourseTeacher | None = None


@dataclass
class Study:
    """A course with all that the demonstration must know of it."""

    course: Course
    subject: Subject
    cohort: Cohort
    weekly: float
    lines: list[PlannedLesson]
    plan: list[PlanLine]
    parts: list[Part] = field(default_factory=list)
    stream: str = ""
    successor: Employee | None = None
    exempt: int | None = None

    @property
    def plan_id(self) -> int:
        return self.course.thematic_plan_id


class Teaching:
    """Courses of one term after another."""

    def __init__(
        self,
        house: House,
        staff: Staff,
        disciplines: dict[str, Discipline],
        items: dict[tuple, PlanItem],
    ):
        self.house, self.staff = house, staff
        self.disciplines, self.items = disciplines, items
        self.kinds = {kind.name: kind for kind in LessonKind.objects.all()}

    def studies(
        self, term: Term, cohorts: list[tuple[Cohort, int]], at: datetime
    ) -> list[Study]:
        """Create the courses of a term for groups with the level each has in it."""
        self.staff.new_term()
        self.period = term.period
        plans: dict[tuple, tuple] = {}
        found = []
        for cohort, level in cohorts:
            for key, weekly in self.house.load(cohort.specialty, level):
                subject = subjects()[key]
                parts = self._parts(subject, weekly)
                place = (level, key)
                if place not in plans:
                    author = parts[0].teacher
                    plans[place] = self._plan(subject, level, term, weekly, author, at)
                study = self._study(subject, cohort, level, weekly, plans[place])
                study.parts = parts
                found.append(study)
        _join_streams(found)
        saved_all([one.course for one in found], at, self.staff.user("deputy"))
        self._divide(found, term, at)
        return found

    def _parts(self, subject: Subject, weekly: float) -> list[Part]:
        """One teacher, or two where the subject divides a group."""
        lessons = weekly or self.house.lessons_a_day
        parts: list[Part] = []
        for _ in range(2 if subject.split else 1):
            apart = tuple(part.teacher for part in parts)
            teacher = self.staff.teacher_for(subject.chair, lessons, apart)
            parts.append(Part(teacher))
        return parts

    def _plan(
        self,
        subject: Subject,
        level: int,
        term: Term,
        weekly: float,
        author: Employee,
        at: datetime,
    ) -> tuple[ThematicPlan, list[PlannedLesson], list[PlanLine]]:
        """An approved thematic plan: a line for every lesson of the term."""
        count = max(round(term.weeks * (weekly or 1) + 0.25), 1)
        turns = len(self.house.shape)
        start = (term.number - 1) * len(subject.sections) // turns
        lines = plan_lines(subject, count, start)
        plan = ThematicPlan(
            name=f"{subject.name}, {level} {self._level_word()}, {term.period}",
            discipline=self.disciplines[subject.key],
            year=term.period.year,
            author=author,
            state=ThematicPlan.State.APPROVED,
            submitted_at=at,
            approved_at=at,
            approved_by=self.staff.by["deputy"],
        )
        saved(plan, at, self.staff.user("deputy"))
        return plan, self._rows(plan, lines, weekly, at), lines

    def _rows(
        self, plan: ThematicPlan, lines: list[PlanLine], weekly: float, at: datetime
    ) -> list[PlannedLesson]:
        hours = PRACTICE_DAY_HOURS
        if weekly != PRACTICE:
            hours = self.house.institution["lesson_hours"]
        rows = [
            PlannedLesson(
                plan=plan,
                number=number,
                section=line.section,
                topic=line.topic,
                kind=self.kinds[line.kind],
                hours=hours,
                practical_hours=hours if self.kinds[line.kind].is_numbered else 0,
                homework=line.homework,
            )
            for number, line in enumerate(lines, 1)
        ]
        return saved_all(rows, at, self.staff.user("deputy"))

    def _level_word(self) -> str:
        return "курс" if self.house.specialties else "класс"

    def _study(
        self,
        subject: Subject,
        cohort: Cohort,
        level: int,
        weekly: float,
        plan: tuple,
    ) -> Study:
        thematic, rows, lines = plan
        course = Course(
            group=cohort.group,
            period=self.period,
            discipline=thematic.discipline,
            plan_item=self.items.get((cohort.specialty, level, subject.key)),
            thematic_plan=thematic,
            hours=sum(row.hours for row in rows),
            attestation_form=subject.form,
        )
        return Study(course, subject, cohort, weekly, rows, lines)

    def _divide(self, studies: list[Study], term: Term, at: datetime) -> None:
        """Subgroups with their students, and the load of the teachers."""
        by = self.staff.user("studyunit")
        divided = [study for study in studies if study.subject.split]
        for study in divided:
            for number, part in enumerate(study.parts, 1):
                part.subgroup = Subgroup(course=study.course, number=number)
        parts = [part for study in divided for part in study.parts]
        saved_all([part.subgroup for part in parts], at, by)
        members = [row for study in divided for row in _members(study, term)]
        saved_all(members, at, by)
        for study in studies:
            for part in study.parts:
                part.load = CourseTeacher(
                    course=study.course,
                    subgroup=part.subgroup,
                    employee=part.teacher,
                    start=term.first,
                    hours=study.course.hours,
                )
        saved_all([part.load for study in studies for part in study.parts], at, by)

    def hand_over(self, study: Study, successor: Employee, day: date) -> None:
        """Another teacher takes a course over from `day` on."""
        by, at = self.staff.user("studyunit"), moment(day - timedelta(days=1), 12)
        part = study.parts[0]
        part.load.end, study.successor = day, successor
        saved(part.load, at, by)
        row = CourseTeacher(
            course=study.course, employee=successor, start=day, hours=part.load.hours
        )
        saved(row, at, by)


def _join_streams(studies: list[Study]) -> None:
    """Two groups that study the same and can sit together share a teacher."""
    waiting: dict[int, Study] = {}
    for study in studies:
        if not study.subject.stream:
            continue
        first = waiting.pop(study.plan_id, None)
        if first is None:
            waiting[study.plan_id] = study
        else:
            study.parts[0].teacher = first.parts[0].teacher
            first.stream = study.stream = f"поток {first.cohort.group}"


def _members(study: Study, term: Term) -> list[SubgroupMember]:
    """Who is in the group on some day of the term, from the first such day on."""
    spans = sorted(
        (
            span
            for span in study.cohort.spans
            if span.start <= term.last and (span.end is None or span.end > term.first)
        ),
        key=lambda span: (span.student.last_name, span.student_id),
    )
    half = (len(spans) + 1) // 2
    found = []
    for place, span in enumerate(spans):
        part = study.parts[place >= half]
        member = SubgroupMember(
            subgroup=part.subgroup,
            student=span.student,
            start=max(span.start, term.first),
            end=span.end,
        )
        part.students.append(member)
        found.append(member)
    return found
