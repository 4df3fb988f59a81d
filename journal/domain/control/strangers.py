"""What others wrote in a teacher's own journal, told to the teacher (safety A45).

An account with all rights, whoever corrected by an approved request in the teacher's
place, a deputy who undid corrections. Read from the history, stored nowhere.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Max, Value

from journal.domain.control.steps import OWNERS, strange_q
from journal.models import Absence, Lesson, Mark, Result, Sheet, Task, User
from journal.models.reach import employee_key, kept_lessons

LONG_AGO = timedelta(days=400)


class Strange(NamedTuple):
    """How many steps of the history `by` (a user) made in one lesson, or one sheet."""

    by: int
    place: Lesson | Sheet
    count: int
    at: datetime


def _own(user: User, since: datetime) -> dict:
    """Model → the lookup to the person's own places and these, as a subquery.

    From the places to the steps: of all that was written in a fortnight little is here.
    """
    lessons = kept_lessons(user, since.date() - LONG_AGO, also_planned=True)
    sheets = Sheet.objects.filter(teacher=employee_key(user)).order_by()
    tasks = Task.objects.filter(lesson__in=lessons).order_by()
    return {
        Mark: ("task__in", tasks.values("pk")),
        Absence: ("lesson__in", lessons),
        Result: ("sheet__in", sheets.values("pk")),
    }


def written_by_others(user: User, since: datetime) -> list[Strange]:
    """What others wrote in the person's lessons and sheets since then, the newest first.

    Of lessons of the last year or so; the deputy sees older ones too (`sittings`).
    One query, one more for lessons and one for sheets.
    """
    rows = None
    for model, (lookup, places) in _own(user, since).items():
        place = OWNERS[model][0].partition("__teacher")[0]
        steps = model.history.filter(
            strange_q(model), **{lookup: places}, history_date__gte=since
        )
        part = (
            steps.order_by()
            .values_list("history_user", place, Value(model is not Result))
            .annotate(count=Count("pk"), last=Max("history_date"))
        )
        rows = part if rows is None else rows.union(part, all=True)
    found = [row for row in rows if row[0]]  # what nobody did, the system did
    lessons = Lesson.objects.select_related("course__discipline", "course__group")
    sheets = Sheet.objects.select_related("group", "period__year")
    known = {
        True: lessons.in_bulk({key for _, key, is_lesson, *_ in found if is_lesson}),
        False: sheets.in_bulk(
            {key for _, key, is_lesson, *_ in found if not is_lesson}
        ),
    }
    told: dict[tuple, Strange] = {}
    for by, key, is_lesson, count, at in found:
        before = told.get((by, key, is_lesson))
        if before:
            count, at = count + before.count, max(at, before.at)
        told[by, key, is_lesson] = Strange(by, known[is_lesson][key], count, at)
    return sorted(told.values(), key=lambda one: one.at, reverse=True)
