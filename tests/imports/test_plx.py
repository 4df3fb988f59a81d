"""The ministry's .plx: to the hour, or refused at once with the place that is wrong."""

import json
import time

import pytest
from django.core.management import call_command
from django.urls import reverse

from journal.exchange.reading import Refusal, read_workbook
from journal.exchange.undo import undo
from journal.models import Curriculum, ImportBatch, PlanHours, PlanItem
from tests.imports import counts, said, take
from tests.imports.hands import Wizard
from tests.imports.plans import DATA, PLX, facts, real


@pytest.fixture
def expected():
    return json.loads((DATA / "expected_40_curriculum.json").read_text())


FORMS = {"Эк": "exam", "ЗаО": "diff_credit", "За": "credit", "Др": "other"}
COLUMNS = {
    "Лек": "theory",
    "Пр": "practical",
    "КРП": "coursework",
    "СР": "self_study",
    "Контроль": "attestation",
    "Итого": "total",
}


@real
def test_the_plan_of_the_ministry_comes_in_to_the_hour(db, expected):
    outcome = take("curriculum", PLX.read_bytes())
    assert outcome.obstacles == [], said(outcome.obstacles)
    assert {k: outcome.totals[k] for k in ("items", "disciplines", "hours")} == {
        "items": 61,
        "disciplines": 31,
        "hours": 4464,
    }
    parents = {row["parent"] for row in expected}
    by_code = {row["code"]: row for row in expected}
    items = {item.raw_index: item for item in PlanItem.objects.all()}
    assert len(items) == len(expected)
    wrong = []
    for row in expected:
        item = items[row["idx"]]
        assert item.discipline.name == row["name"]
        assert item.cycle.code == row["cycle"]
        parent = by_code[row["parent"]]["idx"] if row["parent"] else None
        assert (item.parent.raw_index if item.parent else None) == parent
        wanted = {} if row["code"] in parents else of_file(row)
        found = {one.semester: one for one in item.hours.all()}
        wrong += [
            (
                row["idx"],
                semester,
                name,
                hours,
                getattr(found.get(semester), name, None),
            )
            for semester, kinds in wanted.items()
            for name, hours in kinds.items()
            if getattr(found.get(semester), name, None) != hours
        ]
        assert set(found) == set(wanted)
    assert wrong == []


def of_file(row) -> dict:
    """Semester → column → hours, as the file that was worked out by hand says."""
    found = {}
    for course, half, kind, hours, of in row["sem"]:
        kinds = found.setdefault(2 * (course - 1) + half, {})
        if of == "5":
            kinds["practical_training"] = kinds.get("practical_training", 0) + int(
                hours
            )
        elif kind in COLUMNS:
            name = COLUMNS[kind]
            if name == "practical":
                name = {"Практики (НИР)": "practice", "ГИА": "attestation"}.get(
                    row["kind"], name
                )
            kinds[name] = kinds.get(name, 0) + int(hours)
        elif kind in FORMS:
            exam = row["kind"] == "Контроль"
            kinds["form"] = "module_exam" if exam else FORMS[kind]
        elif kind == "КР":
            kinds.setdefault("form", "coursework")
    return found


@real
def test_indexes_are_mended_and_kept_complex_forms_and_weeks_come_along(db):
    take("curriculum", PLX.read_bytes())
    exam = PlanItem.objects.get(raw_index="ПM.01.ЭК")  # a Latin M
    assert (exam.index, exam.kind) == ("ПМ.01.ЭК", "module_exam")
    assert PlanItem.objects.get(index="МДК.01.01").raw_index == "  МДК.01.01"
    plan = Curriculum.objects.get()
    assert (plan.specialty.code, plan.admission_year, plan.form, plan.base) == (
        "09.02.07",
        2024,
        "full_time",
        "eleven",
    )
    assert plan.state == "draft"
    forms = plan.complex_forms.order_by("semester", "name")
    assert [(f.semester, f.form, f.parts.count()) for f in forms] == [
        (2, "diff_credit", 2),
        (2, "diff_credit", 3),
        (4, "diff_credit", 3),
        (5, "diff_credit", 2),
        (6, "diff_credit", 3),
    ]
    assert [float(one.theory) for one in plan.weeks.order_by("semester")] == [
        *(17, 24, 12, 18, 12, 12)
    ]


@real
def test_the_same_file_again_changes_nothing_and_is_taken_back(db):
    before = facts()
    outcome = take("curriculum", PLX.read_bytes())
    stored = facts()
    again = take("curriculum", PLX.read_bytes())
    assert counts(again)[:2] == (0, 0) and again.batch is None
    assert facts() == stored
    undone = undo(ImportBatch.objects.get(pk=outcome.batch.pk), None)
    assert undone.kept == {}
    assert {m: rows for m, (rows, _) in facts().items()} == {
        m: rows for m, (rows, _) in before.items()
    }


@real
def test_the_command_prints_the_totals(db, capsys):
    call_command("import_curriculum", str(PLX))
    answer = json.loads(capsys.readouterr().out)
    assert answer["stored"] and answer["errors"] == []
    assert (answer["items"], answer["disciplines"], answer["hours"]) == (61, 31, 4464)
    assert answer["by_semester"] == {
        "1": 612,
        "2": 900,
        "3": 612,
        "4": 864,
        "5": 612,
        "6": 864,
    }


PLAIN = """<?xml version="1.0" encoding="utf-16"?>{doctype}
<Документ><d:diffgram xmlns:d="urn:d"><dsMMISDB xmlns="http://tempuri.org/dsMMISDB.xsd">
<ООП Код="1" Шифр="09.02.07" Название="Системы" />
<Планы ГодНачалаПодготовки="2026" />
<СправочникВидыРабот Код="1000" Название="Итого" Аббревиатура="Итого" />
<СправочникВидыРабот Код="101" Название="Лекции" Аббревиатура="Лек" />
<ПланыСтроки Код="-1" Дисциплина="{name}" ТипОбъекта="2" ДисциплинаКод="ОП.01" />
<ПланыНовыеЧасы КодОбъекта="{of}" КодВидаРаботы="101" КодТипаЧасов="1"
 Курс="{course}" Семестр="{half}" Количество="{hours}" />
{more}</dsMMISDB></d:diffgram></Документ>"""


def plx(doctype="", name="История", of="-1", course="1", half="2", hours="36", more=""):
    text = PLAIN.format(**locals())
    return text.encode("utf-16")


def test_a_plan_made_by_hand_is_read(world):
    outcome = take("curriculum", plx(), given={"base": "9"})
    assert counts(outcome) == (1, 0, 0), said(outcome.obstacles)
    hours = PlanHours.objects.get(item__curriculum__specialty=world.specialty)
    assert (hours.semester, hours.theory, hours.total) == (2, 36, 36)


ENTITY = '<!DOCTYPE a [<!ENTITY x "{}">]>'
BOMB = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{"&a" + str(n - 1 or "") + ";"}">' for n in range(1, 9))
    + "]>"
)
MANY = "".join(f'<ПланыСтроки Код="{n}" Дисциплина="х" />' for n in range(1000))
GARBAGE = {
    "dtd": (plx(doctype='<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "строка 1, знак"),
    "entity": (plx(doctype=ENTITY.format("y"), name="&x;"), "DTD"),
    "bomb": (plx(doctype=BOMB, name="&a8;"), "DTD"),
    "cut": (plx()[: len(plx()) // 2 * 2 - 120], "строка 8, знак 1"),
    "hours": (plx(hours="abc"), "строка 8 файла: Количество «abc»"),
    "half": (plx(half="3"), "курс 1, семестр 3"),
    "course": (plx(course="9"), "курс 9, семестр 2"),
    "nobody": (plx(of="-7"), "строка 8 файла: часы строки, которой в плане нет"),
    "nameless": (plx(name=" "), "строка 7 файла: у строки плана нет названия"),
    "lines": (plx(more=MANY), "строк плана больше 1000"),
    "codeless": (plx(more='<ПланыСтроки Дисциплина="х" />'), "нет кода"),
    "deep": (plx(more="<a>" * 60 + "</a>" * 60), "вложенность"),
    "many": (plx(more="<a/>" * 200_000), "больше, чем бывают планы"),
    "long": (plx(name="а" * 3000), "слишком длинное"),
    "zeros": (b"\xff\xfe" + b"<\0?\0x\0m\0l\0" + bytes(10_000), ""),
    "noise": (bytes(range(256)) * 4000, ""),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_refused_at_once_with_its_place(name):
    data, words = GARBAGE[name]
    started = time.monotonic()
    with pytest.raises(Refusal) as refusal:
        read_workbook(data, "план.plx")
    assert words.casefold() in str(refusal.value).casefold()
    assert time.monotonic() - started < 5


@real
def test_a_person_takes_it_in_step_by_step_and_back(world, client_of):
    wizard = Wizard(client_of(world.deputy), "curriculum")
    assert wizard.upload(PLX.read_bytes(), "план.plx").status_code == 302
    html = wizard.client.get(wizard.columns).content.decode()
    assert 'value="09.02.07 Информационные системы и программирование"' in html
    assert wizard.agree().status_code == 302
    html = wizard.look().content.decode()
    assert "строки учебного плана" in html.lower() and "Ошибки" not in html
    assert "<dt>Часов в плане</dt><dd>4464</dd>" in html
    response = wizard.apply()
    assert response.status_code == 302 and PlanItem.objects.count() == 61
    batch = ImportBatch.objects.get()
    undo_page = reverse("admin:import_undo", args=[batch.pk])
    assert wizard.client.post(undo_page).status_code == 302
    assert not PlanItem.objects.exists() and not Curriculum.objects.exists()


def test_whoever_may_not_import_plans_gets_no_page(world, client_of):
    for who in (world.teacher, world.office, world.dispatcher):
        assert Wizard(client_of(who), "curriculum").upload(plx()).status_code == 403


def test_a_plan_is_none_of_the_other_importers(world, client_of):
    response = Wizard(client_of(world.office), "roster").upload(plx(), "план.plx")
    assert response.status_code == 400
    assert "учебный план (.plx)" in response.content.decode()


def test_hours_that_left_the_file_leave_the_draft_too(world):
    more = """<СправочникВидыРабот Код="103" Название="Пр" Аббревиатура="Пр" />
    <СправочникВидыРабот Код="1" Название="Экзамен" Аббревиатура="Эк" />
    <ПланыНовыеЧасы КодОбъекта="-1" КодВидаРаботы="103" КодТипаЧасов="1"
     Курс="1" Семестр="2" Количество="10" />
    <ПланыНовыеЧасы КодОбъекта="-1" КодВидаРаботы="1" КодТипаЧасов="1"
     Курс="1" Семестр="2" Количество="1" />"""
    take("curriculum", plx(more=more))
    hours = PlanHours.objects.get()
    assert (hours.practical, hours.total, hours.form) == (10, 46, "exam")
    take("curriculum", plx())
    hours.refresh_from_db()
    assert (hours.practical, hours.total, hours.form) == (0, 36, "")
