"""Fixtures of all tests: the database with the cast in it, the day, the clients.

One run uses one database, the one of DATABASE_URL; `make test` runs the suite on SQLite
and under `python -m tests.postgres` (tests/both.py).
"""

import contextlib
import datetime
import functools
import gc
import os
import pickle
import sqlite3
import time
import zoneinfo
from collections import defaultdict
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, TransactionTestCase

from tests import cast, migrated, network
from tests import installation as installation_
from tests.drawing import sparing

ROOT = Path(__file__).resolve().parent.parent
# Who asks for one of these may come to the database.
DATABASE = {"db", "transactional_db", "django_db_setup"}
# One person of each anchor (journal/roles.py), and the superuser where there is one:
# whoever has the same anchor asks the database the same, and only rights differ.
OF_EACH_ANCHOR = (
    *("office", "department_head", "studyunit", "curator", "teacher", "hr"),
    *("student", "root"),
)
STANDING = "standing_"  # the names of such fixtures
LOCKED_TRIES = 100  # ten seconds
NOW = datetime.datetime.combine(
    cast.TODAY, datetime.time(10), zoneinfo.ZoneInfo(settings.TIME_ZONE)
)
# What stands before a test begins happened before whatever the test does.
STILL = functools.partial(time_machine.travel, NOW, tick=False)


def pytest_addoption(parser):
    parser.addoption("--soak", action="store_true", help="fault tests at full length")
    parser.addoption(
        "--slow", action="store_true", help="the browser's network is slow"
    )


def pytest_configure(config):
    if config.getoption("--slow"):
        network.be_slow()


def pytest_collection_modifyitems(config, items):
    """A test of one database is no part of the other's run.

    What asks for no database runs once, with SQLite, and so does the browser.
    """
    here = connection.vendor
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[here]
    left = [
        item
        for item in items
        if item.get_closest_marker(other) or (here == "postgresql" and runs_once(item))
    ]
    if left:
        config.hook.pytest_deselected(items=left)
        gone = set(left)
        items[:] = [item for item in items if item not in gone]
        _refuse_values_of_no_case(left, items)
    _refuse_tests_beside_what_stands(items)


def _refuse_values_of_no_case(left, kept):
    """Whoever is renamed must not end its runs on PostgreSQL unseen."""
    named = {
        (item.module, name)
        for item in left
        for marker in item.iter_markers("on_postgresql")
        for name in marker.args
    }
    for module, name in named:
        if not hasattr(module, name):
            raise pytest.UsageError(
                f"{module.__name__}: nothing for PostgreSQL: {name}"
            )
    kept = {item.function for item in kept}
    for item in left:
        tables = [one for one in item.iter_markers("on_postgresql") if one.kwargs]
        if tables and item.function not in kept and not unnamed(item):
            others = [one for one in left if one.function is item.function]
            if len(others) > 1:  # else this one case was asked for
                raise pytest.UsageError(f"{item.nodeid}: nothing for PostgreSQL")


def runs_once(item) -> bool:
    """Is it all the same to this test which database there is?

    pytest-django refuses every query of a test that has not asked for the database.
    """
    if item.get_closest_marker("browser") or unnamed(item):
        return True
    for marker in item.iter_markers("on_postgresql"):
        for parameter, values in marker.kwargs.items():
            if item.callspec.params[parameter] not in values:
                return True
    return not asks_for_database(item)


def unnamed(item) -> bool:
    """Does its module name the tests that PostgreSQL needs, and not this one?"""
    return any(
        marker.args and item.originalname not in marker.args
        for marker in item.iter_markers("on_postgresql")
    )


def asks_for_database(item) -> bool:
    asks = not DATABASE.isdisjoint(item.fixturenames)
    return asks or item.get_closest_marker("django_db") is not None


def _refuse_tests_beside_what_stands(items):
    """Whether a module's rows stand yet would depend on which test ran before."""
    asked = defaultdict(set)
    for item in items:
        if asks_for_database(item):
            stands = (name for name in item.fixturenames if name.startswith(STANDING))
            asked[item.path].add(frozenset(stands))
    for path, kinds in asked.items():
        if len(kinds) > 1:
            raise pytest.UsageError(f"{path}: not all tests ask for what stands there")


def pytest_collection_finish(session):
    """The modules and the tests are here to stay: no need to look through them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def lacking(what: str, reason: str):
    """Skip, or fail where TESTS_REQUIRE says that this machine must have it."""
    if what in os.environ.get("TESTS_REQUIRE", "").split():
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def rounds(request) -> int:
    """How often a fault test repeats: 5, or with --soak what `soak(rounds=…)` says."""
    marker = request.node.get_closest_marker("soak")
    return marker.kwargs["rounds"] if request.config.getoption("--soak") else 5


# The database


@pytest.fixture(scope="session")
def django_db_setup(
    request,
    tmp_path_factory,
    django_db_blocker,
    django_db_modify_db_settings_parallel_suffix,  # a database for each worker
):
    """A test database that went through the migrations, with the cast in it."""
    from django.test.utils import setup_databases, teardown_databases

    snapshot = migrated.snapshot(request.config.cache)
    with django_db_blocker.unblock():
        with migrated.alone(snapshot), migrated.seeded(snapshot):
            created = setup_databases(
                verbosity=0, interactive=False, serialized_aliases=set()
            )
            migrated.keep(snapshot)
        folder = tmp_path_factory.mktemp("blank")
        request.config.blank = installation_.keep_blank(folder)
        with STILL():
            request.config.cast = pickle.dumps(cast.build())
        if connection.vendor == "sqlite":
            _with_the_cast_again()
        else:
            _past_the_guards()
    yield
    with django_db_blocker.unblock():
        teardown_databases(created, verbosity=0)


def _past_the_guards():
    """PostgreSQL empties its tables after a transactional test; guards forbid that.

    Closed periods go first. Of the class, since a thread has a connection of its own.
    """
    operations = type(connection.ops)
    flush = operations.sql_flush

    def past_the_guards(self, *args, **kwargs):
        return sorted(
            flush(self, *args, **kwargs),
            key=lambda statement: '"journal_periodclosing"' not in statement,
        )

    operations.sql_flush = past_the_guards


def _with_the_cast_again():
    """SQLite has the cast again after a transactional test, by a copy of all pages.

    A browser may still be reading: what it holds locked is waited for.
    """
    kept = sqlite3.connect(":memory:")
    connection.connection.backup(kept)

    def again(self):
        for _ in range(LOCKED_TRIES):
            try:
                return kept.backup(connection.connection)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
            time.sleep(0.1)
        return kept.backup(connection.connection)

    TransactionTestCase._fixture_teardown = again


@pytest.fixture
def today():
    """The day of the cast: the clock starts at ten in the morning and runs on."""
    with time_machine.travel(NOW):
        yield cast.TODAY


@pytest.fixture
def world(request, today, db):
    """The cast (tests/cast.py), fresh objects for every test."""
    return _cast(request.config)


def _cast(config):
    from journal.models import Institution

    if Institution.objects.exists():
        return pickle.loads(config.cast)
    return cast.build()  # an earlier transactional test emptied PostgreSQL's tables


def standing(build):
    """A fixture of a module: what `build(world)` makes, there for each of its tests.

    It stands in a transaction that they run within, so none of them may be
    transactional, and all of them ask for it. Its name begins with `standing_`; its
    value is a function that gives fresh objects.
    """

    @pytest.fixture(scope="module")
    def stands(request, django_db_setup, django_db_blocker):
        with django_db_blocker.unblock(), transaction.atomic():
            with STILL():
                made = pickle.dumps(build(_cast(request.config)))
            connection.check_constraints()  # or PostgreSQL checks them in each test
            cache.clear()
            yield functools.partial(pickle.loads, made)
            transaction.set_rollback(True)

    return stands


@pytest.fixture(scope="session")
def college(request, tmp_path_factory, django_db_setup, django_db_blocker) -> str:
    """The database from which every `installation` is copied."""
    folder = tmp_path_factory.mktemp("college")
    with django_db_blocker.unblock():
        return installation_.with_cast(folder, request.config.blank)


@pytest.fixture
def installation(tmp_path, college) -> installation_.Installation:
    """A journal of its own on the disk, with the cast (tests/installation.py)."""
    folder = tmp_path / "installation"
    folder.mkdir()
    return installation_.install(folder, college)


# People at work


@pytest.fixture
def client_of():
    """`client_of(user)`: a test client that this person is signed in with."""

    def signed_in(user, **options) -> Client:
        client = Client(**options)
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture(scope="session", autouse=True)
def drawn_sparingly(django_test_environment):
    with sparing():
        yield


@pytest.fixture(autouse=True)
def empty_cache():
    """Limits that one test used up are not the next one's."""
    yield
    cache.clear()


# The browser


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium."""
    found = installation_.chromium()
    if found is None:
        lacking("browser", "нет Chromium (apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def browser(chromium):
    """Chromium under Playwright, one for the session."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, where Django then forbids the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def page_of(browser, live_server, client_of):
    """`page_of(user, width=1366)`: a page in which this person is signed in.

    Goes to addresses below `live_server` (`page.goto("/admin/")`); a test that uses it
    is marked `browser` and asks for `world` after it. Errors on a page fail the test.
    """
    with contextlib.ExitStack() as opened:
        errors = []

        def page(user=None, width=1366, height=900, **options):
            context = browser.new_context(
                base_url=live_server.url,
                viewport={"width": width, "height": height},
                locale="ru-RU",
                **options,
            )
            opened.callback(context.close)
            if user is not None:
                cookie = client_of(user).cookies[settings.SESSION_COOKIE_NAME]
                context.add_cookies(
                    [
                        {
                            "name": cookie.key,
                            "value": cookie.value,
                            "url": live_server.url,
                        }
                    ]
                )
            made = context.new_page()
            made.on("pageerror", lambda error: errors.append(str(error)))
            return made

        yield page
    assert errors == []
