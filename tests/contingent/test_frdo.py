"""The sheet of ФИС ФРДО: its values, its rules, its page (domain §5)."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from journal.domain.contingent.frdo import COLUMNS, check, read_frdo
from journal.models import DataAccess, Diploma, Student, TargetContract
from journal.reports.contingent.frdo import workbook
from tests.admin.papers import contract, diploma
from tests.cast import person
from tests.test_exchange_real_files import DATA

SOUND = {
    "birth_date": date(2006, 5, 4),
    "sex": "f",
    "snils": "112-233-445 95",
    "citizenship": "643",
}
AT = "admin:journal_diploma_frdo"


def graduate(world, name="Абрамова", **fields) -> Student:
    return person(Student, (name, "Дарья", "Олеговна"), **{**SOUND, **fields})


def line_of(one: Diploma) -> dict[str, str]:
    fresh = Diploma.objects.select_related("student", "original").get(pk=one.pk)
    values = check(fresh).values
    return dict(zip([column.title for column in COLUMNS], values, strict=True))


def problems_of(one: Diploma) -> list[str]:
    fresh = Diploma.objects.select_related("student", "original").get(pk=one.pk)
    return [f"{found.column}: {found.words}" for found in check(fresh).problems]


def test_the_columns_are_those_of_the_template():
    path = DATA / "forms/fis_frdo_spo_columns.csv"
    assert len(COLUMNS) == 46
    if not path.exists():
        pytest.skip("нет списка столбцов ФИС ФРДО")
    with path.open(encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    assert [column.title for column in COLUMNS] == [row["header"] for row in rows]
    limits = [int(row["max_len"] or 0) for row in rows]
    assert [column.longest for column in COLUMNS] == limits


def test_a_line_has_the_values_that_the_template_expects(world):
    one = diploma(graduate(world), registration_no="№ 5", kind="honours")
    line = line_of(one)
    assert list(line.values())[:29] == [
        "Диплом",
        "Диплом о среднем профессиональном образовании с отличием",
        "Оригинал",
        "Нет",
        "Нет",
        "Нет",
        "СПО по программам подготовки специалистов среднего звена",
        "107424",
        str(one.number),
        "30.06.2026",
        "N 5",
        "09.02.07",
        "Информационные системы",
        "Программист",
        "Информационные системы",
        "2022",
        "2026",
        "4",
        "Абрамова",
        "Дарья",
        "Олеговна",
        "04.05.2006",
        "Жен",
        "112-233-445 95",
        "643",
        "Очная",
        "в образовательной организации",
        "Бюджетное обучение",
        "Нет",
    ]
    assert set(list(line.values())[29:]) == {""}
    assert problems_of(one) == []


def test_the_block_of_the_contract_is_there_with_a_contract_alone(world):
    student = graduate(world)
    one = diploma(student)
    contract(student, employer="АО «Маяк»", employer_region="Иркутская область")
    line = line_of(one)
    assert list(line.values())[28:38] == [
        "Да",
        "15-Ц",
        "20.08.2022",
        'ООО "Связь"',
        "1" * 13,
        "2" * 9,
        'АО "Маяк"',
        "",
        "",
        "Иркутская область",
    ]
    assert problems_of(one) == []


def test_the_block_of_the_original_is_there_for_a_duplicate_alone(world):
    student = graduate(world)
    first = diploma(student, series="", last_name="Прежняя", is_lost=True)
    second = diploma(student, number="77", status="duplicate", original=first)
    assert list(line_of(second).values())[38:] == [
        "Диплом",
        "Нет",
        str(first.number),
        str(first.number),
        "30.06.2026",
        "Прежняя",
        "Дарья",
        "Олеговна",
    ]
    assert line_of(second)["Статус документа"] == "Дубликат"
    assert line_of(first)["Подтверждение утраты"] == "Да"
    assert problems_of(second) == []


# (of the diploma, of the student, of the contract; what is said)
RULES = [
    ({}, {"snils": "112-233-445 96"}, "СНИЛС: В СНИЛС ошибка: контрольные цифры"),
    ({}, {"snils": "11223344595"}, "СНИЛС: СНИЛС пишется так: 000-000-000 00"),
    ({}, {"snils": None}, "СНИЛС: не заполнено"),
    ({}, {"citizenship": ""}, "Гражданство получателя (код страны по ОКСМ): не зап"),
    ({}, {"citizenship": "RU"}, "Гражданство получателя (код страны по ОКСМ): код О"),
    ({}, {"sex": ""}, "Пол получателя: не заполнено"),
    ({}, {"birth_date": None}, "Дата рождения получателя: не заполнено"),
    ({"form": ""}, {}, "Форма обучения: не заполнено"),
    ({"funding": ""}, {}, "Источник финансирования обучения: не заполнено"),
    ({"last_name": "Ivanova"}, {}, "Фамилия получателя: недопустимый знак «I»"),
    ({"last_name": "Абрамовa"}, {}, "Фамилия получателя: недопустимый знак «a»"),
    ({"first_name": "Дарья2"}, {}, "Имя получателя: недопустимый знак «2»"),
    ({"middle_name": "Олеговна;"}, {}, "Отчество получателя: недопустимый знак «;»"),
    ({"registration_no": ""}, {}, "Регистрационный номер: не заполнено"),
    ({"qualification": ""}, {}, "Наименование квалификации: не заполнено"),
    ({"programme": ""}, {}, "Наименование образовательной программы: не заполнено"),
]


@pytest.mark.parametrize(("fields", "card", "words"), RULES)
def test_a_rule_is_checked(world, fields, card, words):
    one = diploma(graduate(world, **card), **fields)
    assert [found for found in problems_of(one) if found.startswith(words)]
    assert len(problems_of(one)) == 1


@pytest.mark.parametrize("name", ["Ли-Абрамова", "О'Нил", "Иванова (Петрова)", "Д. Ё."])
def test_names_may_have_what_the_template_allows(world, name):
    assert problems_of(diploma(graduate(world), last_name=name)) == []


@pytest.mark.parametrize(
    ("column", "fields", "limit"),
    [
        ("Номер документа", {"number": "1" * 31}, 30),
        ("Регистрационный номер", {"registration_no": "1" * 31}, 30),
        ("Серия документа", {"series": "1" * 21}, 20),
        ("Наименование квалификации", {"qualification": "а" * 256}, 255),
        ("Фамилия получателя", {"last_name": "а" * 51}, 50),
    ],
)
def test_a_text_too_long_is_said(world, column, fields, limit):
    """The fields themselves hold no more; the rule stands by itself."""
    one = diploma(graduate(world))
    for name, value in fields.items():
        setattr(one, name, value)
    assert [(found.column, found.words) for found in check(one).problems] == [
        (column, f"знаков {limit + 1}, а можно не больше {limit}")
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"customer_ogrn": "123"}, "ОГРН: цифр должно быть 13 или 15"),
        ({"customer_kpp": "12345678а"}, "КПП: цифр должно быть 9"),
        ({"employer_ogrn": "12"}, "ОГРН: цифр должно быть 13 или 15"),
        ({"customer": ""}, "не заполнено"),
        ({"number": ""}, "не заполнено"),
    ],
)
def test_a_contract_is_checked(world, fields, words):
    student = graduate(world)
    contract(student, **fields)
    found = check(diploma(student)).problems
    assert [(one.words, one.where) for one in found] == [(words, "contract")]


def test_documents_before_2021_ask_for_less(world):
    student = graduate(world, snils=None, citizenship="")
    years = {"year_started": 2016, "year_finished": 2020}
    fields = {"form": "", "funding": "", "issued_on": "2020-12-31", **years}
    one = diploma(student, **fields)
    assert problems_of(one) == []
    one.issued_on = "2021-01-01"
    one.save()
    assert len(problems_of(one)) == 4


def test_no_patronymic_and_no_series_are_said_in_words(world):
    one = diploma(graduate(world), middle_name="", series="")
    line = line_of(one)
    assert (line["Отчество получателя"], line["Серия документа"]) == ("Нет", "Нет")
    assert problems_of(one) == []


def test_the_file_is_text_and_nothing_is_computed(world):
    one = diploma(graduate(world), number="1", programme="=1+1", qualification="+7")
    diploma(graduate(world, "Быкова", snils="112-233-446 96"), number="2")
    book = load_workbook(io.BytesIO(workbook(read_frdo(Diploma.objects.all()))))
    assert book.sheetnames == ["Шаблон"]
    rows = list(book["Шаблон"].iter_rows())
    assert [cell.value for cell in rows[0]] == [column.title for column in COLUMNS]
    assert len(rows) == 3
    cells = [cell for row in rows for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    values = [cell.value or "" for row in rows[1:] for cell in row]
    assert "=1+1" in values and "30.06.2026" in values
    assert [cell.value or "" for cell in rows[1]] == list(line_of(one).values())


# The page


def test_a_file_is_given_when_nothing_is_wrong(world, client_of):
    sound, wrong = diploma(graduate(world)), diploma(world.students[1], number="2")
    client, at = client_of(world.secretary), reverse(AT)
    page = client.get(at)
    html = page.content.decode()
    assert page.status_code == 200
    assert "Дипломов: 2, с ошибками: 1." in html
    assert "Скачать файл" not in html
    assert f"/admin/journal/student/{wrong.student.pk}/change/" in html
    assert f"/admin/journal/diploma/{wrong.pk}/change/" in html
    assert f"/admin/journal/diploma/{sound.pk}/change/" not in html
    assert client.get(at, {"format": "xlsx"}).status_code == 400
    file = client.get(at, {"format": "xlsx", "sound": "on"})
    assert file["Content-Type"].endswith("spreadsheetml.sheet")
    assert len(list(load_workbook(io.BytesIO(file.content))["Шаблон"].rows)) == 2
    Diploma.objects.filter(pk=wrong.pk).delete()
    assert "Скачать файл" in client.get(at).content.decode()
    assert client.get(at, {"format": "xlsx"}).status_code == 200
    exported = DataAccess.objects.filter(kind="exported")
    assert list(exported.values_list("by", "count")) == [(world.secretary.pk, 1)] * 2


def test_an_empty_period_says_so_and_a_wrong_one_is_refused(world, client_of):
    client, at = client_of(world.office), reverse(AT)
    assert "дипломов не выдавали" in client.get(at).content.decode()
    answer = client.get(at, {"first": "2026-10-01", "last": "2026-09-01"})
    assert answer.status_code == 400
    assert "Начало позже конца" in answer.content.decode()
    assert client.get(at, {"first": "вчера"}).status_code == 400
    assert client.post(at).status_code == 405


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((name, 200) for name in ("office", "secretary")),
        *((name, 403) for name in ("director", "deputy", "department_head", "curator")),
        *((name, 403) for name in ("studyunit", "teacher", "hr", "dispatcher")),
        *((name, 302) for name in ("student", "parent", "nobody")),
    ],
)
def test_the_export_is_for_whom_it_is(world, client_of, who, status):
    diploma(graduate(world))
    client = client_of(world.people[who])
    assert client.get(reverse(AT)).status_code == status
    assert client.get(reverse(AT), {"format": "xlsx"}).status_code == status


@pytest.mark.parametrize("people", [1, 30])
def test_a_check_costs_the_same_queries_for_one_and_for_thirty(
    world, client_of, people
):
    for number in range(people):
        student = graduate(world, snils=None)
        one = diploma(student, number=number)
        if number % 2:
            contract(student)
            diploma(student, number=100 + number, status="duplicate", original=one)
    client = client_of(world.secretary)
    assert client.get(reverse(AT)).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse(AT)).content.decode()
    assert page.count("не заполнено") >= people
    assert len(queries) == 5


def test_a_contract_without_a_student_of_ones_own_is_not_seen(world):
    contract(world.students2[1])
    for who, seen in (("curator", 0), ("department_head", 0), ("secretary", 1)):
        rows = TargetContract.objects.visible_to(world.people[who])
        assert rows.count() == seen
