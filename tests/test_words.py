"""The words of a college and those of a school."""

import ast
import re

import pytest

from journal.models import Institution
from journal.models.words import CASES, exchanged, spoken_here, worded, worded_lazily
from tests.conftest import ROOT
from tests.test_structure import sources, tree_of

COLLEGE = re.compile(r"студент|преподават|дисциплин|куратор", re.IGNORECASE)
TAG = re.compile(r'{% worded "([^"]+)"(?: "([^"]+)")?(?: as \w+)? %}')


@pytest.fixture
def school(world):
    world.institution.kind = "school"
    world.institution.save()
    return world


def text_of(node: ast.expr) -> str:
    """A literal, with «…» for what is put in; anything else is not known beforehand."""
    if isinstance(node, ast.JoinedStr):
        parts = [part for part in node.values if isinstance(part, ast.Constant)]
        return "…".join(part.value for part in parts)
    assert isinstance(node, ast.Constant), ast.unparse(node)
    return node.value


def spoken() -> list[tuple[str, ...]]:
    """The texts of both kinds, everywhere they are given."""
    found = []
    for path in sources("journal", "admin_customizations"):
        if "worded" not in path.read_text(encoding="utf8"):
            continue
        for node in ast.walk(tree_of(path)):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in ("worded", "worded_lazily"):
                assert len(node.args) == 2 or isinstance(node.args[0], ast.Constant)
                found.append(tuple(map(text_of, node.args)))
    for path in ROOT.glob("*/templates/**/*.html"):
        found += TAG.findall(path.read_text(encoding="utf8"))
    return found


def test_every_text_is_known_in_a_schools_words():
    """A form of two meanings («группы») has a school's text beside it, or this raises."""
    for college, *given in spoken():
        school = "".join(given) or exchanged(college)
        assert school != college
        assert not COLLEGE.search(school), school


@pytest.mark.parametrize(
    ("college", "school"),
    [
        ("Выберите студента", "Выберите ученика"),
        ("12 студентов", "12 учеников"),
        ("Группа здоровья", "Группа здоровья"),
        ("Преподаватели и кураторы", "Учителя и классные руководители"),
        ("по группам и дисциплинам", "по классам и предметам"),
        ("подгруппа, междисциплинарный", "подгруппа, междисциплинарный"),
    ],
)
def test_words_are_exchanged_in_their_case_and_number(college, school):
    assert exchanged(college) == school


@pytest.mark.parametrize("form", ["группы", "группе", "дисциплины", "Дисциплине"])
def test_a_form_of_two_meanings_is_not_guessed(form):
    with pytest.raises(ValueError, match=form):
        exchanged(form)


def test_every_word_has_its_six_cases_in_both_numbers():
    assert {len(forms.split()) for each in CASES for forms in each} == {6}


def test_a_school_is_spoken_to_in_its_words(school):
    student = worded_lazily("студент")
    assert (worded("группы", "класса"), str(student)) == ("группы", "студент")
    with spoken_here():
        assert (worded("группы", "класса"), str(student)) == ("класса", "ученик")
    assert str(student) == "студент"


def test_the_institution_is_asked_once(school, django_assert_num_queries):
    with spoken_here(), django_assert_num_queries(1):
        assert worded("студент") == "ученик"
    with django_assert_num_queries(0):
        assert worded("студент") == "студент"


def test_a_request_reads_the_institution_once_and_sees_what_it_stores(school):
    with spoken_here():
        known = Institution.current()
        stored = Institution.objects.get()
        assert Institution.current() is known
        stored.entry_days = known.entry_days + 1
        stored.save()
        assert Institution.current().entry_days == stored.entry_days


# Pages

PAGES = {
    "teacher": (
        "/admin/",
        "/admin/journal/course/",
        "/admin/journal/course/{course}/spread/",
        "/admin/journal/lesson/{lesson}/change/",
        "/admin/journal/makeup/ledger/?group={group}",
        "/admin/journal/thematicplan/",
    ),
    "curator": (
        "/admin/",
        "/admin/journal/lesson/week/?group={group}",
        "/admin/journal/student/{student}/change/",
        "/admin/reports/curator_preliminary/",
    ),
    "deputy": (
        "/admin/",
        "/admin/reports/",
        "/admin/journal/sheet/due/",
        "/admin/journal/debtmeasure/debts/",
        "/admin/journal/lesson/absent/",
        "/admin/reports/occupancy/",
    ),
    "office": (
        "/admin/",
        "/admin/journal/student/",
        "/admin/journal/group/",
        "/admin/journal/group/{group}/change/",
        "/admin/journal/discipline/",
        "/admin/journal/order/add/",
        "/admin/journal/lesson/day/",
        "/admin/import/groups/",
        "/admin/import/roster/",
    ),
    "parent": ("/diary/", "/diary/marks/", "/diary/attendance/", "/diary/results/"),
}


@pytest.mark.sqlite
def test_a_frame_that_was_kept_is_drawn_anew_for_a_school(world, client_of):
    client = client_of(world.office)
    for kind, words in (("college", "Студенты"), ("school", "Ученики")):
        world.institution.kind = kind
        world.institution.save()
        assert f"<span>{words}</span>" in client.get("/admin/").text


@pytest.mark.on_postgresql(who=["teacher"])
@pytest.mark.parametrize("who", PAGES)
def test_no_page_of_a_school_speaks_as_a_college(who, school, client_of):
    """What people have written stays as it is: in the cast no such word."""
    client = client_of(getattr(school, who))
    keys = {
        "course": school.course.pk,
        "lesson": school.lesson_past.pk,
        "group": school.group.pk,
        "student": school.students[0].pk,
    }
    for address in PAGES[who]:
        response = client.get(address.format(**keys), follow=True)
        assert response.status_code == 200, address
        page = re.sub(r"<(script|style).*?</\1>", "", response.text, flags=re.S)
        said = [
            page[max(0, m.start() - 60) : m.end() + 20] for m in COLLEGE.finditer(page)
        ]
        assert said == [], address
