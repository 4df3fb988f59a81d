"""What happens in lessons: topics, homework, attendance and marks of invented people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from journal.domain.demo.pouring import Pour
from journal.domain.demo.staff import moment
from journal.domain.demo.teaching import Study
from journal.models import Absence, Lesson, LessonTopic, Mark, Student, Task, WorkKind

MARK_REASONS = (
    "Ошибка при вводе",
    "Повторная проверка работы",
    "Пересдача темы",
    "Отметка выставлена не тому студенту",
)
CERTIFICATE = "Представлена медицинская справка"
# The share of those present who get a mark for a work of the kind.
SHARE = {
    "ОЗ": 0.16,
    "ДЗ": 0.25,
    "ПР": 0.4,
    "ЛЗ": 0.45,
    "СР": 0.7,
    "КР": 1.0,
    "ТТ": 0.6,
    "ДК": 0.15,
    "СН": 0.7,
}
REQUIRED = {"КР", "ЛЗ", "ПР"}
DAY = timedelta(days=1)


@dataclass
class Sheet:
    """A lesson that was held, with who was on its roster; `at` is when it was filled."""

    lesson: Lesson
    study: Study
    students: list[int]
    at: datetime
    line: int
    has_topic: bool = True
    has_attendance: bool = True
    has_results: bool = True


@dataclass
class Away:
    """Why a student is away on a day: the letter at once, and what it became later."""

    code: str
    final: str
    certified: date | None = None


@dataclass
class Lives:
    """Ability and diligence stay with a student; illnesses come term by term."""

    rng: Random
    today: date
    ability: dict[int, float] = field(default_factory=dict)
    truancy: dict[int, float] = field(default_factory=dict)
    away: dict[tuple[int, date], Away] = field(default_factory=dict)

    def begin(self, students: Iterable[Student]) -> None:
        for student in students:
            ability = self.rng.gauss(0.5, 0.8)
            self.ability[student.pk] = ability
            skips = 0.16 if self.rng.random() < 0.04 else 0.02
            self.truancy[student.pk] = skips * (1.3 if ability < 0 else 0.7)

    def new_term(self, first: date, last: date) -> None:
        """Illnesses and family matters of everybody in a term."""
        self.away = {}
        days = (last - first).days
        for student in self.ability:
            for chance, longest, code in (
                (0.5, 10, "б"),
                (0.15, 6, "б"),
                (0.2, 2, "у"),
            ):
                if self.rng.random() < chance:
                    start = first + timedelta(days=self.rng.randint(0, days))
                    self._send_away(student, start, self.rng.randint(1, longest), code)

    def _send_away(self, student: int, start: date, days: int, code: str) -> None:
        back = start + timedelta(days=days)
        absence = Away(code, code)
        if code == "б" and self.rng.random() < 0.3:
            # The certificate comes with the student: «н» until then.
            known = back < self.today
            absence = Away("н", "б" if known else "н", back if known else None)
        for offset in range(days):
            self.away[student, start + timedelta(days=offset)] = absence

    def absence(self, student: int, day: date) -> Away | None:
        found = self.away.get((student, day))
        if found is not None:
            return found
        chance = self.rng.random()
        if chance < self.truancy[student]:
            return Away("н", "н")
        return Away("о", "о") if chance > 0.988 else None

    def value(self, student: int, difficulty: float, work: str) -> str:
        """A mark by ability, the subject's difficulty and luck."""
        luck = self.ability[student] - difficulty + self.rng.gauss(0, 0.75)
        if work == "СН":
            return "з" if luck > -1.4 else "х"
        return (
            "5" if luck > 0.85 else "4" if luck > -0.1 else "3" if luck > -1.5 else "2"
        )


class Filling:
    """Fills the lessons of a term that are past, as their teachers would have done."""

    def __init__(self, pour: Pour, lives: Lives, bells: dict[int, tuple[time, time]]):
        self.pour, self.lives, self.rng = pour, lives, lives.rng
        self.bells, self.today = bells, lives.today
        self.works = {kind.code: kind.pk for kind in WorkKind.objects.all()}
        self.eve = moment(self.today - DAY, 20)

    def sheets(
        self, lessons: list[Lesson], studies: dict[int, Study], is_current: bool
    ) -> Iterator[Sheet]:
        """Past lessons in order, each with the next line of its plan."""
        places: dict[tuple, int] = {}
        rosters: dict[tuple, list[int]] = {}
        for lesson in lessons:
            study = studies[lesson.course_id]
            place = places.get((lesson.course_id, lesson.subgroup_id), 0)
            places[lesson.course_id, lesson.subgroup_id] = place + 1
            if lesson.date >= self.today or place >= len(study.lines):
                continue
            key = (study.course.group_id, lesson.subgroup_id, lesson.date)
            if key not in rosters:
                rosters[key] = _roster(study, lesson)
            sheet = Sheet(lesson, study, rosters[key], self._written(lesson), place)
            if is_current:
                self._neglect(sheet)
            yield sheet

    def _written(self, lesson: Lesson) -> datetime:
        """Mostly at the end of the lesson, sometimes days later, never ahead of today."""
        ends = self.bells[lesson.number][1] if lesson.number else time(14, 30)
        at = moment(lesson.date, ends.hour, ends.minute)
        if self.rng.random() < 0.05:
            at = moment(lesson.date + self.rng.randint(1, 4) * DAY, 19)
        return min(at, self.eve) if at > self.eve else at

    def _neglect(self, sheet: Sheet) -> None:
        """Of the last fortnight something is missing, so that the red lists have work."""
        if (self.today - sheet.lesson.date).days > 14:
            return
        chance = self.rng.random()
        sheet.has_topic = not (chance < 0.03 or 0.06 < chance < 0.09)
        sheet.has_attendance = not 0.03 < chance < 0.09
        sheet.has_results = not 0.1 < chance < 0.25

    def fill(self, sheet: Sheet) -> None:
        """Write the topic, the homework and that attendance was taken."""
        lesson, line = sheet.lesson, sheet.study.lines[sheet.line]
        if not (sheet.has_topic or sheet.has_attendance):
            return
        if sheet.has_topic:
            self.write_topic(lesson, sheet.study, sheet.line, sheet.at)
        if sheet.has_attendance:
            lesson.attendance_taken_at = sheet.at
            lesson.attendance_taken_by_id = lesson.teacher_id
        lesson.kind_id = line.kind_id
        self.pour.change(lesson, sheet.at, lesson.teacher.user_id)

    def write_topic(self, lesson: Lesson, study: Study, place: int, at) -> None:
        line = study.lines[place]
        lesson.topic, lesson.homework = line.title, line.homework
        lesson.kind_id, lesson.filled_at = line.kind_id, at
        topic = LessonTopic(
            lesson_id=lesson.pk, planned_lesson_id=line.pk, hours=line.hours
        )
        self.pour.add(topic, at, lesson.teacher.user_id)


def _roster(study: Study, lesson: Lesson) -> list[int]:
    present = study.cohort.on(lesson.date)
    if lesson.subgroup_id is None:
        return present
    part = next(p for p in study.parts if p.subgroup.pk == lesson.subgroup_id)
    inside = {
        member.student_id
        for member in part.students
        if member.start <= lesson.date
        and (member.end is None or lesson.date < member.end)
    }
    return [student for student in present if student in inside]


def fill_marks(filling: Filling, sheets: Iterable[Sheet]) -> None:
    """Absences, works and marks of lessons that were held, with their history.

    The one place beside `domain.lessons.write_cells` that writes marks and absences: it
    pours a past of many lessons at once, with the history each cell would have had: «+»
    by the lesson's teacher when it was filled, «~» with a reason for a correction that
    came after the day, always before today. Only students of the roster of that date are
    marked, and only those present or late. Nothing is asked of entry windows or rights:
    the data is invented.
    """
    for sheet in sheets:
        filling.fill(sheet)
        if not sheet.has_attendance:
            continue
        present = []
        for student in sheet.students:
            away = filling.lives.absence(student, sheet.lesson.date)
            if (away is None or away.code == "о") and student != sheet.study.exempt:
                present.append(student)
            if away is not None:
                _write_absence(filling, sheet, student, away)
        if sheet.has_topic:
            _write_works(filling, sheet, present)


def _write_absence(filling: Filling, sheet: Sheet, student: int, away: Away) -> None:
    lesson, pour = sheet.lesson, filling.pour
    late, part = away.code == "о", filling.rng.random() < 0.05
    absence = Absence(
        lesson_id=lesson.pk,
        student_id=student,
        reason_id=away.code,
        hours=0 if late else 1 if part else lesson.hours,
        minutes=filling.rng.choice((5, 10, 15, 20)) if late else None,
    )
    pour.add(absence, sheet.at, lesson.teacher.user_id)
    if away.certified:
        curator = sheet.study.course.group.curator
        later = max(moment(away.certified, 15), sheet.at)
        absence.reason_id = away.final
        pour.change(absence, later, curator and curator.user_id, CERTIFICATE)


def _write_works(filling: Filling, sheet: Sheet, present: list[int]) -> None:
    lesson, rng = sheet.lesson, filling.rng
    line = sheet.study.plan[sheet.line]
    works = [line.work]
    if line.work in ("ОЗ", "ПР") and rng.random() < 0.15:
        works.append("ДЗ")
    for number, work in enumerate(works, 1):
        task = Task(
            lesson_id=lesson.pk,
            number=number,
            kind_id=filling.works[work],
            topic=line.topic if work in REQUIRED else "",
            is_required=work == "КР",
        )
        filling.pour.add(task, sheet.at, lesson.teacher.user_id)
        if work == "КР" and not sheet.has_results:
            continue
        for student in present:
            if rng.random() < SHARE[work]:
                _write_mark(filling, sheet, task, student, work)


def _write_mark(
    filling: Filling, sheet: Sheet, task: Task, student: int, work: str
) -> None:
    rng, by = filling.rng, sheet.lesson.teacher.user_id
    value = filling.lives.value(student, sheet.study.subject.difficulty, work)
    mark = Mark(task_id=task.pk, student_id=student, value=value)
    filling.pour.add(mark, sheet.at, by)
    if rng.random() < 0.006 and value in "345":
        later = moment(sheet.lesson.date + rng.randint(1, 9) * DAY, 16)
        if sheet.at < later < filling.eve:
            mark.value = {"3": "4", "4": "5", "5": "4"}[value]
            filling.pour.change(mark, later, by, rng.choice(MARK_REASONS))
