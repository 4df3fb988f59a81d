"""The house itself: the cast, both databases, deployment, the table of roles, health."""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.static import ManifestOfModules
from journal.models import Institution, Mark, PeriodClosing, Role
from journal.models.guards import GUARDS, guards_are_in_place
from journal.roles import ROLES, Anchor, codenames
from tests import cast, postgres
from tests.conftest import OF_EACH_ANCHOR, ROOT, lacking
from tests.migrated import new_base

# The cast


def test_the_cast_sees_what_its_docstring_says(world):
    def seen(user):
        return set(Mark.objects.visible_to(user).values_list("student", "task"))

    own = {(world.students[0].pk, t.pk) for t in (world.task, world.task_old)}
    own.add((world.students[0].pk, world.task2.pk))
    sisters = {(world.sister.pk, world.task_elsewhere.pk)}
    assert seen(world.student) == seen(world.trustee) == own
    assert seen(world.parent) == own | sisters
    assert seen(world.nobody) == set()
    assert len(seen(world.office)) == Mark.objects.count() == 7


def test_a_trustee_sees_nothing_once_the_trust_has_run_out(world):
    world.students[0].guardianships.filter(relation="trustee").update(end=world.today)
    assert not Mark.objects.visible_to(world.trustee).exists()


def test_the_cast_plays_every_role_that_the_demo_has(world):
    played = set(Role.objects.filter(user__isnull=False).values_list("slug", flat=True))
    unplayed = {"safety", "extracurricular", "certificates"}
    assert played == {spec.slug for spec in ROLES} - unplayed


def test_people_of_each_anchor_run_on_postgresql(world):
    """Whoever is asked there stands for all others of the same anchor."""
    roles = Role.objects.filter(user__username__in=OF_EACH_ANCHOR)
    anchors = [anchor for anchor, _ in Anchor.CHOICES]
    assert sorted(roles.values_list("anchor", flat=True)) == sorted(anchors)


def test_the_clock_stands_in_the_semester_of_the_cast(world):
    assert timezone.localdate() == world.today == cast.TODAY
    assert world.period.first_day < world.today < world.period.last_day


@pytest.mark.parametrize("test", ["first", "second"])
def test_what_one_test_changes_another_does_not_see(world, test):
    assert world.institution.entry_days == 7
    world.institution.entry_days = 30
    world.institution.save()
    world.people["nobody"].username = "renamed"
    assert cache.get("limit") is None
    cache.set("limit", 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("test", ["first", "second"])
def test_a_transactional_test_has_the_cast_and_may_leave_a_closed_period(world, test):
    PeriodClosing.objects.create(period=world.period, aspect="marks", closed_by=None)
    assert Institution.objects.count() == 1
    assert Mark.objects.count() == 7


# The database


def test_every_guard_is_a_trigger_of_the_database(db):
    assert guards_are_in_place(databases=["default"]) == []
    rule, (table, events, _) = next(iter(GUARDS.items()))
    drop = f"DROP TRIGGER {rule}_{events[0].lower()}"
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(drop + on)
    (error,) = guards_are_in_place(databases=["default"])
    assert f"{rule}_{events[0].lower()}" in error.msg


def test_models_and_migrations_agree(db):
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.sqlite
def test_postgresql_is_installed_for_the_second_run():
    if postgres.binaries() is None:
        lacking("postgres", "нет PostgreSQL: второго прогона не будет")


@pytest.mark.postgresql
def test_postgresql_of_the_tests_sorts_as_russian_does(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'Ёлкин' < 'Жуков' AND 'Ежов' < 'Ёлкин'")
        assert cursor.fetchone() == (True,)


# Roles


def test_every_right_in_the_table_of_roles_exists(db):
    from django.contrib.auth.models import Permission

    known = set(Permission.objects.values_list("codename", flat=True))
    wanted = set().union(*(codenames(spec.rights, []) for spec in ROLES))
    assert wanted - known == set()


# Deployment


def test_the_guide_names_every_variable_and_no_other():
    settings = (ROOT / "config/settings.py").read_text(encoding="utf8")
    read = set(re.findall(r'env\.\w+\("(\w+)"', settings))
    guide = (ROOT / "docs/deploy.md").read_text(encoding="utf8")
    rows = [line.split("|")[1] for line in guide.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert told == read
    example = (ROOT / "deploy/journal.env").read_text(encoding="utf8")
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) <= read


def test_a_process_has_a_connection_for_each_of_its_threads():
    unit = (ROOT / "deploy/journal.service").read_text(encoding="utf8")
    settings = (ROOT / "config/settings.py").read_text(encoding="utf8")
    threads = int(re.search(r"--threads (\d+)", unit)[1])
    pool = int(re.search(r'"DATABASE_POOL", (\d+)', settings)[1])
    assert threads <= pool


def test_the_bench_begins_where_no_django_is_set_up():
    plain = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "tests.bench.run", "--help"]
    subprocess.run(command, cwd=ROOT, env=plain, check=True, stdout=subprocess.PIPE)


def test_a_script_names_its_modules_of_the_same_version(tmp_path):
    """A plain «./queue.js» may be the one that the browser kept before an upgrade."""
    shutil.copytree(ROOT / "admin_customizations/static", tmp_path, dirs_exist_ok=True)
    storage = ManifestOfModules(tmp_path, base_url="/static/")
    scripts = [str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*.js")]
    for _ in storage.post_process({name: (storage, name) for name in scripts}):
        pass
    grid = tmp_path / storage.stored_name("admin_customizations/grid.js")
    queue = Path(storage.stored_name("admin_customizations/queue.js")).name
    assert f'from "./{queue}"' in grid.read_text(encoding="utf8")
    assert queue != "queue.js"


PRODUCTION = {
    "DEBUG": "False",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "journal.example",
}


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY: at least 50"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY: at least 50"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS: name the host"),
        ({"DEBUG": "no"}, "DEBUG='no': use True or False"),
        ({"SESSION_HOURS": "-1"}, "SESSION_HOURS='-1': a whole number"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL: begins with 'mysql'"),
        ({"DATABASE_URL": "postgresql://host/"}, "name of the database is absent"),
    ],
)
def test_settings_refuse_nonsense(tmp_path, wrong, words):
    environment = {**PRODUCTION, "VAR_DIR": str(tmp_path), **wrong}
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert words in done.stderr.splitlines()[-1]


# Health


def test_health_is_open_to_all_and_says_nothing_else(client, db):
    response = client.get("/health/")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.fixture
def away(request, tmp_path):
    """Settings of a database that does not work: none there, empty, or locked."""
    settings = {**connection.settings_dict, "OPTIONS": {}}
    if request.param == "none" and connection.vendor == "postgresql":
        settings["HOST"] = str(tmp_path)  # a folder without a socket
    elif request.param == "none":
        settings["NAME"] = tmp_path / "absent" / "journal.sqlite3"
    elif connection.vendor == "postgresql":
        settings["NAME"] = new_base()
    else:
        settings["NAME"] = tmp_path / "journal.sqlite3"
    if request.param != "locked":
        yield settings
        return
    settings["OPTIONS"] = {"timeout": 0.1}
    with contextlib.closing(sqlite3.connect(settings["NAME"])) as other:
        other.execute("CREATE TABLE django_session (session_key)")
        other.execute("BEGIN EXCLUSIVE")
        yield settings


def answer_with(settings: dict, client):
    """What /health/ says in a thread whose database has these settings."""

    def ask():
        connections["default"] = type(connections["default"])(settings)
        try:
            return client.get("/health/")
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask).result()


@pytest.mark.parametrize(
    "away",
    ["none", "empty", pytest.param("locked", marks=pytest.mark.sqlite)],
    indirect=True,
)
def test_health_is_503_while_the_database_is_away(world, client_of, away):
    for client in (Client(), client_of(world.office)):
        response = answer_with(away, client)
        assert (response.status_code, response.content) == (503, b"unavailable")
        assert not response.cookies


def test_health_leaves_a_session_as_it_was(world, client_of):
    client = client_of(world.office)
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/health/")
    assert (response.status_code, len(queries)) == (200, 1)
    assert not response.cookies
    assert client.get("/admin/").status_code == 200


def test_health_takes_no_post(client, db):
    assert client.post("/health/").status_code == 405


# The browser


@pytest.mark.browser
def test_a_page_opens_signed_in(world, page_of):
    page = page_of(world.office)
    response = page.goto("/health/")
    assert response.status == 200
