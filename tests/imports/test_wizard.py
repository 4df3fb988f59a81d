"""The wizard in the admin: file → columns → preview → stored → taken back."""

import datetime
import io
import re
import uuid
import zipfile

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from python_calamine import CalamineWorkbook

from journal.models import Discipline, ImportBatch, Student, ThematicPlan
from tests import hostile
from tests.conftest import OF_EACH_ANCHOR
from tests.imports import HEAD, book
from tests.imports.hands import Wizard
from tests.imports.sheets import ANNA as DIRTY
from tests.imports.sheets import sheet
from tests.imports.test_plans import plan_rows

ANNA = ["Сомова Анна Львовна", "12.03.2009", "112-233-445 95", "8 900 123-45-67"]
IGOR = ["Лосев Игорь Петрович", "01.09.2009", "", ""]


@pytest.fixture(autouse=True)
def no_files_left_over():
    yield
    store = storages["import_export"]
    for name in stored():
        store.delete(name)


def stored() -> list[str]:
    try:
        return storages["import_export"].listdir("")[1]
    except FileNotFoundError:
        return []


@pytest.fixture
def wizard(world, client_of):
    return lambda who="office", slug="roster": Wizard(
        client_of(world.people[who]), slug
    )


def test_a_roster_from_the_file_to_the_result_and_back(world, wizard):
    page = wizard("secretary")
    assert page.upload({"2-ИС": [HEAD, ANNA, IGOR]}).status_code == 302
    assert len(stored()) == 1
    form = page.form()
    assert form["col-0-A"] == "full_name" and form["col-0-C"] == "snils"
    assert form["group-0"] == "2-ИС" and form["use-0"] == "on"
    response = page.agree(start="2026-09-01")
    assert response["Location"] == page.preview
    outcome = page.look().context["outcome"]
    assert (outcome.added, outcome.changed, outcome.errors) == (2, 0, [])
    assert not Student.objects.filter(last_name="Сомова").exists()
    response = page.apply()
    batch = ImportBatch.objects.get()
    assert response["Location"] == reverse("admin:import_batch", args=[batch.pk])
    assert (batch.by, batch.added, batch.file_name) == (
        world.secretary,
        2,
        "список.xlsx",
    )
    seat = Student.objects.get(last_name="Сомова").memberships.get()
    assert seat.start == datetime.date(2026, 9, 1)
    assert seat.history.get().history_user == world.secretary
    assert stored() == []

    html = page.client.get(response["Location"]).content.decode()
    undo = reverse("admin:import_undo", args=[batch.pk])
    assert undo in html
    assert "удалится 2" in page.client.get(undo).content.decode()
    assert page.client.post(undo).status_code == 302
    assert not Student.objects.filter(last_name="Сомова").exists()
    assert page.client.get(undo).status_code == 403


def test_the_token_is_good_once_and_in_its_session_alone(world, wizard):
    page = wizard()
    page.upload({"2-ИС": [HEAD, ANNA]})
    page.agree()
    stranger = wizard("secretary")
    assert stranger.client.get(page.preview).status_code == 404
    assert stranger.client.get(page.columns).status_code == 404
    mark = page.look().context["outcome"].fingerprint
    data = {"action": "apply", "fingerprint": mark}
    assert stranger.client.post(page.preview, data).status_code == 404
    result = page.client.post(page.preview, data)["Location"]
    batch = ImportBatch.objects.get()
    assert result == reverse("admin:import_batch", args=[batch.pk])
    assert page.client.post(page.preview, data)["Location"] == result  # clicked twice
    assert page.client.post(page.columns, data).status_code == 404
    assert ImportBatch.objects.count() == 1
    elsewhere = page.columns.replace("roster", "groups")
    assert page.client.get(elsewhere).status_code == 404
    forged = reverse("admin:import_preview", args=["roster", uuid.uuid4()])
    assert page.client.get(forged).status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "список.xlsx", "картинка"),
        (hostile.xlsx()[:900], "список.xlsx", "повреждён"),
        (book([["Цвет", "Вес"], ["синий", 1]]), "а.xlsx", "нет столбца с фамилиями"),
        (b"", "пусто.xlsx", "пустой"),
        (bytes(5 * 2**20 + 1), "большой.csv", "больше 5 МБ"),
        (b"x", "а" * 300 + ".csv", "имя файла длиннее"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_once(wizard, data, name, word):
    response = wizard().upload(data, name)
    assert response.status_code == 400
    assert word in response.content.decode().lower().replace(word.lower(), word)
    assert stored() == []


def test_no_file_is_told(wizard):
    page = wizard()
    response = page.client.post(page.start)
    assert response.status_code == 400 and "Выберите файл" in response.content.decode()


def test_columns_may_be_corrected_and_nonsense_is_refused(wizard):
    page = wizard()
    rows = [["ФИО", "Код", "Тел."], [ANNA[0], "77", "89001234567"]]
    page.upload({"2-ИС": rows})
    twice = page.agree(**{"col-0-B": "full_name"})
    assert twice.status_code == 400
    assert "выбрано для столбцов A и B" in twice.content.decode()
    assert page.agree(**{"col-0-B": "chепуха"}).status_code == 400
    nameless = page.agree(**{"col-0-A": ""})
    assert (
        nameless.status_code == 400 and "укажите столбец" in nameless.content.decode()
    )
    assert page.agree(**{"header-0": "-3"}).status_code == 400
    form = {key: value for key, value in page.form().items() if key != "use-0"}
    nothing = page.client.post(page.columns, form)
    assert nothing.status_code == 400 and "Отметьте листы" in nothing.content.decode()
    assert page.agree(start="вчера").status_code == 400
    changes = {"col-0-B": "personal_number", "col-0-C": "", "group-0": "1-ЭК"}
    assert page.agree(**changes).status_code == 302
    page.apply()
    student = Student.objects.get(personal_no="77")
    assert (student.phone, student.memberships.get().group.name) == ("", "1-ЭК")


def test_a_moved_header_proposes_the_columns_anew(wizard):
    page = wizard()
    page.upload({"2-ИС": [["ФИО", "Телефон"], ["Имя", "Сотовый"], [ANNA[0], ""]]})
    response = page.agree(**{"header-0": "2"})
    assert response["Location"] == page.columns
    assert page.form()["header-0"] == "2"


def test_changes_are_shown_old_and_new_and_errors_by_row_and_column(world, wizard):
    student = world.students[0]
    page = wizard()
    bad = ["Белых Яна", "31.02.2009", "", ""]
    rows = [HEAD, [student.full_name, "", "", "89001234567"], bad]
    page.upload({"2-ИС": rows})
    page.agree()
    html = page.look().content.decode()
    assert "телефон" in html and "+79001234567" in html
    assert "строка 3, B «Дата рождения»" in html and "31.02.2009" in html
    assert 'value="apply"' not in html
    response = page.apply()
    assert response.status_code == 400 and not ImportBatch.objects.exists()
    file = page.client.get(page.preview.replace("preview", "errors"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(
        0
    )
    cells = [cell for row in sheet.to_python() for cell in row]
    assert "B «Дата рождения»" in cells and 3.0 in cells


def test_errors_leave_as_text_and_never_as_formulas(wizard):
    page = wizard("hr", "employees")
    evil = '=HYPERLINK("http://x","y")'
    page.upload([["ФИО", "Должность", "E-mail"], ["Белов Ян", evil, evil]])
    page.agree()
    file = page.client.get(page.preview.replace("preview", "errors"))
    assert file.status_code == 200
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not any("<f>" in part for part in parts.values())
    assert any("HYPERLINK" in part for part in parts.values())


def test_a_namesake_is_asked_about_and_the_answer_is_kept(world, wizard):
    other = world.students2[1]
    row = [other.full_name, other.birth_date.strftime("%d.%m.%Y"), "", ""]
    page = wizard()
    page.upload({"2-ИС": [HEAD, row]})
    page.agree()
    (question,) = page.look().context["outcome"].open_questions
    name = f"answer-{question.place}"
    forged = {"action": "answer", name: str(world.students[0].pk)}
    page.client.post(page.preview, forged)
    assert page.look().context["outcome"].open_questions
    page.client.post(page.preview, {"action": "answer", name: "new"})
    assert page.look().context["outcome"].open_questions == []
    assert page.apply().status_code == 302
    assert Student.objects.filter(last_name=other.last_name).count() == 2


def test_what_changed_since_the_preview_is_shown_again(world, wizard):
    page = wizard()
    page.upload({"2-ИС": [HEAD, [world.students[0].full_name, "", "", "89001234567"]]})
    page.agree()
    mark = page.look().context["outcome"].fingerprint
    world.students[0].phone = "+70000000000"
    world.students[0].save()
    data = {"action": "apply", "fingerprint": mark}
    response = page.client.post(page.preview, data)
    assert (
        response.status_code == 409 and "проверьте ещё раз" in response.content.decode()
    )
    assert not ImportBatch.objects.exists()
    assert page.apply().status_code == 302


def test_the_same_file_again_says_that_there_is_nothing_to_load(wizard):
    for _ in range(2):
        page = wizard()
        page.upload({"2-ИС": [HEAD, ANNA]})
        page.agree()
        html = page.look().content.decode()
        page.apply()
    assert "загружать нечего" in html and ImportBatch.objects.count() == 1


def test_cancelling_leaves_nothing(wizard):
    page = wizard()
    page.upload({"2-ИС": [HEAD, ANNA]})
    page.agree()
    page.client.post(page.preview, {"action": "cancel"})
    assert stored() == [] and page.client.get(page.preview).status_code == 404


def test_a_fourth_file_drops_the_first_and_old_files_are_swept(wizard, monkeypatch):
    page = wizard()
    for _ in range(4):
        page.upload({"2-ИС": [HEAD, ANNA]})
    assert len(stored()) == 3
    past = -datetime.timedelta(days=3650)  # the clock of the tests is not the disk's
    monkeypatch.setattr("admin_customizations.imports.pending.KEPT", past)
    page.upload({"2-ИС": [HEAD, ANNA]})
    assert len(stored()) == 1
    gone = page.client.get(page.columns)
    assert gone.status_code == 200


def test_a_file_no_longer_kept_is_asked_for_again(wizard):
    page = wizard()
    page.upload({"2-ИС": [HEAD, ANNA]})
    page.agree()
    for name in stored():
        storages["import_export"].delete(name)
    assert page.look()["Location"] == page.columns
    assert page.client.get(page.columns)["Location"] == page.start


# Rights


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (
            "office",
            {"roster", "guardians", "groups", "rooms", "employees", "disciplines"},
        ),
        ("deputy", {"roster", "groups", "rooms", "employees", "disciplines"}),
        ("secretary", {"roster", "guardians", "groups"}),
        ("hr", {"employees"}),
        ("dispatcher", {"rooms"}),
        ("studyunit", {"roster"}),
        ("teacher", set()),
        ("curator", set()),
        ("director", set()),
    ],
)
@pytest.mark.on_postgresql(who=OF_EACH_ANCHOR)
def test_each_role_imports_what_is_its_own(wizard, who, allowed):
    lists = {
        "roster": "student",
        "guardians": "guardian",
        "groups": "group",
        "rooms": "room",
        "employees": "employee",
        "disciplines": "discipline",
    }
    client = wizard(who).client
    for slug, model in lists.items():
        address = reverse("admin:import", args=[slug])
        assert client.get(address).status_code == (200 if slug in allowed else 403)
        changelist = client.get(reverse(f"admin:journal_{model}_changelist"))
        if changelist.status_code == 200:
            shown = f'href="{address}"' in changelist.content.decode()
            assert shown is (slug in allowed)


def test_families_and_strangers_find_nothing(world, wizard, client):
    address = reverse("admin:import", args=["roster"])
    assert client.get(address).status_code == 302
    assert wizard("parent").client.get(address).status_code in (302, 403, 404)
    assert wizard().client.get("/admin/import/nothing/").status_code == 404


def test_a_teacher_loads_a_plan_for_the_own_course_and_takes_it_back(world, wizard):
    world.course.thematic_plan = None
    world.course.save()
    page = wizard("teacher", "thematic_plan")
    page.upload(plan_rows("Ряды", "Матрицы", discipline="Математика"))
    form = page.form()
    assert "create" not in form
    page.agree(attach="on", create="on")
    page.apply()
    world.course.refresh_from_db()
    plan = world.course.thematic_plan
    assert plan.author == world.teacher.employee and plan.lessons.count() == 2
    batch = ImportBatch.objects.get()
    recent = page.client.get(page.start).content.decode()
    assert reverse("admin:import_batch", args=[batch.pk]) in recent
    address = reverse("admin:import_batch", args=[batch.pk])
    assert wizard("teacher2").client.get(address).status_code == 404
    undo = reverse("admin:import_undo", args=[batch.pk])
    assert wizard("teacher2").client.post(undo).status_code == 404
    assert wizard("director").client.post(undo).status_code == 403
    page.client.post(undo)
    assert not ThematicPlan.objects.filter(pk=plan.pk).exists()


def test_a_teacher_cannot_have_disciplines_made_by_a_forged_field(world, wizard):
    page = wizard("teacher", "thematic_plan")
    page.upload(plan_rows("Атом", discipline="Химия"))
    page.agree(create="on")
    outcome = page.look().context["outcome"]
    assert "«Химия» нет" in outcome.errors[0].reason
    page.apply()
    assert not Discipline.objects.filter(name="Химия").exists()


def test_a_batch_in_the_admin_leads_to_taking_it_back(world, wizard):
    page = wizard()
    page.upload({"2-ИС": [HEAD, ANNA]})
    page.agree()
    page.apply()
    batch = ImportBatch.objects.get()
    change = reverse("admin:journal_importbatch_change", args=[batch.pk])
    html = page.client.get(change).content.decode()
    assert "Контингент" in html and "Отменить загрузку" in html
    button = re.search(r'href="([^"]*take[^"]*)"', html)[1]
    undo = reverse("admin:import_undo", args=[batch.pk])
    assert page.client.get(button)["Location"] == undo
    assert (
        "Отменить загрузку"
        not in wizard("director").client.get(change).content.decode()
    )


def test_names_in_a_file_are_text_on_every_page(wizard):
    page = wizard()
    evil = "<script>alert(1)</script>"
    page.upload({"2-ИС": [["ФИО", evil], [ANNA[0], evil]]}, f"{evil}.xlsx")
    pages = [page.client.get(page.columns)]
    page.agree()
    pages.append(page.look())
    assert all(evil not in one.content.decode() for one in pages)


def test_a_contingent_sheet_is_shown_by_its_parts(wizard):
    page = wizard("secretary")
    page.upload({"2-ИС": sheet(DIRTY)})
    html = page.client.get(page.columns).content.decode()
    assert "льгота «Сирота»: действует по" in html
    assert page.form()["col-0-O"] == "hostel"
    page.agree(start="2026-09-01")
    html = page.look().content.decode()
    for words in (
        "Документы и образование",
        "Социальный статус",
        "Льготы</b>: добавится 2",
    ):
        assert words in html
    assert page.apply().status_code == 302
    assert Student.objects.get(last_name="Сомова").benefits.count() == 2
    start = page.client.get(page.start).content.decode()
    assert "льготы парами" in start
