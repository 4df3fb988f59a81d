"""The office's contingent sheet: 31 columns, benefits, dirt; all or nothing."""

import datetime

import pytest

from journal.exchange.undo import plan_undo, undo
from journal.models import Benefit, Membership, PersonalFile, SocialCard, Student
from tests.imports import book, counts, latest, look, said, take
from tests.imports.sheets import ANNA, HEADS, sheet

START = datetime.date(2026, 9, 1)
SNILS = "011-223-344 70"


def load(world, *people, by=None, **options):
    data = {"2-ИС": sheet(*people)}
    return take("roster", data, by or world.secretary, start=START, **options)


def test_all_parts_of_a_card_are_filled_from_one_row(world):
    outcome = load(world, ANNA)
    assert counts(outcome) == (1, 0, 0), said(outcome.obstacles)
    anna = Student.objects.get(snils=SNILS)
    assert (anna.full_name, anna.sex) == ("Сомова Анна Львовна", "f")
    assert anna.birth_date == datetime.date(2009, 3, 12)
    file = anna.personal_file
    assert (file.document, file.series, file.number) == ("passport", "0405", "012345")
    assert (file.inn, file.issued_on) == ("012345678901", datetime.date(2023, 3, 15))
    assert file.registered_at == "г. Заозёрск, ул. Садовая, 1"
    assert file.registration_kind == "временная"
    card = anna.social_card
    assert (card.hostel, card.health, card.orphan) == ("lives", "healthy", "care")
    assert (card.general_education, card.meals) == ("", "питается в ПОО")
    assert card.is_large_family and card.on_police_record
    assert not card.on_commission_record and not card.parent_serves
    seat = anna.memberships.get()
    assert (seat.group, seat.start, seat.funding) == (world.group, START, "region")
    benefits = list(anna.benefits.values_list("kind", "document", "start", "end"))
    assert benefits == [
        (
            "Малоимущая семья",
            "справка № 7 от 01.09.2026",
            START,
            datetime.date(2027, 9, 1),
        ),
        ("Сирота", "", START, None),
    ]
    for part in (file, card, seat, anna.benefits.first()):
        record = latest(part)
        assert (record.history_type, record.history_user) == ("+", world.secretary)
        assert "список.xlsx" in record.history_change_reason


def test_what_was_repaired_is_told_and_nothing_else(world):
    told = said(load(world, ANNA).repairs)
    for words in (
        "A «ФИО»|«Сомова Aнна Львовна» → «Сомова Анна Львовна»",
        "B «Дата_рождения»|«39884» → «12.03.2009»",
        f"D «СНИЛС»|«1122334470» → «{SNILS}»",
        "E «ИНН»|«12345678901» → «012345678901»",
        "F «Серия_паспорта»|«405» → «0405»",
        "H «Дата_выдачи_паспорта»|«15 марта 2023 г.» → «15.03.2023»",
        "M «Статус_Бюджет»|«бюджет» → «бюджет субъекта РФ»",
        "J «Адрес_регистрации»|убраны лишние пробелы: строка 2",
    ):
        assert words in told
    clean = {
        **ANNA,
        "ФИО": "Сомова Анна Львовна",
        "Дата_рождения": "12.03.2009",
        "СНИЛС": SNILS,
        "ИНН": "012345678901",
        "Серия_паспорта": "0405",
        "Номер_паспорта": "012345",
        "Дата_выдачи_паспорта": "15.03.2023",
        "Адрес_регистрации": "г. Заозёрск, ул. Садовая, 1",
        "Статус_Бюджет": "бюджет субъекта РФ",
        "Статус_Сиротство": "Под опекой",
    }
    assert load(world, clean).repairs == []


def test_the_same_sheet_again_changes_nothing(world):
    load(world, ANNA)
    models = (Student, Membership, PersonalFile, SocialCard, Benefit)
    told = [model.history.count() for model in models]
    outcome = load(world, ANNA)
    assert counts(outcome) == (0, 0, 1) and outcome.parts == []
    assert [model.history.count() for model in models] == told


def test_a_newer_sheet_changes_the_parts_and_says_how(world):
    load(world, ANNA)
    newer = {
        **ANNA,
        "Статус_Общежитие": "не требуется",
        "Статус_Многодетная_семья": "нет",
        "Статус_ПДН": "",  # an empty cell says nothing
        "Номер_паспорта": "654321",
        "Дата_Малоимущая_семья": "31.12.2027",
    }
    outcome = load(world, newer)
    assert counts(outcome) == (0, 1, 0)
    assert (
        dict(outcome.entries[0].changes)
        if False
        else outcome.entries[0].changes
        == (
            ("номер", "012345", "654321"),
            ("общежитие", "проживает", "не требуется"),
            ("многодетная семья", "да", "нет"),
            ("по дату (не включая)", "01.09.2027", "01.01.2028"),
        )
    )
    card = SocialCard.objects.get(student__snils=SNILS)
    assert card.on_police_record and not card.is_large_family
    assert {t: (a, c) for t, a, c in outcome.parts} == {
        "документы и образование": (0, 1),
        "социальный статус": (0, 1),
        "льготы": (0, 1),
    }


def test_a_card_for_somebody_known_is_a_change_told_in_words(world):
    student = world.students[0]
    row = {
        "ФИО": student.full_name,
        "Статус_Общежитие": "нуждается",
        "Реквизит_Сирота": "№ 5",
    }
    outcome = load(world, row)
    assert counts(outcome) == (0, 1, 0)
    assert outcome.entries[0].changes == (
        ("социальный статус: общежитие", "", "нуждается"),
        ("Сирота: реквизиты документа", "", "№ 5"),
    )


def test_a_benefit_that_ended_is_renewed_beside_the_old_one(world):
    student = world.students[0]
    Benefit.objects.create(
        student=student,
        kind="Малоимущая семья",
        document="№ 1",
        start=datetime.date(2025, 9, 1),
        end=datetime.date(2026, 9, 1),
    )
    row = {
        "ФИО": student.full_name,
        "Реквизит_Малоимущая_семья": "№ 2",
        "Дата_Малоимущая_семья": "31.08.2027",
    }
    assert counts(load(world, row)) == (0, 1, 0)
    found = student.benefits.order_by("start").values_list("document", flat=True)
    assert list(found) == ["№ 1", "№ 2"]
    over = {**row, "Реквизит_Сирота": "№ 3", "Дата_Сирота": "01.01.2020"}
    outcome = load(world, over)
    assert counts(outcome) == (0, 0, 1)
    assert "«Сирота» закончилась 01.01.2020" in said(outcome.left_out)


@pytest.mark.parametrize(
    ("title", "value", "words"),
    [
        ("Статус_Общежитие", "снимает", ("«не требуется»", "«проживает»")),
        ("Статус_Уровень_здоровья", "болен", ("«здоров»", "«инвалид 1 группы»")),
        ("Статус_Сиротство", "да", ("«под опекой»",)),
        ("Статус_Бюджет", "спонсор", ("«бюджет субъекта РФ»",)),
        ("Статус_Учёба", "думает", ("«обучается»", "«отчислен»")),
        ("Статус_ПДН", "может быть", ("«состоит»", "«нет»")),
        ("ИНН", "123", ("12 цифр",)),
        ("Номер_паспорта", "1234567", ("6 цифр",)),
        ("Дата_Сирота", "когда-нибудь", ("01.09.2008",)),
    ],
)
def test_an_unknown_value_is_an_error_with_row_column_and_what_is_allowed(
    world, title, value, words
):
    outcome = load(
        world, ANNA, {**ANNA, "СНИЛС": "", "ФИО": "Лосев Игорь", title: value}
    )
    (error,) = outcome.errors
    assert (error.row, error.column.split(" ", 1)[1]) == (3, f"«{title}»")
    assert all(word in error.reason for word in (value, *words)), error.reason
    assert not Student.objects.filter(snils=SNILS).exists()


def test_one_bad_row_of_900_changes_nothing_and_is_named(world):
    people = [
        {"ФИО": f"Сидоров{'а' * (n % 30)} Иван", "Номер_паспорта": f"{n:06}"}
        for n in range(900)
    ]
    people[617]["Статус_КДН"] = "наверное"
    models = (Student, Membership, PersonalFile, SocialCard, Student.history)
    before = [getattr(m, "objects", m).count() for m in models]
    outcome = load(world, *people)
    (error,) = outcome.errors
    assert (error.sheet, error.row, error.column) == ("2-ИС", 619, "AB «Статус_КДН»")
    assert "наверное" in error.reason and not outcome.is_stored
    assert [getattr(m, "objects", m).count() for m in models] == before


@pytest.mark.parametrize(
    "status",
    [
        "Академический отпуск(декрет)",
        "Академический отпуск (служба в РА)",
        "академический отпуск (по болезни)",
        "Академический отпуск (ученич. договор)",
        "Отчислен",
    ],
)
def test_who_is_away_is_not_in_the_group_and_told(world, status):
    student = world.students[0]
    rows = [
        {**ANNA, "Статус_Учёба": status},
        {"ФИО": student.full_name, "Статус_Учёба": status},
    ]
    outcome = load(world, *rows)
    assert counts(outcome) == (0, 0, 0) and len(outcome.left_out) == 2
    (warning,) = outcome.warnings
    assert "числится в группе 2-ИС. Оформите приказ" in warning.reason


def test_undoing_takes_the_parts_back_too(world):
    student = world.students[0]
    SocialCard.objects.create(student=student, hostel="lives", meals="нет")
    rows = [ANNA, {"ФИО": student.full_name, "Статус_Общежитие": "нуждается"}]
    rows[1] |= {"Серия_паспорта": "0101", "Реквизит_Сирота": "№ 1"}
    batch = load(world, *rows).batch
    done = undo(batch, world.secretary)
    assert done.kept == {}
    assert not Student.objects.filter(snils=SNILS).exists()
    assert not PersonalFile.objects.exists() and not Benefit.objects.exists()
    assert SocialCard.objects.get().hostel == "lives"
    assert PersonalFile.history.filter(history_type="-").count() == 2


def test_a_batch_is_taken_back_only_where_the_parts_may_be_changed(world):
    row = {"ФИО": world.students[0].full_name, "Статус_Общежитие": "нуждается"}
    batch = load(world, row).batch
    plan = plan_undo(batch, world.deputy)
    assert plan.is_empty and "не ведёте" in plan.stays[0][1]


# Rights


def test_who_may_not_change_the_parts_loads_names_and_groups_alone(world):
    outcome = load(world, ANNA, by=world.deputy)
    assert counts(outcome) == (1, 0, 0), said(outcome.obstacles)
    told = said(outcome.ignored)
    for column in ("F «Серия_паспорта»", "O «Статус_Общежитие»", "AF «Реквизит_Мал"):
        assert column in told
    assert "меняете не вы" in told
    anna = Student.objects.get(snils=SNILS)
    assert anna.memberships.get().funding == "region"
    assert not PersonalFile.objects.exists() and not SocialCard.objects.exists()
    assert not Benefit.objects.exists()


def test_a_column_of_groups_serves_as_well_as_sheets(world):
    heads = [*HEADS, "Группа"]
    row = [ANNA.get(title, "") for title in HEADS]
    data = book({"Контингент": [heads, [*row, "1-ЭК"]]})
    outcome = take("roster", data, world.secretary, start=START)
    assert counts(outcome) == (1, 0, 0), said(outcome.obstacles)
    seat = Membership.objects.get(student__snils=SNILS)
    assert seat.group.name == "1-ЭК"


def test_a_list_of_values_beside_the_groups_is_no_group(world):
    sheets = {"2-ИС": sheet(ANNA), "Данные для выпадающих списков": [["да"], ["нет"]]}
    outcome = take("roster", sheets, world.secretary, start=START)
    assert counts(outcome) == (1, 0, 0), said(outcome.obstacles)
    assert "Данные для выпадающих списков" in said(outcome.left_out)


def test_the_programme_and_the_funding_of_the_journal_stand(world):
    seat = Membership.objects.get(student=world.students[0], end=None)
    seat.funding = "person"
    seat.save()
    row = {
        "ФИО": world.students[0].full_name,
        "Статус_Бюджет": "бюджет",
        "Статус_ОП": "99.99.99 Другая",
    }
    outcome = load(world, row)
    assert counts(outcome) == (0, 0, 1)
    told = said(outcome.warnings)
    assert "Смена оформляется приказом" in told and "99.99.99 Другая" in told
    seat.refresh_from_db()
    assert seat.funding == "person"


def test_a_preview_counts_the_parts(world):
    outcome = look("roster", {"2-ИС": sheet(ANNA)}, world.secretary, start=START)
    assert outcome.parts == [
        ("студенты", 1, 0),
        ("пребывания в группах", 1, 0),
        ("документы и образование", 1, 0),
        ("социальный статус", 1, 0),
        ("льготы", 2, 0),
    ]
