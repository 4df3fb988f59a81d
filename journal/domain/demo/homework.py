"""Homework of the last weeks in the curator's group: set, handed in, partly checked."""

from datetime import date, timedelta
from random import Random

from django.core.files.base import ContentFile

from journal.domain.demo.families import Cohort
from journal.domain.demo.pouring import saved
from journal.domain.demo.staff import moment
from journal.domain.files import taken_in
from journal.domain.lessons.homework import due_moment
from journal.models import (
    Homework,
    HomeworkFile,
    Lesson,
    Student,
    Submission,
    Task,
    WorkKind,
)

DAY = timedelta(days=1)
SET = 4
SHEET = "1. Повторите тему.\n2. Решите задачи варианта.\n3. Запишите вывод.\n"
ANSWERS = (
    "Решение в тетради, ответы: 1) 12; 2) 0,5; 3) решений нет.",
    "Готово. Вопрос 2 не понял, сделал как в примере.",
    "Все три задания выполнены, вывод в конце.",
)
REMARKS = ("Нет вывода, допишите.", "Проверьте знак во втором задании.")
# The share of those who handed in, the newest homework first.
HANDED_IN = (0.3, 0.75, 0.85, 0.9)


def create_homework(home: Cohort, today: date) -> None:
    """Four collected homeworks: the newest one just set, the oldest checked.

    The student who signs in owes the newest one, has one back for rework and one checked.
    """
    rng = Random(15)
    lessons = Lesson.objects.held().filter(
        course__group=home.group, subgroup=None, date__lt=today, topic__gt=""
    )
    signs_in = lessons.filter(teacher__user__username="teacher")
    last = (signs_in if signs_in else lessons).order_by("-date", "-number").first()
    if last is None:
        return
    chosen = (
        lessons.filter(course=last.course_id)
        .select_related("teacher__user", "course")
        .order_by("-date", "-number")[:SET]
    )
    kind = WorkKind.objects.filter(code="ДЗ").first()
    own = Student.objects.filter(user__username="student").first()
    for age, lesson in enumerate(chosen):
        homework = _set(lesson, age, kind, today)
        _hand_in(rng, homework, home.on(lesson.date), age, today, own and own.pk)


def _set(lesson: Lesson, age: int, kind: WorkKind | None, today: date) -> Homework:
    """A collected homework with a file, as its teacher set it after the lesson."""
    at, by = moment(min(lesson.date, today - DAY), 16), lesson.teacher.user
    homework = Homework(lesson=lesson, is_collected=True)
    homework.due_on = lesson.date + 4 * DAY
    if not age:
        homework.due_on = max(homework.due_on, today)
    if age > 1 and kind:
        number = lesson.tasks.count() + 1
        task = Task(lesson=lesson, number=number, kind=kind, topic="Домашнее задание")
        homework.task = saved(task, at, by)
    saved(homework, at, by)
    file = ContentFile(SHEET.encode(), name="Задание.txt")
    name = taken_in(file)
    saved(HomeworkFile(homework=homework, name=name, file=file), at, by)
    return homework


def _hand_in(
    rng: Random, homework: Homework, students, age: int, today: date, own: int | None
) -> None:
    """Works of one homework; of what was set `age` lessons ago the more is done."""
    due, eve = due_moment(homework), moment(today - DAY, 20)
    for student in students:
        is_in = age > 0 if student == own else rng.random() < HANDED_IN[age]
        day = homework.lesson.date + rng.randint(1, 5) * DAY
        at = moment(day, 18, rng.randint(0, 59))
        if not is_in or at > eve:
            continue
        work = Submission(
            homework=homework,
            student_id=student,
            handed_in_at=at,
            is_late=due is not None and at > due,
            text=rng.choice(ANSWERS),
        )
        saved(work, at, Student.objects.get(pk=student).user)
        if age > 1:
            is_returned = age == 2 if student == own else rng.random() < 0.1
            checked = min(at + rng.randint(1, 4) * DAY, eve)
            _check(rng, work, homework.lesson.teacher, checked, is_returned)


def _check(rng: Random, work: Submission, teacher, at, is_returned: bool) -> None:
    quality, state = Submission.Quality, Submission.State
    good = rng.choice([quality.FULL, quality.FULL, quality.PARTLY])
    work.state = state.RETURNED if is_returned else state.CHECKED
    work.quality = quality.PARTLY if is_returned else good
    work.remark = rng.choice(REMARKS) if work.quality == quality.PARTLY else ""
    work.checked_at, work.checked_by = at, teacher
    saved(work, at, teacher.user)
