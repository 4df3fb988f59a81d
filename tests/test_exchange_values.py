"""The dirt of office spreadsheets: names, dates, numbers, abbreviations."""

import datetime

import pytest

from journal.domain.curriculum.abbreviations import abbreviations
from journal.exchange.reading.groups import group_in_title, group_name
from journal.exchange.reading.names import looks_like_full_name, split_full_name
from journal.exchange.reading.text import (
    clean_text,
    parse_date,
    repair_email,
    repair_letters,
    repair_name,
    repair_phone,
    repair_snils,
    whole_number,
)

TODAY = datetime.date(2026, 9, 1)


# Text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Анна \u00a0 Мария\t\n", "Анна Мария"),
        ("Ан\u00adна\u200b\ufeff", "Анна"),
        ("И\u0306од Е\u0308ж", "Йод Ёж"),
        ("'=1+1", "=1+1"),
        ("'+7 900", "+7 900"),
        ("'007", "007"),
        ("'Абд ар-Рахман", "'Абд ар-Рахман"),
        ("a\x00b\x07", "ab"),
    ],
)
def test_a_text_is_cleaned(raw, clean):
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    ("raw", "repaired"),
    [
        ("Ивaнoв", "Иванов"),  # Latin a and o
        ("0льга", "Ольга"),
        ("ПM.01.ЭК", "ПМ.01.ЭК"),
        ("Иванов", None),
        ("ИС31", None),
        ("HTML и SQL", None),
        ("Wi-Fi сеть", None),
        ("3 семестр", None),
    ],
)
def test_latin_letters_inside_cyrillic_words_are_repaired(raw, repaired):
    assert repair_letters(raw) == (repaired or raw, repaired is not None)


@pytest.mark.parametrize(
    ("raw", "name", "repaired"),
    [
        ("Иванов", "Иванов", False),
        ("ИВАНОВ", "Иванов", True),
        ("иВАНОВ", "Иванов", True),
        ("ИВанов", "Иванов", True),
        ("петрова - водкина", "Петрова-Водкина", True),
        ("ПЕТРОВА–ВОДКИНА", "Петрова-Водкина", True),
        ("Мамед Оглы", "Мамед оглы", True),
        ("Д’Артаньян", "Д'Артаньян", True),
        ("МакДональд", "МакДональд", False),
        ("Иванов,", "Иванов", True),
    ],
)
def test_a_name_is_repaired(raw, name, repaired):
    assert repair_name(raw) == (name, repaired)


# Full names


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("Соколова Анна Петровна", ("Соколова", "Анна", "Петровна")),
        ("Соколова Анна", ("Соколова", "Анна", "")),
        ("3. Соколова Анна", ("Соколова", "Анна", "")),
        ("12 Соколова Анна", ("Соколова", "Анна", "")),
        ("СОКОЛОВА АННА ПЕТРОВНА", ("Соколова", "Анна", "Петровна")),
        ("соколова анна петровна", ("Соколова", "Анна", "Петровна")),
        ("Алиев Ильяс Мамед оглы", ("Алиев", "Ильяс", "Мамед оглы")),
        ("Алиева Лейла Гасан Кызы", ("Алиева", "Лейла", "Гасан кызы")),
        ("Алиев Ильяс Мамед-оглы", ("Алиев", "Ильяс", "Мамед-оглы")),
        ("Мамин - Сибиряк Дмитрий Ильич", ("Мамин-Сибиряк", "Дмитрий", "Ильич")),
        ("Гарсиа Лопес Анна Петровна", ("Гарсиа Лопес", "Анна", "Петровна")),
        ("Анна Петровна Соколова", ("Соколова", "Анна", "Петровна")),
        ("Абрамович Роман Ильич", ("Абрамович", "Роман", "Ильич")),
        ("Пак Ин", ("Пак", "Ин", "")),
        ("ПАК ИН", ("Пак", "Ин", "")),
        ("Ли Ян Ильич", ("Ли", "Ян", "Ильич")),
        ("Cоколовa Aннa", ("Соколова", "Анна", "")),
    ],
)
def test_a_full_name_is_split(raw, parts):
    name = split_full_name(raw)
    assert (name.last_name, name.first_name, name.middle_name) == parts
    assert name.repaired is (raw != " ".join(filter(None, parts)))
    assert not name.initials


@pytest.mark.parametrize(
    ("raw", "last", "first", "middle"),
    [
        ("Соколова А.П.", "Соколова", "А.", "П."),
        ("Соколова А. П.", "Соколова", "А.", "П."),
        ("Соколова А.", "Соколова", "А.", ""),
        ("А.П. Соколова", "Соколова", "А.", "П."),
        ("Соколова А П", "Соколова", "А.", "П."),
    ],
)
def test_initials_are_flagged(raw, last, first, middle):
    name = split_full_name(raw)
    assert (name.last_name, name.first_name, name.middle_name) == (last, first, middle)
    assert name.initials
    assert "впишите их полностью" in name.warnings[0]


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("Соколова Анна (староста)", "староста"),
        ("Анна Соколова", "Проверьте"),
        ("Ким Чен Ын Ир", "Проверьте"),
        ("Nguyen Van", "латиницей"),
    ],
)
def test_what_is_not_certain_about_a_name_is_said(raw, word):
    assert word in " ".join(split_full_name(raw).warnings)


@pytest.mark.parametrize(
    "raw", ["Соколова", "12345", "", None, "№ 5", "Анна 2 Петровна"]
)
def test_what_is_no_full_name_is_an_error(raw):
    with pytest.raises(ValueError, match=r"нет имени|не похоже"):
        split_full_name(raw)


def test_headings_and_notes_do_not_look_like_names():
    names = ["Соколова Анна", "Ли Ян", "Алиев Ильяс Мамед оглы", "Соколова А.П."]
    names += ["Классен Анна", "Курский Пётр", "Часов Иван", "Хорошов Глеб"]
    others = ["Итого по группе", "ФИО Студента", "Метод Гаусса", "Срок сдачи", "Quiz 1"]
    others += [
        "отчислен",
        "Средний Балл",
        "Физическая культура",
        "1 А",
        None,
        5,
        "Анна",
    ]
    assert all(looks_like_full_name(name) for name in names)
    assert not any(looks_like_full_name(other) for other in others)


# Groups


@pytest.mark.parametrize(
    "text",
    ["ИСП-110", "1 А", "10а", "5-Б", "407", "ИС-11-23", "23-ИС-1", "ИСиП 21", "4316"],
)
def test_a_group_is_known_by_its_look(text):
    assert group_name(text) == text


@pytest.mark.parametrize(
    "text", ["Лист1", "дз", "кр3", "2025", "ЗАЧЁТ", "Sheet 1", "12", None]
)
def test_what_is_no_group(text):
    assert group_name(text) is None


@pytest.mark.parametrize(
    ("title", "group"),
    [
        ("Список студентов группы ИСП-110 на 01.09.2026", "ИСП-110"),
        ("Группа: 1 А", "1 А"),
        ("Журнал 10 А класса", "10 А"),
        ("Класс 9 «Б»", "9 «Б"),
        ("Ведомость успеваемости", None),
        ("Состав групп за 2026 год", None),
    ],
)
def test_a_group_is_found_in_a_title(title, group):
    assert group_in_title(title) == group


# Dates and numbers


@pytest.mark.parametrize(
    ("raw", "day", "repaired"),
    [
        (datetime.date(2008, 9, 1), (2008, 9, 1), False),
        (datetime.datetime(2008, 9, 1, 8), (2008, 9, 1), False),
        ("01.09.2008", (2008, 9, 1), True),
        ("1.9.08", (2008, 9, 1), True),
        ("1/9/2008 г.", (2008, 9, 1), True),
        ("2008-09-01", (2008, 9, 1), True),
        ("2008-09-01 00:00:00", (2008, 9, 1), True),
        ("1 сентября 2008 года", (2008, 9, 1), True),
        ("9 мая 08", (2008, 5, 9), True),
        ("1 марта 1998", (1998, 3, 1), True),
        ("01.09.98", (1998, 9, 1), True),
        ("01092008", (2008, 9, 1), True),
        (39692, (2008, 9, 1), True),
        ("29.02.2008", (2008, 2, 29), True),
    ],
)
def test_a_date_is_understood(raw, day, repaired):
    assert parse_date(raw, TODAY) == (datetime.date(*day), repaired)


@pytest.mark.parametrize(
    "raw",
    ["29.02.2007", "31.11.2008", "1.09", 5, 1.09, "вчера", None, "01.09.0008", True],
)
def test_what_is_no_date_is_an_error(raw):
    with pytest.raises(ValueError, match="напишите её как"):
        parse_date(raw, TODAY)


@pytest.mark.parametrize(
    ("raw", "repaired"),
    [("112-233-445 95", False), ("11223344595", True), (11223344595, True)],
)
def test_snils_is_given_its_form(raw, repaired):
    assert repair_snils(raw) == ("112-233-445 95", repaired)


def test_snils_as_a_number_gets_its_zeros_back():
    assert repair_snils(8_765_430_300) == ("087-654-303 00", True)


@pytest.mark.parametrize(
    "raw", ["112-233-445 96", "123", "СНИЛС", None, "112-233-445-955"]
)
def test_a_wrong_snils_is_an_error(raw):
    with pytest.raises(ValueError, match="СНИЛС"):
        repair_snils(raw)


def test_telephones_and_addresses():
    assert repair_phone("8 (900) 123-45-67") == ("+79001234567", True)
    assert repair_phone(9001234567) == ("+79001234567", True)
    assert repair_phone("+79001234567") == ("+79001234567", False)
    assert repair_phone("+375 29 123-45-67") == ("+375291234567", True)
    assert repair_email(" Anna@Example.RU;") == ("anna@example.ru", True)
    for repair, wrong in [(repair_phone, "нет"), (repair_email, "anna@")]:
        with pytest.raises(ValueError, match="не похо"):
            repair(wrong)


def test_whole_numbers():
    assert whole_number(2) == (2, False)
    assert whole_number("2,0 ч.") == (2, True)
    for wrong in ("2,5", 2.5, "два", True, None):
        with pytest.raises(ValueError, match="целое"):
            whole_number(wrong)


# Abbreviations


@pytest.mark.parametrize(
    ("topic", "found"),
    [
        ("Стартовая к.р.", ["к.р."]),
        ("Проверочная с/р и к/р", ["с/р", "к/р"]),
        ("лаб. работа, пр. занятие", ["лаб.", "пр."]),
        ("ЛПЗ по теме", ["ЛПЗ"]),
        ("ЭВМ в США", ["ЭВМ", "США"]),
        ("Документы на ПК.", ["ПК"]),
        ("Практич. занятие", ["Практич."]),
        ("Защита объектов инф.", ["инф."]),
        ("Основы бухг.учета", ["бухг.учета"]),
        ("Аппар-е средства, кол-во", ["Аппар-е", "кол-во"]),
        ("Т.ФизКу.4", ["Т.ФизКу."]),
        ("ИнЯз: введение", ["ИнЯз"]),
        ("в XIX в. и т.д.", ["в.", "т.д."]),
        ("SQL-запросы и SQL", ["SQL"]),
        ("Физ-ра и мат-ка", ["Физ-ра", "мат-ка"]),
        ("Нормы лит-ры, физкульт-рой", ["лит-ры", "физкульт-рой"]),
        ("Гос-во, пр-ва, об-вом, хоз-ство", ["Гос-во", "пр-ва", "об-вом", "хоз-ство"]),
        ("Инф-ция, упр-ние, б-ка", ["Инф-ция", "упр-ние", "б-ка"]),
    ],
)
def test_abbreviations_of_a_topic_are_found(topic, found):
    assert abbreviations(topic) == found


@pytest.mark.parametrize(
    "topic",
    [
        "Техника безопасности. Введение.",
        "Мир. Труд. Май",
        "Лирика А.С. Пушкина",
        "Пушкин А.С. «Медный всадник»",
        "Раздел 1. Тема 2.1. Закон Ома",
        "Россия в XIX веке",
        "ВВЕДЕНИЕ В ПРОФЕССИЮ",
        "Научно-технический прогресс, онлайн-магазин и/или лавка",
        "Кто-то из-за угла",
        "Урок 1 час.",
        "Веб-сайт, какой-либо, по-русски, онлайн-курс, физико-математический",
        "Какой-нибудь, кто-то, как-то, кое-как, всё-таки, вот-вот, из-под",
        "Решим-ка задачу, вспомним-ка, ну-ка, дай-ка, отвечайте-ка",
        "Чат-бот, поп-арт, бренд-бук, фаст-фуд, ток-шоу, пинг-понг, пресс-центр",
        "Санкт-Петербург, Нью-Йорк, Йошкар-Ола, Улан-Удэ, Усть-Кут, блок-схема",
        "",
    ],
)
def test_ordinary_topics_have_no_abbreviations(topic):
    assert abbreviations(topic) == []


def test_allowed_abbreviations_are_let_through():
    assert abbreviations("ЭВМ, ГОСТ и лаб. работа", allowed={"эвм", "лаб"}) == ["ГОСТ"]
