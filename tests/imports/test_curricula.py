"""Curricula: the ministry's .plx, the flat table both ways, old tables by agreed columns."""

import pytest

from journal.exchange.curriculum.outgoing import pages
from journal.exchange.options import Options, SheetOptions
from journal.exchange.reading import Refusal, read_workbook
from journal.exchange.registry import IMPORTERS
from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Cycle,
    PlanHours,
    PlanItem,
    PlanWeeks,
    Specialty,
)
from tests.imports import counts, look, said, take
from tests.imports.plans import ABOUT, DATA, HEAD, PLX, ROWS, facts, plan, real

# The flat table


def test_a_flat_table_becomes_a_draft_with_its_tree(world):
    outcome = plan()
    assert outcome.obstacles == [], said(outcome.obstacles)
    assert outcome.totals == {
        "items": 5,
        "disciplines": 2,
        "hours": 204,
        "by_semester": {"3": 122, "4": 82},
    }
    made = Curriculum.objects.get()
    assert (made.specialty, made.admission_year, made.base) == (
        world.specialty,
        2026,
        "nine",
    )
    items = {item.index: item for item in made.items.all()}
    assert [i.index for i in made.items.order_by("position")] == [
        *("ОП.01", "МДК.01.01", "ПМ.01", "УП.01", "ПМ.01.Э")
    ]
    assert items["МДК.01.01"].parent == items["ПМ.01"] == items["УП.01"].parent
    assert items["ПМ.01"].hours.count() == 0
    assert "часы и форма модуля повторяют" in said(outcome.left_out)
    assert items["ПМ.01.Э"].kind == "module_exam"
    assert items["УП.01"].kind == "study_practice"
    forms = {h.form for h in PlanHours.objects.filter(item__curriculum=made)}
    assert forms == {"", "exam", "diff_credit", "credit", "module_exam"}
    assert Cycle.objects.filter(code="ПЦ").exists()


def test_whose_plan_it_is_must_be_said(world):
    for given, words in (
        ({"specialty": ""}, "Не сказано, какая это специальность"),
        ({"specialty": "Ткачество"}, "«Ткачество»: нет в списке"),
        ({"admission_year": "давно"}, "«давно» — не год набора"),
        ({"study_form": "лёжа"}, "«лёжа» непонятна. Можно: очная"),
        ({"base": "трёх классов"}, "на базе чего план, непонятно"),
    ):
        outcome = plan(**given)
        assert words in said(outcome.errors) and outcome.batch is None


@pytest.mark.parametrize("weeks", ["много", "nan", "-1", "99", "/ " * 13])
def test_weeks_above_the_table_are_numbers(world, weeks):
    rows = [[f"Недели обучения: {weeks}"], *ROWS]
    outcome = take("curriculum", rows, given=ABOUT)
    assert "не число недель" in said(outcome.errors) and outcome.batch is None


def test_what_is_wrong_is_told_row_by_row(world):
    rows = [
        HEAD,
        ["ОП", "ОП.ОЗ", "Экология", "", "", 1, 36, 30, 0, 0, 0, 0, "Дз"],
        ["ОП", "ОП.02", "Химия", "", "", 1, 36, 20, 16, 0, 0, 0, "З.Дз"],
        ["ОП", "ОП.04", "Право", "", "", "", 36, 36, 0, 0, 0, 0, ""],
        ["ОП", "ОП.05", "Физика", "", "", 1, "З нед.", 0, 0, 0, 0, 0, ""],
        ["ПЦ", "МДК.07.01", "Ткани", "", "ПМ.07", 1, 36, 36, 0, 0, 0, 0, ""],
        ["ОП", "ОП.ОЗ", "Этика", "", "", 2, 36, 36, 0, 0, 0, 0, ""],
        ["ОП", "ОП.ОЗ", "Экология", "", "", 1, 36, 36, 0, 0, 0, 0, ""],
    ]
    outcome = look("curriculum", rows, given=ABOUT)
    errors, warnings = said(outcome.errors), said(outcome.warnings)
    assert "Список|2|B «Индекс»|индекс «ОП.ОЗ» необычный" in warnings
    assert "Список|2|G «Всего»|всего 36 ч, а по видам вместе 30" in warnings
    assert "Список|3|M «Форма контроля»|форма контроля «З.Дз» непонятна" in errors
    assert "Список|4|F «Семестр»|не сказано, в каком семестре" in errors
    assert "Список|5|G «Всего»|«З нед.» — не часы" in errors
    assert "Список|6|E «Индекс ПМ»|модуля «ПМ.07» нет" in errors
    assert "Список|7|B «Индекс»|индекс «ОП.ОЗ» уже у строки «Экология»" in errors
    assert "Список|8|F «Семестр»|часы 1 семестра этой строки уже есть" in errors


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_the_journal_lets_out_comes_back_unchanged(world, client_of, kind):
    plan()
    made = Curriculum.objects.get()
    PlanWeeks.objects.create(curriculum=made, semester=3, theory="10.5", vacation=2)
    form = ComplexForm.objects.create(
        curriculum=made, name="КДЗ", semester=3, form="diff_credit"
    )
    item = made.items.get(index="МДК.01.01")
    ComplexFormPart.objects.create(complex_form=form, item=item)
    address = "/admin/journal/curriculum/export/"
    data = {"format": {"xlsx": "0", "csv": "1"}[kind], "resource": "0"}
    response = client_of(world.deputy).post(address, data)
    before = facts()
    workbook = read_workbook(response.content, f"планы.{kind}")
    outcome = IMPORTERS["curriculum"](world.deputy, Options()).load(workbook)
    assert outcome.obstacles == [], said(outcome.obstacles)
    assert counts(outcome) == (0, 0, 6)
    assert facts() == before
    assert outcome.totals["hours"] == 204


@real
def test_the_plan_of_the_ministry_comes_back_as_a_flat_table(world):
    take("curriculum", PLX.read_bytes())
    before = facts()
    ((name, heads, rows),) = pages(Curriculum.objects.select_related("specialty"))
    rows = [["" if cell is None else cell for cell in row] for row in rows]
    outcome = take("curriculum", {name[:31]: [heads, *rows]})
    assert outcome.obstacles == [], said(outcome.obstacles)
    assert counts(outcome)[:2] == (0, 0)
    assert outcome.totals["hours"] == 4464 and facts() == before


def test_rights_only_ones_own_specialties(world):
    outcome = take("curriculum", ROWS, world.studyunit, given=ABOUT)
    assert outcome.batch, said(outcome.obstacles)
    outcome = take(
        "curriculum", ROWS, world.studyunit, given=ABOUT | {"specialty": "38.02.01"}
    )
    assert "ведёте не вы" in said(outcome.errors) and outcome.batch is None
    unknown = ABOUT | {"specialty": "10.02.05 Безопасность"}
    assert take("curriculum", ROWS, world.deputy, given=unknown).batch is None
    assert take("curriculum", ROWS, given=unknown).batch
    assert Specialty.objects.get(code="10.02.05").name == "Безопасность"


def test_only_what_changed_is_changed_and_what_is_missing_is_told(world):
    plan()
    rows = [list(row) for row in ROWS[:-1]]
    rows[1][7] = 30
    rows[1][6] = 66
    outcome = take("curriculum", rows, given=ABOUT)
    assert counts(outcome)[1] == 1
    (entry,) = outcome.entries
    assert ("теория", "36", "30") in entry.changes
    assert "остаются строки, которых нет в файле: ПМ.01.Э Экзамен" in said(
        outcome.warnings
    )
    assert PlanItem.objects.count() == 5


def test_an_empty_cell_erases_nothing(world):
    plan()
    rows = [HEAD, ["", "ОП.01", "Базы данных", "", "", 3, "", "", 40, "", "", "", ""]]
    outcome = take("curriculum", rows, given=ABOUT)
    assert outcome.obstacles == [], said(outcome.obstacles)
    hours = PlanHours.objects.get(item__index="ОП.01", semester=3)
    assert (hours.theory, hours.practical, hours.self_study) == (36, 40, 6)
    assert hours.total == 82
    rows = [HEAD, ["", "МДК.01.01", "Программы", *[""] * 10]]
    outcome = take("curriculum", rows, given=ABOUT)
    assert counts(outcome)[1] <= 1, said(outcome.obstacles)  # its place in the file
    row = PlanItem.objects.get(index="МДК.01.01")
    assert (row.kind, row.parent.index, row.cycle.code) == ("mdk", "ПМ.01", "ПЦ")


# Old tables

WIDE = {
    "A": "index",
    "B": "name",
    "C": "forms",
    "D": "total",
    "E": "self_study",
    "F": "required_hours",
    "G": "practical",
    "H": "coursework",
    **{letter: f"semester_{n}" for n, letter in enumerate("IJKLMNOP", 1)},
}


def old_plan(**sheet):
    workbook = read_workbook(
        (DATA / "uchplan_09.02.04_process.csv").read_bytes(), "план.csv"
    )
    options = SheetOptions(header_row=5, chosen=WIDE, given=ABOUT)
    options = Options(sheets={workbook.sheets[0].name: options})
    return IMPORTERS["curriculum"](None, options).load(workbook)


@real
def test_an_old_table_is_flagged_row_by_row_and_never_guessed(world):
    outcome = old_plan()
    assert outcome.batch is None and not Curriculum.objects.exists()
    errors = {note.row for note in outcome.errors}
    assert set(range(8, 22)) <= errors, sorted(errors)
    told = said(outcome.errors)
    assert "|15|F «6»|остальные строки этого цикла сдвинуты" in told  # by chance right
    assert "похоже, ячейки сдвинуты" in told
    assert "«З нед.» → «0»" in said(outcome.repairs)
    warnings = said(outcome.warnings)
    assert "индекс «ОУД.ОЗ» необычный" in warnings
    assert "индекс «ЕН.0З» необычный" in warnings
    assert "формы «3,3,3,3,3,Дз» непонятны" in warnings
    assert "«УП.00» похоже на итог" in warnings


def test_an_old_table_without_faults_is_taken_in(world):
    rows = [
        [
            "Индекс",
            "Наименование",
            "Формы",
            "Макс",
            "Сам",
            "Всего",
            "ЛПЗ",
            "КР",
            1,
            2,
            3,
        ],
        ["ОП.00", "Общепрофессиональный цикл", "", 300, 100, 200, 90, 0, 60, 80, 60],
        ["ОП.01", "Сети", "Дз", 90, 30, 60, 20, "-", 60, "-", 0],
        ["ОП.02", "Языки", "-,Э", 210, 70, 140, 70, "", "", 80, 60],
        ["ОП.03", "Физкультура", "З,Дз", 40, 0, 40, 40, "", 20, 20, ""],
        ["ПМ.01", "Модуль", "Эк", 100, 0, 100, 0, "", "", "", 100],
        ["МДК.01.01", "Курс", "Э", 100, 0, 100, 0, "", "", "", 100],
        ["УП.01", "Практика", "Дз", "", "", 72, "", "", "", "", 72],
    ]
    chosen = {k: v for k, v in WIDE.items() if k <= "K"}
    sheets = {"Список": SheetOptions(header_row=1, chosen=chosen, given=ABOUT)}
    outcome = take("curriculum", rows, sheets=sheets)
    assert outcome.obstacles == [], said(outcome.obstacles)
    hours = {
        (h.item.index, h.semester): (h.total, h.theory, h.practical, h.practice, h.form)
        for h in PlanHours.objects.select_related("item")
    }
    assert hours == {
        ("ОП.01", 1): (90, 40, 20, 0, "diff_credit"),
        ("ОП.02", 2): (80, 80, 0, 0, ""),
        ("ОП.02", 3): (60, 60, 0, 0, "exam"),
        ("ОП.03", 1): (20, 0, 20, 0, "credit"),
        ("ОП.03", 2): (20, 0, 20, 0, "diff_credit"),
        ("МДК.01.01", 3): (100, 100, 0, 0, "exam"),
        ("УП.01", 3): (72, 0, 0, 72, "diff_credit"),
    }
    items = {item.index: item for item in PlanItem.objects.all()}
    assert items["УП.01"].parent == items["МДК.01.01"].parent == items["ПМ.01"]
    assert items["ОП.01"].cycle == Cycle.objects.get(code="ОП")
    warnings = said(outcome.warnings)
    assert "практические 70 ч, самостоятельная работа 70 ч. Распределите" in warnings


def test_a_spreadsheet_that_is_no_plan_is_refused(world):
    with pytest.raises(Refusal) as refusal:
        take("curriculum", [["Ф.И.О.", "Оценка"], ["Иванов", 5]])
    assert "Наименование" in str(refusal.value)
