"""Orders in the admin: from a draft to its effect and back; the card's own orders."""

import datetime

import pytest

from journal.domain.contingent import group_of
from journal.domain.contingent.orders import carry_out
from journal.models import Membership, Order, Student
from tests import cast
from tests.admin.conftest import url


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def head(number="7", kind="expel", **values):
    return {
        "number": number,
        "date": "2026-10-14",
        "kind": kind,
        "effective_on": "2026-10-14",
        "reason": "",
        "note": "",
        **values,
    }


def lines(*rows, first=0):
    """Fields of the inline's new rows."""
    found = {
        "lines-TOTAL_FORMS": str(len(rows)),
        "lines-INITIAL_FORMS": str(first),
    }
    for place, row in enumerate(rows):
        found |= {f"lines-{place}-{name}": str(value) for name, value in row.items()}
    return found


def test_the_form_asks_what_the_kind_needs(college, client_of):
    client = client_of(college.secretary)
    at = url("add", "order")
    chooser = text_of(client.get(at))
    assert "Выберите вид приказа" in chooser
    assert "Зачисление" in chooser
    assert "Увольнение" not in chooser
    for kind, there, absent in (
        ("enrol", ("lines-0-student", "lines-0-group", "lines-0-funding"), "last_name"),
        ("expel", ("lines-0-student",), "lines-0-group"),
        ("rename", ("lines-0-last_name",), "lines-0-group"),
        ("disband", ("lines-0-group",), "lines-0-student"),
    ):
        html = text_of(client.get(at, {"kind": kind}))
        assert all(f'name="{name}"' in html for name in there)
        assert f'name="{absent}"' not in html
    assert "Выберите вид приказа" in text_of(client.get(at, {"kind": "dismiss"}))
    staff = text_of(client_of(college.hr).get(at))
    assert "Увольнение" in staff
    assert "Зачисление" not in staff


def test_an_order_is_drawn_up_shown_carried_out_and_taken_back(college, client_of):
    client = client_of(college.secretary)
    student = college.students[1]
    data = head() | lines({"student": student.pk})
    answer = client.post(f"{url('add', 'order')}?kind=expel", data)
    order = Order.objects.get(number="7")
    assert answer.url == url("change", "order", order)
    page = text_of(client.get(answer.url))
    assert "Провести" in page
    shown = text_of(client.get(url("carry", "order", order)))
    assert "Быков Илья Павлович</b>: отчисление из группы 2-ИС с 14.10.2026" in shown
    assert group_of(student, college.today) == college.group
    client.post(url("carry", "order", order))
    assert group_of(student, college.today) is None
    page = text_of(client.get(answer.url))
    assert "отчисление из группы 2-ИС" in page
    assert 'name="number"' not in page
    assert client.get(url("carry", "order", order)).status_code == 403
    assert "вернётся как было" in text_of(client.get(url("take_back", "order", order)))
    client.post(url("take_back", "order", order))
    assert group_of(student, college.today) == college.group
    order.refresh_from_db()
    assert order.state == "undone"


def test_a_line_that_cannot_be_carried_out_leaves_no_button(college, client_of):
    student = college.students2[0]
    order = Order.objects.create(number="8", kind="enrol")
    order.lines.create(student=student, group=college.group)
    client = client_of(college.office)
    at = url("carry", "order", order)
    html = text_of(client.get(at))
    assert "Строк с ошибками: 1" in html
    assert "уже числится в группе 1-ЭК" in html
    assert 'type="submit"' not in html.partition("Назад")[0].rpartition("<form")[2]
    html = text_of(client.post(at))
    assert "уже числится в группе 1-ЭК" in html
    assert group_of(student, college.today) == college.group2


def test_days_that_look_like_a_slip_are_told_before_an_order_is_carried_out(
    college, client_of
):
    days = datetime.timedelta
    order = Order.objects.create(
        number="8",
        kind="expel",
        date=college.today + days(1),
        effective_on=college.today + days(500),
    )
    order.lines.create(student=college.student.student)
    client = client_of(college.secretary)
    page = text_of(client.get(url("carry", "order", order)))
    assert "Приказ датирован будущим днём, 15.10.2026" in page
    assert "больше чем на год позже своей даты" in page
    order.date = order.effective_on = college.today
    order.save()
    page = text_of(client.get(url("carry", "order", order)))
    assert "будущим днём" not in page
    assert "больше чем на год" not in page


def test_an_order_with_later_ones_says_which(college, client_of):
    student = college.students[1]
    first = Order.objects.create(number="8", kind="leave")
    first.lines.create(student=student)
    carry_out(first, college.office)
    second = Order.objects.create(
        number="9", kind="return", effective_on=cast.day(college, 3)
    )
    second.lines.create(student=student)
    carry_out(second, college.office)
    html = text_of(client_of(college.office).get(url("take_back", "order", first)))
    assert "зависят более поздние: № 9" in html


def test_a_whole_group_comes_into_an_order(college, client_of):
    client = client_of(college.secretary)
    client.post(url("whole_group", "order", college.order), {"group": college.group.pk})
    assert college.order.lines.count() == 6
    client.post(url("whole_group", "order", college.order), {"group": college.group.pk})
    assert college.order.lines.count() == 6
    up = Order.objects.create(number="20", kind="next_year")
    client.post(url("whole_group", "order", up), {"group": college.group.pk})
    assert up.lines.filter(student=None).count() == 1
    assert up.lines.count() == 7


def test_an_order_carried_out_takes_no_edit(college, client_of):
    carry_out(college.order, college.office)
    data = head(number="77") | lines()
    answer = client_of(college.office).post(url("change", "order", college.order), data)
    assert answer.status_code == 403
    client = client_of(college.office)
    assert client.post(url("drop", "order", college.order)).status_code == 403
    assert client.post(url("whole_group", "order", college.order)).status_code == 403


def test_a_draft_is_dropped(college, client_of):
    client_of(college.secretary).post(url("drop", "order", college.order))
    assert not Order.objects.filter(pk=college.order.pk).exists()
    assert Order.history.filter(id=college.order.pk, history_type="-").exists()


# The card


def quick(kind, **values):
    return {
        "kind": kind,
        "number": "12-к",
        "date": "2026-10-14",
        "effective_on": "2026-10-14",
        "reason": "",
        **values,
    }


def test_a_student_is_moved_from_the_card_by_an_order(college, client_of):
    student = college.students[1]
    client = client_of(college.secretary)
    html = text_of(client.get(url("change", "student", student)))
    assert "Перевести в другую группу" in html
    assert ">Зачислить<" not in html
    data = quick("transfer", group=college.group2.pk)
    assert client.post(url("transfer", "student", student), data).status_code == 302
    spans = Membership.objects.filter(student=student).order_by("start")
    assert [(span.group.name, str(span.end)) for span in spans] == [
        ("2-ИС", "2026-10-14"),
        ("1-ЭК", "None"),
    ]
    order = Order.objects.get(number="12-к")
    assert (order.kind, order.state) == ("transfer", "done")


def test_a_student_leaves_and_comes_back_by_orders(college, client_of):
    student = college.students[1]
    client = client_of(college.office)
    client.post(url("leave", "student", student), quick("leave"))
    assert group_of(student, college.today) is None
    data = quick("return", number="13-к", effective_on="2026-10-15")
    client.post(url("enrol", "student", student), data | {"group": college.group.pk})
    assert group_of(student, cast.day(college, 1)) == college.group


def test_a_move_that_the_rules_refuse_leaves_no_order(college, client_of):
    student = college.students[1]
    client = client_of(college.secretary)
    at = url("transfer", "student", student)
    html = text_of(client.post(at, quick("transfer", group=college.group.pk)))
    assert "и так в группе 2-ИС" in html
    Order.objects.create(number="12-к", kind="transfer")
    html = text_of(client.post(at, quick("transfer", group=college.group2.pk)))
    assert "с таким номером и датой уже есть" in html
    html = text_of(client.post(at, quick("expel", group=college.group2.pk)))
    assert "errors" in html or "Выберите корректный вариант" in html
    assert Membership.objects.get(student=student).end is None
    assert Order.objects.filter(lines__student=student).count() == 1  # of the fixture


def test_a_name_is_changed_by_an_order(college, client_of):
    student = college.students[1]
    client = client_of(college.secretary)
    names = {"last_name": "Волков", "first_name": "Илья", "middle_name": "Павлович"}
    client.post(url("rename", "student", student), quick("rename", **names))
    assert Student.objects.get(pk=student.pk).full_name == "Волков Илья Павлович"


# Strangers


@pytest.mark.parametrize("name", ["teacher", "master", "safety", "certificates"])
def test_other_staff_finds_no_order_by_any_address(college, client_of, name):
    client = client_of(college.people[name])
    for page in ("changelist", "add"):
        assert client.get(url(page, "order")).status_code == 403
    for page in ("change", "carry", "take_back", "whole_group", "drop", "history"):
        assert client.get(url(page, "order", college.order)).status_code == 403
        assert client.post(url(page, "order", college.order)).status_code == 403
    assert college.order.lines.exists()


@pytest.mark.parametrize("name", ["student", "stranger", "parent", "trustee", "nobody"])
def test_families_find_no_order_by_any_address(college, client_of, name):
    client = client_of(college.people[name])
    for page in ("change", "carry", "take_back", "whole_group", "drop", "history"):
        for answer in (
            client.get(url(page, "order", college.order)),
            client.post(url(page, "order", college.order)),
        ):
            assert answer.status_code in (302, 403)
            assert "Быков" not in answer.content.decode()


def test_a_foreign_curator_finds_neither_the_order_nor_its_names(college, client_of):
    client = client_of(college.curator)
    assert client.get(url("change", "order", college.order2)).status_code == 404
    assert client.get(url("carry", "order", college.order2)).status_code == 404
    assert client.get(url("carry", "order", college.order)).status_code == 403
    html = text_of(client.get(url("changelist", "order")))
    assert "Быков" in html
    assert "Носов" not in html
    # An order of both groups is seen with the own line alone.
    college.order.lines.create(student=college.students2[1])
    page = text_of(client.get(url("change", "order", college.order)))
    assert "Быков" in page
    assert "Носов" not in page
    found = text_of(client.get(url("changelist", "order"), {"q": "носов"}))
    assert "Ничего не найдено" in found
    assert "Быков" in text_of(client.get(url("changelist", "order"), {"q": "быков"}))


def test_hr_sees_the_orders_of_staff_alone(college, client_of):
    client = client_of(college.hr)
    hired = Order.objects.create(number="5-л", kind="dismiss")
    hired.lines.create(employee=college.master.employee)
    html = text_of(client.get(url("changelist", "order")))
    assert "Цветков" in html
    assert "Быков" not in html
    assert client.get(url("change", "order", college.order)).status_code == 404
    client.post(url("carry", "order", hired))
    college.master.refresh_from_db()
    assert college.master.valid_until == college.today


def test_the_study_unit_draws_up_no_order_of_foreign_students(college, client_of):
    client = client_of(college.studyunit)
    at = f"{url('add', 'order')}?kind=expel"
    foreign = lines({"student": college.students2[1].pk})
    text_of(client.post(at, head() | foreign))
    assert not Order.objects.filter(number="7").exists()
    own = lines({"student": college.students[1].pk})
    assert client.post(at, head() | own).status_code == 302
    order = Order.objects.get(number="7")
    client.post(url("carry", "order", order))
    assert group_of(college.students[1], college.today) is None
    # Nobody's now; the order names the group that was left.
    client.post(url("take_back", "order", order))
    assert group_of(college.students[1], college.today) == college.group


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_an_order_asks_a_constant_number_of_questions(
    college, client_of, django_assert_max_num_queries, count
):
    order = Order.objects.create(number="30", kind="transfer")
    for number in range(count):
        names = {"last_name": f"Ясенев{number}", "first_name": "Олег"}
        student = Student.objects.create(**names)
        start = cast.day(college, -5)
        Membership.objects.create(student=student, group=college.group, start=start)
        order.lines.create(student=student, group=college.group2)
    client = client_of(college.office)
    client.get(url("change", "order", order))
    with django_assert_max_num_queries(24):
        client.get(url("change", "order", order))
    with django_assert_max_num_queries(24):
        text_of(client.get(url("carry", "order", order)))
    with django_assert_max_num_queries(15):
        text_of(client.get(url("changelist", "order")))
    assert datetime.date(2026, 10, 14) == college.today


def test_students_ticked_in_their_list_go_into_one_order(college, client_of):
    client = client_of(college.office)
    ticked = college.students[:3]
    answer = client.post(
        url("changelist", "student"),
        {"action": "to_order", "_selected_action": [one.pk for one in ticked]},
    )
    page = client.get(answer["Location"])
    assert "kind=expel&amp;students=" in page.content.decode()
    page = client.get(answer["Location"] + "&kind=expel")
    (lines,) = page.context["inline_admin_formsets"]
    waiting = {form.initial.get("student") for form in lines.formset.forms}
    assert waiting == {one.pk for one in ticked}
    data = {"number": "77", "date": "2026-10-14", "effective_on": "2026-10-14"}
    data |= {"kind": "expel", "lines-INITIAL_FORMS": "0", "lines-TOTAL_FORMS": "3"}
    data |= {f"lines-{at}-student": one.pk for at, one in enumerate(ticked)}
    client.post(url("add", "order") + "?kind=expel", data)
    order = Order.objects.get(number="77")
    assert {line.student_id for line in order.lines.all()} == waiting


def test_a_forged_student_does_not_wait_in_an_order(college, client_of):
    """The head of the study unit has 2-ИС alone."""
    far, near = college.students2[1], college.students[1]
    at = url("add", "order") + f"?kind=expel&students={far.pk},{near.pk},x,{10**30}"
    page = client_of(college.studyunit).get(at)
    (lines,) = page.context["inline_admin_formsets"]
    assert [form.initial["student"] for form in lines.formset.forms] == [near.pk]
    assert far.last_name not in page.content.decode()
