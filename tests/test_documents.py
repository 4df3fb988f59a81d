"""The documents are true: what they name exists, and what exists they name."""

import ast
import datetime
import re
from functools import cache

import pytest
from django.core.management import get_commands

from journal.domain.archive.backup import version
from journal.domain.demo.staff import FAMILY, OFFICE, TEACHING
from journal.roles import ROLES
from tests.conftest import ROOT
from tests.test_structure import CODE, MACHINERY, sources, tree_of

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf8")


def rows_of(document: str) -> list[list[str]]:
    """Cells of all tables of a document, without the heads."""
    found = []
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not set(line) <= set("|-: "):
            found.append(cells)
    heads = [row for row in found if row[0] in ("По-русски", "Package")]
    return [row for row in found if row not in heads]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf8"))
    inside = [link for link in links if not re.match(r"https?:", link)]
    assert [link for link in inside if not (path.parent / link).exists()] == []


# The glossary


def names_in(body, prefix=""):
    """Every class, function and value that code defines: `Class.Inner.name` too."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield prefix + node.name
            yield from names_in(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield prefix + node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield from (
                    prefix + name.id
                    for name in ast.walk(target)
                    if isinstance(name, ast.Name)
                )


@cache
def names() -> frozenset[str]:
    """Full names, and the verbs of classes without their class."""
    full = {name for path in sources(*CODE) for name in names_in(tree_of(path).body)}
    return frozenset(full | {name.rpartition(".")[2] for name in full})


def glossary() -> list[tuple[str, str]]:
    rows = rows_of(text_of("docs/glossary.md"))
    return [(russian, english.strip("`")) for russian, english in rows]


def test_every_name_of_the_glossary_is_in_the_code():
    roles = {spec.slug for spec in ROLES}
    unknown = [name for _, name in glossary() if name not in names() | roles]
    assert len(glossary()) > 100
    assert unknown == []


@pytest.mark.parametrize("side", [0, 1], ids=["Russian", "English"])
def test_every_term_stands_in_the_glossary_once(side):
    terms = [pair[side].casefold() if side == 0 else pair[side] for pair in glossary()]
    assert [term for term in terms if terms.count(term) > 1] == []


def test_every_model_and_role_is_in_the_glossary():
    from journal import models

    ours = {*models.__all__, *(spec.slug for spec in ROLES)}
    assert ours - {name for _, name in glossary()} == set()


# The structure


def test_every_dependency_is_named_with_its_licence():
    wanted = set()
    for name in ("requirements.txt", "requirements-dev.txt"):
        wanted |= set(re.findall(r"^([A-Za-z][\w.-]*)", text_of(name), re.MULTILINE))
    rows = [row for row in rows_of(text_of("docs/structure.md")) if len(row) == 3]
    told = {row[0].strip("`"): row[2] for row in rows if row[0].startswith("`")}
    assert {name for name in wanted if not told.get(name)} == set()
    assert {name for name in told if name in wanted or "/" not in name} == wanted


def test_the_machinery_of_the_floors_is_described():
    text = text_of("docs/structure.md")
    missing = [
        f"{floor}/{name}"
        for floor, names in MACHINERY.items()
        for name in names
        if f"`{name}`" not in text
    ]
    assert missing == []


def test_paths_in_the_structure_exist():
    admin = ROOT / "admin_customizations"
    places = (ROOT, admin, admin / "templates")
    paths = re.findall(r"`([a-z_.]+/[\w./]*)`", text_of("docs/structure.md"))
    assert paths
    lost = [path for path in paths if not any((at / path).exists() for at in places)]
    assert lost == []


# The readme


def test_commands_of_the_documents_exist():
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    commands = get_commands()
    for name in ("README.md", "docs/structure.md"):
        text = text_of(name)
        assert set(re.findall(r"`make ([a-z]+)", text)) <= targets
        assert set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) <= targets
        assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= commands.keys()


def test_every_sign_in_of_the_demo_is_in_the_readme_and_no_other():
    rows = [row for row in rows_of(text_of("README.md")) if row[0].startswith("`")]
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(told) == sorted([*OFFICE, *TEACHING, *FAMILY])


def test_pictures_are_light():
    pictures = list((ROOT / "docs").glob("*.png"))
    assert pictures
    assert not [path for path in pictures if path.stat().st_size > 200_000]


# The changelog


def test_the_version_is_the_newest_of_the_changelog():
    headings = re.findall(
        r"^## (\d+)\.(\d+)\.(\d+) — (\d{4}-\d{2}-\d{2})$",
        text_of("CHANGELOG.md"),
        re.MULTILINE,
    )
    numbers = [tuple(map(int, heading[:3])) for heading in headings]
    days = [datetime.date.fromisoformat(heading[3]) for heading in headings]
    assert numbers == sorted(set(numbers), reverse=True)
    assert days == sorted(days, reverse=True)
    assert len(headings) == len(re.findall(r"^## ", text_of("CHANGELOG.md"), re.M))
    assert version() == ".".join(map(str, numbers[0]))
