"""The migrated, still empty database, kept between runs of the tests.

The migrations take ten seconds; their outcome is the same until they, the roles or
who has which report change. It lies in the cache of pytest (`--cache-clear` forgets it).
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import sqlite3
import subprocess
import time
from pathlib import Path

import psycopg
from django.db import connection

from tests.postgres import binaries

ROOT = Path(__file__).resolve().parent.parent
OLD_SECONDS = 24 * 3600


def snapshot(cache) -> Path:
    """The file for just this code and this database."""
    from journal.reports.registry import REPORTS

    sources = [ROOT / "requirements.txt", ROOT / "journal/roles.py"]
    sources += sorted((ROOT / "journal/migrations").glob("*.py"))
    server = sqlite3.sqlite_version if connection.vendor == "sqlite" else binaries()
    reports = sorted((slug, one.roles) for slug, one in REPORTS.items())
    code = hashlib.sha256(f"{connection.vendor} {server} {reports}".encode())
    for source in sources:
        code.update(source.read_bytes())
    return cache.mkdir("migrated") / code.hexdigest()[:16]


def server_address(base: str) -> str:
    """Address of another database on the PostgreSQL server of this run."""
    before, _, query = os.environ["DATABASE_URL"].partition("?")
    return f"{before.rpartition('/')[0]}/{base}?{query}"


def run_on_server(*statements: str):
    with psycopg.connect(server_address("postgres"), autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def new_base(like: str | None = None) -> str:
    """A new PostgreSQL database, empty or a copy of one that nobody uses."""
    name = f"test_{secrets.token_hex(6)}"
    template = f" TEMPLATE {like}" if like else ""
    run_on_server(f"CREATE DATABASE {name}{template}")
    return name


@contextlib.contextmanager
def alone(file: Path):
    """Of several workers one migrates; the others wait here for its snapshot."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def seeded(file: Path):
    """Inside, Django's test database is made from the snapshot, where there is one."""
    if not file.exists():
        yield
    elif connection.vendor == "sqlite":
        # Shared memory, alive as long as one connection to it.
        place = connection.creation._get_test_db_name()
        with (
            contextlib.closing(sqlite3.connect(place, uri=True)) as seed,
            contextlib.closing(sqlite3.connect(file)) as kept,
        ):
            kept.backup(seed)
            yield
    else:
        name = new_base()
        _tool("pg_restore", name, "--no-owner", str(file))
        connection.settings_dict["TEST"]["TEMPLATE"] = name
        yield


def keep(file: Path):
    """Take the snapshot of the test database, unless it is there."""
    for old in file.parent.iterdir():
        if time.time() - old.stat().st_mtime > OLD_SECONDS:
            old.unlink(missing_ok=True)
    if file.exists():
        return
    part = file.with_suffix(f".{os.getpid()}")
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(part)) as kept:
            connection.connection.backup(kept)
    else:
        name = connection.settings_dict["NAME"]
        _tool("pg_dump", name, "--format=custom", f"--file={part}")
    part.rename(file)


def _tool(tool: str, name: str, *arguments: str):
    command = [str(binaries() / tool), f"--dbname={server_address(name)}", *arguments]
    subprocess.run(command, check=True, timeout=120)
