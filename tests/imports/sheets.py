"""A sheet in the shape of the office's contingent, made by hand, and a full college."""

import datetime

from journal.models import Benefit, Membership, PersonalFile, SocialCard

HEADS = [
    *("ФИО", "Дата_рождения", "Пол", "СНИЛС", "ИНН", "Серия_паспорта"),
    *("Номер_паспорта", "Дата_выдачи_паспорта", "Кем_выдан", "Адрес_регистрации"),
    *("Фактический_адрес", "Статус_ОП", "Статус_Бюджет", "Статус_Учёба"),
    *("Статус_Общежитие", "Статус_Всеобуч", "Статус_Соц_стипендия"),
    *("Статус_Соц_положение_семьи", "Статус_Питание", "Статус_Состав_семьи"),
    *("Статус_Уровень_здоровья", "Статус_Сиротство", "Статус_Место_регистрации"),
    *("Статус_Студенческая_семья", "Статус_Многодетная_семья"),
    *("Статус_Родитель_СВО", "Статус_ПДН", "Статус_КДН", "Статус_Внутр_учет"),
    *("Статус_Самовольный_уход", "Статус_Выпуск"),
    *("Реквизит_Малоимущая_семья", "Дата_Малоимущая_семья"),
    *("Реквизит_Сирота", "Дата_Сирота"),
]
ANNA = {
    "ФИО": "Сомова  Aнна Львовна",  # a space too many, a Latin A
    "Дата_рождения": 39884,  # 12.03.2009
    "Пол": "ж",
    "СНИЛС": 1122334470,  # 011-223-344 70
    "ИНН": 12345678901,
    "Серия_паспорта": 405,
    "Номер_паспорта": 12345,
    "Дата_выдачи_паспорта": "15 марта 2023 г.",
    "Кем_выдан": "ОВД г. Заозёрска",
    "Адрес_регистрации": "г. Заозёрск,  ул. Садовая, 1",
    "Фактический_адрес": "там же",
    "Статус_Бюджет": "бюджет",
    "Статус_Учёба": "обучается",
    "Статус_Общежитие": "Да",
    "Статус_Всеобуч": "Нет статуса",
    "Статус_Соц_стипендия": "получает",
    "Статус_Соц_положение_семьи": "Малоимущая",
    "Статус_Питание": "питается в ПОО",
    "Статус_Состав_семьи": "неполная",
    "Статус_Уровень_здоровья": "ЗДОРОВ",
    "Статус_Сиротство": "Дети-сироты,  находящиеся под опекой",
    "Статус_Место_регистрации": "временная",
    "Статус_Многодетная_семья": "да",
    "Статус_ПДН": "состоит",
    "Статус_КДН": "нет",
    "Реквизит_Малоимущая_семья": "справка № 7 от 01.09.2026",
    "Дата_Малоимущая_семья": "31.08.2027",
    "Реквизит_Сирота": "да",
}


def sheet(*people: dict) -> list[list]:
    """The rows of one sheet, headings first."""
    return [HEADS, *[[one.get(title, "") for title in HEADS] for one in people]]


def fill(world) -> None:
    """Cards full of all there is, written as people write and not as importers do."""
    first, second, *_ = world.students
    first.phone, first.email = "8 (900) 111-22-33", "Byk@Example.RU"
    first.snils, first.personal_no = "112-233-445 95", "=17"
    first.last_name = first.last_name.upper()
    first.save()
    second.first_name = f"{second.first_name}  Мария"  # two spaces
    second.save()
    PersonalFile.objects.create(
        student=first,
        series="II-БО",
        number="004512",
        issued_on=datetime.date(2023, 5, 1),
        issued_by="Отдел ЗAГС",  # a Latin A
        inn="012345678901",
        registered_at="=1+1",
        lives_at="'-5 кв.  7",
        registration_kind="+",
    )
    PersonalFile.objects.create(student=second, series="0405", number="000123")
    card = {
        name: field.choices[-1][0] if field.choices else "Прочее  и @другое"
        for name in texts_of_card()
        if (field := SocialCard._meta.get_field(name))
    }
    flags = [f.name for f in SocialCard._meta.fields if f.get_internal_type() == FLAG]
    SocialCard.objects.create(student=first, **card, **dict.fromkeys(flags, True))
    SocialCard.objects.create(student=second)
    for kind, document, start, end in (
        ("Малоимущая семья", "справка  № 7", (2026, 9, 1), (2027, 9, 1)),
        ("Малоимущая семья", "справка № 6", (2025, 9, 1), (2026, 9, 1)),
        ("Сирота", "", (2026, 9, 1), None),
        ("ОВЗ_слух", "=2", (2020, 9, 1), (2021, 9, 1)),
    ):
        Benefit.objects.create(
            student=first,
            kind=kind,
            document=document,
            start=datetime.date(*start),
            end=end and datetime.date(*end),
        )
    seat = Membership.objects.filter(student=first).latest("start")
    seat.funding, seat.form = "paid_target", "part_time"
    seat.save()


FLAG = "BooleanField"


def texts_of_card() -> list[str]:
    return [
        field.name
        for field in SocialCard._meta.fields
        if field.get_internal_type() == "CharField"
        and field.name not in ("disability_cause", "needs", "physical_group")
    ]
