"""What is safe by default stays so, and nobody writes out of the own reach."""

import pytest
from django.urls import reverse

from admin_customizations.admin.organisation.parts import RoomAdmin
from journal.models import (
    CalendarDay,
    Guardianship,
    Membership,
    PlannedLesson,
    Student,
    Subgroup,
    SubgroupMember,
    ThematicPlan,
    TimetableEntry,
)
from tests.admin.conftest import url


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


# Safe by default


def test_a_list_holds_visible_rows(college, client_of):
    html = text_of(client_of(college.curator).get(url("changelist", "student")))
    assert "Быков" in html
    assert "Носов" not in html
    assert "Записей: 6" in html


def test_search_finds_visible_rows(college, client_of):
    client = client_of(college.curator)
    at = url("changelist", "student")
    assert "Быков Илья" in text_of(client.get(at, {"q": "быков"}))
    assert "Ничего не найдено" in text_of(client.get(at, {"q": "носов"}))


def test_a_list_offers_to_show_all_only_where_it_is_narrowed(college, client_of):
    client, at = client_of(college.office), url("changelist", "student")
    assert "(<a href=" not in text_of(client.get(at))
    assert "(<a href=" not in text_of(client.get(at, {"o": "1"}))
    assert "(<a href=" in text_of(client.get(at, {"q": "быков"}))
    assert "(<a href=" in text_of(client.get(at, {"study": "out"}))


def autocomplete(model: str, field: str, term: str) -> str:
    at = reverse("admin:autocomplete")
    data = {"app_label": "journal", "model_name": model, "field_name": field}
    query = "&".join(f"{key}={value}" for key, value in data.items())
    return f"{at}?{query}&term={term}"


def test_autocomplete_offers_visible_rows(college, client_of):
    client = client_of(college.studyunit)
    found = client.get(autocomplete("exemption", "student", "")).json()["results"]
    assert "Быков Илья Павлович" in [one["text"] for one in found]
    assert "Носов Артём Денисович" not in [one["text"] for one in found]
    assert client.get(autocomplete("exemption", "student", "нос")).json() == {
        "results": [],
        "pagination": {"more": False},
    }


@pytest.mark.parametrize("value", ["abc", "9" * 40, "-1", "\x00", " "])
def test_a_choice_of_nonsense_is_refused_in_the_form(college, client_of, value):
    client = client_of(college.root)
    for model, field in (("exemption", "student"), ("group", "curator")):
        answer = client.post(url("add", model), {field: value})
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors[field]


@pytest.mark.parametrize("model", ["diploma", "targetcontract", "mismatch"])
def test_an_address_that_proposes_nonsense_opens_an_empty_form(
    college, client_of, model
):
    client, at = client_of(college.root), url("add", model)
    for value in ("abc", "9" * 40, "-1"):
        assert client.get(at, {"student": value}).status_code == 200


def test_several_choices_of_nonsense_are_refused(college, client_of):
    client, at = client_of(college.root), url("add", "campus")
    answer = client.post(at, {"study_unit_heads": ["abc", "5"]})
    assert answer.context["adminform"].form.errors["study_unit_heads"]
    answer = client.post(at, {"study_unit_heads": "9" * 40})
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("role", ["teacher", "hr", "safety"])
def test_autocomplete_needs_the_right_to_view(college, client_of, role):
    client = client_of(college.people[role])
    assert client.get(autocomplete("exemption", "student", "")).status_code == 403


def test_autocomplete_of_a_field_that_is_none_is_refused(college, client_of):
    client = client_of(college.root)
    for model, field in (("student", "snils"), ("student", "no"), ("no", "no")):
        assert client.get(autocomplete(model, field, "")).status_code == 403


def test_a_popup_holds_visible_rows(college, client_of):
    at = url("changelist", "student")
    html = text_of(client_of(college.curator).get(at, {"_popup": "1"}))
    assert "Быков" in html
    assert "Носов" not in html


@pytest.mark.parametrize(
    "query",
    [
        "snils=112-233-445+95",
        "snils__startswith=1",
        "user__password__startswith=p",
        "memberships__group__name=1",
        "birth_date__year=2009",
        "foo=1",
        "foo__bar__baz=1",
    ],
)
def test_an_address_asks_by_declared_filters_alone(college, client_of, query):
    at = f"{url('changelist', 'student')}?{query}"
    assert client_of(college.office).get(at).status_code == 400


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("membership", "group__id__exact=abc"),
        ("membership", "group__id__exact=" + "9" * 40),
        ("membership", "group__id__exact=-1"),
        ("membership", "group__id__exact="),
        ("membership", "start__year=0"),
        ("membership", "start__year=99999999999"),
        ("membership", "start__year=abc"),
        ("membership", "start__gte=2026-99-99"),
        ("student", "group=abc"),
        ("student", "study=abc"),
        ("student", "p=abc&o=99.-99.x&all="),
        ("student", "p=999999"),
        ("student", "o=1.1.1.-1"),
        ("thematicplan", "state__exact=abc"),
        ("student", "_facets=True"),
        ("student", "e=1"),
    ],
)
def test_a_filter_of_nonsense_is_no_failure(college, client_of, model, query):
    at = f"{url('changelist', model)}?{query}"
    assert client_of(college.office).get(at).status_code in (200, 302)


@pytest.mark.parametrize("query", ["q=%00", "group=%00", "p=%00"])
def test_a_null_byte_is_refused(college, client_of, query):
    at = f"{url('changelist', 'student')}?{query}"
    assert client_of(college.office).get(at).status_code == 400


@pytest.mark.parametrize("model", ["student", "course", "user", "thematicplan"])
def test_a_search_for_five_thousand_words_is_no_failure(college, client_of, model):
    client = client_of(college.office)
    words = " ".join(f"слово{number}" for number in range(5000))
    assert client.get(url("changelist", model), {"q": words}).status_code == 200
    long = {"q": "я" * 50_000}
    assert client.get(url("changelist", model), long).status_code == 200


def test_an_action_reaches_no_foreign_row(college, client_of):
    """The study unit may not lay out lessons; the dispatcher lays out what it sees."""
    at = url("changelist", "timetableentry")
    data = {"action": "lay_out_lessons", "_selected_action": [college.entry2.pk]}
    client_of(college.studyunit).post(at, data)
    assert not college.entry2.lessons.exists()
    client_of(college.dispatcher).post(at, data)
    assert college.entry2.lessons.exists()


def test_a_foreign_row_in_an_inline_is_not_written(college, client_of):
    """The row of another plan, sent as if it were of one's own."""
    plan = college.plan
    ThematicPlan.objects.filter(pk=plan.pk).update(state="draft")
    data = {
        "name": plan.name,
        "discipline": plan.discipline_id,
        "year": plan.year_id,
        "lessons-TOTAL_FORMS": "1",
        "lessons-INITIAL_FORMS": "1",
        "lessons-0-id": college.planned2.pk,
        "lessons-0-plan": plan.pk,
        "lessons-0-number": "1",
        "lessons-0-topic": "Подмена",
        "lessons-0-hours": "2",
    }
    client_of(college.teacher).post(url("change", "thematicplan", plan), data)
    college.planned2.refresh_from_db()
    assert college.planned2.topic == "Спрос"
    assert college.planned2.plan == college.plan2
    assert not PlannedLesson.objects.filter(topic="Подмена").exists()


# The own reach


def test_a_row_may_not_be_written_to_where_one_does_not_reach(college, client_of):
    """The specialty of a group is chosen freely, the group would be another's."""
    data = {
        "name": "9-ЭК",
        "course_year": "1",
        "specialty": college.specialty2.pk,
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    client = client_of(college.studyunit)
    html = text_of(client.post(url("add", "group"), data))
    assert "за пределами того, что вы ведёте" in html
    assert 'value="9-ЭК"' in html
    data["specialty"] = college.specialty.pk
    assert client.post(url("add", "group"), data).status_code == 302


def test_a_curator_puts_no_foreign_student_into_a_subgroup(college, client_of):
    client = client_of(college.curator)
    part = college.subgroup
    at = reverse("admin:journal_subgroup_split", args=[part.course_id])
    foreign, own = college.rows["student"][1], college.students[2]
    answer = client.post(at, {f"seat-{foreign.pk}": "1", "day": "2026-10-01"})
    assert answer.status_code == 400
    assert "не числится в группе 2-ИС" in answer.content.decode()
    assert SubgroupMember.objects.filter(subgroup=part).count() == 1
    answer = client.post(at, {f"seat-{own.pk}": "1", "day": "2026-10-01"})
    assert answer.status_code == 302
    assert SubgroupMember.objects.filter(subgroup=part).count() == 2
    assert Subgroup.objects.get(pk=part.pk).history.count() == 1


def test_a_teacher_writes_no_line_into_a_plan_of_others(college, client_of):
    """Even in a plan that is visible, by a substituted lesson, the line is refused."""
    other = ThematicPlan.objects.create(
        name="Физика, 2 курс",
        discipline=college.course2.discipline,
        author=college.teacher2.employee,
    )
    college.course2.thematic_plan = other
    college.course2.save()
    data = {"number": "7", "topic": "Чужая тема", "hours": "2", "self_study": "0"}
    data["practical_hours"] = "0"
    client = client_of(college.teacher)
    assert client.get(url("change", "thematicplan", other)).status_code == 200
    for plan in (other, college.plan, college.plan2):
        answer = client.post(url("add", "plannedlesson"), {**data, "plan": plan.pk})
        assert answer.status_code == 200, plan
    assert not PlannedLesson.objects.filter(topic="Чужая тема").exists()
    ThematicPlan.objects.filter(pk=college.plan.pk).update(state="returned")
    answer = client.post(url("add", "plannedlesson"), {**data, "plan": college.plan.pk})
    assert answer.status_code == 302


def test_a_teacher_begins_a_plan_in_the_own_name(college, client_of):
    data = {
        "name": "Новый план",
        "discipline": college.course.discipline_id,
        "author": college.teacher2.employee.pk,
        "lessons-TOTAL_FORMS": "0",
        "lessons-INITIAL_FORMS": "0",
    }
    client = client_of(college.teacher)
    assert client.post(url("add", "thematicplan"), data).status_code == 302
    plan = ThematicPlan.objects.get(name="Новый план")
    assert plan.author == college.teacher.employee
    assert client.get(url("change", "thematicplan", plan)).status_code == 200


def test_a_new_student_comes_with_a_group_of_ones_own(college, client_of):
    data = {
        "last_name": "Новиков",
        "first_name": "Пётр",
        "guardianships-TOTAL_FORMS": "0",
        "guardianships-INITIAL_FORMS": "0",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
    }
    client = client_of(college.studyunit)
    html = text_of(client.post(url("add", "student"), data))
    assert "за пределами того, что вы ведёте" in html
    assert not Student.objects.filter(last_name="Новиков").exists()
    data |= {
        "memberships-0-group": college.group.pk,
        "memberships-0-start": "14.10.2026",
    }
    assert client.post(url("add", "student"), data).status_code == 302
    assert Student.objects.get(last_name="Новиков").memberships.get().start.day == 14


# What only the database knows


def test_a_rule_of_the_database_is_said_in_the_form(college, client_of, monkeypatch):
    """Two spans of one student overlap: a trigger refuses, the form keeps what is typed."""
    student = college.rows["student"][0]

    def overlap(*args):
        seat = {"student": student, "group": college.group2, "start": college.today}
        Membership.objects.create(**seat)

    monkeypatch.setattr(RoomAdmin, "save_model", overlap)
    answer = client_of(college.office).post(url("add", "room"), {"number": "777"})
    html = text_of(answer)
    assert "Студент в эти дни уже числится в группе." in html
    assert 'value="777"' in html
    assert student.memberships.count() == 1


def test_a_deletion_that_the_database_refuses_is_said(college, client_of):
    entry = TimetableEntry.objects.get(course=college.course)
    college.lesson.entry = entry
    college.lesson.save()
    client = client_of(college.dispatcher)
    html = text_of(client.get(url("delete", "timetableentry", entry)))
    assert "Занятия: 1" in html
    client.post(url("delete", "timetableentry", entry), {"post": "yes"})
    assert TimetableEntry.objects.filter(pk=entry.pk).exists()


def test_saving_without_a_change_leaves_no_row_in_the_history(college, client_of):
    group = college.group
    data = {
        "name": group.name,
        "course_year": group.course_year,
        "specialty": group.specialty_id,
        "department": group.department_id,
        "curator": group.curator_id,
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    client = client_of(college.office)
    before = group.history.count()
    assert client.post(url("change", "group", group), data).status_code == 302
    assert group.history.count() == before
    data["course_year"] = 3
    assert client.post(url("change", "group", group), data).status_code == 302
    assert group.history.count() == before + 1
    assert group.history.latest("history_id").history_user == college.office


def test_what_is_deleted_is_deleted_by_who_may(college, client_of):
    at = url("delete", "calendarday", college.holiday)
    assert client_of(college.secretary).post(at, {"post": "yes"}).status_code == 403
    assert client_of(college.dispatcher).post(at, {"post": "yes"}).status_code == 302
    assert not CalendarDay.objects.exists()


def test_the_guardians_of_a_card_are_kept_by_the_office(college, client_of):
    """The curator sees the ties of the card, and may not write them."""
    student = college.students[0]
    tie = Guardianship.objects.get(student=student, relation="mother")
    data = {
        "last_name": student.last_name,
        "first_name": student.first_name,
        "phone": "+7 900 000-00-00",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        "guardianships-TOTAL_FORMS": "1",
        "guardianships-INITIAL_FORMS": "1",
        "guardianships-0-id": tie.pk,
        "guardianships-0-student": student.pk,
        "guardianships-0-guardian": college.far_parent.pk,
        "guardianships-0-relation": "father",
        "guardianships-0-start": "01.09.2026",
        "guardianships-0-DELETE": "on",
    }
    client = client_of(college.curator)
    assert client.post(url("change", "student", student), data).status_code == 302
    student.refresh_from_db()
    assert student.phone == "+79000000000"
    parents = reverse("admin:journal_student_tab", args=[student.pk, "parents"])
    assert client.post(parents, data).status_code == 403
    tie.refresh_from_db()
    assert (tie.relation, tie.guardian) == ("mother", college.parent.guardian)


def test_a_shown_person_is_a_link_only_for_whoever_may_open_the_card(
    college, client_of
):
    at = url("change", "group", college.group)
    card = url("change", "student", college.student.student)
    curator = url("change", "employee", college.curator.employee)
    page = text_of(client_of(college.teacher).get(at))
    assert str(college.student.student) in page
    assert card not in page
    assert curator not in page
    assert card in text_of(client_of(college.secretary).get(at))
