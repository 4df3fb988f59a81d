"""Rounds of verification: whose cards, what is due, what a card lacks, who confirms."""

import datetime
from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_customizations.duties import duties
from journal.domain.people.checks import (
    Round,
    confirm_cards,
    due_checks,
    is_minor,
    lacking,
    round_cards,
    rounds_of,
)
from journal.models import (
    CardCheck,
    Consent,
    DataAccess,
    Department,
    Employee,
    Group,
    Membership,
    PersonalFile,
    Student,
)
from tests import cast

DAY = timedelta(days=1)
OWN = {
    "curator": ["curator"],
    "department_head": ["department"],
    "hr": ["hr"],
}


def at(round_: str) -> str:
    return reverse("admin:journal_cardcheck_round", args=[round_])


def check(world, student, ago: int, round_="curator", **fields):
    return CardCheck.objects.create(
        student=student, round=round_, on=world.today - ago * DAY, **fields
    )


# Whose round


def test_everybody_has_the_own_round_and_no_other(world):
    for name, user in world.people.items():
        assert rounds_of(user) == OWN.get(name, []), name


def test_a_round_is_about_the_own_group_department_or_staff(world):
    mine = set(world.students) | {world.mover}
    assert set(round_cards(world.curator, "curator", world.today)) == mine
    assert set(round_cards(world.department_head, "department", world.today)) == mine
    staff = round_cards(world.hr, "hr", world.today)
    assert staff.count() == Employee.objects.count() == 15


def test_who_was_dismissed_or_left_is_in_no_round(world):
    Employee.objects.filter(pk=world.teacher.employee.pk).update(
        dismissed_on=world.today
    )
    Membership.objects.filter(student=world.students[0]).update(end=world.today)
    assert world.teacher.employee not in round_cards(world.hr, "hr", world.today)
    assert world.students[0] not in round_cards(world.curator, "curator", world.today)


@pytest.mark.parametrize("round_", Round.values)
def test_a_round_of_somebody_else_is_refused(world, round_):
    for name, user in world.people.items():
        if round_ in OWN.get(name, []):
            continue
        with pytest.raises(PermissionDenied):
            round_cards(user, round_, world.today)
        with pytest.raises(PermissionDenied):
            confirm_cards(user, [world.students[0].pk], round_, world.today)
    assert not CardCheck.objects.exists()


# What is due


def test_a_card_is_due_when_it_waited_as_long_as_the_institution_says(world):
    first, second, third, *rest = world.students
    check(world, first, 30)
    check(world, second, 31)
    check(world, third, 5, round_="department")
    due = set(due_checks(world.curator, "curator", world.today))
    assert due == {second, third, world.mover, *rest}
    world.institution.curator_check_days = 30
    world.institution.save()
    assert first in due_checks(world.curator, "curator", world.today)


def test_who_waited_longest_stands_first(world):
    check(world, world.students[1], 3)
    check(world, world.students[3], 90)
    cards = [card.pk for card in round_cards(world.curator, "curator", world.today)]
    assert cards[-2:] == [world.students[3].pk, world.students[1].pk]


# What a card lacks

STUDENT_LACKS = [
    "пол",
    "телефон",
    "СНИЛС",
    "документ",
    "адрес регистрации",
    "фактический адрес",
    "родитель или представитель",
    "согласие на обработку данных",
]


def test_an_empty_card_says_in_words_what_it_lacks(world):
    card = world.students[1]
    assert lacking(world.curator, [card], world.today) == {card.pk: STUDENT_LACKS}


def test_a_filled_card_lacks_nothing(world):
    card = world.students[0]  # the daughter of the parent
    card.sex, card.phone, card.snils = "f", "+7 000 000-00-00", "112-233-445 95"
    card.save()
    PersonalFile.objects.create(
        student=card, document="passport", number="1", registered_at="а", lives_at="б"
    )
    consent = Consent.objects.create(
        student=card, kind="processing", signed_on=world.today
    )
    assert lacking(world.curator, [card], world.today) == {card.pk: []}
    consent.withdrawn_on = world.today
    consent.save()
    assert lacking(world.curator, [card], world.today) == {
        card.pk: ["согласие на обработку данных"]
    }


def test_a_trusted_representative_is_no_parent(world):
    card = world.students[0]
    card.guardianships.filter(relation="mother").update(end=world.today)
    found = lacking(world.curator, [card], world.today)[card.pk]
    assert "родитель или представитель" in found


def test_whoever_is_of_age_needs_no_parent(world):
    card = world.students[1]
    card.birth_date = datetime.date(2008, 10, 14)
    assert not is_minor(card, world.today)
    assert is_minor(card, world.today - DAY)
    card.save()
    found = lacking(world.curator, [card], world.today)[card.pk]
    assert "родитель или представитель" not in found


def test_parts_that_a_person_may_not_view_are_not_told(world):
    card = world.students[1]
    found = lacking(world.hr, [card], world.today)[card.pk]
    assert "документ" not in found
    assert "родитель или представитель" not in found


def test_staff_need_their_papers(world):
    person = world.teacher.employee
    assert lacking(world.hr, [person], world.today)[person.pk] == [
        "дата рождения",
        "пол",
        "телефон",
        "СНИЛС",
        "должность",
        "дата приёма",
        "согласие на обработку данных",
        "обязательство о неразглашении",
    ]


# Confirming


def test_confirming_says_who_and_when_and_keeps_the_history(world):
    keys = [student.pk for student in world.students[:3]]
    assert len(confirm_cards(world.curator, keys, "curator", world.today)) == 3
    rows = CardCheck.objects.filter(round="curator", on=world.today, by=world.curator)
    assert set(rows.values_list("student", flat=True)) == set(keys)
    assert {row.history.get().history_user for row in rows} == {world.curator}
    due = due_checks(world.curator, "curator", world.today)
    assert not set(due) & set(world.students[:3])


def test_a_second_click_confirms_nothing_twice(world):
    keys = [world.students[0].pk]
    confirm_cards(world.curator, keys, "curator", world.today)
    assert confirm_cards(world.curator, keys, "curator", world.today) == []
    assert CardCheck.objects.count() == 1


def test_a_foreign_card_among_them_confirms_none(world):
    keys = [world.students[0].pk, world.students2[1].pk]
    with pytest.raises(ObjectDoesNotExist):
        confirm_cards(world.curator, keys, "curator", world.today)
    assert not CardCheck.objects.exists()


# The page


@pytest.mark.parametrize("round_", Round.values)
def test_the_page_of_a_round_opens_for_its_owner_alone(world, client_of, round_):
    for name, user in world.people.items():
        answer = client_of(user).get(at(round_))
        if round_ in OWN.get(name, []):
            assert answer.status_code == 200
        else:
            outside = not user.is_staff
            assert answer.status_code == (302 if outside else 403), name
            assert "Быков" not in answer.content.decode()


def test_the_page_lists_the_own_group_with_what_is_missing(world, client_of):
    html = client_of(world.curator).get(at("curator")).content.decode()
    assert "Быков Илья Павлович" in html
    assert "Носов" not in html
    assert "Ждут сверки: 6" in html
    assert "родитель или представитель" in html


def test_looking_at_a_round_is_noted_as_a_list_of_people(world, client_of):
    client_of(world.curator).get(at("curator"))
    noted = DataAccess.objects.get()
    assert (noted.by, noted.kind, noted.count) == (world.curator, "listed", 6)
    assert noted.subject == "Сверка карточек своей группы"


def test_one_card_and_several_are_confirmed_from_the_page(world, client_of):
    client = client_of(world.curator)
    first, second, third = (str(student.pk) for student in world.students[:3])
    answer = client.post(at("curator"), {"one": first, "card": [second]}, follow=True)
    assert "Сверено карточек: 1." in answer.content.decode()
    answer = client.post(at("curator"), {"card": [second, third]}, follow=True)
    assert "Сверено карточек: 2." in answer.content.decode()
    answer = client.post(at("curator"), {}, follow=True)
    assert "Отметьте хотя бы одну карточку." in answer.content.decode()
    assert CardCheck.objects.count() == 3
    html = client.get(at("curator") + "?show=due").content.decode()
    assert "Быков" not in html
    assert "Ершов" in html


def test_foreign_and_nonsense_cards_are_refused(world, client_of):
    client = client_of(world.curator)
    far = world.students2[1].pk
    assert client.post(at("curator"), {"card": [far]}).status_code == 404
    assert client.post(at("curator"), {"card": ["abc"]}).status_code == 400
    assert client.post(at("department"), {"card": [far]}).status_code == 403
    assert client.get(at("nobody")).status_code == 404
    assert not CardCheck.objects.exists()


def test_the_way_into_the_rounds_leads_to_the_own_one(world, client_of):
    address = reverse("admin:journal_cardcheck_rounds")
    assert client_of(world.hr).get(address).url == at("hr")
    listed = reverse("admin:journal_cardcheck_changelist")
    assert client_of(world.office).get(address).url == listed
    assert client_of(world.teacher).get(address).status_code == 403


def test_the_head_narrows_the_round_to_a_group(world, client_of):
    other = Group.objects.create(name="3-ИС", department=world.department)
    student = cast.person(Student, ("Новиков", "Пётр", ""))
    Membership.objects.create(student=student, group=other, start=world.year.start)
    html = (
        client_of(world.department_head)
        .get(at("department"), {"group": other.pk})
        .content.decode()
    )
    assert "Новиков" in html
    assert "Быков" not in html
    far = client_of(world.department_head).get(
        at("department"), {"group": world.group2.pk}
    )
    assert "Носов" not in far.content.decode()


def test_the_start_page_counts_what_waits(world, client_of):
    start = reverse("admin:index")
    for user, words in (
        (world.curator, "Ждут сверки карточки своей группы: 6"),
        (world.department_head, "Ждут сверки карточки отделения: 6"),
        (world.hr, "Ждут сверки карточки сотрудников: 15"),
    ):
        assert words in client_of(user).get(start).content.decode()
    assert "Ждут сверки" not in client_of(world.teacher).get(start).content.decode()


def test_lists_and_cards_say_when_and_by_whom(world, client_of):
    student = world.students[1]
    check(world, student, 40, by=world.curator)
    listed = reverse("admin:journal_student_changelist")
    client = client_of(world.secretary)
    html = client.get(listed).content.decode()
    assert "04.09.2026, Ёлкина А." in html
    assert "Быков" in client.get(listed, {"checked": "old"}).content.decode()
    assert "Быков" not in client.get(listed, {"checked": "month"}).content.decode()
    assert "Быков" not in client.get(listed, {"checked": "never"}).content.decode()
    card = reverse("admin:journal_student_change", args=[student.pk])
    assert "04.09.2026, Ёлкина А." in client.get(card).content.decode()


def test_who_may_not_see_checks_meets_no_trace_of_them(world, client_of):
    check(world, world.students[1], 40, by=world.curator)
    listed = reverse("admin:journal_student_changelist")
    html = client_of(world.dispatcher).get(listed).content.decode()
    assert "Быков" in html
    assert "04.09.2026" not in html
    for word in ("сверено", "не сверялась", "сверка карточ"):
        assert word not in html.lower()
    # A curator sees staff, but nothing of their verification.
    staff = reverse("admin:journal_employee_changelist")
    assert "не сверялась" not in client_of(world.curator).get(staff).content.decode()
    assert "не сверялась" in client_of(world.hr).get(staff).content.decode()


def test_the_page_takes_as_many_queries_for_thirty_cards_as_for_one(world, client_of):
    client = client_of(world.curator)
    Membership.objects.filter(group=world.group).exclude(
        student=world.students[1]
    ).update(end=world.today)
    check(world, world.students[1], 40, by=world.curator)

    def queries() -> int:
        client.get(at("curator"))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(at("curator")).status_code == 200
        return len(caught)

    few = queries()
    for number in range(29):
        student = cast.person(Student, ("Петров", "Пётр", str(number)))
        Membership.objects.create(
            student=student, group=world.group, start=world.year.start
        )
        check(world, student, 40, by=world.curator)
    assert (few, queries()) == (12, 12)


def test_a_department_without_a_head_waits_for_nobody(world):
    Department.objects.filter(pk=world.department.pk).update(head=None)
    assert not due_checks(world.department_head, "department", world.today).exists()


# Each round one, the lists due three; reports to answer, and answers, one each; three
# for the year that begins; a teacher's own plans one. Sheets, term marks, control works,
# activities, requests and sittings one to three each, the debts none while they are kept.
DUTIES = {
    "curator": 9,
    "department_head": 12,
    "hr": 1,
    "secretary": 6,
    "office": 10,
    "teacher": 14,
    "director": 11,
}


@pytest.mark.parametrize("name", DUTIES)
def test_what_waits_costs_the_start_page_few_queries(world, name):
    user = world.people[name]
    duties(user, world.today)  # the rights of a person are read once
    with CaptureQueriesContext(connection) as caught:
        duties(user, world.today)
    assert len(caught) == DUTIES[name]
