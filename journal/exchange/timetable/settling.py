"""Which rows of a sheet of changes go together, and which do not."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from journal.domain.timetable.taken import Taken, sitting_of
from journal.exchange.mapping import Row
from journal.models import Lesson

COMPARED = ("course", "subgroup", "teacher", "room", "is_cancelled", "stream")


class LeftOutError(Exception):
    """Why a row is not taken, in Russian; "" where a question stands open."""


@dataclass
class Plan:
    """What a row makes of a lesson; without one it is a new lesson."""

    row: Row
    lesson: Lesson | None
    wanted: dict[str, object]

    @property
    def after(self) -> Lesson:
        """The lesson as it would be, unsaved."""
        if self.lesson is None:
            return Lesson(**self.wanted)
        values = {
            name: self.wanted.get(name, getattr(self.lesson, name)) for name in COMPARED
        }
        return Lesson(
            pk=self.lesson.pk,
            date=self.lesson.date,
            number=self.lesson.number,
            **values,
        )


def joint_name(lesson: Lesson) -> str:
    """The stream of a lesson that several groups have together on one day."""
    teacher = lesson.teacher.short_name[:25]
    return f"{lesson.date:%d.%m}, {lesson.number}: {teacher}"


def settle(plans: dict[int, Plan]) -> dict[int, str]:
    """Take the plans that cannot be carried out from `plans`; why, by their keys.

    A lesson that a row changes holds its old place no more, so that two rows may
    exchange theirs; one whose row is refused holds it again, and the rest is looked at
    anew. Of two rows for one place the first has it; several groups with one teacher in
    one room for one discipline have a lesson together, a stream of that day.
    """
    reasons: dict[int, str] = {}
    while refused := _refused(plans):
        reasons |= refused
        for key in refused:
            del plans[key]
    return reasons


def _refused(plans: Mapping[int, Plan]) -> dict[int, str]:
    _join(plans)
    after = {key: plan.after for key, plan in plans.items()}
    changed = [plan.lesson.pk for plan in plans.values() if plan.lesson]
    taken = Taken({one.date for one in after.values()}, changed)
    reasons = {}
    for key, lesson in after.items():
        if lesson.is_cancelled:
            continue
        who, where = sitting_of(lesson), (lesson.date, lesson.number)
        if told := taken.problems(who, *where):
            reasons[key] = " ".join(told)
        else:
            words = f"группа {lesson.course.group} в строке {plans[key].row.number}"
            taken.hold(who, *where, words)
    return reasons


def _join(plans: Mapping[int, Plan]) -> None:
    together = defaultdict(list)
    for plan in plans.values():
        plan.wanted.pop("stream", None)
        one = plan.after
        if one.is_cancelled or one.stream or not one.room_id:
            continue
        place = (one.date, one.number, one.teacher_id, one.room_id)
        together[(*place, one.course.discipline_id)].append((plan, one))
    for found in together.values():
        if len({one.course.group_id for _, one in found}) > 1:
            for plan, one in found:
                plan.wanted["stream"] = joint_name(one)
