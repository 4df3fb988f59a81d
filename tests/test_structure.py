"""The structure that docs/structure.md describes, held by tests that read the sources."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

CODE = ("journal", "admin_customizations", "config")
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50

AREAS = {
    "people",
    "organisation",
    "contingent",
    "curriculum",
    "timetable",
    "lessons",
    "results",
    "communication",
    "portfolio",
    "control",
    "archive",
}
# What stands beside the areas on a floor, since every area uses it.
MACHINERY = {
    "journal/models": {
        "base": "what every model is made from",
        "guards": "triggers: rules that no constraint can say",
        "prepared": "queries whose SQL is built once",
        "reach": "row rights",
        "sqlite": "Russian for SQLite",
        "words": "what a college calls a student, and a school a pupil",
    },
    "journal/domain": {
        "demo": "the invented institution: rows of all areas",
        "files": "uploaded files: known by what is in them",
        "spans": "half-open days, of every area",
        "words": "dates and numbers as Russian says them",
    },
    "journal/reports": {
        "frame": "what statements have above and below the table",
        "batch": "reports of many groups in one archive",
        "questions": "what reports ask: group, period, month",
        "registry": "the list of reports",
        "table": "the shape of a report",
        "writers": "HTML, XLSX, PDF",
    },
    "journal/exchange": {
        "fields": "the columns that importers know",
        "importer": "what every importer does",
        "lookups": "finding what a cell names",
        "mapping": "columns agreed on with a person",
        "matching": "columns proposed",
        "options": "what a person decided about a file",
        "outcome": "what an import did or would do",
        "reading": "files to cells",
        "records": "rows to the database, with history",
        "registry": "the list of importers",
        "rights": "whose rows an import may touch",
        "rows": "cells to rows",
        "sheets": "tables, columns and rows of a file",
        "tables": "the table on a sheet",
        "undo": "taking an import back",
        "values": "a cell to the value of its field",
    },
    "admin_customizations/admin": {
        "base": "the toolkit with the words of our rules",
        "filters": "filters that several areas use",
    },
}


@cache
def sources(*folders: str) -> tuple[Path, ...]:
    """Our Python files, but for the migrations, which Django writes."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf8"))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# Imports

# The longest name that fits decides.
FLOORS = {
    "journal.roles": 0,
    "journal.models": 1,
    "journal.domain": 2,
    "journal.reports": 3,
    "journal.exchange": 3,
    "journal.pages": 3,
    "journal.management": 4,
    "admin_customizations": 4,
    "config": 5,
    "journal.apps": 5,  # puts the application together when Django starts
}
PACKAGES = {"journal", "journal.migrations"}  # empty, or Django's

# Imports inside functions, each for a reason; all the others stand at the top.
LAZY = {
    ("journal/apps.py", "journal.models.guards"): "models load after the applications",
    ("journal/apps.py", "journal.models.sqlite"): "beside guards",
    ("journal/apps.py", "journal.reports.registry"): "it reads models",
    ("journal/apps.py", "journal.domain.people"): "it reads models",
    (
        "journal/models/people/families.py",
        "journal.models.organisation",
    ): "organisation has employees, people ask the institution one setting",
    (
        "admin_customizations/site.py",
        "admin_customizations.start",
    ): "the site is loaded before the models",
    (
        "journal/exchange/reading/calamine_child.py",
        "python_calamine",
    ): "parsed only once the limits of the child are set",
    (
        "journal/exchange/reading/calamine_child.py",
        "resource",
    ): "absent outside Unix",
    ("journal/exchange/reading/plx_child.py", "resource"): "absent outside Unix",
}


def floor_of(module: str) -> int | None:
    fitting = [name for name in FLOORS if f"{module}.".startswith(f"{name}.")]
    return FLOORS[max(fitting, key=len)] if fitting else None


def imported(path: Path, node: ast.AST) -> list[str]:
    """Full names of what an import brings, by whatever form; [] for other nodes."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    start = node.module or ""
    if node.level:
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        start = ".".join([*parts[: -node.level], *filter(None, [node.module])])
    return [f"{start}.{alias.name}" for alias in node.names]


def imports_of(path: Path):
    for node in ast.walk(tree_of(path)):
        yield from ((name, node.lineno) for name in imported(path, node))


def test_every_file_stands_on_a_floor():
    strays = {module_of(path) for path in sources(*CODE)} - PACKAGES
    assert {name for name in strays if floor_of(name) is None} == set()


def test_imports_point_down():
    upwards = [
        f"{short(path)}:{line} {name}"
        for path in sources(*CODE)
        if (here := floor_of(module_of(path))) is not None
        for name, line in imports_of(path)
        if (floor_of(name) or 0) > here
    ]
    assert upwards == []


def test_the_journal_works_without_the_admin():
    known = {
        name
        for path in sources("journal")
        if module_of(path) != "journal.apps"
        for name, _ in imports_of(path)
    }
    assert not {name for name in known if name.startswith(("admin_cus", "config"))}


def test_the_toolkit_knows_nothing_of_ours():
    toolkit = sources("admin_customizations/toolkit")
    known = {name for path in toolkit for name, _ in imports_of(path)}
    ours = {name for name in known if name.split(".")[0] in CODE}
    allowed = "admin_customizations.toolkit."
    assert toolkit
    assert {name for name in ours if not name.startswith(allowed)} == set()
    models = [
        f"{short(path)}:{node.lineno}"
        for path in toolkit
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ("get_model", "get_models")
    ]
    assert models == []


def test_the_skin_is_known_to_the_toolkit_alone():
    known = {
        short(path)
        for path in sources(*CODE)
        if "toolkit" not in path.parts
        for name, _ in imports_of(path)
        if name.startswith("unfold.")
    }
    assert known == {"admin_customizations/site.py"}  # the base of the site


def test_an_import_inside_a_function_has_a_reason():
    found = {
        (short(path), name if isinstance(node, ast.Import) else name.rpartition(".")[0])
        for path in sources(*CODE)
        for top in tree_of(path).body
        for node in ast.walk(top)
        if node is not top and not isinstance(top, ast.If | ast.Try)
        for name in imported(path, node)
    }
    assert found == set(LAZY)


# Files and functions


@pytest.mark.parametrize("floor", MACHINERY)
def test_a_file_has_the_name_of_its_area(floor):
    found = {path.stem for path in (ROOT / floor).iterdir() if path.suffix == ".py"}
    found |= {path.name for path in (ROOT / floor).iterdir() if path.is_dir()}
    beside = found - AREAS - {"__init__", "__pycache__"}
    assert beside == set(MACHINERY[floor])


@pytest.mark.parametrize("floor", MACHINERY)
def test_an_area_is_a_file_or_a_package_never_both(floor):
    both = {
        area
        for area in AREAS
        if (ROOT / floor / area).is_dir() and (ROOT / floor / f"{area}.py").exists()
    }
    assert both == set()


def test_no_file_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "services", "common", "misc", "managers"}
    files = sources(*CODE, "tests")
    assert not [short(path) for path in files if drawers & {*path.parts, path.stem}]


def test_files_are_short():
    long = {
        short(path): lines
        for path in sources(*CODE, "tests")
        if (lines := len(path.read_text(encoding="utf8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_functions_are_short():
    long = {
        f"{short(path)}:{node.lineno} {node.name}": lines
        for path in sources(*CODE, "tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := node.end_lineno - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_nothing_is_left_for_later():
    words = re.compile(
        r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "HA" + "CK"]) + r")\b"
    )
    kinds = ("*.py", "*.html", "*.js", "*.css", "*.typ", "*.toml")
    files = [
        path
        for folder in (*CODE, "tests", "deploy")
        for kind in kinds
        for path in (ROOT / folder).rglob(kind)
    ]
    files += [*ROOT.glob("*.*"), ROOT / "Makefile", *(ROOT / "docs").glob("*.md")]
    left = [
        f"{short(path)}:{number}"
        for path in files
        if path.is_file() and path.suffix != ".png"
        for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1)
        if words.search(line)
    ]
    assert left == []


# History

# Ways past the history of a model. Those of simple-history (bulk_create_with_history …)
# keep it and are no matter here.
BYPASSES = {"bulk_create", "bulk_update", "_raw_delete"}
BYPASSES |= {f"a{name}" for name in ("update", "bulk_create", "bulk_update")}
# (file, method): why the history is complete all the same.
KEPT = {
    (
        "journal/domain/lessons/store.py",
        "update",
    ): "write_cells writes the history itself",
    ("journal/domain/lessons/store.py", "_raw_delete"): "write_cells, the same",
    (
        "journal/domain/curriculum/sheet.py",
        "update",
    ): "numbers step aside in the transaction that writes the rows with their history",
    (
        "journal/domain/timetable/writing.py",
        "update",
    ): "a step aside in the transaction that writes the rows with their history",
    (
        "journal/domain/timetable/writing.py",
        "bulk_create",
    ): "the history is copied by the next statement of the same transaction",
    ("journal/exchange/records.py", "bulk_create"): "the history rows themselves",
    ("journal/exchange/records.py", "_raw_delete"): "history written the line before",
    ("journal/domain/demo/times.py", "bulk_create"): "models without history",
}
# Files that speak SQL themselves, and what they ask.
SQL = {
    "journal/domain/archive/engines.py": "copies of the whole database",
    "journal/domain/demo/building.py": "statistics of tables just filled",
    "journal/domain/demo/pouring.py": "rows of the demo, their history beside them",
    "journal/domain/lessons/book.py": "the lock of a period and its lessons",
    "journal/domain/lessons/store.py": "rows of a batch, then their history",
    "journal/domain/results/writing.py": "the lock of a period and a sheet",
    "journal/domain/timetable/writing.py": "the history of lessons laid out",
    "journal/exchange/importer.py": "the lock of an import",
    "journal/models/guards/__init__.py": "the triggers",
    "journal/models/sqlite.py": "triggers lifted before a migration",
    "journal/models/prepared.py": "SELECT alone, as Django built it",
}


def calls(path: Path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func.attr


def is_bypass(call: ast.Call, name: str) -> bool:
    """Only a queryset is updated by keywords alone; a dict, a set, a digest are not."""
    return name in BYPASSES or (name == "update" and not call.args)


def test_history_is_bypassed_only_where_it_is_written_by_hand():
    found = {
        (short(path), name)
        for path in sources(*CODE)
        for call, name in calls(path)
        if is_bypass(call, name)
    }
    assert found == set(KEPT)


def test_history_is_never_switched_off():
    off = {"skip_history_when_saving", "SIMPLE_HISTORY_ENABLED", "DisableSignals"}
    words = {
        (short(path), getattr(node, "attr", getattr(node, "id", "")))
        for path in sources(*CODE)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert {place for place in words if place[1] in off} == set()


def test_sql_is_spoken_in_few_places():
    found = {
        short(path)
        for path in sources(*CODE)
        for _, name in calls(path)
        if name in ("cursor", "raw", "executescript")
    }
    assert found == set(SQL)


def test_marks_and_absences_are_made_in_one_place():
    made = {
        short(path)
        for path in sources(*CODE)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and re.match(
            r"(Mark|Absence)(\.objects\.(\w*create\w*|bulk_\w+))?$",
            ast.unparse(node.func),
        )
    }
    assert {path for path in made if "/demo/" not in path} == {
        "journal/domain/lessons/book.py",  # rows that it has read
        "journal/domain/lessons/cells.py",
    }
