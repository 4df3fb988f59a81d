"""What waits for a person, counted on the start page: one line and one click each."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from journal.domain.people.checks import Round, due_checks, rounds_of

CHECKS = {
    Round.CURATOR: "Ждут сверки карточки своей группы",
    Round.DEPARTMENT: "Ждут сверки карточки отделения",
    Round.HR: "Ждут сверки карточки сотрудников",
}


@dataclass(frozen=True)
class Duty:
    """A line of the start page; `is_late` where somebody already waits too long."""

    words: str
    url: str
    is_late: bool = True


def duties(user, today: date) -> list[Duty]:
    """Everything that waits for the person, by what the roles may do."""
    return _checks(user, today)


def _checks(user, today: date) -> list[Duty]:
    """One query for each round that is the person's own."""
    found = []
    for round_ in rounds_of(user):
        count = due_checks(user, round_, today).count()
        if count:
            url = reverse("admin:journal_cardcheck_round", args=[round_])
            found.append(Duty(f"{CHECKS[round_]}: {count}", f"{url}?show=due"))
    return found
