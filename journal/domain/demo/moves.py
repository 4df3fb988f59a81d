"""Orders of an invented year: enrolled, moved, on leave, expelled, renamed; one waits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from simple_history.utils import bulk_create_with_history

from journal.domain.contingent.orders import carry_out
from journal.domain.demo.names import LAST_NAMES
from journal.domain.demo.pouring import saved
from journal.domain.demo.staff import moment
from journal.models import Order, OrderKind, OrderLine, OrderReason, User

DAY = timedelta(days=1)


@dataclass
class Office:
    """Who writes the orders, and how many there are."""

    by: User
    count: int = 0

    def draft(
        self, kind: str, day: date, at: datetime, *lines: dict, reason: str = ""
    ) -> Order:
        """An order signed the day before it works."""
        self.count += 1
        order = Order(
            number=f"{self.count}-к",
            date=day - DAY,
            kind=kind,
            effective_on=day,
            reason=OrderReason.objects.filter(name=reason).first(),
        )
        saved(order, at, self.by)
        rows = [OrderLine(order=order, **line) for line in lines]
        bulk_create_with_history(
            rows, OrderLine, batch_size=500, default_user=self.by, default_date=at
        )
        return order

    def carry(self, kind: str, day: date, *lines: dict, reason: str = "", at=None):
        at = at or moment(day, 12)
        carry_out(self.draft(kind, day, at, *lines, reason=reason), self.by, at)


def enrol_all(office: Office, cohorts: list, terms, at: datetime) -> None:
    """The first course came this year, by one order."""
    lines = [
        {"student": student, "group": cohort.group, **terms(seat)}
        for cohort in cohorts
        for seat, student in enumerate(cohort.students)
    ]
    if lines:
        day = cohorts[0].admitted
        reason = "По среднему баллу аттестата"
        office.carry(OrderKind.ENROL, day, *lines, reason=reason, at=at)


def live_through(office: Office, home, other, moves) -> None:
    """A leave, a transfer, an expulsion and a marriage in mid-term; a draft waits."""
    office.carry(
        OrderKind.LEAVE,
        moves.leave,
        {"student": home.students[-1]},
        reason="Академический отпуск по болезни",
    )
    office.carry(
        OrderKind.TRANSFER,
        moves.transfer,
        {"student": other.students[-1], "group": home.group},
        reason="Перевод в другую группу",
    )
    office.carry(
        OrderKind.EXPEL,
        moves.leave,
        {"student": other.students[-2]},
        reason="По инициативе студента (собственное желание)",
    )
    bride = home.students[-2]
    families = [one for one in LAST_NAMES if bride.last_name not in one]
    bride.last_name = families[0][bride.sex == "f"]
    office.carry(
        OrderKind.RENAME,
        moves.transfer,
        {"student": bride, "last_name": bride.last_name},
        reason="Смена фамилии",
    )
    waits = {"student": other.students[-3], "group": home.group}
    at = moment(max(moves.leave, moves.transfer), 16)
    office.draft(OrderKind.TRANSFER, moves.leave + 30 * DAY, at, waits)
