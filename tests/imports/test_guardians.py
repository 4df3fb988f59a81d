"""Parents and representatives: whose they are, who they are, one of several children."""

import datetime

import pytest

from journal.exchange.undo import undo
from journal.models import Guardian, Guardianship, Membership, Student
from tests.imports import counts, latest, said, take

HEAD = ["ФИО представителя", "Кем приходится", "ФИО студента", "Группа", "Телефон"]
HEAD += ["СНИЛС", "СНИЛС студента"]
START = datetime.date(2026, 9, 1)


def load(world, *rows, by=None, head=HEAD, **options):
    rows = [[*row, *[""] * (len(head) - len(row))] for row in rows]
    options.setdefault("start", START)
    return take("guardians", [head, *rows], by or world.secretary, **options)


@pytest.fixture
def child(world):
    return world.students[2]


def row(child, name="Ёжикова Анна Львовна", relation="мать", phone="89001112233"):
    return [name, relation, child.full_name, "2-ИС", phone]


def test_a_parent_is_added_and_tied_to_the_child(world, child):
    outcome = load(world, row(child))
    assert counts(outcome) == (1, 0, 0), said(outcome.obstacles)
    tie = child.guardianships.get()
    assert (tie.relation, tie.start, tie.end) == ("mother", START, None)
    assert (tie.guardian.full_name, tie.guardian.phone) == (
        "Ёжикова Анна Львовна",
        "+79001112233",
    )
    for record in (latest(tie), latest(tie.guardian)):
        assert (record.history_type, record.history_user) == ("+", world.secretary)
    told = Guardian.history.count(), Guardianship.history.count()
    assert counts(load(world, row(child))) == (0, 0, 1)
    assert (Guardian.history.count(), Guardianship.history.count()) == told


def test_one_parent_of_several_children_is_one_person(world, child):
    other = world.students[1]
    outcome = load(world, row(child), row(other, relation="мама"))
    assert outcome.is_stored, said(outcome.obstacles)
    (mother,) = Guardian.objects.filter(last_name="Ёжикова")
    assert set(mother.guardianships.values_list("student", flat=True)) == {
        child.pk,
        other.pk,
    }


def test_later_another_child_of_a_parent_who_is_there(world, child):
    load(world, row(child))
    outcome = load(world, row(world.students[1]))
    assert counts(outcome) == (0, 1, 0), said(outcome.obstacles)
    assert "телефону" in said(outcome.matches)
    assert Guardian.objects.filter(last_name="Ёжикова").count() == 1


def test_a_bare_namesake_is_asked_about_and_never_taken(world, child):
    load(world, row(child))
    outcome = load(world, row(world.students[1], phone=""))
    (question,) = outcome.open_questions
    assert "тёзка" in question.reason and not outcome.is_stored
    answers = {("Список", 2): "new"}
    assert load(world, row(world.students[1], phone=""), answers=answers).is_stored
    assert Guardian.objects.filter(last_name="Ёжикова").count() == 2


def test_namesakes_of_one_file_without_anything_else_are_two_and_told(world, child):
    rows = row(child, phone=""), row(world.students[1], phone="")
    outcome = load(world, *rows)
    assert outcome.is_stored and "тёзка в строке 2" in said(outcome.warnings)
    assert Guardian.objects.filter(last_name="Ёжикова").count() == 2


def test_two_rows_of_one_person_must_not_contradict(world, child):
    mother = [*row(child), "112-233-445 95"]
    again = [*row(world.students[1], phone="89009998877"), "112-233-445 95"]
    load(world, mother)
    outcome = load(world, mother, again)
    (error,) = outcome.errors
    assert (error.row, error.column) == (
        3,
        "E «Телефон»",
    ) and "строке 2" in error.reason


def test_the_child_is_known_by_number_and_the_name_must_agree(world, child):
    child.snils = "112-233-445 95"
    child.save()
    head = ["ФИО родителя", "Степень родства", "СНИЛС ребёнка", "ФИО ребёнка"]
    line = ["Ёжикова Анна Львовна", "Мать", child.snils, child.full_name]
    assert load(world, line, head=head).is_stored
    line[3] = world.students[1].full_name
    (error,) = load(world, line, head=head).errors
    assert "принадлежит другому студенту" in error.reason


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({3: ""}, "C «ФИО студента»", "или группу"),
        ({2: "Никто Никита"}, "C «ФИО студента»", "студентов «Никто Никита»"),
        ({2: ""}, "C «ФИО студента»", "чей это представитель"),
        ({3: "9-ЯЯ"}, "D «Группа»", "9-ЯЯ"),
        ({1: "сосед"}, "B «Кем приходится»", "«мать»"),
        ({1: "доверенный представитель"}, "B «Кем приходится»", "в дневнике"),
    ],
)
def test_what_is_wrong_names_row_and_column(world, child, change, column, words):
    line = row(child)
    for place, value in change.items():
        line[place] = value
    outcome = load(world, row(world.students[1], "Быкова Яна Ильинична"), line)
    assert [(note.row, note.column) for note in outcome.errors] == [(3, column)]
    assert words in outcome.errors[0].reason
    assert not Guardian.objects.filter(last_name="Быкова").exists()


def test_an_import_taken_back_takes_the_ties(world, child):
    before = Guardian.objects.count(), Guardianship.objects.count()
    batch = load(world, row(child), row(world.students[1])).batch
    done = undo(batch, world.secretary)
    assert done.kept == {}
    assert (Guardian.objects.count(), Guardianship.objects.count()) == before


def test_two_children_of_one_name_are_told_apart_by_number_alone(world, child):
    twin = Student.objects.create(
        last_name=child.last_name,
        first_name=child.first_name,
        middle_name=child.middle_name,
    )
    Membership.objects.create(student=twin, group=world.group, start=START)
    (error,) = load(world, row(child)).errors
    assert "Укажите СНИЛС или номер" in error.reason
