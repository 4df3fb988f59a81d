"""What the bench keeps between runs: colleges on SQLite and on a cluster of its own."""

import contextlib
import hashlib
import json
import os
import pwd
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from tests.bench import tenfold
from tests.installation import ROOT
from tests.postgres import Cluster

KEPT = ROOT / "var" / "bench"
# What the contents of a college follow from.
SOURCES = ("journal/models", "journal/migrations", "journal/domain/demo", "fixtures")


def fingerprint() -> str:
    """Changes when a college would be built otherwise."""
    code = hashlib.sha256((ROOT / "journal/roles.py").read_bytes())
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                code.update(path.read_bytes())
    return code.hexdigest()[:16]


class KeptCluster(Cluster):
    """A durable PostgreSQL server whose data stays; its socket goes with it."""

    def __init__(self, data: Path):
        super().__init__(durable=True)
        self.data = data

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="journal-bench-", dir="/tmp"))
        try:
            if self.owner:
                account = pwd.getpwnam(self.owner)
                os.chown(self.folder, account.pw_uid, account.pw_gid)
            if not (self.data / "PG_VERSION").exists():
                self.data.mkdir(parents=True)
                if self.owner:
                    os.chown(self.data, account.pw_uid, account.pw_gid)
                self._create()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self


def cluster() -> KeptCluster:
    """The bench's server; PostgreSQL as root has to live where its own user can go."""
    if os.geteuid() == 0:
        name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
        return KeptCluster(Path("/var/tmp") / f"journal-bench-{name}" / "pg")
    return KeptCluster(KEPT / "pg")


class Place:
    """One college of a kind on one database, with the environment to run it in."""

    def __init__(self, vendor: str, kind: str, server: KeptCluster | None):
        self.vendor, self.kind, self.server = vendor, kind, server
        self.folder = KEPT / f"{vendor}-{kind}"
        self.base = kind if server else self.folder / "base"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "DEBUG": "False",
            "SECRET_KEY": secrets.token_hex(32),
            "ALLOWED_HOSTS": "127.0.0.1",
            "INSECURE_HTTP": "True",
            "PAGES_A_MINUTE": "1000000",
            "VAR_DIR": str(self.folder / "var"),
            "BENCH_STATIC": str(KEPT / "static"),
            "DATABASE_URL": self.url,
        }

    @property
    def url(self) -> str:
        return self.server.url(self.base) if self.server else f"sqlite:///{self.base}"

    def python(self, *arguments: str, **options) -> str:
        """What Python with these arguments printed in this place."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            **options,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments[:3])}: {done.returncode}")
        return done.stdout

    def connect(self):
        """The bare driver, as anybody would open it."""
        if self.server:
            return psycopg.connect(self.url)
        base = sqlite3.connect(self.base, isolation_level=None)
        base.execute("PRAGMA synchronous = FULL")
        base.execute("PRAGMA cache_size = -20000")
        return base

    # Building

    def prepare(self, students: int, terms: int, keep: bool = False):
        """Build the college unless one of just this code is kept; bring it up to date."""
        mark = self.folder / "built.json"
        wanted = {"code": fingerprint(), "students": students, "terms": terms}
        known = json.loads(mark.read_text()) if mark.exists() else {}
        if not known or (known != wanted and not keep):
            mark.unlink(missing_ok=True)
            say(f"{self.vendor}: строится колледж, {students} студентов, {terms} сем.")
            self.recreate()
            self.python("manage.py", "migrate", "-v0")
            say(
                self.python(
                    "-m", "tests.bench.fill", "build", str(students), str(terms)
                )
            )
            mark.write_text(json.dumps(wanted))
        else:
            self.python("manage.py", "migrate", "-v0")

    def recreate(self):
        for place in (self, self.beside("x10"), self.beside("blank")):
            place.drop()
        self._empty_var()
        if self.server:
            self.server.execute(f'CREATE DATABASE "{self.base}"')

    def beside(self, word: str) -> "Place":
        """Another college of this kind: `blank`, `scratch`, `x10`."""
        return Place(self.vendor, f"{self.kind}-{word}", self.server)

    def _empty_var(self):
        shutil.rmtree(self.folder / "var", ignore_errors=True)
        (self.folder / "var").mkdir(mode=0o700, parents=True)

    def _copy_to(self, other: "Place"):
        other._empty_var()
        if self.server:
            other.drop()
            self.server.execute(
                f'CREATE DATABASE "{other.base}" TEMPLATE "{self.base}"'
            )
        else:
            shutil.copy(self.base, other.base)

    def blank_copy(self) -> "Place":
        """A migrated, empty base to write into; whoever takes it drops it."""
        scratch, blank = self.beside("scratch"), self.beside("blank")
        if not blank.has():
            blank.recreate()
            blank.python("manage.py", "migrate", "-v0")
        blank._copy_to(scratch)
        return scratch

    def drop(self):
        if self.server:
            self.server.execute(f'DROP DATABASE IF EXISTS "{self.base}" WITH (FORCE)')
        else:
            self.base.unlink(missing_ok=True)

    def has(self) -> bool:
        """Is there such a database?"""
        if self.server is None:
            return self.base.exists()
        with self.server.connected() as link:
            sql = "SELECT count(*) FROM pg_database WHERE datname = %s"
            return link.execute(sql, [self.base]).fetchone()[0] == 1

    def tenfold(self) -> "Place":
        """The same college with ten times the rows, kept as long as this one."""
        large = self.beside("x10")
        if not large.has():
            say(f"{self.vendor}: строк становится вдесятеро больше")
            self._copy_to(large)
            try:
                tenfold.multiply(large.url)
            except BaseException:
                large.drop()
                raise
        return large

    def facts(self) -> dict:
        """What there is to measure on, with a session for everybody who measures."""
        return json.loads(self.python("-m", "tests.bench.fill", "facts"))


def say(text: str):
    print(text.strip(), file=sys.stderr, flush=True)


def collect_static(place: Place):
    """Collect the static files, unless these very files are collected."""
    code = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for folder in ("journal/static", "admin_customizations/static"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file():
                code.update(path.read_bytes())
    mark = KEPT / "static.txt"
    if not mark.exists() or mark.read_text() != code.hexdigest():
        shutil.rmtree(KEPT / "static", ignore_errors=True)
        place.python("manage.py", "collectstatic", "--noinput", "-v0")
        mark.write_text(code.hexdigest())
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(place.folder / "var" / "cache")
