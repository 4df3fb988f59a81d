"""A small curriculum, drawn up to the last detail."""

import pytest

from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Cycle,
    Discipline,
    PlanHours,
    PlanItem,
    PlanWeeks,
)

KINDS = {"theory": 20, "practical": 10, "self_study": 6, "total": 36}


@pytest.fixture
def plan(world):
    """Two cycles, a module of two rows, hours in two semesters, a complex credit."""
    made = Curriculum.objects.create(
        name="План связи", specialty=world.specialty, admission_year=2026
    )
    general = Cycle.objects.create(code="ОП", name="Общепрофессиональный")
    pro = Cycle.objects.create(code="ПЦ", name="Профессиональный")
    rows = {}
    for place, (index, name, kind, cycle, parent) in enumerate(
        (
            ("ОП.01", "Математика", "discipline", general, None),
            ("ОП.02", "Физическая культура", "discipline", general, None),
            ("ПМ.01", "Сети", "module", pro, None),
            ("МДК.01.01", "Узлы связи", "mdk", pro, "ПМ.01"),
            ("УП.01", "Учебная практика", "study_practice", pro, "ПМ.01"),
        )
    ):
        discipline, _ = Discipline.objects.get_or_create(name=name)
        rows[index] = PlanItem.objects.create(
            curriculum=made,
            index=index,
            raw_index=f" {index}",
            discipline=discipline,
            kind=kind,
            cycle=cycle,
            parent=rows.get(parent),
            position=place,
        )
    for index, semester, form in (
        ("ОП.01", 1, ""),
        ("ОП.01", 2, "exam"),
        ("ОП.02", 1, "credit"),
        ("МДК.01.01", 2, "diff_credit"),
    ):
        PlanHours.objects.create(
            item=rows[index], semester=semester, form=form, **KINDS
        )
    PlanHours.objects.create(
        item=rows["УП.01"], semester=2, practice=36, total=36, form="diff_credit"
    )
    PlanWeeks.objects.create(curriculum=made, semester=1, theory=2)
    PlanWeeks.objects.create(curriculum=made, semester=2, theory=2, study_practice=1)
    form = ComplexForm.objects.create(
        curriculum=made, name="КДЗ", semester=2, form="diff_credit"
    )
    for index in ("МДК.01.01", "УП.01"):
        ComplexFormPart.objects.create(complex_form=form, item=rows[index])
    return made
