"""Whose lessons a person may ask to have corrected, be they not theirs to write (F10).

Whoever wrote a cell may have handed the course over, or have left. So in a closed period
the present teacher of the course asks for its old cells, no more the former one
(`reach.teaching`), and so do those who look after it (department, study unit, deputy); a
second person decides all the same. Curators ask for absences alone, which they may write.
"""

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When

from journal.models import Lesson, PeriodClosing
from journal.models.prepared import Asker
from journal.models.reach import changed_hands, employee_key, grants, rights_q
from journal.roles import Anchor

RIGHT = "add_correctionrequest"


def said(condition: Q) -> Case:
    """Does a condition hold of the row?"""
    return Case(
        When(condition, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def asking_q(user, *, is_closed: bool) -> Q:
    """The condition on lessons; of periods whose marks are closed now, or ever were.

    What was asked for is approved while the period is open again, too.
    """
    roles = tuple(
        grant
        for grant in grants(user)
        if grant.anchor != Anchor.GROUP and RIGHT in grant.permissions
    )
    asker = Asker(user.pk, employee_key(user), roles, False, changed_hands(user))
    closings = PeriodClosing.objects.filter(
        period=OuterRef("course__period"), aspect=PeriodClosing.Aspect.MARKS
    )
    if is_closed:
        closings = closings.in_force()
    return Q(Exists(closings)) & rights_q(
        asker, Lesson.reach, "view_lesson", on_duty=True
    )
