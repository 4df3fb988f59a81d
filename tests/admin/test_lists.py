"""Lists that cost the same for one row and for thirty, and files that they leave as."""

import csv
import io
import re
import zipfile
from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from admin_customizations.toolkit.export import escape, is_formula_like, unescape
from journal.exchange.reading.text import clean_text
from journal.models import (
    CalendarDay,
    Course,
    CourseTeacher,
    DataAccess,
    Discipline,
    Employee,
    Exemption,
    Group,
    Guardian,
    Guardianship,
    Membership,
    PersonalFile,
    PlannedLesson,
    Role,
    Room,
    Student,
    Subgroup,
    ThematicPlan,
    TimetableEntry,
)
from tests import cast
from tests.admin.conftest import url
from tests.imports.sheets import HEADS


def grow(college, count: int):
    """`count` more rows of everything that grows."""
    start = college.year.start
    for number in range(count):
        discipline = Discipline.objects.create(name=f"Предмет {number}")
        group = Group.objects.create(
            name=f"Г-{number}",
            specialty=college.specialty,
            department=college.department,
            curator=college.curator.employee,
        )
        names = ("Иванов", "Иван", f"Иванович{number}")
        account = cast.account(f"user{number}", "student")
        student = cast.person(Student, names, account)
        Membership.objects.create(student=student, group=group, start=start)
        guardian = cast.person(Guardian, names)
        Guardianship.objects.create(
            student=student, guardian=guardian, relation="father", start=start
        )
        employee = cast.person(Employee, names)
        plan = ThematicPlan.objects.create(
            name=f"План {number}", discipline=discipline, author=employee
        )
        PlannedLesson.objects.create(plan=plan, number=1, topic="Тема")
        course = Course.objects.create(
            group=group,
            period=college.period,
            discipline=discipline,
            thematic_plan=plan,
        )
        Subgroup.objects.create(course=course, number=1)
        CourseTeacher.objects.create(course=course, employee=employee, start=start)
        TimetableEntry.objects.create(
            course=course, teacher=employee, weekday=1, number=1, start=start
        )
        DataAccess.objects.create(
            by=account, kind="opened", subject="Карточка", student=student
        )
        Exemption.objects.create(
            student=student, course=course, kind="exempt", document="д", start=start
        )


# Session, account, roles; count and rows; one for each filter and column that needs it,
# and one for the log of who looked at people.
QUERIES = {
    "user": 7,
    "employee": 7,
    "student": 8,
    "guardian": 7,
    "group": 7,
    "membership": 9,
    "discipline": 5,
    "course": 10,
    "courseteacher": 8,
    "thematicplan": 8,
    "plannedlesson": 9,
    "subgroup": 8,
    "exemption": 9,
    "timetableentry": 9,
    "dataaccess": 6,
}


DATED = [one for one in admin.site._registry.values() if one.date_hierarchy]


@pytest.mark.parametrize("one", DATED, ids=lambda one: one.model._meta.model_name)
def test_a_list_goes_down_to_a_year_a_month_and_a_day(college, client_of, one):
    client = client_of(college.root)
    model = one.model._meta.model_name
    at, name = url("changelist", model), one.date_hierarchy
    if not one.model.objects.exists():
        pytest.skip("в колледже действующих лиц таких записей нет")
    moment = one.model.objects.order_by(name).values_list(name, flat=True).first()
    day = timezone.localtime(moment).date() if hasattr(moment, "hour") else moment
    asked = {}
    for part in ("year", "month", "day"):
        asked[f"{name}__{part}"] = getattr(day, part)
        answer = client.get(at, asked)
        assert answer.status_code == 200
        assert answer.context["cl"].result_count > 0


def test_months_of_a_list_are_those_that_hold_a_row(college, client_of):
    days = [date(2026, 3, 31), date(2026, 7, 1), date(2026, 12, 31)]
    CalendarDay.objects.all().delete()
    for day in days:
        CalendarDay.objects.create(date=day, kind="holiday")
    at = url("changelist", "calendarday")
    shown = client_of(college.office).get(at).context["cl"].queryset
    months = [day.replace(day=1) for day in days]
    assert shown.dates("date", "month") == months
    CalendarDay.objects.create(date=date(2028, 2, 29), kind="holiday")
    shown = client_of(college.office).get(at).context["cl"].queryset
    years = [date(2026, 1, 1), date(2028, 1, 1)]
    assert shown.dates("date", "year") == years


@pytest.mark.sqlite
def test_a_list_takes_as_many_queries_for_thirty_rows_as_for_one(college, client_of):
    client = client_of(college.office)

    def queries(model: str) -> int:
        at = url("changelist", model)
        ContentType.objects.clear_cache()
        client.get(at)  # what a process keeps after its first page
        with CaptureQueriesContext(connection) as caught:
            assert client.get(at).status_code == 200
        return len(caught)

    assert {model: queries(model) for model in QUERIES} == QUERIES
    grow(college, 30)
    assert {model: queries(model) for model in QUERIES} == QUERIES


def test_a_page_with_thirty_inline_rows_takes_no_query_a_row(college, client_of):
    client = client_of(college.deputy)
    plan = college.plan
    at = url("change", "thematicplan", plan)

    def queries() -> int:
        client.get(at)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(at).status_code == 200
        return len(caught)

    few = queries()
    for number in range(10, 40):
        PlannedLesson.objects.create(
            plan=plan, number=number, topic="Тема", kind=college.lecture
        )
    assert queries() == few


def test_a_list_shows_no_more_than_two_hundred_at_once(college, client_of):
    grow(college, 60)
    client = client_of(college.office)
    html = client.get(url("changelist", "discipline")).content.decode()
    assert html.count('class="field-name ') == 50
    assert "Записей: 65" in html


# Order and search in Russian


@pytest.mark.sqlite  # our collation; ICU of PostgreSQL takes Ё for Е, as dictionaries do
def test_names_stand_in_the_order_of_the_alphabet(college, client_of):
    at = url("changelist", "student")
    for query in ({}, {"o": "0"}):
        html = client_of(college.office).get(at, query).content.decode()
        names = re.findall(r'<th class="field-full_name.*?>([^<]+)</a>', html, re.S)
        assert [name.split()[0] for name in names] == [
            "Абрамова",
            "Абрамова",
            "Быков",
            "Ершов",
            "Ёжиков",
            "Носов",
            "Титова",
            "Чайкина",
            "Яшин",
        ]


@pytest.mark.parametrize("term", ["ёжиков", "ЁЖИКОВ", "Ёжиков Глеб", "ёжик"])
def test_search_folds_the_case_of_russian_letters(college, client_of, term):
    at = url("changelist", "student")
    html = client_of(college.office).get(at, {"q": term}).content.decode()
    assert "Ёжиков Глеб Андреевич" in html
    assert "Записей: 1<" in html


# Files


def exported(client, model: str, kind: str, query="") -> bytes:
    data = {"format": {"xlsx": "0", "csv": "1"}[kind], "resource": "0"}
    data["sheets"] = "one"
    answer = client.post(url("export", model) + query, data)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return answer.content


DANGEROUS = [
    "=1+1",
    "==1+1",
    "+1+1",
    "-1-1",
    "@SUM(A1)",
    "\t=1",
    "  =1",
    "＝1",
    ";=1",
    "|calc",
    "'=1",
    '=HYPERLINK("http://x";"y")',
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_compute_is_escaped_and_comes_back(text):
    assert escape(text).startswith("'")
    assert not is_formula_like(escape(text))
    assert unescape(escape(text)) == text


@pytest.mark.parametrize("text", ["Иванов", "О'Нил", "'кавычка", "5", "", "а=б", "№ 5"])
def test_plain_text_leaves_as_it_is(text):
    assert escape(text) == unescape(escape(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+7 900 000-00-00", "@имя", "-5"])
def test_what_leaves_is_read_back_by_the_import(text):
    assert clean_text(escape(text)) == text


def test_no_cell_of_a_file_is_a_formula(college, client_of):
    college.students[1].personal_no = '=cmd|"/c calc"!A1'
    college.students[1].phone = "+7 900 000-00-00"
    college.students[1].save()
    client = client_of(college.office)
    book = load_workbook(io.BytesIO(exported(client, "student", "xlsx")))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    (formula,) = [cell for cell in cells if str(cell.value).startswith("=")]
    assert formula.data_type == "s"
    assert formula.quotePrefix
    assert "+7 900 000-00-00" in [cell.value for cell in cells]
    names = zipfile.ZipFile(io.BytesIO(exported(client, "student", "xlsx"))).namelist()
    assert not [name for name in names if "external" in name or "vba" in name.lower()]
    rows = csv.reader(
        io.StringIO(exported(client, "student", "csv").decode("utf-8-sig")),
        delimiter=";",
    )
    values = [value for row in rows for value in row]
    assert '\'=cmd|"/c calc"!A1' in values
    assert not [value for value in values if is_formula_like(value)]


def rows_of(college, client_of, model="student", who="office"):
    data = exported(client_of(college.people[who]), model, "xlsx")
    return list(load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))


def test_a_file_has_the_declared_columns_and_no_other(college, client_of):
    head, *rows = rows_of(college, client_of, "room")
    assert head == ("Номер", "Название", "Корпус", "Мест")
    assert len(rows) == Room.objects.count()


def test_a_file_of_students_has_the_columns_of_the_contingent_sheet(college, client_of):
    college.students[1].snils = "112-233-445 95"
    college.students[1].save()
    head, *rows = rows_of(college, client_of)

    assert set(HEADS[:31]) <= set(head)
    assert len(rows) == 9
    bykov = dict(zip(head, next(row for row in rows if "Быков" in row[0]), strict=True))
    assert (bykov["Группа"], bykov["СНИЛС"]) == ("2-ИС", "112-233-445 95")
    assert bykov["Дата_рождения"].date() == college.students[1].birth_date


def test_columns_that_one_may_not_view_are_absent_from_the_file(college, client_of):
    PersonalFile.objects.create(student=college.students[1], series="0405")
    college.students[1].snils = "112-233-445 95"
    college.students[1].save()
    head, *rows = rows_of(college, client_of, who="deputy")
    assert "СНИЛС" not in head and "112-233-445 95" not in str(rows)
    assert "Серия_паспорта" in head and "0405" in str(rows)
    role = Role.objects.get(slug="deputy")
    names = ("view_personalfile", "view_socialcard", "view_benefit")
    role.permissions.remove(*Permission.objects.filter(codename__in=names))
    head, *rows = rows_of(college, client_of, who="deputy")
    assert "ФИО" in head and "0405" not in str(rows)
    assert not [
        title
        for title in head
        if "паспорт" in title or title in ("ИНН", "Статус_ПДН", "Статус_Сиротство")
    ]
    client = client_of(college.people["deputy"])
    assert "паспорт" not in client.get(url("export", "student")).content.decode()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "model", ["student", "employee", "group", "room", "discipline", "thematicplan"]
)
def test_every_list_that_may_leave_leaves(college, client_of, model, kind):
    client = client_of(college.office)
    page = client.get(url("export", model)).content.decode()
    assert "выгрузка" in page
    assert len(exported(client, model, kind)) > 50


def test_a_file_holds_the_list_as_it_is_filtered(college, client_of):
    client = client_of(college.office)
    text = exported(client, "student", "csv", f"?group={college.group2.pk}")
    assert text.decode("utf-8-sig").count("\n") == 4
    text = exported(client, "student", "csv", "?q=носов")
    assert text.decode("utf-8-sig").count("\n") == 2
    answer = client.get(url("export", "thematicplan") + "?year__id__exact=abc")
    assert answer.status_code == 302
