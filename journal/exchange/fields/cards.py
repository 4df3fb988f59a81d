"""The contingent sheet: parts of a student's card by the column names of the office.

The names and values are those of a registered tool of colleges (domain §5); `normal`
reads «Статус_Уровень_здоровья» as «статус уровень здоровья».
"""

from journal.exchange.fields.shared import BY_HEADER_ALONE, by_label
from journal.exchange.matching import Field
from journal.models import Membership, PersonalFile, SocialCard

CARD = {**BY_HEADER_ALONE, "without": ("реквизит", "дата")}
PASSPORT = {**CARD, "without": ("аттестат", "диплом", "родител", "приказ")}


def coded(model, name: str, title: str, *synonyms: str, assumed=(), **also) -> Field:
    """A column whose values are the choices of the model's field."""
    known = dict(model._meta.get_field(name).choices)
    also = {**also, **{key: (*also.get(key, ()), *words) for key, words in assumed}}
    return Field(
        name,
        title,
        synonyms,
        kind="choice",
        choices=by_label(known.items(), **also),
        assumed=tuple(word for _, words in assumed for word in words),
        **CARD,
    )


def yes_no(name: str, title: str, *synonyms: str) -> Field:
    return Field(name, title, synonyms, kind="yes_no", **CARD)


def words(model, name: str, title: str, *synonyms: str) -> Field:
    limit = model._meta.get_field(name).max_length
    return Field(name, title, synonyms, limit=limit, **CARD)


PERSONAL_FILE: tuple[Field, ...] = (
    Field(
        "series",
        "Серия паспорта",
        ("серия документа", "паспорт серия", "серия"),
        kind="passport_series",
        **PASSPORT,
        limit=20,
    ),
    Field(
        "number",
        "Номер паспорта",
        ("номер документа", "паспорт номер", "№ паспорта"),
        kind="passport_number",
        **PASSPORT,
        limit=30,
    ),
    Field(
        "issued_on",
        "Дата выдачи паспорта",
        ("дата выдачи", "паспорт дата выдачи", "когда выдан"),
        kind="date",
        **PASSPORT,
    ),
    Field("issued_by", "Кем выдан", ("паспорт кем выдан", "кем выдан паспорт"),
          **PASSPORT),
    Field("inn", "ИНН", ("номер ИНН",), kind="inn", limit=12, **PASSPORT),
    Field(
        "registered_at",
        "Адрес регистрации",
        ("адрес прописки", "прописка", "адрес по прописке", "адрес по месту регистрации"),
        **PASSPORT,
    ),
    Field(
        "lives_at",
        "Фактический адрес",
        ("адрес проживания", "адрес фактического проживания", "место жительства"),
        **PASSPORT,
    ),
    words(
        PersonalFile,
        "registration_kind",
        "Вид регистрации",
        "Статус_Место_регистрации",
    ),
)  # fmt: skip

SOCIAL_CARD: tuple[Field, ...] = (
    coded(
        SocialCard,
        "hostel",
        "Общежитие",
        "Статус_Общежитие",
        none=("нет", "не нуждается", "не проживает", "не нужно"),
        lives=("да", "проживает в общежитии"),
        needs=("нуждается в общежитии",),
    ),
    words(SocialCard, "general_education", "Всеобуч", "Статус_Всеобуч"),
    words(SocialCard, "scholarship", "Социальная стипендия", "Статус_Соц_стипендия"),
    words(
        SocialCard,
        "family",
        "Социальное положение семьи",
        "Статус_Соц_положение_семьи",
    ),
    words(SocialCard, "meals", "Питание", "Статус_Питание"),
    words(SocialCard, "family_members", "Состав семьи", "Статус_Состав_семьи"),
    coded(
        SocialCard,
        "health",
        "Уровень здоровья",
        "Статус_Уровень_здоровья",
        **{"1": ("инвалид первой группы", "инвалид 1 группа", "инвалид I группы")},
        **{"2": ("инвалид второй группы", "инвалид 2 группа", "инвалид II группы")},
        **{"3": ("инвалид третьей группы", "инвалид 3 группа", "инвалид III группы")},
    ),
    coded(
        SocialCard,
        "orphan",
        "Сиротство",
        "Статус_Сиротство",
        state=(
            "дети-сироты, находящиеся на полном государственном обеспечении",
            "полное государственное обеспечение",
        ),
        state_after=("гособеспечение + постинтернатное сопровождение",),
        care=("дети-сироты, находящиеся под опекой", "опека"),
    ),
    yes_no("is_student_family", "Студенческая семья", "Статус_Студенческая_семья"),
    yes_no("is_large_family", "Многодетная семья", "Статус_Многодетная_семья"),
    yes_no("parent_serves", "Родитель — участник СВО", "Статус_Родитель_СВО"),
    yes_no("on_police_record", "Учёт ПДН", "Статус_ПДН"),
    yes_no("on_commission_record", "Учёт КДН", "Статус_КДН"),
    yes_no("on_internal_record", "Внутренний учёт", "Статус_Внутр_учет"),
    words(SocialCard, "left_home", "Самовольный уход", "Статус_Самовольный_уход"),
)  # fmt: skip

# «Бюджет» does not say whose: the college's founder pays as a rule, and it is told.
FUNDING = coded(
    Membership,
    "funding",
    "Основа обучения",
    "Статус_Бюджет", "основание обучения", "источник финансирования",
    "бюджет/договор", "бюджет", "форма оплаты", "финансирование",
    region=("региональный бюджет", "областной бюджет", "республиканский бюджет"),
    person=("за счёт физических лиц",),
    assumed=(
        ("region", ("бюджет", "бюджетная", "бюджетник", "да", "за счёт бюджета")),
        (
            "person",
            ("договор", "внебюджет", "внебюджетная", "платно", "платная", "нет",
             "коммерция", "по договору", "с оплатой", "с полным возмещением затрат"),
        ),
    ),
)  # fmt: skip
STUDY_FORM = coded(
    Membership,
    "form",
    "Форма обучения",
    full_time=("дневная", "очно"),
    part_time=("вечерняя", "очно заочно"),
    extramural=("заочно",),
)

STUDYING = ("обучается", "учится", "студент", "активен", "зачислен", "восстановлен")
GONE = {
    "expelled": ("отчислен", "отчислена", "выбыл", "выбыла", "не обучается"),
    "graduated": ("выпускник", "выпущен", "выпустился", "окончил обучение", "выпуск"),
    "maternity": ("академический отпуск (декрет)", "декрет"),
    "army": ("академический отпуск (служба в РА)", "служба в РА", "армия"),
    "illness": ("академический отпуск (по болезни)", "по болезни"),
    "contract": (
        "академический отпуск (ученич. договор)",
        "академический отпуск (ученический договор)",
        "ученический договор",
    ),
    "academic": ("академический отпуск", "академ", "академотпуск", "акад. отпуск"),
}
STATUS = Field(
    "status",
    "Учёба",
    ("Статус_Учёба", "статус", "статус учёбы", "состояние", "статус студента"),
    kind="choice",
    choices={"studies": STUDYING, **GONE},
    **CARD,
)
PROGRAMME = Field(
    "programme",
    "Образовательная программа",
    ("Статус_ОП", "специальность", "профессия"),
    limit=300,
    **CARD,
)
