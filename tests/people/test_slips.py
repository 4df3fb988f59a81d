"""Slips for many, and who of a group signs in (A2; U 4.6, S 5.7, K 4.2.6, E 3.1)."""

import datetime
import re
import subprocess
import time

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from journal.domain.people import (
    close_from,
    give_role,
    holders_of,
    issue_code,
    may_issue_code,
    open_account,
    redeem_code,
)
from journal.domain.people.codes import CodeHasher
from journal.models import (
    AccessCode,
    DataAccess,
    Guardian,
    Guardianship,
    Membership,
    Student,
    User,
)
from tests import cast
from tests.conftest import OF_EACH_ANCHOR

pytestmark = pytest.mark.on_postgresql(
    "test_one_sheet_lets_the_whole_group_in",
    "test_the_giving_out_is_noted_with_its_count",
    "test_a_sheet_that_cannot_be_made_opens_nothing",
    "test_no_code_stands_in_a_log_or_in_the_database",
    "test_a_parent_with_another_role_is_not_the_curators",
    "test_a_closed_account_gets_no_slip",
    "test_who_hands_out_to_a_group",
    "test_who_hands_out_to_staff",
    "test_the_administrator_opens_accounts_of_new_staff",
    "test_a_role_counts_only_with_its_own_anchor",
    "test_two_who_let_in_at_once_open_one_account",
    "test_the_list_takes_as_many_queries_for_one_as_for_thirty",
)

STAFF_PAGE = "/admin/journal/employee/access/"
EVERYBODY = {"whom": "never", "part": ["student", "guardian"]}


def page_of_group(group) -> str:
    return reverse("admin:journal_group_access", args=[group.pk])


def text_of(answer, tmp_path) -> str:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    (tmp_path / "slips.pdf").write_bytes(answer.content)
    done = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "slips.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def codes_in(text: str) -> list[str]:
    return [
        "".join(found)
        for found in re.findall(r"\b([a-z2-9]{5}) ([a-z2-9]{5})(?![\w.])", text)
    ]


# The sheet


def test_one_sheet_lets_the_whole_group_in(world, client_of, tmp_path):
    answer = client_of(world.curator).post(page_of_group(world.group), EVERYBODY)
    assert "no-store" in answer["Cache-Control"]
    assert "attachment" in answer["Content-Disposition"]
    text = text_of(answer, tmp_path)
    assert "Колледж связи. Электронный журнал" in text
    assert "http://testserver/account/code/" in text
    assert "до" in text and "21.10.2026" in text
    names = [student.full_name for student in (*world.students, world.mover)]
    assert [name for name in names if name not in text] == []
    assert (
        "Абрамова Елена Викторовна" in text and "представитель: Абрамова Д. О." in text
    )
    codes = codes_in(text)
    assert len(codes) == AccessCode.objects.count() == 8
    opened = User.objects.filter(student__in=world.students)
    assert opened.count() == 5
    for kept in AccessCode.objects.select_related("user"):
        assert kept.issued_by == world.curator
        assert kept.user.username in text
        (code,) = [one for one in codes if CodeHasher().verify(one, kept.code_hash)]
        assert redeem_code(kept.user.username, code) == kept.user


def test_a_sheet_kills_the_codes_before_it(world, client_of):
    first = issue_code(world.student, None)
    client = client_of(world.curator)
    page = client.get(page_of_group(world.group)).content.decode()
    assert "Прежние коды этих людей перестанут действовать" in page
    client.post(page_of_group(world.group), EVERYBODY)
    assert redeem_code("student", first) is None


def test_looking_issues_nothing(world, client_of):
    client_of(world.curator).get(page_of_group(world.group), EVERYBODY)
    assert not AccessCode.objects.exists()
    assert User.objects.filter(student__in=world.students).count() == 1


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"whom": "new", "part": ["student"]}, 5),
        ({"whom": "new", "part": ["student", "guardian"]}, 5),
        ({"whom": "never", "part": ["student"]}, 6),
        ({"whom": "never", "part": ["guardian"]}, 2),
    ],
)
def test_whom_a_sheet_is_for(world, client_of, answers, expected):
    client_of(world.curator).post(page_of_group(world.group), answers)
    assert AccessCode.objects.count() == expected


def test_those_ticked_and_no_others(world, client_of):
    answers = {"whom": "ticked", "who": [f"student-{world.students[2].pk}"]}
    client_of(world.curator).post(page_of_group(world.group), answers)
    assert AccessCode.objects.get().user.student == world.students[2]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "Выберите, кому"),
        ({"whom": "all"}, "Выберите, кому"),
        ({"whom": "ticked"}, "никто не попал"),
        ({"whom": "new"}, "никто не попал"),
        ({"whom": "new", "part": ["staff"]}, "студентам и представителям"),
    ],
)
def test_answers_of_nonsense_are_explained(world, client_of, answers, words):
    answer = client_of(world.curator).post(page_of_group(world.group), answers)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not AccessCode.objects.exists()


def test_the_giving_out_is_noted_with_its_count(world, client_of):
    client_of(world.curator).post(page_of_group(world.group), EVERYBODY)
    noted = DataAccess.objects.get(kind="codes")
    assert (noted.by, noted.count) == (world.curator, 8)
    assert noted.subject == "Памятки для входа: 2-ИС"
    client_of(world.curator).post(
        reverse("admin:journal_student_let_in", args=[world.students[1].pk])
    )
    noted = DataAccess.objects.filter(kind="codes").latest("pk")
    assert noted.student == world.students[1]


def test_a_sheet_that_cannot_be_made_opens_nothing(world, client_of, monkeypatch):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr("admin_customizations.admin.people.slips.slips_sheet", broken)
    client = client_of(world.curator, raise_request_exception=False)
    before = User.objects.count()
    assert client.post(page_of_group(world.group), EVERYBODY).status_code == 500
    assert User.objects.count() == before
    assert not AccessCode.objects.exists()
    assert not DataAccess.objects.filter(kind="codes").exists()


def test_no_code_stands_in_a_log_or_in_the_database(world, client_of, tmp_path, caplog):
    answer = client_of(world.curator).post(page_of_group(world.group), EVERYBODY)
    hashes = " ".join(AccessCode.objects.values_list("code_hash", flat=True))
    for code in codes_in(text_of(answer, tmp_path)):
        assert code not in caplog.text
        assert code not in hashes


# Whom nobody else can let in


def test_a_foreign_group_is_not_there(world, client_of):
    client = client_of(world.curator)
    assert client.get(page_of_group(world.group2)).status_code == 404
    assert client.post(page_of_group(world.group2), EVERYBODY).status_code == 404


@pytest.mark.parametrize("key", ["student-{}", "guardian-{}", "employee-{}", "x", ""])
def test_a_foreign_person_is_not_there_by_any_key(world, client_of, key):
    key = key.format(world.students2[1].pk)
    answers = {"whom": "ticked", "who": [f"student-{world.students[1].pk}", key]}
    answer = client_of(world.curator).post(page_of_group(world.group), answers)
    assert answer.status_code == 404
    assert not AccessCode.objects.exists()


def test_those_who_left_the_group_are_not_there(world, client_of):
    seat = Membership.objects.get(student=world.students[1])
    seat.end = world.today
    seat.save()
    answers = {"whom": "ticked", "who": [f"student-{world.students[1].pk}"]}
    answer = client_of(world.curator).post(page_of_group(world.group), answers)
    assert answer.status_code == 404


def test_a_parent_with_another_role_is_not_the_curators(world, client_of):
    give_role(world.parent, "teacher")
    answers = {"whom": "ticked", "who": [f"guardian-{world.parent.guardian.pk}"]}
    client = client_of(world.curator)
    page = client.get(page_of_group(world.group)).content.decode()
    assert "код выдаёте не вы" in page
    assert client.post(page_of_group(world.group), answers).status_code == 403
    client.post(page_of_group(world.group), EVERYBODY)
    assert not AccessCode.objects.filter(user=world.parent).exists()
    assert client_of(world.office).post(
        page_of_group(world.group), answers
    ).status_code == 200  # fmt: skip


def test_a_closed_account_gets_no_slip(world, client_of):
    close_from(world.student, world.today)
    client = client_of(world.curator)
    assert "закрыта с 14.10.2026" in client.get(
        page_of_group(world.group)
    ).content.decode()  # fmt: skip
    answers = {"whom": "ticked", "who": [f"student-{world.students[0].pk}"]}
    assert client.post(page_of_group(world.group), answers).status_code == 403


def test_a_parent_whose_rights_have_ended_is_not_listed(world):
    for student in world.students:
        student.birth_date = cast.day(world, -19 * 366)
        student.save()
    listed = holders_of(world.curator, world.group, world.today)
    assert not [holder for holder in listed if isinstance(holder.person, Guardian)]


MAY = {"office", "curator", "dispatcher"}


@pytest.mark.parametrize("name", [*cast.STAFF, "student", "parent", "trustee"])
@pytest.mark.on_postgresql(name=OF_EACH_ANCHOR)
def test_who_hands_out_to_a_group(world, client_of, name):
    client = client_of(world.people[name])
    for method in (client.get, client.post):
        status = method(page_of_group(world.group), EVERYBODY).status_code
        if name in MAY:
            assert status == 200
        else:
            assert status in (302, 403, 404)
    assert AccessCode.objects.exists() == (name in MAY)


@pytest.mark.parametrize("name", [*cast.STAFF, "student", "parent", "trustee"])
@pytest.mark.on_postgresql(name=OF_EACH_ANCHOR)
def test_who_hands_out_to_staff(world, client_of, name):
    for username in ("teacher", "director"):
        user = world.people[username]
        user.last_login = None
        user.save()
    client = client_of(world.people[name])
    status = client.post(STAFF_PAGE, {"whom": "never"}).status_code
    served = set(AccessCode.objects.values_list("user__username", flat=True))
    if name == "office":
        assert status == 200
        assert served == set(cast.STAFF) - {"office"}
    elif name == "deputy":  # K 4.2.10: teachers, masters, curators
        assert served == {
            "curator", "teacher", "teacher2", "teacher_elsewhere", "master"
        }  # fmt: skip
    else:
        assert status in (302, 403)
        assert served == set()


def test_the_administrator_opens_accounts_of_new_staff(world, client_of):
    person = cast.person(type(world.teacher.employee), ("Новиков", "Пётр", "Ильич"))
    answers = {"whom": "ticked", "who": [f"employee-{person.pk}"]}
    assert client_of(world.deputy).post(STAFF_PAGE, answers).status_code == 403
    assert client_of(world.office).post(STAFF_PAGE, answers).status_code == 200
    person.refresh_from_db()
    assert person.user.username == "novikov.pi"
    person.dismissed_on = world.today
    person.save()
    assert client_of(world.office).post(STAFF_PAGE, answers).status_code == 404


def test_a_role_counts_only_with_its_own_anchor(world):
    """A deputy sees every group, but serves the families of none."""
    give_role(world.curator, "deputy")
    curator = User.objects.get(pk=world.curator.pk)
    assert may_issue_code(curator, world.student)
    assert not may_issue_code(curator, world.stranger)
    assert may_issue_code(curator, world.teacher)


def test_two_who_let_in_at_once_open_one_account(world):
    student, again = (Student.objects.get(pk=world.students[1].pk) for _ in range(2))
    open_account(student)
    with pytest.raises(Exception, match="вход уже открыт"):
        open_account(again)
    assert User.objects.filter(student=student).count() == 1


# Who signs in


def test_the_page_says_who_signs_in_and_who_never_has(world, client_of):
    world.parent.last_login = timezone.now() - datetime.timedelta(days=2)
    world.parent.save()
    issue_code(world.student, world.curator)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=8)):
        client = client_of(world.curator)
        page = client.get(page_of_group(world.group)).content.decode()
    assert "Студенты: 6, входили 0, ни разу 1, без учётной записи 5" in page
    assert "Представители: 2, входили 1, ни разу 1, без учётной записи 0" in page
    assert "12.10.2026" in page
    assert "выдан 14.10.2026, уже не действует" in page
    start = client_of(world.curator).get("/admin/").content.decode()
    assert f'href="{page_of_group(world.group)}"' in start


def crowd(world, students: int):
    """A group of so many with two parents each, none of them with an account."""
    for number in range(students):
        student = cast.person(Student, ("Петров", f"Пётр{number}", "Петрович"))
        Membership.objects.create(
            student=student, group=world.group, start=world.year.start
        )
        for relation, name in (("mother", "Анна"), ("father", "Пётр")):
            guardian = cast.person(Guardian, ("Петровы", f"{name}{number}", "Львовичи"))
            Guardianship.objects.create(
                student=student,
                guardian=guardian,
                relation=relation,
                start=world.year.start,
            )


@pytest.mark.parametrize("students", [1, 30])
def test_the_list_takes_as_many_queries_for_one_as_for_thirty(
    world, django_assert_num_queries, students
):
    crowd(world, students)
    curator = User.objects.get(pk=world.curator.pk)
    curator.get_all_permissions()
    with django_assert_num_queries(9):
        holders_of(curator, world.group, world.today)


def test_slips_for_thirty_students_and_fifty_parents_take_seconds(
    world, client_of, capsys
):
    crowd(world, 25)
    client = client_of(world.curator)
    start = time.process_time()
    answer = client.post(page_of_group(world.group), EVERYBODY)
    took = time.process_time() - start
    assert answer.status_code == 200
    assert AccessCode.objects.count() == 31 + 52
    with capsys.disabled():
        print(f" {took:.2f} s of processor ", end="")
    assert took < 3
