"""Certificates of study: the template, the number, the words that stay (R31)."""

import json
import subprocess
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from journal.domain.contingent.certificates import (
    cancel_certificate,
    draft_certificate,
    issue_certificate,
)
from journal.models import (
    Certificate,
    CertificateTemplate,
    Exemption,
    Membership,
    Order,
    OrderLine,
    OrderReason,
)
from journal.models.contingent.certificates import BRACES, PLACEHOLDERS
from journal.models.people import PersonalFile
from journal.reports.contingent.certificates import letter_of
from journal.reports.writers.letter import Letter, write_letter
from tests.reports import HOSTILE

DAY = timedelta(days=1)


def text_of(letter, *options: str) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", *options, "-", "-"],
        input=write_letter(letter),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def filled(world, student, body: str, by=None, day=None) -> str:
    """A template of one line, filled in."""
    template = CertificateTemplate(
        title="Справка", body=body, signatory_post="Директор"
    )
    draft = draft_certificate(
        student, template, "в школу", day or world.today, by or world.office, "5"
    )
    return "\n".join(draft.content["paragraphs"])


def order(world, student, kind: str, on: date, number="7-с", reason="") -> Order:
    made = Order.objects.create(
        number=number,
        date=on - 3 * DAY,
        kind=kind,
        effective_on=on,
        state="done",
        sequence=Order.objects.count() + 1,
        reason=OrderReason.objects.create(name=reason, side="out") if reason else None,
    )
    OrderLine.objects.create(order=made, student=student)
    return made


# The template


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{студнт} учится", "вместо {студнт}."),
        ("{студент} {класс} {школа} {класс}", "вместо {класс}, {школа}."),
        ("{}", "вместо {}."),
        ("Студент {студент", "Скобка без пары."),
        ("студент} учится", "Скобка без пары."),
        ("{{студент}}", "Скобка без пары."),
    ],
)
def test_a_template_with_an_unknown_word_is_refused_with_the_list(
    template, body, words
):
    template.body = body
    with pytest.raises(ValidationError) as refused:
        template.full_clean()
    said = " ".join(refused.value.message_dict["body"])
    assert words in said
    assert all(f"{{{name}}}" in said for name in PLACEHOLDERS)


def test_every_placeholder_is_filled_in_and_none_is_unknown(world):
    body = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    text = filled(world, world.students[0], body)
    assert not BRACES.search(text)


def test_the_templates_of_a_new_journal_are_whole(db):
    call_command("loaddata", "certificate_templates", verbosity=0)
    found = list(CertificateTemplate.objects.order_by("kind"))
    assert [one.kind for one in found] == ["period", "place"]
    for one in found:
        one.full_clean()
        assert one.has_results == (one.kind == "period")


def test_braces_take_a_word_however_it_is_typed(world):
    assert filled(world, world.students[0], "{ ДАТА   рождения }") == "01.10.2009"


# What stands on the paper


@pytest.mark.parametrize(
    ("sex", "words"), [("m", "он"), ("f", "она"), ("", "он (она)")]
)
def test_words_follow_the_sex_of_the_student(world, sex, words):
    student = world.students[0]
    student.sex = sex
    assert filled(world, student, "{он}") == words


def test_a_paper_speaks_of_the_day_of_issue(world):
    """Яшин came from 1-ЭК: the group is today's, the enrolment is the first one's."""
    assert filled(world, world.mover, "{группа} {поступил}") == "2-ИС 01.09.2026"
    before = Membership.objects.get(student=world.mover, group=world.group).start - DAY
    assert filled(world, world.mover, "{группа}", day=before) == "1-ЭК"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expel", "отчислена с 01.10.2026"),
        ("graduate", "окончила обучение 01.10.2026"),
        ("leave", "в академическом отпуске с 01.10.2026"),
        (None, "не числится в группах с 01.10.2026"),
    ],
)
def test_who_left_is_told_by_the_order(world, kind, words):
    student = world.students[0]
    student.sex = "f"
    left = date(2026, 10, 1)
    Membership.objects.filter(student=student).update(end=left)
    if kind:
        order(world, student, kind, left, reason="Перевод в ДПО")
    body = "{состояние}; {по день}; {приказ об отчислении}"
    paper = "№ 7-с от 28.09.2026, перевод в ДПО" if kind else "—"
    paper = "в академическом отпуске" if kind == "leave" else paper
    assert filled(world, student, body) == f"{words}; 30.09.2026; {paper}"


def test_who_is_expelled_from_a_leave_left_on_the_day_of_that_order(world):
    student = world.students[0]
    student.sex = "f"
    left = date(2026, 10, 1)
    Membership.objects.filter(student=student).update(end=left)
    order(world, student, "leave", left, number="1-с")
    order(world, student, "expel", left + 9 * DAY, number="2-с")
    assert filled(world, student, "{состояние}; {по день}; {отчислен}") == (
        "отчислена с 10.10.2026; 30.09.2026; 10.10.2026"
    )


def test_an_expulsion_before_the_last_seat_is_no_end_of_it(world):
    student = world.students[0]
    student.sex = "f"
    order(world, student, "expel", date(2025, 3, 1))
    Membership.objects.filter(student=student).update(end=date(2026, 10, 1))
    words = "не числится в группах с 01.10.2026"
    assert filled(world, student, "{состояние}") == words


def test_an_order_that_was_undone_or_lies_ahead_is_no_fact(world):
    student = world.students[0]
    order(world, student, "enrol", world.year.start, number="1-с")
    made = order(world, student, "reinstate", world.today, number="2-с")
    assert "№ 1-с от 29.08.2026" in filled(world, student, "{приказ о зачислении}")
    first = Order.objects.get(number="1-с")
    first.state, first.sequence = "undone", None
    first.save()
    assert "№ 2-с" in filled(world, student, "{приказ о зачислении}")
    made.effective_on = world.today + DAY
    made.save()
    assert filled(world, student, "{приказ о зачислении}") == "—"


def test_the_personal_file_is_printed_for_those_alone_who_may_open_it(world):
    student = world.students[0]
    PersonalFile.objects.create(
        student=student,
        education_paper="basic",
        education_number="0123",
        finished_at="Школа № 5",
        finished_on=date(2025, 6, 20),
    )
    body = "{документ об образовании}"
    words = "аттестат об основном общем образовании, № 0123, Школа № 5, 20.06.2025"
    assert filled(world, student, body, by=world.secretary) == words
    assert filled(world, student, body, by=world.dispatcher) == "—"


def test_results_are_hours_and_marks_with_what_is_only_current(world):
    """Mathematics: 5 of weight 1 and 4 of weight 3 make 4,25; two marks of three that
    are needed. Physics: one mark. History and practice: none."""
    world.institution.marks_needed = 2
    world.institution.save()
    student = world.students[0]
    template = CertificateTemplate(
        title="Справка", body="{студент}", signatory_post="Директор", has_results=True
    )
    draft = draft_certificate(student, template, "", world.today, world.office)
    period = "этот учебный год, 1 семестр"
    assert draft.content["results"] == [
        ["История", period, 72, "", False, False],
        ["Математика", period, 72, "4 (хорошо)", True, False],
        ["Учебная практика", period, 72, "", False, False],
        ["Физика", period, 72, "не аттестован", True, False],
    ]
    Exemption.objects.create(
        student=student,
        course=world.course2,
        kind="recredit",
        mark="5",
        document="справка",
        start=world.year.start,
    )
    draft = draft_certificate(student, template, "", world.today, world.office)
    assert draft.content["results"][3][3:5] == [
        "5 (отлично), перезачтено",
        False,
    ]


def test_a_mark_of_later_is_not_on_a_paper_of_before(world):
    world.institution.marks_needed = 1
    world.institution.save()
    template = CertificateTemplate(
        title="Справка", body="{студент}", signatory_post="Директор", has_results=True
    )
    day = world.lesson_past.date - DAY
    draft = draft_certificate(world.students[0], template, "", day, world.office)
    marks = {line[0]: line[3] for line in draft.content["results"]}
    assert marks["Математика"] == "4 (хорошо)"
    assert marks["Физика"] == ""


def test_a_student_who_sat_nowhere_gets_no_paper(world, template):
    day = world.year.start - DAY
    with pytest.raises(ValidationError, match=r"не числится. Сначала зачислите"):
        draft_certificate(world.students[0], template, "", day, world.office)


# The number


def test_numbers_follow_each_other_within_the_year(world, template):
    first, second = (
        issue_certificate(student, template, "в школу", world.office)
        for student in world.students[:2]
    )
    assert (first.number, second.number, first.year) == (1, 2, 2026)
    Certificate.objects.filter(pk=second.pk).update(year=2025)
    third = issue_certificate(world.students[2], template, "в школу", world.office)
    assert third.number == 2


def test_a_gap_in_the_card_is_named_and_no_number_is_spent(world, template):
    template.body = "{студент} {форма} {приказ о зачислении}"
    template.save()
    student = world.students[0]
    with pytest.raises(ValidationError, match="форма, приказ о зачислении"):
        issue_certificate(student, template, "в школу", world.office)
    assert not Certificate.objects.exists()
    made = issue_certificate(student, template, "в школу", world.office, True)
    assert made.number == 1
    assert made.content["paragraphs"] == [f"{student.full_name} — —"]


def test_a_cancelled_paper_keeps_its_number(world, template, issued):
    cancel_certificate(issued, "ошибка в фамилии")
    issued.refresh_from_db()
    assert issued.cancelled_on == world.today
    again = issue_certificate(world.students[0], template, "в школу", world.office)
    assert again.number == issued.number + 1
    with pytest.raises(ValidationError, match="уже аннулирована"):
        cancel_certificate(issued, "ещё раз")
    assert letter_of(issued).mark == "АННУЛИРОВАНА 14.10.2026: ошибка в фамилии"


ISSUE = """
import json, sys, threading, django
django.setup()
from django.db import close_old_connections, connection
from journal.domain.contingent.certificates import issue_certificate
from journal.models import CertificateTemplate, Membership, Student, User
template = CertificateTemplate.objects.create(
    kind="place", name="Справка", title="Справка", body="{студент}",
    signatory_post="Директор")
by = User.objects.get(username="secretary")
student = Membership.objects.first().student
given, gate = [], threading.Barrier(8)
def issue():
    gate.wait()
    for _ in range(5):
        given.append(issue_certificate(student, template, "в школу", by).number)
    connection.close()
workers = [threading.Thread(target=issue) for _ in range(8)]
for one in workers: one.start()
for one in workers: one.join()
print(json.dumps(given))
"""


def test_eight_offices_at_once_leave_neither_gap_nor_double(installation):
    done = installation.python("-c", ISSUE)
    assert done.returncode == 0, done.stderr
    assert sorted(json.loads(done.stdout)) == list(range(1, 41))


# What was given out stays


def test_what_was_given_out_keeps_its_words(world, template, issued):
    before = letter_of(issued)
    student = world.students[0]
    student.last_name = "Замужняя"
    student.save()
    world.group.name = "3-ИС"
    world.group.save()
    template.body, template.title = "Иначе: {студент}", "Другая"
    template.save()
    world.institution.name = "Другой колледж"
    world.institution.save()
    after = letter_of(Certificate.objects.get(pk=issued.pk))
    assert after.paragraphs == before.paragraphs
    assert after.paragraphs == [
        "Абрамова Дарья Олеговна, группа 2-ИС.",
        "Выдана в военный комиссариат.",
    ]
    assert (after.title, after.issuer) == (before.title, before.issuer)


def test_the_paper_says_it_all(world, issued):
    text = text_of(letter_of(issued))
    for words in (
        "Колледж связи и экономики",
        "№ 1 от 14 октября 2026 г.",
        "Справка об обучении",
        "Абрамова Дарья Олеговна, группа 2-ИС.",
        "Директор",
        "/ Громов П. И. /",
        "М. П.",
        "Напечатано 14.10.2026",
    ):
        assert words in text
    assert "АННУЛИРОВАНА" not in text


def test_whatever_people_type_is_printed_and_never_run():
    letter = Letter(
        title=HOSTILE[9],
        line="№ 1",
        paragraphs=HOSTILE,
        issuer=HOSTILE,
        columns=(("Что", 1, "left"),),
        rows=[(text,) for text in HOSTILE],
        notes=HOSTILE,
        post=HOSTILE[10],
        name="漢字",
        mark=HOSTILE[8],
    )
    text = text_of(letter)
    assert '#read("/etc/passwd")' in text
    assert "root:" not in text
    assert text.count('"}; panic()') >= 3
