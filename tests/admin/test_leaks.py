"""The leaks that a row-scoped admin has by default, each tried on real pages.

The numbers are those of the list of leaks that the toolkit closes: what a curator of
2-ИС, or a teacher, must not learn or do about 1-ЭК.
"""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from journal.models import (
    Exemption,
    Group,
    Guardianship,
    Mark,
    Membership,
    Student,
)
from tests.admin.conftest import url

FAR_GROUP = "1-ЭК"
FAR_DISCIPLINE = "Экономика организации"


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def options_of(html: str, field: str) -> list[str]:
    """The words of the options of one select."""
    select = re.search(rf'<select name="{field}".*?</select>', html, re.S)
    return re.findall(r"<option[^>]*>\s*([^<]*?)\s*</option>", select.group(0))


def exemption(college, **fields) -> dict:
    return {
        "student": college.rows["student"][0].pk,
        "course": college.course2.pk,
        "kind": "exempt",
        "document": "приказ",
        "start": "01.10.2026",
        **fields,
    }


# L1


def test_a_select_offers_no_group_of_others(college, client_of):
    html = text_of(client_of(college.studyunit).get(url("add", "student")))
    assert options_of(html, "memberships-0-group")[1:] == ["2-ИС"]
    html = text_of(
        client_of(college.studyunit).get(
            url("transfer", "student", college.rows["student"][0])
        )
    )
    assert FAR_GROUP not in html


# L2


@pytest.mark.parametrize("field", ["student", "course"])
def test_a_forged_post_with_a_foreign_row_is_refused(college, client_of, field):
    far = college.rows[field][1]
    client = client_of(college.studyunit)
    before = Exemption.objects.count()
    answer = client.post(url("add", "exemption"), exemption(college, **{field: far.pk}))
    errors = answer.context["adminform"].form.errors.as_data()
    assert [error.code for error in errors[field]] == ["invalid_choice"]
    assert Exemption.objects.count() == before
    answer = client.post(url("add", "exemption"), exemption(college))
    assert answer.status_code == 302
    assert Exemption.objects.count() == before + 1


def test_a_forged_post_with_a_foreign_select_is_refused(college, client_of):
    client = client_of(college.studyunit)
    student = college.rows["student"][0]
    answer = client.post(
        url("transfer", "student", student),
        {"group": college.group2.pk, "day": "2026-10-14"},
    )
    errors = answer.context["form"].errors.as_data()
    assert [error.code for error in errors["group"]] == ["invalid_choice"]
    assert Membership.objects.get(student=student).group == college.group


# L3 and L4


@pytest.mark.parametrize("field", ["student", "course"])
def test_an_id_in_the_address_of_an_empty_form_tells_no_name(college, client_of, field):
    near, far = college.rows[field]
    client = client_of(college.studyunit)
    shown = text_of(client.get(url("add", "exemption"), {field: near.pk}))
    assert str(near) in shown
    hidden = text_of(client.get(url("add", "exemption"), {field: far.pk}))
    assert str(far) not in hidden
    assert text_of(client.get(url("add", "exemption"), {field: 10**9}))


def test_an_account_is_not_named_to_who_keeps_no_accounts(college, client_of):
    client = client_of(college.secretary)
    html = text_of(client.get(url("add", "student"), {"user": college.office.pk}))
    assert "office" not in html
    assert 'name="user"' not in html


# L5 to L8


def version_of(model: str, row) -> str:
    return f"{url('history', model, row)}{row.history.first().pk}/"


def test_the_history_of_a_foreign_row_is_not_found(college, client_of):
    near, far = college.rows["student"]
    client = client_of(college.curator)
    assert client.get(url("history", "student", near)).status_code == 200
    assert client.get(url("history", "student", far)).status_code == 404


def test_a_version_of_a_foreign_row_is_not_found(college, client_of):
    near, far = college.rows["student"]
    client = client_of(college.curator)
    assert client.get(version_of("student", near)).status_code == 200
    assert client.get(version_of("student", far)).status_code == 404
    mixed = f"{url('history', 'student', near)}{far.history.first().pk}/"
    assert client.get(mixed).status_code == 404


@pytest.mark.parametrize("role", ["curator", "department_head", "root"])
@pytest.mark.parametrize("place", [0, 1])
def test_nobody_writes_through_an_old_version(college, client_of, role, place):
    row = college.rows["student"][place]
    client = client_of(college.people[role])
    data = {"last_name": "Подменён", "first_name": "Кем-то", "_save": "1"}
    assert client.post(version_of("student", row), data).status_code == 403
    assert Student.objects.get(pk=row.pk).last_name == row.last_name


def test_history_offers_nothing_to_save(college, client_of):
    html = text_of(
        client_of(college.root).get(version_of("student", college.rows["student"][0]))
    )
    assert 'name="_save"' not in html
    assert 'name="_change_history"' not in html


def test_the_past_is_told_in_words(college, client_of):
    plan = college.plan
    plan.state, plan.author = "returned", college.teacher2.employee
    plan.submitted_at = timezone.now()
    plan._history_date = timezone.now() + timedelta(minutes=1)  # the cast's clock too
    plan.save()
    html = text_of(client_of(college.deputy).get(url("history", "thematicplan", plan)))
    assert "утверждён → возвращён" in html
    assert "Жданов Лев Борисович → Щукина Вера Ильинична" in html
    assert "пусто → 14.10.2026 10:00" in html
    plan.approved_by = college.deputy.employee
    plan.save()
    html = text_of(client_of(college.deputy).get(url("history", "thematicplan", plan)))
    assert "Кто утвердил: пусто → Седова Ольга Юрьевна" in html


# L9


@pytest.mark.parametrize(
    "model",
    ("student", "membership", "subgroup", "courseteacher", "timetableentry", "course"),
)
def test_a_filter_offers_no_row_of_others(college, client_of, model):
    Group.objects.create(name="3-ИС", curator=college.curator.employee)

    def offered(user):
        html = text_of(client_of(user).get(url("changelist", model)))
        return {word.strip() for word in re.findall(r"<option[^>]*>([^<]*)<", html)}

    assert {"2-ИС", "3-ИС"} <= offered(college.curator)
    assert FAR_GROUP not in offered(college.curator)
    assert {"2-ИС", FAR_GROUP} <= offered(college.office)


def test_a_filter_by_a_foreign_group_finds_nothing(college, client_of):
    client = client_of(college.curator)
    at = url("changelist", "student")
    html = text_of(client.get(at, {"group": college.group2.pk}))
    assert "Ничего не найдено" in html
    html = text_of(client.get(at, {"group": college.group.pk}))
    assert "Быков" in html


# L10


@pytest.mark.parametrize("role", ["curator", "teacher", "safety", "department_head"])
@pytest.mark.parametrize("model", ["student", "employee", "group", "discipline"])
def test_who_may_not_export_gets_no_file(college, client_of, role, model):
    client = client_of(college.people[role])
    assert client.get(url("export", model)).status_code == 403
    data = {"format": "0", "resource": "0"}
    assert client.post(url("export", model), data).status_code == 403
    listed = client.get(url("changelist", model))
    assert listed.status_code == 403 or "/export/" not in listed.content.decode()


def test_an_export_holds_the_rows_that_may_be_exported(college, client_of):
    data = {"format": "1", "resource": "0"}
    at = url("export", "student")
    own = client_of(college.studyunit).post(at, data).content.decode("utf-8-sig")
    assert "Быков" in own
    assert "Носов" not in own
    every = client_of(college.secretary).post(at, data).content.decode("utf-8-sig")
    assert "Носов" in every


# L11


@pytest.mark.parametrize("model", ["student", "employee", "group", "thematicplan"])
def test_the_library_takes_no_file_in(college, client_of, model):
    client = client_of(college.root)
    for page in ("import/", "process_import/", "process_export/"):
        for answer in (
            client.get(url("changelist", model) + page),
            client.post(url("changelist", model) + page, {}),
        ):
            assert answer.status_code in (302, 404)
            assert answer.status_code == 404 or answer.url.endswith("/change/")


# L12


def test_an_inline_shows_the_rows_of_ones_own_alone(college, client_of):
    """The mother has one child in the curator's group, and one elsewhere."""
    mother = college.parent.guardian
    children = reverse("admin:journal_guardian_tab", args=[mother.pk, "children"])
    html = text_of(client_of(college.curator).get(children))
    assert "Дарья" in html
    assert "Майя" not in html
    listed = text_of(client_of(college.curator).get(url("changelist", "guardian")))
    assert "Абрамова Д. О." in listed
    assert "Абрамова М. О." not in listed


def test_rows_of_an_inline_that_are_not_ones_own_are_not_written(college, client_of):
    tie = Guardianship.objects.get(student=college.sister)
    mother = college.parent.guardian
    data = {
        "last_name": mother.last_name,
        "first_name": mother.first_name,
        "guardianships-TOTAL_FORMS": "1",
        "guardianships-INITIAL_FORMS": "1",
        "guardianships-0-id": tie.pk,
        "guardianships-0-guardian": mother.pk,
        "guardianships-0-student": college.students[1].pk,
        "guardianships-0-relation": "mother",
        "guardianships-0-start": "01.10.2026",
    }
    client_of(college.curator).post(url("change", "guardian", mother), data)
    children = reverse("admin:journal_guardian_tab", args=[mother.pk, "children"])
    client_of(college.curator).post(children, data)
    tie.refresh_from_db()
    assert tie.student == college.sister


# L13


def test_a_deletion_counts_what_stands_in_the_way_and_names_nobody(college, client_of):
    html = text_of(
        client_of(college.root).get(
            url("delete", "student", college.rows["student"][1])
        )
    )
    assert "Отметки: 1" in html
    assert FAR_DISCIPLINE not in html


@pytest.mark.parametrize("role", ["root", "office", "deputy", "teacher"])
def test_no_list_deletes_in_heaps(college, client_of, role):
    client = client_of(college.people[role])
    at = url("changelist", "discipline")
    assert "delete_selected" not in text_of(client.get(at))
    pk = college.course.discipline_id
    data = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    client.post(at, data)
    college.course.discipline.refresh_from_db()


# L14: accepted. That a number is taken elsewhere is told to whoever types it, so that
# the office does not write one person twice; whose it is, is not told.


def test_a_taken_number_is_told_without_its_owner(college, client_of):
    far = college.rows["student"][1]
    far.snils = "112-233-445 95"
    far.save()
    client = client_of(college.curator)
    near = college.rows["student"][0]
    data = {
        "last_name": near.last_name,
        "first_name": near.first_name,
        "snils": far.snils,
        "guardianships-TOTAL_FORMS": "0",
        "guardianships-INITIAL_FORMS": "0",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    html = text_of(client.post(url("change", "student", near), data))
    assert "Этот СНИЛС уже записан у другого человека" in html
    assert far.last_name not in html


# L15


def test_there_is_no_palette_to_search_everything_with(college, client_of):
    for role in ("root", "teacher"):
        client = client_of(college.people[role])
        assert client.get("/admin/search/", {"s": "нос"}).status_code == 404
        answer = client.get("/admin/search/", {"s": "нос", "extended": "1"})
        assert answer.status_code == 404


def test_the_sidebar_offers_what_may_be_opened(college, client_of):
    html = text_of(client_of(college.teacher).get(url("changelist", "course")))
    assert url("changelist", "thematicplan") in html
    assert url("changelist", "student") not in html
    assert url("changelist", "user") not in html


# L16


def test_saving_cells_asks_about_every_lesson_sent(college, client_of):
    """The curator has no marks to give, the teacher none of 1-ЭК."""
    change = {
        "l": college.lesson_elsewhere_past.pk,
        "s": college.students2[1].pk,
        "f": "1",
        "o": "3",
        "n": "5",
    }
    at = reverse("admin:journal_cells")
    for user in (college.curator, college.teacher):
        answer = client_of(user).post(
            at, json.dumps({"changes": [change]}), content_type="application/json"
        )
        assert answer.status_code == 404
    mark = Mark.objects.get(task=college.task_elsewhere, student=college.students2[1])
    assert mark.value == "3"


def test_a_button_asks_about_its_object(college, client_of):
    far = college.rows["student"][1]
    client = client_of(college.curator)
    for page in ("let_in", "transfer", "leave", "enrol"):
        assert client.get(url(page, "student", far)).status_code == 404
        assert client.post(url(page, "student", far), {}).status_code == 404
    assert Membership.objects.on(college.today).filter(student=far).exists()


def test_the_course_and_the_cell_of_others_are_not_found(college, client_of):
    client = client_of(college.curator)
    spread = reverse("admin:journal_course_spread", args=[college.course_elsewhere.pk])
    assert client.get(spread).status_code == 404
    past = reverse(
        "admin:journal_cell_past",
        args=[college.lesson_elsewhere_past.pk, college.students2[1].pk],
    )
    assert client.get(past).status_code == 404
