"""Students in their groups, and who represents them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from journal.domain.demo.college import House
from journal.domain.demo.moves import Office, enrol_all, live_through
from journal.domain.demo.names import MEN, family_of, person
from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.staff import FAMILY, Staff, born
from journal.domain.people import give_role
from journal.domain.spans import covers
from journal.models import (
    Funding,
    Group,
    Guardian,
    Guardianship,
    Membership,
    Student,
    StudyForm,
    User,
)

# The family of the sign-ins: two children in different groups.
FAMILY_NAME = ("Лесников", "Лесникова")
FATHER = ("Павел", "Павлович", "Павловна")


@dataclass
class Cohort:
    """A group with its students; `level` is today's, above the last one graduated."""

    group: Group
    specialty: str
    level: int
    admitted: date
    left: date | None
    students: list[Student] = field(default_factory=list)
    spans: list[Membership] = field(default_factory=list)

    def on(self, day: date) -> list[int]:
        """Ids of the students who are in the group on `day`."""
        return [
            span.student_id for span in self.spans if covers(span.start, span.end, day)
        ]


@dataclass
class Moves:
    """The days of a transfer between groups and of an academic leave."""

    transfer: date
    leave: date


def create_students(
    cohorts: list[Cohort], sizes: list[int], house: House, staff: Staff, today: date
) -> None:
    """The students of every group."""
    rng, number = staff.rng, 0
    for place, (cohort, size) in enumerate(zip(cohorts, sizes, strict=True)):
        age = house.age_at_entry + cohort.level - house.levels[0]
        for seat in range(size):
            number += 1
            kin = {}
            if seat == 0 and place in (0, house.curated):
                kin = {"family": FAMILY_NAME, "father": FATHER}
            years = age if kin else age + (rng.random() < 0.15)
            word = f"student{number:05}"
            cohort.students.append(
                Student(
                    **person(rng, nth=number, **kin),
                    **staff.contacts(word),
                    birth_date=born(rng, today, years),
                    personal_no=f"{cohort.admitted.year % 100:02}-{number:05}",
                    guardians_see_adult=years >= 18 and rng.random() < 0.5,
                )
            )
    every = [student for cohort in cohorts for student in cohort.students]
    saved_all(every, staff.at, staff.user("secretary"))


def create_memberships(
    cohorts: list[Cohort], house: House, moves: Moves, by: User, at: datetime
) -> None:
    """Spans of the groups: of the first course by an order, of the others as a college
    has them that begins with the journal; then what orders did in the middle of the
    term to the curator's group and the one beside."""
    first = [
        one for one in cohorts if one.level == house.levels[0] and one.left is None
    ]
    spans = [
        Membership(
            student=student,
            group=cohort.group,
            start=cohort.admitted,
            end=cohort.left,
            **_terms(house, seat),
        )
        for cohort in cohorts
        if cohort not in first
        for seat, student in enumerate(cohort.students)
    ]
    saved_all(spans, at, by)
    office = Office(by)
    enrol_all(office, first, lambda seat: _terms(house, seat), at)
    home = cohorts[house.curated]
    live_through(office, home, _beside(cohorts, house), moves)
    of_group = {cohort.group.pk: cohort for cohort in cohorts}
    for span in Membership.objects.order_by("pk"):
        of_group[span.group_id].spans.append(span)


def _terms(house: House, seat: int) -> dict[str, str]:
    """Who pays and in which form; every sixth student of a college does it alone."""
    if not house.specialties:
        return {}
    funding = Funding.PERSON if seat % 6 == 5 else Funding.REGION
    return {"funding": funding, "form": StudyForm.FULL_TIME}


def _beside(cohorts: list[Cohort], house: House) -> Cohort:
    """A group of the same year as the curator's, or else any other."""
    home = cohorts[house.curated]
    others = [one for one in cohorts if one is not home and one.left is None]
    return next((one for one in others if one.level == home.level), others[-1])


def create_guardians(cohorts: list[Cohort], staff: Staff) -> None:
    """A mother or father for most students of today."""
    rng, found = staff.rng, []
    for cohort in cohorts:
        for student in cohort.students:
            if cohort.left or student.last_name in FAMILY_NAME:
                continue
            for relation, share in (("mother", 0.85), ("father", 0.25)):
                if rng.random() < share:
                    guardian = _parent(rng, staff, student, relation, len(found))
                    found.append((cohort, student, guardian, relation))
    by = staff.user("secretary")
    saved_all([guardian for _, _, guardian, _ in found], staff.at, by)
    ties = [
        Guardianship(
            student=student,
            guardian=guardian,
            relation=relation,
            start=cohort.admitted,
        )
        for cohort, student, guardian, relation in found
    ]
    saved_all(ties, staff.at, by)


def _parent(rng: Random, staff: Staff, student: Student, relation: str, number: int):
    family = family_of(student.last_name)
    fields = person(rng, "f" if relation == "mother" else "m", family)
    father = [man for man in MEN if student.middle_name in man[1:]]
    if relation == "father" and father:
        fields["first_name"] = father[0][0]
    birth = student.birth_date - timedelta(days=365 * rng.randint(21, 36))
    return Guardian(**fields, **staff.contacts(f"parent{number:05}"), birth_date=birth)


def create_sign_ins(
    cohorts: list[Cohort], house: House, staff: Staff, today: date
) -> None:
    """The student, the parent of two and the trusted representative that sign in."""
    child, sibling = cohorts[house.curated].students[0], cohorts[0].students[0]
    child.user = _account(staff, "student", child)
    saved(child, staff.at, staff.user("curator"))
    fields = person(staff.rng, "m", FAMILY_NAME) | {"first_name": FATHER[0]}
    parent = Guardian(**fields, **staff.contacts("parent"))
    parent.user = _account(staff, "parent", parent)
    saved(parent, staff.at, staff.user("secretary"))
    fields = person(staff.rng, "f")
    trustee = Guardian(**fields, **staff.contacts("trustee"))
    trustee.user = _account(staff, "trustee", trustee)
    saved(trustee, staff.at, staff.user("secretary"))
    start = cohorts[0].admitted
    month = timedelta(days=30)
    for student, guardian, relation, begin, end, by in (
        (child, parent, "father", start, None, None),
        (sibling, parent, "father", start, None, None),
        (child, trustee, "trustee", today - month, today + 2 * month, parent),
        (sibling, trustee, "trustee", today - 3 * month, today - month, parent),
    ):
        tie = Guardianship(
            student=student,
            guardian=guardian,
            relation=relation,
            start=begin,
            end=end,
            delegated_by=by,
        )
        saved(tie, staff.at, staff.user("secretary"))


def _account(staff: Staff, username: str, who) -> User:
    fields = {"first_name": who.first_name, "last_name": who.last_name}
    user = staff.account(username, fields, known=username in FAMILY, staff=False)
    give_role(user, username)
    return user
