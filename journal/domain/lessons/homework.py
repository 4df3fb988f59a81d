"""Homework: when it is due, handed in and checked (F4; E 2.1, M 5.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from journal.domain.files import taken_in
from journal.domain.lessons.book import MOST_TASKS
from journal.domain.lessons.owed import sits
from journal.domain.timetable import bells_on
from journal.models import (
    Group,
    Homework,
    HomeworkFile,
    Lesson,
    Membership,
    Student,
    SubgroupMember,
    Submission,
    Task,
    User,
    WorkKind,
)
from journal.models.reach import kept_lessons
from journal.models.sqlite import russian_key

MOST_FILES = 5
MOST_TEXT = 10_000
STATE = Submission.State


def lessons_after(lesson: Lesson) -> QuerySet[Lesson]:
    """The lessons of the course that the same students still have, the next one first."""
    later = Q(date__gt=lesson.date)
    if lesson.number is not None:
        later |= Q(date=lesson.date, number__gt=lesson.number)
    rows = Lesson.objects.held().filter(later, course=lesson.course_id)
    if lesson.subgroup_id:
        rows = rows.filter(Q(subgroup=None) | Q(subgroup=lesson.subgroup_id))
    return rows.order_by("date", F("number").asc(nulls_last=True), "pk")


def due_moment(homework: Homework) -> datetime | None:
    """When it is due: as its lesson begins, or at the end of the day named.

    Without either it is due at the next lesson of the course, as it is at the one after
    a lesson that was cancelled; None while the timetable has none. A lesson without bells
    is due as its day ends.
    """
    if homework.due_on:
        return _end_of(homework.due_on)
    lesson = homework.due_lesson
    if lesson is None or lesson.is_cancelled:
        lesson = lessons_after(lesson or homework.lesson).first()
    if lesson is None:
        return None
    start, _ = bells_on(lesson.date).get(lesson.number, (None, None))
    if start is None:
        return _end_of(lesson.date)
    return timezone.make_aware(datetime.combine(lesson.date, start))


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def due_words(moment: datetime | None) -> str:
    """«до 12.10.2026, 9:00»; the end of a day is said by its date alone."""
    if moment is None:
        return "срок назовёт расписание"
    moment = timezone.localtime(moment)
    if moment.time() == time.min:
        return f"до {moment - timedelta(days=1):%d.%m.%Y} включительно"
    return f"до {moment:%d.%m.%Y}, {moment.hour}:{moment.minute:02}"


def who_does(homework: Homework) -> QuerySet[Student]:
    """Whoever sat in the group, and in the subgroup, on the lesson's day."""
    lesson = homework.lesson
    held = Membership.objects.on(lesson.date).filter(group=lesson.course.group_id)
    found = Student.objects.filter(pk__in=held.values("student"))
    if lesson.subgroup_id:
        part = SubgroupMember.objects.on(lesson.date).filter(
            subgroup=lesson.subgroup_id
        )
        found = found.filter(pk__in=part.values("student"))
    return found


# What the teacher sets


@dataclass(frozen=True)
class Assignment:
    """What a teacher says of a homework; `kind` is that of the mark, None without one."""

    due_lesson: Lesson | None = None
    due_on: date | None = None
    is_collected: bool = False
    kind: WorkKind | None = None
    files: tuple = ()
    dropped: tuple[int, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not (
            self.due_lesson
            or self.due_on
            or self.is_collected
            or self.kind
            or self.files
        )


@transaction.atomic
def assign(lesson: Lesson, said: Assignment) -> Homework | None:
    """Write what is asked beside the words of the lesson; raises ValidationError.

    Nothing said makes no row; a row that stands is changed, and only as far as it is
    other. Files are checked before anything is kept. A later term forgives works that
    were late for the former one.
    """
    homework = Homework.objects.filter(lesson=lesson).first()
    if homework is None and said.is_nothing:
        return None
    homework = homework or Homework(lesson=lesson)
    before = _terms(homework)
    homework.due_lesson, homework.due_on = said.due_lesson, said.due_on
    homework.is_collected = said.is_collected
    if not said.is_collected and homework.pk and homework.submissions.exists():
        raise ValidationError("Работы уже сданы: отменить сдачу нельзя.")
    is_other = _under_task(homework, said.kind)
    if is_other or homework.pk is None or _terms(homework) != before:
        homework.save()
        _forgive(homework)
    for file in homework.files.filter(pk__in=said.dropped):
        file.delete()
    if homework.files.count() + len(said.files) > MOST_FILES:
        raise ValidationError(f"К заданию прикладывают не больше {MOST_FILES} файлов.")
    for file in said.files:
        name = taken_in(file)
        HomeworkFile.objects.create(homework=homework, name=name, file=file)
    return homework


def _terms(homework: Homework) -> tuple:
    return homework.due_lesson, homework.due_on, homework.is_collected


def _forgive(homework: Homework) -> None:
    """Works within the term that stands now are late no more."""
    due = due_moment(homework)
    late = homework.submissions.filter(is_late=True)
    for work in late.filter(handed_in_at__lte=due) if due else late:
        work.is_late = False
        work.save()


def _under_task(homework: Homework, kind: WorkKind | None) -> bool:
    """Have the work that marks stand under, of the kind named; did it change?"""
    task = homework.task
    if (task and task.kind) == kind:
        return False
    if kind is None:
        if task.marks.exists():
            raise ValidationError("За это задание уже есть отметки: работа остаётся.")
        homework.task = None
        if homework.pk:
            homework.save()
        task.delete()
        return True
    if task is not None:
        task.kind = kind
        task.save()
        return False
    number = free_number(homework.lesson)
    if number is None:
        raise ValidationError(f"В занятии не больше {MOST_TASKS} работ.")
    homework.task = Task.objects.create(
        lesson=homework.lesson, number=number, kind=kind, topic="Домашнее задание"
    )
    return True


def free_number(lesson: Lesson) -> int | None:
    """The number for one more work of the lesson; None where there are six."""
    taken = set(lesson.tasks.values_list("number", flat=True))
    return min({*range(1, MOST_TASKS + 1)} - taken, default=None)


# What the student hands in


def is_asked_of(user: User, homework: Homework, student: int) -> bool:
    """Of this student, one of those who do it, is it asked for, and is that the user?"""
    own = getattr(user, "student", None)
    return (
        homework.is_collected
        and own is not None
        and own.pk == student
        and user.has_perm("journal.add_submission")
    )


@transaction.atomic
def hand_in(user: User, homework: Homework, text: str, file=None) -> Submission:
    """Hand in the own work, or replace it while it is not checked; late or in time.

    A work that came in time and was returned for rework is not late when it comes again.

    Raises PermissionDenied to anybody but a student who does it, ValidationError where
    there is nothing in it, too much, or it was checked already.
    """
    student = getattr(user, "student", None)
    if not (
        student
        and is_asked_of(user, homework, student.pk)
        and who_does(homework).filter(pk=student.pk).exists()
    ):
        raise PermissionDenied
    text = text.strip()
    if len(text) > MOST_TEXT:
        raise ValidationError(f"Ответ длиннее {MOST_TEXT} знаков. Приложите файл.")
    rows = Submission.objects.select_for_update()
    own = rows.filter(homework=homework, student=student).first()
    if own and own.state == STATE.CHECKED:
        raise ValidationError("Работа уже проверена: изменить её нельзя.")
    own = own or Submission(homework=homework, student=student)
    if not (text or file or own.file):
        raise ValidationError("Напишите ответ или приложите файл.")
    own.text = text
    if file:
        own.file_name, own.file = taken_in(file), file
    due, now = due_moment(homework), timezone.now()
    own.handed_in_at, own.state, own.quality = now, STATE.HANDED_IN, ""
    if own.checked_at is None:
        own.is_late = due is not None and now > due
    own.save()
    return own


# What the teacher makes of it


@dataclass(frozen=True)
class Verdict:
    """What stands of one student's work; `is_checked` without a quality by its mark."""

    quality: str = ""
    remark: str = ""
    is_returned: bool = False
    is_checked: bool = False

    def state_of(self, own: Submission) -> str:
        if self.is_returned:
            return STATE.RETURNED
        if self.quality or self.is_checked or not own.pk:
            return STATE.CHECKED
        is_taken_back = own.quality or own.state == STATE.RETURNED
        return STATE.HANDED_IN if is_taken_back else own.state


@transaction.atomic
def judge(user: User, homework: Homework, student: Student, said: Verdict) -> bool:
    """Check a work, or return it for rework; was there anything to write?

    A work handed in on paper gets its row here, and loses it when nothing is said any
    more; a work handed in then waits again. Raises PermissionDenied to whoever may not
    check works of the lesson, ValidationError where a verdict is none.
    """
    if not Homework.objects.visible_to(user, "change").filter(pk=homework.pk).exists():
        raise PermissionDenied
    said = replace(said, remark=said.remark.strip())
    rows = Submission.objects.select_for_update()
    own = rows.filter(homework=homework, student=student).first()
    if said.is_returned and not said.remark:
        raise ValidationError(f"{student}: напишите, что доработать.")
    if said.is_returned and own is None:
        raise ValidationError(f"{student}: работа не сдана, возвращать нечего.")
    if said == Verdict() and not (own and (own.text or own.file)):
        if own:
            own.delete()
        return own is not None
    own = own or Submission(homework=homework, student=student)
    state = said.state_of(own)
    if own.pk and (own.quality, own.remark, own.state) == (
        said.quality,
        said.remark,
        state,
    ):
        return False
    own.quality, own.remark, own.state = said.quality, said.remark, state
    own.checked_at, own.checked_by = timezone.now(), getattr(user, "employee", None)
    own.save()
    return True


def to_check(user: User) -> QuerySet[Homework]:
    """Homework of own lessons with `waiting` works, the longest of them `since`."""
    waiting = Q(submissions__state=STATE.HANDED_IN)
    return (
        Homework.objects.filter(
            Exists(
                Submission.objects.filter(
                    homework=OuterRef("pk"), state=STATE.HANDED_IN
                )
            ),
            lesson__in=kept_lessons(user),
        )
        .annotate(
            waiting=Count("submissions", filter=waiting),
            since=Min("submissions__handed_in_at", filter=waiting),
        )
        .order_by("since")
    )


@dataclass
class Checking:
    """One teacher's homework over some days: how much was collected, how it went."""

    teacher: str
    collected: int = 0
    asked: int = 0
    handed_in: int = 0
    late: int = 0
    checked: int = 0
    good: int = 0
    waited: timedelta = timedelta()
    longest: timedelta = timedelta()

    @property
    def mean_days(self) -> float | None:
        """How long a work waited for its check, those still waiting until now."""
        if not self.handed_in:
            return None
        return self.waited.total_seconds() / 86400 / self.handed_in


def measured_checking(
    user: User, first: date, last: date, group: Group | None = None
) -> list[Checking]:
    """Timeliness and quality of homework by teacher (M 5.2), visible rows alone.

    `good` are works done in full; a work still waiting has waited until now. Three queries.
    """
    rows = Homework.objects.visible_to(user).filter(
        is_collected=True, lesson__date__range=(first, last)
    )
    if group is not None:
        rows = rows.filter(lesson__course__group=group)
    rows = rows.select_related("lesson__teacher").prefetch_related("submissions")
    rows = rows.order_by("pk")
    asked = numbers_asked(rows)
    found: dict[int, Checking] = {}
    now = timezone.now()
    for homework in rows:
        teacher = homework.lesson.teacher
        own = found.setdefault(teacher.pk, Checking(str(teacher)))
        own.collected += 1
        own.asked += asked.get(homework.pk, 0)
        for work in homework.submissions.all():
            _count(own, work, now)
    return sorted(found.values(), key=lambda one: russian_key(one.teacher))


def numbers_asked(homeworks: Iterable[Homework]) -> dict[int, int]:
    """Homework → how many are asked for it, the number of `who_does`; one query."""
    lesson = "group__courses__lessons"
    day = F(f"{lesson}__date")
    asked = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gt=day),
        start__lte=day,
        **{f"{lesson}__assignment__in": [one.pk for one in homeworks]},
    ).annotate(part=F(f"{lesson}__subgroup"), day=day, asked=F(f"{lesson}__assignment"))
    asked = asked.filter(sits(OuterRef("part"), OuterRef("student"), OuterRef("day")))
    counted = asked.order_by().values("asked")
    counted = counted.annotate(count=Count("student", distinct=True))
    return dict(counted.values_list("asked", "count"))


def _count(own: Checking, work: Submission, now: datetime) -> None:
    if work.quality == Submission.Quality.NOT_DONE:
        return
    own.handed_in += 1
    own.late += work.is_late
    own.checked += work.state == STATE.CHECKED
    own.good += work.quality == Submission.Quality.FULL
    is_answered = work.checked_at and work.state != STATE.HANDED_IN
    waited = max(
        (work.checked_at if is_answered else now) - work.handed_in_at, timedelta()
    )
    own.waited += waited
    own.longest = max(own.longest, waited)
