"""Every page of the admin for every role: what opens, what is refused, what is not there.

404 for a row that is not visible, 403 for what may not be done with a visible one.
"""

from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.template import loader
from django.template.response import SimpleTemplateResponse
from django.urls import URLResolver, reverse
from django.views import defaults

from tests.admin import records
from tests.admin.conftest import url
from tests.admin.matrix import (
    ALL,
    BUTTONS,
    COURSES,
    ELSEWHERE,
    EXPECTED,
    EXPORTS,
    OUTSIDE,
    PLANS,
    letters,
)
from tests.conftest import OF_EACH_ANCHOR

STOCK = ("changelist", "add", "change", "history", "delete", "simple_history")


@pytest.fixture
def unrendered(monkeypatch):
    """Answers without their HTML: a walk asks for the status of thousands."""
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    monkeypatch.setattr(loader, "render_to_string", lambda *args, **context: "")
    monkeypatch.setattr(admin.site, "each_context", lambda request: {})
    blank = SimpleNamespace(render=lambda *args, **context: "")
    monkeypatch.setattr(
        defaults, "loader", SimpleNamespace(get_template=lambda name: blank)
    )


def names_of_pages():
    for resolver in admin.site.urls[0]:
        if isinstance(resolver, URLResolver):
            yield from (page.name for page in resolver.url_patterns if page.name)


def test_the_table_names_every_list_and_every_page_of_the_admin():
    models = {model._meta.model_name for model in admin.site._registry}
    assert models == set(ALL.split())
    known = {f"journal_{model}_{page}" for model in models for page in STOCK}
    known |= {f"journal_{model}_{button}" for model, button in BUTTONS}
    known |= {f"journal_{model}_export" for model in EXPORTS}
    assert set(names_of_pages()) - known - ELSEWHERE - {"app_list"} == set()


def of_list(may: str) -> int:
    return 200 if "v" in may else 403


def of_row(may: str, row: str) -> int:
    if "v" not in may:
        return 403
    return 200 if row in may else 404


def expected_of(model: str, may: str) -> dict:
    """(method, page, row): the status that a role with these letters meets."""
    changed = 200 if "c" in may else 403
    found = {
        ("get", "changelist", None): of_list(may),
        ("get", "add", None): 200 if "a" in may else 403,
        ("get", "change", "n"): of_row(may, "n"),
        ("post", "change", "n"): changed if "n" in may else of_row(may, "n"),
    }
    if "n" in may and may != "vnf":
        found["get", "history", "n"] = 200
        found["get", "delete", "n"] = 200 if "d" in may else 403
    if "v" in may and "f" not in may:
        for method, page in (("get", "change"), ("post", "change"), ("get", "history")):
            found[method, page, "f"] = 404
    if model == "institution" and "v" in may:
        found["get", "changelist", None] = 302
    return found


def letters_met(request, pages, near, far) -> str:
    """The letters that the pages of a model ask for before anything else."""
    if not pages.has_view_permission(request):
        return ""
    rows = pages.get_queryset(request).filter(pk__in=[near.pk, far.pk])
    seen = set(rows.values_list("pk", flat=True))
    over_near = near.pk in seen
    met = {
        "v": True,
        "n": over_near,
        "f": far.pk in seen,
        "a": pages.has_add_permission(request),
        "c": over_near and pages.has_change_permission(request, near),
        "d": over_near and pages.has_delete_permission(request, near),
    }
    return "".join(letter for letter, has in met.items() if has)


@pytest.mark.parametrize("role", EXPECTED)
@pytest.mark.on_postgresql(role=OF_EACH_ANCHOR)
def test_a_role_may_just_what_the_table_says(college, rf, role):
    request = rf.get("/admin/")
    request.user = college.people[role]
    met = {
        model: letters_met(request, admin.site.get_model_admin(type(rows[0])), *rows)
        for model, rows in college.rows.items()
    }
    assert met == {
        model: "".join(sorted(letters(role).get(model, ""), key="vnfacd".index))
        for model in college.rows
    }


@pytest.mark.parametrize("role", [role for role in EXPECTED if role in OF_EACH_ANCHOR])
@pytest.mark.on_postgresql(role=["root", "curator"])  # its rows are asked for above
def test_all_pages_of_a_role_answer_by_what_it_may(
    college, client_of, unrendered, role
):
    """One role of each anchor: the pages of all others ask the same questions."""
    client = client_of(college.people[role])
    wrong = {}
    for model, rows in college.rows.items():
        may = letters(role).get(model, "")
        for (method, page, row), status in expected_of(model, may).items():
            at = url(page, model, rows["nf".index(row)] if row else None)
            answer = getattr(client, method)(at).status_code
            if answer != status:
                wrong[model, method, page, row] = (answer, status)
    assert wrong == {}


@pytest.mark.parametrize("role", EXPECTED)
@pytest.mark.on_postgresql(role=["root", "curator", "teacher"])
def test_a_role_has_just_the_buttons_of_the_table(college, client_of, unrendered, role):
    client = client_of(college.people[role])
    wrong = {}
    for (model, button), allowed in BUTTONS.items():
        may = letters(role).get(model, "")
        for row, roles, place in zip("nf", allowed, college.rows[model], strict=True):
            if row == "f" and may == "" and role not in roles:
                continue  # closed with the model, as the near row shows
            seen = of_row(may, row)
            status = 200 if role in roles else 403 if seen == 200 else seen
            answer = client.get(url(button, model, place)).status_code
            if answer != status:
                wrong[model, button, row] = (answer, status)
    for model, roles in EXPORTS.items():
        answer = client.get(url("export", model)).status_code
        if answer != (200 if role in roles else 403):
            wrong[model, "export"] = answer
    assert wrong == {}


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.on_postgresql(name=OF_EACH_ANCHOR)
def test_families_and_the_roleless_have_no_admin(college, client_of, name):
    client = client_of(college.people[name])
    student = college.rows["student"][0]
    for at in (
        reverse("admin:index"),
        url("changelist", "student"),
        url("change", "student", student),
        url("export", "student"),
        url("roles", "user", college.student),
    ):
        answer = client.get(at)
        assert answer.status_code == 302
        assert answer.url.startswith("/admin/login/")


# Rows that come from elsewhere than a form.
UNADDED = {
    "institution",
    "lesson",
    "importbatch",
    "dataaccess",
    "cardcheck",
    "listdelivery",
    "certificate",
    "membership",
    *records.UNADDED,
}


@pytest.mark.parametrize(
    ("role", "pages", "models"),
    [
        ("root", ("changelist", "add", "change", "history"), ALL),
        ("curator", ("changelist", "change"), f"{COURSES} {PLANS} student guardian"),
        ("teacher", ("changelist", "change"), f"{COURSES} {PLANS}"),
    ],
)
@pytest.mark.on_postgresql(role=["root"])
def test_every_page_that_opens_is_drawn(college, client_of, role, pages, models):
    client = client_of(college.people[role])
    for model in models.split():
        for page in pages:
            row = college.rows[model][0] if page in ("change", "history") else None
            answer = client.get(url(page, model, row))
            if answer.status_code != 200:
                assert (role, page) in (("root", "add"), ("root", "changelist"))
                assert model in UNADDED
                continue
            assert "</html>" in answer.content.decode(), (model, page)


NONSENSE = ("0", "-1", "abc", "9" * 30, "1.5", "%00", "None", "' OR 1=1")


@pytest.mark.parametrize("pk", NONSENSE)
def test_an_address_of_nonsense_is_not_found(college, client_of, unrendered, pk):
    client = client_of(college.root)
    for model in ("student", "absencereason", "thematicplan"):
        for page in ("change/", "history/", "history/1/", "delete/"):
            at = f"{url('changelist', model)}{pk}/{page}"
            assert client.get(at).status_code == 404, at
        at = f"{url('changelist', model)}{pk}/change/"
        assert client.post(at).status_code == 404, at
    assert client.get(f"/admin/journal/user/{pk}/code/").status_code == 404


@pytest.mark.parametrize("version", ["0", "abc", "9" * 30, "%00"])
def test_a_version_of_nonsense_is_not_found(college, client_of, version):
    at = url("history", "student", college.rows["student"][0])
    assert client_of(college.root).get(f"{at}{version}/").status_code == 404
