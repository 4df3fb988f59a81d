"""Everybody who must know of an absence: the page of a day, start pages, notices."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from journal.domain.communication import WAIT, send_notices
from journal.domain.lessons.absent import absent_on
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.writing import ResultChange, write_results
from journal.models import Absence, Consent, Guardian, Guardianship, Notice, Sheet
from tests.lessons.conftest import one

pytestmark = pytest.mark.on_postgresql(
    "test_phones_are_for_those_who_see_the_cards",
    "test_the_page_narrows_by_group_day_and_reason",
    "test_start_pages_say_who_is_absent",
    "test_a_representative_without_an_account_is_mailed_by_the_card_with_consent",
    "test_a_letter_that_fails_is_tried_again",
)


def page_of_day(client, **query):
    return client.get(reverse("admin:journal_lesson_absent"), query)


def test_an_absence_is_on_the_page_at_once_with_reason_and_contacts(
    world, lesson, student, client_of
):
    student.phone = "+7 900 000-00-01"
    student.save()
    mother = world.parent.guardian
    mother.phone = "+7 900 000-00-02"
    mother.save()
    one(world.teacher, lesson, student, "absence", "н1")
    one(world.teacher, lesson, world.students[1], "absence", "о5")
    text = page_of_day(client_of(world.deputy)).content.decode()
    assert "Отмечено отсутствующими: 1" in text
    assert student.full_name in text and "без уважительной причины" in text
    assert "+7 900 000-00-01" in text and "мать Елена Викторовна" in text
    assert "+7 900 000-00-02" in text
    assert world.students[1].full_name not in text


def test_phones_are_for_those_who_see_the_cards(world, lesson, student):
    student.phone = "+7 900 000-00-01"
    student.save()
    one(world.teacher, lesson, student, "absence", "н")
    (seen,) = absent_on(world.teacher, world.today)
    assert (seen.phone, seen.family) == ("", [])
    assert absent_on(world.teacher_elsewhere, world.today) == []
    assert absent_on(world.curator, world.today)[0].phone == "+7 900 000-00-01"


def test_the_page_narrows_by_group_day_and_reason(world, lesson, student, client_of):
    one(world.teacher, lesson, student, "absence", "б")
    one(
        world.teacher_elsewhere,
        world.lesson_elsewhere,
        world.stranger.student,
        "absence",
        "н",
    )
    client = client_of(world.deputy)
    group = page_of_day(client, group=world.group.pk)
    assert [row.pk for row in group.context["students"]] == [student.pk]
    bad = page_of_day(client, show="bad")
    assert [row.pk for row in bad.context["students"]] == [world.stranger.student.pk]
    before = page_of_day(client, day=world.lesson_past.date.isoformat())
    assert before.context["count"] == 2
    for query, status in (
        ({"day": "2026-13-01"}, 400),
        ({"show": "x"}, 400),
        ({"group": "x"}, 404),
    ):
        assert page_of_day(client, **query).status_code == status
    assert page_of_day(client_of(world.secretary)).status_code == 403


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_a_day_costs_eight_queries(
    world, lesson, client_of, django_assert_num_queries, count, make_students
):
    for student in make_students(count):
        one(world.teacher, lesson, student, "absence", "н")
    client = client_of(world.deputy)
    client.get(reverse("admin:index"))
    with django_assert_num_queries(8):
        assert page_of_day(client).context["count"] == count


def test_start_pages_say_who_is_absent(world, lesson, student, client_of):
    one(world.teacher, lesson, student, "absence", "н")
    one(world.teacher, lesson, world.students[1], "absence", "б")
    for who in (world.deputy, world.director, world.department_head, world.studyunit):
        text = client_of(who).get(reverse("admin:index")).content.decode()
        assert "Отсутствуют сегодня: 2, без причины: 1" in text
    text = client_of(world.curator).get(reverse("admin:index")).content.decode()
    # And «н» of the day before yesterday.
    assert "студентов 2, часов 4" in text
    assert "Отсутствуют сегодня:" not in text


def test_the_family_reads_it_above_the_week(world, lesson, student, client_of):
    client = client_of(world.parent)
    words = "Пропущено без уважительной причины"
    address = f"/diary/?child={student.pk}"
    assert words not in client.get(address).content.decode()
    one(world.teacher, lesson, student, "absence", "н")
    text = client.get(address).content.decode()
    assert f"{words}: 1\N{NO-BREAK SPACE}занятие, 2\N{NO-BREAK SPACE}часа" in text
    one(world.curator, lesson, student, "absence", "б", old="н")
    assert words not in client.get(address).content.decode()


# Notices


@pytest.fixture
def noted(world, lesson, student):
    """An absence without a reason of today, and the moment when it is told of."""
    Absence.objects.exclude(lesson=lesson).exclude(reason="б").delete()
    world.curator.employee.email = "curator@example.org"
    world.curator.employee.save()
    world.parent.guardian.email = "mother@example.org"
    world.parent.guardian.save()
    one(world.teacher, lesson, student, "absence", "н")
    return timezone.now() + WAIT + timedelta(minutes=1)


def told():
    return {(row.user.username, row.sent_to) for row in Notice.objects.all()}


def test_curator_and_family_are_mailed_once(world, noted, settings):
    settings.EMAIL_HOST = "mail.example.org"
    assert send_notices(timezone.now()).people == 0  # too fresh
    done = send_notices(noted)
    assert (done.people, done.mailed, done.failed) == (3, 2, 0)
    assert told() == {
        ("curator", "curator@example.org"),
        ("parent", "mother@example.org"),
        ("trustee", ""),
    }
    assert sorted(letter.to for letter in mail.outbox) == [
        ["curator@example.org"],
        ["mother@example.org"],
    ]
    assert "Абрамова Дарья" in mail.outbox[0].body
    assert send_notices(noted + timedelta(hours=1)).people == 0
    assert len(mail.outbox) == 2


def test_failing_by_a_signed_sheet_is_told_to_curator_and_family_once(
    world, noted, student, settings, client_of
):
    settings.EMAIL_HOST = "mail.example.org"
    Absence.objects.exclude(reason="б").delete()
    sheet = open_sheet(
        world.teacher,
        "exam",
        [world.course],
        date=world.today,
        teacher=world.teacher.employee,
    )
    marks = {one.pk: "4" for one in (*world.students, world.mover)}
    marks[student.pk] = "2"
    changes = [ResultChange(pk, "mark", "", mark) for pk, mark in marks.items()]
    write_results(world.teacher, sheet.pk, changes)
    assert send_notices(noted).people == 0  # not signed
    sign_sheet(world.teacher, sheet.pk)
    assert send_notices(timezone.now()).people == 0  # too fresh
    done = send_notices(noted)
    assert (done.people, done.mailed) == (3, 2)
    assert told() == {
        ("curator", "curator@example.org"),
        ("parent", "mother@example.org"),
        ("trustee", ""),
    }
    assert {row.result.student for row in Notice.objects.all()} == {student}
    day = f"{world.today:%d.%m.%Y}"
    line = f"{student}: {day}, Математика, экзаменационная ведомость — 2 (неуд"
    assert [line in letter.body for letter in mail.outbox] == [True, True]
    assert send_notices(noted + timedelta(hours=1)).people == 0
    listed = client_of(world.office).get(reverse("admin:journal_notice_changelist"))
    assert f"{Sheet.objects.get()}: 2 (неудовлетворительно)" in listed.text
    row = Notice.objects.first()
    for wrong in ({"lesson": world.lesson_past, "result": row.result}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(user=world.hr, student=student, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(user=row.user, student=student, result=row.result)


def test_a_representative_without_an_account_is_mailed_by_the_card_with_consent(
    world, noted, student, settings
):
    father = Guardian.objects.create(last_name="Абрамов", email="father@example.org")
    tie = Guardianship.objects.create(
        student=student, guardian=father, relation="father", start=world.year.start
    )
    assert send_notices(noted).people == 3  # no mail server: nothing to tell him by
    settings.EMAIL_HOST = "mail.example.org"
    assert send_notices(noted).people == 0  # no consent
    consent = Consent.objects.create(
        guardian=father, kind="processing", signed_on=world.year.start
    )
    consent.withdrawn_on = world.today
    consent.save()
    assert send_notices(noted).people == 0
    consent.withdrawn_on = None
    consent.save()
    tie.end = world.today
    tie.save()
    assert send_notices(noted).people == 0  # represents the student no more
    tie.end = None
    tie.save()
    assert (send_notices(noted).mailed, mail.outbox[0].to) == (1, [father.email])
    assert send_notices(noted).people == 0
    row = Notice.objects.get(guardian=father)
    assert (row.user, row.sent_to) == (None, father.email)
    for wrong in ({}, {"user": world.parent, "guardian": father}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(student=student, lesson=world.lesson_past, **wrong)


def test_without_a_mail_server_nothing_is_sent_and_all_is_noted_once(world, noted):
    assert send_notices(noted).mailed == 0
    assert send_notices(noted).people == 0
    assert mail.outbox == []
    assert {address for _, address in told()} == {""}


def test_an_absence_explained_meanwhile_is_not_told(world, noted, lesson, student):
    one(world.curator, lesson, student, "absence", "б", old="н")
    assert send_notices(noted).people == 0


def test_a_letter_that_fails_is_tried_again(world, noted, settings, monkeypatch):
    settings.EMAIL_HOST = "mail.example.org"

    def fail(self):
        raise OSError("нет связи")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", fail)
        done = send_notices(noted)
    assert (done.people, done.failed) == (1, 2)  # the trustee has no address
    assert told() == {("trustee", "")}
    assert send_notices(noted).mailed == 2
