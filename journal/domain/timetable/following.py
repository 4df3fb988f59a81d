"""How lessons that are there already follow the lines of the timetable."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from journal.domain.timetable.days import bells_on
from journal.models import Absence, Lesson, Task, TimetableEntry

NOT_IN_TIMETABLE = "Занятия больше нет в расписании"
FOLLOWED = ("course_id", "subgroup_id", "date", "number", "room_id", "stream")
# What a change of one day leaves behind: such a lesson stays where it was put.
BY_HAND = ("planned_date", "planned_number", "planned_room_id", "planned_course_id")


class Following:
    """Lessons paired with the drafts of their entries.

    `wanted` must be written with the values they now have, `renamed` only belong to
    another entry, `kept` stay; `fresh` are the drafts that have no lesson yet.
    """

    def __init__(
        self,
        drafts: Iterable[Lesson],
        existing: list[Lesson],
        heirs: Mapping[int, TimetableEntry],
    ):
        self.drafts = {(draft.entry_id, draft.date): draft for draft in drafts}
        self.inherited = _inherit(existing, heirs)
        self.pairs: dict[int, Lesson] = {}
        self.strays: set[int] = set()
        self._pair(existing)
        taken = {id(draft) for draft in self.pairs.values()}
        self.fresh = [one for one in self.drafts.values() if id(one) not in taken]
        self.wanted: list[Lesson] = []
        self.renamed: list[Lesson] = []
        self.kept: list[Lesson] = []
        self._sort(existing)

    def _pair(self, existing: list[Lesson]) -> None:
        """By the day a lesson was planned for, or else by the week: a line that moved
        to another weekday takes its lessons along."""
        free = dict(self.drafts)
        left = []
        for lesson in existing:
            if draft := free.pop((lesson.entry_id, _due(lesson)), None):
                self.pairs[lesson.pk] = draft
            else:
                left.append(lesson)
        weeks: dict[tuple, list[Lesson]] = {}
        for (entry, day), draft in sorted(free.items()):
            weeks.setdefault((entry, _week(day)), []).append(draft)
        for lesson in left:
            off_by_hand = (
                lesson.is_cancelled and lesson.cancel_reason != NOT_IN_TIMETABLE
            )
            here = weeks.get((lesson.entry_id, _week(_due(lesson))))
            if here and not off_by_hand:
                self.pairs[lesson.pk] = here.pop(0)
                self.strays.add(lesson.pk)

    def _sort(self, existing: list[Lesson]) -> None:
        ahead = ahead_of(existing)
        touched = touched_of(ahead)
        moved = _moved(ahead) | self.inherited | self.strays
        may = {lesson.pk for lesson in ahead} - touched
        for lesson in existing:
            draft = self.pairs.get(lesson.pk)
            if lesson.pk in may and _adopt(lesson, draft, lesson.pk in moved):
                if draft is not None:
                    lesson.course, lesson.entry = draft.course, draft.entry
                self.wanted.append(lesson)
            elif lesson.pk in self.inherited:
                self.renamed.append(lesson)
            else:
                self.kept.append(lesson)


def _due(lesson: Lesson) -> date:
    return lesson.planned_date or lesson.date


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _inherit(existing: list[Lesson], heirs: Mapping[int, TimetableEntry]) -> set[int]:
    """Give lessons to the entry that follows theirs; the keys of those given."""
    given = set()
    for lesson in existing:
        heir = heirs.get(lesson.entry_id)
        if heir is not None and _due(lesson) >= heir.start:
            lesson.entry = heir
            given.add(lesson.pk)
    return given


def ahead_of(lessons: list[Lesson]) -> list[Lesson]:
    """Lessons that have not begun; a whole day begins with its first bell."""
    now = timezone.localtime()
    today = now.date()
    ahead = [lesson for lesson in lessons if lesson.date > today]
    if due := [lesson for lesson in lessons if lesson.date == today]:
        bells = bells_on(today)
        first = min((start for start, _ in bells.values()), default=None)
        for lesson in due:
            starts = bells[lesson.number][0] if lesson.number in bells else first
            if starts is None or now.time() < starts:
                ahead.append(lesson)
    return ahead


def touched_of(lessons: list[Lesson]) -> set[int]:
    """Lessons in which somebody wrote already."""
    rows = Lesson.objects.filter(pk__in=[lesson.pk for lesson in lessons]).annotate(
        has_tasks=Exists(Task.objects.filter(lesson=OuterRef("pk"))),
        has_absences=Exists(Absence.objects.filter(lesson=OuterRef("pk"))),
    )
    return {
        lesson.pk
        for lesson in rows
        if lesson.attendance_taken_at
        or lesson.filled_at
        or lesson.topic
        or lesson.has_tasks
        or lesson.has_absences
    }


def _moved(lessons: list[Lesson]) -> set[int]:
    """Lessons whose entry changed after they were last written.

    A lesson changed by hand, for one day, is newer than its entry and stays as it is.
    """
    changed = _last_written(TimetableEntry, {one.entry_id for one in lessons})
    written = _last_written(Lesson, {one.pk for one in lessons})
    return {
        lesson.pk
        for lesson in lessons
        if lesson.entry_id in changed
        and lesson.pk in written
        and changed[lesson.entry_id] > written[lesson.pk]
    }


def _last_written(model, ids: set[int]) -> dict[int, datetime]:
    rows = model.history.filter(id__in=ids).order_by()
    return dict(rows.values_list("id").annotate(Max("history_date")))


def _adopt(lesson: Lesson, draft: Lesson | None, moved: bool) -> bool:
    """Give a lesson the values of its draft; was there anything to change?"""
    by_hand = any(getattr(lesson, name) is not None for name in BY_HAND)
    if draft is None:
        if lesson.is_cancelled or by_hand:
            return False
        lesson.is_cancelled, lesson.cancel_reason = True, NOT_IN_TIMETABLE
        return True
    before = {**lesson.__dict__}
    if lesson.cancel_reason == NOT_IN_TIMETABLE:
        lesson.is_cancelled, lesson.cancel_reason = False, ""
    if lesson.planned_teacher_id != draft.planned_teacher_id:
        if not lesson.is_substituted:
            lesson.teacher = draft.teacher
        lesson.planned_teacher = draft.planned_teacher
    if moved and not by_hand:
        for name in FOLLOWED:
            setattr(lesson, name, getattr(draft, name))
    names = [column.attname for column in Lesson._meta.concrete_fields]
    return any(before[name] != getattr(lesson, name) for name in names)
