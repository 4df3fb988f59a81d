"""The catalogue of our own over what the libraries leave in English or decline wrongly."""

import ast
import gettext
import re
from pathlib import Path

import import_export
import pytest
import simple_history
import unfold
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import ngettext
from django.utils.translation.template import templatize

LOCALE = Path(__file__).resolve().parent.parent / "locale/ru/LC_MESSAGES"
CALL = re.compile(
    r"""\b(?:_|gettext|ngettext|pgettext)\(u?(".*?"|'.*?')\s*[,)]""", re.S
)
# Parts of Unfold that belong to libraries which the project does not have, and two
# messages to programmers.
ELSEWHERE = ("guardian", "constance", "unfold_crispy", "location_field")
UNTOLD = {
    "Form is not validated, call `is_valid` first",
    "call to force_str() on instance failed: %s",
}


def catalogue() -> dict:
    """The .po as {msgid, or (msgid, number of the plural): msgstr}."""
    found, key, number, part = {}, "", 0, None
    for line in (LOCALE / "django.po").read_text().splitlines():
        start = re.match(r'(msgid|msgid_plural|msgstr)(?:\[(\d)])? (".*")$', line)
        if start:
            part, index, text = start.groups()
            number = None if index is None else int(index)
            if part == "msgid":
                key = ""
            elif part == "msgstr":
                found[key if number is None else (key, number)] = ""
        elif line.startswith('"'):
            text = line
        else:
            continue
        text = ast.literal_eval(text)
        if part == "msgid":
            key += text
        elif part == "msgstr":
            found[key if number is None else (key, number)] += text
    return found


def messages_of(package) -> set[str]:
    """Every text that the templates and the code of a library ask gettext for."""
    found = set()
    root = Path(package.__file__).parent
    for path in [*root.rglob("*.html"), *root.rglob("*.py")]:
        if any(part in str(path) for part in (*ELSEWHERE, "tests", "migrations")):
            continue
        text = path.read_text()
        if path.suffix == ".html":
            text = templatize(text)
            found |= {ast.literal_eval(hit) for hit in CALL.findall(text)}
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in ("_", "gettext", "gettext_lazy")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


def test_the_compiled_catalogue_is_that_of_the_text():
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    compiled = {key: text for key, text in compiled.items() if key}
    written = {key: text for key, text in catalogue().items() if key}
    assert len(written) > 200
    assert compiled == written


def test_a_translation_keeps_the_places_of_its_values():
    place = re.compile(r"%\((\w+)\)|\{(\w+)\}")
    for key, text in catalogue().items():
        source = key[0] if isinstance(key, tuple) else key
        wanted = {a or b for a, b in place.findall(source)}
        given = {a or b for a, b in place.findall(text)}
        assert not {name for name in given - wanted if not name.isdigit()}, key
        assert source.count("%s") == text.count("%s"), key


@pytest.mark.parametrize(
    ("package", "least"), [(unfold, 120), (import_export, 20), (simple_history, 15)]
)
def test_no_message_of_a_library_is_left_in_english(package, least):
    messages = messages_of(package) - UNTOLD
    with translation.override("ru"):
        left = {
            text
            for text in messages
            if re.search("[A-Za-z]{2}", re.sub(r"%\(\w+\)s|\{.*?\}|<.*?>", "", text))
            and translation.gettext(text) == text
            and ngettext(text, text, 5) == text
        }
    assert len(messages) >= least
    assert left == set()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Select %s to change", "Список: %s"),
        ("Add another %(verbose_name)s", "Добавить ещё: %(verbose_name)s"),
        ("The {name} “{obj}” was added successfully.", "Добавлено: {name} «{obj}»."),
        ("Delete multiple objects", "Удаление записей"),
        ("Type to search", "Найти"),
        ("Changed by", "Кто"),
    ],
)
def test_wording_needs_neither_case_nor_gender(source, said):
    with translation.override("ru"):
        assert translation.gettext(source) == said


def test_templates_of_libraries_speak_russian():
    source = (
        "{% load i18n %}{% trans 'Filters' %}, {% trans 'Search apps and models...' %},"
        "{% blocktranslate count len=n %}Export {{ len }} selected item."
        "{% plural %}Export {{ len }} selected items.{% endblocktranslate %}"
    )
    with translation.override("ru"):
        said = [Template(source).render(Context({"n": n})) for n in (1, 2, 5)]
    assert said == [
        "Фильтры, Найти раздел…,Выгрузить 1 отмеченную запись.",
        "Фильтры, Найти раздел…,Выгрузить 2 отмеченные записи.",
        "Фильтры, Найти раздел…,Выгрузить 5 отмеченных записей.",
    ]
