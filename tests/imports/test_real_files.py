"""Files of real offices (people in them are invented): in, again, and taken back.

They carry no licence and are read from beside the project; without them: skipped.
"""

from pathlib import Path

import pytest

from journal.exchange.reading import Refusal
from journal.exchange.undo import undo
from journal.models import (
    Discipline,
    Employee,
    Group,
    ImportBatch,
    Membership,
    PlannedLesson,
    Room,
    Student,
    ThematicPlan,
)
from tests.imports import counts, said, take

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="рядом с проектом нет ../shared/data с настоящими файлами"
)
MODELS = (
    *(Student, Membership, Group, Room, Employee, Discipline),
    *(ThematicPlan, PlannedLesson),
)
ONE_GROUP = {"given": {"group": "ИСП-101"}, "create": True}
CREATE = {"create": True}

# file: (importer, rows added, options)
FILES = {
    "rosters/01_roster_school_44sheets.xlsx": ("roster", 1270, CREATE),
    "rosters/03_gradebook_trailing_spaces.xlsx": ("roster", 23, ONE_GROUP),
    "rosters/04_journal_college_template.xlsx": ("roster", 30, ONE_GROUP),
    "rosters/05_journal_college_isip101.xlsx": ("roster", 23, ONE_GROUP),
    "rosters/07_gradebook_numbers_export_sections.xlsx": ("roster", 86, ONE_GROUP),
    "rosters/10_roster_no_header_formula_ids.xlsx": ("roster", 10, CREATE),
    "csv/50_csv_groups_utf8bom.csv": ("groups", 8, {}),
    "csv/51_csv_groups_cp1251.csv": ("groups", 8, {}),
    "csv/50_csv_rooms_utf8bom.csv": ("rooms", 7, {}),
    "csv/51_csv_rooms_cp1251.csv": ("rooms", 7, {}),
    "csv/50_csv_teachers_utf8bom.csv": ("employees", 12, {}),
    "csv/51_csv_teachers_cp1251.csv": ("employees", 12, {}),
    "csv/50_csv_disciplines_utf8bom.csv": ("disciplines", 11, {}),
    "csv/51_csv_disciplines_cp1251.csv": ("disciplines", 11, {}),
    "curricula/42_ktp_1060_topics.xlsx": ("thematic_plan", 1060, CREATE),
    "curricula/43_ktp_side_parameters.xlsx": ("thematic_plan", 42, CREATE),
}
# A file of each importer, for the database that is asked the same by all of them.
ONE_OF_EACH = {importer: name for name, (importer, *_) in FILES.items()}.values()


def facts():
    return {model: set(map(repr, model.objects.values_list())) for model in MODELS}


def histories() -> int:
    return sum(model.history.count() for model in MODELS)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.on_postgresql(name=ONE_OF_EACH)
def test_a_real_file_in_again_and_taken_back(world, name):
    slug, added, options = FILES[name]
    data = (DATA / name).read_bytes()
    before = facts()
    outcome = take(slug, data, world.deputy, **options)
    assert outcome.is_stored, said(outcome.obstacles)
    known = 1 if slug == "disciplines" else 0  # «История» is in the cast
    assert counts(outcome) == (added, 0, known)
    told = histories()
    again = take(slug, data, world.deputy, **options)
    assert counts(again) == (0, 0, added + known), said(again.obstacles)
    assert histories() == told and ImportBatch.objects.count() == 1
    done = undo(outcome.batch, world.deputy)
    assert done.kept == {} and facts() == before


def test_the_44_classes_are_44_groups(world):
    data = (DATA / "rosters/01_roster_school_44sheets.xlsx").read_bytes()
    world.institution.kind = "school"
    world.institution.save()
    outcome = take("roster", data, world.office, create=True)
    assert outcome.also == {"группы": 44}
    assert Group.objects.get(name="11 А").course_year == 11
    assert Group.objects.get(name="1 А").memberships.count() == 33


def test_every_discipline_of_the_1060_topics_has_its_plans_and_warnings(world):
    data = (DATA / "curricula/42_ktp_1060_topics.xlsx").read_bytes()
    outcome = take("thematic_plan", data, world.deputy, create=True)
    plans = ThematicPlan.objects.filter(pk__gt=world.plan.pk)
    assert plans.values("discipline").distinct().count() == 46
    assert PlannedLesson.objects.filter(plan__in=plans).count() == 1060
    numbers = PlannedLesson.objects.filter(plan=plans[0]).values_list(
        "number", flat=True
    )
    assert list(numbers) == list(range(1, 11))
    assert "сокращения «Т.Ист.»" in said(outcome.warnings)


@pytest.mark.parametrize("name", ["rosters/04", "curricula/42", "curricula/43"])
def test_a_truncated_file_is_refused(world, name):
    (path,) = DATA.glob(f"{name}*")
    data = path.read_bytes()
    with pytest.raises(Refusal, match="повреждён"):
        take("roster", data[: len(data) * 2 // 3])


def test_a_file_of_something_else_is_refused(world):
    for name, word in (
        ("csv/50_csv_rooms_utf8bom.csv", "нет столбца с фамилиями"),
        ("curricula/40_curriculum_spo_090207.plx", "XML"),
    ):
        with pytest.raises(Refusal, match=word):
            take("roster", (DATA / name).read_bytes())
