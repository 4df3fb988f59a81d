"""What others wrote in a teacher's own journal, told to the teacher (safety A45).

An account with all rights, whoever corrected by an approved request in the teacher's
place, a deputy who undid corrections. Read from the history, stored nowhere.
"""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max, Q, Value

from journal.domain.control.steps import OWNERS, strange_q
from journal.models import Lesson, Sheet, User


class Strange(NamedTuple):
    """How many steps of the history `by` (a user) made in one lesson, or one sheet."""

    by: int
    place: Lesson | Sheet
    count: int
    at: datetime


def written_by_others(user: User, since: datetime) -> list[Strange]:
    """What others wrote in the person's lessons and sheets since then, the newest first.

    One query, one more for lessons and one for sheets.
    """
    rows = None
    for model, owners in OWNERS.items():
        place = owners[0].partition("__teacher")[0]
        own = Q()
        for path in owners:
            own |= Q(**{path: user.pk})
        steps = model.history.filter(
            own, strange_q(model), history_date__gte=since, history_user__isnull=False
        )
        part = (
            steps.order_by()
            .values_list("history_user", place, Value(place.endswith("lesson")))
            .annotate(count=Count("pk"), last=Max("history_date"))
        )
        rows = part if rows is None else rows.union(part, all=True)
    found = list(rows)
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
