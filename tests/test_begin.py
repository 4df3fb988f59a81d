"""The first day of an institution: `manage.py begin`, presets, the checklist."""

import io
import re

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.core.management import CommandError, call_command
from django.test import Client

from journal.domain.organisation import (
    PRESETS,
    STEPS,
    apply_preset,
    checklist,
)
from journal.models import (
    AbsenceReason,
    Bell,
    Institution,
    LessonKind,
    User,
    WorkKind,
)
from journal.models.words import spoken_here
from tests.people.test_codes import choose, enter

ANSWERS = {
    "preset": "weekly",
    "name": "Техникум водного хозяйства",
    "short_name": "Водный техникум",
    "admin": "first",
    "admin_name": "Ручьёва Нина Павловна",
    "email": "first@example.org",
}


def begin(**options) -> str:
    out = io.StringIO()
    call_command("begin", stdout=out, **(ANSWERS | {"no_input": True} | options))
    return out.getvalue()


@pytest.fixture
def empty(transactional_db):
    """A database that has just been migrated."""
    call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def unnamed(db):
    """The cast without the institution; quicker than an empty database."""
    Institution.objects.all().delete()


def code_in(text: str) -> str:
    return re.search(r"Одноразовый код: (\S+)", text).group(1)


# The command


def test_begin_makes_the_institution_its_lists_and_its_administrator(empty):
    said = begin()
    institution = Institution.objects.get()
    assert institution.pk == 1
    assert str(institution) == "Водный техникум"
    assert (institution.kind, institution.filling_due) == ("college", "monday")
    assert LessonKind.objects.exists()
    assert WorkKind.objects.exists()
    assert {"н", "у", "б", "о"} <= set(
        AbsenceReason.objects.values_list("pk", flat=True)
    )
    admin = User.objects.get()
    assert (admin.username, admin.is_staff, admin.is_superuser) == (
        "first",
        True,
        False,
    )
    assert admin.employee.full_name == "Ручьёва Нина Павловна"
    assert admin.has_perm("journal.add_user")
    assert not admin.has_usable_password()
    assert institution.history.get().history_user == admin
    client = Client()
    assert enter(client, "first", code_in(said)).status_code == 302
    assert choose(client).url == "/"
    assert client.post(client.get("/").url).url == "/"  # the confirmation
    assert client.get("/").url == "/admin/"


def test_begin_refuses_to_run_twice_and_changes_nothing(world):
    people = User.objects.count()
    with pytest.raises(CommandError, match="Учреждение уже заведено: Колледж связи"):
        begin()
    assert User.objects.count() == people
    assert Institution.objects.get().filling_due == "day"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"preset": None}, "--preset"),
        ({"name": None}, "--name"),
        ({"short_name": None}, "--short-name"),
        ({"email": "не почта"}, "почта: "),
        ({"admin": "логин с пробелом"}, "логин: "),
        ({"short_name": "т" * 200}, "краткое наименование: "),
    ],
)
def test_begin_says_what_is_missing_or_wrong_and_makes_nothing(unnamed, wrong, said):
    people = User.objects.count()
    with pytest.raises(CommandError, match=said):
        begin(**wrong)
    assert not Institution.objects.exists()
    assert User.objects.count() == people


def test_begin_asks_for_what_was_not_given(empty, monkeypatch):
    asked = []
    answers = iter(["9", "2", "", "Школа на горе", "Школа", "", "", ""])

    def answer(question):
        asked.append(question)
        return next(answers)

    monkeypatch.setattr("builtins.input", answer)
    out = io.StringIO()
    call_command("begin", stdout=out)
    assert PRESETS["school"].title in out.getvalue()
    assert asked[0] == "Номер от 1 до 5 [1]: "
    assert asked[2:4] == ["Полное наименование учреждения: "] * 2
    assert Institution.objects.get().is_school
    assert User.objects.get().username == "admin"


def test_begin_without_a_keyboard_says_so(unnamed, monkeypatch):
    def closed(question):
        raise EOFError

    monkeypatch.setattr("builtins.input", closed)
    with pytest.raises(CommandError, match="--no-input"):
        call_command("begin", stdout=io.StringIO())


# Presets


@pytest.mark.parametrize("slug", PRESETS)
def test_a_preset_names_a_field_a_valid_value_and_a_clause(slug):
    preset = PRESETS[slug]
    letters = set()
    for field, (value, clause) in preset.rules.items():
        try:
            Institution._meta.get_field(field).clean(value, None)
        except FieldDoesNotExist:
            pytest.fail(f"{field}: нет такого поля")
        letter, number = clause.split(maxsplit=1)
        letters.add(letter)
        assert re.fullmatch(r"\d+(\.\d+)*(, \d+(\.\d+)*)*", number)
    assert len(letters) == 1
    institution = apply_preset(Institution(name="Т", short_name="Т"), slug)
    assert institution.kind == preset.kind


def test_the_presets_are_those_of_five_regulations():
    letters = [next(iter(preset.rules.values()))[1][0] for preset in PRESETS.values()]
    assert letters == ["E", "M", "U", "K", "S"]


def test_a_preset_keeps_what_its_regulation_leaves_open():
    institution = Institution(name="Т", short_name="Т", marks_needed=5)
    assert apply_preset(institution, "archive").marks_needed == 5


def test_an_unknown_preset_names_those_that_are_there():
    with pytest.raises(LookupError, match="daily, school, monthly, archive, weekly"):
        apply_preset(Institution(), "daily2")


# The checklist


def test_everything_is_still_to_do_on_the_first_day(empty):
    begin(kind="college", preset="school")
    steps = checklist(User.objects.get())
    assert len(steps) == len(STEPS)
    assert not any(step.done for step in steps)
    assert (steps[0].model, steps[0].is_open) == ("academicyear", True)


def test_steps_are_done_where_the_college_lives(world):
    steps = {step.title: step for step in checklist(world.office)}
    assert all(step.done for step in steps.values())
    Bell.objects.all().delete()
    again = {step.title: step.done for step in checklist(world.office)}
    assert [title for title, done in again.items() if not done] == [
        "Расписание звонков"
    ]


def test_lessons_of_a_past_year_are_not_those_of_this_one(world):
    world.period.last_day = world.today.replace(day=1)
    world.period.save()
    steps = {step.title: step.done for step in checklist(world.office)}
    assert steps["Занятия"] is False
    assert steps["Учебный год и его периоды"] is True


@pytest.mark.parametrize("who", ["teacher", "curator", "student", "parent", "nobody"])
def test_who_prepares_nothing_has_no_checklist(world, who):
    assert checklist(world.people[who]) == []


def test_an_address_stands_where_the_step_is_ones_own(world):
    steps = {step.title: step for step in checklist(world.people["hr"])}
    assert steps["Сотрудники"].is_open
    assert steps["Сотрудники"].is_imported
    assert {step.is_open for title, step in steps.items() if title != "Сотрудники"} == {
        False
    }


def test_a_school_has_classes_and_no_departments(world):
    world.institution.kind = "school"
    world.institution.save()
    with spoken_here():
        titles = [str(step.title) for step in checklist(world.office)]
    assert "Классы" in titles
    assert "Предметы" in titles
    assert not {"Отделения", "Специальности и профессии", "Группы"} & set(titles)


def test_the_checklist_is_two_queries(world, django_assert_max_num_queries):
    checklist(world.office)
    with django_assert_max_num_queries(2):
        assert checklist(world.office)
