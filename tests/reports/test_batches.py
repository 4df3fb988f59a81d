"""All reports of groups in one archive: who orders, what is in it, who has the file."""

import io
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from journal.models import DataAccess, ReportBatch
from journal.reports import batch as batches
from journal.reports.batch import make, sweep
from journal.reports.writers import WRITERS
from tests.reports.conftest import build_group

pytestmark = pytest.mark.on_postgresql(
    "test_many_groups_wait_for_the_worker_and_the_page_asks_again",
    "test_the_worker_makes_what_was_ordered",
    "test_what_has_expired_goes_with_its_file",
    "test_a_curator_orders_the_own_group_alone",
    "test_whoever_has_no_report_orders_none",
)


@pytest.fixture
def group(world):
    """Made for each test: one of them is transactional."""
    return build_group(world)


ORDER = "/admin/reports/all/"


def order(client, world, *groups, reports=("results", "attendance"), **answers):
    data = {
        "group": [one.pk for one in groups],
        "reports": reports,
        "period": world.period.pk,
        "day": "14.10.2026",
        **answers,
    }
    return client.post(ORDER, data)


def file_of(client, batch):
    answer = client.get(reverse("admin:report_batch_file", args=[batch.pk]))
    assert answer.status_code == 200
    return ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_one_group_is_made_at_once(world, group, client_of):
    client = client_of(world.deputy)
    answer = order(client, world, group)
    batch = ReportBatch.objects.get()
    assert answer["Location"] == f"{ORDER}{batch.pk}/"
    assert (batch.state, batch.done, batch.total) == ("done", 2, 2)
    archive = file_of(client, batch)
    assert archive.namelist() == [
        "3-ТО/R15 Итоги успеваемости группы за учебный период.pdf",
        "3-ТО/R12 Отчёт о посещаемости группы.pdf",
    ]
    assert all(archive.read(name)[:5] == b"%PDF-" for name in archive.namelist())
    assert "Refresh" not in client.get(answer["Location"])


def test_all_groups_are_one_tick_and_none_is_an_error(world, group, client_of):
    client = client_of(world.deputy)
    order(client, world, everything="on", reports=["rating"])
    assert ReportBatch.objects.get().total == 3
    answer = order(client, world)
    assert answer.status_code == 400 and "Выберите группы." in answer.content.decode()


def test_many_groups_wait_for_the_worker_and_the_page_asks_again(
    world, group, client_of
):
    client = client_of(world.deputy)
    place = order(client, world, group, world.group)["Location"]
    batch = ReportBatch.objects.get()
    assert (batch.state, batch.done, batch.total) == ("waiting", 0, 4)
    assert DBTaskResult.objects.get().args_kwargs["args"] == [batch.pk]
    page = client.get(place)
    assert page["Refresh"] == "2" and "0 из 4" in page.content.decode()
    assert client.get(f"{place}file/").status_code == 404
    make(batch.pk)
    assert "4 из 4" in client.get(place).content.decode()
    assert len(file_of(client, batch).namelist()) == 4
    assert make(batch.pk) is None


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_what_was_ordered(world, client_of):
    order(client_of(world.deputy), world, world.group, world.group2, reports=["rating"])
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    batch = ReportBatch.objects.get()
    assert (batch.state, batch.done) == ("done", 2)


def test_nobody_else_has_the_file_and_taking_it_is_noted(world, group, client_of):
    order(client_of(world.deputy), world, group)
    batch = ReportBatch.objects.get()
    for other in (world.director, world.office, world.curator):
        client = client_of(other)
        for name in ("report_batch", "report_batch_file"):
            assert (
                client.get(reverse(f"admin:{name}", args=[batch.pk])).status_code == 404
            )
    assert not DataAccess.objects.filter(kind="exported").exists()
    file_of(client_of(world.deputy), batch)
    noted = DataAccess.objects.get(kind="exported")
    assert noted.by == world.deputy and "3-ТО" in noted.subject


def test_what_has_expired_goes_with_its_file(world, group, client_of):
    client = client_of(world.deputy)
    order(client, world, group)
    batch = ReportBatch.objects.get()
    batch.expires_at = timezone.now() - timedelta(minutes=1)
    batch.save()
    place = reverse("admin:report_batch_file", args=[batch.pk])
    assert client.get(place).status_code == 404
    storage, name = batch.file.storage, batch.file.name
    assert storage.exists(name)
    sweep()
    assert not storage.exists(name) and not ReportBatch.objects.exists()


def test_a_curator_orders_the_own_group_alone(world, group, client_of):
    client = client_of(world.curator)
    page = client.get(ORDER).content.decode()
    assert "3-ТО" in page and "2-ИС" in page and "1-ЭК" not in page
    answer = order(client, world, world.group2)
    assert answer.status_code == 400
    assert "Выберите группы из списка" in answer.content.decode()
    answer = order(client, world, group, reports=["corrections"])
    assert "Выберите отчёты из списка" in answer.content.decode()
    assert not ReportBatch.objects.exists()


@pytest.mark.parametrize("who", ["hr", "student", "nobody"])
def test_whoever_has_no_report_orders_none(world, client_of, who):
    assert client_of(world.people[who]).get(ORDER).status_code in (302, 404)


def test_rights_are_those_of_the_moment_it_is_made(world, group, client_of):
    order(client_of(world.curator), world, group, world.group)
    batch = ReportBatch.objects.get()
    group.curator = None
    group.save()
    made = make(batch.pk)
    with made.file.open() as content:
        archive = ZipFile(io.BytesIO(content.read()))
    assert [name for name in archive.namelist() if name.startswith("3-ТО")] == []
    words = archive.read("Что не вошло.txt").decode()
    assert words.count("3-ТО") == 2 and "Выберите группу из списка" in words


def test_what_is_too_large_is_said_and_the_rest_is_there(
    world, group, client_of, monkeypatch
):
    monkeypatch.setitem(WRITERS, "pdf", WRITERS["pdf"]._replace(cells=0))
    client = client_of(world.deputy)
    order(client, world, group)
    archive = file_of(client, ReportBatch.objects.get())
    assert archive.namelist() == ["Что не вошло.txt"]
    assert "слишком велик" in archive.read("Что не вошло.txt").decode()


def test_an_error_is_said_and_leaves_no_half_archive(
    world, group, client_of, monkeypatch
):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr(batches, "_pdf", broken)
    client = client_of(world.deputy)
    page = client.get(order(client, world, group)["Location"]).content.decode()
    batch = ReportBatch.objects.get()
    assert (batch.state, bool(batch.file)) == ("failed", False)
    assert "Закажите его ещё раз" in page


def test_a_worker_that_does_not_answer_is_named(world, group, client_of, monkeypatch):
    client = client_of(world.deputy)
    place = order(client, world, group, world.group)["Location"]
    monkeypatch.setattr("admin_customizations.batches.STILL", timedelta(0))
    assert "db_worker" in client.get(place).content.decode()
