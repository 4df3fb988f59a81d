"""A journal of its own on the disk, for tests of processes: servers, commands, kills.

The fixture `installation` (tests/conftest.py) is one, with the cast in its database; the
cast's today is the real one there, since other processes go by the real clock.
"""

import contextlib
import datetime
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.test import override_settings

from tests.migrated import ROOT, new_base, server_address

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of the system's Chromium."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


class Installation:
    """A database, a VAR_DIR and the ways to work with them from outside."""

    def __init__(self, folder: Path, name: str | None = None):
        self.folder = folder
        self.var = folder / "var"
        self.var.mkdir(mode=0o700)
        # The path of the SQLite file, or the name of the PostgreSQL database.
        self.base = name or str(self.var / "journal.sqlite3")
        self.url = server_address(name) if name else f"sqlite:///{self.base}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(self.var),
            "DATABASE_URL": self.url,
            "PYTHONWARNINGS": "default",
        }

    def python(self, *arguments: str, timeout=120) -> subprocess.CompletedProcess:
        """Run Python with the arguments in this installation's environment."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def manage(self, *arguments, code: int = 0, **options) -> str:
        """What `manage.py …` printed, stdout then stderr; it must exit with `code`."""
        done = self.python("manage.py", *map(str, arguments), **options)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self, *arguments: str) -> subprocess.Popen:
        """Python in the background; whoever starts it ends it."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        """Inside, this process works with the installation, in a connection of its own.

        Starting Python and Django costs more than most commands do.
        """
        kept = connections[DEFAULT_DB_ALIAS], connections.databases[DEFAULT_DB_ALIAS]
        options = dict(kept[1]["OPTIONS"])
        options.pop("pool", None)  # it is the tests' own, known by the alias
        own = {**kept[1], "NAME": self.base, "OPTIONS": options}
        connections.databases[DEFAULT_DB_ALIAS] = own
        connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
        cache.clear()
        try:
            with override_settings(VAR=self.var, MEDIA_ROOT=self.var / "media"):
                yield
        finally:
            connections[DEFAULT_DB_ALIAS].close()
            connections[DEFAULT_DB_ALIAS], connections.databases[DEFAULT_DB_ALIAS] = (
                kept
            )
            cache.clear()

    def opened(self) -> contextlib.AbstractContextManager:
        """A connection to the database past Django, closed at the end."""
        if connection.vendor == "sqlite":
            return contextlib.closing(sqlite3.connect(self.base))
        return psycopg.connect(server_address(self.base))

    def rows(self, query: str) -> list[tuple]:
        """Rows of plain SQL, read past Django."""
        with self.opened() as base:
            return base.execute(query).fetchall()

    @contextlib.contextmanager
    def serving(self, *options: str) -> Iterator[tuple[str, subprocess.Popen]]:
        """gunicorn on a free loopback port: its address and its process."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        command = ["-m", "gunicorn", "config.wsgi", "--no-control-socket"]
        command += ["--bind", f"127.0.0.1:{port}"]
        with open(self.folder / "gunicorn.log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command, *options],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            _wait_for(f"{address}/health/", process)
            yield address, process
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(address: str, process: subprocess.Popen, seconds: float = 60):
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:  # refused, reset, or too slow yet
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)


def keep_blank(folder: Path) -> str:
    """A copy of the migrated, still empty test database: its path or its name."""
    if connection.vendor == "sqlite":
        path = folder / "blank.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as blank:
            connection.connection.backup(blank)
        return str(path)
    connection.close()
    connection.close_pool()
    return new_base(like=connection.settings_dict["NAME"])


def install(folder: Path, blank: str) -> Installation:
    """An installation with a copy of the database `blank`."""
    if connection.vendor == "sqlite":
        made = Installation(folder)
        shutil.copy(blank, made.base)
        return made
    return Installation(folder, new_base(like=blank))


def with_cast(folder: Path, blank: str) -> str:
    """A database like `blank` with the cast in it: its path or its name."""
    from tests import cast  # the bench, which knows no Django, has no use for it

    made = install(folder, blank)
    with made.here(), transaction.atomic():
        cast.build(datetime.date.today())
    return made.base
