"""Consents: whose data is processed without one (K 3.4, K 3.6, 152-ФЗ art. 6, 9)."""

from datetime import date

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from journal.models import (
    Consent,
    Employee,
    Guardian,
    Guardianship,
    Membership,
    Student,
    User,
)
from journal.models.reach import rights_q
from journal.models.words import worded

PROCESSING, NONDISCLOSURE = Consent.Kind.PROCESSING, Consent.Kind.NONDISCLOSURE


def _asked(model) -> str:
    """The paper that these people must have signed."""
    return NONDISCLOSURE if model is Employee else PROCESSING


def _papers_of(model) -> tuple[QuerySet, str]:
    """The papers that people of this model must have, and the column that says whose.

    Asked as a list of keys: SQLite answers a question a person by reading all papers
    each time, where most of them are somebody else's.
    """
    whose = model._meta.model_name
    papers = Consent.objects.filter(kind=_asked(model), **{f"{whose}__isnull": False})
    return papers.order_by(), whose


def with_paper(rows: QuerySet, today: date) -> QuerySet:
    """Those whose paper is in force."""
    papers, whose = _papers_of(rows.model)
    return rows.filter(pk__in=papers.in_force(today).values(whose))


def without_paper(rows: QuerySet, today: date) -> QuerySet:
    """Those whose data is processed without a paper in force, withdrawn ones included."""
    papers, whose = _papers_of(rows.model)
    return rows.exclude(pk__in=papers.in_force(today).values(whose))


def withdrawn_days(model, today: date) -> dict[int, date]:
    """Id of a person of this model: the last day on which a paper was withdrawn."""
    papers, whose = _papers_of(model)
    gone = papers.filter(withdrawn_on__lte=today).order_by("withdrawn_on")
    return dict(gone.values_list(whose, "withdrawn_on"))


def open_to(rows: QuerySet, user: User) -> QuerySet:
    """Those of whose papers `user` may know at all."""
    return rows.filter(rights_q(user, rows.model.reach, "view_consent"))


def processed_on(day: date) -> list[tuple[str, QuerySet]]:
    """(heading, people) of everybody whose data is processed on a day.

    Students in groups with the group as `place`, those who represent them, the staff
    with the position.
    """
    seats = Membership.objects.on(day)
    group = seats.filter(student=OuterRef("pk")).values("group__name")[:1]
    studying = seats.values("student")
    ties = Guardianship.objects.on(day).filter(student__in=studying)
    staff = Employee.objects.filter(
        Q(hired_on__isnull=True) | Q(hired_on__lte=day),
        Q(dismissed_on__isnull=True) | Q(dismissed_on__gt=day),
    )
    students = Student.objects.filter(pk__in=studying)
    return [
        (worded("Студенты"), students.annotate(place=Subquery(group))),
        ("Представители", Guardian.objects.filter(pk__in=ties.values("guardian"))),
        (
            "Сотрудники (обязательство о неразглашении)",
            staff.annotate(place=F("position")),
        ),
    ]


def lack_of_consent(person: Student | Guardian | Employee, today: date) -> str:
    """What a card lacks of papers on personal data, as a sentence; empty: nothing.

    Of staff the undertaking of non-disclosure is asked, of all others the consent to
    the processing. One query.
    """
    is_staff = isinstance(person, Employee)
    papers = person.consents.filter(kind=_asked(type(person))).values_list(
        "signed_on", "withdrawn_on"
    )
    withdrawn = []
    for signed_on, withdrawn_on in papers:
        if withdrawn_on is None or withdrawn_on > today:
            if signed_on <= today:
                return ""
        else:
            withdrawn.append(withdrawn_on)
    if withdrawn:
        day = f"{max(withdrawn):%d.%m.%Y}"
        return (
            f"Согласие на обработку персональных данных отозвано {day}: "
            "обрабатывать данные дальше можно только на ином законном основании."
            if not is_staff
            else f"Обязательство о неразглашении утратило силу {day}: "
            "возьмите новое или закройте доступ к данным."
        )
    if is_staff:
        return (
            "Нет обязательства о неразглашении персональных данных: "
            "возьмите его до того, как сотрудник получит доступ к данным."
        )
    return (
        "Нет согласия на обработку персональных данных: "
        "возьмите его и внесите в разделе «Согласия»."
    )
