"""Lists due: what, until when, by whom, and how late."""

import datetime
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journal.domain.contingent.deliveries import (
    count_late,
    day_of,
    due_lists,
    hand_in,
)
from journal.models import AcademicYear, Department, ListDelivery
from tests.admin.conftest import url

pytestmark = pytest.mark.on_postgresql(
    "test_handing_in_says_who_when_and_how_late",
    "test_foreign_lists_and_those_of_another_day_are_refused",
    "test_the_institution_sets_the_day",
    "test_without_departments_the_institution_hands_in",
    "test_outside_the_year_nothing_is_due",
    "test_lists_are_handed_in_from_the_page",
    "test_the_start_page_counts_what_is_late",
)

DAY = timedelta(days=1)
AT = reverse("admin:journal_listdelivery_due")
SEPTEMBER = datetime.date(2026, 9, 5)
# Wednesday, 14 October 2026; the year of the cast began on Tuesday, 1 September.
FRIDAYS = [datetime.date(2026, 9, 4) + timedelta(weeks=n) for n in range(7)]
SEEING = {
    "office",
    "director",
    "deputy",
    "deputy_upr",
    "deputy_uvr",
    "secretary",
    "department_head",
}
HANDING = {"office", "deputy", "deputy_uvr", "secretary", "department_head"}


def key(world, kind, day, department=None) -> str:
    return f"{kind}-{(department or world.department).pk}-{day:%Y-%m-%d}"


def of(world, user, kind, verb="view"):
    return [due for due in due_lists(user, world.today, verb) if due.kind == kind]


def test_what_is_due_of_each_department(world):
    assert world.year.start == datetime.date(2026, 9, 1)
    for kind in ("groups", "teachers"):
        rows = of(world, world.secretary, kind)
        assert [(due.department, due.due_on, due.days_late) for due in rows] == [
            (world.department, SEPTEMBER, 39),
            (world.department2, SEPTEMBER, 39),
        ]
    weeks = of(world, world.department_head, "changes")
    assert [due.due_on for due in weeks] == FRIDAYS
    assert [due.days_late for due in weeks] == [40, 33, 26, 19, 12, 5, 0]
    assert [due.is_late for due in weeks] == [True] * 6 + [False]


def test_a_head_answers_for_the_own_department(world):
    rows = due_lists(world.department_head, world.today)
    assert {due.department for due in rows} == {world.department}
    assert count_late(world.department_head, world.today) == 8
    assert count_late(world.secretary, world.today) == 16
    assert count_late(world.director, world.today) == 0


def test_who_hands_in_and_who_looks_on(world):
    for name, user in world.people.items():
        assert bool(due_lists(user, world.today)) == (name in SEEING), name
        assert bool(due_lists(user, world.today, "add")) == (name in HANDING), name


def test_handing_in_says_who_when_and_how_late(world):
    keys = [key(world, "groups", SEPTEMBER), key(world, "changes", FRIDAYS[-1])]
    assert hand_in(world.department_head, keys, world.today, " письмо 5 ") == 2
    late, early = ListDelivery.objects.order_by("due_on")
    assert (late.by, late.handed_in_on) == (world.department_head, world.today)
    assert (late.note, late.department) == ("письмо 5", world.department)
    assert late.history.get().history_type == "+"
    (due,) = of(world, world.department_head, "groups")
    assert (due.delivery, due.days_late, due.is_late) == (late, 39, False)
    assert of(world, world.secretary, "changes")[-1].delivery is None
    assert early.due_on == FRIDAYS[-1]
    assert hand_in(world.department_head, keys, world.today) == 0


def test_of_the_weeks_handed_in_only_the_last_are_listed(world):
    keys = [key(world, "changes", day) for day in FRIDAYS[:6]]
    hand_in(world.department_head, keys, world.today)
    shown = [due.due_on for due in of(world, world.department_head, "changes")]
    assert shown == FRIDAYS[2:]


def test_foreign_lists_and_those_of_another_day_are_refused(world):
    for wrong in (
        key(world, "groups", SEPTEMBER, world.department2),
        key(world, "groups", SEPTEMBER + DAY),
        key(world, "changes", FRIDAYS[-1] + 7 * DAY),
        "abc",
    ):
        with pytest.raises(ValidationError):
            hand_in(
                world.department_head,
                [key(world, "groups", SEPTEMBER), wrong],
                world.today,
            )
    for name in world.people.keys() - HANDING:
        with pytest.raises(PermissionDenied):
            hand_in(world.people[name], [key(world, "groups", SEPTEMBER)], world.today)
    assert not ListDelivery.objects.exists()


def test_the_institution_sets_the_day(world):
    assert day_of("05.09", 2026) == SEPTEMBER
    world.institution.lists_due = "10.09"
    world.institution.full_clean()
    world.institution.save()
    (due,) = of(world, world.department_head, "groups")
    assert due.due_on == datetime.date(2026, 9, 10)
    for wrong in ("31.02", "5 сен", "", "1.2.3"):
        world.institution.lists_due = wrong
        with pytest.raises(ValidationError):
            world.institution.full_clean()


def test_without_departments_the_institution_hands_in(world):
    for group in (world.group, world.group2):
        group.department = None
        group.save()
    for specialty in (world.specialty, world.specialty2):
        specialty.department = None
        specialty.save()
    Department.objects.all().delete()
    (due,) = of(world, world.secretary, "groups")
    assert due.department is None
    assert hand_in(world.secretary, [due.key], world.today) == 1
    assert of(world, world.secretary, "groups")[0].delivery
    assert due_lists(world.department_head, world.today) == []


def test_outside_the_year_nothing_is_due(world):
    AcademicYear.objects.filter(pk=world.year.pk).update(end=world.today)
    assert due_lists(world.secretary, world.today) == []


# The page


def test_the_page_opens_for_those_who_hand_in_or_look_on(world, client_of):
    for name, user in world.people.items():
        answer = client_of(user).get(AT)
        outside = 302 if not user.is_staff else 403
        assert answer.status_code == (200 if name in SEEING else outside), name
        html = answer.content.decode()
        assert ("просрочено на 39" in html) == (name in SEEING)
        assert ("Отмеченное сдано" in html) == (name in HANDING)
    html = client_of(world.department_head).get(AT).content.decode()
    assert "Отделение экономики" not in html


def test_lists_are_handed_in_from_the_page(world, client_of):
    client = client_of(world.department_head)
    one, other = key(world, "groups", SEPTEMBER), key(world, "teachers", SEPTEMBER)
    html = client.post(AT, {"one": one, "list": [other]}, follow=True).content.decode()
    assert "Сдано: 1\N{NO-BREAK SPACE}список." in html
    assert "на 39\N{NO-BREAK SPACE}дней позже срока" in html
    assert ListDelivery.objects.get().kind == "groups"
    html = client.post(AT, {}, follow=True).content.decode()
    assert "Отметьте хотя бы один список." in html
    far = key(world, "groups", SEPTEMBER, world.department2)
    assert client.post(AT, {"list": [far]}).status_code == 400
    assert client.post(AT, {"list": [other], "note": "я" * 301}).status_code == 400
    assert client_of(world.director).post(AT, {"list": [other]}).status_code == 403
    assert ListDelivery.objects.count() == 1
    listed = client.get(url("changelist", "listdelivery")).content.decode()
    assert "список групп" in listed


def test_the_start_page_counts_what_is_late(world, client_of):
    start = reverse("admin:index")
    html = client_of(world.department_head).get(start).content.decode()
    assert "Просрочена сдача списков: 8" in html
    assert "Просрочена сдача" not in client_of(world.hr).get(start).content.decode()


def test_the_page_costs_the_same_for_thirty_departments(world, client_of):
    client = client_of(world.secretary)

    def queries() -> int:
        client.get(AT)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(AT).status_code == 200
        return len(caught)

    few = queries()
    for number in range(28):
        made = Department.objects.create(name=f"Отделение {number}")
        ListDelivery.objects.create(
            kind="groups", department=made, due_on=SEPTEMBER, by=world.secretary
        )
    assert (few, queries()) == (9, 9)
