"""Certificates of study: a template filled in, numbered and registered (R31, K 4.3.5)."""

from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from journal.domain.results import Span, studied
from journal.models import (
    Certificate,
    CertificateTemplate,
    Institution,
    Membership,
    Order,
    OrderKind,
    OrderLine,
    Student,
    User,
)
from journal.models.contingent.certificates import BRACES, placeholder
from journal.models.people import PersonalFile
from journal.models.reach import rights_q
from journal.models.words import worded

GAP = "—"
GOES_ON, ON_LEAVE = "обучение продолжается", "в академическом отпуске"
OUT = (OrderKind.EXPEL, OrderKind.GRADUATE, OrderKind.LEAVE, OrderKind.DISBAND)
IN = (OrderKind.ENROL, OrderKind.REINSTATE)
# masculine, feminine; both where the card does not say
SEXED = {
    "он": ("он", "она"),
    "обучался": ("обучался", "обучалась"),
    "отчислен": ("отчислен", "отчислена"),
    "окончил": ("окончил", "окончила"),
    "не числится": ("не числится в группах", "не числится в группах"),
}


def may_issue(by: User, student: Student) -> bool:
    """May `by` issue certificates about this student (K 4.3.5: own department)?"""
    reached = rights_q(by, Student.reach, "add_certificate")
    return Student.objects.filter(reached, pk=student.pk).exists()


def may_see_results(by: User, student: Student) -> bool:
    """A paper with results shows marks to nobody who may not see them in the journal."""
    reached = rights_q(by, Student.reach, "view_mark")
    return Student.objects.filter(reached, pk=student.pk).exists()


def may_print(by: User, certificate: Certificate) -> bool:
    """May `by` print a certificate of the register again?"""
    if not may_issue(by, certificate.student):
        return False
    has_results = certificate.content.get("has_results")
    return not has_results or may_see_results(by, certificate.student)


def may_cancel(by: User, certificate: Certificate) -> bool:
    return certificate.cancelled_on is None and certificate.is_editable_by(by)


def templates_for(by: User, student: Student):
    """The templates in use that `by` may fill in for the student."""
    rows = CertificateTemplate.objects.filter(is_active=True)
    return rows if may_see_results(by, student) else rows.filter(has_results=False)


class Draft(NamedTuple):
    """A certificate without its number: what will be frozen, and what the card lacks."""

    content: dict
    gaps: list[str]


def draft_certificate(
    student: Student,
    template: CertificateTemplate,
    purpose: str,
    day: date,
    by: User,
    number: str = "",
) -> Draft:
    """A template filled in with what the journal knows of a student on `day`.

    Raises ValidationError where the student was in no group by that day.
    """
    rules = Institution.current()
    seats = _seats(student, day)
    if not seats:
        raise ValidationError(
            f"{student}: в {worded('группах')} по {day:%d.%m.%Y} не числится."
            f" Сначала зачислите {worded('студента')}."
        )
    facts = _facts(student, seats, day, rules, by)
    facts |= {"куда": purpose, "номер": number, "дата": f"{day:%d.%m.%Y}"}
    asked = dict.fromkeys(map(placeholder, BRACES.findall(template.body)))
    text = BRACES.sub(
        lambda found: facts[placeholder(found[1])] or GAP, template.body
    ).replace("\r", "")
    results = []
    if template.has_results:
        spans = [
            Span(seat.group_id, seat.group.name, seat.start, seat.end) for seat in seats
        ]
        results = [list(line) for line in studied(student.pk, spans, day, rules)]
    content = {
        "issuer": [line for line in (rules.founder, rules.name) if line],
        "title": template.title,
        "student": student.full_name,
        "group": facts["группа"],
        "paragraphs": [part.strip() for part in text.split("\n") if part.strip()],
        "has_results": template.has_results,
        "results": results,
        "post": template.signatory_post,
        "name": template.signatory_name,
    }
    return Draft(content, [name for name in asked if not facts[name]])


@transaction.atomic
def issue_certificate(
    student: Student,
    template: CertificateTemplate,
    purpose: str,
    by: User,
    with_gaps: bool = False,
) -> Certificate:
    """Give out a certificate under the next number of the year.

    Whoever issues at the same moment waits for the row of the institution, so numbers
    neither repeat nor leave a gap. Raises ValidationError that names what the card
    lacks, unless the paper may go out `with_gaps`.
    """
    day = timezone.localdate()
    Institution.objects.select_for_update(no_key=True).filter(pk=1).first()
    last = Certificate.objects.filter(year=day.year).aggregate(last=Max("number"))
    number = (last["last"] or 0) + 1
    draft = draft_certificate(student, template, purpose, day, by, str(number))
    if draft.gaps and not with_gaps:
        raise ValidationError(
            f"В карточке не хватает: {', '.join(draft.gaps)}. Допишите карточку"
            " или отметьте, что справка выйдет с прочерками."
        )
    certificate = Certificate(
        number=number,
        year=day.year,
        student=student,
        template=template,
        purpose=purpose,
        issued_on=day,
        issued_by=by,
        content=draft.content,
    )
    certificate.full_clean()
    certificate.save()
    return certificate


def cancel_certificate(certificate: Certificate, reason: str) -> None:
    """Cancel a certificate; its number stays taken (K 4.3.5).

    Raises ValidationError for one that is cancelled already.
    """
    rows = Certificate.objects.select_for_update()
    certificate = rows.get(pk=certificate.pk)
    if certificate.cancelled_on:
        raise ValidationError(
            f"Справка {certificate} уже аннулирована"
            f" {certificate.cancelled_on:%d.%m.%Y}."
        )
    certificate.cancelled_on = timezone.localdate()
    certificate.cancel_reason = reason
    certificate.save()


def _seats(student: Student, day: date) -> list[Membership]:
    """Spans begun by `day`, the first one first."""
    rows = Membership.objects.filter(student=student, start__lte=day)
    related = ("group__specialty", "group__department")
    return list(rows.select_related(*related).order_by("start"))


def _facts(
    student: Student, seats: list[Membership], day: date, rules: Institution, by: User
) -> dict[str, str]:
    """Every placeholder but those of the paper itself; empty where nothing is known."""
    seat = seats[-1]
    group, specialty = seat.group, seat.group.specialty
    years = group.years or (specialty and specialty.years)
    until = group.admission_year + years if group.admission_year and years else ""
    birth = student.birth_date
    return {
        "студент": student.full_name,
        "дата рождения": f"{birth:%d.%m.%Y}" if birth else "",
        "он": _sexed(student, "он"),
        "обучался": _sexed(student, "обучался"),
        "группа": group.name,
        "курс": str(group.course_year),
        "специальность": str(specialty or ""),
        "квалификация": specialty.qualification if specialty else "",
        "отделение": str(group.department or ""),
        "форма": seat.get_form_display(),
        "основание": seat.get_funding_display(),
        "поступил": f"{seats[0].start:%d.%m.%Y}",
        "год окончания": str(until),
        "номер личного дела": student.personal_no or "",
        "документ об образовании": _education(student, by),
        "учреждение": rules.name,
        "учреждение кратко": rules.short_name,
        **_movement(student, seat, day),
    }


def _movement(student: Student, seat: Membership, day: date) -> dict[str, str]:
    """Whether the student studies still, and by which orders came and left."""
    lines = (
        OrderLine.objects.filter(
            student=student,
            order__state=Order.State.DONE,
            order__effective_on__lte=day,
            order__kind__in=(*IN, *OUT),
        )
        .select_related("order__reason", "reason")
        .order_by("order__effective_on", "order__sequence")
    )
    lines = list(lines)
    came = next((line for line in lines if line.order.kind in IN), None)
    found = {"приказ о зачислении": _order(came)}
    out = ("отчислен", "приказ об отчислении", "причина отчисления")
    if seat.end is None or seat.end > day:
        state = {
            "состояние": "обучается по настоящее время",
            "по день": f"{day:%d.%m.%Y}",
        }
        return found | state | dict.fromkeys(out, GOES_ON)
    # Expulsion may come out of a leave; an order of before the last seat is another's.
    gone = [one for one in lines if one.order.kind in OUT]
    left = gone[-1] if gone and gone[-1].order.effective_on >= seat.end else None
    day_out = left.order.effective_on if left else seat.end
    last_day = date.fromordinal(seat.end.toordinal() - 1)
    found["по день"] = f"{last_day:%d.%m.%Y}"
    kind = left.order.kind if left else ""
    found["состояние"] = _state(student, kind, day_out)
    if kind == OrderKind.LEAVE:
        return found | dict.fromkeys(out, ON_LEAVE)
    reason = str(left.reason or left.order.reason or "") if left else ""
    words = (_order(left), reason[:1].lower() + reason[1:])
    return found | {
        "отчислен": f"{day_out:%d.%m.%Y}",
        "приказ об отчислении": ", ".join(filter(None, words)),
        "причина отчисления": reason,
    }


def _state(student: Student, kind: str, end: date) -> str:
    if kind == OrderKind.LEAVE:
        return f"{ON_LEAVE} с {end:%d.%m.%Y}"
    if kind == OrderKind.GRADUATE:
        return f"{_sexed(student, 'окончил')} обучение {end:%d.%m.%Y}"
    word = "отчислен" if kind else "не числится"
    return f"{_sexed(student, word)} с {end:%d.%m.%Y}"


def _sexed(student: Student, word: str) -> str:
    his, her = SEXED[word]
    if student.sex:
        return her if student.sex == Student.Sex.FEMALE else his
    return his if his == her else f"{his} ({her})"


def _order(line: OrderLine | None) -> str:
    return f"№ {line.order.number} от {line.order.date:%d.%m.%Y}" if line else ""


def _education(student: Student, by: User) -> str:
    """The paper with which the student came, for whom the personal file is open."""
    file = PersonalFile.objects.visible_to(by).filter(student=student).first()
    if file is None or not file.education_paper:
        return ""
    number = " ".join(filter(None, (file.education_series, file.education_number)))
    parts = (
        file.get_education_paper_display(),
        number and f"№ {number}",
        file.finished_at,
        file.finished_on and f"{file.finished_on:%d.%m.%Y}",
    )
    return ", ".join(filter(None, parts))
