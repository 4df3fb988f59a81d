"""Telling curators and parents of absences and of failing (F13; S 6.4, M 5.2)."""

import logging
from collections import defaultdict
from collections.abc import Callable
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
from journal.domain.results.scales import OWED
from journal.models import (
    Absence,
    Consent,
    Employee,
    Guardianship,
    Notice,
    Result,
    Sheet,
)
from journal.models.words import worded

log = logging.getLogger("journal.notices")
# A teacher who mistyped has time to mend it, a student who is late to come.
WAIT = timedelta(minutes=20)
DAYS = timedelta(days=3)
MOST_PEOPLE = 200
MOST_NEWS = 5000
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


class News(NamedTuple):
    """One thing to tell of a student: the key of `about`, and a line of the letter."""

    student: int
    key: int
    curator: Employee | None
    line: str


class Letter(NamedTuple):
    """What is told in one letter; `about` is the field of the notice that names it."""

    about: str
    find: Callable[[datetime], list[News]]
    subject: str
    before: str
    after: Callable[[], str]


def send_notices(now: datetime | None = None) -> Told:
    """Tell the curator and the representatives of absences and of failing, each once.

    Of absences without a reason of the last three days, and of results on sheets signed
    in these days by which a student fails; what is younger than twenty minutes waits. Each
    person gets one letter for all that is new; without a mail server or an address the
    notice is only noted, and never mailed later. Representatives without an account are
    written to by the address of the card, where their consent to the processing of data
    is in force (A7; 152-ФЗ art. 9). What failed is tried at the next call.
    """
    now, told = now or timezone.now(), Told()
    for letter in LETTERS:
        _send(letter, now, told)
        if told.failed >= MOST_FAILED:
            break  # the server is away: the rest waits with these
    return told


def _send(letter: Letter, now: datetime, told: Told) -> None:
    with_mail = bool(settings.EMAIL_HOST)
    connection = get_connection() if with_mail else None
    waiting = _waiting(letter, now, with_mail)
    for reader, news in list(waiting.items())[:MOST_PEOPLE]:
        try:
            with transaction.atomic():
                _note(letter, reader, with_mail, news, now)
                if with_mail and reader.address:
                    _mail(letter, connection, reader.address, news)
        except IntegrityError:
            continue  # another run tells this person just now
        except (OSError, SMTPException):
            log.exception("a notice was not sent, it will be tried again")
            told.failed += 1
            if told.failed == MOST_FAILED:
                break
            continue
        told.people += 1
        told.mailed += with_mail and bool(reader.address)


def _waiting(
    letter: Letter, now: datetime, with_mail: bool
) -> dict[Reader, list[News]]:
    """Reader → news of which the person was not told yet; four queries at most."""
    found = letter.find(now)
    families = _families({one.student for one in found}, with_mail)
    told = Notice.objects.filter(**{f"{letter.about}__in": [one.key for one in found]})
    done = set(told.values_list("user", "guardian", "student", letter.about))
    waiting: dict[Reader, list[News]] = defaultdict(list)
    for one in found:
        people = set(families.get(one.student, ()))
        if one.curator and one.curator.user and one.curator.user.is_active:
            address = one.curator.email or one.curator.user.email
            people.add(Reader(one.curator.user_id, None, address))
        for reader in people:
            if (reader.user, reader.guardian, one.student, one.key) not in done:
                waiting[reader].append(one)
    return waiting


def _absences(now: datetime) -> list[News]:
    """Absences without a reason that stand unchanged for a while."""
    fresh = Absence.history.filter(id=OuterRef("pk"), history_date__gt=now - WAIT)
    today = timezone.localdate(now)
    absences = (
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
        .order_by("lesson__date", "lesson__number", "pk")[:MOST_NEWS]
    )
    found = []
    for one in absences:
        lesson, course = one.lesson, one.lesson.course
        number = f", {lesson.number}-е занятие" if lesson.number else ""
        line = f"{one.student}: {lesson.date:%d.%m.%Y}{number}, {course.discipline}"
        found.append(News(one.student_id, lesson.pk, course.group.curator, line))
    return found


def _failures(now: datetime) -> list[News]:
    """Results by which a student fails, on sheets that were signed of late."""
    results = (
        Result.objects.filter(
            mark__in=OWED,
            sheet__state=Sheet.State.SIGNED,
            sheet__signed_at__gt=now - DAYS,
            sheet__signed_at__lte=now - WAIT,
        )
        .select_related("student", "sheet__group__curator__user")
        .prefetch_related("sheet__parts__course__discipline")
        .order_by("sheet__date", "sheet", "pk")[:MOST_NEWS]
    )
    found = []
    for one in results:
        sheet = one.sheet
        names = [str(part.course.discipline) for part in sheet.parts.all()]
        about = ", ".join([*(names or [sheet.title]), sheet.get_kind_display()])
        line = f"{one.student}: {sheet.date:%d.%m.%Y}, {about} — {one}"
        found.append(News(one.student_id, one.pk, sheet.group.curator, line))
    return found


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


def _note(letter: Letter, reader: Reader, with_mail: bool, news: list[News], now):
    for one in news:
        Notice.objects.create(
            user_id=reader.user,
            guardian_id=reader.guardian,
            student_id=one.student,
            at=now,
            sent_to=reader.address if with_mail else "",
            **{f"{letter.about}_id": one.key},
        )


def _mail(letter: Letter, connection, address: str, news: list[News]) -> None:
    lines = "\n".join(one.line for one in news)
    text = f"{letter.before}\n\n{lines}\n\n{letter.after()} Отвечать на это письмо не нужно."
    EmailMessage(letter.subject, text, to=[address], connection=connection).send()


LETTERS = (
    Letter(
        "lesson",
        _absences,
        "Пропуск занятий без известной причины",
        "В электронном журнале отмечены пропуски, причина которых неизвестна:",
        lambda: worded(
            "Если причина уважительная, сообщите её куратору группы.",
            "Если причина уважительная, сообщите её классному руководителю.",
        ),
    ),
    Letter(
        "result",
        _failures,
        "Неудовлетворительный результат в подписанной ведомости",
        "В электронном журнале подписаны ведомости с неудовлетворительным результатом:",
        lambda: worded(
            "Когда и как исправить результат, подскажет куратор группы.",
            "Когда и как исправить результат, подскажет классный руководитель.",
        ),
    ),
)
