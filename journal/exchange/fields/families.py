"""Parents and other representatives, a row for each child that they represent."""

from dataclasses import replace

from journal.exchange.fields.people import PERSON, STAFF, STUDENT_WORDS
from journal.exchange.fields.shared import (
    BY_HEADER_ALONE,
    GROUP,
    ROW_NUMBER,
    also,
    by_label,
)
from journal.exchange.matching import Field
from journal.models import Guardianship

CHILD = (*STUDENT_WORDS, "ребенок", "ребенк")
_CHILD_IS_NOT = {"without": ("представител", "родител", *STAFF), **BY_HEADER_ALONE}
RELATIONS = by_label(
    Guardianship.Relation.choices,
    mother=("мама", "родитель (мать)", "матери"),
    father=("папа", "родитель (отец)", "отца"),
    relative=("бабушка", "дедушка", "тетя", "дядя", "сестра", "брат"),
    foster=("приемная мать", "приемный отец", "приемная семья"),
    adopter=("усыновительница",),
    guardian=("опекунша",),
)

GUARDIANS: tuple[Field, ...] = (
    replace(
        also(
            PERSON[0],
            "ФИО представителя", "ФИО родителя", "родитель", "представитель",
            "законный представитель", "ФИО законного представителя",
            "родитель (законный представитель)",
        ),
        without=CHILD + STAFF,
        unique=False,
    ),
    *(
        replace(
            also(part, f"{part.title} представителя", f"{part.title} родителя"),
            without=CHILD + STAFF,
            unique=False,
        )
        for part in PERSON[1:]
    ),
    Field(
        "relation",
        "Кем приходится",
        ("степень родства", "родство", "кто", "статус представителя"),
        required=True,
        kind="choice",
        choices=RELATIONS,
        least=0.86,
    ),
    Field(
        "child",
        "ФИО студента",
        ("ФИО ребёнка", "ФИО обучающегося", "студент", "обучающийся", "ребёнок",
         "ученик", "ФИО ученика"),
        limit=250,
        **_CHILD_IS_NOT,
    ),
    Field(
        "child_snils",
        "СНИЛС студента",
        ("СНИЛС ребёнка", "СНИЛС обучающегося", "СНИЛС ученика"),
        kind="snils",
        **_CHILD_IS_NOT,
    ),
    Field(
        "child_number",
        "Номер личного дела",
        ("номер личного дела студента", "личное дело", "№ личного дела"),
        limit=30,
        **_CHILD_IS_NOT,
    ),
    replace(GROUP, content=None),
    Field("since", "Представляет с", ("с даты", "дата начала"), kind="date",
          **_CHILD_IS_NOT),
    Field("until", "Представляет по", ("по дату", "дата окончания"), kind="date",
          **_CHILD_IS_NOT),
    ROW_NUMBER,
)  # fmt: skip
