"""The two databases: how each is dumped, loaded into a database aside, and swapped."""

import contextlib
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from journal.domain.archive.container import ArchiveError, sync_folder

ASIDE = "aside"  # the alias of the database that a backup is loaded into
TOOL_SECONDS = 4 * 3600
STOP = (
    "Базой ещё пользуются. Остановите журнал и повторите: "
    "systemctl stop journal.socket journal."
)

Counts = dict[str, int]


def row_counts(connection) -> Counts:
    """The number of rows of every table."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        counts = {}
        for table in tables:
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608 - quoted
            counts[table] = cursor.fetchone()[0]
    return counts


class Engine:
    """What both databases have in common; `live` is the one of the settings."""

    vendor: str
    member: str

    def __init__(self):
        self.live = connections[DEFAULT_DB_ALIAS]
        self.name = str(self.live.settings_dict["NAME"])

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator:
        """Django's connection to the database `name`, under the alias `aside`."""
        settings = {**connections.databases[DEFAULT_DB_ALIAS], "NAME": name}
        options = dict(settings["OPTIONS"])
        options.pop("pool", None)
        connections.databases[ASIDE] = {**settings, "OPTIONS": options}
        try:
            yield connections[ASIDE]
        finally:
            connections[ASIDE].close()
            del connections[ASIDE]
            del connections.databases[ASIDE]


class Sqlite(Engine):
    vendor = "sqlite"
    member = "database.sqlite3"

    def size(self) -> int:
        path = Path(self.name)
        return path.stat().st_size if path.exists() else 0

    def dump(self, target: Path) -> Counts:
        """One consistent state, whoever writes meanwhile; writers wait, none fails."""
        target.touch(0o600, exist_ok=False)
        self.live.ensure_connection()
        with contextlib.closing(sqlite3.connect(target)) as copy:
            self.live.connection.backup(copy)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise ArchiveError(f"База повреждена, копия не сделана: {verdict}")
        with self.opened(str(target)) as connection:
            return row_counts(connection)

    def aside(self) -> str:
        """Name of a database to load into, beside the live one so that a rename does."""
        folder = Path(self.name).resolve().parent
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder / f".restore-{secrets.token_hex(4)}.sqlite3")

    def load(self, dump: Path, name: str):
        shutil.copyfile(dump, name)
        os.chmod(name, 0o600)

    def faults(self, connection) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(5)")
            found = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            found += [f"{row[0]}: нет {row[2]}" for row in cursor.fetchmany(5)]
        return found

    def swap(self, name: str, stamp: str) -> str | None:
        """Put `name` in the place of the live database; where that one is kept now."""
        self.live.close()
        live, kept = Path(self.name).resolve(), None
        with contextlib.closing(sqlite3.connect(name)) as new:
            new.execute("PRAGMA journal_mode=DELETE")
        if live.exists():
            # The lock keeps writers out until the new file stands under the name; a
            # file beside it (-wal) would be taken for the new one's.
            with contextlib.closing(sqlite3.connect(live, timeout=1)) as old:
                old.isolation_level = None
                try:
                    old.execute("PRAGMA journal_mode=DELETE")
                    old.execute("BEGIN EXCLUSIVE")
                except sqlite3.OperationalError:
                    raise ArchiveError(STOP) from None
                kept = live.with_name(f"{live.stem}.before-{stamp}{live.suffix}")
                os.link(live, kept)
                os.replace(name, live)
                old.execute("ROLLBACK")
        else:
            os.replace(name, live)
        sync_folder(live.parent)
        return str(kept) if kept else None

    def drop(self, name: str):
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)


class Postgresql(Engine):
    vendor = "postgresql"
    member = "database.dump"

    def size(self) -> int:
        with self.live.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return cursor.fetchone()[0]

    def dump(self, target: Path) -> Counts:
        """One snapshot for the dump and for the counts; writers do not wait."""
        target.touch(0o600, exist_ok=False)
        with self.opened(self.name) as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            counts = row_counts(connection)
            self._tool(
                "pg_dump",
                self.name,
                "--format=custom",
                f"--snapshot={snapshot}",
                f"--file={target}",
            )
            cursor.execute("ROLLBACK")
        return counts

    def aside(self) -> str:
        return f"journal_restore_{secrets.token_hex(4)}"

    def load(self, dump: Path, name: str):
        """A new database that sorts as the live one does, filled from the dump."""
        with self._server() as server:
            row = server.execute(
                "SELECT to_jsonb(d) FROM pg_database d WHERE datname = %s", [self.name]
            ).fetchone()
            create = sql.SQL(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING UTF8 "
                "LC_COLLATE {} LC_CTYPE {}"
            ).format(
                sql.Identifier(name),
                sql.Literal(row[0]["datcollate"]),
                sql.Literal(row[0]["datctype"]),
            )
            # PostgreSQL 15 and 16 call it daticulocale, 17 and later datlocale.
            locale = row[0].get("daticulocale") or row[0].get("datlocale")
            if row[0].get("datlocprovider") == "i":
                create += sql.SQL(" LOCALE_PROVIDER icu ICU_LOCALE {}").format(
                    sql.Literal(locale)
                )
            server.execute(create)
        # No SQL error is passed over, and half a load is none.
        options = ("--no-owner", "--no-privileges", "--single-transaction")
        self._tool("pg_restore", name, *options, str(dump))

    def faults(self, connection) -> list[str]:
        """PostgreSQL itself checked every constraint as it loaded the dump."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE NOT convalidated LIMIT 5"
            )
            return [f"ограничение {row[0]} не проверено" for row in cursor.fetchall()]

    def swap(self, name: str, stamp: str) -> str:
        self.live.close()
        self.live.close_pool()
        kept = f"{self.name}_before_{stamp.replace('-', '_')}"
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        old, new, aside = map(sql.Identifier, (self.name, name, kept))
        with self._server() as server:
            try:
                server.execute(rename.format(old, aside))
            except psycopg.errors.ObjectInUse:
                raise ArchiveError(STOP) from None
            try:
                server.execute(rename.format(new, old))
            except psycopg.Error:
                server.execute(rename.format(aside, old))
                raise
        return kept

    def drop(self, name: str):
        with self._server() as server:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            server.execute(drop.format(sql.Identifier(name)))

    def _parameters(self, name: str) -> dict[str, str]:
        """Words of libpq for the server of the settings and the database `name`."""
        settings = self.live.settings_dict
        found = {key.lower(): settings[key] for key in ("HOST", "PORT", "USER")}
        found |= {
            key: value
            for key, value in settings["OPTIONS"].items()
            if isinstance(value, str)
        }
        found["dbname"] = name
        return {key: str(value) for key, value in found.items() if value}

    def _server(self) -> psycopg.Connection:
        return psycopg.connect(
            make_conninfo(**self._parameters("postgres")),
            password=self.live.settings_dict["PASSWORD"] or None,
            autocommit=True,
        )

    def _tool(self, tool: str, name: str, *arguments: str):
        """Run pg_dump or pg_restore; the password is in no list of processes."""
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        if password := self.live.settings_dict["PASSWORD"]:
            environment["PGPASSWORD"] = password
        target = make_conninfo(**self._parameters(name))
        done = subprocess.run(  # noqa: S603 - own words, no shell
            [_tool_path(tool), f"--dbname={target}", "--no-password", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ArchiveError(f"{tool}: {done.stderr.strip()[-2000:]}")


def _tool_path(tool: str) -> str:
    """The newest of its versions: pg_dump refuses a server newer than itself."""
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{tool}")
    newest = sorted(versions, key=lambda path: float(path.parts[4]), reverse=True)
    found = str(newest[0]) if newest else shutil.which(tool)
    if found is None:
        raise ArchiveError(
            f"Нет программы {tool}. Поставьте её: apt-get install postgresql-client"
        )
    return found


def engine() -> Engine:
    """The engine of the database in the settings."""
    kinds = {kind.vendor: kind for kind in (Sqlite, Postgresql)}
    return kinds[connections[DEFAULT_DB_ALIAS].vendor]()
