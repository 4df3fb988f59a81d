"""Telling curators and parents of an absence without a reason (F13; S 6.4, M 5.2)."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from journal.domain.curriculum.trajectory import absence_is_off
from journal.models import Absence, Consent, Guardianship, Notice
from journal.models.words import worded

log = logging.getLogger("journal.notices")
# A teacher who mistyped has time to mend it, a student who is late to come.
WAIT = timedelta(minutes=20)
DAYS = timedelta(days=3)
MOST_PEOPLE = 200
MOST_ABSENCES = 5000
MOST_FAILED = 5


@dataclass
class Told:
    """How many people were told, how many of them by mail, how many mails failed."""

    people: int = 0
    mailed: int = 0
    failed: int = 0


class Reader(NamedTuple):
    """Who is told: a user, or a guardian without an account."""

    user: int | None
    guardian: int | None
    address: str


def send_notices(now: datetime | None = None) -> Told:
    """Tell the curator and the representatives of every absence without a reason, once.

    Of absences of the last three days that stand unchanged for twenty minutes. Each
    person gets one letter for all that is new; without a mail server or an address the
    notice is only noted, and never mailed later. Representatives without an account are
    written to by the address of the card, where their consent to the processing of data
    is in force (A7; 152-ФЗ art. 9). What failed is tried at the next call.
    """
    now = now or timezone.now()
    told = Told()
    with_mail = bool(settings.EMAIL_HOST)
    waiting = _waiting(now, with_mail)
    connection = get_connection() if with_mail else None
    for reader, absences in list(waiting.items())[:MOST_PEOPLE]:
        try:
            with transaction.atomic():
                _note(reader, with_mail, absences, now)
                if with_mail and reader.address:
                    _mail(connection, reader.address, absences)
        except IntegrityError:
            continue  # another run tells this person just now
        except (OSError, SMTPException):
            log.exception("a notice was not sent, it will be tried again")
            told.failed += 1
            if told.failed == MOST_FAILED:
                break  # the server is away: the rest waits with these
            continue
        told.people += 1
        told.mailed += with_mail and bool(reader.address)
    return told


def _waiting(now: datetime, with_mail: bool) -> dict[Reader, list[Absence]]:
    """Reader → absences of which the person was not told yet; four queries."""
    fresh = Absence.history.filter(id=OuterRef("pk"), history_date__gt=now - WAIT)
    today = timezone.localdate(now)
    absences = list(
        Absence.objects.filter(
            ~absence_is_off(),
            ~Exists(fresh.order_by()),
            lesson__date__gt=today - DAYS,
            lesson__date__lte=today,
            reason__counts_as_absence=True,
            reason__is_excused=False,
        )
        .select_related(
            "student",
            "lesson__course__discipline",
            "lesson__course__group__curator__user",
        )
        .order_by("lesson__date", "lesson__number", "pk")[:MOST_ABSENCES]
    )
    families = _families({one.student_id for one in absences}, with_mail)
    lessons = {one.lesson_id for one in absences}
    done = set(
        Notice.objects.filter(lesson__in=lessons).values_list(
            "user", "guardian", "student", "lesson"
        )
    )
    waiting: dict[Reader, list[Absence]] = defaultdict(list)
    for absence in absences:
        curator = absence.lesson.course.group.curator
        people = set(families.get(absence.student_id, ()))
        if curator and curator.user and curator.user.is_active:
            address = curator.email or curator.user.email
            people.add(Reader(curator.user_id, None, address))
        for one in people:
            what = (absence.student_id, absence.lesson_id)
            if (one.user, one.guardian, *what) not in done:
                waiting[one].append(absence)
    return waiting


def _families(students: set[int], with_mail: bool) -> dict[int, list[Reader]]:
    """Student → those who represent the student today, without an account by mail alone.

    An account that is blocked is no reason to write past it.
    """
    found = defaultdict(list)
    ties = Guardianship.objects.in_force().filter(student__in=students)
    active = ties.filter(guardian__user__is_active=True)
    for student, user, own, other in active.values_list(
        "student", "guardian__user", "guardian__email", "guardian__user__email"
    ):
        found[student].append(Reader(user, None, own or other))
    if not with_mail:
        return found
    agreed = Consent.objects.in_force(timezone.localdate()).filter(
        guardian=OuterRef("guardian"), kind=Consent.Kind.PROCESSING
    )
    by_card = ties.filter(Exists(agreed), guardian__user__isnull=True)
    for student, guardian, address in by_card.exclude(guardian__email="").values_list(
        "student", "guardian", "guardian__email"
    ):
        found[student].append(Reader(None, guardian, address))
    return found


def _note(reader: Reader, with_mail: bool, absences: list[Absence], now) -> None:
    for absence in absences:
        Notice.objects.create(
            user_id=reader.user,
            guardian_id=reader.guardian,
            student_id=absence.student_id,
            lesson_id=absence.lesson_id,
            at=now,
            sent_to=reader.address if with_mail else "",
        )


def _mail(connection, address: str, absences: list[Absence]) -> None:
    lines = []
    for absence in absences:
        lesson = absence.lesson
        number = f", {lesson.number}-е занятие" if lesson.number else ""
        lines.append(
            f"{absence.student}: {lesson.date:%d.%m.%Y}{number},"
            f" {lesson.course.discipline}"
        )
    text = (
        "В электронном журнале отмечены пропуски, причина которых неизвестна:\n\n"
        + "\n".join(lines)
        + worded(
            "\n\nЕсли причина уважительная, сообщите её куратору группы. Отвечать на"
            " это"
            " письмо не нужно.",
            "\n\nЕсли причина уважительная, сообщите её классному руководителю."
            " Отвечать на это письмо не нужно.",
        )
    )
    subject = "Пропуск занятий без известной причины"
    EmailMessage(subject, text, to=[address], connection=connection).send()
