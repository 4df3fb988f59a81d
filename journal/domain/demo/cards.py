"""Parts of cards and papers on personal data of the invented people."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from journal.domain.demo.families import Cohort
from journal.domain.demo.pouring import saved_all
from journal.domain.demo.staff import Staff
from journal.models import (
    Benefit,
    Consent,
    DataPower,
    Employee,
    Guardianship,
    MilitaryRecord,
    PersonalFile,
    SocialCard,
    Student,
)
from journal.models.people.persons import ADULT, age_on

TOWN = "Светлореченск"
STREETS = ("Школьная", "Речная", "Садовая", "Заводская", "Полевая")
# username: what the office lets this person do with whose data
POWERS = {
    "admin": "все карточки и учётные записи, изменение",
    "director": "все карточки, просмотр",
    "deputy": "карточки студентов и сотрудников, просмотр и выгрузка",
    "secretary": "карточки студентов и представителей, изменение и выгрузка",
    "hr": "карточки сотрудников, изменение",
    "curator": "карточки своей группы, изменение",
}
# One in so many has not brought the paper.
MISSING, MISSING_STAFF = 15, 8
OF_COLLEGE = 15  # years: with a passport and the nine classes behind


def create_cards(cohorts: list[Cohort], staff: Staff, today: date) -> None:
    """Personal files, social cards, benefits and papers of today's people.

    One consent of the curator's group, or the first there is, is withdrawn. The dice
    are of their own: nothing else of the college hangs on them.
    """
    dice, by = Random(17), staff.user("secretary")
    students = [
        (student, cohort.admitted)
        for cohort in cohorts
        if cohort.left is None
        for student in cohort.students
    ]
    files = [
        _file(dice, student, number, today)
        for number, (student, _) in enumerate(students)
    ]
    saved_all(files, staff.at, by)
    saved_all([_social(dice, student) for student, _ in students], staff.at, by)
    saved_all(
        [
            MilitaryRecord(student=student, rank=MilitaryRecord.Rank.CONSCRIPT)
            for student, _ in students
            if student.sex == "m" and age_on(student.birth_date, today) >= ADULT - 1
        ],
        staff.at,
        by,
    )
    saved_all(
        [
            Benefit(student=student, kind="Бесплатное питание", start=admitted)
            for student, admitted in students[::9]
        ],
        staff.at,
        by,
    )
    saved_all(_consents(students, today), staff.at, by)
    _staff_papers(staff, today)


def _file(dice: Random, student: Student, number: int, today: date) -> PersonalFile:
    # No passport has the series 0000.
    address = f"{TOWN}, улица {dice.choice(STREETS)}, дом {dice.randint(1, 90)}"
    average = dice.choice(("3.40", "3.75", "4.10", "4.55", "4.90"))
    file = PersonalFile(
        student=student,
        document=PersonalFile.Document.BIRTH,
        series="I-АА",
        number=f"{number + 1:06}",
        issued_on=student.birth_date + timedelta(days=14),
        registered_at=address,
        lives_at=address,
        registration_kind="постоянная",
    )
    if age_on(student.birth_date, today) >= OF_COLLEGE:
        file.document, file.series = PersonalFile.Document.PASSPORT, "0000"
        file.issued_on = student.birth_date + timedelta(days=14 * 366)
        file.issued_by = f"Отдел внутренних дел города {TOWN}а"
        file.level = PersonalFile.Level.BASIC
        file.education_paper = PersonalFile.EducationPaper.BASIC
        file.average = average
    return file


def _social(dice: Random, student: Student) -> SocialCard:
    card = SocialCard(
        student=student,
        hostel=dice.choices(("none", "lives", "needs"), (7, 2, 1))[0],
        health=SocialCard.Health.HEALTHY,
        physical_group=dice.choices(("basic", "preparatory", "special"), (8, 1, 1))[0],
        is_large_family=dice.random() < 0.1,
    )
    if dice.random() < 0.03:
        card.orphan = SocialCard.Orphan.CARE
    if dice.random() < 0.03:
        card.needs, card.health = SocialCard.Needs.SIGHT, SocialCard.Health.THIRD
    return card


def _consents(students: list, today: date) -> Iterable[Consent]:
    """Of students and their parents; a minor's is signed by the one with the tie."""
    parents: dict[int, int] = {}
    for student, guardian in Guardianship.objects.exclude(
        relation="trustee"
    ).values_list("student", "guardian"):
        parents.setdefault(student, guardian)
    found = []
    for number, (student, admitted) in enumerate(students):
        is_adult = age_on(student.birth_date, admitted) >= ADULT
        parent = parents.get(student.pk)
        if number % MISSING == MISSING - 1 or (parent is None and not is_adult):
            continue
        signed_by = None if is_adult else parent
        found.append(_consent(admitted, student_id=student.pk, signed_by_id=signed_by))
    if found:
        found[-1].withdrawn_on = today - timedelta(days=10)
    seen = sorted(
        {parents[student.pk] for student, _ in students if student.pk in parents}
    )
    first = min(admitted for _, admitted in students)
    return [
        *found,
        *(
            _consent(first, guardian_id=guardian)
            for number, guardian in enumerate(seen)
            if number % MISSING
        ),
    ]


def _consent(day: date, kind=Consent.Kind.PROCESSING, **whose) -> Consent:
    purpose = "" if kind == Consent.Kind.NONDISCLOSURE else "организация обучения"
    return Consent(kind=kind, purpose=purpose, signed_on=day, **whose)


def _staff_papers(staff: Staff, today: date) -> None:
    start = date(today.year - (today.month < 9), 9, 1)
    employees = Employee.objects.order_by("pk").values_list("pk", flat=True)
    saved_all(
        [
            _consent(start, Consent.Kind.NONDISCLOSURE, employee_id=pk)
            for number, pk in enumerate(employees, 1)
            if number % MISSING_STAFF
        ],
        staff.at,
        staff.user("hr"),
    )
    saved_all(
        [
            DataPower(
                employee=staff.by[username],
                powers=powers,
                basis=f"приказ директора от {start:%d.%m.%Y} № 12-к",
                start=start,
            )
            for username, powers in POWERS.items()
            if username in staff.by
        ],
        staff.at,
        staff.user("director"),
    )
