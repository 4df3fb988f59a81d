"""Numbers of practical, laboratory, control and independent works (K 3.9)."""

from collections import Counter

from django.db import transaction
from simple_history.utils import bulk_update_with_history

from journal.models import PlannedLesson, ThematicPlan, User


def renumbered(lines) -> list[PlannedLesson]:
    """Lines, in the order of the plan, whose work number is not what it should be.

    Works of each kind are counted from one; what is no work has no number. The new
    number stands in the line, unsaved.
    """
    counts: Counter = Counter()
    changed = []
    for line in lines:
        number = None
        if line.kind and line.kind.is_numbered:
            counts[line.kind_id] += 1
            number = counts[line.kind_id]
        if line.work_number != number:
            line.work_number = number
            changed.append(line)
    return changed


@transaction.atomic
def number_works(plan: ThematicPlan, by: User) -> int:
    """Number all the works of a plan; how many lines were changed."""
    lines = plan.lessons.select_related("kind").order_by("number")
    changed = renumbered(lines)
    if changed:
        bulk_update_with_history(
            changed,
            PlannedLesson,
            ["work_number"],
            default_user=by,
            default_change_reason="Нумерация работ",
        )
    return len(changed)
