"""What the office has verified, handed in and told each other: some of it late."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from journal.domain.contingent.deliveries import WEEK, due_lists
from journal.domain.demo.families import Cohort
from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.staff import Staff
from journal.models import CardCheck, Employee, ListDelivery, Mismatch

DAY = timedelta(days=1)
# Days since the curator verified a card, over and over down the list: the last two wait.
CURATOR = (3, 12, 20, 26, 40)
HEAD = (30, 90, 170, 200)
HR = (60, 200, 400)


def create_rounds(home: Cohort, staff: Staff, today: date) -> None:
    """Checks of cards, lists handed in, and two mismatches of the curator's group."""
    _check(home, staff, today)
    _check_staff(staff, today)
    _tell(home, staff, today)
    _hand_in(staff, today)


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _check(home: Cohort, staff: Staff, today: date) -> None:
    sitting = set(home.on(today))
    students = [one for one in home.students if one.pk in sitting]
    for round_, days, by in (
        (CardCheck.Round.CURATOR, CURATOR, home.group.curator.user),
        (CardCheck.Round.DEPARTMENT, HEAD, staff.user("department")),
    ):
        for place, student in enumerate(students[:-2]):
            ago = days[place % len(days)]
            day = today - ago * DAY
            row = CardCheck(student=student, round=round_, on=day, by=by)
            saved(row, _at(day, 14), by)


def _check_staff(staff: Staff, today: date) -> None:
    by = staff.user("hr")
    people = list(Employee.objects.order_by("pk"))[:-2]
    rows = [
        CardCheck(
            employee=employee,
            round=CardCheck.Round.HR,
            on=today - HR[place % len(HR)] * DAY,
            by=by,
        )
        for place, employee in enumerate(people)
    ]
    saved_all(rows, _at(today - 60 * DAY, 14), by)


def _tell(home: Cohort, staff: Staff, today: date) -> None:
    """One is new, one was answered two days ago."""
    curator, office = home.group.curator.user, staff.user("admin")
    sitting = set(home.on(today))
    student = [one for one in home.students if one.pk in sitting][-1]
    told = _at(today - 4 * DAY, 11)
    rejected = Mismatch(
        group=home.group,
        kind=Mismatch.Kind.LEFT,
        student=student,
        since=today - 6 * DAY,
        note="Не ходит с понедельника, дома говорят, что перевёлся.",
        reported_at=told,
        reported_by=curator,
    )
    saved(rejected, told, curator)
    rejected.state = Mismatch.State.REJECTED
    rejected.answer = "Приказа нет: заявление не подано. Болеет, справка у секретаря."
    rejected.answered_at, rejected.answered_by = _at(today - 2 * DAY, 16), office
    rejected._change_reason = "Отклонено"
    saved(rejected, rejected.answered_at, office)
    at = _at(today - DAY, 9)
    new = Mismatch(
        group=home.group,
        kind=Mismatch.Kind.UNLISTED,
        name="Ручейкова Алина Денисовна",
        since=today - DAY,
        note="Перешла из другого колледжа, сидит на занятиях.",
        reported_at=at,
        reported_by=curator,
    )
    saved(new, at, curator)


def _hand_in(staff: Staff, today: date) -> None:
    """All lists but those of the last week over; the first ones came a day late."""
    secretary = staff.user("secretary")
    for due in due_lists(secretary, today, "add"):
        if due.due_on > today - WEEK:
            continue
        late = DAY if due.kind == ListDelivery.Kind.TEACHERS else 0 * DAY
        row = ListDelivery(
            kind=due.kind,
            department=due.department,
            due_on=due.due_on,
            handed_in_on=due.due_on + late,
            by=secretary,
        )
        saved(row, _at(row.handed_in_on, 15), secretary)
