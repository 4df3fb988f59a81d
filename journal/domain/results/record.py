"""What signed sheets say of a group's students, wherever they studied then.

A mark of record goes with the student: the sheet of the former group says what somebody
who has moved here has got in the same discipline and period.
"""

from datetime import date

from journal.domain.results.official import Results, read_official
from journal.models import Course, Membership
from journal.models.prepared import Prepared


def read_record(columns, home: dict[int, int], movers: set[int], day: date) -> Results:
    """(student, course) → stage → result, for the students and groups of `home`.

    `columns` are courses with `pk`, `group`, `subject`, `period`. What the group itself
    has signed stands over what a mover had got elsewhere. One query, two with movers.
    """
    own = {(one.group, one.subject, one.period): one.pk for one in columns}
    twins = _twins(columns, movers) if movers else {}
    found = read_official([*own.values(), *twins], day)
    groups = {one.pk: one.group for one in columns}
    known: Results = {}
    for (student, course), stages in found.items():
        if groups.get(course) == home.get(student):
            known[student, course] = stages
    for (student, course), stages in found.items():
        if student in movers and course in twins:
            here = own.get((home[student], *twins[course]))
            if here is not None:
                known.setdefault((student, here), stages)
    return known


def _twins(columns, movers: set[int]) -> dict[int, tuple[int, int]]:
    """Course → (discipline, period) of the same in groups where movers have been."""
    found = _read_twins(
        movers=sorted(movers),
        periods=sorted({one.period for one in columns}),
        subjects=sorted({one.subject for one in columns}),
    )
    return {pk: (subject, period) for pk, subject, period in found}


@Prepared
def _read_twins(movers, periods, subjects):
    been = Membership.objects.filter(student__in=movers)
    rows = Course.objects.filter(
        group__in=been.order_by().values("group"),
        period__in=periods,
        discipline__in=subjects,
    )
    return rows.order_by().values_list("pk", "discipline", "period")
