"""A curriculum as a flat table, the real files, and what of plans stands in the database."""

from pathlib import Path

import pytest

from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Discipline,
    PlanHours,
    PlanItem,
    PlanWeeks,
)
from tests.imports import take

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "curricula"
PLX = DATA / "40_curriculum_spo_090207.plx"
real = pytest.mark.skipif(
    not DATA.is_dir(), reason="рядом с проектом нет ../shared/data с настоящими файлами"
)
MODELS = (
    *(Curriculum, PlanItem, PlanHours, PlanWeeks, ComplexForm, ComplexFormPart),
    Discipline,
)
HEAD = [
    *("Цикл", "Индекс", "Наименование", "Тип", "Индекс ПМ", "Семестр", "Всего"),
    *("Лекции", "Практические", "Самост.", "Аттестация", "Практика", "Форма контроля"),
]
ABOUT = {"specialty": "09.02.07", "admission_year": "2026", "base": "9 классов"}
ROWS = [
    HEAD,
    ["ОП", "ОП.01", "Базы данных", "Дисциплина", "", 3, 72, 36, 30, 6, 0, 0, ""],
    ["ОП", "ОП.01", "Базы данных", "Дисциплина", "", 4, 40, 10, 20, 4, 6, 0, "Э"],
    ["ПЦ", "МДК.01.01", "Программы", "МДК", "ПМ.01", 3, 50, 20, 30, 0, 0, 0, "ДЗ"],
    ["ПЦ", "ПМ.01", "Разработка", "Модуль", "", 3, 50, 20, 30, 0, 0, 0, ""],
    ["ПЦ", "УП.01", "Практика", "УП", "ПМ.01", 4, 36, 0, 0, 0, 0, 36, "Зачёт"],
    ["ПЦ", "ПМ.01.Э", "Экзамен", "", "ПМ.01", 4, 6, 0, 0, 0, 6, 0, "Э(к)"],
]


def facts():
    return {
        model: (sorted(map(repr, model.objects.values_list())), model.history.count())
        for model in MODELS
    }


def plan(**given):
    return take("curriculum", ROWS, given=ABOUT | given)
