"""People: rosters of students and lists of employees."""

from journal.exchange.fields.cards import (
    FUNDING,
    PERSONAL_FILE,
    PROGRAMME,
    SOCIAL_CARD,
    STATUS,
    STUDY_FORM,
)
from journal.exchange.fields.content import birth_dates, different_numbers
from journal.exchange.fields.shared import GROUP, ROW_NUMBER, also
from journal.exchange.matching import Field

# «Телефон матери», «ФИО куратора»: a column about somebody else.
PARENTS = (
    "родител", "мать", "матер", "мам", "отец", "отца", "папа", "папы", "опекун",
    "представител", "законн",
)  # fmt: skip
STAFF = (
    "преподавател", "куратор", "классн", "руководител", "мастер", "директор",
    "заведующ",
)  # fmt: skip
OTHERS = PARENTS + STAFF

SEX = {
    "male": ("м", "муж", "мужской", "мальчик", "юноша", "m", "male", "1"),
    "female": ("ж", "жен", "женский", "девочка", "девушка", "f", "female", "2"),
}

PERSON = (
    Field(
        "full_name",
        "ФИО",
        ("Ф.И.О.", "фамилия имя отчество", "фамилия, имя", "фамилия и имя",
         "фио полностью", "полное имя", "имя полностью", "фамилия и инициалы",
         "фамилия и.о.", "список", "ф.и."),
        required=True,
        kind="full_name",
        instead_of_it=("last_name", "first_name"),
        without=OTHERS,
        unique=True,
    ),
    Field("last_name", "Фамилия", kind="name", without=OTHERS, limit=100),
    Field("first_name", "Имя", kind="name", without=OTHERS, limit=100),
    Field(
        "middle_name", "Отчество", ("отчество при наличии",), kind="name",
        without=OTHERS, limit=100,
    ),
    Field(
        "birth_date",
        "Дата рождения",
        ("д.р.", "др", "рожден", "день рождения", "дата рожд.", "дата рожденья"),
        kind="date",
        without=OTHERS,
        content=birth_dates,
        unique=True,
    ),
    Field("sex", "Пол", ("гендер",), kind="choice", choices=SEX, without=OTHERS),
    Field(
        "phone",
        "Телефон",
        ("номер телефона", "мобильный телефон", "контактный телефон", "сотовый телефон",
         "тел.", "моб. тел.", "телефоны", "контакты", "сотовый"),
        kind="phone",
        without=OTHERS,
    ),
    Field(
        "email",
        "E-mail",
        ("электронная почта", "адрес электронной почты", "почта", "эл. адрес", "mail"),
        kind="email",
        without=OTHERS,
    ),
    Field(
        "snils",
        "СНИЛС",
        ("номер СНИЛС", "страховой номер", "№ СНИЛС"),
        kind="snils",
        without=OTHERS,
    ),
)  # fmt: skip

STUDENT_WORDS = ("студент", "обучающийся", "ученик", "учащийся", "слушатель")


ROSTER: tuple[Field, ...] = (
    also(
        PERSON[0],
        *STUDENT_WORDS, *(f"{word}ы" for word in STUDENT_WORDS[:1]),
        "ФИО студента", "ФИО студентов", "ФИО обучающегося", "ФИО ученика",
        "ФИО учащегося", "обучающиеся", "ученики", "учащиеся", "список группы",
        "список студентов", "фамилия имя отчество обучающегося",
    ),
    *PERSON[1:],
    GROUP,
    Field(
        "personal_number",
        "Номер зачётной книжки",
        ("№ зачётной книжки", "зачётная книжка", "№ зач. книжки", "номер зачетки",
         "личный номер", "личное дело", "№ личного дела", "номер личного дела",
         "студенческий билет", "№ студенческого билета", "номер билета", "шифр",
         "табельный номер", "поимённый номер", "ID", "id студента", "код студента",
         "алфавитный номер", "номер в алфавитной книге"),
        content=different_numbers,
        limit=30,
    ),
    Field(
        "subgroup", "Подгруппа", ("п/г", "номер подгруппы", "№ подгруппы"), limit=50
    ),
    Field(
        "enrolled_on",
        "Дата зачисления",
        ("зачислен", "дата приказа о зачислении", "дата поступления"),
        kind="date",
    ),
    PROGRAMME,
    FUNDING,
    STUDY_FORM,
    STATUS,
    *PERSONAL_FILE,
    *SOCIAL_CARD,
    ROW_NUMBER,
)  # fmt: skip
