"""The page on which the college moves on a year."""

import pytest
from django.urls import reverse

from journal.models import Group, Order

pytestmark = pytest.mark.on_postgresql("test_the_page_shows_the_plan_and_does_it")

AT = "/admin/journal/order/rollover/"


def answers(**changes):
    return {"number": "90", "date": "2026-10-14", "day": "2027-09-01", **changes}


def test_the_page_shows_the_plan_and_does_it(college, client_of):
    college.group.years = 2
    college.group.save()
    client = client_of(college.secretary)
    assert reverse("admin:journal_order_rollover") == AT
    html = client.get(AT).content.decode()
    assert "2-ИС: выпуск и закрытие группы" in html
    assert "1-ЭК: 2 курс" in html
    answer = client.post(AT, answers(without=[college.students[0].pk]))
    assert answer.status_code == 302
    assert Group.objects.get(name="1-ЭК").course_year == 2
    assert Order.objects.get(number="90", kind="graduate").lines.count() == 5
    assert not Order.objects.filter(kind="disband").exists()
    html = client.get(AT).content.decode()
    assert "Последний перевод: приказ № 90" in html
    assert client.get(f"{AT}back/").status_code == 405
    client.post(f"{AT}back/")
    assert Group.objects.get(name="1-ЭК").course_year == 1
    assert set(Order.objects.filter(number="90").values_list("state", flat=True)) == {
        "undone"
    }


def test_everything_ticked_moves_nobody(college, client_of):
    client = client_of(college.secretary)
    both = [college.group.pk, college.group2.pk]
    html = client.post(AT, answers(stay=both)).content.decode()
    assert "ни одна группа не выбрана" in html
    assert client.post(AT, answers(stay=["x"])).status_code == 400
    html = client.post(AT, answers(number="")).content.decode()
    assert "Обязательное поле" in html
    assert not Order.objects.filter(number="90").exists()


def test_the_study_unit_sees_and_moves_its_own_groups(college, client_of):
    client = client_of(college.studyunit)
    html = client.get(AT).content.decode()
    assert "Быков" in html
    assert "Носов" not in html
    client.post(AT, answers())
    college.group2.refresh_from_db()
    assert college.group2.course_year == 1
    college.group.refresh_from_db()
    assert college.group.course_year == 3


@pytest.mark.parametrize("name", ["hr", "curator", "teacher", "director", "parent"])
def test_the_page_is_closed_to_everybody_else(college, client_of, name):
    client = client_of(college.people[name])
    for at in (AT, f"{AT}back/"):
        for answer in (client.get(at), client.post(at, answers())):
            assert answer.status_code in (302, 403)
            assert "Быков" not in answer.content.decode()
    assert not Order.objects.filter(number="90").exists()
