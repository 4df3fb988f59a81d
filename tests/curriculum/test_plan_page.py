"""The page of a curriculum: rights, queries, saving, and what approval takes away."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journal.domain.curriculum.versions import (
    approve_curriculum,
)
from journal.models import (
    Curriculum,
    Discipline,
    PlanHours,
    PlanItem,
)


def item(plan, index):
    return plan.items.get(index=index)


# The page


def open_table(client, plan, query=""):
    return client.get(reverse("admin:journal_curriculum_table", args=[plan.pk]) + query)


def post(client, plan, data):
    address = reverse("admin:journal_curriculum_cells", args=[plan.pk])
    body = data if isinstance(data, str) else json.dumps(data)
    return client.post(address, body, content_type="application/json")


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_asks_the_database_as_often_for_many_rows(
    world, plan, client_of, rows
):
    for number in range(rows):
        one = PlanItem.objects.create(
            curriculum=plan,
            discipline=Discipline.objects.create(name=f"Дисциплина {number}"),
            kind="discipline",
        )
        PlanHours.objects.create(item=one, semester=3, total=10, theory=10, form="exam")
    client = client_of(world.deputy)
    open_table(client, plan)
    with CaptureQueriesContext(connection) as caught:
        assert open_table(client, plan).status_code == 200
    assert len(caught) == 11, "\n".join(one["sql"][:160] for one in caught)


def test_the_page_shows_tree_sums_and_what_may_be_done(world, plan, client_of):
    html = open_table(client_of(world.deputy), plan).content.decode()
    for words in ("Узлы связи", "Замечаний к плану нет", "Утвердить", "data-f=form"):
        assert words in html
    one = open_table(client_of(world.deputy), plan, "?semester=2").content.decode()
    assert "data-s=2 data-f=practical" in one and "data-s=1 data-f=total" not in one
    reader = open_table(client_of(world.director), plan).content.decode()
    assert "data-f=form" not in reader and "plan.js" not in reader
    approve_curriculum(plan, world.deputy)
    html = open_table(client_of(world.deputy), plan).content.decode()
    assert "Изменения вносят в новую версию" in html and "Новая версия" in html
    assert "data-f=form" not in html
    for query in ("?semester=99", "?semester=x", "?semester=-1", "?semester=²"):
        assert open_table(client_of(world.deputy), plan, query).status_code == 200


def test_names_are_escaped(world, plan, client_of):
    Discipline.objects.filter(name="Узлы связи").update(name="<script>1</script>")
    html = open_table(client_of(world.deputy), plan).content.decode()
    assert "<script>1" not in html and "&lt;script&gt;1" in html


def test_saving_answers_with_the_table_as_it_is_now(world, plan, client_of):
    row = item(plan, "ОП.01")
    cell = {"i": row.pk, "s": 1, "f": "theory", "o": "20", "n": "30"}
    response = post(client_of(world.deputy), plan, {"cells": [cell], "semester": 1})
    data = response.json()
    assert response.status_code == 200 and data["results"][0]["value"] == "30"
    assert "82" in data["table"] and "82 ч, а по неделям" in data["warnings"]
    step = row.hours.get(semester=1).history.first()
    assert step.history_user == world.deputy
    cell |= {"o": "20", "n": "x"}
    assert post(client_of(world.deputy), plan, {"cells": [cell]}).status_code == 400


def test_saving_keeps_to_rights_and_refuses_nonsense(world, plan, client_of):
    row = item(plan, "ОП.01")
    data = {"cells": [{"i": row.pk, "s": 1, "f": "theory", "o": "20", "n": "1"}]}
    assert post(client_of(world.director), plan, data).status_code == 403
    assert post(client_of(world.teacher), plan, data).status_code == 404
    elsewhere = Curriculum.objects.create(
        name="Чужой", specialty=world.specialty2, admission_year=2026
    )
    assert post(client_of(world.studyunit), elsewhere, data).status_code == 404
    deputy = client_of(world.deputy)
    # A row of another plan is none of this one.
    assert post(deputy, elsewhere, data).json()["results"][0]["status"] == 400
    for nonsense in (
        *("{", "[]", '{"cells": 1}', '{"cells": [1]}', "[" * 5000),
        {"cells": [{"i": "1", "s": 1, "f": "theory", "o": "", "n": "1"}]},
        {"cells": [{"i": None, "s": True, "f": "theory", "o": "", "n": "1"}]},
        {"cells": [{"i": row.pk, "s": 1, "f": "theory", "o": "", "n": "1" * 21}]},
        {"cells": [], "semester": "1"},
        {"cells": [{}] * 401},
    ):
        assert post(deputy, plan, nonsense).status_code == 400, nonsense
    assert row.hours.get(semester=1).theory == 20


def test_the_admin_freezes_what_is_approved(world, plan, client_of):
    approve_curriculum(plan, world.deputy)
    client, row = client_of(world.deputy), item(plan, "ОП.01")
    for model, pk in (
        ("curriculum", plan.pk),
        ("planitem", row.pk),
        ("complexform", plan.complex_forms.get().pk),
    ):
        address = reverse(f"admin:journal_{model}_change", args=[pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {"name": "x"}).status_code == 403
        gone = reverse(f"admin:journal_{model}_delete", args=[pk])
        assert client.post(gone, {"post": "yes"}).status_code in (302, 403)
    address = reverse("admin:journal_planitem_add")
    data = {"curriculum": plan.pk, "discipline": row.discipline_id}
    data |= {"kind": "discipline", "position": 9, "index": "ОП.09"}
    data |= {"hours-TOTAL_FORMS": 0, "hours-INITIAL_FORMS": 0}
    response = client.post(address, data)
    assert "создайте новую версию" in response.content.decode()
    assert plan.items.count() == 5


def test_a_new_version_is_one_button(world, plan, client_of):
    approve_curriculum(plan, world.deputy)
    client = client_of(world.deputy)
    address = reverse("admin:journal_curriculum_renew", args=[plan.pk])
    assert "Получится черновик" in client.get(address).content.decode()
    response = client.post(address)
    new = Curriculum.objects.get(replaces=plan)
    assert response["Location"].endswith(f"/{new.pk}/table/")
    approve = reverse("admin:journal_curriculum_approve", args=[new.pk])
    assert client.post(approve).status_code == 302
    plan.refresh_from_db()
    assert plan.state == "replaced"


def test_one_plan_is_taken_out_as_a_flat_table(world, plan, client_of):
    address = reverse("admin:journal_curriculum_flat", args=[plan.pk])
    response = client_of(world.studyunit).get(address)
    assert response.content.startswith(b"PK")
    assert client_of(world.director).get(address).status_code == 403
