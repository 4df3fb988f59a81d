"""What stands in the cells of lessons, and which rows came of an import."""

from collections.abc import Sequence

from journal.domain.lessons import ABSENCE, Change
from journal.models import Absence, Lesson, Mark


def stands_in(lessons: list[Lesson]) -> dict[tuple[int, int, str], str]:
    """What stands in the cells of these lessons."""
    keys = [one.pk for one in lessons]
    marks = Mark.objects.filter(task__lesson__in=keys).order_by()
    found = {
        (lesson, student, str(number)): value
        for lesson, student, number, value in marks.values_list(
            "task__lesson", "student", "task__number", "value"
        )
    }
    absences = Absence.objects.filter(lesson__in=keys).order_by()
    for lesson, student, reason in absences.values_list("lesson", "student", "reason"):
        found[lesson, student, ABSENCE] = reason
    return found


def trace_of(changes: Sequence[Change]) -> list[dict]:
    """The rows that came of the changes, for undoing."""
    wanted = {(one.lesson, one.student, one.field) for one in changes}
    lessons = {one.lesson for one in changes}
    rows = [
        ("mark", pk, (lesson, student, str(number)))
        for pk, lesson, student, number in Mark.objects.filter(task__lesson__in=lessons)
        .order_by()
        .values_list("pk", "task__lesson", "student", "task__number")
    ]
    rows += [
        ("absence", pk, (lesson, student, ABSENCE))
        for pk, lesson, student in Absence.objects.filter(lesson__in=lessons)
        .order_by()
        .values_list("pk", "lesson", "student")
    ]
    return [
        {"model": model, "pk": pk, "changes": None}
        for model, pk, key in rows
        if key in wanted
    ]
