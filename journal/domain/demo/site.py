"""The invented institution while it is being built."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random

from journal.domain.demo.calendars import Practice
from journal.domain.demo.college import House
from journal.domain.demo.families import Cohort
from journal.domain.demo.staff import Staff
from journal.domain.demo.times import Term
from journal.models import Campus, Department, Specialty


@dataclass
class Site:
    """The institution while it is being built."""

    house: House
    rng: Random
    today: date
    terms: list[Term]
    ahead: list[Term]
    at: datetime
    staff: Staff
    bells: dict[int, tuple[time, time]]
    taught_as: date
    specialties: dict[str, Specialty]
    departments: list[Department]
    campuses: list[Campus]
    cohorts: list[Cohort] = field(default_factory=list)
    practices: dict[tuple[int, int], Practice] = field(default_factory=dict)

    @property
    def home(self) -> Cohort:
        """The curator's group."""
        return self.cohorts[self.house.curated]
