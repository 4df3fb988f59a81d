"""Papers given out: certificates in the curator's group, diplomas of graduates."""

from datetime import date, timedelta

from journal.domain.contingent.certificates import draft_certificate
from journal.domain.contingent.diplomas import diploma_facts
from journal.domain.demo.families import Cohort
from journal.domain.demo.pouring import saved
from journal.domain.demo.staff import Staff, moment
from journal.models import Certificate, CertificateTemplate, Diploma

# days ago, kind, whose (the place in the group), where to
GIVEN = (
    (24, "place", 1, "в военный комиссариат"),
    (17, "place", 2, "по месту работы родителей"),
    (9, "period", 3, "для предъявления по месту требования"),
    (2, "place", 4, "в Социальный фонд России"),
)
CANCELLED = 1  # of these, by place
DIPLOMAS = 5  # of each group that has graduated


def give_papers(home: Cohort, staff: Staff, today: date) -> None:
    """A register of four certificates, one of them cancelled."""
    by = staff.user("secretary")
    templates = {one.kind: one for one in CertificateTemplate.objects.all()}
    members = set(home.on(today))
    students = [one for one in home.students if one.pk in members]
    for number, (back, kind, place, purpose) in enumerate(GIVEN, 1):
        day, student = today - timedelta(days=back), students[place % len(students)]
        draft = draft_certificate(
            student, templates[kind], purpose, day, by, str(number)
        )
        certificate = Certificate(
            number=number,
            year=day.year,
            student=student,
            template=templates[kind],
            purpose=purpose,
            issued_on=day,
            issued_by=by,
            content=draft.content,
        )
        saved(certificate, moment(day, 11), by)
        if number == CANCELLED:
            certificate.cancelled_on = day + timedelta(days=1)
            certificate.cancel_reason = "ошибка в назначении справки"
            saved(certificate, moment(day + timedelta(days=1), 10), by)


def give_diplomas(cohorts: list[Cohort], staff: Staff) -> None:
    """Diplomas of the groups that have graduated; the last card lacks a citizenship."""
    by, number = staff.user("secretary"), 0
    for cohort in cohorts:
        if cohort.left is None or not cohort.specialty:
            continue
        day = cohort.left - timedelta(days=1)
        graduates = cohort.students[:DIPLOMAS]
        for student in graduates:
            number += 1
            if student is not graduates[-1]:
                student.citizenship = "643"
                saved(student, moment(day, 10), by)
            diploma = Diploma(
                **diploma_facts(student),
                student=student,
                series="000000",
                number=f"{number:07}",
                registration_no=f"{number}",
                issued_on=day,
            )
            saved(diploma, moment(day, 12), by)
