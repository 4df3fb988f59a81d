"""Who studies what in a term: courses, plans, subgroups, load."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from journal.domain.demo.college import House, hours_of, lesson_hours, semester_of
from journal.domain.demo.families import Cohort
from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.staff import Staff, moment
from journal.domain.demo.subjects import PlanLine, Subject, plan_lines, subjects
from journal.domain.demo.times import Term
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
    """A course with all that the demonstration must know of it.

    `count` is how many lessons its programme has, known once the week is made.
    """

    course: Course
    subject: Subject
    cohort: Cohort
    level: int
    weekly: float
    parts: list[Part] = field(default_factory=list)
    stream: str = ""
    successor: Employee | None = None
    taken_over: date | None = None
    exempt: int | None = None
    count: int = 0
    before: int = 0
    lines: list[PlannedLesson] = field(default_factory=list)
    plan: list[PlanLine] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, str]:
        """Courses of one place follow one thematic plan."""
        return self.level, self.subject.key


class Teaching:
    """Courses of one term after another: first who teaches what, then, once the week
    is made and the hours are known, all that is written.

    `lived` gathers the hours by kind of each row and semester of the curricula.
    """

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
        self.lived: dict[tuple[int, int], Counter] = {}

    def studies(self, term: Term, cohorts: list[tuple[Cohort, int]]) -> list[Study]:
        """What the groups study in a term at the level each has in it; not saved yet."""
        self.staff.new_term()
        found = []
        for cohort, level in cohorts:
            for key, weekly in self.house.load(cohort.specialty, level):
                subject = subjects()[key]
                course = self._course(term, cohort, level, subject)
                study = Study(course, subject, cohort, level, weekly)
                study.parts = self._parts(subject, weekly)
                found.append(study)
        _join_streams(found)
        return found

    def _course(
        self, term: Term, cohort: Cohort, level: int, subject: Subject
    ) -> Course:
        item = self.items.get(
            (cohort.specialty, cohort.group.admission_year, subject.key)
        )
        return Course(
            group=cohort.group,
            period=term.period,
            discipline=self.disciplines[subject.key],
            plan_item=item,
            semester=semester_of(self.house, level, term.number) if item else None,
            attestation_form=subject.form,
        )

    def _parts(self, subject: Subject, weekly: float) -> list[Part]:
        """One teacher, or two where the subject divides a group.

        Practice takes whole weeks: each group has a master of its own.
        """
        lessons = weekly or self.staff.capacity
        parts: list[Part] = []
        for _ in range(2 if subject.split else 1):
            apart = tuple(part.teacher for part in parts)
            teacher = self.staff.teacher_for(subject.chair, lessons, apart)
            parts.append(Part(teacher))
        return parts

    def write(self, studies: list[Study], term: Term, at: datetime) -> None:
        """Thematic plans, courses, subgroups and load, by the hours of the studies."""
        plans: dict[tuple[int, str], tuple] = {}
        for study in studies:
            if study.place not in plans:
                plans[study.place] = self._plan(study, term, at)
            thematic, study.lines, study.plan = plans[study.place]
            study.course.thematic_plan = thematic
            study.course.hours = sum(row.hours for row in study.lines)
            self._remember(study)
        saved_all([one.course for one in studies], at, self.staff.user("deputy"))
        self._divide(studies, term, at)

    def _remember(self, study: Study) -> None:
        if study.course.plan_item:
            self.lived[study.course.plan_item.pk, study.course.semester] = hours_of(
                (row.kind, row.hours) for row in study.lines
            )

    def _plan(
        self, study: Study, term: Term, at: datetime
    ) -> tuple[ThematicPlan, list[PlannedLesson], list[PlanLine]]:
        """An approved thematic plan: a line for every lesson of the term."""
        subject = study.subject
        start = (term.number - 1) * len(subject.sections) // len(self.house.shape)
        lines = plan_lines(subject, study.count, start)
        plan = ThematicPlan(
            name=f"{subject.name}, {study.level} {self._level_word()}, {term.period}",
            discipline=self.disciplines[subject.key],
            year=term.period.year,
            author=study.parts[0].teacher,
            state=ThematicPlan.State.APPROVED,
            submitted_at=at,
            approved_at=at,
            approved_by=self.staff.by["deputy"],
        )
        saved(plan, at, self.staff.user("deputy"))
        return plan, self._rows(plan, lines, study.weekly, at), lines

    def _rows(
        self, plan: ThematicPlan, lines: list[PlanLine], weekly: float, at: datetime
    ) -> list[PlannedLesson]:
        hours = lesson_hours(self.house, weekly)
        rows = [
            PlannedLesson(
                plan=plan,
                number=number,
                section=line.section,
                topic=line.topic,
                kind=self.kinds[line.kind],
                hours=hours,
                practical_hours=hours if self.kinds[line.kind].is_numbered else 0,
                work_number=line.number,
                homework=line.homework,
            )
            for number, line in enumerate(lines, 1)
        ]
        return saved_all(rows, at, self.staff.user("deputy"))

    def _level_word(self) -> str:
        return "курс" if self.house.specialties else "класс"

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
        loads = [row for study in studies for row in _loads(study, term)]
        saved_all(loads, at, by)
        for study in studies:
            if study.successor:
                self._hand_over(study)

    def _hand_over(self, study: Study) -> None:
        """Another teacher takes a course over in mid-term, with the hours left."""
        day = study.taken_over
        by, at = self.staff.user("studyunit"), moment(day - timedelta(days=1), 12)
        load, each = study.parts[0].load, lesson_hours(self.house, study.weekly)
        load.end, load.hours = day, study.before * each
        saved(load, at, by)
        rest = study.course.hours - load.hours
        row = CourseTeacher(
            course=study.course, employee=study.successor, start=day, hours=rest
        )
        saved(row, at, by)


def _loads(study: Study, term: Term) -> Iterable[CourseTeacher]:
    for part in study.parts:
        part.load = CourseTeacher(
            course=study.course,
            subgroup=part.subgroup,
            employee=part.teacher,
            start=term.first,
            hours=study.course.hours,
        )
        yield part.load


def _join_streams(studies: list[Study]) -> None:
    """Two groups that study the same and can sit together share a teacher."""
    waiting: dict[tuple, Study] = {}
    for study in studies:
        if not study.subject.stream:
            continue
        first = waiting.pop(study.place, None)
        if first is None:
            waiting[study.place] = study
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
