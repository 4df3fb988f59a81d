"""The reports in the admin: who opens which, in which format, and at what price."""

import io
import logging
import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from admin_customizations.reports import report_links
from journal.domain.people import give_role
from journal.models import Mark, Role
from journal.reports import registry
from journal.reports.registry import REPORTS, get
from journal.reports.table import Column, Table
from tests.cast import account
from tests.conftest import OF_EACH_ANCHOR
from tests.reports.groups import absent, course, day, group_of, lesson, work

FORMATS = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
SLUGS = ("attestation", "attendance", "corrections")
# Who opens which; all others are told that there is no such page.
OFFICE = {"office", "director", "deputy", "deputy_upr", "department_head", "studyunit"}
TEACHING = {"curator", "teacher", "teacher2", "teacher_elsewhere", "master"}
OPEN = {
    "attestation": OFFICE | TEACHING | {"deputy_uvr"},
    "attendance": OFFICE | TEACHING | {"deputy_uvr"},
    "corrections": OFFICE | TEACHING,
}
STAFF = [
    *OFFICE,
    *TEACHING,
    *("deputy_uvr", "dispatcher", "secretary", "hr"),
]
# Everybody asks for the page; for files, which one writer makes for all, these do.
TAKERS = ("office", "teacher_elsewhere", "hr")
ASKED = [
    *((who, "html") for who in sorted(STAFF)),
    *((who, format) for who in TAKERS for format in FORMATS if format != "html"),
]


def address(slug: str) -> str:
    return reverse("admin:report", args=[slug])


def group_for(world, who: str):
    return world.group2 if who == "teacher_elsewhere" else world.group


def text_of(response, format: str) -> str:
    if format == "html":
        return response.content.decode()
    if format == "xlsx":
        sheet = load_workbook(io.BytesIO(response.content)).worksheets[0]
        return " ".join(str(cell.value) for row in sheet for cell in row if cell.value)
    return ""


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(("who", "format"), ASKED)
@pytest.mark.on_postgresql(who=OF_EACH_ANCHOR, format=["html"])
def test_each_report_opens_in_each_format_for_whom_it_is(
    world, client_of, who, slug, format
):
    group = group_for(world, who)
    answers = {"group": group.pk, "format": format}
    response = client_of(world.people[who]).get(address(slug), answers)
    if who not in OPEN[slug]:
        assert response.status_code == 404
        return
    assert response.status_code == 200
    assert response["Content-Type"] == FORMATS[format]
    if format == "pdf":
        assert response.content.startswith(b"%PDF-")
    else:
        said = text_of(response, format)
        assert f"руппа {group}" in said or f"группа {group}" in said
        assert "Колледж связи и экономики" in said


@pytest.mark.parametrize("slug", SLUGS)
def test_the_roles_of_a_report_are_those_of_the_table(db, slug):
    held = Role.objects.filter(permissions__codename=f"report_{slug}")
    assert set(held.values_list("slug", flat=True)) == set(get(slug).roles)


@pytest.mark.parametrize("who", ["student", "parent", "trustee", "stranger", "nobody"])
def test_families_open_no_report(world, client_of, who):
    for path in (reverse("admin:reports"), *map(address, SLUGS)):
        response = client_of(world.people[who]).get(path)
        assert response.status_code in (302, 404)
        assert "report" not in response.content.decode()


def test_a_report_of_another_role_is_no_page(world, client_of):
    response = client_of(world.secretary).get(address("attestation"))
    assert response.status_code == 404
    assert client_of(world.deputy).get(address("nothing")).status_code == 404


def test_a_right_given_in_the_admin_opens_no_rows_of_others(world, client_of):
    """A student role with the right to a report reaches no group for it (A4)."""
    right = Permission.objects.get(codename="report_attendance")
    Role.objects.get(slug="student").permissions.add(right)
    Role.objects.filter(slug="student").update(is_staff=True)
    user = account("monitor")
    user.is_staff = True
    user.save()
    give_role(user, "student")
    assert [
        title for _, title in get("attendance").form(user).fields["group"].choices
    ] == ["Выберите из списка"]


# Rows of others


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("who", ["curator", "teacher", "teacher2", "department_head"])
@pytest.mark.parametrize("group", ["foreign", "999999", "-1", "abc", "1e3", "٣", "\0"])
@pytest.mark.on_postgresql(who=OF_EACH_ANCHOR)
def test_a_group_out_of_reach_is_refused_in_words(world, client_of, who, slug, group):
    group = world.group2.pk if group == "foreign" else group
    response = client_of(world.people[who]).get(address(slug), {"group": group})
    assert response.status_code == 400
    page = response.content.decode()
    assert "Выберите группу из списка." in page
    assert "report-table" not in page
    assert "Титова" not in page and "Носов" not in page


def test_a_file_of_a_foreign_group_is_refused_too(world, client_of):
    for format in ("xlsx", "pdf"):
        answers = {"group": world.group2.pk, "format": format}
        response = client_of(world.curator).get(address("attestation"), answers)
        assert response.status_code == 400
        assert response["Content-Type"] == "text/html; charset=utf-8"


# Answers


def test_a_curator_has_the_own_group_at_once(world, client_of):
    for slug in ("attestation", "attendance"):
        page = client_of(world.curator).get(address(slug)).content.decode()
        assert "Группа 2-ИС, 2 курс" in page and "Абрамова Дарья Олеговна" in page


def test_whoever_has_many_groups_is_asked_which(world, client_of):
    response = client_of(world.deputy).get(address("attestation"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Ответьте на вопросы" in page and "report-table" not in page
    assert "Выберите группу." not in page


def test_a_question_left_open_is_said(world, client_of):
    response = client_of(world.deputy).get(address("attestation"), {"group": ""})
    assert response.status_code == 400
    assert "Выберите группу." in response.content.decode()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"period": "0"}, "Выберите учебный период из списка."),
        ({"day": "2026-02-31"}, "Укажите дату в виде ДД.ММ.ГГГГ."),
        ({"day": "2026-08-31"}, "Период начался позже: укажите дату с 01.09.2026"),
        ({"day": "10.10.26'; --"}, "Укажите дату в виде ДД.ММ.ГГГГ."),
        ({"format": "exe"}, "Формат бывает html, xlsx или pdf."),
    ],
)
def test_wrong_answers_are_named(world, client_of, answers, words):
    answers = {"group": world.group.pk, **answers}
    response = client_of(world.deputy).get(address("attestation"), answers)
    assert response.status_code == 400
    assert words in response.content.decode().replace("&#x27;", "'")


def test_a_period_that_has_not_begun_is_no_choice(world, client_of):
    answers = {"group": world.group.pk, "period": world.next_period.pk}
    response = client_of(world.deputy).get(address("attestation"), answers)
    assert response.status_code == 400


def test_dates_are_taken_as_russians_write_them(world, client_of):
    answers = {"group": world.group.pk, "day": "05.10.2026"}
    page = client_of(world.deputy).get(address("attestation"), answers)
    assert "по состоянию на 05.10.2026" in page.content.decode()


def test_only_reading_is_answered(world, client_of):
    client = client_of(world.deputy)
    assert client.post(address("corrections"), {}).status_code == 405
    assert client.post(reverse("admin:reports"), {}).status_code == 405


def test_a_report_that_a_format_cannot_bear_advises(world, client_of, monkeypatch):
    def endless(params):
        rows = [[number] for number in range(40_000)]
        return Table("Длинный", [Column("n", "№", kind="number")], rows)

    long = registry.Report(
        "corrections", "Длинный", endless, "R37", "control", (), short="Длинный"
    )
    monkeypatch.setitem(REPORTS, "corrections", long)
    response = client_of(world.deputy).get(address("corrections"), {"format": "pdf"})
    assert response.status_code == 400
    assert "скачайте отчёт в Excel" in response.content.decode()


# Files


def test_a_file_bears_its_author_moment_and_number(world, client_of, caplog):
    answers = {"group": world.group.pk, "format": "xlsx"}
    with caplog.at_level(logging.INFO, "journal.exports"):
        response = client_of(world.teacher).get(address("attestation"), answers)
    book = load_workbook(io.BytesIO(response.content))
    assert book.properties.creator == "Жданов Л. Б."
    foot = book.worksheets[0].oddFooter.left.text
    number = re.fullmatch(
        r"Выгрузка ([0-9A-F]{8}): Жданов Л\. Б\., 14\.10\.2026 10:\d\d", foot
    )
    (record,) = caplog.records
    said = record.getMessage()
    assert said.startswith(f"export {number[1]}: user {world.teacher.pk},")
    assert "attestation, xlsx, 6 rows" in said


def test_a_file_holds_only_what_the_person_sees(world, client_of):
    answers = {"group": world.group.pk, "format": "xlsx"}
    response = client_of(world.teacher2).get(address("attestation"), answers)
    said = text_of(response, "xlsx")
    assert "Физика" in said and "Математика" not in said


def test_the_pdf_opens_for_print_and_else_is_saved(world, client_of):
    client = client_of(world.curator)
    saved = client.get(address("attestation"), {"format": "pdf"})
    opened = client.get(address("attestation"), {"format": "pdf", "open": "1"})
    name = "svodnaya-vedomost-uspevaemosti-po-gruppe_2026-10-14.pdf"
    assert saved["Content-Disposition"] == f'attachment; filename="{name}"'
    assert opened["Content-Disposition"] == f'inline; filename="{name}"'


def test_the_buttons_ask_for_what_the_page_shows(world, client_of):
    answers = {"group": world.group.pk, "day": "2026-10-05"}
    page = client_of(world.deputy).get(address("attestation"), answers)
    links = re.findall(r'href="(\?[^"]+)"', page.content.decode())
    asked = f"?group={world.group.pk}&amp;period={world.period.pk}&amp;day=2026-10-05"
    assert links == [
        f"{asked}&amp;format=xlsx",
        f"{asked}&amp;format=pdf",
        f"{asked}&amp;format=pdf&amp;open=1",
    ]


def test_names_are_text_whatever_they_look_like(world, client_of):
    student = world.students[0]
    student.last_name = "<script>alert(1)</script>"
    student.save()
    for slug in SLUGS:
        answers = {"group": world.group.pk}
        page = client_of(world.curator).get(address(slug), answers).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


# The list, and links from elsewhere


def test_the_list_offers_what_may_be_opened_and_the_own_groups(world, client_of):
    page = client_of(world.curator).get(reverse("admin:reports")).content.decode()
    for slug in SLUGS:
        assert f'href="{address(slug)}"' in page
        assert f'href="{address(slug)}?group={world.group.pk}"' in page
    assert page.index("Успеваемость") < page.index("посещаемости группы")
    teacher = client_of(world.teacher_elsewhere).get(reverse("admin:reports"))
    assert f"?group={world.group2.pk}" in teacher.content.decode()
    assert f"?group={world.group.pk}" not in teacher.content.decode()


def test_a_list_without_reports_says_whom_to_ask(world, client_of):
    role = Role.objects.get(slug="dispatcher")
    reports = Permission.objects.filter(codename__startswith="report_")
    role.permissions.remove(*reports)
    page = client_of(world.dispatcher).get(reverse("admin:reports")).content.decode()
    assert "Права на отчёты даёт администратор журнала" in page


def test_links_carry_what_the_report_asks_for(world):
    links = report_links(
        world.teacher, group=world.group.pk, period=world.period.pk, course=7
    )
    group, period = world.group.pk, world.period.pk
    assert {link.title: link.url for link in links} == {
        "Ведомость группы": f"{address('attestation')}?group={group}&period={period}",
        "Посещаемость группы": f"{address('attendance')}?group={group}",
        "Журнал исправлений": f"{address('corrections')}?group={group}&course=7",
        "Выполнение программы": f"{address('fulfilment')}?group={group}&period={period}",
        "Журнал на бумаге": f"{address('journal_paper')}?group={group}&period={period}&course=7",
        "Сроки контрольных работ": f"{address('control_works')}?group={group}&period={period}",
        **{
            title: f"{address(slug)}?group={group}&period={period}"
            for title, slug in (
                ("Предварительный отчёт преподавателя", "teacher_preliminary"),
                ("Отчёт преподавателя", "teacher_final"),
                ("Сводная ведомость за год", "yearly"),
            )
        },
        "Объективность": f"{address('objectivity')}?group={group}&period={period}",
        "Сроки отметок": f"{address('term_due')}?group={group}&period={period}",
        "Проверка домашних заданий": f"{address('homework')}?group={group}&period={period}",
    }
    assert report_links(world.hr, group=1) == []
    assert report_links(world.teacher, nothing=1) == []


def test_every_link_of_the_list_opens(world, client_of):
    client = client_of(world.teacher)
    page = client.get(reverse("admin:reports")).content.decode()
    links = set(re.findall(r'href="(/admin/reports/\w[^"]*)"', page))
    assert {address(one.slug) for one in registry.reports_for(world.teacher)} <= links
    assert {client.get(link).status_code for link in links} == {200}


# The price


QUERIES = {"attestation": 15, "attendance": 11, "corrections": 14}


@pytest.mark.parametrize("students", [1, 30])
@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.sqlite
def test_a_page_costs_the_same_queries_for_one_student_and_for_thirty(
    world, client_of, slug, students
):
    names = [f"Студент{number:02}" for number in range(students)]
    group = group_of(world, *names)
    for title in ("Алгебра", "Биология"):
        made = course(world, group, title, "exam")
        for offset in (-4, -3, -2):
            one = lesson(world, made, offset)
            work(one, world.answer, **dict.fromkeys(names, "4"))
            absent(one, names[-1], "н")
    mark = Mark.objects.filter(task__lesson__course__group=group).first()
    mark.value = "5"
    mark.save()
    client, answers = client_of(world.deputy), {"group": group.pk}
    assert client.get(address(slug), answers).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address(slug), answers).content.decode()
    assert page.count("Студент") >= students
    statements = [query["sql"] for query in queries]
    assert len(statements) == QUERIES[slug], statements


def test_a_statement_reads_the_day_it_says(world, client_of):
    """The address alone decides: a link kept from yesterday shows yesterday."""
    group = group_of(world, "Ежов")
    algebra = course(world, group, "Алгебра", "exam")
    for offset in (-3, -2, -1):
        work(lesson(world, algebra, offset), world.answer, Ежов="4")
    client = client_of(world.deputy)
    answers = {"group": group.pk, "day": day(world, -2).isoformat()}
    assert "н/а</td>" in client.get(address("attestation"), answers).content.decode()
    answers["day"] = day(world, -1).isoformat()
    assert "4,00</td>" in client.get(address("attestation"), answers).content.decode()


def test_closed_groups_are_offered_on_demand_and_opened_by_their_address(
    world, client_of
):
    world.group2.closed_on = world.today
    world.group2.save()
    client, page = client_of(world.deputy), address("attendance")
    name = "1-ЭК (расформирована)"
    assert name not in client.get(page).content.decode()
    assert name in client.get(page, {"closed": "on"}).content.decode()
    answer = client.get(page, {"group": world.group2.pk})
    assert answer.status_code == 200
    assert name in answer.content.decode()
    stranger = client_of(world.curator).get(page, {"group": world.group2.pk})
    assert stranger.status_code == 400
